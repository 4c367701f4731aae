using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>Whom scenarios do not reach.</summary>
internal static class CoverageEndpoints
{
    private const int MostShown = 500;

    private static readonly TimeSpan LookedBack = TimeSpan.FromDays(90);

    /// <param name="AsksFor">Whom of the account its trigger asks for; null where it is live no more.</param>
    /// <param name="Times">How many triggers found nobody.</param>
    public sealed record ShownGap(string Scenario, string? Title, string? AsksFor, long AccountId, string? AccountName, string? Owner, long Times, DateTimeOffset FirstAt, DateTimeOffset LastAt);

    public static void MapCoverage(this IEndpointRouteBuilder api) =>
        api.MapGet("/coverage", async (string? scenario, long? account, bool? mine, CoverageStore coverage, CatalogSource catalogs, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var names = string.IsNullOrEmpty(scenario) ? (ScenarioNames?)null : new ScenarioNames(catalog.NamesOf(scenario));
            var gaps = await coverage.NobodyAsync(names, account, mine == true ? audited.Who : null, clock.Now - LookedBack, MostShown, cancel);
            return new ApiPage<ShownGap>([.. gaps.Select(gap =>
            {
                var its = catalog.Live.GetValueOrDefault(gap.Scenario)?.Scenario;
                return new ShownGap(gap.Scenario, its?.Title, its is null ? null : ScenarioFlow.Of(its).Trigger.Says.GetValueOrDefault("for"), gap.AccountId, gap.AccountName, gap.Owner, gap.Times, gap.FirstAt, gap.LastAt);
            })], null);
        }).RequirePermission(Permission.ReadAccounts)
            .WithSummary("Accounts of which triggers of the last 90 days found nobody with the role that they ask for: of all scenarios or one, of an account, with mine=true of the signed-in user's accounts.");
}
