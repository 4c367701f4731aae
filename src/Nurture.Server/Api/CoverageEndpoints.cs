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

    private const int DaysLookedBack = 90;

    // As far back as windows reach.
    private const int MostDays = 800;

    /// <param name="AsksFor">Whom of the account its trigger asks for; null where it is live no more.</param>
    /// <param name="Times">How many triggers found nobody.</param>
    public sealed record ShownGap(string Scenario, string? Title, string? AsksFor, long AccountId, string? AccountName, string? Owner, long Times, DateTimeOffset FirstAt, DateTimeOffset LastAt);

    public static void MapCoverage(this IEndpointRouteBuilder api) =>
        api.MapGet("/coverage", async (string? scenario, long? account, bool? mine, int? days, CoverageStore coverage, CatalogSource catalogs, Audited audited, BusinessClock clock, CancellationToken cancel) =>
        {
            if (days is < 1 or > MostDays) throw RefusedException.BadRequest("bad-value", $"days={days} is not from 1 to {MostDays}.", "Say how many days are looked back; a contract's trigger comes once a year: days=366.");
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            var names = string.IsNullOrEmpty(scenario) ? (ScenarioNames?)null : new ScenarioNames(catalog.NamesOf(scenario));
            var gaps = await coverage.NobodyAsync(names, account, mine == true ? audited.Who : null, clock.Now - TimeSpan.FromDays(days ?? DaysLookedBack), MostShown, cancel);
            return new ApiPage<ShownGap>([.. gaps.Select(gap =>
            {
                var its = catalog.Live.GetValueOrDefault(gap.Scenario)?.Scenario;
                return new ShownGap(gap.Scenario, its?.Title, its is null ? null : ScenarioFlow.Of(its).Trigger.Says.GetValueOrDefault("for"), gap.AccountId, gap.AccountName, gap.Owner, gap.Times, gap.FirstAt, gap.LastAt);
            })], null);
        }).RequirePermission(Permission.ReadAccounts)
            .WithSummary("Accounts of which triggers of the last 90 days, or of so many days, found nobody with the role that they ask for: of all scenarios or one, of an account, with mine=true of the signed-in user's accounts.");
}
