using System.Collections.Frozen;
using System.Text;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Tests.Segments;

namespace Nurture.Tests.Conditions;

/// <summary>A contact of an account, a tracking plan, and events that feed both: what a condition is asked about in tests.</summary>
internal sealed class World
{
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public static readonly TrackingPlan Plan = new()
    {
        Events = new[]
        {
            Event("login"),
            Event("signed_up", Field("plan", ValueKind.Text), Field("seats", ValueKind.Number), Field("starts_at", ValueKind.Instant)),
            Event("order_placed", Field("order_id", ValueKind.Text), Field("total", ValueKind.Number)),
            new PlannedEvent("setup_completed", "", true, new Dictionary<string, PlannedAttribute>()),
        }.ToDictionary(planned => planned.Name),
        ContactAttributes = Attributes(Field("seats", ValueKind.Number), Field("plan", ValueKind.Text), Field("newsletter", ValueKind.Boolean), Field("trial_ends_at", ValueKind.Instant), Field("birthday", ValueKind.Date)),
        AccountAttributes = Attributes(Field("plan", ValueKind.Text), Field("seats", ValueKind.Number), Field("setup_completed", ValueKind.Boolean), Field("contract_end", ValueKind.Date), Field("country", ValueKind.Text, AttributeValue.From("JP"))),
    };

    public ContactState Contact { get; init; } = new() { Id = 1, AccountId = 7, CreatedAt = Start };

    public AccountState? Account { get; set; } = new() { Id = 7, CreatedAt = Start };

    public Enrollment? Enrollment { get; set; }

    public OccurredEvent? Trigger { get; set; }

    public string Zone { get; set; } = "UTC";

    /// <summary>Null covers nothing.</summary>
    public DateTimeOffset? CoveredSince { get; set; } = DateTimeOffset.UnixEpoch;

    public SubjectKind Subject { get; init; } = SubjectKind.Contact;

    private long lastId;

    public static PlannedAttribute Field(string name, ValueKind type, AttributeValue instead = default) => new(name, type, "", instead);

    public static PlannedEvent Event(string name, params PlannedAttribute[] fields) => new(name, "", false, fields.ToDictionary(field => field.Name));

    private static Dictionary<string, PlannedAttribute> Attributes(params PlannedAttribute[] attributes) => attributes.ToDictionary(attribute => attribute.Name);

    public static ConditionScope Scope(SubjectKind subject = SubjectKind.Contact) => new()
    {
        Subject = subject,
        Plan = Plan,
        TriggerEvents = ["signed_up"],
        HeardEvents = [],
        HasEnrollment = true,
        SentTemplates = ["welcome", "setup-help"],
        File = "trial.yaml",
    };

    public static SegmentSet Segments(params string[] segments) => SegmentTexts.Read(Plan, segments);

    public static Condition Compile(string text, SubjectKind subject = SubjectKind.Contact) => Compile(text, Scope(subject));

    public static Condition Compile(string text, ConditionScope scope)
    {
        var diagnostics = new List<Diagnostic>();
        var condition = Condition.Compile(text, scope, diagnostics);
        Assert.True(condition is not null, string.Join('\n', diagnostics));
        return condition;
    }

    public static OccurredEvent Occurred(string name, DateTimeOffset at, string fields = "{}", long contactId = 1, long id = 0) =>
        new(id, name, contactId, 7, at, at, Encoding.UTF8.GetBytes(fields));

    public Truth Ask(string text, DateTimeOffset at) => Compile(text, Subject).Evaluate(Context(at, Compile(text, Subject)));

    public ConditionContext Context(DateTimeOffset at, Condition condition) => new()
    {
        Catalog = new Catalog
        {
            Policy = SendPolicy.Default with { Zone = Zone },
            CoveredSince = CoveredSince is { } since ? condition.Criteria.ToFrozenDictionary(criterion => criterion.Key, _ => since) : FrozenDictionary<long, DateTimeOffset>.Empty,
        },
        At = at,
        Contact = Subject == SubjectKind.Contact ? Contact : null,
        Account = Account,
        Enrollment = Enrollment,
        Trigger = Trigger,
    };

    /// <summary>Feeds the events to the counters that the condition needs.</summary>
    public World Heard(Condition condition, params IEnumerable<OccurredEvent> events)
    {
        var index = new CriteriaIndex(condition.Criteria);
        foreach (var occurred in events) index.Apply(occurred with { Id = ++lastId }, occurred.ContactId == Contact.Id ? Contact : null, Account);
        return this;
    }
}
