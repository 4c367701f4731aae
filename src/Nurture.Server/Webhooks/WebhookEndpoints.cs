using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Webhooks;

/// <summary>Settings → Webhooks.</summary>
internal static class WebhookEndpoints
{
    private static readonly TimeSpan FormerLives = TimeSpan.FromDays(1);

    private const int MostShown = 100;

    public sealed record Draft(string? Name, string? Url);

    /// <param name="Url">Null leaves it.</param>
    /// <param name="IsDisabled">Null leaves it. Calls to a disabled one fail.</param>
    public sealed record Changes(string? Url, bool? IsDisabled);

    /// <param name="Url">To who may not change it, its host alone: some addresses are secrets themselves.</param>
    /// <param name="Secret">Shown once, when it is made.</param>
    /// <param name="FormerUntil">Until then calls are signed with the former secret too.</param>
    /// <param name="DisabledBecause"><c>gone</c> where it said so itself (410), <c>by_hand</c>; null where it is called.</param>
    /// <param name="Waiting">Calls that are not over.</param>
    public sealed record Shown(
        string Name, string Url, string SecretHint, DateTimeOffset? FormerUntil, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, string? DisabledBecause, long Waiting, string? Secret);

    /// <param name="Scenario">Empty for a test by hand.</param>
    /// <param name="State">planned, claimed, answered, failed, cancelled.</param>
    public sealed record ShownAttempt(
        string Id, string Scenario, string Step, string State, DateTimeOffset PlannedAt, DateTimeOffset? NextAt, DateTimeOffset? TriedAt, int Attempts, int? Status, int? Milliseconds, string? Problem, string? Response);

    /// <param name="Status">0 where nobody answered.</param>
    public sealed record TestResult(bool IsAnswered, int Status, int Milliseconds, string Problem, string Response);

    public static void MapWebhooks(this IEndpointRouteBuilder api)
    {
        api.MapGet("/webhooks", async (HttpContext http, EndpointStore store, CallStore calls, BusinessClock clock, CancellationToken cancel) =>
        {
            var waiting = await calls.WaitingAsync(cancel);
            var isWhole = http.Caller().Scopes.Allow(Permission.WriteWebhooks);
            return new ApiPage<Shown>([.. (await store.ListAsync(cancel)).Select(endpoint => ShownOf(endpoint, waiting.GetValueOrDefault(endpoint.Name), isWhole, clock.Now))], null);
        }).RequirePermission(Permission.ReadWebhooks).WithSummary("Endpoints that scenarios may call.");
        api.MapPost("/webhooks", AddAsync).RequirePermission(Permission.WriteWebhooks).WithSummary("Declares an endpoint; its secret is shown in the answer and never again.").Produces<Shown>(StatusCodes.Status201Created);
        api.MapPatch("/webhooks/{name}", async (string name, Changes changes, EndpointStore store, Egress egress, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            if (changes.Url is { } url && egress.Complaint(url) is { } complaint) throw RefusedException.BadRequest("bad-url", "This address cannot be called.", complaint);
            await audited.RecordAsync("webhook.changed", $"webhook:{name}", new { IsMoved = changes.Url is not null, changes.IsDisabled }, cancel);
            if (!await store.ChangeAsync(name, changes.Url, changes.IsDisabled, clock.Now, cancel)) throw RefusedException.NotFound($"endpoint {name}");
            return ShownOf(await NamedAsync(store, name, cancel), 0, isWhole: true, clock.Now);
        }).RequirePermission(Permission.WriteWebhooks).WithSummary("Moves an endpoint, switches it off or on.");
        api.MapPost("/webhooks/{name}/rotate", async (string name, EndpointStore store, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            var secret = StandardSignature.NewSecret();
            await audited.RecordAsync("webhook.rotated", $"webhook:{name}", null, cancel);
            if (!await store.RotateAsync(name, secret, clock.Now + FormerLives, cancel)) throw RefusedException.NotFound($"endpoint {name}");
            return ShownOf(await NamedAsync(store, name, cancel), 0, isWhole: true, clock.Now) with { Secret = secret };
        }).RequirePermission(Permission.WriteWebhooks).WithSummary("Makes a new secret, shown once; for a day calls are signed with both.");
        api.MapDelete("/webhooks/{name}", async (string name, EndpointStore store, Audited audited, CancellationToken cancel) =>
        {
            await audited.RecordAsync("webhook.removed", $"webhook:{name}", null, cancel);
            return await store.RemoveAsync(name, cancel) ? TypedResults.NoContent() : throw RefusedException.NotFound($"endpoint {name}");
        }).RequirePermission(Permission.WriteWebhooks).WithSummary("Takes an endpoint away; calls to it fail.");
        api.MapPost("/webhooks/{name}/test", async (string name, EndpointStore store, CallStore calls, CallSender sender, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            var endpoint = await NamedAsync(store, name, cancel);
            await audited.RecordAsync("webhook.tested", $"webhook:{name}", null, cancel);
            var id = Guid.NewGuid();
            var attempt = await sender.TestAsync(endpoint, id, cancel);
            await calls.NoteTestAsync(id, name, attempt, clock.Now, cancel);
            return new TestResult(attempt.End!.IsAnswered, attempt.Status, attempt.Milliseconds, attempt.Problem, attempt.Excerpt);
        }).RequirePermission(Permission.WriteWebhooks).WithSummary("Calls the endpoint once, at once, with a test.");
        api.MapGet("/webhooks/{name}/calls", async (string name, EndpointStore store, CallStore calls, CancellationToken cancel) =>
        {
            await NamedAsync(store, name, cancel);
            return new ApiPage<ShownAttempt>([.. (await calls.RecentAsync(name, MostShown, cancel)).Select(ShownOf)], null);
        }).RequirePermission(Permission.ReadWebhooks).WithSummary("The endpoint's latest calls, newest first.");
    }

    private static async Task<IResult> AddAsync(Draft draft, EndpointStore store, Egress egress, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        var name = string.IsNullOrWhiteSpace(draft.Name) ? throw RefusedException.Missing("name", "\"crm\"") : draft.Name.Trim();
        if (!IsName(name)) throw RefusedException.BadRequest("bad-name", "This is no name that scenarios can write.", $"\"{name}\" was found; a name has small letters, digits, - and _, such as crm.");
        if (string.IsNullOrWhiteSpace(draft.Url)) throw RefusedException.Missing("url", "\"https://crm.example.com/hooks/nurture\"");
        if (egress.Complaint(draft.Url.Trim()) is { } complaint) throw RefusedException.BadRequest("bad-url", "This address cannot be called.", complaint);
        var secret = StandardSignature.NewSecret();
        await audited.RecordAsync("webhook.added", $"webhook:{name}", null, cancel);
        if (!await store.AddAsync(name, draft.Url.Trim(), secret, clock.Now, cancel)) throw RefusedException.Conflict("exists", "There is one of that name.", $"An endpoint \"{name}\" is declared already.");
        return TypedResults.Created($"/api/v1/webhooks/{name}", ShownOf(await NamedAsync(store, name, cancel), 0, isWhole: true, clock.Now) with { Secret = secret });
    }

    private static bool IsName(string name) => name.Length <= 60 && char.IsAsciiLetterLower(name[0]) && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');

    private static async Task<CalledEndpoint> NamedAsync(EndpointStore store, string name, CancellationToken cancel) =>
        await store.FindAsync(name, cancel) ?? throw RefusedException.NotFound($"endpoint {name}");

    private static Shown ShownOf(CalledEndpoint endpoint, long waiting, bool isWhole, DateTimeOffset now) => new(
        endpoint.Name, isWhole ? endpoint.Url : new Uri(endpoint.Url).GetLeftPart(UriPartial.Authority), StandardSignature.Hint(endpoint.Secret),
        endpoint.FormerUntil > now ? endpoint.FormerUntil : null, endpoint.CreatedAt, endpoint.DisabledAt,
        endpoint.DisabledAt is null ? null : endpoint.DisabledBecause is { Length: > 0 } because ? because : "by_hand", waiting, null);

    private static ShownAttempt ShownOf(ShownCall call) => new(
        call.Id.ToString("N"), call.Scenario, call.Step, call.State.ToString().ToLowerInvariant(), call.PlannedAt, call.State == CallState.Planned ? call.DueAt : null, call.TriedAt, call.Attempts,
        call.Status is 0 ? null : call.Status, call.Milliseconds, call.Problem is { Length: > 0 } ? call.Problem : null, call.Response is { Length: > 0 } ? call.Response : null);
}
