using Nurture.Contacts;

namespace Nurture.Server.Hosting;

/// <summary>
/// The clock of waits, windows, schedules and arrival times. It runs with the machine's clock, shifted by an offset that
/// only development mode changes. Timers made by it follow: <c>Task.Delay(due - clock.Now, clock)</c> ends when the clock
/// is moved past the moment. Leases, sessions and timeouts use <see cref="TimeProvider.System"/>.
/// </summary>
public sealed class BusinessClock(TimeProvider machine) : TimeProvider
{
    // System.Threading.Timer takes no longer delay than 2^32 - 2 ms; a day is enough, since the timer looks again.
    private static readonly TimeSpan LongestSleep = TimeSpan.FromDays(1);

    private readonly Lock gate = new();
    private readonly HashSet<FollowingTimer> timers = [];
    private long offsetTicks;

    public TimeSpan Offset => TimeSpan.FromTicks(Interlocked.Read(ref offsetTicks));

    /// <summary>In milliseconds, as everything that is stored.</summary>
    public DateTimeOffset Now => GetUtcNow().Truncate();

    public override DateTimeOffset GetUtcNow() => machine.GetUtcNow() + Offset;

    /// <summary>The offset in whole milliseconds with which it is no earlier than the instant; the present one where that has passed already: this clock never goes back.</summary>
    public TimeSpan OffsetFor(DateTimeOffset instant)
    {
        var by = instant - GetUtcNow();
        return by <= TimeSpan.Zero ? Offset : TimeSpan.FromMilliseconds(Math.Ceiling((Offset + by).TotalMilliseconds));
    }

    /// <summary>Timers that are past their moment ring.</summary>
    public void SetOffset(TimeSpan offset)
    {
        Interlocked.Exchange(ref offsetTicks, offset.Ticks);
        Rearm();
    }

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new FollowingTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    private void Rearm()
    {
        FollowingTimer[] all;
        lock (gate) all = [.. timers];
        foreach (var timer in all) timer.Arm();
    }

    private sealed class FollowingTimer : ITimer
    {
        private readonly BusinessClock clock;
        private readonly TimerCallback callback;
        private readonly object? state;
        private readonly ITimer inner;
        private readonly Lock gate = new();
        private DateTimeOffset? dueAt;
        private TimeSpan period = Timeout.InfiniteTimeSpan;

        public FollowingTimer(BusinessClock clock, TimerCallback callback, object? state)
        {
            (this.clock, this.callback, this.state) = (clock, callback, state);
            inner = clock.Machine.CreateTimer(static timer => ((FollowingTimer)timer!).Tick(), this, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (gate)
            {
                this.period = period;
                dueAt = dueTime == Timeout.InfiniteTimeSpan ? null : clock.GetUtcNow() + dueTime;
            }
            lock (clock.gate)
            {
                if (dueTime == Timeout.InfiniteTimeSpan) clock.timers.Remove(this);
                else clock.timers.Add(this);
            }
            return Arm();
        }

        public bool Arm()
        {
            TimeSpan wait;
            lock (gate)
            {
                if (dueAt is not { } at) return inner.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
                wait = at - clock.GetUtcNow();
            }
            if (wait < TimeSpan.Zero) wait = TimeSpan.Zero;
            return inner.Change(wait > LongestSleep ? LongestSleep : wait, Timeout.InfiniteTimeSpan);
        }

        private void Tick()
        {
            bool isDue;
            var isOver = false;
            lock (gate)
            {
                isDue = dueAt <= clock.GetUtcNow();
                if (isDue)
                {
                    isOver = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero;
                    dueAt = isOver ? null : dueAt + period;
                }
            }
            if (isOver)
            {
                lock (clock.gate) clock.timers.Remove(this);
            }
            else Arm();
            if (isDue) callback(state);
        }

        public void Dispose()
        {
            lock (gate) dueAt = null;
            lock (clock.gate) clock.timers.Remove(this);
            inner.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            lock (gate) dueAt = null;
            lock (clock.gate) clock.timers.Remove(this);
            return inner.DisposeAsync();
        }
    }

    private TimeProvider Machine => machine;
}
