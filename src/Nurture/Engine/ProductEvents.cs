using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>What the product itself does, as events under reserved names: a closed list, usable in triggers, waits and criteria (SEMANTICS.md 50).</summary>
public static class ProductEvents
{
    public const string Prefix = "nurture.";
    public const string BandChanged = "nurture.band_changed";
    public const string EscalationOpened = "nurture.escalation_opened";
    public const string EscalationClosed = "nurture.escalation_closed";
    public const string TaskDone = "nurture.task_done";

    /// <summary>As the tracking plan describes events.</summary>
    public static IReadOnlyList<PlannedEvent> All { get; } =
    [
        Planned(BandChanged, "The account's health went from one band to another.", "from", "to"),
        Planned(EscalationOpened, "A human was called.", "type", "family"),
        Planned(EscalationClosed, "A human closed a case, with an outcome.", "type", "family", "outcome"),
        Planned(TaskDone, "A human did a task.", "task", "title"),
    ];

    private static PlannedEvent Planned(string name, string description, params string[] properties) =>
        new(name, description, true, properties.ToDictionary(property => property, property => new PlannedAttribute(property, ValueKind.Text, "", AttributeValue.Null)));
}
