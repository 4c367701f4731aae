using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Watching;

/// <summary>What protects from too much and from too little: the volume breaker, and sources that fall silent; and who stands in line, or waits for a better subject.</summary>
public static class WatchingSlice
{
    /// <param name="Kind">mails, escalations, webhooks.</param>
    /// <param name="Bound">Beyond which the scenario is paused.</param>
    /// <param name="Usual">The most in a window of the last weeks; null while less than a week is known.</param>
    /// <param name="Confirmed">By how much confirmed counts raise the bound.</param>
    public sealed record ShownVolume(string Kind, long Count, long Bound, long? Usual, long Confirmed);

    /// <param name="Expected">What the hours looked at usually bring; null while too little is known.</param>
    /// <param name="SilentSince">Null while it is heard.</param>
    public sealed record ShownRate(int Id, string Name, double? Expected, long Came, int Hours, long CameThisHour, DateTimeOffset? SilentSince, IReadOnlyList<string> EventNames);

    public static void AddWatching(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<BreakerStore>();
        builder.Services.AddSingleton<SourceWatchStore>();
        builder.Services.AddSingleton<OperatorCallStore>();
        builder.Services.AddSingleton<ThrottleStore>();
        builder.Services.AddSingleton<Throttles>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Throttles>());
        builder.Services.AddSingleton<SubjectTestStore>();
        builder.Services.AddSingleton<SubjectArms>();
        builder.Services.AddHostedService(services => services.GetRequiredService<SubjectArms>());
        builder.Services.AddSingleton<Watch>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Watch>());
    }

    public static void MapWatching(this WebApplication app)
    {
        var api = app.MapGroup(ApiSlice.Root).MapGroup("").WithTags("operation");
        api.MapGet("/calls", async (OperatorCallStore calls, CatalogSource catalogs, CancellationToken cancel) =>
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            return new ApiPage<OverviewEndpoints.ShownCall>([.. (await calls.OpenAsync(cancel)).Select(call => OverviewEndpoints.ShownCall.Of(call, catalog))], null);
        }).RequirePermission(Permission.ReadStatus).WithSummary("What an operator is called for: scenarios that the volume breaker paused, sources that are silent.");
        api.MapGet("/scenarios/{name}/volume", async (string name, BreakerStore breakers, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            if (!catalog.NamesOf(name).Any(catalog.Live.ContainsKey)) throw RefusedException.NotFound($"live scenario \"{name}\"");
            return new ApiPage<ShownVolume>([.. (await breakers.StandingAsync(Scenario.FamilyOf(name), catalog.Policy.Breaker, clock.Now, cancel))
                .Select(one => new ShownVolume(ApiJson.Word(one.Kind), one.Count, one.Bound, one.Usual, one.Confirmed))], null);
        }).RequirePermission(Permission.ReadScenarios).WithSummary("How much the scenario does within the breaker's window, and beyond what it is paused.");
        api.MapGet("/scenarios/{name}/throttles", async (string name, Throttles throttles, CancellationToken cancel) => new ApiPage<Throttles.ShownLine>(await throttles.LinesAsync(name, cancel), null))
            .RequirePermission(Permission.ReadScenarios).WithSummary("Its throttled sends: how many wait, and when the last of them leaves as things stand.");
        api.MapGet("/scenarios/{name}/subject-tests", async (string name, SubjectArms arms, CancellationToken cancel) => new ApiPage<SubjectArms.ShownTest>(await arms.ListAsync(name, cancel), null))
            .RequirePermission(Permission.ReadScenarios).WithSummary("Its tests of subjects: how each subject has come off, which one won, or when it is decided.");
        api.MapGet("/sources/rates", async (SourceWatchStore sources, BusinessClock clock, CancellationToken cancel) => new ApiPage<ShownRate>(
            [.. (await sources.RatesAsync(clock.Now, cancel)).Select(rate => new ShownRate(
                rate.SourceId, rate.Name, rate.Reading.IsKnown ? Math.Round(rate.Reading.Expected, 1) : null, rate.Reading.Came, rate.Reading.Hours, rate.Reading.CameNow, rate.Silence?.Since, rate.Silence?.EventNames ?? []))], null))
            .RequirePermission(Permission.ReadSources).WithSummary("What each source sends beside what is usual of it at these hours of the week, and which are silent.");
    }

    /// <summary>Makes the development clock stop where sources are looked at, once they are known well enough to be missed.</summary>
    public static void UseWatching(this WebApplication app)
    {
        var watch = app.Services.GetRequiredService<Watch>();
        app.Services.GetRequiredService<DueMoments>().Add("watch", watch.NextAsync, watch.DrainAsync);
        var throttles = app.Services.GetRequiredService<Throttles>();
        app.Services.GetRequiredService<DueMoments>().Add("throttles", throttles.NextAsync, throttles.DrainAsync);
        var arms = app.Services.GetRequiredService<SubjectArms>();
        app.Services.GetRequiredService<DueMoments>().Add("subject-tests", arms.NextAsync, arms.DrainAsync);
    }
}
