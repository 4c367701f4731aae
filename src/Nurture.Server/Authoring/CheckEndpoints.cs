using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Security;
using Nurture.Simulation;

namespace Nurture.Server.Authoring;

internal static class CheckEndpoints
{
    /// <param name="Tests">The text of its tests; empty or left out where it has none.</param>
    /// <param name="Person">For a rehearsal: with whom it is played.</param>
    public sealed record GivenScenario(string? Text, string? Tests, GivenPerson? Person);

    /// <param name="Name">As far as it could be read.</param>
    /// <param name="Flow">How it is drawn, as far as it could be read; null where nothing could be.</param>
    public sealed record Checked(string? Name, IReadOnlyList<ShownDiagnostic> Diagnostics, IReadOnlyList<ShownDiagnostic> TestDiagnostics, ScenarioFlow? Flow);

    /// <param name="Story">Null where the text has mistakes.</param>
    /// <param name="IsGood">Nothing wrong and no test failed: it may be published.</param>
    public sealed record Rehearsed(
        string? Name, IReadOnlyList<ShownDiagnostic> Diagnostics, IReadOnlyList<ShownDiagnostic> TestDiagnostics, IReadOnlyList<ShownTest> Tests, ShownStory? Story, ScenarioFlow? Flow, bool IsGood);

    public static void MapChecks(this IEndpointRouteBuilder api)
    {
        api.MapPost("/scenarios/check", CheckAsync).RequirePermission(Permission.WriteScenarios)
            .WithSummary("What is wrong with a text, each mistake at its line and column, and how it is drawn. Publishes nothing.");
        api.MapPost("/scenarios/rehearsal", RehearseAsync).RequirePermission(Permission.WriteScenarios)
            .WithSummary("What publishing would ask: lint, the scenario's tests, and an invented contact's story on virtual time. Publishes nothing.");
    }

    private static async Task<Checked> CheckAsync(GivenScenario given, Desk desk, ShownDiagnostics shown, CancellationToken cancel)
    {
        var (text, tests) = Texts(given);
        var environment = await desk.EnvironmentAsync(cancel);
        var parsed = Desk.Check(text, environment);
        var (_, found) = Desk.CheckTests(tests, parsed, environment);
        return new(parsed.Name, shown.Of(parsed.Diagnostics), shown.Of(found), parsed.Flow);
    }

    private static async Task<Rehearsed> RehearseAsync(GivenScenario given, string? locale, Desk desk, ShownDiagnostics shown, CancellationToken cancel)
    {
        var (text, tests) = Texts(given);
        var environment = await desk.EnvironmentAsync(cancel);
        var parsed = Desk.Check(text, environment);
        var (file, found) = Desk.CheckTests(tests, parsed, environment);
        var results = file is not null && parsed.Scenario is { } readable ? Desk.RunTests(file, readable, environment) : [];
        var story = parsed.Scenario is { } scenario ? desk.Tell(scenario, environment, given.Person, Reader.Asked(locale) ?? Language.English) : null;
        var isGood = parsed.Scenario is not null && !found.Exists(d => d.Severity == Severity.Error) && results.All(result => result.IsPassed);
        return new(parsed.Name, shown.Of(parsed.Diagnostics), shown.Of(found), results, story, parsed.Flow, isGood);
    }

    private static (string Text, string Tests) Texts(GivenScenario given)
    {
        var (text, tests) = (given.Text ?? throw RefusedException.Missing("text", "the whole text of the scenario"), given.Tests ?? "");
        return text.Length + tests.Length <= DraftEndpoints.MostCharacters
            ? (text, tests)
            : throw RefusedException.BadRequest("too-long", "That is too long.", $"A scenario and its tests may have {DraftEndpoints.MostCharacters} characters.");
    }
}
