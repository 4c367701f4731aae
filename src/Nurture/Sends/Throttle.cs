using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>
/// So many in a time (SEMANTICS.md 31). Who may leave is told so, and leaves at once or lets the place lapse; how long a place is
/// good is added to the window that is counted, so in no window more leave than were let.
/// </summary>
public static class Throttle
{
    private static readonly TimeSpan LeastLeeway = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan MostLeeway = TimeSpan.FromMinutes(10);

    /// <summary>How long a place is good.</summary>
    public static TimeSpan LeewayOf(Pace pace)
    {
        var share = pace.Per / 20;
        return share < LeastLeeway ? LeastLeeway : share > MostLeeway ? MostLeeway : share;
    }

    /// <summary>Places given later than this count at a moment.</summary>
    public static DateTimeOffset CountsSince(Pace pace, DateTimeOffset at) => at - pace.Per - LeewayOf(pace);

    /// <summary>When a place that was given counts no more.</summary>
    public static DateTimeOffset FreeAgain(Pace pace, DateTimeOffset given) => given + pace.Per + LeewayOf(pace);

    /// <summary>When the last of those who wait is let through, if nobody goes before: a forecast.</summary>
    /// <param name="next">When the next ones may go.</param>
    /// <param name="hours">In which they may leave; null at any time.</param>
    public static DateTimeOffset Forecast(Pace pace, long waiting, DateTimeOffset next, AllowedHours? hours, Engine.LocalClock clock)
    {
        var at = next;
        var rounds = (waiting + pace.Count - 1) / pace.Count;
        // Farther than that a forecast says nothing.
        for (var round = 0L; round < Math.Min(rounds, 20_000); round++)
        {
            if (round > 0) at = FreeAgain(pace, at);
            if (hours is not null) at = Engine.Calendar.NextAllowed(at, hours, clock);
        }

        return at;
    }
}
