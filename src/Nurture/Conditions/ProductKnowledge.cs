using Nurture.Contacts;
using Nurture.Health;
using Nurture.Scenarios;

namespace Nurture.Conditions;

/// <summary>What every contact and account has without a tracking plan.</summary>
public static class ProductKnowledge
{
    /// <summary>The tier of an account of which none was said.</summary>
    public const string UnsaidTier = "tech";

    private static readonly string[] ContactTexts = ["email", "name", "locale", "zone"];
    private static readonly string[] AccountTexts = ["name", "tier", "stage", "owner", "locale", "zone"];
    private static readonly string[] Tiers = ["high", "low", UnsaidTier];
    private static readonly string[] Statuses = ["active", "left", "erased"];
    private static readonly string[] Bases = ["none", "opt_in", "relationship", "published"];

    private static readonly Dictionary<string, Part> OfContact = new(StringComparer.Ordinal)
    {
        ["id"] = Known(PartType.Number, SubjectKind.Contact, subject => Reading.Of(subject.Id)),
        ["created_at"] = Known(PartType.Instant, SubjectKind.Contact, subject => Reading.Of(subject.CreatedAt)),
        ["is_known"] = Known(PartType.Boolean, SubjectKind.Contact, subject => Reading.Of(((ContactState)subject).IsKnown)),
        ["is_internal"] = Known(PartType.Boolean, SubjectKind.Contact, subject => Reading.Of(((ContactState)subject).IsInternal)),
        ["status"] = Known(PartType.Text, SubjectKind.Contact, subject => Reading.Of(Statuses[(int)((ContactState)subject).Status]), Statuses),
        ["basis"] = Known(PartType.Text, SubjectKind.Contact, subject => Reading.Of(Bases[(int)((ContactState)subject).Basis]), Bases),
    };

    private static readonly Dictionary<string, Part> OfAccount = new(StringComparer.Ordinal)
    {
        ["id"] = Known(PartType.Number, SubjectKind.Account, subject => Reading.Of(subject.Id)),
        ["created_at"] = Known(PartType.Instant, SubjectKind.Account, subject => Reading.Of(subject.CreatedAt)),
        ["health.score"] = Known(PartType.Number, SubjectKind.Account,
            subject => ((AccountState)subject).Health?.Score is { } score ? Reading.Of(Math.Round(score)) : Reading.Absent) with { MayBeAbsent = true },
        ["health.band"] = Known(PartType.Text, SubjectKind.Account,
            subject => ((AccountState)subject).Health is { } health ? Reading.Of(HealthBands.Word(health.Band)) : Reading.Absent, HealthBands.Words) with { MayBeAbsent = true },
        ["is_internal"] = Known(PartType.Boolean, SubjectKind.Account, subject => Reading.Of(((AccountState)subject).IsInternal)),
        ["is_on_hold"] = Known(PartType.Boolean, SubjectKind.Account, subject => Reading.Of(((AccountState)subject).Holds.Count > 0)),
    };

    /// <summary>Null for what is an attribute like any other.</summary>
    internal static Part? Of(SubjectKind kind, string name) => (kind == SubjectKind.Contact ? OfContact : OfAccount).GetValueOrDefault(name);

    /// <summary>Whether it moves with the account's score.</summary>
    internal static bool IsOfHealth(SubjectKind kind, string name) => kind == SubjectKind.Account && name.StartsWith("health.", StringComparison.Ordinal);

    /// <summary>Attributes that exist though no plan describes them; the plan may give them another type or a default.</summary>
    public static IReadOnlyList<string> TextAttributes(SubjectKind kind) => kind == SubjectKind.Contact ? ContactTexts : AccountTexts;

    /// <summary>The values that an attribute can have, where that is a closed list: Nurture's own, or the tracking plan's.</summary>
    public static IReadOnlyList<string>? ChoicesOf(SubjectKind kind, string name, TrackingPlan plan) =>
        kind == SubjectKind.Account && name == "tier" ? Tiers
        : plan.Attribute(kind, name) is not { Values: { Count: > 0 } values } ? null
        : kind == SubjectKind.Account && name == "stage" ? [.. values.Append(Scenario.Churned).Distinct()] : values;

    /// <summary>The value of Nurture's own that was probably meant, of an attribute whose values nobody has declared; null for what may well be another one.</summary>
    internal static string? Misspelled(SubjectKind kind, string name, string value) =>
        kind == SubjectKind.Account && name == "stage" && value != Scenario.Churned ? Spelling.Nearest(value, [Scenario.Churned]) : null;

    public static IEnumerable<string> Names(SubjectKind kind) => kind == SubjectKind.Contact
        ? [.. OfContact.Keys, "role", .. ContactTexts]
        : [.. OfAccount.Keys, .. AccountTexts];

    /// <summary>Of these names those that no mail's inputs hold.</summary>
    internal static IEnumerable<string> Answered(SubjectKind kind) => (kind == SubjectKind.Contact ? OfContact : OfAccount).Keys.Where(name => name != "id");

    private static Part Known(PartType type, SubjectKind kind, Func<SubjectState, Reading> read, IReadOnlyList<string>? choices = null) =>
        new(type, new BuiltIn(kind, read), Choices: choices);
}
