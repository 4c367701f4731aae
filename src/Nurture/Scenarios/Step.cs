using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>One step as written. Ids are unique in the scenario and stable: given, or derived from the content.</summary>
public abstract record Step
{
    private Step(string id, SourceSpan span) => (Id, Span) = (id, span);

    public string Id { get; }

    public SourceSpan Span { get; }

    /// <summary>Where it may lead beside the step that follows it. Each way goes on to that step too, but for a repeat's, which comes back to it.</summary>
    public virtual IReadOnlyList<IReadOnlyList<Step>> Ways => [];

    /// <summary>What it asks, in the order in which it stands.</summary>
    public virtual IEnumerable<Condition> Conditions => [];

    /// <summary>Whom it may concern of an account.</summary>
    public virtual IEnumerable<Recipients> Recipients => [];

    /// <summary>The steps and all those of their ways, each before its own.</summary>
    public static IEnumerable<Step> All(IEnumerable<Step> steps) => steps.SelectMany(step => step.Ways.SelectMany(All).Prepend(step));

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

        /// <summary><c>hours: any</c>: no allowed hours keep it back, since it answers what the person just did.</summary>
        public bool LeavesAtAnyHour { get; init; }

        /// <summary>How many leave in a time, over all subjects; null for all at once.</summary>
        public Pace? Throttle { get; init; }

        /// <summary>Which of the mail's subjects is the better one, found out with some before the others get it; null where it has one, or gets its first.</summary>
        public SubjectTest? SubjectTest { get; init; }

        /// <summary>Asked there and then; false skips.</summary>
        public Condition? If { get; init; }

        /// <summary><c>calendar: session</c>: with the session as an entry for the reader's calendar.</summary>
        public bool HasCalendar { get; init; }

        /// <summary><c>skipped: end</c>: a skipped send ends the enrollment.</summary>
        public bool EndsWhenSkipped { get; init; }

        /// <summary>What runs when the send was skipped, before going on.</summary>
        public IReadOnlyList<Step> Skipped { get; init; } = [];

        /// <summary>Who has to approve it before it may leave; null where nobody has.</summary>
        public Approver? Approve { get; init; }

        /// <summary>Who writes: an identity of the policy, or <see cref="FromOwner"/>; null for the policy's sender.</summary>
        public string? From { get; init; }

        public const string FromOwner = "account.owner";

        /// <summary>Of the step <c>ask</c>: what the mail asks.</summary>
        public Question? Asks { get; init; }

        public override IReadOnlyList<IReadOnlyList<Step>> Ways => [Skipped];

        public override IEnumerable<Condition> Conditions => If is null ? [] : [If];

        public override IEnumerable<Recipients> Recipients => new[] { To, Nobody?.Instead }.OfType<Recipients>();
    }

    public sealed record WaitFor(string Id, Condition For, TimeSpan? UpTo, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Calendar or business part of <c>up_to</c>, where it is not an exact length.</summary>
        public Duration? UpToDuration { get; init; }

        /// <summary>A date that it waits no longer than.</summary>
        public DateMoment? Until { get; init; }

        /// <summary>An event that arrives later than this after it happened is not what it waited for.</summary>
        public TimeSpan Late { get; init; } = ScenarioParser.DefaultLate;

        public required IReadOnlyList<Step> Timeout { get; init; }

        public bool IsBounded => UpTo is not null || UpToDuration is not null || Until is not null;

        public override IReadOnlyList<IReadOnlyList<Step>> Ways => [Timeout];

        public override IEnumerable<Condition> Conditions => [For];
    }

    public sealed record WaitLength(string Id, Duration Length, SourceSpan Span) : Step(Id, Span);

    /// <summary>Until the next such local time on an allowed day; now, if it is exactly that time.</summary>
    public sealed record WaitUntil(string Id, NodaTime.LocalTime Time, Days Days, ZoneRule Zone, SourceSpan Span) : Step(Id, Span);

    /// <summary>Until a date that somebody or something has, moved by an offset. While nothing is known of it, it waits.</summary>
    public sealed record WaitUntilDate(string Id, DateMoment Until, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Come to later than this after its moment, what follows is left out.</summary>
        public TimeSpan CatchUp { get; init; } = DateMoment.DefaultCatchUp;
    }

    public sealed record Branch(string Id, IReadOnlyList<Arm> Arms, SourceSpan Span) : Step(Id, Span)
    {
        public override IReadOnlyList<IReadOnlyList<Step>> Ways { get; } = [.. Arms.Select(arm => arm.Then)];

        public override IEnumerable<Condition> Conditions => Arms.Select(arm => arm.If).OfType<Condition>();
    }

    /// <summary>One way of several, drawn once for an account (else a contact) and kept (SEMANTICS.md 40).</summary>
    public sealed record Split(string Id, IReadOnlyList<SplitArm> Arms, SourceSpan Span) : Step(Id, Span)
    {
        public override IReadOnlyList<IReadOnlyList<Step>> Ways { get; } = [.. Arms.Select(arm => arm.Then)];
    }

    /// <summary>The same steps again, up to <paramref name="Times"/> times; not again where <paramref name="Until"/> is true.</summary>
    public sealed record Repeat(string Id, int Times, Condition? Until, IReadOnlyList<Step> Steps, SourceSpan Span) : Step(Id, Span)
    {
        public override IReadOnlyList<IReadOnlyList<Step>> Ways { get; } = [Steps];

        public override IEnumerable<Condition> Conditions => Until is null ? [] : [Until];
    }

    public sealed record Set(string Id, SubjectKind On, string Attribute, AttributeValue Value, SourceSpan Span) : Step(Id, Span);

    /// <summary>Gives the account another owner.</summary>
    /// <param name="Owner">An address; null where <paramref name="Pool"/> chooses.</param>
    public sealed record Assign(string Id, string? Owner, string? Pool, SourceSpan Span) : Step(Id, Span);

    /// <summary>Takes a topic for refused by the person; the person themself may take that back.</summary>
    public sealed record Unsubscribe(string Id, string Topic, string? Because, SourceSpan Span) : Step(Id, Span);

    /// <summary>Forgets the person, as an erasure does.</summary>
    public sealed record Forget(string Id, string Reason, SourceSpan Span) : Step(Id, Span);

    /// <summary>Writes the subject into a segment that is a list, or strikes it out.</summary>
    public sealed record Enlist(string Id, string Segment, bool IsStruckOut, SourceSpan Span) : Step(Id, Span);

    /// <summary>Starts another scenario, by its own audience, re-entry and consent, and goes on whatever it answers (SEMANTICS.md 44).</summary>
    public sealed record Start(string Id, string Scenario, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Who of the account enters a contact scenario.</summary>
        public Recipients? For { get; init; }

        /// <summary>By name, the paths or plain values that the other scenario reads as <c>trigger.…</c>.</summary>
        public IReadOnlyDictionary<string, StartValue> With { get; init; } = new Dictionary<string, StartValue>();

        public override IEnumerable<Recipients> Recipients => For is null ? [] : [For];
    }

    public sealed record Stop(string Id, IReadOnlyList<string> Scenarios, SourceSpan Span) : Step(Id, Span);

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

        public override IReadOnlyList<IReadOnlyList<Step>> Ways => [.. Outcomes.Select(arm => arm.Then), Otherwise];
    }

    /// <summary>One request to an endpoint of the settings; goes on at once, or waits for what came of it.</summary>
    public sealed record Webhook(string Id, string Endpoint, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>Null says of whom it is and which step asks.</summary>
        public Given.Map? Body { get; init; }

        /// <summary>From the step's start; a standard where not given.</summary>
        public TimeSpan? Expires { get; init; }

        /// <summary>By the name under which it is read as <c>response.…</c>: the path in the answer.</summary>
        public IReadOnlyDictionary<string, string> Response { get; init; } = new Dictionary<string, string>();

        public bool Waits { get; init; }

        /// <summary>What runs when nobody took it.</summary>
        public IReadOnlyList<Step> Failed { get; init; } = [];

        /// <summary>What runs when its time is over; as when it failed, without <see cref="HasTimeout"/>.</summary>
        public IReadOnlyList<Step> Timeout { get; init; } = [];

        public bool HasTimeout { get; init; }

        public override IReadOnlyList<IReadOnlyList<Step>> Ways => [Failed, Timeout];
    }

    /// <summary>Tells a colleague something, or a channel: one of the two.</summary>
    public sealed record Notify(string Id, Colleagues? Who, string? Channel, WrittenText About, SourceSpan Span) : Step(Id, Span);

    /// <summary>Something for a human to do; goes on at once, or waits for what came of it (SEMANTICS.md 46).</summary>
    public sealed record Task(string Id, string Title, Duration? Due, SourceSpan Span) : Step(Id, Span)
    {
        /// <summary>How it is done where it says no other outcomes.</summary>
        public const string Done = "done";

        /// <summary>An address, or the attribute of the account that holds one; the account's owner where neither is given.</summary>
        public string? Owner { get; init; }

        public AttributeRef? OwnerOf { get; init; }

        /// <summary>Where it waits for anybody; then it is nobody's.</summary>
        public string? Queue { get; init; }

        /// <summary>How it may be done.</summary>
        public IReadOnlyList<string> Outcomes { get; init; } = [Done];

        public bool WaitsForOutcome { get; init; }

        /// <summary>The longest wait; there where it waits.</summary>
        public Duration? UpTo { get; init; }

        public IReadOnlyList<OutcomeArm> Arms { get; init; } = [];

        /// <summary>For every other outcome; and when it was not done in time, where nothing is said of that.</summary>
        public IReadOnlyList<Step> Otherwise { get; init; } = [];

        /// <summary>When it was not done in time; null where <see cref="Otherwise"/> is for that too.</summary>
        public IReadOnlyList<Step>? Timeout { get; init; }

        public override IReadOnlyList<IReadOnlyList<Step>> Ways => !WaitsForOutcome ? [] : Timeout is null ? [.. Arms.Select(arm => arm.Then), Otherwise] : [.. Arms.Select(arm => arm.Then), Otherwise, Timeout];
    }
}

/// <summary>A human who looks at a mail before it leaves (SEMANTICS.md 54).</summary>
/// <param name="Address">Null where an attribute of the account says it.</param>
/// <param name="Attribute">The account's attribute that holds the address.</param>
/// <param name="UpTo">Until when they may answer.</param>
/// <param name="SendsUnanswered">What is not answered in time leaves; else it is skipped.</param>
public sealed record Approver(string? Address, string Attribute, Duration UpTo, bool SendsUnanswered);

/// <summary>Which of a mail's subjects more people click on, found out with some of them before the others get it.</summary>
/// <param name="Arms">Names of the mail's <c>subjects:</c>. The first one is what everybody gets where none is better.</param>
/// <param name="Share">Between 0 and 1: how many it is found out with.</param>
/// <param name="After">How long after the first of these mails it is decided.</param>
public sealed record SubjectTest(IReadOnlyList<string> Arms, double Share, TimeSpan After)
{
    /// <summary>The arm of somebody whom it is found out with; null for the others.</summary>
    /// <param name="drawn">From 0 (inclusive) to 1 (exclusive).</param>
    public string? ArmOf(double drawn) => drawn < Share ? Arms[Math.Min((int)(drawn / Share * Arms.Count), Arms.Count - 1)] : null;
}

/// <summary>What runs when a case was closed, or a task done, with this outcome.</summary>
public sealed record OutcomeArm(string Outcome, IReadOnlyList<Step> Then);

/// <summary>One way of a branch; <c>else</c> where <paramref name="If"/> is null.</summary>
public sealed record Arm(Condition? If, IReadOnlyList<Step> Then);

/// <summary>One way of a split.</summary>
/// <param name="Name">What is remembered of who goes it.</param>
/// <param name="Share">0 to 1; those of all arms make 1.</param>
public sealed record SplitArm(string Name, double Share, IReadOnlyList<Step> Then);

/// <summary>A value that a started scenario or a webhook is given: a path of this one, or written out.</summary>
/// <param name="Path">Null where it is written out.</param>
public sealed record StartValue(Fact? Path, AttributeValue Written)
{
    public bool Equals(StartValue? other) => other is not null && other.Path?.Text == Path?.Text && other.Written == Written;

    public override int GetHashCode() => HashCode.Combine(Path?.Text, Written);

    public override string ToString() => Path?.Text ?? Written.ToString();
}

/// <summary>Which days a local time may fall on.</summary>
public enum Days { All, Business, Weekend }

/// <summary>Whose clock a local time is read on; <see cref="Named"/> holds a time-zone id.</summary>
public sealed record ZoneRule(ZoneOf Of, string? Named = null)
{
    public static ZoneRule Recipient { get; } = new(ZoneOf.Recipient);
}

public enum ZoneOf { Recipient, Account, Company, Named }

/// <summary>A moment that a date attribute or a field of an event says (SEMANTICS.md 33).</summary>
/// <param name="Date">A day or a moment.</param>
/// <param name="Offset">Negative is before it.</param>
/// <param name="At">The local time of day; a moment's own where not given, 09:00 of a day.</param>
public sealed record DateMoment(DateExpression Date, Duration Offset, NodaTime.LocalTime? At, Days Days, ZoneRule Zone)
{
    /// <summary>A moment that is noticed later than this has gone by, where nothing else is said.</summary>
    public static readonly TimeSpan DefaultCatchUp = TimeSpan.FromDays(2);
}

/// <summary>
/// A length as authors write it: <c>m h d w</c> exact, <c>bd</c> business days, <c>mo</c> calendar months
/// (SEMANTICS.md 26). Only one part is set.
/// </summary>
public readonly record struct Duration(TimeSpan Exact, int BusinessDays = 0, int Months = 0)
{
    public bool IsExact => BusinessDays == 0 && Months == 0;

    public Duration Before => new(-Exact, -BusinessDays, -Months);

    public bool IsBefore => Exact < TimeSpan.Zero || BusinessDays < 0 || Months < 0;
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

/// <summary>Whom of ours a notice goes to.</summary>
public abstract record Colleagues
{
    private Colleagues() { }

    /// <summary>For the step's derived id.</summary>
    internal string Slug => Yaml.Values.Slug(ToString().Replace("account.", "", StringComparison.Ordinal).Split('@')[0].Replace('(', '-').TrimEnd(')'));

    /// <summary>Everybody who may work cases.</summary>
    public sealed record Queue : Colleagues
    {
        public override string ToString() => "queue";
    }

    public sealed record Address(string Of) : Colleagues
    {
        public override string ToString() => Of;
    }

    /// <summary>Whose address the account's attribute holds.</summary>
    public sealed record Attribute(string Name) : Colleagues
    {
        public override string ToString() => $"account.{Name}";
    }

    /// <summary>Whom escalations.yaml calls the manager of the colleague whose address the attribute holds.</summary>
    public sealed record Manager(string OfAttribute) : Colleagues
    {
        public override string ToString() => $"manager(account.{OfAttribute})";
    }

    /// <summary>All of a pool of escalations.yaml.</summary>
    public sealed record Pool(string Name) : Colleagues
    {
        public override string ToString() => Name;
    }
}

/// <summary>What happens when nobody matches: another rule, a task for a colleague to find somebody, or the end of the enrollment.</summary>
public sealed record Nobody(Recipients? Instead, bool OpensTask = false)
{
    public bool EndsEnrollment => Instead is null && !OpensTask;
}
