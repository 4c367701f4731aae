using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Sessions;

namespace Nurture.Engine;

/// <summary>What the product itself does, as events under reserved names: a closed list, usable in triggers, waits and criteria (SEMANTICS.md 50).</summary>
public static class ProductEvents
{
    public const string Prefix = "nurture.";
    public const string BandChanged = "nurture.band_changed";
    public const string EscalationOpened = "nurture.escalation_opened";
    public const string EscalationClosed = "nurture.escalation_closed";
    public const string TaskDone = "nurture.task_done";
    public const string GoalReached = "nurture.goal_reached";
    public const string TierChanged = "nurture.tier_changed";
    public const string StageReached = "nurture.stage_reached";
    public const string ContactLeft = "nurture.contact_left";

    public const string Replied = "nurture.replied";
    public const string SendBounced = "nurture.send_bounced";

    /// <summary>There is no such address.</summary>
    public const string HardBounce = "hard";

    /// <summary>The mailbox takes nothing at present.</summary>
    public const string SoftBounce = "soft";

    public const string Asked = "nurture.asked";
    public const string Answered = "nurture.answered";

    // Written without the prefix, as authors say them.
    private static readonly string[] Short = [Asked, Answered];

    // What a trigger that is no event leaves to be read as trigger.…: never in the log.
    internal const string AttributeChanged = "nurture.attribute_changed";
    internal const string DateReached = "nurture.date_reached";
    internal const string Started = "nurture.started";

    /// <summary>As the tracking plan describes events.</summary>
    public static IReadOnlyList<PlannedEvent> All { get; } =
    [
        Planned(BandChanged, "The account's health went from one band to another.", "from", "to"),
        Planned(EscalationOpened, "A human was called.", "type", "family"),
        Planned(EscalationClosed, "A human closed a case, with an outcome.", "type", "family", "outcome"),
        Planned(TaskDone, "A human did a task.", "task", "title", "outcome"),
        Planned(GoalReached, "A passage through a scenario reached its goal.", "scenario", "row") with { IsAccountFact = false },
        Planned(TierChanged, "The account's tier became another one.", "from", "to"),
        Planned(StageReached, "The account came to another stage.", "from", "to"),
        Planned(ContactLeft, "A person of the account works there no more.") with { IsAccountFact = false },
        Planned(Replied, "A person answered a mail with one of their own; what a mailbox answers by itself is none.", "scenario", "step", "template") with { IsAccountFact = false },
        PlannedBounce,
        .. SessionEvents.All,
        Planned(Asked, "A mail with a question was released.", "scenario", "step", "template") with { IsAccountFact = false },
        PlannedAnswer,
    ];

    /// <summary>Null for what is no event of the product's, whoever else has one of that name.</summary>
    public static PlannedEvent? Find(string name) => name.StartsWith(Prefix, StringComparison.Ordinal) ? All.FirstOrDefault(planned => planned.Name == name) : null;

    /// <summary>What Nurture tells of a person or an account without the property by which passages are told apart concerns all of them (SEMANTICS.md 18).</summary>
    public static bool IsHeardByEveryKey(string name, string property) => Find(name) is { } own && !own.Properties.ContainsKey(property);

    /// <summary>For who is told that a name is none of them.</summary>
    internal static Wording Listed { get; } = $"There are {string.Join(", ", All.Select(planned => planned.Name))}.";

    /// <summary>Whether it happens to an account and never names a person.</summary>
    public static bool IsOfAccountAlone(string name) => name is BandChanged or EscalationOpened or EscalationClosed or TaskDone or TierChanged or StageReached;

    /// <summary>What the triggers that are no events leave to be read as <c>trigger.…</c>.</summary>
    internal static PlannedEvent? OfTrigger(string name) => name == DateReached ? PlannedDate : name == SessionEvents.Invited ? SessionEvents.OfTrigger : null;

    /// <summary>What the author of a scenario that asks means by a name: <c>answered</c> is <see cref="Answered"/>, unless the company has an event of that name.</summary>
    internal static string NameOf(string name, TrackingPlan plan) =>
        !plan.Events.ContainsKey(name) && Array.Find(Short, full => full.AsSpan(Prefix.Length).SequenceEqual(name)) is { } known ? known : name;

    private static PlannedEvent PlannedBounce => Planned(SendBounced, "A mail to the person came back: hard, there is no such address; soft, the mailbox takes nothing at present.", "scenario", "step", "template") is var planned
        ? planned with { IsAccountFact = false, Properties = new Dictionary<string, PlannedAttribute>(planned.Properties) { ["kind"] = new("kind", ValueKind.Text, "", AttributeValue.Null) { Values = [HardBounce, SoftBounce] } } }
        : planned;

    private static PlannedEvent PlannedAnswer => Planned(Answered, "A question in a mail was answered, or answered otherwise.", "scenario", "step", "template", "enrollment", "answer", "comment") is var planned
        ? planned with { IsAccountFact = false, Properties = new Dictionary<string, PlannedAttribute>(planned.Properties) { ["score"] = new("score", ValueKind.Number, "Of a scale", AttributeValue.Null) } }
        : planned;

    private static readonly PlannedEvent PlannedDate = new(DateReached, "A date's moment came.", false, new Dictionary<string, PlannedAttribute>
    {
        ["date"] = new("date", ValueKind.Date, "", AttributeValue.Null),
        ["occurrence"] = new("occurrence", ValueKind.Number, "", AttributeValue.Null),
    });

    private static PlannedEvent Planned(string name, string description, params string[] properties) =>
        new(name, description, true, properties.ToDictionary(property => property, property => new PlannedAttribute(property, ValueKind.Text, "", AttributeValue.Null)));
}
