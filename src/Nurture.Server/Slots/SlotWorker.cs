using System.Diagnostics;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>
/// Holds lanes and turns the loop over them while it does: at once when events came, and at the next due moment of the
/// business clock.
/// </summary>
public sealed class SlotWorker(SlotStore slots, SlotRunner runner, BusinessClock clock, WorkSignals signals, ILogger<SlotWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan RenewEvery = TimeSpan.FromSeconds(4);

    // Events of other nodes raise no signal here, so the log is looked at this often anyway.
    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(250);

    // A turn's reads and its commit cost as much as some hundred events do.
    private const int FewForATurn = 200;
    private static readonly TimeSpan LongestRest = TimeSpan.FromMilliseconds(10);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Nothing tells when another transaction of the cluster ends; it is asked for.
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestUnseen = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim turn = new(1, 1);
    private IReadOnlyList<LaneLease> leases = [];
    private long renewedAt;

    /// <summary>How many lanes this process holds now.</summary>
    public int LaneCount => leases.Count;

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                var began = Stopwatch.GetTimestamp();
                var done = await TurnAsync(cancel);
                if (done == 0) await signals.Events.WaitAsync(await PauseAsync(cancel), cancel);
                else if (done < FewForATurn) await RestAsync(Stopwatch.GetElapsedTime(began), cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
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
                logger.LogError(failure, "A turn of the slot loop failed; it is tried again in {Seconds} s", AfterFailure.TotalSeconds);
                leases = [];
                await Task.Delay(AfterFailure, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }

        if (leases.Count > 0) await slots.ReleaseAsync(leases, CancellationToken.None);
    }

    /// <summary>Everything that waits or is due now, to the end: for the development clock. Returns how much that was.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        var (total, waited) = (0, TimeSpan.Zero);
        while (true)
        {
            if (await TurnAsync(cancel) is > 0 and var done)
            {
                (total, waited) = (total + done, TimeSpan.Zero);
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
            if (leases.Count == 0 || Environment.TickCount64 - renewedAt > RenewEvery.TotalMilliseconds)
            {
                leases = await HoldAsync(cancel);
                renewedAt = Environment.TickCount64;
            }

            if (leases.Count == 0) return 0;
            (var done, leases) = await runner.TurnAsync(leases, cancel);
            return done;
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Renews what is held, gives up what is beyond the fair share, and takes what others left or lost.</summary>
    private async Task<IReadOnlyList<LaneLease>> HoldAsync(CancellationToken cancel)
    {
        var held = leases.Count == 0 ? [] : await slots.RenewAsync(leases, Lease, cancel);
        var share = await slots.FairShareAsync(cancel);
        if (held.Count <= share) return [.. held, .. await slots.AcquireAsync(Lease, share - held.Count, held, cancel)];
        await slots.ReleaseAsync(held[share..], cancel);
        return held[..share];
    }

    /// <summary>As long as the turn took: under a stream of single events half of the time is enough, and each turn has twice as many.</summary>
    private static Task RestAsync(TimeSpan turn, CancellationToken cancel) => Task.Delay(turn < LongestRest ? turn : LongestRest, cancel);

    private async Task<TimeSpan> PauseAsync(CancellationToken cancel)
    {
        if (await slots.NextDueAsync(cancel) is not { } due) return LongestPause;
        var until = due - clock.Now;
        return until < TimeSpan.Zero ? TimeSpan.FromMilliseconds(1) : until < LongestPause ? until + TimeSpan.FromMilliseconds(1) : LongestPause;
    }
}

public static class SlotsSlice
{
    public static void AddSlots(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SlotStore>();
        builder.Services.AddSingleton<SlotBacklog>();
        builder.Services.AddSingleton<SlotRunner>();
        builder.Services.AddSingleton<SlotWorker>();
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
