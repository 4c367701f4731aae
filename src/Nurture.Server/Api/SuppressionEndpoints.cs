using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class SuppressionEndpoints
{
    private const string Erased = "erased";

    /// <param name="Reason"><c>by_hand</c> where not given.</param>
    public sealed record Draft(string? Email, string? Reason, string? Note);

    /// <param name="Id">The keyed hash of the address, in hexadecimal digits.</param>
    /// <param name="Email">Null after an erasure.</param>
    public sealed record Shown(string Id, string? Email, string Reason, string Source, DateTimeOffset At, string? Note)
    {
        internal static Shown Of(Suppression suppression) => new(
            Convert.ToHexStringLower(suppression.Hash), suppression.Address, suppression.Reason, suppression.Source, suppression.At, suppression.Note);
    }

    public static void MapSuppressions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/suppressions", ListAsync).RequirePermission(Permission.ReadSuppressions).WithSummary("Addresses that may not be mailed; with email, whether that one is among them.");
        api.MapPost("/suppressions", AddAsync).RequirePermission(Permission.WriteSuppressions).WithSummary("Never mails an address again. One that is suppressed already stays as it is.");
        api.MapDelete("/suppressions", async (string? email, string? because, SuppressionStore store, SettingsStore settings, Audited audited, CancellationToken cancel) =>
            await RemoveAsync((await settings.AddressHashAsync(cancel)).Of(Key(email)), because, store, audited, cancel))
            .RequirePermission(Permission.WriteSuppressions).WithSummary("Lets an address be mailed again.").Produces(StatusCodes.Status204NoContent);
        api.MapDelete("/suppressions/{id}", async (string id, string? because, SuppressionStore store, Audited audited, CancellationToken cancel) =>
            await RemoveAsync(Hash(id), because, store, audited, cancel))
            .RequirePermission(Permission.WriteSuppressions).WithSummary("Lets an address be mailed again.").Produces(StatusCodes.Status204NoContent);
    }

    private static async Task<ApiPage<Shown>> ListAsync(string? email, int? limit, string? after, SuppressionStore store, SettingsStore settings, CancellationToken cancel)
    {
        if (!string.IsNullOrEmpty(email))
            return new(await FindAsync((await settings.AddressHashAsync(cancel)).Of(Key(email)), store, cancel) is { } found ? [Shown.Of(found)] : [], null);
        if (!string.IsNullOrEmpty(after)) Hash(after);
        var (items, next) = await store.ListAsync(string.IsNullOrEmpty(after) ? null : after, Paging.Limit(limit), cancel);
        return new([.. items.Select(Shown.Of)], next?.ToLowerInvariant());
    }

    private static async Task<Shown> AddAsync(Draft draft, SuppressionStore store, SettingsStore settings, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        var hash = (await settings.AddressHashAsync(cancel)).Of(Key(draft.Email));
        if (draft.Reason == Erased) throw RefusedException.BadRequest("bad-reason", "Nobody says that by hand.", $"\"{Erased}\" is the reason of addresses whose contact was forgotten; erase the contact.");
        var suppression = new Suppression(hash, draft.Reason ?? "by_hand", "api", clock.Now, draft.Email!.Trim(), draft.Note);
        await audited.RecordAsync("suppression.added", Target(hash), new { suppression.Reason }, cancel);
        await store.AddAsync([suppression], cancel);
        return Shown.Of(await FindAsync(hash, store, cancel) ?? suppression);
    }

    private static async Task<IResult> RemoveAsync(byte[] hash, string? because, SuppressionStore store, Audited audited, CancellationToken cancel)
    {
        if (await FindAsync(hash, store, cancel) is not { } suppression) throw RefusedException.NotFound("such suppressed address");
        if (suppression.Reason == Erased && string.IsNullOrWhiteSpace(because))
        {
            throw RefusedException.Conflict("erased", "The address belongs to somebody who was forgotten.",
                "It is kept as a hash so that nobody mails it again after an import. Where the person has come back of their own will, say so with ?because=.");
        }
        await audited.RecordAsync("suppression.removed", Target(hash), new { suppression.Reason, Because = because }, cancel);
        await store.RemoveAsync(hash, cancel);
        return TypedResults.NoContent();
    }

    internal static async Task<Suppression?> FindAsync(byte[] hash, SuppressionStore store, CancellationToken cancel)
    {
        // The list goes on after a hash: the greatest one below this one.
        var before = (byte[])hash.Clone();
        for (var i = before.Length - 1; i >= 0 && before[i]-- == 0; i--) { }
        var (items, _) = await store.ListAsync(Convert.ToHexString(before), 1, cancel);
        return items.FirstOrDefault(found => found.Hash.AsSpan().SequenceEqual(hash));
    }

    private static string Target(byte[] hash) => $"suppression:{Convert.ToHexStringLower(hash)}";

    private static string Key(string? email) => Addresses.Key(email ?? throw RefusedException.Missing("email", "hanako@acme.example"))
        ?? throw RefusedException.BadRequest("bad-address", "That is no address.", "email must be one address, such as hanako@acme.example.");

    private static byte[] Hash(string id) => id.Length == 64 && id.All(char.IsAsciiHexDigit)
        ? Convert.FromHexString(id)
        : throw RefusedException.NotFound("such suppressed address");
}
