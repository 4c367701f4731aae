using Nurture.Escalations;
using Nurture.Health;
using Nurture.Intake.Hooks;
using Nurture.Scenarios.Testing;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>
/// A folder of scenarios and a folder of templates, read and linted as one: what ships, what <c>nurture lint</c> and
/// <c>nurture test</c> look at, and what a development server publishes at its start.
/// </summary>
public sealed record ScenarioLibrary
{
    public const string PlanFile = "events.yaml";
    public const string PolicyFile = "policy.yaml";
    public const string EscalationsFile = "escalations.yaml";
    public const string HealthFile = "health.yaml";
    public const string SegmentsFile = "segments.yaml";
    public const string HooksFile = "hooks.yaml";
    public const string TestFolder = "tests";

    /// <summary>How far back a deployment keeps events, so how far back a window may ask.</summary>
    public static readonly TimeSpan KeptHistory = TimeSpan.FromDays(800);

    public TrackingPlan Plan { get; private init; } = TrackingPlan.Empty;

    public SendPolicy Policy { get; private init; } = SendPolicy.Default;

    public MailTemplateLibrary Templates { get; private init; } = MailTemplateLibrary.Empty;

    public IReadOnlyList<ParsedScenario> Scenarios { get; private init; } = [];

    public IReadOnlyList<ScenarioTestFile> Tests { get; private init; } = [];

    /// <summary>Every text as it stands in its file, to publish: events.yaml and policy.yaml null where there are none.</summary>
    public string? PlanText { get; private init; }

    public string? PolicyText { get; private init; }

    public string? EscalationsText { get; private init; }

    public string? HealthText { get; private init; }

    public string? SegmentsText { get; private init; }

    public string? HooksText { get; private init; }

    /// <summary>The files that rows come from.</summary>
    public IReadOnlyList<RowFile> RowFiles { get; private init; } = [];

    /// <summary>Of all files, in the order of their names and lines.</summary>
    public IReadOnlyList<Diagnostic> Diagnostics { get; private init; } = [];

    public bool HasErrors => Diagnostics.Any(d => d.Severity == Severity.Error);

    public required ParseEnvironment Environment { get; init; }

    /// <param name="templatesDirectory">Null where templates are not at hand: none is then missed.</param>
    public static ScenarioLibrary Load(string directory, string? templatesDirectory, DateTimeOffset? now = null, StylePlan? styles = null)
    {
        var found = new List<Diagnostic>();
        var planText = ReadOptional(Path.Combine(directory, PlanFile), found);
        var policyText = ReadOptional(Path.Combine(directory, PolicyFile), found);
        var plan = TrackingPlan.Empty;
        var policy = SendPolicy.Default;
        if (planText is not null)
        {
            (plan, var said) = TrackingPlanReader.Read(planText, Shown(Path.Combine(directory, PlanFile)));
            found.AddRange(said);
        }

        if (policyText is not null)
        {
            (policy, var said) = SendPolicyReader.Read(policyText, Shown(Path.Combine(directory, PolicyFile)), plan);
            found.AddRange(said);
        }

        var segmentsText = ReadOptional(Path.Combine(directory, SegmentsFile), found);
        var segments = SegmentSet.None;
        if (segmentsText is not null)
        {
            (segments, var said) = SegmentsReader.Read(segmentsText, Shown(Path.Combine(directory, SegmentsFile)), plan);
            found.AddRange(said);
        }

        var (escalationsText, healthText) = (ReadOptional(Path.Combine(directory, EscalationsFile), found), ReadOptional(Path.Combine(directory, HealthFile), found));
        var escalations = EscalationTypes.None;
        HealthDefinition? health = null;
        if (escalationsText is not null)
        {
            (escalations, var said) = EscalationTypesReader.Read(escalationsText, Shown(Path.Combine(directory, EscalationsFile)), plan, EscalationTypesReader.ScopeIn(plan, segments));
            found.AddRange(said);
        }

        var hooksText = ReadOptional(Path.Combine(directory, HooksFile), found);
        var hooks = HookSet.None;
        if (hooksText is not null)
        {
            (hooks, var said) = HooksReader.Read(hooksText, Shown(Path.Combine(directory, HooksFile)), plan);
            found.AddRange(said);
        }

        if (healthText is not null)
        {
            (health, var said) = HealthReader.Read(healthText, Shown(Path.Combine(directory, HealthFile)), plan, segments);
            found.AddRange(said);
        }

        var templates = templatesDirectory is null ? null : LoadTemplates(templatesDirectory, policy, plan, segments, styles, found);
        var environment = new ParseEnvironment { Plan = plan, Policy = policy, Templates = templates?.Names, MailTemplates = templates, Escalations = escalations, Health = health, Segments = segments, Hooks = hooks, IsWhole = true, KeptHistory = KeptHistory, Now = now };
        var rows = new List<RowFile>();
        var scenarios = LoadScenarios(directory, environment, found, rows);
        if (health is not null) found.AddRange(BandAnswers.Check(health, Shown(Path.Combine(directory, HealthFile)), scenarios.Select(parsed => parsed.Draft).OfType<Scenario>().SelectMany(scenario => scenario.Each())));
        var tests = LoadTests(Path.Combine(directory, TestFolder), scenarios, environment, found);
        return new()
        {
            Environment = environment,
            Plan = plan,
            Policy = policy,
            Templates = templates ?? MailTemplateLibrary.Empty,
            Scenarios = scenarios,
            Tests = tests,
            PlanText = planText,
            PolicyText = policyText,
            EscalationsText = escalationsText,
            HealthText = healthText,
            SegmentsText = segmentsText,
            HooksText = hooksText,
            RowFiles = rows,
            Diagnostics = [.. found.Select(said => rows.Aggregate(said, (one, file) => file.Place(one))).Distinct().OrderBy(d => d.File, StringComparer.Ordinal).ThenBy(d => d.Span.Line).ThenBy(d => d.Span.Column)],
        };
    }

    /// <summary>One scenario's text against what is live: what publishing asks.</summary>
    public static ParsedScenario Check(string text, string file, ParseEnvironment environment)
    {
        var parsed = ScenarioParser.Parse(text, file, environment);
        var linted = ScenarioLinter.Lint(parsed, environment);
        return parsed with
        {
            Scenario = linted.Any(d => d.Severity == Severity.Error) ? null : parsed.Scenario,
            Diagnostics = [.. parsed.Diagnostics.Concat(linted).OrderBy(d => d.Span.Line).ThenBy(d => d.Span.Column)],
        };
    }

    private static MailTemplateLibrary LoadTemplates(string directory, SendPolicy policy, TrackingPlan plan, SegmentSet segments, StylePlan? styles, List<Diagnostic> found)
    {
        var templates = new List<MailTemplate>();
        var files = FilesIn(directory, "*", found, isRequired: true).ToList();
        foreach (var file in files.Where(file => MailForms.Of(file) is not null && Path.GetFileName(file) != "README.md"))
        {
            if (ReadOptional(file, found) is not { } text) continue;
            var template = MailTemplate.Parse(text, Shown(file), ReadOptional(MailTemplate.TextFileOf(file, MailForms.Of(file)!.Value), found));
            found.AddRange(template.Diagnostics);
            if (templates.Find(known => known.Name == template.Name && known.Locale == template.Locale) is { } other)
                found.Add(new(DiagnosticCodes.OddFile, Severity.Error, Shown(file), new(0, 0, 1, 1), $"this mail is written in {Path.GetFileName(other.File)} already.", "Keep one of the two."));
            templates.Add(template);
        }

        foreach (var file in files.Where(file => file.EndsWith(MailForms.TextEnding, StringComparison.Ordinal) && !templates.Exists(mail => MailTemplate.TextFileOf(mail.File, mail.Form) == Shown(file))))
            found.Add(new(DiagnosticCodes.OddFile, Severity.Error, Shown(file), new(0, 0, 1, 1), "no mail stands beside this text part.", $"It belongs to {Path.GetFileNameWithoutExtension(file)}.html, .md or .blocks.yaml."));

        var library = new MailTemplateLibrary(templates, policy.Locale);
        found.AddRange(MailTemplateLinter.Lint(library, plan, policy, styles, segments));
        return library;
    }

    private static List<ParsedScenario> LoadScenarios(string directory, ParseEnvironment environment, List<Diagnostic> found, List<RowFile> rows)
    {
        var scenarios = new List<ParsedScenario>();
        var byName = new Dictionary<string, string>(StringComparer.Ordinal);
        var texts = FilesIn(directory, "*.yaml", found, isRequired: true).Where(f => Path.GetFileName(f) is not (PlanFile or PolicyFile or EscalationsFile or HealthFile or SegmentsFile or HooksFile))
            .Select(file => (File: file, Text: ReadOptional(file, found))).Where(one => one.Text is not null).ToList();
        var rowFiles = texts.Select(one => RowFile.NamedBy(one.Text!)).ToHashSet();
        foreach (var (file, written) in texts.Where(one => !rowFiles.Contains(Path.GetFileName(one.File))))
        {
            var (text, its) = (written!, environment);
            if (RowFile.NamedBy(text) is { } named && ReadOptional(Path.Combine(directory, named), found) is { } rowsText)
            {
                var filled = RowFile.Read(text, Shown(file), rowsText, Shown(Path.Combine(directory, named)));
                rows.Add(filled);
                found.AddRange(filled.Diagnostics);
                (text, its) = (filled.Text, environment with { Rows = filled });
            }

            var parsed = Check(text, Shown(file), its);
            scenarios.Add(parsed);
            // Of rows that could not be read that is all there is to say.
            if (its.Rows is { Diagnostics.Count: > 0 }) continue;
            found.AddRange(parsed.Diagnostics);
            if (parsed.Name is not { } name) continue;
            var at = parsed.Positions.GetValueOrDefault("scenario");
            if (!byName.TryAdd(name, Shown(file)))
                found.Add(new(DiagnosticCodes.DuplicateScenario, Severity.Error, Shown(file), at, $"there is a scenario \"{name}\" in {byName[name]} already.", "Name one of them otherwise."));
            else if (Path.GetFileNameWithoutExtension(file) != name)
                found.Add(new(DiagnosticCodes.FileName, Severity.Warning, Shown(file), at, $"the scenario is called \"{name}\" and its file is not.", $"Name the file {name}.yaml, so that others find it."));
        }

        var all = scenarios.Select(parsed => parsed.Draft).OfType<Scenario>().SelectMany(scenario => scenario.Rows.Prepend(scenario)).DistinctBy(scenario => scenario.Name).ToDictionary(scenario => scenario.Name);
        foreach (var parsed in scenarios) found.AddRange(ScenarioReferences.Check(parsed, all, environment.MailTemplates));
        return scenarios;
    }

    private static List<ScenarioTestFile> LoadTests(string directory, List<ParsedScenario> scenarios, ParseEnvironment environment, List<Diagnostic> found)
    {
        var tests = new List<ScenarioTestFile>();
        foreach (var file in FilesIn(directory, "*.yaml", found, isRequired: false))
        {
            if (ReadOptional(file, found) is not { } text) continue;
            var (read, said) = ScenarioTestParser.Parse(text, Shown(file), environment);
            found.AddRange(said);
            if (read is null) continue;
            tests.Add(read);
            if (scenarios.Find(s => s.Name == read.Scenario) is not { } scenario)
            {
                found.Add(new(DiagnosticCodes.TestNamesNothing, Severity.Error, read.File, read.Span, $"there is no scenario \"{read.Scenario}\" to test.", Suggestions.For(read.Scenario, scenarios.Select(s => s.Name ?? ""))));
                continue;
            }

            if (scenario.Scenario is null) continue;
            var ids = scenario.Scenario.Each().SelectMany(one => Step.All(one.Steps)).Select(step => step.Id).Distinct().ToArray();
            foreach (var expected in read.Tests.SelectMany(test => test.Expect).Where(expected => expected.Row is not null && !scenario.Scenario.Rows.Any(one => one.Row!.Id == expected.Row)))
                found.Add(new(DiagnosticCodes.TestNamesNothing, Severity.Error, read.File, expected.Span, $"\"{read.Scenario}\" has no row \"{expected.Row}\".", Suggestions.For(expected.Row!, scenario.Scenario.Rows.Select(one => one.Row!.Id), "It has")));
            foreach (var step in read.Tests.SelectMany(test => test.Expect).OfType<Expectation.Step>().Where(step => !ids.Contains(step.Id)))
                found.Add(new(DiagnosticCodes.TestNamesNothing, Severity.Error, read.File, step.Span, $"\"{read.Scenario}\" has no step \"{step.Id}\".", Suggestions.For(step.Id, ids, "It has")));
        }

        return tests;
    }

    private static IEnumerable<string> FilesIn(string directory, string pattern, List<Diagnostic> found, bool isRequired)
    {
        if (Directory.Exists(directory)) return Directory.GetFiles(directory, pattern).Order(StringComparer.Ordinal);
        if (isRequired) found.Add(new(DiagnosticCodes.Unreadable, Severity.Error, Shown(directory), new(0, 0, 1, 1), "there is no such folder."));
        return [];
    }

    private static string? ReadOptional(string file, List<Diagnostic> found)
    {
        if (!File.Exists(file)) return null;
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
        {
            found.Add(new(DiagnosticCodes.Unreadable, Severity.Error, Shown(file), new SourceSpan(0, 0, 1, 1), $"this file cannot be read: {refused.Message}"));
            return null;
        }
    }

    private static string Shown(string path) => path.Replace('\\', '/');
}
