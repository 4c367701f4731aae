using Nurture.Storage;

namespace Nurture.Server.Hosting;

/// <summary>
/// Tells a worker at once that there is something to do, here and on the other nodes. It carries no work and loses none:
/// what is to be done stands in the database, and a worker that missed a call finds it by looking from time to time.
/// </summary>
public sealed class WorkSignal(Action? alsoCall = null)
{
    private readonly SemaphoreSlim raised = new(0, 1);

    public void Raise()
    {
        Hear();
        alsoCall?.Invoke();
    }

    /// <summary>Raised on another node.</summary>
    public void Hear()
    {
        try
        {
            raised.Release();
        }
        catch (SemaphoreFullException)
        {
            // Raised already and not yet heard: once is enough.
        }
    }

    /// <summary>Returns when raised since the last wait, or after <paramref name="atMost"/> of machine time.</summary>
    public Task WaitAsync(TimeSpan atMost, CancellationToken cancel) => raised.WaitAsync(atMost, cancel);
}

/// <summary>Who can be told what.</summary>
public sealed class WorkSignals
{
    private readonly WorkSignal untold = new();
    private int calls;

    public WorkSignals()
    {
        Events = new(() => Call(NodeCall.Events));
        Sends = new(() => Call(NodeCall.Sends));
    }

    /// <summary>The event log has new rows, or lanes are to be had: the slot worker looks.</summary>
    public WorkSignal Events { get; }

    /// <summary>Sends were planned, or sending was allowed again: delivery claims them.</summary>
    public WorkSignal Sends { get; }

    /// <summary>Calls to endpoints were planned. Another node finds them by looking.</summary>
    public WorkSignal Calls { get; } = new();

    /// <summary>For the other nodes alone.</summary>
    public void Call(NodeCall call)
    {
        Interlocked.Or(ref calls, 1 << (int)call);
        untold.Hear();
    }

    /// <summary>What the other nodes are to be called and were not yet; waits until there is something.</summary>
    public async Task<IReadOnlyList<NodeCall>> UntoldAsync(CancellationToken cancel)
    {
        await untold.WaitAsync(Timeout.InfiniteTimeSpan, cancel);
        var bits = Interlocked.Exchange(ref calls, 0);
        return [.. Enum.GetValues<NodeCall>().Where(call => (bits & (1 << (int)call)) != 0)];
    }
}
