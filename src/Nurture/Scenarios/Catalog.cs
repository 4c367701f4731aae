using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake.Hooks;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Sessions;
using Nurture.Templates;

namespace Nurture.Scenarios;

/// <summary>
/// Everything published that a decision depends on, at one moment: immutable, replaced as a whole when something is
/// published, paused or resumed.
/// </summary>
public sealed record Catalog
{
    private CatalogIndex? index;

    // A copy made by `with` carries the field along, so the index says whose it is.
    public CatalogIndex Index => ReferenceEquals(index?.Catalog, this) ? index : index = new CatalogIndex(this);

    /// <summary>Raised by every publication, pause and resumption.</summary>
    public long Revision { get; init; }

    public TrackingPlan Plan { get; init; } = TrackingPlan.Empty;

    public SendPolicy Policy { get; init; } = SendPolicy.Default;

    public EscalationTypes Escalations { get; init; } = EscalationTypes.None;

    /// <summary>Types whose playbooks' counters are being filled: they count already. Null where there are none.</summary>
    public EscalationTypes? PreparingEscalations { get; init; }

    /// <summary>What other systems may tell, signed.</summary>
    public HookSet Hooks { get; init; } = HookSet.None;

    /// <summary>What mails are made from.</summary>
    public MailTemplateLibrary Mails { get; init; } = MailTemplateLibrary.Empty;

    /// <summary>Mails whose counters are being filled: they count already, and nobody gets them yet. Null where there are none.</summary>
    public MailTemplateLibrary? PreparingMails { get; init; }

    public SegmentSet Segments { get; init; } = SegmentSet.None;

    /// <summary>Segments whose counters are being filled: they count already, and answer nothing yet. Null where none are.</summary>
    public SegmentSet? PreparingSegments { get; init; }

    /// <summary>Null where no account is scored.</summary>
    public HealthDefinition? Health { get; init; }

    /// <summary>A definition whose counters are being filled: they count already.</summary>
    public HealthDefinition? PreparingHealth { get; init; }

    /// <summary>Of sources that are silent, or were a short time ago.</summary>
    public IReadOnlyList<Silence> Silences { get; init; } = [];
    /// <summary>Sessions by id, as they were last published.</summary>
    public FrozenDictionary<string, Session> Sessions { get; init; } = FrozenDictionary<string, Session>.Empty;

    /// <summary>The live version of each scenario.</summary>
    public FrozenDictionary<string, PublishedScenario> Live { get; init; } = FrozenDictionary<string, PublishedScenario>.Empty;

    /// <summary>Every version that somebody may still be pinned to, the live ones included.</summary>
    public FrozenDictionary<(string Scenario, int Version), PublishedScenario> Versions { get; init; } =
        FrozenDictionary<(string, int), PublishedScenario>.Empty;

    /// <summary>A version of a scenario; of one with rows, of its first row. Null where it is not known.</summary>
    public Scenario? Find(string name, int version) =>
        Versions.GetValueOrDefault((name, version))?.Scenario ?? VersionsOf(name, version).FirstOrDefault()?.Scenario;

    /// <summary>A published text's version as it runs: itself, or its rows.</summary>
    public IEnumerable<PublishedScenario> VersionsOf(string name, int version) =>
        Versions.Values.Where(one => one.Scenario.Version == version && Scenarios.Scenario.Means(name, one.Scenario.Name));

    /// <summary>Under which names a scenario runs: its own, or those of its rows, of all versions.</summary>
    public IReadOnlyList<string> NamesOf(string name) =>
        Versions.Keys.Select(version => version.Scenario).Where(known => Scenarios.Scenario.Means(name, known)).Distinct().Order(StringComparer.Ordinal).ToArray() is { Length: > 0 } names ? names : [name];

    /// <summary>By criterion key: since when every matching event was counted; absent until its version has been prepared.</summary>
    public FrozenDictionary<long, DateTimeOffset> CoveredSince { get; init; } = FrozenDictionary<long, DateTimeOffset>.Empty;
}

/// <param name="Program">The steps as a graph, made once.</param>
/// <param name="IsPaused">Stops entries and sends, not hearing (SEMANTICS.md 45).</param>
public sealed record PublishedScenario(Scenario Scenario, ScenarioProgram Program, bool IsPaused, DateTimeOffset LiveSince);
