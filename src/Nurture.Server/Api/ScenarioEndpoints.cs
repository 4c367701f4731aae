using System.Text.Json.Serialization;
using Nurture.Scenarios;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class ScenarioEndpoints
{
    private const string Kind = "scenario";

    /// <param name="LiveVersion">Null while its first version is prepared.</param>
    public sealed record ShownScenario(string Name, string? Title, string? Subject, string? Class, int? LiveVersion, int NewestVersion, bool IsPaused, string? PausedBy, DateTimeOffset? PausedAt)
    {
        /// <summary>The newest version's; where one scenario was asked for.</summary>
        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public string? Text { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownVersion>? Versions { get; init; }

        [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
        public IReadOnlyList<ShownStep>? Steps { get; init; }
    }

    public sealed record ShownVersion(int Version, string State, string Hash, DateTimeOffset PublishedAt, string PublishedBy, DateTimeOffset? LiveAt);

    /// <param name="Standing">How many enrollments stand on it.</param>
    public sealed record ShownStep(int Version, string Step, long Standing);

    public sealed record ShownSwitch(string Name, bool IsPaused, bool IsChanged);

    public static void MapScenarios(this IEndpointRouteBuilder api)
    {
        api.MapGet("/scenarios", ListAsync).RequirePermission(Permission.ReadScenarios).WithSummary("All scenarios by name.");
        api.MapGet("/scenarios/{name}", GetAsync).RequirePermission(Permission.ReadScenarios).WithSummary("A scenario: its newest text, its versions, and how many stand on which step.");
        api.MapPost("/scenarios", async (GivenTexts given, ApiPublishing publishing, CancellationToken cancel) =>
            await publishing.PublishAsync(given.Files is { Count: > 0 } files ? [.. files.Select(ApiPublishing.File)] : [ApiPublishing.Scenario("scenario", given.Text)], cancel))
            .RequirePermission(Permission.PublishScenarios)
            .WithSummary("Publishes files that refer to each other (scenarios, templates, events.yaml, policy.yaml) as a whole, or one scenario's text. What is wrong is said at its line, and nothing is published then.");
        api.MapPost("/scenarios/{name}/publish", PublishAsync).RequirePermission(Permission.PublishScenarios)
            .WithSummary("Publishes a scenario; under the names events and policy the tracking plan and the policy, which stand beside the scenarios.");
        api.MapPost("/scenarios/{name}/pause", async (string name, CatalogSource catalogs, Publisher publisher, Audited audited, CancellationToken cancel) =>
        {
            await RequireAsync(name, catalogs, cancel);
            await audited.RecordAsync("scenario.paused", $"scenario:{name}", null, cancel);
            return new ShownSwitch(name, true, await publisher.PauseAsync(name, audited.Actor, cancel));
        }).RequirePermission(Permission.PauseScenarios).WithSummary("Stops entries and mails of the scenario, not its hearing.");
        api.MapPost("/scenarios/{name}/resume", async (string name, CatalogSource catalogs, Publisher publisher, Audited audited, CancellationToken cancel) =>
        {
            await RequireAsync(name, catalogs, cancel);
            await audited.RecordAsync("scenario.resumed", $"scenario:{name}", null, cancel);
            return new ShownSwitch(name, false, await publisher.ResumeAsync(name, cancel));
        }).RequirePermission(Permission.PauseScenarios).WithSummary("Lets the scenario go on: conditions are asked again, one mail at most at once.");
    }

    private static async Task RequireAsync(string name, CatalogSource catalogs, CancellationToken cancel)
    {
        if (!(await catalogs.CurrentAsync(cancel)).Catalog.Versions.Keys.Any(version => version.Scenario == name)) throw RefusedException.NotFound($"scenario \"{name}\"");
    }

    private static async Task<ApiPage<ShownScenario>> ListAsync(int? limit, string? after, CatalogStore store, CatalogSource catalogs, CancellationToken cancel)
    {
        var most = Paging.Limit(limit);
        var content = await store.ReadAsync(cancel);
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var shown = content.Documents.Where(document => document.Kind == Kind).GroupBy(document => document.Name)
            .OrderBy(versions => versions.Key, StringComparer.Ordinal)
            .Where(versions => string.IsNullOrEmpty(after) || string.CompareOrdinal(versions.Key, after) > 0)
            .Select(versions => Show(versions.Key, [.. versions], content.Switches, catalog)).Take(most + 1).ToList();
        return shown.Count > most ? new(shown[..most], shown[most - 1].Name) : new(shown, null);
    }

    private static async Task<ShownScenario> GetAsync(string name, CatalogStore store, CatalogSource catalogs, EnrollmentStore enrollments, CancellationToken cancel)
    {
        var versions = await store.VersionsAsync(Kind, name, cancel);
        if (versions.Count == 0) throw RefusedException.NotFound($"scenario \"{name}\"");
        var content = await store.ReadAsync(cancel);
        return Show(name, versions, content.Switches, (await catalogs.CurrentAsync(cancel)).Catalog) with
        {
            Text = versions[0].Content,
            Versions = [.. versions.Select(v => new ShownVersion(v.Version, ApiJson.Word(v.State), v.Hash, v.PublishedAt, v.PublishedBy, v.LiveAt))],
            Steps = [.. (await enrollments.CountAsync(name, cancel)).Select(count => new ShownStep(count.Version, count.Step, count.Count))],
        };
    }

    private static ShownScenario Show(string name, IReadOnlyList<Document> versions, IReadOnlyList<ScenarioSwitch> switches, Catalog catalog)
    {
        var newest = versions.Max(version => version.Version);
        var live = versions.FirstOrDefault(version => version.State == DocumentState.Live)?.Version;
        var scenario = catalog.Versions.GetValueOrDefault((name, live ?? newest))?.Scenario;
        var switched = switches.FirstOrDefault(s => s.Name == name);
        return new(name, scenario?.Title, scenario is null ? null : ApiJson.Word(scenario.Subject), scenario is null ? null : ApiJson.Word(scenario.Class), live, newest,
            switched?.PausedAt is not null, switched?.PausedBy, switched?.PausedAt);
    }

    private static async Task<ShownPublished> PublishAsync(string name, GivenTexts given, ApiPublishing publishing, CancellationToken cancel)
    {
        var manuscript = ApiPublishing.Scenario(name, given.Text);
        var names = manuscript.Kind == Kind ? NameIn(manuscript.Text) : null;
        if (names is not null && names != name)
            throw RefusedException.BadRequest("wrong-name", "The text is another scenario's.", $"It says scenario: {names}, and was given as {name}. A scenario's name is its identity: publish it under its own.");
        return await publishing.PublishAsync([manuscript], cancel);
    }

    /// <summary>As far as it can be read without reading it all: what is wrong with it is for publishing to say.</summary>
    private static string? NameIn(string text) => text.Split('\n').Select(line => line.TrimEnd()).FirstOrDefault(line => line.StartsWith("scenario:", StringComparison.Ordinal)) is { } line
        ? line["scenario:".Length..].Split('#')[0].Trim().Trim('"', '\'')
        : null;
}
