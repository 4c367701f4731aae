using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>The date that a passage is of, or speaks of: when it moves, and when it is over (SEMANTICS.md 18, 32, 33).</summary>
internal sealed partial class Advance
{
    /// <summary>
    /// Passages that have the trigger's own date for a key. A date that moves takes its passage along, and what is still ahead is
    /// planned anew. Where the passage of the new date would begin only after the old date, it is the next one: then the passage
    /// of the old one ends. Once the old date is over, its passage goes on with it.
    /// </summary>
    private void MoveDates(SubjectState subject, DateTimeOffset at)
    {
        for (var i = subject.Enrollments.Count - 1; i >= 0; i--)
        {
            var enrollment = subject.Enrollments[i];
            if (enrollment.Status != EnrollmentStatus.Live || enrollment.Key.Length == 0 || VersionOf(enrollment).Scenario is not { OwnDate: { } date } scenario) continue;
            var key = KeyOf(scenario, subject, null);
            SubjectState? owner = date.Of == subject.Kind ? subject : AccountOf((ContactState)subject);
            if (key.Length == 0 || key == enrollment.Key || owner is null || EndOf(DateExpression.Parse(enrollment.Key), ClockOf(ZoneRule.Recipient, subject).Zone) is not { } over || over <= at) continue;
            var (last, next) = MomentsOf(date, owner, at);
            if ((last?.Moment ?? next) is not { } moment) continue;
            if (moment > over || subject.Enrollments.Exists(other => other.Scenario == enrollment.Scenario && other.Key == key && other.Status == EnrollmentStatus.Live))
            {
                End(subject, enrollment, Reason.Ended, at, Detail(("reason", "next_date")));
                continue;
            }

            // The old date has had its passage.
            AddPassage(subject, new Passage(enrollment.Scenario, enrollment.Key, enrollment.EnteredAt, at, (subject.Passages.Find(p => p.Scenario == enrollment.Scenario && p.Key == enrollment.Key)?.Count ?? 0) + 1));
            enrollment.Key = key;
            if (enrollment.Trigger is { Name: ProductEvents.DateReached } reached)
                enrollment.Trigger = Told(ProductEvents.DateReached, owner, reached.OccurredAt, ("date", AttributeValue.From(DayOf(DateExpression.Parse(key), ClockOf(ZoneRule.Recipient, owner).Zone)!.Value)), ("occurrence", reached["occurrence"]));
            Note(subject, enrollment, Reason.Refreshed, at, detail: Detail(("date", key)));
        }
    }

    /// <summary>What a wait's date says now; of the date that the passage is of, the one that it is of.</summary>
    private (DateOnly? Day, DateTimeOffset? Moment) DateOf(DateMoment until, SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        var said = until.Date.Read(Context(subject, enrollment, at));
        return said != default && VersionOf(enrollment).Scenario is { OwnDate: not null, Key: { } key } && until.Date.Text == $"{key.Root}.{key.Path}" && DateExpression.Parse(enrollment.Key) is var own && own != default ? own : said;
    }

    /// <summary>When the date that the passage's mails speak of is over: the one that the last wait went up to, else the trigger's; null for none.</summary>
    private DateTimeOffset? DateOver(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if (enrollment.DateStep is { } step && VersionOf(enrollment).Program.Nodes.GetValueOrDefault(step)?.Step is { } wait)
        {
            var until = wait is Step.WaitUntilDate dated ? dated.Until : ((Step.WaitFor)wait).Until!;
            return EndOf(DateOf(until, subject, enrollment, at), ClockOf(until.Zone, subject).Zone);
        }

        return enrollment.Trigger is { Name: ProductEvents.DateReached } reached ? EndOf(DateExpression.Parse(reached["date"].ToString()), ClockOf(ZoneRule.Recipient, subject).Zone) : null;
    }

    private static DateOnly? DayOf((DateOnly? Day, DateTimeOffset? Moment) date, DateTimeZone zone) =>
        date.Day ?? (date.Moment is { } moment ? Instant.FromDateTimeOffset(moment).InZone(zone).Date.ToDateOnly() : null);

    private static DateTimeOffset? EndOf((DateOnly? Day, DateTimeOffset? Moment) date, DateTimeZone zone) =>
        date.Moment ?? (date.Day is { } day ? Calendar.At(LocalDate.FromDateOnly(day).PlusDays(1), LocalTime.Midnight, zone) : null);
}
