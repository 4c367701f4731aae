using System.Globalization;
using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Triggers that are no events: what turns true, what changes, which date comes (SEMANTICS.md 12, 33).</summary>
internal sealed partial class Advance
{
    // Changes of attributes that some scenario may start by, until the subject has settled with them.
    private readonly List<(SubjectState Subject, string Attribute, AttributeValue From, AttributeValue To)> changes = [];

    /// <summary>An attribute of the subject is another one from now on.</summary>
    /// <returns>Whether it was another one before.</returns>
    private bool Say(SubjectState subject, string attribute, AttributeValue value, DateTimeOffset at)
    {
        if (subject is AccountState shared && shared[attribute] != value && catalog.Index.ConcernsPeople.Contains(attribute))
        {
            CatchUpPeople(shared, at);
            unsettled.AddRange(EnrolledPeople(shared).Select(person => ((SubjectState)person, at)));
        }

        var before = WithDefault(subject.Kind, attribute, subject[attribute]);
        if (!subject.Set(attribute, value, at)) return false;
        value = WithDefault(subject.Kind, attribute, value);
        if (before == value) return true;
        if (catalog.Index.ByChange.ContainsKey((subject.Kind, attribute))) changes.Add((subject, attribute, before, value));
        if (subject is not AccountState account) return true;
        switch (attribute)
        {
            case "tier": Happened(account, ProductEvents.TierChanged, at, ("from", before.ToString()), ("to", value.ToString())); break;
            // Addresses are alike however they are written.
            case "owner" when before is { Kind: ValueKind.Text } && !string.Equals(before.ToString(), value.ToString(), StringComparison.OrdinalIgnoreCase): HandOver(account, before.AsText, value.Kind == ValueKind.Text ? value.AsText : null, at); break;
            case "stage": Happened(account, ProductEvents.StageReached, at, ("from", before.ToString()), ("to", value.ToString())); break;
        }

        return true;
    }

    /// <summary>Starts what changes since the last call start.</summary>
    private void FireChanges(DateTimeOffset at)
    {
        while (changes.Count > 0)
        {
            var (subject, attribute, from, to) = changes[0];
            changes.RemoveAt(0);
            Guarded(new SubjectKey(slot, subject.Ref), () =>
            {
                foreach (var published in catalog.Index.ByChange[(subject.Kind, attribute)])
                {
                    var changed = (Scenarios.Trigger.Changed)published.Scenario.Trigger;
                    if ((changed.From.Count == 0 || changed.From.Contains(from)) && (changed.To.Count == 0 || changed.To.Contains(to)))
                        EnterAll(published, subject, Told(ProductEvents.AttributeChanged, subject, at, ("attribute", AttributeValue.From(attribute)), ("from", from), ("to", to)), at, at);
                }
            });
        }
    }

    /// <summary>As conditions read it: what nobody has said is what the tracking plan takes it for.</summary>
    private AttributeValue WithDefault(SubjectKind of, string attribute, AttributeValue value) =>
        !value.IsNull ? value
        : catalog.Plan.Attribute(of, attribute) is { Default.IsNull: false } planned ? planned.Default
        : (of, attribute) == (SubjectKind.Account, "tier") ? AttributeValue.From("tech") : value;

    private void FireStateTriggers(SubjectState subject, DateTimeOffset at)
    {
        foreach (var published in catalog.Index.StateTriggers)
        {
            switch (published.Scenario.Trigger)
            {
                // While a source is silent it is not asked, and its memory stands still: it turns true, or not, when it is asked again.
                case Scenarios.Trigger.Turning turning when turning.Of == subject.Kind && StandsStill(catalog.Index.TriggerRestsOn(published.Scenario), at) is not null:
                    break;
                case Scenarios.Trigger.Turning turning when turning.Of == subject.Kind:
                    if (TurnsTrue(subject, published.Scenario.Name, turning, at) && at >= published.LiveSince) EnterAll(published, subject, null, at, at);
                    break;
                case Scenarios.Trigger.Band band when subject is AccountState { Health: { } health }:
                    if (TurnsTrue(subject, published.Scenario.Name, band.Bands.Contains(health.Band))) EnterAll(published, subject, null, at, at);
                    break;
                case Scenarios.Trigger.DateAttribute date when date.Of == subject.Kind && MomentsOf(date, subject, at).Last is { } moment:
                    FireDate(published, date, subject, moment, at);
                    break;
            }
        }
    }

    /// <summary>Until when what rests on one of the events is not asked, or is looked at again; null where no source of them is silent.</summary>
    private DateTimeOffset? StandsStill(IReadOnlySet<string> names, DateTimeOffset at) => names.Count == 0 ? null : Silence.Until(catalog.Silences, names, at);

    private void FireDate(PublishedScenario published, Scenarios.Trigger.DateAttribute date, SubjectState subject, DateMark mark, DateTimeOffset at)
    {
        if (!RememberDate(subject, published.Scenario, mark.Moment)) return;
        // What was said of it since it went live starts it though the moment was before.
        var saidAt = subject.Attributes.TryGetValue(date.Attribute, out var stamped) ? stamped.At : subject.CreatedAt;
        if (mark.Moment < published.LiveSince && saidAt < published.LiveSince) return;
        var isBehind = at - mark.Moment > date.CatchUp;
        // Who comes too late for the moment and not for the date begins with the first step that is still ahead.
        if (isBehind && (date.Every is not null || mark.Date <= at)) return;
        var told = Told(ProductEvents.DateReached, subject, mark.Moment, ("date", AttributeValue.From(mark.Day.ToDateOnly())), ("occurrence", AttributeValue.From(mark.Occurrence)));
        EnterAll(published, subject, told, isBehind ? at : mark.Moment, at, isBehind);
    }

    /// <summary>The subject itself, or whom of the account the trigger names.</summary>
    private void EnterAll(PublishedScenario published, SubjectState subject, OccurredEvent? told, DateTimeOffset at, DateTimeOffset seenAt, bool isBehind = false)
    {
        foreach (var (entering, _) in Subjects(published, published.Scenario.Trigger, null, subject as ContactState, subject as AccountState, at))
        {
            Begin(entering, published, told, at, TimeSpan.MaxValue, isBehind: isBehind);
            if (!ReferenceEquals(entering, subject)) Rest(entering, seenAt);
        }
    }

    /// <summary>What a trigger that is no event leaves to be read as <c>trigger.…</c>.</summary>
    private OccurredEvent Told(string name, SubjectState subject, DateTimeOffset at, params ReadOnlySpan<(string, AttributeValue)> properties) => new(
        0, name, subject.Kind == SubjectKind.Contact ? subject.Id : 0, subject is ContactState contact ? contact.AccountId : subject.Id, at, at, Properties(properties));

    private bool TurnsTrue(SubjectState subject, string scenario, Scenarios.Trigger.Turning turning, DateTimeOffset at)
    {
        var context = Context(subject, null, at);
        if (turning is Scenarios.Trigger.Segment { IsLeaving: true })
        {
            // Who never was in it does not leave it.
            var (was, isIn) = (subject.TriggerMemory.ContainsKey(scenario), turning.When.Evaluate(context));
            TurnsTrue(subject, scenario, isIn == Truth.True);
            return was && isIn == Truth.False;
        }

        return TurnsTrue(subject, scenario, turning.When.Evaluate(context) == Truth.True, turning.Rearm is null || turning.Rearm.Evaluate(context) == Truth.True);
    }

    /// <summary>Remembers what the trigger is; true when that turns it from false to true (SEMANTICS.md 12).</summary>
    /// <param name="isArmed">Whether it may turn true again, now that it is not.</param>
    private static bool TurnsTrue(SubjectState subject, string scenario, bool isTrue, bool isArmed = true)
    {
        var was = subject.TriggerMemory.ContainsKey(scenario);
        if (isTrue) subject.TriggerMemory[scenario] = true;
        else if (isArmed) subject.TriggerMemory.Remove(scenario);
        return isTrue && !was;
    }

    /// <summary>False where the moment was remembered already.</summary>
    private static bool RememberDate(SubjectState subject, Scenario scenario, DateTimeOffset moment)
    {
        var memory = $"{scenario.Name}@{moment.ToUnixTimeMilliseconds()}";
        if (subject.TriggerMemory.ContainsKey(memory)) return false;
        foreach (var old in subject.TriggerMemory.Keys.Where(k => k.StartsWith($"{scenario.Name}@", StringComparison.Ordinal)).ToList()) subject.TriggerMemory.Remove(old);
        return subject.TriggerMemory[memory] = true;
    }

    /// <summary>
    /// Publishing enrolls nobody for whom the trigger is true already: before anything happens to a subject that was there
    /// when a scenario went live, what its trigger was at that moment is remembered.
    /// </summary>
    private void RememberSincePublished(SubjectState subject)
    {
        if (catalog.Index.StateTriggersSince <= Later(subject.RememberedAt, subject.CreatedAt)) return;
        var known = Later(subject.RememberedAt, subject.CreatedAt);
        subject.RememberedAt = catalog.Index.StateTriggersSince;
        foreach (var published in catalog.Index.StateTriggers)
        {
            if (published.LiveSince > known) RememberTrigger(subject, published, Later(published.LiveSince, subject.LivedUntil));
        }
    }

    /// <summary>What is brought in from elsewhere starts nothing (SEMANTICS.md 20): it has been so all along, and so was the band that follows from it.</summary>
    private void RememberTriggers(SubjectState subject, DateTimeOffset at)
    {
        if (subject is AccountState account) ScoreHealth(account, Later(at, account.LivedUntil));
        foreach (var published in catalog.Index.StateTriggers) RememberTrigger(subject, published, at);
        changes.RemoveAll(change => ReferenceEquals(change.Subject, subject));
    }

    private void RememberTrigger(SubjectState subject, PublishedScenario published, DateTimeOffset at)
    {
        switch (published.Scenario.Trigger)
        {
            case Scenarios.Trigger.Turning turning when turning.Of == subject.Kind: TurnsTrue(subject, published.Scenario.Name, turning, at); break;
            case Scenarios.Trigger.Band band when subject is AccountState { Health: { } health }: TurnsTrue(subject, published.Scenario.Name, band.Bands.Contains(health.Band)); break;
            case Scenarios.Trigger.DateAttribute date when date.Of == subject.Kind && MomentsOf(date, subject, at).Last is { } mark: RememberDate(subject, published.Scenario, mark.Moment); break;
        }
    }

    /// <summary>A moment of a date trigger.</summary>
    /// <param name="Date">The date itself, before offset and choice of days.</param>
    /// <param name="Day">The same as a day.</param>
    /// <param name="Occurrence">0 for the attribute's own day, else which of those that recur.</param>
    private readonly record struct DateMark(DateTimeOffset Moment, DateTimeOffset Date, LocalDate Day, int Occurrence);

    /// <summary>The last moment up to <paramref name="at"/> and the first one after it.</summary>
    private (DateMark? Last, DateTimeOffset? Next) MomentsOf(Scenarios.Trigger.DateAttribute trigger, SubjectState subject, DateTimeOffset at)
    {
        var clock = ClockOf(ZoneRule.Recipient, subject);
        var zone = clock.Zone;
        LocalDate first;
        switch (trigger.Attribute == "created_at" ? AttributeValue.From(subject.CreatedAt) : subject[trigger.Attribute])
        {
            case { Kind: ValueKind.Date } value: first = LocalDate.FromDateOnly(value.AsDate); break;
            case { Kind: ValueKind.Instant } value: first = Instant.FromDateTimeOffset(value.AsInstant).InZone(zone).Date; break;
            default: return (null, null);
        }

        if (trigger.Every is not { } every)
        {
            var only = Mark(0);
            return only.Moment <= at ? (only, null) : (null, only.Moment);
        }

        // Near enough, then step by step: months differ, days are chosen, and an offset may be longer than what recurs.
        var today = Instant.FromDateTimeOffset(at).InZone(zone).Date;
        var occurrence = Math.Max(1, (int)(Period.DaysBetween(first, today) / (every.Months > 0 ? every.Months * 31 : every.Exact.TotalDays)));
        var mark = Mark(occurrence);
        while (mark.Moment > at && occurrence > 1) mark = Mark(--occurrence);
        if (mark.Moment > at) return (null, mark.Moment);
        for (var next = Mark(++occurrence); ; next = Mark(++occurrence))
        {
            if (next.Moment > at) return (mark, next.Moment);
            mark = next;
        }

        DateMark Mark(int which)
        {
            var day = which == 0 ? first : trigger.Every!.Value is { Months: > 0 and var months } ? first.PlusMonths(months * which) : first.PlusDays((int)trigger.Every.Value.Exact.TotalDays * which);
            return new(Calendar.OnDate(day, trigger.Offset, trigger.At, trigger.Days, clock), Calendar.At(day, trigger.At, zone), day, which);
        }
    }

    /// <summary>A date that a step waits for; null while nobody has said it.</summary>
    private DateTimeOffset? MomentOf(DateMoment until, SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        var clock = ClockOf(until.Zone, subject);
        var (day, moment) = DateOf(until, subject, enrollment, at);
        if (day is { } date) return Calendar.OnDate(LocalDate.FromDateOnly(date), until.Offset, until.At ?? new LocalTime(9, 0), until.Days, clock);
        if (moment is not { } instant) return null;
        var local = Instant.FromDateTimeOffset(instant).InZone(clock.Zone);
        if (until.At is { } time) return Calendar.OnDate(local.Date, until.Offset, time, until.Days, clock);
        var moved = Calendar.Add(instant, until.Offset, clock);
        return until.Days == Scenarios.Days.All ? moved : Calendar.Next(moved, Instant.FromDateTimeOffset(moved).InZone(clock.Zone).TimeOfDay, until.Days, clock);
    }
}
