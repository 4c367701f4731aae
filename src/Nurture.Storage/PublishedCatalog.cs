using System.Collections.Frozen;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sessions;
using Nurture.Templates;

namespace Nurture.Storage;

/// <summary>What is published, compiled: the engine's catalog and the mails beside it, of one revision.</summary>
public sealed record PublishedCatalog(Catalog Catalog, IReadOnlyList<Document> Preparing)
{
    public const string PolicyName = "policy";

    // What others ask, or are made from.
    private static readonly string[] PreparedFirst = ["segments", "template", "escalations"];

    // As many letters of a hash as tell a document's versions apart.
    private const int ShortHash = 12;

    public MailTemplateLibrary Templates => Catalog.Mails;

    /// <summary>Empty where none was published.</summary>
    public string PolicyHash { get; init; } = "";

    /// <summary>
    /// The exact documents that a mail to a reader of <paramref name="locale"/> is made from: <c>welcome.ja=HASH layout.ja=HASH policy=HASH</c>,
    /// the hashes abbreviated; empty where there is no such mail.
    /// </summary>
    public string DocumentsOf(string template, string locale)
    {
        if (Templates.Find(template, locale) is not { } mail) return "";
        var layout = Templates.LayoutOf(mail) is { } found ? $" {One(found)}" : "";
        return PolicyHash.Length > 0 ? $"{One(mail)}{layout} {PolicyName}={PolicyHash[..ShortHash]}" : One(mail) + layout;

        static string One(MailTemplate document) => $"{document.Name}.{document.Locale}={document.Hash[..ShortHash]}";
    }

    /// <param name="content">Of any revision.</param>
    /// <param name="mistaken">Is told what was checked when it was published and no longer reads.</param>
    public static PublishedCatalog Of(CatalogContent content, Action<string> mistaken)
    {
        var plan = One(content, "plan") is { } planned ? TrackingPlanReader.Read(planned.Content, "events.yaml").Plan : TrackingPlan.Empty;
        var ruled = One(content, "policy");
        var policy = ruled is null ? Sends.SendPolicy.Default : SendPolicyReader.Read(ruled.Content, "policy.yaml", plan).Policy;
        var hooks = One(content, "hooks") is { } hooked ? HooksReader.Read(hooked.Content, ScenarioLibrary.HooksFile, plan).Hooks : HookSet.None;
        var mails = content.Documents.Where(document => document.Kind == "template").ToLookup(document => document.State, document => document.Mail());
        var templates = new MailTemplateLibrary(mails[DocumentState.Live], policy.Locale);
        var preparingMails = mails.Contains(DocumentState.Preparing) ? new MailTemplateLibrary(mails[DocumentState.Live].Concat(mails[DocumentState.Preparing]), policy.Locale) : null;
        var segments = SegmentsOf(DocumentState.Live) ?? SegmentSet.None;
        var preparingSegments = SegmentsOf(DocumentState.Preparing);
        var escalations = EscalationsOf(DocumentState.Live) ?? EscalationTypes.None;
        var environment = new ParseEnvironment { Plan = plan, Policy = policy, MailTemplates = templates };
        var switches = content.Switches.ToDictionary(s => s.Name);
        var versions = new Dictionary<(string, int), PublishedScenario>();
        foreach (var document in content.Documents.Where(document => document.Kind == "scenario"))
        {
            // What is being prepared was written against what is being prepared beside it, which goes live first.
            var parsed = ScenarioParser.Parse(document.Content, $"{document.Name}.yaml", environment with { Segments = SegmentsFor(document.State).ForPublished(), MailTemplates = document.State == DocumentState.Preparing ? preparingMails ?? templates : templates });
            if (parsed.Scenario is not { } scenario)
            {
                // It was checked when it was published; the tracking plan has changed since. Whoever stands in it stands still, visibly.
                mistaken($"Scenario {document.Name} version {document.Version} no longer reads: {string.Join(" · ", parsed.Diagnostics)}");
                continue;
            }

            foreach (var one in scenario.Each())
            {
                versions.Add((one.Name, document.Version), new PublishedScenario(
                    one with { Version = document.Version }, ScenarioProgram.Of(one.Steps),
                    switches.GetValueOrDefault(document.Name)?.PausedAt is not null, document.LiveAt ?? document.PublishedAt));
            }
        }

        var catalog = new Catalog
        {
            Revision = content.Revision,
            Plan = plan,
            Policy = policy,
            Mails = templates,
            PreparingMails = preparingMails,
            Escalations = escalations,
            PreparingEscalations = EscalationsOf(DocumentState.Preparing),
            Hooks = hooks,
            Segments = segments,
            PreparingSegments = preparingSegments,
            Health = HealthOf(DocumentState.Live),
            PreparingHealth = HealthOf(DocumentState.Preparing),
            Sessions = content.Documents.Where(document => document is { Kind: "session", State: DocumentState.Live }).Select(document => Session.Read(document.Content, document.Version)).ToFrozenDictionary(session => session.Id),
            Live = LiveOf().ToFrozenDictionary(live => live.Scenario.Name),
            Versions = versions.ToFrozenDictionary(),
            Silences = content.Silences,
        };
        // What was covered once and is counted no more would answer with what it knew then.
        catalog = catalog with
        {
            CoveredSince = content.Criteria.Where(criterion => criterion.CoveredSince is not null && catalog.Index.Criteria.Find(criterion.Key) is not null)
                .ToFrozenDictionary(criterion => criterion.Key, criterion => criterion.CoveredSince!.Value),
        };
        return new PublishedCatalog(catalog, [.. content.Documents.Where(document => document.State == DocumentState.Preparing).OrderBy(document => Array.IndexOf(PreparedFirst, document.Kind) is >= 0 and var at ? at : PreparedFirst.Length)])
        {
            PolicyHash = ruled?.Hash ?? "",
        };

        IEnumerable<PublishedScenario> LiveOf()
        {
            var live = content.Documents.Where(document => document is { Kind: "scenario", State: DocumentState.Live }).Select(document => (document.Name, document.Version)).ToHashSet();
            return versions.Where(version => live.Contains((Scenario.FamilyOf(version.Key.Item1), version.Key.Item2))).Select(version => version.Value);
        }

        SegmentSet SegmentsFor(DocumentState state) => state == DocumentState.Preparing ? preparingSegments ?? segments : segments;

        SegmentSet? SegmentsOf(DocumentState state)
        {
            if (content.Documents.LastOrDefault(document => document.Kind == "segments" && document.State == state) is not { } document) return null;
            var (read, diagnostics) = SegmentsReader.Read(document.Content, ScenarioLibrary.SegmentsFile, plan);
            // It was checked when it was published; the tracking plan has changed since. A segment that no longer reads is unknown of everybody.
            var mistakes = diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).ToList();
            if (mistakes.Count > 0) mistaken($"The segments version {document.Version} no longer read: {string.Join(" · ", mistakes)}");
            return read;
        }

        EscalationTypes? EscalationsOf(DocumentState state)
        {
            if (content.Documents.LastOrDefault(document => document.Kind == "escalations" && document.State == state) is not { } document) return null;
            var (types, diagnostics) = EscalationTypesReader.Read(document.Content, ScenarioLibrary.EscalationsFile, asked: EscalationTypesReader.ScopeIn(plan, SegmentsFor(state).ForPublished()));
            // It was checked when it was published; the tracking plan has changed since. A task whose question no longer reads is of no case.
            var mistakes = diagnostics.Where(diagnostic => diagnostic.Severity == Severity.Error).ToList();
            if (mistakes.Count > 0) mistaken($"The escalation types version {document.Version} no longer read: {string.Join(" · ", mistakes)}");
            return types;
        }

        HealthDefinition? HealthOf(DocumentState state)
        {
            if (content.Documents.LastOrDefault(document => document.Kind == "health" && document.State == state) is not { } document) return null;
            var (definition, diagnostics) = HealthReader.Read(document.Content, ScenarioLibrary.HealthFile, plan, SegmentsFor(state).ForPublished());
            // It was checked when it was published; the tracking plan has changed since. Nobody is scored, visibly.
            if (definition is null) mistaken($"The health definition version {document.Version} no longer reads: {string.Join(" · ", diagnostics)}");
            return definition is null ? null : definition with { Version = document.Version };
        }
    }

    private static Document? One(CatalogContent content, string kind) => content.Documents.FirstOrDefault(document => document.Kind == kind && document.State == DocumentState.Live);
}
