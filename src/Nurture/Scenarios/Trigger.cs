using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Health;
using Nurture.Sessions;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>What starts a scenario.</summary>
public abstract record Trigger
{
    private Trigger(SourceSpan span) => Span = span;

    public SourceSpan Span { get; }

    /// <summary>For a trigger that belongs to the account in a contact scenario: who of the account enters (SEMANTICS.md 7).</summary>
    public Recipients? ForRole { get; init; }

    /// <summary>Who is started enters so much later; what ends the scenario meanwhile keeps them out.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Entries are spread evenly over this long, in the order of coming.</summary>
    public TimeSpan Spread { get; init; }

    /// <summary>How it asks everybody, where it does so; null for what starts one subject.</summary>
    public virtual Walking? Walk => null;

    /// <summary>What is asked of every subject that the trigger may start.</summary>
    public virtual IEnumerable<Condition> Conditions => [];

    /// <summary>Events whose properties <c>trigger.…</c> may be; null where the trigger has none.</summary>
    public virtual IReadOnlyList<string>? EventNames => null;

    /// <summary>Any of the named events, where the condition (over <c>trigger.…</c>) holds.</summary>
    public sealed record Event(IReadOnlyList<string> Names, Condition? Where, TimeSpan Late, TimeSpan? Settle, SourceSpan Span) : Trigger(Span)
    {
        /// <summary>The scenario whose goal it is, where that is what starts this one.</summary>
        public string? GoalOf { get; init; }

        public override IReadOnlyList<string> EventNames => Names;

        public override IEnumerable<Condition> Conditions => Where is null ? [] : [Where];
    }

    /// <summary>
    /// Something about the subject turns from false to true (SEMANTICS.md 12), and may do so again once it was false, or
    /// once <see cref="Rearm"/> was true.
    /// </summary>
    public abstract record Turning(SubjectKind Of, Condition When, SourceSpan Span) : Trigger(Span)
    {
        /// <summary>True when it may fire again; as soon as it is false, where not given.</summary>
        public Condition? Rearm { get; init; }

        public override IEnumerable<Condition> Conditions => Rearm is null ? [When] : [When, Rearm];
    }

    /// <summary>None of the named events for this long, counted from the later of the last one and the subject's creation.</summary>
    public sealed record Inactivity(IReadOnlyList<string> Names, Duration For, SubjectKind Of, Condition When, SourceSpan Span) : Turning(Of, When, Span);

    public sealed record Becoming(SubjectKind Of, Condition When, SourceSpan Span) : Turning(Of, When, Span);

    /// <summary>The subject comes into a segment, or, having been in it, out of it. <see cref="Turning.When"/> asks whether it is in it.</summary>
    public sealed record Segment(string Name, bool IsLeaving, SubjectKind Of, Condition When, SourceSpan Span) : Turning(Of, When, Span);

    /// <summary>A number crosses a bound, and may cross it again when it was on the other side of a second one.</summary>
    public sealed record Crossing(string Number, double Bound, double? RearmBound, bool IsRising, SubjectKind Of, Condition When, SourceSpan Span) : Turning(Of, When, Span);

    /// <summary>An attribute becomes another one.</summary>
    /// <param name="From">Before; anything where empty.</param>
    /// <param name="To">Now; anything where empty.</param>
    public sealed record Changed(SubjectKind Of, string Attribute, IReadOnlyList<AttributeValue> From, IReadOnlyList<AttributeValue> To, SourceSpan Span) : Trigger(Span)
    {
        public override IReadOnlyList<string> EventNames { get; } = [Engine.ProductEvents.AttributeChanged];
    }

    /// <summary>A date attribute of the subject, with an offset (negative is before) and a local time of day; and again, where it recurs.</summary>
    public sealed record DateAttribute(SubjectKind Of, string Attribute, Duration Offset, NodaTime.LocalTime At, Days Days, SourceSpan Span) : Trigger(Span)
    {
        /// <summary>Every so many days or months from the attribute on; once, on it, where not given.</summary>
        public Duration? Every { get; init; }

        /// <summary>Noticed later than this, its moment has gone by: what belongs to it is left out.</summary>
        public TimeSpan CatchUp { get; init; } = DateMoment.DefaultCatchUp;

        public override IReadOnlyList<string> EventNames { get; } = [Engine.ProductEvents.DateReached];
    }

    /// <summary>A time: everybody who is known is asked then, and enters where audience and re-entry allow.</summary>
    /// <param name="Pace">How many enter in a time; null for all at once.</param>
    /// <param name="Late">A moment that is noticed later than this starts nothing.</param>
    public sealed record Schedule(Timing Timing, Pace? Pace, TimeSpan Late, SourceSpan Span) : Trigger(Span)
    {
        public override Walking Walk => new(Pace, Late);
    }

    /// <summary>So long before a session begins (its own start where nothing is said), everybody who is known is asked, as by a schedule.</summary>
    /// <param name="Named">A session's id, or the kind of many.</param>
    /// <param name="Before">Negative: before its start.</param>
    /// <param name="At">The local time of day, on the session's clock; null for the session's own.</param>
    /// <param name="Pace">How many enter in a time; null for all at once.</param>
    /// <param name="Late">A moment that is noticed later than this starts nothing.</param>
    public sealed record Session(string Named, Duration Before, NodaTime.LocalTime? At, Days Days, Pace? Pace, TimeSpan Late, SourceSpan Span) : Trigger(Span)
    {
        public override IReadOnlyList<string> EventNames { get; } = [SessionEvents.Invited];

        public override Walking Walk => new(Pace, Late);

        /// <summary>The planned sessions that it is about, by id.</summary>
        public IEnumerable<Sessions.Session> Of(Catalog catalog) => catalog.Sessions.Values
            .Where(session => (session.Id == Named || session.Kind == Named) && session.State == SessionState.Planned).OrderBy(session => session.Id, StringComparer.Ordinal);

        /// <summary>When it invites; null where that would be after the start. What is declared, or moved, later than that invites at once.</summary>
        public DateTimeOffset? MomentOf(Sessions.Session session, Sends.SendPolicy policy)
        {
            var zone = Engine.Calendar.ZoneOrNull(session.Zone) ?? NodaTime.DateTimeZone.Utc;
            var clock = new Engine.LocalClock(zone, policy.TeamCalendar);
            var start = NodaTime.Instant.FromDateTimeOffset(session.StartsAt).InZone(zone);
            var moment = At is null && Days == Days.All ? Engine.Calendar.Add(session.StartsAt, Before, clock) : Engine.Calendar.OnDate(start.Date, Before, At ?? start.TimeOfDay, Days, clock);
            if (moment < session.ScheduledAt) moment = session.ScheduledAt;
            return moment < session.StartsAt ? Contacts.Instants.FromMilliseconds(Contacts.Instants.ToMilliseconds(moment)) : null;
        }
    }

    /// <summary>The account's health comes into one of the bands.</summary>
    public sealed record Band(IReadOnlyList<HealthBand> Bands, SourceSpan Span) : Trigger(Span);

    /// <summary>Nothing by itself: another scenario, a person or a program starts it.</summary>
    public sealed record ByHand(SourceSpan Span) : Trigger(Span)
    {
        public override IReadOnlyList<string> EventNames { get; } = [Engine.ProductEvents.Started];
    }
}

/// <summary>Everybody is asked, one after another.</summary>
/// <param name="Pace">How many enter in a time; null for all at once.</param>
/// <param name="Late">A moment that is noticed later than this starts nothing.</param>
public sealed record Walking(Pace? Pace, TimeSpan Late);
