using NodaTime;
using NodaTime.TimeZones;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Engine;

/// <summary>Where and by which days a local time is read.</summary>
public sealed record LocalClock(DateTimeZone Zone, BusinessCalendar Business)
{
    /// <summary>The deployment's own, for what belongs to no recipient.</summary>
    public static LocalClock Of(SendPolicy policy) => new(DateTimeZoneProviders.Tzdb[policy.Zone], policy.Calendar);
}

/// <summary>
/// Local times and lengths that are not exact. A local time that a daylight-saving day does not have is taken as much
/// later as the clocks skip; one that it has twice is the first.
/// </summary>
public static class Calendar
{
    // More days in a row than these is nobody closed.
    private const int MostDays = 400;

    public static DateTimeZone ZoneOrNull(string? id) => id is null ? null! : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)!;

    /// <summary>The next such local time on an allowed day, <paramref name="at"/> itself included.</summary>
    public static DateTimeOffset Next(DateTimeOffset at, LocalTime time, Days days, LocalClock clock)
    {
        var date = Instant.FromDateTimeOffset(at).InZone(clock.Zone).Date;
        for (var i = 0; i <= MostDays; i++, date = date.PlusDays(1))
        {
            if (!Allows(days, date, clock)) continue;
            var candidate = At(date, time, clock.Zone);
            if (candidate >= at) return candidate;
        }

        throw new InvalidOperationException($"No {days} day of {clock.Business.Name} has {time} within {MostDays} days of {at:O}.");
    }

    /// <summary>The first moment within the allowed hours, <paramref name="at"/> itself included.</summary>
    public static DateTimeOffset NextAllowed(DateTimeOffset at, AllowedHours hours, LocalClock clock)
    {
        foreach (var (from, until) in Windows(at, hours, clock))
        {
            if (at < until) return at < from ? from : at;
        }

        throw new InvalidOperationException($"The allowed hours {hours} never come after {at:O}.");
    }

    /// <summary>When the hours end that a moment lies in, or the next ones where it lies in none.</summary>
    public static DateTimeOffset AllowedUntil(DateTimeOffset at, AllowedHours hours, LocalClock clock)
    {
        foreach (var (_, until) in Windows(at, hours, clock))
        {
            if (at < until) return until;
        }

        throw new InvalidOperationException($"The allowed hours {hours} never come after {at:O}.");
    }

    /// <summary>The moment by which so much time within the hours has passed; a business day is as long as one day of them.</summary>
    public static DateTimeOffset AddWithin(DateTimeOffset at, Scenarios.Duration length, AllowedHours hours, LocalClock clock)
    {
        return AddWithin(Add(at, new(TimeSpan.Zero, 0, length.Months), clock), length.Exact + (length.BusinessDays * hours.Length), hours, clock);
    }

    /// <summary>The moment by which so much time within the hours has passed.</summary>
    public static DateTimeOffset AddWithin(DateTimeOffset at, TimeSpan length, AllowedHours hours, LocalClock clock)
    {
        foreach (var (from, until) in Windows(at, hours, clock))
        {
            var start = at < from ? from : at;
            if (until <= start) continue;
            if (length <= until - start) return start + length;
            length -= until - start;
        }

        throw new InvalidOperationException($"The hours {hours} never come after {at:O}.");
    }

    /// <summary>How much of the time from one moment (inclusive) to another (exclusive) lies within the hours.</summary>
    public static TimeSpan Within(DateTimeOffset at, DateTimeOffset end, AllowedHours hours, LocalClock clock)
    {
        var found = TimeSpan.Zero;
        foreach (var (from, until) in Windows(at, hours, clock))
        {
            if (from >= end) break;
            var (start, stop) = (at < from ? from : at, until < end ? until : end);
            if (start < stop) found += stop - start;
        }

        return found;
    }

    /// <summary>The hours of each day that has some, from the day of <paramref name="at"/> on, without an end.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset Until)> Windows(DateTimeOffset at, AllowedHours hours, LocalClock clock)
    {
        var (zone, last) = (clock.Zone, at.AddDays(MostDays));
        for (var date = Instant.FromDateTimeOffset(at).InZone(zone).Date; ; date = date.PlusDays(1))
        {
            if (!Allows(hours.Days, date, clock))
            {
                if (At(date, LocalTime.Midnight, zone) > last) throw new InvalidOperationException($"No {hours.Days} day of {clock.Business.Name} within {MostDays} days of {at:O}.");
                continue;
            }

            var from = At(date, hours.From, zone);
            last = from.AddDays(MostDays);
            yield return (from, hours.Until == LocalTime.Midnight ? At(date.PlusDays(1), LocalTime.Midnight, zone) : At(date, hours.Until, zone));
        }
    }

    /// <summary>The moment a length after another; business days and months keep the local time of day.</summary>
    public static DateTimeOffset Add(DateTimeOffset at, Scenarios.Duration length, LocalClock clock)
    {
        if (length.IsExact) return at + length.Exact;
        var local = Instant.FromDateTimeOffset(at).InZone(clock.Zone).LocalDateTime;
        var date = local.Date.PlusMonths(length.Months);
        var step = Math.Sign(length.BusinessDays);
        for (var left = Math.Abs(length.BusinessDays); left > 0;)
        {
            date = date.PlusDays(step);
            if (Allows(Days.Business, date, clock)) left--;
        }

        return At(date, local.TimeOfDay, clock.Zone);
    }

    /// <summary>The local time on the day so far from another one, or on the next day of those that are chosen.</summary>
    /// <param name="offset">Whole days, business days and months move the day; what is shorter than a day moves the moment.</param>
    public static DateTimeOffset OnDate(LocalDate day, Scenarios.Duration offset, LocalTime time, Days days, LocalClock clock)
    {
        var isOfDays = offset.Exact.Ticks % TimeSpan.TicksPerDay == 0;
        var moved = isOfDays && offset.IsExact ? At(day.PlusDays((int)offset.Exact.TotalDays), time, clock.Zone) : Add(At(day, time, clock.Zone), offset, clock);
        return days == Days.All ? moved : Next(moved, isOfDays ? time : Instant.FromDateTimeOffset(moved).InZone(clock.Zone).TimeOfDay, days, clock);
    }

    public static DateTimeOffset At(LocalDate date, LocalTime time, DateTimeZone zone) =>
        zone.ResolveLocal(date + time, Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted)).ToDateTimeOffset().ToUniversalTime();

    private static bool Allows(Days days, LocalDate date, LocalClock clock) => days switch
    {
        Days.All => true,
        Days.Business => clock.Business.IsBusinessDay(date),
        Days.Weekend => clock.Business.Weekend.Contains(date.DayOfWeek),
    };
}
