using Nurture.Conditions;
using Nurture.Contacts;

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

    /// <summary>A subject sends in one scenario of a stream at a time (SEMANTICS.md 38); null outside of all.</summary>
    public string? Stream { get; init; }

    /// <summary>In a stream the higher one goes first, and of equal ones who entered first.</summary>
    public int Priority { get; init; }

    /// <summary>The topic of its sends, null where it names none.</summary>
    public string? Topic { get; init; }

    public required Trigger Trigger { get; init; }

    /// <summary>What the texts of its steps ask beside its conditions.</summary>
    public IReadOnlyList<Fact> Facts { get; init; } = [];

    /// <summary>Asked once, at entry; null lets everybody in.</summary>
    public Condition? Audience { get; init; }

    public Reentry Reentry { get; init; } = Reentry.Once;

    public WhileLive WhileLive { get; init; } = WhileLive.Ignore;

    /// <summary>What tells two passages of one subject apart: <c>trigger.order_id</c>, <c>account.contract_end</c>. Null for one passage.</summary>
    public KeyExpression? Key { get; init; }

    /// <summary>The property by which a passage tells its own events from those of others (SEMANTICS.md 18); null where all are its own.</summary>
    public string? KeyProperty => Key is { Root: "trigger", Path: not KeyExpression.Actor and var path } && Trigger is Trigger.Event ? path : null;

    /// <summary>The trigger's date, where it is the key as well: a passage is of that date (SEMANTICS.md 18). Null for any other.</summary>
    public Trigger.DateAttribute? OwnDate =>
        Trigger is Trigger.DateAttribute { Every: null } date && Key is { } key && key.Path == date.Attribute && key.Root == (date.Of == SubjectKind.Contact ? "contact" : "account") ? date : null;

    /// <summary>The stage of who is a customer no more: it ends every scenario that does not name it (SEMANTICS.md 51).</summary>
    public const string Churned = "churned";

    /// <summary>Whether it is meant for those who are customers no more.</summary>
    public bool NamesChurned =>
        (Audience is { } audience && AsksFor.Value(audience, Churned))
        || Trigger.Conditions.Any(condition => AsksFor.Value(condition, Churned))
        || (Trigger is Trigger.Changed changed && changed.To.Contains(AttributeValue.From(Churned)));

    /// <summary>0 to 1.</summary>
    public double Holdout { get; init; }

    public Goal? Goal { get; init; }

    public IReadOnlyList<ExitRule> Exits { get; init; } = [];

    /// <summary>In a contact scenario: let in this many people of one account at a time; null for all.</summary>
    public int? PerAccount { get; init; }

    public required IReadOnlyList<Step> Steps { get; init; }

    /// <summary>The row that this is, of a scenario with <c>for_each</c>: then its name is <c>feature-tip:reports</c>.</summary>
    public ScenarioRow? Row { get; init; }

    /// <summary>Of a scenario with <c>for_each</c> the scenario of each row, which is what runs; empty for all others.</summary>
    public IReadOnlyList<Scenario> Rows { get; init; } = [];

    /// <summary>What runs of it: one for each row, or itself.</summary>
    public IReadOnlyList<Scenario> Each() => Rows.Count > 0 ? Rows : [this];

    /// <summary>The scenario's name without the row's.</summary>
    public static string FamilyOf(string name) => name.IndexOf(ScenarioRow.Mark, StringComparison.Ordinal) is >= 0 and var end ? name[..end] : name;

    /// <summary>Whether a name means this scenario, alone or as one of a scenario's rows.</summary>
    public static bool Means(string name, string scenario) => name == scenario || name == FamilyOf(scenario);

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
public sealed record KeyExpression(string Root, string Path)
{
    /// <summary>One passage for each session.</summary>
    public static KeyExpression OfSession { get; } = new("session", "id");

    /// <summary>Whose event it was: <c>trigger.contact.id</c>.</summary>
    public const string Actor = "contact.id";
}
