using NodaTime;
using NodaTime.TimeZones;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Engine;

/// <summary>
/// Local times and lengths that are not exact. A local time that a daylight-saving day does not have is taken as much
/// later as the clocks skip; one that it has twice is the first.
/// </summary>
public static class Calendar
{
    public static DateTimeZone ZoneOrNull(string? id) => id is null ? null! : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id)!;

    /// <summary>The next such local time on an allowed day, <paramref name="at"/> itself included.</summary>
    public static DateTimeOffset Next(DateTimeOffset at, LocalTime time, Days days, DateTimeZone zone)
    {
        var date = Instant.FromDateTimeOffset(at).InZone(zone).Date;
        for (var i = 0; i <= 14; i++, date = date.PlusDays(1))
        {
            if (!Allows(days, date)) continue;
            var candidate = At(date, time, zone);
            if (candidate >= at) return candidate;
        }

        throw new InvalidOperationException($"No {days} day has {time} within two weeks of {at:O}.");
    }

    /// <summary>The first moment within the allowed hours, <paramref name="at"/> itself included.</summary>
    public static DateTimeOffset NextAllowed(DateTimeOffset at, AllowedHours hours, DateTimeZone zone)
    {
        foreach (var (from, until) in Windows(at, hours, zone))
        {
            if (at < until) return at < from ? from : at;
        }

        throw new InvalidOperationException($"The allowed hours {hours} never come after {at:O}.");
    }

    /// <summary>The moment by which so much time within the hours has passed; a business day is as long as one day of them.</summary>
    public static DateTimeOffset AddWithin(DateTimeOffset at, Scenarios.Duration length, AllowedHours hours, DateTimeZone zone)
    {
        var day = TimeSpan.FromTicks(hours.Until.TickOfDay - hours.From.TickOfDay);
        return AddWithin(Add(at, new(TimeSpan.Zero, 0, length.Months), zone), length.Exact + (length.BusinessDays * day), hours, zone);
    }

    /// <summary>The moment by which so much time within the hours has passed.</summary>
    public static DateTimeOffset AddWithin(DateTimeOffset at, TimeSpan length, AllowedHours hours, DateTimeZone zone)
    {
        foreach (var (from, until) in Windows(at, hours, zone))
        {
            var start = at < from ? from : at;
            if (until <= start) continue;
            if (length <= until - start) return start + length;
            length -= until - start;
        }

        throw new InvalidOperationException($"The hours {hours} never come after {at:O}.");
    }

    /// <summary>How much of the time from one moment (inclusive) to another (exclusive) lies within the hours.</summary>
    public static TimeSpan Within(DateTimeOffset at, DateTimeOffset end, AllowedHours hours, DateTimeZone zone)
    {
        var found = TimeSpan.Zero;
        foreach (var (from, until) in Windows(at, hours, zone))
        {
            if (from >= end) break;
            var (start, stop) = (at < from ? from : at, until < end ? until : end);
            if (start < stop) found += stop - start;
        }

        return found;
    }

    /// <summary>The hours of each day that has some, from the day of <paramref name="at"/> on, without an end.</summary>
    private static IEnumerable<(DateTimeOffset From, DateTimeOffset Until)> Windows(DateTimeOffset at, AllowedHours hours, DateTimeZone zone)
    {
        for (var date = Instant.FromDateTimeOffset(at).InZone(zone).Date; ; date = date.PlusDays(1))
        {
            if (Allows(hours.Days, date))
                yield return (At(date, hours.From, zone), hours.Until == LocalTime.Midnight ? At(date.PlusDays(1), LocalTime.Midnight, zone) : At(date, hours.Until, zone));
        }
    }

    /// <summary>The moment a length after another; business days and months keep the local time of day.</summary>
    public static DateTimeOffset Add(DateTimeOffset at, Scenarios.Duration length, DateTimeZone zone)
    {
        if (length.IsExact) return at + length.Exact;
        var local = Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;
        var date = local.Date.PlusMonths(length.Months);
        var step = Math.Sign(length.BusinessDays);
        for (var left = Math.Abs(length.BusinessDays); left > 0;)
        {
            date = date.PlusDays(step);
            if (Allows(Days.Business, date)) left--;
        }

        return At(date, local.TimeOfDay, zone);
    }

    /// <summary>The local time on the day so far from another one, or on the next day of those that are chosen.</summary>
    /// <param name="offset">Whole days, business days and months move the day; what is shorter than a day moves the moment.</param>
    public static DateTimeOffset OnDate(LocalDate day, Scenarios.Duration offset, LocalTime time, Days days, DateTimeZone zone)
    {
        var isOfDays = offset.Exact.Ticks % TimeSpan.TicksPerDay == 0;
        var moved = isOfDays && offset.IsExact ? At(day.PlusDays((int)offset.Exact.TotalDays), time, zone) : Add(At(day, time, zone), offset, zone);
        return days == Days.All ? moved : Next(moved, isOfDays ? time : Instant.FromDateTimeOffset(moved).InZone(zone).TimeOfDay, days, zone);
    }

    public static DateTimeOffset At(LocalDate date, LocalTime time, DateTimeZone zone) =>
        zone.ResolveLocal(date + time, Resolvers.CreateMappingResolver(Resolvers.ReturnEarlier, Resolvers.ReturnForwardShifted)).ToDateTimeOffset().ToUniversalTime();

    private static bool Allows(Days days, LocalDate date)
    {
        var isWeekend = date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;
        return days switch
        {
            Days.All => true,
            Days.Business => !isWeekend,
            Days.Weekend => isWeekend,
        };
    }
}
