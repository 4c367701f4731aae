using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class KeyEndpoints
{
    /// <param name="Scopes">Names of permissions, or <c>*</c> for all.</param>
    public sealed record Draft(string? Name, IReadOnlyList<string>? Scopes);

    /// <param name="Key">Shown once, when it is made.</param>
    public sealed record Shown(long Id, string Name, string Hint, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt, string? Key)
    {
        internal static Shown Of(ApiKey key, string? secret = null) =>
            new(key.Id, key.Name, key.Hint, key.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries), key.CreatedAt, key.RevokedAt, key.LastUsedAt, secret);
    }

    public static void MapKeys(this IEndpointRouteBuilder api)
    {
        api.MapGet("/keys", async (int? limit, string? after, ApiKeyStore keys, CancellationToken cancel) =>
        {
            var (most, from) = (Paging.Limit(limit), Paging.After(after) ?? 0);
            var found = (await keys.ListAsync(cancel)).Where(key => key.Id > from).Take(most + 1).Select(key => Shown.Of(key)).ToList();
            return found.Count > most ? new ApiPage<Shown>(found[..most], found[most - 1].Id.ToString()) : new(found, null);
        }).RequirePermission(Permission.ReadKeys).WithSummary("Keys of the API, revoked ones included.");
        api.MapPost("/keys", AddAsync).RequirePermission(Permission.WriteKeys)
            .WithSummary("Adds a key that may do no more than the caller's; it is shown in the answer and never again.").Produces<Shown>(StatusCodes.Status201Created);
        api.MapDelete("/keys/{id:long}", async (long id, ApiKeyStore keys, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            await audited.RecordAsync("key.revoked", $"key:{id}", null, cancel);
            return await keys.RevokeAsync(id, clock.Now, cancel) ? TypedResults.NoContent() : throw RefusedException.NotFound($"live key {id}");
        }).RequirePermission(Permission.WriteKeys).WithSummary("Takes a key away, within seconds on every node.");
    }

    private static async Task<IResult> AddAsync(Draft draft, ApiKeyStore keys, Audited audited, BusinessClock clock, HttpContext context, CancellationToken cancel)
    {
        var name = string.IsNullOrWhiteSpace(draft.Name) ? throw RefusedException.Missing("name", "\"deploy\"") : draft.Name.Trim();
        if (draft.Scopes is not { Count: > 0 } asked) throw RefusedException.Missing("scopes", "[\"contacts.read\", \"sends.read\"]");
        if (!Scopes.TryParse(string.Join(' ', asked), out var scopes, out var unknown))
            throw RefusedException.BadRequest("bad-scope", "There is no such permission.", $"\"{unknown}\" was found; there are {string.Join(", ", Permission.All)}, and * for all.");
        var caller = context.Caller();
        if (scopes.Permissions.Where(permission => !caller.Scopes.Allow(permission)).Select(permission => permission.Name).ToList() is { Count: > 0 } beyond)
            throw new RefusedException(StatusCodes.Status403Forbidden, "beyond-own-scopes", "A key gives no more than it has.", $"The caller's key lacks {string.Join(", ", beyond)}.");
        // The audit log names callers so: a name belongs to one key for ever.
        if (name == SecretKeys.Development || (await keys.ListAsync(cancel)).Any(key => key.Name == name))
            throw RefusedException.Conflict("name-taken", "The name is taken.", $"There is, or was, a key named \"{name}\"; the audit log knows callers by their keys' names.");

        var secret = SecretKeys.New(SecretKeys.ApiPrefix);
        await audited.RecordAsync("key.added", $"key:{name}", new { Scopes = scopes.ToString() }, cancel);
        var key = await keys.AddAsync(name, SecretKeys.Hash(secret), SecretKeys.Hint(secret), scopes.ToString(), clock.Now, cancel);
        return TypedResults.Created($"/api/v1/keys/{key.Id}", Shown.Of(key, secret));
    }
}
