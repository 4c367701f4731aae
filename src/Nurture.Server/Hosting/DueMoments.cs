namespace Nurture.Server.Hosting;

/// <summary>
/// Everything in this server that waits for moments of the business clock (slots, deliveries), so that the development
/// clock can step from one to the next and let each be dealt with before it goes on.
/// </summary>
public sealed class DueMoments
{
    /// <param name="after">Exclusive.</param>
    public delegate Task<DateTimeOffset?> Next(DateTimeOffset after, CancellationToken cancel);

    /// <summary>Does all that is due now; returns how much was done, 0 when nothing was left to do.</summary>
    public delegate Task<int> Drain(CancellationToken cancel);

    private readonly List<(string Name, Next Next, Drain Drain)> waiters = [];

    /// <summary>Called while the server is put together. Those added first are drained first.</summary>
    public void Add(string name, Next next, Drain drain) => waiters.Add((name, next, drain));

    public async Task<DateTimeOffset?> NextAsync(DateTimeOffset after, CancellationToken cancel)
    {
        DateTimeOffset? earliest = null;
        foreach (var waiter in waiters)
        {
            if (await waiter.Next(after, cancel) is { } at && !(earliest <= at)) earliest = at;
        }
        return earliest;
    }

    /// <summary>Goes round until a whole round did nothing, since what one does (a decided send) is work for another.</summary>
    public async Task DrainAsync(CancellationToken cancel)
    {
        int done;
        do
        {
            done = 0;
            foreach (var waiter in waiters) done += await waiter.Drain(cancel);
        }
        while (done > 0);
    }
}
