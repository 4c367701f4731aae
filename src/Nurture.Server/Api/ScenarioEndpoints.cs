using System.Text.Json.Serialization;
using Nurture.Scenarios;
using Nurture.Server.Authoring;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class ScenarioEndpoints
{
    private const string Kind = "scenario";

    /// <param name="LiveVersion">Null while its first version is prepared, and for a draft that was never published.</param>
    /// <param name="NewestVersion">0 for a draft that was never published.</param>
    public sealed record ShownScenario(
        string Name, string? Title, string? Subject, string? Class, int? LiveVersion, int NewestVersion, bool IsPaused, string? PausedBy, DateTimeOffset? PausedAt, string? PausedBecause)
    {
        public string? Owner { get; init; }

        /// <summary>How many are in it, entered today, stand still, and how many mails failed today.</summary>
        public ScenarioActivity Activity { get; init; } = ScenarioActivity.None;

        /// <summary>Who works on its text; null where nobody does.</summary>
        public DraftNote? Draft { get; init; }

        /// <summary>How its newest version is drawn; where one scenario was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public ScenarioFlow? Flow { get; init; }

        /// <summary>The text of its tests; where one scenario was asked for and it has any.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Tests { get; init; }

        /// <summary>The newest version's; where one scenario was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Text { get; init; }

        /// <summary>Of a scenario with <c>for_each</c>, where one scenario was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownRow>? Rows { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownVersion>? Versions { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownStep>? Steps { get; init; }
    }

    /// <param name="Asked">While it is prepared: of how many subjects so far; null where its turn has not come.</param>
    public sealed record ShownVersion(int Version, string State, string Hash, DateTimeOffset PublishedAt, string PublishedBy, DateTimeOffset? LiveAt, long? Asked, long? Subjects);

    /// <param name="Name">Under which its passages run: <c>feature-tip:reports</c>.</param>
    public sealed record ShownRow(string Name, string Title, long Standing);

    public sealed record ShownVersionText(string Name, int Version, string State, DateTimeOffset PublishedAt, string PublishedBy, string Text, ScenarioFlow? Flow);

    public sealed record DraftNote(DateTimeOffset EditedAt, string EditedBy);

    /// <param name="Because">Shown to everybody who looks at the scenario.</param>
    public sealed record GivenReason(string? Because);

    /// <param name="Standing">How many enrollments stand on it.</param>
    public sealed record ShownStep(int Version, string Step, long Standing);

    public sealed record ShownSwitch(string Name, bool IsPaused, bool IsChanged);

    public static void MapScenarios(this IEndpointRouteBuilder api)
    {
        api.MapGet("/scenarios", ListAsync).RequirePermission(Permission.ReadScenarios).WithSummary("All scenarios by name.");
        api.MapGet("/scenarios/{name}", GetAsync).RequirePermission(Permission.ReadScenarios).WithSummary("A scenario: its newest text, its versions, and how many stand on which step.");
        api.MapPost("/scenarios", async (GivenTexts given, ApiPublishing publishing, CancellationToken cancel) =>
            await publishing.PublishAsync(given.Files is { Count: > 0 } files ? ApiPublishing.Files(files) : [ApiPublishing.Scenario("scenario", given.Text)], cancel))
            .RequirePermission(Permission.PublishScenarios)
            .WithSummary("Publishes files that refer to each other (scenarios, templates, events.yaml, policy.yaml) as a whole, or one scenario's text. What is wrong is said at its line, and nothing is published then.");
        api.MapPost("/scenarios/{name}/publish", PublishAsync).RequirePermission(Permission.PublishScenarios)
            .WithSummary("Publishes a scenario; under the names events and policy the tracking plan and the policy, which stand beside the scenarios.");
        api.MapGet("/scenarios/{name}/versions/{version:int}", VersionAsync).RequirePermission(Permission.ReadScenarios).WithSummary("A version's text, and how it is drawn.");
        api.MapPost("/scenarios/{name}/pause", async (string name, GivenReason? given, CatalogSource catalogs, Publisher publisher, Audited audited, CancellationToken cancel) =>
        {
            await RequireAsync(name, catalogs, cancel);
            var because = string.IsNullOrWhiteSpace(given?.Because) ? null : given.Because.Trim();
            await audited.RecordAsync("scenario.paused", $"scenario:{name}", because is null ? null : new { because }, cancel);
            return new ShownSwitch(name, true, await publisher.PauseAsync(name, audited.Actor, because, cancel));
        }).RequirePermission(Permission.PauseScenarios).WithSummary("Stops entries, mails and calls of the scenario, not its hearing.");
        api.MapPost("/scenarios/{name}/resume", async (string name, CatalogSource catalogs, Publisher publisher, Audited audited, CancellationToken cancel) =>
        {
            await RequireAsync(name, catalogs, cancel);
            await audited.RecordAsync("scenario.resumed", $"scenario:{name}", null, cancel);
            return new ShownSwitch(name, false, await publisher.ResumeAsync(name, audited.Actor, cancel));
        }).RequirePermission(Permission.PauseScenarios).WithSummary("Lets the scenario go on: conditions are asked again, one mail at most at once.");
    }

    private static async Task RequireAsync(string name, CatalogSource catalogs, CancellationToken cancel)
    {
        if (!(await catalogs.CurrentAsync(cancel)).Catalog.Versions.Keys.Any(version => Scenario.FamilyOf(version.Scenario) == name)) throw RefusedException.NotFound($"scenario \"{name}\"");
    }

    private static async Task<ApiPage<ShownScenario>> ListAsync(
        string? query, int? limit, string? after, CatalogStore store, CatalogSource catalogs, DraftStore drafts, BroadcastStore broadcasts, ScenarioActivities activities, CancellationToken cancel)
    {
        var most = Paging.Limit(limit);
        var content = await store.ReadAsync(cancel);
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var documents = content.Documents.Where(document => document.Kind == Kind).ToLookup(document => document.Name);
        var begun = (await drafts.ListAsync(cancel)).ToDictionary(draft => draft.Name);
        var counts = await activities.CurrentAsync(cancel);
        // They have a list of their own.
        var sentOnce = (await broadcasts.ListAsync(cancel)).Select(broadcast => broadcast.Name).ToHashSet();
        var shown = documents.Select(versions => versions.Key).Union(begun.Keys)
            .Where(name => !sentOnce.Contains(name)).Order(StringComparer.Ordinal)
            .Where(name => string.IsNullOrEmpty(after) || string.CompareOrdinal(name, after) > 0)
            .Select(name => Show(name, [.. documents[name]], content.Switches, catalog, begun.GetValueOrDefault(name), counts))
            .Where(scenario => string.IsNullOrWhiteSpace(query) || $"{scenario.Name} {scenario.Title} {scenario.Owner}".Contains(query.Trim(), StringComparison.OrdinalIgnoreCase))
            .Take(most + 1).ToList();
        return shown.Count > most ? new(shown[..most], shown[most - 1].Name) : new(shown, null);
    }

    private static async Task<ShownScenario> GetAsync(
        string name, CatalogStore store, CatalogSource catalogs, EnrollmentStore enrollments, DraftStore drafts, ScenarioActivities activities, Preparation preparation, Desk desk, CancellationToken cancel)
    {
        var family = Scenario.FamilyOf(name);
        var versions = await store.VersionsAsync(Kind, family, cancel);
        var draft = await drafts.FindAsync(family, cancel);
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        if ((versions.Count == 0 && draft is null) || (family != name && !catalog.Versions.Keys.Any(version => version.Scenario == name))) throw RefusedException.NotFound($"scenario \"{name}\"");
        var content = await store.ReadAsync(cancel);
        var counts = await activities.CurrentAsync(cancel);
        var shown = Show(name, versions, content.Switches, catalog, draft, counts);
        if (versions.Count == 0) return shown;
        var parsed = Desk.Check(versions[0].Content, await desk.EnvironmentAsync(cancel));
        return shown with
        {
            Text = versions[0].Content,
            Tests = (await store.FindAsync("test", family, null, null, cancel))?.Content,
            Flow = parsed.FlowOf(name),
            Rows = RowsOf(parsed, counts),
            Versions = [.. versions.Select(version => Show(version, preparation.Progress))],
            Steps = [.. (await enrollments.CountAsync(new ScenarioNames(catalog.NamesOf(name)), cancel)).Select(count => new ShownStep(count.Version, count.Step, count.Count))],
        };
    }

    private static async Task<ShownVersionText> VersionAsync(string name, int version, CatalogStore store, Desk desk, CancellationToken cancel)
    {
        var document = await store.FindAsync(Kind, Scenario.FamilyOf(name), version, null, cancel) ?? throw RefusedException.NotFound($"version {version} of scenario \"{name}\"");
        return new(name, version, ApiJson.Word(document.State), document.PublishedAt, document.PublishedBy, document.Content, Desk.Check(document.Content, await desk.EnvironmentAsync(cancel)).FlowOf(name));
    }

    private static IReadOnlyList<ShownRow>? RowsOf(ParsedScenario parsed, IReadOnlyDictionary<string, ScenarioActivity> counts) => parsed.Scenario is { Rows.Count: > 0 } family
        ? [.. family.Rows.Select(scenario => new ShownRow(scenario.Name, scenario.Row!.Title, counts.GetValueOrDefault(scenario.Name, ScenarioActivity.None).Standing))]
        : null;

    private static ScenarioActivity ActivityOf(string name, IReadOnlyDictionary<string, ScenarioActivity> counts) => counts
        .Where(count => Scenario.Means(name, count.Key)).Select(count => count.Value)
        .Aggregate(ScenarioActivity.None, (sum, one) => new(sum.Standing + one.Standing, sum.Entered + one.Entered, sum.Parked + one.Parked, sum.Failed + one.Failed));

    private static ShownVersion Show(Document version, PreparationProgress? progress)
    {
        var at = version.State == DocumentState.Preparing && progress?.Scenario == version.Name && progress.Version == version.Version ? progress : null;
        return new(version.Version, ApiJson.Word(version.State), version.Hash, version.PublishedAt, version.PublishedBy, version.LiveAt, at?.Asked, at?.Subjects);
    }

    private static ShownScenario Show(
        string name, IReadOnlyList<Document> versions, IReadOnlyList<ScenarioSwitch> switches, Catalog catalog, ScenarioDraft? draft, IReadOnlyDictionary<string, ScenarioActivity> counts)
    {
        var newest = versions.Select(version => version.Version).DefaultIfEmpty().Max();
        var live = versions.FirstOrDefault(version => version.State == DocumentState.Live)?.Version;
        var scenario = catalog.Find(name, live ?? newest);
        var switched = switches.FirstOrDefault(s => s.Name == Scenario.FamilyOf(name));
        return new(name, TitleOf(scenario, name) ?? (draft is null ? null : Head(draft.Text, "title")), scenario is null ? null : ApiJson.Word(scenario.Subject), scenario is null ? null : ApiJson.Word(scenario.Class), live, newest,
            switched?.PausedAt is not null, switched?.PausedBy, switched?.PausedAt, switched?.PausedBecause)
        {
            Owner = scenario?.Owner,
            Activity = ActivityOf(name, counts),
            Draft = draft is null ? null : new(draft.EditedAt, draft.EditedBy),
        };
    }

    /// <summary>A scenario with rows is called as its text says, without what differs; each row by its own title.</summary>
    private static string? TitleOf(Scenario? scenario, string name) =>
        scenario is { Row: { } row } && scenario.Name != name ? scenario.Title.Replace(row.Title, "…", StringComparison.Ordinal).Replace(": …", "", StringComparison.Ordinal) is { Length: > 0 } title && title != "…" ? title : name : scenario?.Title;

    private static async Task<ShownPublished> PublishAsync(string name, GivenTexts given, ApiPublishing publishing, CancellationToken cancel)
    {
        var manuscript = ApiPublishing.Scenario(name, given.Text);
        var names = manuscript.Kind == Kind ? Head(manuscript.Text, "scenario") : null;
        if (names is not null && names != name)
            throw RefusedException.BadRequest("wrong-name", "The text is another scenario's.", $"It says scenario: {names}, and was given as {name}. A scenario's name is its identity: publish it under its own.");
        return await publishing.PublishAsync([manuscript], cancel);
    }

    /// <summary>A value of the head, as far as it can be read without reading it all: what is wrong with it is for publishing to say.</summary>
    private static string? Head(string text, string key) => text.Split('\n').Select(line => line.TrimEnd()).FirstOrDefault(line => line.StartsWith($"{key}:", StringComparison.Ordinal)) is { } line
        ? line[(key.Length + 1)..].Split(" #")[0].Trim().Trim('"', '\'')
        : null;
}
