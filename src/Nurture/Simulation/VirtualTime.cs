using System.Globalization;
using NodaTime;

namespace Nurture.Simulation;

/// <summary>How traces write a moment: <c>day 3 09:00</c>, on the clock of one zone, the day of the start being day 0.</summary>
public sealed class VirtualTime(DateTimeOffset start, string zone)
{
    private readonly DateTimeZone zone = DateTimeZoneProviders.Tzdb[zone];

    public string Text(DateTimeOffset at)
    {
        var local = Local(at);
        var days = Period.DaysBetween(Local(start).Date, local.Date);
        return string.Create(CultureInfo.InvariantCulture, $"day {days} {local.Hour:00}:{local.Minute:00}");
    }

    /// <summary><c>Monday 2026-03-02 10:00</c>.</summary>
    public string Date(DateTimeOffset at) => Local(at).ToString("dddd uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture);

    private LocalDateTime Local(DateTimeOffset at) => Instant.FromDateTimeOffset(at).InZone(zone).LocalDateTime;
}
