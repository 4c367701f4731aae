using System.Diagnostics;
using System.Threading.Channels;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Operation;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Delivery;

/// <summary>
/// Takes due sends out of the ledger and brings each through an attempt: as many at once as there are connections, and as many
/// more composed meanwhile. Takes back what dead owners left.
/// </summary>
public sealed class DeliveryWorker(
    SendStore store, CatalogSource catalogs, SendAttempt attempt, LedgerWriter ledger, Circuit circuit, MailOptions options, AllowList allowList, Database database,
    BusinessClock clock, WorkSignals signals, Measures measures, IHostApplicationLifetime lifetime, ILogger<DeliveryWorker> logger) : BackgroundService
{
    private static readonly TimeSpan RecoverEvery = TimeSpan.FromSeconds(5);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Due, but not to be had: another node is claiming it at this moment.
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(50);

    // Answers that are still waited for when the server stops; what has none by then is uncertain.
    private static readonly TimeSpan LastAnswers = TimeSpan.FromSeconds(15);

    private const int MostUnderWay = 1000;
    private const int MostRecovered = 1000;

    private readonly Channel<(ClaimedSend Send, long ClaimedAt)> claimed = Channel.CreateUnbounded<(ClaimedSend, long)>();
    private readonly SemaphoreSlim claiming = new(1, 1);
    private readonly UnderWay underWay = new();
    private long recoveredAt = long.MinValue;
    private bool isStopping;

    protected override async Task ExecuteAsync(CancellationToken stop)
    {
        using var hard = new CancellationTokenSource();
        using var groups = new CancellationTokenSource();
        var committing = Task.WhenAll(attempt.RenewAsync(groups.Token), ledger.RunAsync(groups.Token));
        // Half of them have a connection each, which mostly waits for others: for the commit, and for the answer to the dot.
        var senders = Enumerable.Range(0, 2 * options.Connections).Select(_ => Task.Run(() => SendAsync(stop, hard.Token), CancellationToken.None)).ToList();
        try
        {
            // Links in mails may begin with the address that the server listens at.
            await ListeningAsync(stop);
            await ClaimAsync(stop);
        }
        finally
        {
            await EndClaimsAsync();
            hard.CancelAfter(LastAnswers);
            await Task.WhenAll(senders);
            await underWay.EmptyAsync(CancellationToken.None);
            await groups.CancelAsync();
            await committing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Everything that is due now, to the end: for the development clock. Returns how many sends that were.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        int taken;
        do
        {
            taken = await TurnAsync(MostUnderWay, cancel);
            await underWay.EmptyAsync(cancel);
        }
        while (taken > 0);
        return underWay.TakeFinished();
    }

    /// <summary>After this nothing is claimed; what is in the queue is given back.</summary>
    private async Task EndClaimsAsync()
    {
        await claiming.WaitAsync(CancellationToken.None);
        isStopping = true;
        claimed.Writer.Complete();
        claiming.Release();
    }

    private async Task ListeningAsync(CancellationToken stop)
    {
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(() => listening.TrySetResult());
        await using var stopped = stop.Register(() => listening.TrySetResult());
        await listening.Task;
    }

    private async Task ClaimAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested)
        {
            try
            {
                var room = underWay.Room(4 * options.Connections, MostUnderWay);
                var taken = room > 0 ? await TurnAsync(room, stop) : 0;
                if (taken == 0) await signals.Sends.WaitAsync(await PauseAsync(stop), stop);
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "Claiming sends failed; it is tried again in {Seconds} s", AfterFailure.TotalSeconds);
                await signals.Sends.WaitAsync(AfterFailure, CancellationToken.None);
            }
        }
    }

    /// <summary>One claim. Returns how many sends it took or ended.</summary>
    private async Task<int> TurnAsync(int limit, CancellationToken cancel)
    {
        await claiming.WaitAsync(cancel);
        try
        {
            if (isStopping) return 0;
            await RecoverAsync(cancel);
            if (circuit.Remaining > TimeSpan.Zero) return 0;
            var startedAt = Stopwatch.GetTimestamp();
            var (now, catalog) = (clock.Now, (await catalogs.CurrentAsync(cancel)).Catalog);
            var claim = await store.ClaimAsync(
                database.Node, circuit.IsProbing ? 1 : limit, Ledger.ClaimToDot, now, allowList.IsLimited ? allowList.Allows : null,
                catalog.Policy.ServiceBasis is { } basis ? account => basis.IsGivenBy(account, catalog, now) : null, cancel);
            foreach (var send in claim.Sends)
            {
                underWay.Add();
                await claimed.Writer.WriteAsync((send, startedAt), CancellationToken.None);
            }
            if (claim.Ended > 0)
            {
                measures.Ended(claim.Ends);
                logger.LogInformation("{Count} sends did not leave: expired, refused or suppressed", claim.Ended);
                signals.Events.Raise();
            }
            return claim.Sends.Count + claim.Ended;
        }
        finally
        {
            claiming.Release();
        }
    }

    private async Task RecoverAsync(CancellationToken cancel)
    {
        if (recoveredAt != long.MinValue && Stopwatch.GetElapsedTime(recoveredAt) < RecoverEvery) return;
        recoveredAt = Stopwatch.GetTimestamp();
        var (found, told) = await store.RecoverAsync(clock.Now, MostRecovered, cancel);
        if (found == 0) return;
        measures.Ended([.. Enumerable.Repeat(SendState.Uncertain, told)]);
        logger.LogWarning("Took back {Count} sends of an owner that is gone; {Uncertain} of them are uncertain", found, told);
        if (told > 0) signals.Events.Raise();
    }

    private async Task<TimeSpan> PauseAsync(CancellationToken cancel)
    {
        var pause = RecoverEvery;
        if (underWay.Count > 0 || await store.NextDueAsync(DateTimeOffset.MinValue, cancel) is not { } due) return pause;
        var until = due - clock.Now + TimeSpan.FromMilliseconds(1);
        if (circuit.Remaining > until) until = circuit.Remaining;
        if (until < ShortestPause) return ShortestPause;
        return until < pause ? until : pause;
    }

    private async Task SendAsync(CancellationToken stop, CancellationToken hard)
    {
        await foreach (var (send, claimedAt) in claimed.Reader.ReadAllAsync(CancellationToken.None))
        {
            using var scope = logger.BeginScope(new KeyValuePair<string, object>[] { new("Correlation", send.Correlation) });
            // The next mail does not wait for this one's result to be on disk.
            _ = CompleteAsync(send, await AttemptAsync(send, claimedAt, stop, hard));
        }
    }

    private async Task CompleteAsync(ClaimedSend send, Attempt result)
    {
        try
        {
            await ledger.CompleteAsync(new Completion(send, result));
            logger.LogInformation("Send {Send} of {Scenario}, step {Step}: {Result}", send.Id, send.Scenario, send.Step, result.GetType().Name);
        }
        catch (Exception bug)
        {
            logger.LogError(bug, "The result {Result} of send {Send} was not written; its lease will run out", result.GetType().Name, send.Id);
        }

        if (underWay.Finish() <= 2 * options.Connections) signals.Sends.Raise();
    }

    private async Task<Attempt> AttemptAsync(ClaimedSend send, long claimedAt, CancellationToken stop, CancellationToken hard)
    {
        if (stop.IsCancellationRequested) return new Attempt.NotTried("the server is stopping", TimeSpan.Zero);
        try
        {
            return await attempt.RunAsync(send, claimedAt, hard);
        }
        catch (Exception bug)
        {
            logger.LogError(bug, "Send {Send} of {Scenario}, step {Step}, failed by our own mistake", send.Id, send.Scenario, send.Step);
            return new Attempt.Broken(bug.Message);
        }
    }

    /// <summary>When a send is due next, after the moment.</summary>
    public Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancel) => store.NextDueAsync(after, cancel);
}
