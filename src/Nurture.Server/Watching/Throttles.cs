using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Watching;

/// <summary>Lets those who stand in line at throttled sends, or to enter, through, in the order in which they came. Every node tries; the line's lock says who gives places.</summary>
internal sealed class Throttles(ThrottleStore store, CatalogSource catalogs, BusinessClock clock, WorkSignals signals, ILogger<Throttles> logger) : BackgroundService
{
    private const int MostAtOnce = 500;

    // Of machine time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private long given;
    private long drained;

    /// <param name="Row">Of a scenario with rows: each has lines of its own.</param>
    /// <param name="Step">Null for those who wait to enter.</param>
    /// <param name="Pace">As its scenario says it: 2000/d; of those who wait to enter the spread, null where they only wait for the trigger's delay.</param>
    /// <param name="Waiting">How many stand in line.</param>
    /// <param name="Used">How many were let through in the window; of those who wait to enter null.</param>
    /// <param name="NextAt">When the next ones are let through; null at once.</param>
    /// <param name="EndsAt">When the last of them is, as things stand.</param>
    public sealed record ShownLine(string? Row, string? Step, string? Pace, long Waiting, long? Used, DateTimeOffset? NextAt, DateTimeOffset? EndsAt);

    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        var (now, done) = (clock.Now, 0);
        foreach (var queue in (await store.WaitingAsync(now, null, cancel)).Where(queue => queue.Open > 0))
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            if (catalog.Live.TryGetValue(queue.Scenario, out var published) && published.IsPaused) continue;
            done += await store.AdmitAsync(queue.Scenario, queue.Step, SendOf(queue, catalog)?.Throttle, MostAtOnce, now, cancel);
        }

        foreach (var queue in (await store.EnteringAsync(now, null, cancel)).Where(queue => queue.Line is not null))
        {
            var its = Spread((await catalogs.CurrentAsync(cancel)).Catalog, queue.Scenario);
            if (its is not null && queue.Line!.DueAt(now, 1, its.Length, its.Hours, its.Clock) > 0) done += await store.LetInAsync(queue.Scenario, its.Length, its.Hours, its.Clock, MostAtOnce, now, cancel);
        }

        if (done > 0) signals.Events.Raise();
        Interlocked.Add(ref given, done);
        return done;
    }

    /// <summary>As <see cref="TurnAsync"/>; what was given in the background meanwhile is work for others, too.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        await TurnAsync(cancel);
        var (before, now) = (drained, Interlocked.Read(ref given));
        drained = now;
        return (int)(now - before);
    }

    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel)
    {
        DateTimeOffset? next = null;
        foreach (var queue in (await store.WaitingAsync(after, null, cancel)).Where(queue => queue.Open > 0))
        {
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            if (SendOf(queue, catalog)?.Throttle is not { } pace || catalog.Live.GetValueOrDefault(queue.Scenario) is { IsPaused: true }) continue;
            if ((await store.UseAsync(queue.Scenario, queue.Step, pace, after, cancel)).NextAt is { } at && at > after && !(next <= at)) next = at;
        }

        foreach (var queue in await store.EnteringAsync(after, null, cancel))
        {
            if (Spread((await catalogs.CurrentAsync(cancel)).Catalog, queue.Scenario) is not { } its) continue;
            if ((queue.Line?.NextAt(after, its.Length, its.Hours, its.Clock) ?? queue.NextAt) is { } at && at > after && !(next <= at)) next = at;
        }

        return next;
    }

    public async Task<IReadOnlyList<ShownLine>> LinesAsync(string scenario, CancellationToken cancel)
    {
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var live = catalog.NamesOf(scenario).Select(name => catalog.Live.GetValueOrDefault(name)?.Scenario).OfType<Scenario>().ToList();
        if (live.Count == 0) throw RefusedException.NotFound($"live scenario \"{scenario}\"");
        var lines = new List<ShownLine>();
        foreach (var its in live) await AddLinesAsync(lines, its, catalog, cancel);
        return lines;
    }

    private async Task AddLinesAsync(List<ShownLine> lines, Scenario scenario, Catalog catalog, CancellationToken cancel)
    {
        var (now, zone, row) = (clock.Now, LocalClock.Of(catalog.Policy), scenario.Row?.Id);
        var waiting = (await store.WaitingAsync(now, scenario.Name, cancel)).ToDictionary(queue => queue.Step);
        var trigger = scenario.Trigger;
        if (trigger.Spread > TimeSpan.Zero || trigger.Delay > TimeSpan.Zero)
        {
            var entering = (await store.EnteringAsync(now, scenario.Name, cancel)).FirstOrDefault();
            var hours = catalog.Policy.AllowedHours.GetValueOrDefault(scenario.Class);
            lines.Add(new(row, null, ScenarioFlow.Of(scenario).Trigger.Says.GetValueOrDefault("spread"), entering?.Waiting ?? 0, null,
                entering is null ? null : trigger.Spread > TimeSpan.Zero ? entering.Line?.NextAt(now, trigger.Spread, hours, zone) ?? entering.NextAt : entering.NextAt,
                // Who comes last is let in when the spread is over since then.
                entering is null ? null
                    : entering.Line is { } line && entering.NextAt is null && trigger.Spread > TimeSpan.Zero ? line.TurnOf(line.Waiting - 1, trigger.Spread, hours, zone)
                    : EntryLine.LatestOf(entering.LastAt, trigger.Spread, hours, zone)));
        }

        foreach (var send in Step.All(scenario.Steps).OfType<Step.Send>().Where(send => send.Throttle is not null))
        {
            var use = await store.UseAsync(scenario.Name, send.Id, send.Throttle!, now, cancel);
            var count = waiting.GetValueOrDefault(send.Id)?.Waiting ?? 0;
            lines.Add(new(row, send.Id, send.Throttle!.ToString(), count, use.Used, use.NextAt,
                count == 0 ? null : Throttle.Forecast(send.Throttle, count, use.NextAt ?? now, catalog.Policy.AllowedHours.GetValueOrDefault(send.Class), zone)));
        }
    }

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
                logger.LogError(failure, "Those who stand in line could not be let through; it is tried again");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }

    /// <summary>How entries are spread; null where they are not, or nobody enters now.</summary>
    private static Spreading? Spread(Catalog catalog, string scenario) =>
        catalog.Live.GetValueOrDefault(scenario) is { IsPaused: false, Scenario: { Trigger.Spread: var spread } its } && spread > TimeSpan.Zero
            ? new(spread, catalog.Policy.AllowedHours.GetValueOrDefault(its.Class), LocalClock.Of(catalog.Policy)) : null;

    private sealed record Spreading(TimeSpan Length, AllowedHours? Hours, LocalClock Clock);

    /// <summary>As it is live, else as those who wait know it; null where it is no send any more.</summary>
    private static Step.Send? SendOf(ThrottleQueue queue, Catalog catalog) =>
        (catalog.Live.GetValueOrDefault(queue.Scenario)?.Program.Nodes.GetValueOrDefault(queue.Step) ?? catalog.Versions.GetValueOrDefault((queue.Scenario, queue.Version))?.Program.Nodes.GetValueOrDefault(queue.Step))?.Step as Step.Send;
}
