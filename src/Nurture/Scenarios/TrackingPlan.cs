using Nurture.Contacts;

namespace Nurture.Scenarios;

/// <summary>
/// <c>events.yaml</c>: which events arrive with which properties, which attributes contacts and accounts have with which
/// types, and what is a fact of the account. Lint checks names against it; intake coerces values by it.
/// </summary>
public sealed record TrackingPlan
{
    public static TrackingPlan Empty { get; } = new();

    public IReadOnlyDictionary<string, PlannedEvent> Events { get; init; } = new Dictionary<string, PlannedEvent>();

    public IReadOnlyDictionary<string, PlannedAttribute> ContactAttributes { get; init; } = new Dictionary<string, PlannedAttribute>();

    public IReadOnlyDictionary<string, PlannedAttribute> AccountAttributes { get; init; } = new Dictionary<string, PlannedAttribute>();

    public PlannedAttribute? Attribute(SubjectKind of, string name) =>
        (of == SubjectKind.Contact ? ContactAttributes : AccountAttributes).GetValueOrDefault(name);
}

/// <param name="IsAccountFact">Done once by anyone of the account and true for all of it, like <c>setup_completed</c>.</param>
public sealed record PlannedEvent(string Name, string Description, bool IsAccountFact, IReadOnlyDictionary<string, PlannedAttribute> Properties);

/// <param name="Default">What a condition reads where nothing was said; null is absent.</param>
public sealed record PlannedAttribute(string Name, ValueKind Type, string Description, AttributeValue Default)
{
    /// <summary>Of a text: what it can be; empty where it can be anything.</summary>
    public IReadOnlyList<string> Values { get; init; } = [];
}
