using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Health;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>What a send needs to be allowed (SEMANTICS.md 36). The numbers are stored.</summary>
public enum SendClass : byte
{
    Marketing = 1,
    Service = 2,
    Transactional = 3,
}

/// <summary>A published scenario, read and compiled; immutable.</summary>
public sealed record Scenario
{
    public required string Name { get; init; }

    /// <summary>0 until published.</summary>
    public int Version { get; init; }

    public string Title { get; init; } = "";

    public string Owner { get; init; } = "";

    /// <summary>Why it may do without a goal.</summary>
    public string? Purpose { get; init; }

    public SubjectKind Subject { get; init; } = SubjectKind.Contact;

    public SendClass Class { get; init; }

    /// <summary>The topic of its sends, null where it names none.</summary>
    public string? Topic { get; init; }

    public required Trigger Trigger { get; init; }

    /// <summary>Asked once, at entry; null lets everybody in.</summary>
    public Condition? Audience { get; init; }

    public Reentry Reentry { get; init; } = Reentry.Once;

    public WhileLive WhileLive { get; init; } = WhileLive.Ignore;

    /// <summary>What tells two passages of one subject apart: <c>trigger.order_id</c>, <c>account.contract_end</c>. Null for one passage.</summary>
    public KeyExpression? Key { get; init; }

    /// <summary>0 to 1.</summary>
    public double Holdout { get; init; }

    public Goal? Goal { get; init; }

    public IReadOnlyList<ExitRule> Exits { get; init; } = [];

    /// <summary>In a contact scenario: let in this many people of one account at a time; null for all.</summary>
    public int? PerAccount { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The text it was read from.</summary>
    public required string Text { get; init; }
}

public sealed record Goal(Condition When, TimeSpan? Within, double? Target, bool EndsEnrollment = true);

/// <summary>An exit: a condition, or <c>audience_lost</c> where <paramref name="When"/> is null.</summary>
public sealed record ExitRule(Condition? When);

/// <summary>Whether a subject may enter again after a passage is over, per key (SEMANTICS.md 15).</summary>
public readonly record struct Reentry(bool IsOnce, TimeSpan After)
{
    public static Reentry Once => new(true, default);

    public static Reentry EveryTime => new(false, TimeSpan.Zero);
}

/// <summary>What a trigger does while an enrollment of the same key lives.</summary>
public enum WhileLive { Ignore, Restart, Refresh }

/// <summary>A path whose value tells passages apart: <c>trigger.order_id</c> has root <c>trigger</c> and path <c>order_id</c>.</summary>
public sealed record KeyExpression(string Root, string Path);

/// <summary>What starts a scenario.</summary>
public abstract record Trigger
{
    private Trigger(SourceSpan span) => Span = span;

    public SourceSpan Span { get; }

    /// <summary>Any of the named events, where the condition (over <c>trigger.…</c>) holds.</summary>
    public sealed record Event(IReadOnlyList<string> Names, Condition? Where, TimeSpan Late, TimeSpan? Settle, SourceSpan Span) : Trigger(Span);

    /// <summary>None of the named events for this long, counted from the later of the last one and the subject's creation (SEMANTICS.md 12).</summary>
    public sealed record Inactivity(IReadOnlyList<string> Names, Duration For, SourceSpan Span) : Trigger(Span)
    {
        /// <summary>True once nothing was heard for <see cref="For"/>; its <c>NextChange</c> is the moment of silence.</summary>
        public required Condition IsSilent { get; init; }
    }

    /// <summary>A date attribute of the subject, with an offset (negative is before) and a local time of day.</summary>
    public sealed record DateAttribute(SubjectKind Of, string Attribute, Duration Offset, NodaTime.LocalTime At, Days Days, SourceSpan Span) : Trigger(Span);

    /// <summary>A time: everybody who is known is asked then, and enters where audience and re-entry allow.</summary>
    /// <param name="Pace">How many enter in a time; null for all at once.</param>
    /// <param name="Late">A moment that is noticed later than this starts nothing.</param>
    public sealed record Schedule(Timing Timing, Pace? Pace, TimeSpan Late, SourceSpan Span) : Trigger(Span);

    /// <summary>The account's health comes into one of the bands.</summary>
    public sealed record Band(IReadOnlyList<HealthBand> Bands, SourceSpan Span) : Trigger(Span);

    /// <summary>For a trigger that belongs to the account in a contact scenario: who of the account enters (SEMANTICS.md 7).</summary>
    public Recipients? ForRole { get; init; }
}

/// <summary>One step as written. Ids are unique in the scenario and stable: given, or derived from the content.</summary>
public abstract record Step
{
    private Step(string id, SourceSpan span) => (Id, Span) = (id, span);

    public string Id { get; }

    public SourceSpan Span { get; }

    public sealed record Send(string Id, string Template, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Null in a contact scenario: the contact itself.</summary>
        public Recipients? To { get; init; }

        public Nobody? Nobody { get; init; }

        /// <summary>Never less strict than the scenario's.</summary>
        public SendClass Class { get; init; }

        public string? Topic { get; init; }

        /// <summary>From the step's start; the class's default where not given.</summary>
        public TimeSpan? Expires { get; init; }

        /// <summary>Asked there and then; false skips.</summary>
        public Condition? If { get; init; }

        /// <summary><c>skipped: end</c>: a skipped send ends the enrollment.</summary>
        public bool EndsWhenSkipped { get; init; }

        /// <summary>What runs when the send was skipped, before going on.</summary>
        public IReadOnlyList<Step> Skipped { get; init; } = [];
    }

    public sealed record WaitFor(string Id, Condition For, TimeSpan? UpTo, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Calendar or business part of <c>up_to</c>, where it is not an exact length.</summary>
        public Duration? UpToDuration { get; init; }

        public required IReadOnlyList<Step> Timeout { get; init; }
    }

    public sealed record WaitLength(string Id, Duration Length, SourceSpan Span) : Step(Id, Span);

    /// <summary>Until the next such local time on an allowed day; now, if it is exactly that time.</summary>
    public sealed record WaitUntil(string Id, NodaTime.LocalTime Time, Days Days, ZoneRule Zone, SourceSpan Span) : Step(Id, Span);

    public sealed record Branch(string Id, IReadOnlyList<Arm> Arms, SourceSpan Span) : Step(Id, Span);

    public sealed record Set(string Id, SubjectKind On, string Attribute, Contacts.AttributeValue Value, SourceSpan Span) : Step(Id, Span);

    public sealed record End(string Id, string Reason, SourceSpan Span) : Step(Id, Span);

    /// <summary>Calls a human; goes on at once, or waits for the outcome (SEMANTICS.md 46).</summary>
    public sealed record Escalate(string Id, string Type, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Why, in a sentence for whoever reads the case.</summary>
        public string? Because { get; init; }

        public bool WaitsForOutcome { get; init; }

        /// <summary>The longest wait for an outcome; the type's hold where not given.</summary>
        public Duration? UpTo { get; init; }

        public IReadOnlyList<OutcomeArm> Outcomes { get; init; } = [];

        /// <summary>For every other outcome, and when none came.</summary>
        public IReadOnlyList<Step> Otherwise { get; init; } = [];
    }

    /// <summary>Something for a human to do; the scenario goes on at once.</summary>
    public sealed record Task(string Id, string Title, Duration? Due, SourceSpan Span) : Step(Id, Span);
}

/// <summary>What runs when a case was closed with this outcome.</summary>
public sealed record OutcomeArm(string Outcome, IReadOnlyList<Step> Then);

/// <summary>One way of a branch; <c>else</c> where <paramref name="If"/> is null.</summary>
public sealed record Arm(Condition? If, IReadOnlyList<Step> Then);

/// <summary>Which days a local time may fall on.</summary>
public enum Days { All, Business, Weekend }

/// <summary>Whose clock a local time is read on; <see cref="Named"/> holds a time-zone id.</summary>
public sealed record ZoneRule(ZoneOf Of, string? Named = null)
{
    public static ZoneRule Recipient { get; } = new(ZoneOf.Recipient);
}

public enum ZoneOf { Recipient, Account, Company, Named }

/// <summary>
/// A length as authors write it: <c>m h d w</c> exact, <c>bd</c> business days, <c>mo</c> calendar months
/// (SEMANTICS.md 26). Only one part is set.
/// </summary>
public readonly record struct Duration(TimeSpan Exact, int BusinessDays = 0, int Months = 0)
{
    public bool IsExact => BusinessDays == 0 && Months == 0;
}

/// <summary>Who of an account receives a send (SEMANTICS.md 6).</summary>
public abstract record Recipients
{
    private Recipients() { }

    public sealed record TriggerContact : Recipients;

    public sealed record HeardContact : Recipients;

    public sealed record MostActive : Recipients;

    /// <summary>Up to <paramref name="Limit"/> people with any of the roles, the earliest joined first; null for all.</summary>
    public sealed record Roles(IReadOnlyList<string> Names, int? Limit) : Recipients;
}

/// <summary>What happens when nobody matches: another rule, or the end of the enrollment.</summary>
public sealed record Nobody(Recipients? Instead)
{
    public bool EndsEnrollment => Instead is null;
}
