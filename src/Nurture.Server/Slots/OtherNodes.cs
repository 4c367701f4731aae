using System.Data.Common;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>
/// Keeps the line to the other nodes of the database: shows them that this one lives, calls them when there is something for
/// them, and passes their calls on to the workers here. A line that breaks is opened again; until then the workers look.
/// </summary>
public sealed partial class OtherNodes(Database database, WorkSignals signals, IHostApplicationLifetime lifetime, ILogger<OtherNodes> logger) : BackgroundService
{
    private static readonly TimeSpan BeatEvery = TimeSpan.FromSeconds(1);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(1);

    // Each call takes a lock of the whole database for a moment; what is raised within this makes one call.
    private static readonly TimeSpan BetweenCalls = TimeSpan.FromMilliseconds(25);

    private readonly CancellationTokenSource leaving = new();
    private readonly TaskCompletionSource left = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int count;

    /// <summary>How many nodes share the lanes, this one included; 0 where no line is open.</summary>
    public int Count => count;

    /// <summary>Whether calls of other nodes are heard, so that looking often is not needed.</summary>
    public bool AreHeard => count > 0;

    /// <summary>This node wants no share of the lanes any more.</summary>
    public void Leave() => leaving.Cancel();

    /// <summary>Returns when this node, which stops or leaves, no longer counts as one that shares the lanes.</summary>
    public Task LeftAsync() => left.Task;

    protected override async Task ExecuteAsync(CancellationToken stopped)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stopped, lifetime.ApplicationStopping, leaving.Token);
        var calling = CallAsync(stopped);
        try
        {
            await StayAsync(stopping.Token);
        }
        finally
        {
            count = 0;
            left.TrySetResult();
        }
        await calling;
    }

    public override void Dispose()
    {
        leaving.Dispose();
        base.Dispose();
    }

    private async Task StayAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await using var line = await database.OpenLineAsync(stopping);
                if (line is null) return;
                await ConverseAsync(line, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                count = 0;
                LogBroken(failure, AfterFailure.TotalSeconds);
                await Task.Delay(AfterFailure, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ConverseAsync(NodeLine line, CancellationToken stopping)
    {
        await SeeAsync(line, stopping);
        // Whatever was called while there was no line.
        signals.Events.Hear();
        signals.Sends.Hear();
        var beatAt = Environment.TickCount64;
        while (true)
        {
            var untilBeat = BeatEvery - TimeSpan.FromMilliseconds(Environment.TickCount64 - beatAt);
            foreach (var call in untilBeat > TimeSpan.Zero ? await line.HearAsync(untilBeat, stopping) : [])
            {
                switch (call)
                {
                    case NodeCall.Events or NodeCall.Lanes: signals.Events.Hear(); break;
                    case NodeCall.Sends: signals.Sends.Hear(); break;
                }
            }

            if (Environment.TickCount64 - beatAt < BeatEvery.TotalMilliseconds) continue;
            await SeeAsync(line, stopping);
            beatAt = Environment.TickCount64;
        }
    }

    private async Task SeeAsync(NodeLine line, CancellationToken stopping)
    {
        var seen = await line.BeatAsync(stopping);
        if (seen != count) LogCount(seen);
        count = seen;
    }

    private async Task CallAsync(CancellationToken stopped)
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                var calls = await signals.UntoldAsync(stopped);
                if (!IsAlone) foreach (var call in calls) await database.CallAsync(call, stopped);
                await Task.Delay(BetweenCalls, stopped);
            }
            catch (OperationCanceledException) when (stopped.IsCancellationRequested)
            {
                return;
            }
            catch (DbException failure)
            {
                // Nothing is lost: the others find by looking what they were not called for.
                LogNotCalled(failure);
                await Task.Delay(AfterFailure, stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A node that leaves sees nobody any more, and still calls.
    private bool IsAlone => count == 1;

    [LoggerMessage(LogLevel.Information, "{Count} nodes share the lanes now")]
    private partial void LogCount(int count);

    [LoggerMessage(LogLevel.Warning, "The line to the other nodes broke and is opened again in {Seconds} s")]
    private partial void LogBroken(Exception failure, double seconds);

    [LoggerMessage(LogLevel.Warning, "The other nodes could not be called")]
    private partial void LogNotCalled(Exception failure);
}
