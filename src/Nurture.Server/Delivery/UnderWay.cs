using System.Diagnostics;

namespace Nurture.Server.Delivery;

/// <summary>
/// Counts the sends between claim and result, and how fast they finish: about a second's work is claimed ahead, so that
/// no connection is idle and no claim grows old.
/// </summary>
public sealed class UnderWay
{
    private readonly Lock gate = new();
    private TaskCompletionSource empty = Completed();
    private long windowStart = Stopwatch.GetTimestamp();
    private int inWindow;
    private int perSecond;
    private int finished;

    public int Count { get; private set; }

    public void Add()
    {
        lock (gate)
        {
            if (Count++ == 0) empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    /// <returns>How many are left.</returns>
    public int Finish()
    {
        lock (gate)
        {
            inWindow++;
            finished++;
            if (Stopwatch.GetElapsedTime(windowStart) is var elapsed && elapsed >= TimeSpan.FromSeconds(1))
            {
                (perSecond, inWindow, windowStart) = ((int)(inWindow / elapsed.TotalSeconds), 0, Stopwatch.GetTimestamp());
            }
            if (--Count == 0) empty.SetResult();
            return Count;
        }
    }

    /// <summary>How many more should be claimed; 0 until half of them are through, so that claims are few and large.</summary>
    public int Room(int least, int most)
    {
        lock (gate)
        {
            var wanted = Math.Clamp(perSecond, least, most);
            return Count > wanted / 2 ? 0 : wanted - Count;
        }
    }

    /// <summary>How many have finished since this was asked last.</summary>
    public int TakeFinished()
    {
        lock (gate)
        {
            var taken = finished;
            finished = 0;
            return taken;
        }
    }

    public Task EmptyAsync(CancellationToken cancel)
    {
        lock (gate) return empty.Task.WaitAsync(cancel);
    }

    private static TaskCompletionSource Completed()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }
}
