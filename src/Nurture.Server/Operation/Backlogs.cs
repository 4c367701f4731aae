using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Operation;

/// <summary>What waits in the database, at one moment of the business clock.</summary>
/// <param name="NextDue">The earliest due moment of any subject.</param>
/// <param name="NextMail">When the first planned mail is due; null where none waits, or all sending is stopped.</param>
public sealed record Backlog(DateTimeOffset At, Unread Unread, DateTimeOffset? NextDue, Outbox Outbox, DateTimeOffset? NextMail, SendingStop? Stopped, long Parked)
{
    /// <summary>How long the oldest unread event has waited.</summary>
    public TimeSpan EventLag => SinceOf(Unread.Oldest);

    public TimeSpan DueLag => SinceOf(NextDue);

    public TimeSpan OutboxLag => SinceOf(NextMail);

    private TimeSpan SinceOf(DateTimeOffset? moment) => moment < At ? At - moment.Value : TimeSpan.Zero;
}

/// <summary>Reads the backlog once for all who ask at about the same time: scrapers and open pages make no load of their own.</summary>
public sealed class Backlogs(StatusStore status, SlotStore slots, SendStore sends, BusinessClock clock, TimeProvider machine) : IDisposable
{
    private static readonly TimeSpan Life = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim reading = new(1, 1);
    private (Backlog Backlog, long At)? last;

    public async Task<Backlog> ReadAsync(CancellationToken cancel)
    {
        await reading.WaitAsync(cancel);
        try
        {
            if (last is { } known && machine.GetElapsedTime(known.At) < Life) return known.Backlog;
            var backlog = new Backlog(
                clock.Now, await status.UnreadAsync(cancel), await slots.NextDueAsync(cancel), await status.OutboxAsync(cancel),
                await sends.NextDueAsync(DateTimeOffset.MinValue, cancel), await sends.StoppedAsync(cancel), await status.ParkedAsync(cancel));
            last = (backlog, machine.GetTimestamp());
            return backlog;
        }
        finally
        {
            reading.Release();
        }
    }

    public void Dispose() => reading.Dispose();
}
