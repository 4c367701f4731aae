using Nurture.Contacts;
using Nurture.Sends;

namespace Nurture.Engine;

/// <summary>
/// Those who wait to enter by a trigger that is spread (SEMANTICS.md 31). They get their turns in the order of coming, as far from each
/// other as lets the last of them in when its spread is over: a crowd is evenly spread, and nobody waits for longer than the trigger says.
/// </summary>
/// <param name="Waiting">How many have come.</param>
/// <param name="First">When the first of them came.</param>
/// <param name="Last">When the last of them came.</param>
/// <param name="Given">When the last turn was given; null where none was.</param>
public sealed record EntryLine(long Waiting, DateTimeOffset First, DateTimeOffset Last, DateTimeOffset? Given)
{
    /// <summary>When whoever comes at a moment enters at the latest: where hours are kept, a day of the spread is as long as the hours of one day.</summary>
    public static DateTimeOffset LatestOf(DateTimeOffset cameAt, TimeSpan spread, AllowedHours? hours, LocalClock clock)
    {
        if (spread == TimeSpan.Zero || hours is null) return cameAt + spread;
        return Calendar.NextAllowed(Calendar.AddWithin(cameAt, (hours.Length * spread.Days) + (spread - TimeSpan.FromDays(spread.Days)), hours, clock), hours, clock);
    }

    /// <summary>When the turn of one of them comes if nobody else does: a forecast, but for the first.</summary>
    /// <param name="place">0 is the first.</param>
    /// <returns>In whole milliseconds, as clocks and events have them.</returns>
    public DateTimeOffset TurnOf(long place, TimeSpan spread, AllowedHours? hours, LocalClock clock)
    {
        var latest = LatestOf(Last, spread, hours, clock);
        var next = After(First, TimeSpan.Zero);
        if (Given is { } given && After(given, Between(given, latest) / (Waiting + 1)) is var apart && apart > next) next = apart;
        return (place == 0 ? next : After(next, Between(next, latest) * ((double)place / Waiting))).Truncate();

        DateTimeOffset After(DateTimeOffset at, TimeSpan length) => hours is null ? at + length : Calendar.NextAllowed(Calendar.AddWithin(at, length, hours, clock), hours, clock);

        TimeSpan Between(DateTimeOffset at, DateTimeOffset end) => end <= at ? TimeSpan.Zero : hours is null ? end - at : Calendar.Within(at, end, hours, clock);
    }

    /// <summary>When the first is let in from a moment on: its turn, within the hours.</summary>
    public DateTimeOffset NextAt(DateTimeOffset now, TimeSpan spread, AllowedHours? hours, LocalClock clock)
    {
        var turn = TurnOf(0, spread, hours, clock);
        return turn > now ? turn : hours is null ? now : Calendar.NextAllowed(now, hours, clock);
    }

    /// <summary>How many turns have come by a moment, the first <paramref name="most"/> at most; none outside the hours.</summary>
    public int DueAt(DateTimeOffset now, int most, TimeSpan spread, AllowedHours? hours, LocalClock clock)
    {
        if (hours is not null && Calendar.NextAllowed(now, hours, clock) > now) return 0;
        var (from, to) = (0, (int)Math.Min(most, Waiting));
        // Turns come one after the other: the first that has not come is looked for by halves.
        while (from < to)
        {
            var middle = (from + to) / 2;
            if (TurnOf(middle, spread, hours, clock) <= now) from = middle + 1;
            else to = middle;
        }

        return from;
    }
}
