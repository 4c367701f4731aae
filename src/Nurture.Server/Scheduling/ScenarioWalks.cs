using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Slots;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.Scheduling;

/// <summary>
/// What a scenario's schedule does when its moment comes: a walk over everybody, a chunk at a time, that asks the engine of
/// each whether to enter. How far it has come is stored with what it asked, so a restart goes on where it was. It goes at
/// the slots' pace and at the scenario's, and stands still while that is paused.
/// </summary>
public sealed class ScenarioWalks(WalkStore store, CatalogSource catalogs, SlotStore slots, SlotBacklog backlog, BusinessClock clock, WorkSignals signals, ILogger<ScenarioWalks> logger)
    : BackgroundService
{
    private const int ChunkSize = 500;

    private static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly WorkSignal began = new();

    /// <summary>A moment of the schedule has come. Called again for the same moment it does nothing.</summary>
    public async Task BeginAsync(string scenario, DateTimeOffset moment, CancellationToken cancel)
    {
        if (!(await catalogs.CurrentAsync(cancel)).Catalog.Live.TryGetValue(scenario, out var published)
            || published.Scenario.Trigger.Walk is not { } schedule || moment < published.LiveSince) return;
        var now = clock.Now;
        var because = published.IsPaused ? "the scenario was paused" : now - moment > schedule.Late ? $"it was noticed only at {now:u}" : "";
        // On time it is as if nothing had taken any, so that one jump of the clock and many small steps decide alike.
        var beganAt = now - moment < OnTime ? moment : now;
        if (!await store.BeginAsync(scenario, moment, published.Scenario.Version, published.Scenario.Subject, beganAt, now, because, cancel)) return;
        if (because.Length == 0) logger.LogInformation("The schedule of {Scenario} came at {Moment}: everybody is asked", scenario, moment);
        else logger.LogWarning("The schedule of {Scenario} came at {Moment} and starts nothing: {Because}", scenario, moment, because);
        began.Raise();
    }

    /// <summary>One step of each walk that may go on; returns how many were asked or ended.</summary>
    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            var done = 0;
            foreach (var walk in await store.WalkingAsync(cancel)) done += await StepAsync(walk, cancel);
            return done;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>When a walk that keeps a pace may go on.</summary>
    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel)
    {
        var live = (await catalogs.CurrentAsync(cancel)).Catalog.Live;
        DateTimeOffset? next = null;
        foreach (var walk in await store.WalkingAsync(cancel))
        {
            if (!live.TryGetValue(walk.Scenario, out var published) || published is not { IsPaused: false, Scenario.Trigger.Walk.Pace: { } pace }) continue;
            var at = walk.BeganAt + TimeSpan.FromMinutes(pace.NextMinute(MinuteOf(walk, after) + 1));
            if (!(next <= at)) next = at;
        }

        return next;
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                if (await TurnAsync(cancel) == 0) await began.WaitAsync(LookAgain, cancel);
                else await backlog.WaitAsync(ChunkSize, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "A step of a scheduled scenario failed and is tried again");
                await began.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task<int> StepAsync(ScenarioWalk walk, CancellationToken cancel)
    {
        var now = clock.Now;
        if (!(await catalogs.CurrentAsync(cancel)).Catalog.Live.TryGetValue(walk.Scenario, out var published) || published.Scenario.Trigger.Walk is not { } schedule)
            return await EndAsync(walk, WalkState.Missed, "the scenario has no schedule any more", now, cancel);
        if (published.IsPaused) return 0;
        if (now - walk.MovedAt > schedule.Late + (schedule.Pace?.Per ?? TimeSpan.Zero))
            return await EndAsync(walk, WalkState.Missed, "it stood still for longer than the scenario accepts", now, cancel);

        // A pace is about who enters, so what was asked is decided before more is asked.
        if (await slots.UnreadAsync(cancel, schedule.Pace is null ? long.MaxValue : walk.LastEventId) is var unread && unread > (schedule.Pace is null ? ChunkSize : 0)) return 0;
        var (entered, countedTo) = await store.CountAsync(walk, cancel);
        var minute = MinuteOf(walk, now);
        var inMinute = minute == walk.Minute ? walk.EnteredInMinute + entered : 0;
        var most = schedule.Pace is { } pace ? (int)Math.Min(ChunkSize, pace.InMinute(minute) - inMinute) : ChunkSize;
        if (most <= 0) return 0;

        var stops = await store.NextAsync(walk, most, cancel);
        if (stops.Count == 0)
        {
            if (await slots.UnreadAsync(cancel, walk.LastEventId) > 0) return 0;
            // Counted anew: the last of them may have been decided since.
            (entered, countedTo) = await store.CountAsync(walk, cancel);
            return await EndAsync(walk with { Entered = walk.Entered + entered, CountedTo = countedTo }, WalkState.Done, "", now, cancel);
        }

        var at = schedule.Pace is not null ? walk.BeganAt + TimeSpan.FromMinutes(minute) : now - walk.BeganAt < OnTime ? walk.BeganAt : now;
        var moved = walk with
        {
            Asked = walk.Asked + stops.Count,
            AfterId = stops[^1].Id,
            Entered = walk.Entered + entered,
            CountedTo = countedTo,
            Minute = minute,
            EnteredInMinute = inMinute,
            MovedAt = now,
        };
        if (!await store.MoveAsync(walk, moved, [.. stops.Select(stop => Question(walk, stop, at))], cancel)) return 0;
        signals.Events.Raise();
        return stops.Count;
    }

    private async Task<int> EndAsync(ScenarioWalk walk, WalkState state, string reason, DateTimeOffset now, CancellationToken cancel)
    {
        if (!await store.MoveAsync(walk, walk with { State = state, Reason = reason, EndedAt = now }, [], cancel)) return 0;
        logger.LogInformation("The schedule of {Scenario} for {Moment} is over: {Asked} asked, {Entered} entered {Reason}", walk.Scenario, walk.Moment, walk.Asked, walk.Entered, reason);
        return 1;
    }

    private static StoredEvent Question(ScenarioWalk walk, WalkStop stop, DateTimeOffset at)
    {
        var subject = walk.Kind == SubjectKind.Contact ? SubjectRef.Contact(stop.Id) : SubjectRef.Account(stop.Id);
        return SignalCodec.Store(new Signal.Scheduled(subject, walk.Scenario, walk.Moment, at), stop.Slot, new StoredAbout(at, Hop: stop.Hop));
    }

    private static long MinuteOf(ScenarioWalk walk, DateTimeOffset now) => Math.Max(0, (long)Math.Floor((now - walk.BeganAt).TotalMinutes));
}
