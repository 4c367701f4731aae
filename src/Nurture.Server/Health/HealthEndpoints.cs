using Nurture.Conditions;
using Nurture.Health;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Health;

internal static class HealthEndpoints
{
    private const int MostPoints = 400;

    private static readonly TimeSpan Shown = TimeSpan.FromDays(366);

    /// <param name="Score">Null while too little is known.</param>
    /// <param name="Coverage">The share of all weight that is known, 0 to 1.</param>
    /// <param name="NextChangeAt">When it may move if nothing happens.</param>
    /// <param name="Bands">From which score each begins.</param>
    public sealed record ShownHealth(
        string Definition, int Version, string Title, double? Score, string Band, DateTimeOffset? BandSince, double Coverage, DateTimeOffset? NextChangeAt,
        IReadOnlyList<ShownPart> Parts, IReadOnlyList<ShownCap> Caps, IReadOnlyList<ShownBand> Bands, IReadOnlyList<ShownPoint> History);

    /// <param name="Value">What is measured; null where it is not known.</param>
    /// <param name="Points">0 to 100.</param>
    /// <param name="Share">What it brings to the score: the shares add up to it before caps.</param>
    public sealed record ShownPart(string Id, string Title, string Group, double Weight, string Expression, double? Value, double? Points, double? Share, bool IsPresent);

    public sealed record ShownCap(double Max, string Because);

    public sealed record ShownBand(string Band, double From, string? None);

    /// <param name="Former">The account that it is of, where that has merged into this one since.</param>
    public sealed record ShownPoint(DateTimeOffset At, double? Score, string Band, string Cause, string? Former);

    /// <param name="Accounts">How many are in each band.</param>
    public sealed record ShownBands(string? Definition, IReadOnlyDictionary<string, long> Accounts);

    public static void MapHealthScores(this IEndpointRouteBuilder api)
    {
        api.MapGet("/accounts/{id:long}/health", GetAsync).RequirePermission(Permission.ReadHealth)
            .WithSummary("An account's health score as it stands now: what it is made of, what caps it, when it may move next, and how it was, the accounts that merged into it too.");
        api.MapGet("/health", async (HealthStore store, CatalogSource catalogs, CancellationToken cancel) =>
                new ShownBands((await catalogs.CurrentAsync(cancel)).Catalog.Health?.Name, (await store.CountAsync(cancel)).ToDictionary(count => HealthBands.Word(count.Key), count => count.Value)))
            .RequirePermission(Permission.ReadHealth).WithSummary("How many accounts are in each band.");
    }

    private static async Task<ShownHealth> GetAsync(
        long id, AccountStore accounts, HealthStore store, StatesNow states, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel)
    {
        var account = await accounts.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"account {id}");
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        if (catalog.Health is not { } definition || await states.ReadAsync(account, cancel) is not { Health: { } kept } state)
            throw new RefusedException(StatusCodes.Status404NotFound, "no-health", "Nobody scores this account.", catalog.Health is null ? "Publish health.yaml to score accounts." : "The health definition's for: leaves it out, or nothing was heard of it yet.");

        var now = clock.Now;
        var context = new ConditionContext { Catalog = catalog, At = now, Account = state };
        var reading = HealthScore.Read(definition, context);
        var history = await store.HistoryAsync(id, now - Shown, MostPoints, cancel);
        return new(
            definition.Name, definition.Version, definition.Title, Round(reading.Score), HealthBands.Word(kept.Band), kept.BandSince, Math.Round(reading.Coverage, 3),
            HealthScore.NextChange(definition, context),
            [.. reading.Parts.Select(part => new ShownPart(
                part.Measure.Id, part.Measure.Title, part.Measure.Group, part.Measure.Weight, part.Measure.Value.Text, Round(part.Value), Round(part.Points), part.Points is null ? null : Round(part.Share), part.Points is not null))],
            [.. reading.Caps.Select(cap => new ShownCap(cap.Most, cap.Because))],
            [.. definition.Bands.Select(rule => new ShownBand(HealthBands.Word(rule.Band), rule.From, rule.None))],
            [.. history.Select(point => new ShownPoint(point.At, Round(point.Score), HealthBands.Word(point.Band), ApiJson.Word(point.Cause), point.Former))]);
    }

    private static double? Round(double? value) => value is { } number && double.IsFinite(number) ? Math.Round(number, 1) : null;
}
