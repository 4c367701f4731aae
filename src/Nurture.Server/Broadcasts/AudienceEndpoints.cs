using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Authoring;
using Nurture.Server.Security;

namespace Nurture.Server.Broadcasts;

internal static class AudienceEndpoints
{
    /// <param name="Condition">Over contacts; empty is everybody.</param>
    public sealed record GivenAudience(string? Condition, string? Class, string? Topic);

    public sealed record CheckedCondition(bool IsGood, IReadOnlyList<ShownDiagnostic> Diagnostics);

    public static void MapAudienceCounts(this IEndpointRouteBuilder api)
    {
        api.MapPost("/conditions/check", async (GivenAudience given, Desk desk, CancellationToken cancel) =>
        {
            var (_, diagnostics) = Read(given.Condition ?? "", await desk.EnvironmentAsync(cancel));
            return new CheckedCondition(!diagnostics.Any(d => d.Severity == Severity.Error), [.. diagnostics.Select(ShownDiagnostic.Of)]);
        }).RequirePermission(Permission.ReadScenarios).WithSummary("What is wrong with a condition over contacts, at its column.");

        api.MapPost("/counts", async (GivenAudience given, Desk desk, AudienceCounts counts, CancellationToken cancel) =>
        {
            var environment = await desk.EnvironmentAsync(cancel);
            var (condition, diagnostics) = Read(given.Condition ?? "", environment);
            if (diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } mistake)
            {
                throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-condition", "The condition cannot be read.", mistake.Message)
                {
                    Members = { ["diagnostics"] = diagnostics.Select(ShownDiagnostic.Of).ToList() },
                };
            }

            var topic = string.IsNullOrWhiteSpace(given.Topic) ? "" : $", \"{given.Topic.Trim().Replace("\"", "", StringComparison.Ordinal)}\"";
            var reachable = Condition.Compile($"reachable(\"mail\", \"{(given.Class is "service" ? "service" : "marketing")}\"{topic})", ScopeOf(environment), [])!;
            return TypedResults.Accepted((string?)null, counts.Begin(condition, reachable));
        }).RequirePermission(Permission.WriteBroadcasts).WithSummary("Begins to count how many a condition is true of, and how many of those may be mailed: a walk over all contacts, one at a time and with pauses.")
            .Produces<AudienceCount>(StatusCodes.Status202Accepted);

        api.MapGet("/counts/{id}", (string id, AudienceCounts counts) => counts.Find(id) ?? throw RefusedException.NotFound($"count {id}"))
            .RequirePermission(Permission.ReadBroadcasts).WithSummary("How far a count has come.");
        api.MapDelete("/counts/{id}", (string id, AudienceCounts counts) => counts.Cancel(id) ? Results.NoContent() : throw RefusedException.NotFound($"count {id} under way"))
            .RequirePermission(Permission.WriteBroadcasts).WithSummary("Ends a count.");
    }

    private static (Condition? Condition, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, ParseEnvironment environment)
    {
        if (string.IsNullOrWhiteSpace(text)) return (null, []);
        var found = new List<Diagnostic>();
        return (Condition.Compile(text.ReplaceLineEndings(" "), ScopeOf(environment), found), found);
    }

    private static ConditionScope ScopeOf(ParseEnvironment environment) => new() { Subject = SubjectKind.Contact, Plan = environment.Plan, Segments = environment.Segments, File = "condition" };
}
