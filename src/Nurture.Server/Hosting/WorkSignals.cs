namespace Nurture.Server.Hosting;

/// <summary>
/// Tells a worker of this process at once that there is something to do. It carries no work and loses none: what is to be
/// done stands in the database, and a worker that missed a call finds it by looking from time to time.
/// </summary>
public sealed class WorkSignal
{
    private readonly SemaphoreSlim raised = new(0, 1);

    public void Raise()
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
    /// <summary>The event log has new rows: the slot worker reads them.</summary>
    public WorkSignal Events { get; } = new();

    /// <summary>Sends were planned, or sending was allowed again: delivery claims them.</summary>
    public WorkSignal Sends { get; } = new();
}
