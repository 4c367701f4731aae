using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

internal static class SourceEndpoints
{
    /// <param name="Namespace">In which its ids mean something; <c>default</c> where not given.</param>
    /// <param name="DefaultBasis">On what ground the people may be mailed whom it makes known: none, opt_in, relationship, published.</param>
    /// <param name="AllowedOrigins">Of web pages that may send; all, where not given.</param>
    /// <param name="AllowedTypes">track, identify and so on; all, where not given.</param>
    public sealed record Draft(string? Name, string? Namespace, string? DefaultBasis, IReadOnlyList<string>? AllowedOrigins, IReadOnlyList<string>? AllowedTypes);

    /// <param name="WriteKey">Shown once, when it is made.</param>
    public sealed record Shown(
        int Id, string Name, string Namespace, string KeyHint, string DefaultBasis, IReadOnlyList<string>? AllowedOrigins, IReadOnlyList<string>? AllowedTypes,
        DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, string? WriteKey)
    {
        internal static Shown Of(Source source, string? key = null) => new(
            source.Id, source.Name, source.Namespace, source.KeyHint, source.DefaultBasis.Name(), source.AllowedOrigins, source.AllowedTypes, source.CreatedAt, source.RevokedAt, key);
    }

    public static void MapSources(this IEndpointRouteBuilder api)
    {
        api.MapGet("/sources", async (int? limit, string? after, SourceStore sources, CancellationToken cancel) =>
        {
            var (most, from) = (Paging.Limit(limit), Paging.After(after) ?? 0);
            var found = (await sources.ListAsync(cancel)).Where(source => source.Id > from).Take(most + 1).Select(source => Shown.Of(source)).ToList();
            return found.Count > most ? new ApiPage<Shown>(found[..most], found[most - 1].Id.ToString()) : new(found, null);
        }).RequirePermission(Permission.ReadSources).WithSummary("What sends events, revoked ones included.");
        api.MapPost("/sources", AddAsync).RequirePermission(Permission.WriteSources).WithSummary("Adds a source; its write key is shown in the answer and never again.").Produces<Shown>(StatusCodes.Status201Created);
        api.MapDelete("/sources/{id:int}", async (int id, SourceStore sources, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            await audited.RecordAsync("source.revoked", $"source:{id}", null, cancel);
            return await sources.RevokeAsync(id, clock.Now, cancel) ? TypedResults.NoContent() : throw RefusedException.NotFound($"live source {id}");
        }).RequirePermission(Permission.WriteSources).WithSummary("Takes the source's write key away; what it sent stays.");
    }

    private static async Task<IResult> AddAsync(Draft draft, SourceStore sources, Audited audited, BusinessClock clock, CancellationToken cancel)
    {
        var name = string.IsNullOrWhiteSpace(draft.Name) ? throw RefusedException.Missing("name", "\"Web site\"") : draft.Name.Trim();
        if (!ConsentBases.TryParse(draft.DefaultBasis ?? ConsentBasis.None.Name(), out var basis))
            throw RefusedException.BadRequest("bad-word", "default_basis is none of its words.", $"\"{draft.DefaultBasis}\" was found; it is one of {string.Join(", ", ConsentBases.Names)}.");
        if (draft.AllowedTypes?.FirstOrDefault(type => MessageTypes.Find(type) is null) is { } unknown)
            throw RefusedException.BadRequest("bad-word", "allowed_types holds no type of message.", $"\"{unknown}\" was found; they are track, identify, page, screen, group and alias.");
        if (draft.AllowedOrigins?.FirstOrDefault(origin => origin.Contains(' ', StringComparison.Ordinal) || !Uri.TryCreate(origin, UriKind.Absolute, out _)) is { } broken)
            throw RefusedException.BadRequest("bad-origin", "allowed_origins holds no origin.", $"\"{broken}\" was found; an origin is written https://www.example.com.");

        var key = SecretKeys.New(SecretKeys.WritePrefix);
        await audited.RecordAsync("source.added", $"source:{name}", new { Namespace = draft.Namespace ?? "default", DefaultBasis = basis.Name() }, cancel);
        var source = await sources.AddAsync(
            new(0, name, draft.Namespace ?? "default", SecretKeys.Hint(key), basis, draft.AllowedOrigins, draft.AllowedTypes, default, null), SecretKeys.Hash(key), clock.Now, cancel);
        return TypedResults.Created($"/api/v1/sources/{source.Id}", Shown.Of(source, key));
    }
}
