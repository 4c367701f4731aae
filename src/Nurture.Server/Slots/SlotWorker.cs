using System.Diagnostics;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nurture.Packing;
using Nurture.Server.Hosting;
using Nurture.Server.Operation;
using Nurture.Server.Scheduling;
using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>
/// Holds lanes and turns the loop over them while it does: at once when events came, and at the next due moment of the
/// business clock.
/// </summary>
public sealed class SlotWorker(
    SlotStore slots, SlotRunner runner, OtherNodes others, BusinessClock clock, WorkSignals signals, Measures measures, IHostApplicationLifetime lifetime, ILogger<SlotWorker> logger) : BackgroundService
{
    // A node that is gone or frozen is relieved long before (PostgresDatabase.Nodes); this is for one that lives and whose
    // loop does not go on. Far longer than any commit takes, so that none is lost by a slow disk.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(4);

    // Nobody calls when a node is killed or frozen.
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    // While calls of other nodes are not heard, the log is looked at this often anyway.
    private static readonly TimeSpan LongestUnheardPause = TimeSpan.FromMilliseconds(250);

    // A turn's reads and its commit cost as much as some hundred events do.
    private const int FewForATurn = 200;
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(25);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Nothing tells when another transaction of the cluster ends; it is asked for.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private IReadOnlyList<LaneLease> leases = [];
    private long renewedAt;
    private long lookedAt;

    /// <summary>Why the last turn failed, in a few words; null when it did not.</summary>
    public string? Trouble { get; private set; }

    /// <summary>How many lanes this process holds now.</summary>
    public int LaneCount => leases.Count;

    protected override async Task ExecuteAsync(CancellationToken stopped)
    {
        // At once, not when the slices that stop before this one are through: others are waiting for the lanes.
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stopped, lifetime.ApplicationStopping);
        var cancel = stopping.Token;
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                var done = await TurnAsync(cancel);
                Trouble = null;
                if (done == 0) await signals.Events.WaitAsync(await PauseAsync(cancel), cancel);
                else if (done < FewForATurn) await RestAsync(Stopwatch.GetElapsedTime(began), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                break;
            }
            catch (NewerFormatException newer)
            {
                // In a rolling restart the newer nodes go on; here it would be parked, or overwritten.
                Trouble = newer.Message;
                logger.LogCritical("{What} This node takes no lanes any more; start it again with the newer build", newer.Message);
                others.Leave();
                break;
            }
            catch (LostOwnershipException lost)
            {
                logger.LogWarning("Lanes were taken over: {Reason}", lost.Message);
                leases = [];
            }
            catch (Exception failure)
            {
                // Nothing of the turn was written; the next one starts from the database again.
                measures.TurnFailed();
                Trouble = Database.IsDiskFull(failure) ? Database.DiskFull : failure.Message;
                logger.LogError(failure, "A turn of the slot loop failed ({Trouble}); it is tried again in {Seconds} s", Trouble, AfterFailure.TotalSeconds);
                leases = [];
                await Task.Delay(AfterFailure, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (leases.Count == 0) return;
        await others.LeftAsync();
        await slots.ReleaseAsync(leases, CancellationToken.None);
        leases = [];
        signals.Call(NodeCall.Lanes);
    }

    /// <summary>Everything that waits or is due now, to the end: for the development clock. Returns how much that was.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        var (total, waited) = (0, TimeSpan.Zero);
        while (true)
        {
            try
            {
                if (await TurnAsync(cancel) is > 0 and var done)
                {
                    (total, waited) = (total + done, TimeSpan.Zero);
                    continue;
                }
            }
            catch (LostOwnershipException)
            {
                // States were put right behind the batch (Rebuild): it is decided by these.
                leases = [];
                continue;
            }

            // PostgreSQL shows an event once every older transaction of its cluster has ended, other databases' included.
            if (waited >= LongestUnseen || await slots.UnreadAsync(cancel) == 0) return total;
            await Task.Delay(BetweenLooks, cancel);
            waited += BetweenLooks;
        }
    }

    /// <summary>The next moment at which a subject is due.</summary>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancel) => slots.NextDueAsync(cancel);

    private async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            await HoldAsync(cancel);
            if (leases.Count == 0) return 0;
            // A turn that was begun is finished, however the server stops.
            (var done, leases) = await runner.TurnAsync(leases, CancellationToken.None);
            return done;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Renews what is held, gives up what is beyond the fair share, and takes what others left or lost.</summary>
    private async Task HoldAsync(CancellationToken cancel)
    {
        var isDue = leases.Count == 0 || Environment.TickCount64 - renewedAt > RenewEvery.TotalMilliseconds;
        if (!isDue && Environment.TickCount64 - lookedAt < LookEvery.TotalMilliseconds) return;
        lookedAt = Environment.TickCount64;
        var (share, free) = await slots.LookAsync(cancel);
        if (!isDue && leases.Count <= share && (free == 0 || leases.Count == share)) return;

        var held = leases.Count == 0 ? [] : await slots.RenewAsync(leases, Lease, cancel);
        renewedAt = Environment.TickCount64;
        if (held.Count > share)
        {
            await slots.ReleaseAsync(held[share..], cancel);
            signals.Call(NodeCall.Lanes);
            leases = held[..share];
        }
        else if (held.Count < share) leases = [.. held, .. await slots.AcquireAsync(Lease, share - held.Count, held, cancel)];
        else leases = held;
        if (leases.Count != held.Count) logger.LogInformation("Holds {Lanes} lanes, {Before} before", leases.Count, held.Count);
    }

    /// <summary>As long as the turn took: under a stream of single events half of the time is enough, and each turn has twice as many.</summary>
    private static Task RestAsync(TimeSpan turn, CancellationToken cancel) => Task.Delay(turn < LongestRest ? turn : LongestRest, cancel);

    private async Task<TimeSpan> PauseAsync(CancellationToken cancel)
    {
        var longest = others.AreHeard && leases.Count > 0 ? LookEvery : LongestUnheardPause;
        if (leases.Count == 0 || await slots.NextDueAsync(leases, cancel) is not { } due) return longest;
        var until = due - clock.Now;
        return until < TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : until < longest ? until + TimeSpan.FromMilliseconds(1) : longest;
    }
}

/// <summary>A turn writes, if only its lease: what cannot be written is found by it though nobody sends events.</summary>
internal sealed class SlotsCheck(SlotWorker worker) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default) =>
        Task.FromResult(worker.Trouble is { } trouble ? HealthCheckResult.Unhealthy(trouble) : HealthCheckResult.Healthy());
}

public static class SlotsSlice
{
    public static void AddSlots(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SlotStore>();
        builder.Services.AddSingleton<SlotBacklog>();
        builder.Services.AddSingleton<SlotRunner>();
        builder.Services.AddHealthChecks().AddCheck<SlotsCheck>("slots");
        builder.Services.AddSingleton<OtherNodes>();
        builder.Services.AddHostedService(services => services.GetRequiredService<OtherNodes>());
        builder.Services.AddSingleton<SlotWorker>();
        builder.Services.AddSingleton<CheckpointStore>();
        builder.AddRecurringJob<CheckpointStore>("checkpoints", "40 3 1 * *", Misfire.Once, (checkpoints, _, cancel) => checkpoints.MakeAsync(_ => { }, cancel));
        builder.Services.AddHostedService(services => services.GetRequiredService<SlotWorker>());
    }

    /// <summary>Makes the development clock stop at subjects' due moments.</summary>
    public static void UseSlots(this WebApplication app)
    {
        var worker = app.Services.GetRequiredService<SlotWorker>();
        app.Services.GetRequiredService<DueMoments>().Add(
            "slots", async (after, cancel) => await worker.NextDueAsync(cancel) is { } due && due > after ? due : null, worker.DrainAsync);
    }
}
