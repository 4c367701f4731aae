using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake.Hooks;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>What a scenario is read against.</summary>
public sealed record ParseEnvironment
{
    public TrackingPlan Plan { get; init; } = TrackingPlan.Empty;

    /// <summary>Names of the templates there are; null where that is not known, and none is then missed.</summary>
    public IReadOnlySet<string>? Templates { get; init; }

    public SendPolicy Policy { get; init; } = SendPolicy.Default;

    /// <summary>The templates themselves, for what lint asks of them; null where they are not at hand.</summary>
    public MailTemplateLibrary? MailTemplates { get; init; }

    /// <summary>The escalation types there are; null where that is not known, and none is then missed.</summary>
    public EscalationTypes? Escalations { get; init; }

    /// <summary>How accounts are scored; null where nobody scores them.</summary>
    public HealthDefinition? Health { get; init; }

    /// <summary>What <c>segment("x")</c> may name.</summary>
    public SegmentSet Segments { get; init; } = SegmentSet.None;

    /// <summary>What other systems may tell, for tests that let them.</summary>
    public HookSet Hooks { get; init; } = HookSet.None;

    /// <summary>Whether all files there are have been read, so that what is not there is missing.</summary>
    public bool IsWhole { get; init; }

    /// <summary>What dates are held against; null where none is past.</summary>
    public DateTimeOffset? Now { get; init; }

    /// <summary>Where the rows of <c>for_each</c> come from, where that is a file; its text is what is read.</summary>
    public RowFile? Rows { get; init; }

    /// <summary>How far back events are kept: no window may reach further. Null keeps all.</summary>
    public TimeSpan? KeptHistory { get; init; }
}

/// <param name="Scenario">Null exactly when a diagnostic is an error.</param>
public sealed record ParsedScenario(Scenario? Scenario, IReadOnlyList<Diagnostic> Diagnostics)
{
    /// <summary>What could be read of a scenario with mistakes, for lint to go on with; a condition that is none reads <c>true</c>.</summary>
    internal Scenario? Draft { get; init; }

    /// <summary>Of a scenario with <c>for_each</c> each row, read as a scenario of its own; empty for all others, and where a row could not be read.</summary>
    public IReadOnlyList<ParsedScenario> Rows { get; init; } = [];

    /// <summary>Of a row: where it stands.</summary>
    internal SourceSpan? RowSpan { get; init; }

    /// <summary>How a row is drawn, by its name; anything else as the first one.</summary>
    public ScenarioFlow? FlowOf(string name) => Rows.FirstOrDefault(row => row.Draft?.Name == name)?.Flow ?? Flow;

    /// <summary>How it is drawn, as far as it could be read; null where not even its trigger and class could be.</summary>
    public ScenarioFlow? Flow => Draft is { } draft ? ScenarioFlow.Of(draft) : null;

    /// <summary>The scenario's name where it could be read, even when the rest could not.</summary>
    public string? Name { get; init; }

    /// <summary>Where what was written stands: <c>goal</c>, <c>goal.within</c>, <c>holdout</c>, and of a step <c>welcome/to</c>.</summary>
    public IReadOnlyDictionary<string, SourceSpan> Positions { get; init; } = new Dictionary<string, SourceSpan>();

    public string File { get; init; } = "";

    /// <summary>It says <c>goal: none</c>.</summary>
    internal bool SaysNoGoal { get; init; }
}
