using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Authoring;
using Nurture.Server.Security;
using Nurture.Server.Segments;
using Nurture.Storage;

namespace Nurture.Server.Broadcasts;

internal static class AudienceEndpoints
{
    /// <param name="Condition">Empty is everybody.</param>
    /// <param name="Of">Over whom: <c>contact</c>, which it is where nothing is said, or <c>account</c>.</param>
    public sealed record GivenAudience(string? Condition, string? Class, string? Topic, string? Of);

    /// <param name="Items">At most ten, drawn by chance.</param>
    public sealed record ShownSample(IReadOnlyList<SegmentEndpoints.ShownMember> Items);

    public sealed record CheckedCondition(bool IsGood, IReadOnlyList<ShownDiagnostic> Diagnostics);

    public static void MapAudienceCounts(this IEndpointRouteBuilder api)
    {
        api.MapPost("/conditions/check", async (GivenAudience given, Desk desk, ShownDiagnostics shown, CancellationToken cancel) =>
        {
            var (_, diagnostics) = Read(given, await desk.EnvironmentAsync(cancel));
            return new CheckedCondition(!diagnostics.Any(d => d.Severity == Severity.Error), shown.Of(diagnostics));
        }).RequirePermission(Permission.ReadScenarios).WithSummary("What is wrong with a condition over contacts or accounts, at its column.");

        api.MapPost("/counts", async (GivenAudience given, Desk desk, AudienceCounts counts, ShownDiagnostics shown, CancellationToken cancel) =>
        {
            var environment = await desk.EnvironmentAsync(cancel);
            var (condition, diagnostics) = Read(given, environment);
            if (diagnostics.FirstOrDefault(d => d.Severity == Severity.Error) is { } mistake)
            {
                throw new RefusedException(StatusCodes.Status422UnprocessableEntity, "bad-condition", "The condition cannot be read.", mistake.Said.In(shown.Language))
                {
                    Members = { ["diagnostics"] = shown.Of(diagnostics) },
                };
            }

            var topic = string.IsNullOrWhiteSpace(given.Topic) ? "" : $", \"{given.Topic.Trim().Replace("\"", "", StringComparison.Ordinal)}\"";
            if (OfOf(given) == SubjectKind.Account) return TypedResults.Accepted((string?)null, counts.Begin(condition, null, SubjectKind.Account));
            var reachable = Condition.Compile($"reachable(\"mail\", \"{(given.Class is "service" ? "service" : "marketing")}\"{topic})", ScopeOf(environment, SubjectKind.Contact), [])!;
            return TypedResults.Accepted((string?)null, counts.Begin(condition, reachable, SubjectKind.Contact));
        }).RequirePermission(Permission.WriteBroadcasts).WithSummary("Begins to count how many a condition is true of, and how many of those may be mailed: a walk over all of them, one at a time and with pauses.")
            .Produces<AudienceCount>(StatusCodes.Status202Accepted);

        api.MapGet("/counts/{id}", (string id, AudienceCounts counts) => counts.Find(id) ?? throw RefusedException.NotFound($"count {id}"))
            .RequirePermission(Permission.ReadBroadcasts).WithSummary("How far a count has come.");
        api.MapGet("/counts/{id}/sample", async (string id, AudienceCounts counts, ContactStore contacts, AccountStore accounts, CancellationToken cancel) =>
        {
            var sample = counts.SampleOf(id) ?? throw RefusedException.NotFound($"count {id}");
            var named = await Named.OfAsync(sample, contacts, accounts, cancel);
            return new ShownSample([.. sample.OrderBy(one => one.Id).Select(one => SegmentEndpoints.ShowMember(one, named))]);
        }).RequirePermission(Permission.ReadContacts).WithSummary("Some of those of whom the condition is true, drawn by chance.");
        api.MapDelete("/counts/{id}", (string id, AudienceCounts counts) => counts.Cancel(id) ? Results.NoContent() : throw RefusedException.NotFound($"count {id} under way"))
            .RequirePermission(Permission.WriteBroadcasts).WithSummary("Ends a count.");
    }

    private static (Condition? Condition, IReadOnlyList<Diagnostic> Diagnostics) Read(GivenAudience given, ParseEnvironment environment)
    {
        if (string.IsNullOrWhiteSpace(given.Condition)) return (null, []);
        var found = new List<Diagnostic>();
        return (Condition.Compile(given.Condition.ReplaceLineEndings(" "), ScopeOf(environment, OfOf(given)), found), found);
    }

    private static SubjectKind OfOf(GivenAudience given) => given.Of == "account" ? SubjectKind.Account : SubjectKind.Contact;

    private static ConditionScope ScopeOf(ParseEnvironment environment, SubjectKind of) => new() { Subject = of, Plan = environment.Plan, Segments = environment.Segments, File = "condition" };
}
