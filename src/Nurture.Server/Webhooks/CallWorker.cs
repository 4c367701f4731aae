using System.Collections.Concurrent;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Webhooks;

/// <summary>Takes due calls out of their table and makes an attempt at each; several nodes share them, and an endpoint that hangs holds a share of this one's connections only.</summary>
public sealed class CallWorker(CallStore store, CallSender sender, WebhookOptions options, Database database, BusinessClock clock, WorkSignals signals, ILogger<CallWorker> logger) : BackgroundService
{
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // What calls said is shown for this long.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private const int ForgottenAtOnce = 1000;

    private readonly int share = Math.Max(1, options.Connections / 4);

    // One claim at a time, by the loop or by whoever drains.
    private readonly SemaphoreSlim turning = new(1, 1);
    private readonly ConcurrentDictionary<Task, string> underWay = [];
    private int finished;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        await LoopAsync(stop);
        // A call that is being made is made to its end: its answer is worth more than a quick stop.
        await Task.WhenAll(underWay.Keys);
    }

    private async Task LoopAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                if (await TurnAsync(stop) > 0) continue;
                await store.ForgetAsync(clock.Now - Kept, ForgottenAtOnce, stop);
                await signals.Calls.WaitAsync(await PauseAsync(stop), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "Calling endpoints failed; it is tried again in {Seconds} s", AfterFailure.TotalSeconds);
                await signals.Calls.WaitAsync(AfterFailure, CancellationToken.None);
            }
        }
    }

    /// <summary>Everything that is due now, to the end: for the development clock. Returns how many calls that were.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        // What one call came to may make another due.
        while (await TurnAsync(cancel) > 0 || !underWay.IsEmpty)
        {
            if (underWay.Keys.ToArray() is { Length: > 0 } calls) await Task.WhenAny(calls).WaitAsync(cancel);
        }

        return Interlocked.Exchange(ref finished, 0);
    }

    /// <summary>When a call is due next, after the moment.</summary>
    public Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancel) => store.NextDueAsync(after, cancel);

    public override void Dispose()
    {
        turning.Dispose();
        base.Dispose();
    }

    /// <summary>Returns how many calls were taken; each goes on by itself.</summary>
    private async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turning.WaitAsync(cancel);
        try
        {
            var free = options.Connections - underWay.Count;
            if (free <= 0) return 0;
            // Twice the time that an attempt may take, and the commit of what it came to.
            var lease = TimeSpan.FromSeconds((2 * options.TimeoutSeconds) + 20);
            var owner = $"{database.Node}/{Guid.NewGuid():N}";
            var calls = await store.ClaimAsync(owner, free, underWay.Values.CountBy(endpoint => endpoint).ToDictionary(), share, lease, clock.Now, cancel);
            foreach (var call in calls) Begin(call, owner);
            return calls.Count;
        }
        finally
        {
            turning.Release();
        }
    }

    private void Begin(ClaimedCall call, string owner)
    {
        // Started outside, so that it is listed before it can end.
        var made = new Task<Task>(() => CallAsync(call, owner));
        var whole = made.Unwrap();
        underWay[whole] = call.Endpoint;
        _ = whole.ContinueWith(ended =>
        {
            if (ended.Exception is { } failure) logger.LogError(failure, "What the call {Call} to {Endpoint} came to could not be written down; it is made again when its lease is over", call.Id, call.Endpoint);
            Interlocked.Increment(ref finished);
            underWay.TryRemove(whole, out _);
            // There is room again.
            signals.Calls.Raise();
        }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        made.Start(TaskScheduler.Default);
    }

    private async Task CallAsync(ClaimedCall call, string owner)
    {
        using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("Correlation", call.Correlation) });
        var attempt = await sender.TryAsync(call, CancellationToken.None);
        if (!await store.SettleAsync(call, attempt, owner, clock.Now, CancellationToken.None))
        {
            logger.LogWarning("The call {Call} of {Scenario} to {Endpoint} was another's when it ended", call.Id, call.Scenario, call.Endpoint);
            return;
        }

        logger.LogInformation("The call {Call} of {Scenario} to {Endpoint}: {Status} in {Milliseconds} ms. {Problem}", call.Id, call.Scenario, call.Endpoint, attempt.Status, attempt.Milliseconds, attempt.Problem);
        if (attempt.DisablesEndpoint) logger.LogWarning("The endpoint {Endpoint} says that it is gone (410) and was switched off", call.Endpoint);
        if (attempt.End is not null) signals.Events.Raise();
    }

    private async Task<TimeSpan> PauseAsync(CancellationToken cancel)
    {
        if (await store.NextDueAsync(DateTimeOffset.MinValue, cancel) is not { } due) return LookAgain;
        var until = due - clock.Now + TimeSpan.FromMilliseconds(1);
        // What is due and was not taken waits for room, and whoever makes room says so.
        if (until <= TimeSpan.Zero && !underWay.IsEmpty) return LookAgain;
        return until < ShortestPause ? ShortestPause : until < LookAgain ? until : LookAgain;
    }
}
