using System.Security.Cryptography;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Segments;
using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Publishing;

/// <summary>A published text as its author gave it.</summary>
/// <param name="Kind"><c>scenario</c>, <c>test</c> (a file of tests), <c>template</c>, <c>plan</c>, <c>policy</c>, <c>health</c>, <c>escalations</c>, <c>segments</c>, <c>hooks</c>; <c>rows</c> for a file that a scenario's <c>for_each</c> names.</param>
/// <param name="TextPart">Of a template: what readers without HTML get; null where that is made from its body.</param>
public sealed record Manuscript(string Kind, string File, string Text, string? TextPart = null);

/// <summary>What publishing came to: nothing was published where there is an error.</summary>
public sealed record Publication(IReadOnlyList<PublishedVersion> Versions, IReadOnlyList<Diagnostic> Diagnostics)
{
    public bool IsRefused => Diagnostics.Any(diagnostic => diagnostic.Severity == Severity.Error);
}

/// <summary>Makes texts live: checked as a whole, each content one immutable version. A version whose criteria are new is prepared first.</summary>
public sealed class Publisher(CatalogStore store, CatalogSource catalogs, Preparation preparation, SegmentUses uses, SubjectStore subjects, EventLog log, EventParts parts, BusinessClock clock, WorkSignals signals)
{
    /// <summary>With the rows of files in the scenarios that name them: a version holds all that it means.</summary>
    private static (IReadOnlyList<Manuscript> Manuscripts, List<RowFile> Rows) WithRows(IReadOnlyList<Manuscript> manuscripts, List<Diagnostic> diagnostics)
    {
        var (rows, whole, used) = (new List<RowFile>(), new List<Manuscript>(), new HashSet<string>(StringComparer.Ordinal));
        foreach (var manuscript in manuscripts)
        {
            if (manuscript.Kind != "scenario" || RowFile.NamedBy(manuscript.Text) is not { } named || manuscripts.FirstOrDefault(other => other.File == named) is not { } given)
            {
                whole.Add(manuscript);
                continue;
            }

            var filled = RowFile.Read(manuscript.Text, manuscript.File, given.Text, given.File);
            used.Add(named);
            rows.Add(filled);
            diagnostics.AddRange(filled.Diagnostics);
            whole.Add(manuscript with { Text = filled.Text });
        }

        foreach (var lonely in manuscripts.Where(manuscript => manuscript.Kind == "rows" && !used.Contains(manuscript.File)))
            diagnostics.Add(new(DiagnosticCodes.BadRows, Severity.Error, lonely.File, new(0, 0, 1, 1), $"No scenario that is published here reads {lonely.File}.", $"It says for_each: {lonely.File}."));
        return ([.. whole.Where(manuscript => manuscript.Kind != "rows" && !used.Contains(manuscript.File))], rows);
    }

    /// <param name="mayBePast">Whether a moment that has passed is no mistake, as in files that have lain for a while.</param>
    public async Task<Publication> PublishAsync(IReadOnlyList<Manuscript> manuscripts, string by, CancellationToken cancel, bool mayBePast = false)
    {
        var current = await catalogs.CurrentAsync(cancel);
        var diagnostics = new List<Diagnostic>();
        (manuscripts, var rows) = WithRows(manuscripts, diagnostics);
        var plan = Of("plan") is { } planned ? Checked(TrackingPlanReader.Read(planned.Text, planned.File)) : null;
        var policy = Of("policy") is { } ruled ? Checked(SendPolicyReader.Read(ruled.Text, ruled.File, plan ?? current.Catalog.Plan)) : null;
        policy ??= current.Catalog.Policy;
        var hooks = Of("hooks") is { } hooked ? Checked(HooksReader.Read(hooked.Text, hooked.File, plan ?? current.Catalog.Plan)) : current.Catalog.Hooks;
        var segmentsText = Of("segments");
        var segments = segmentsText is null ? current.Catalog.PreparingSegments ?? current.Catalog.Segments : Checked(SegmentsReader.Read(segmentsText.Text, segmentsText.File, plan ?? current.Catalog.Plan));
        var escalations = Of("escalations") is { } declared
            ? Checked(EscalationTypesReader.Read(declared.Text, declared.File, plan ?? current.Catalog.Plan, EscalationTypesReader.ScopeIn(plan ?? current.Catalog.Plan, segments)))
            : current.Catalog.PreparingEscalations ?? current.Catalog.Escalations;
        var healthText = Of("health");
        var health = healthText is null ? current.Catalog.PreparingHealth ?? current.Catalog.Health : Checked(HealthReader.Read(healthText.Text, healthText.File, plan ?? current.Catalog.Plan, segments));
        var mails = manuscripts.Where(manuscript => manuscript.Kind == "template").Select(manuscript => MailTemplate.Parse(manuscript.Text, manuscript.File, manuscript.TextPart)).ToList();
        diagnostics.AddRange(mails.SelectMany(mail => mail.Diagnostics));
        diagnostics.AddRange(mails.SelectMany(mail => MailFacts.Check(mail, plan ?? current.Catalog.Plan, segments)).Where(said => said.Severity == Severity.Error));
        var templates = new MailTemplateLibrary(
            current.Templates.All.Where(known => !mails.Exists(mail => mail.Name == known.Name && mail.Locale == known.Locale)).Concat(mails), policy.Locale);
        var environment = new ParseEnvironment { Plan = plan ?? current.Catalog.Plan, Policy = policy, Templates = templates.Names, MailTemplates = templates, Escalations = escalations, Health = health, Segments = segments, Hooks = hooks, IsWhole = true, KeptHistory = ScenarioLibrary.KeptHistory, Now = clock.Now };
        var scenarios = new List<(Manuscript Manuscript, Scenario Scenario)>();
        foreach (var manuscript in manuscripts.Where(manuscript => manuscript.Kind == "scenario"))
        {
            var its = rows.Find(file => file.Scenario == manuscript.File);
            if (its is { Diagnostics.Count: > 0 }) continue;
            var parsed = ScenarioLibrary.Check(manuscript.Text, manuscript.File, environment with { Rows = its });
            // What is published already may speak of a day that has come; what never was would start nothing, and nobody would know why.
            var mayHavePassed = mayBePast || current.Catalog.Versions.Values.Any(version => version.Scenario.Text == manuscript.Text);
            diagnostics.AddRange(parsed.Diagnostics.Select(said => said.Code == DiagnosticCodes.PastDate && !mayHavePassed ? said with { Severity = Severity.Error } : said));
            if (parsed.Scenario is not null) scenarios.Add((manuscript, parsed.Scenario));
        }

        var tests = new List<(Manuscript Manuscript, ScenarioTestFile File)>();
        foreach (var manuscript in manuscripts.Where(manuscript => manuscript.Kind == "test"))
        {
            var (read, said) = ScenarioTestParser.Parse(manuscript.Text, manuscript.File, environment);
            diagnostics.AddRange(said);
            if (read is not null) tests.Add((manuscript, read));
        }

        if (health is not null)
        {
            var live = current.Catalog.Live.Values.Select(published => published.Scenario).Where(known => !scenarios.Exists(s => Scenario.Means(s.Scenario.Name, known.Name)));
            diagnostics.AddRange(BandAnswers.Check(health, healthText?.File ?? ScenarioLibrary.HealthFile, live.Concat(scenarios.SelectMany(s => s.Scenario.Each()))));
        }

        diagnostics.AddRange(MailsMisused());
        if (segmentsText is not null)
            diagnostics.AddRange(await uses.CheckAsync(segmentsText.File, environment, current, [.. scenarios.Select(s => s.Scenario.Name)], healthText is null ? health : null, cancel));
        diagnostics = [.. diagnostics.Select(said => rows.Aggregate(said, (one, file) => file.Place(one)))];
        if (diagnostics.Exists(diagnostic => diagnostic.Severity == Severity.Error)) return new Publication([], diagnostics);

        var hasSubjects = await subjects.AnyAsync(cancel);
        List<DocumentDraft> drafts =
        [
            .. manuscripts.Where(m => m.Kind == "plan").Select(m => new DocumentDraft("plan", "events", HashOf(m.Text), m.Text)),
            .. manuscripts.Where(m => m.Kind == "policy").Select(m => new DocumentDraft("policy", "policy", HashOf(m.Text), m.Text)),
            .. manuscripts.Where(m => m.Kind == "escalations").Select(m => WaitingForCounters(new("escalations", "escalations", HashOf(m.Text), m.Text), escalations.Criteria)),
            .. manuscripts.Where(m => m.Kind == "hooks").Select(m => new DocumentDraft("hooks", "hooks", HashOf(m.Text), m.Text)),
            .. manuscripts.Where(m => m.Kind == "segments").Select(m => Prepared("segments", "segments", m.Text, segments.Criteria)),
            .. manuscripts.Where(m => m.Kind == "health").Select(m => Prepared("health", "health", m.Text, health!.Criteria)),
            .. mails.Select(mail => WaitingForCounters(DocumentDraft.Of(mail), AskedBy(mail))),
            .. tests.GroupBy(test => test.File.Scenario).Select(of => of.Last()).Select(test => new DocumentDraft("test", test.File.Scenario, HashOf(test.Manuscript.Text), test.Manuscript.Text)),
            .. scenarios.Select(s => Prepared("scenario", s.Scenario.Name, s.Manuscript.Text, CatalogIndex.CriteriaOf(s.Scenario))),
        ];
        var published = await store.PublishAsync(drafts, by, clock.Now, cancel);
        // Where nobody is known yet there is no history to fill from and nobody to tell.
        foreach (var version in published.Where(version => version is { Kind: "scenario" or "health" or "segments" or "template" or "escalations", IsNew: true } && !hasSubjects))
        {
            var criteria = version.Kind == "segments" ? segments.Criteria : version.Kind == "health" ? health!.Criteria : version.Kind == "escalations" ? escalations.Criteria : version.Kind == "template" ? AskedBy(mails.First(mail => $"{mail.Name}.{mail.Locale}" == version.Name)) : CatalogIndex.CriteriaOf(scenarios.First(s => s.Scenario.Name == version.Name).Scenario);
            await GoLiveAsync(store, parts, criteria, version, clock.Now, cancel);
        }

        preparation.Wake();
        signals.Events.Raise();
        return new Publication(published, diagnostics);

        // What asks nothing new is there at once.
        DocumentDraft WaitingForCounters(DocumentDraft draft, IEnumerable<Criteria.Criterion> criteria)
        {
            var definitions = DefinitionsOf(criteria);
            return draft with
            {
                IsPrepared = definitions.Keys.All(current.Catalog.CoveredSince.ContainsKey),
                Criteria = definitions,
                Uncounted = [.. definitions.Keys.Where(key => current.Catalog.Index.Criteria.Find(key) is null)],
            };
        }

        IEnumerable<Criteria.Criterion> AskedBy(MailTemplate mail) =>
            CatalogIndex.CriteriaOf(templates.OnlyThat(mail), new Catalog { Plan = environment.Plan, Segments = segments });

        DocumentDraft Prepared(string kind, string name, string text, IEnumerable<Criteria.Criterion> criteria)
        {
            var definitions = DefinitionsOf(criteria);
            return new(kind, name, HashOf(text), text, IsPrepared: false)
            {
                Criteria = definitions,
                Uncounted = [.. definitions.Keys.Where(key => current.Catalog.Index.Criteria.Find(key) is null)],
            };
        }

        // A mail that changes its class must still be what the live scenarios send it as.
        IEnumerable<Diagnostic> MailsMisused() => mails.Count == 0 ? [] : current.Catalog.Live.Values.Select(live => live.Scenario)
            .Where(known => !scenarios.Exists(s => Scenario.Means(s.Scenario.Name, known.Name)) && Step.All(known.Steps).OfType<Step.Send>().Any(send => mails.Exists(mail => mail.Name == send.Template)))
            .DistinctBy(known => known.Text)
            .SelectMany(known => ScenarioLibrary.Check(known.Text, $"{Scenario.FamilyOf(known.Name)}.yaml", environment).Diagnostics.Where(said => said.Code == DiagnosticCodes.MailClass));

        Manuscript? Of(string kind) => manuscripts.FirstOrDefault(manuscript => manuscript.Kind == kind);

        T Checked<T>((T Value, IReadOnlyList<Diagnostic> Diagnostics) read)
        {
            diagnostics.AddRange(read.Diagnostics);
            return read.Value;
        }
    }

    public async Task<bool> PauseAsync(string scenario, string by, string? because, CancellationToken cancel)
    {
        var changed = await store.PauseAsync(scenario, by, because, clock.Now, cancel);
        signals.Events.Raise();
        return changed;
    }

    /// <summary>Whoever stands in the scenario is asked again, conditions first (SEMANTICS.md 45).</summary>
    public async Task<bool> ResumeAsync(string scenario, string by, CancellationToken cancel)
    {
        if (!await store.ResumeAsync(scenario, by, clock.Now, cancel)) return false;
        SubjectKey? after = null;
        var names = new ScenarioNames((await catalogs.CurrentAsync(cancel)).Catalog.NamesOf(scenario));
        while (await subjects.PageInAsync(names, after, Preparation.ChunkSize, cancel) is { Count: > 0 } chunk)
        {
            await log.AppendAsync([.. chunk.Select(key => Preparation.Ask(key, [], clock.Now))], cancel);
            after = chunk[^1];
        }

        signals.Events.Raise();
        signals.Sends.Raise();
        return true;
    }

    /// <summary>Its criteria are filled from the log, so they reach back as far as that does.</summary>
    internal static async Task<bool> GoLiveAsync(
        CatalogStore store, EventParts parts, IEnumerable<Criteria.Criterion> criteria, PublishedVersion version, DateTimeOffset now, CancellationToken cancel)
    {
        var since = await parts.KeptSinceAsync(cancel);
        return await store.GoLiveAsync(version.Kind, version.Name, version.Version,
            criteria.Select(criterion => criterion.Key).Distinct().ToDictionary(key => key, _ => since), now, cancel);
    }

    private static Dictionary<long, string> DefinitionsOf(IEnumerable<Criteria.Criterion> criteria) =>
        criteria.DistinctBy(criterion => criterion.Key).ToDictionary(criterion => criterion.Key, DefinitionOf);

    internal static string HashOf(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private static string DefinitionOf(Criteria.Criterion criterion) =>
        $"{criterion.Kind.ToString().ToLowerInvariant()} of {criterion.EventName}{(criterion.Value is { } value ? $" {value.Text}" : "")} by {criterion.Subject.ToString().ToLowerInvariant()} within {criterion.Window?.ToString() ?? "ever"} where {criterion.WhereText} keeping {criterion.Keep}";
}
