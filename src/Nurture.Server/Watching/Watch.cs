using System.Globalization;
using Nurture.Contacts;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Notices;
using Nurture.Server.Publishing;
using Nurture.Simulation;
using Nurture.Storage;

namespace Nurture.Server.Watching;

/// <summary>
/// Learns what is usual of scenarios and sources, says which source is silent and which is heard again, and mails operators
/// what they are called for. Every node looks; each change is a transaction that one of them wins. What a scenario may do is
/// not decided here, but in the commit that plans it.
/// </summary>
internal sealed class Watch(
    BreakerStore breakers, SourceWatchStore sources, OperatorCallStore calls, ColleagueList colleagues, CatalogSource catalogs, BusinessClock clock, WorkSignals signals, ILogger<Watch> logger)
    : BackgroundService
{
    // Of machine time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Quarter = TimeSpan.FromMinutes(15);

    private readonly SemaphoreSlim turn = new(1, 1);
    private DateTimeOffset looked;

    /// <summary>Returns how many were called or changed.</summary>
    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            var now = clock.Now;
            await sources.CountAsync(now, cancel);
            var done = await LookAtSourcesAsync(now, cancel);
            if (now - looked >= TimeSpan.FromHours(1) || now < looked)
            {
                await breakers.LearnAsync((await catalogs.CurrentAsync(cancel)).Catalog.Policy.Breaker, now, cancel);
                looked = now;
            }

            return done + await CallAsync(cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>The next quarter of an hour, where a source is known well enough to be missed; one that is silent already is heard by what comes, not by the hour.</summary>
    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel) =>
        (await sources.RatesAsync(after, cancel)).Any(rate => rate is { Reading.IsKnown: true, Silence: null })
            ? new DateTimeOffset(after.Ticks - (after.Ticks % Quarter.Ticks) + Quarter.Ticks, TimeSpan.Zero)
            : null;

    /// <summary>Only mails what was called for: what is usual needs no looking at each step of the development clock.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel) =>
        clock.Now - looked >= Quarter || clock.Now < looked ? await TurnAsync(cancel) : await CallAsync(cancel);

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookAgain);
        do
        {
            try
            {
                await TurnAsync(cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                logger.LogError(failure, "Volumes and sources could not be looked at; it is tried again");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    private async Task<int> LookAtSourcesAsync(DateTimeOffset now, CancellationToken cancel)
    {
        var done = 0;
        foreach (var rate in await sources.RatesAsync(now, cancel))
        {
            if (rate is { Silence: null, IsRevoked: false } && rate.Reading.IsSilent)
            {
                // Since the end of the last hour in which anything came, and no longer than was looked at.
                var last = rate.Reading.LastHour is { } hour ? Instants.FromMilliseconds((hour + 1) * 3_600_000) : now;
                var since = last > now ? now : last;
                if (!await sources.BeginSilenceAsync(rate, since, now, cancel)) continue;
                logger.LogWarning("The source {Source} is silent: {Came} events in {Hours} hours that usually bring {Expected}", rate.Name, rate.Reading.Came, rate.Reading.Hours, rate.Reading.Expected);
                done++;
            }
            else if (rate.Silence is not null && (rate.Reading.IsBack || rate.IsRevoked) && await sources.EndSilenceAsync(rate, now, "", cancel))
            {
                logger.LogInformation("The source {Source} is heard again", rate.Name);
                done++;
            }
        }

        if (await sources.ForgetSilencesAsync(now, cancel)) done++;
        if (done > 0) signals.Events.Raise();
        return done;
    }

    private async Task<int> CallAsync(CancellationToken cancel)
    {
        if (!await calls.HasUntoldAsync(cancel)) return 0;
        var (now, catalog) = (clock.Now, (await catalogs.CurrentAsync(cancel)).Catalog);
        var people = await colleagues.ReadAsync(catalog.Policy, cancel);
        var told = await calls.TellAsync(now, call => people.Address(NoticeOf(call, catalog, now)), cancel);
        foreach (var call in told) logger.LogWarning("An operator is called: {Kind} of {About}", call.Kind, call.About);
        if (told.Count > 0) signals.Sends.Raise();
        return told.Count;
    }

    private static Notice NoticeOf(OperatorCall call, Catalog catalog, DateTimeOffset now)
    {
        var cause = string.Create(CultureInfo.InvariantCulture, $"call-{call.Id}");
        return call.Kind switch
        {
            CallKind.VolumeTripped => new(NoticeKind.VolumeTripped, SubjectRef.Contact(0), 0, cause, null,
                new(Explanation.Title(catalog.Live.GetValueOrDefault(call.About)?.Scenario, call.About), null) { What = call.Detail["what"], Count = call.Detail["count"], Bound = call.Detail["bound"], Within = call.Detail["within"] }, now, ""),
            CallKind.SourceSilent => new(NoticeKind.SourceSilent, SubjectRef.Contact(0), 0, cause, null,
                new(call.Detail["source"], null) { Count = call.Detail["came"], Bound = call.Detail["expected"], Within = call.Detail["hours"] }, now, ""),
        };
    }
}
