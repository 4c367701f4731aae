using System.Globalization;
using NodaTime;

namespace Nurture.Sessions;

/// <summary>When a session is, as people say it, on the clock of who reads.</summary>
public static class SessionWords
{
    private static readonly string[] JapaneseDays = ["月", "火", "水", "木", "金", "土", "日"];

    /// <summary><c>Thursday, 3 December 2026, 14:00–15:00 (Asia/Tokyo, UTC+9)</c>; <c>2026年12月3日（木）14:00〜15:00（日本時間）</c>.</summary>
    public static string When(DateTimeOffset startsAt, DateTimeOffset endsAt, DateTimeZone zone, string locale)
    {
        var (start, end) = (Instant.FromDateTimeOffset(startsAt).InZone(zone), Instant.FromDateTimeOffset(endsAt).InZone(zone));
        var isJapanese = locale.StartsWith("ja", StringComparison.OrdinalIgnoreCase);
        var invariant = CultureInfo.InvariantCulture;
        var isOneDay = start.Date == end.Date;
        if (startsAt == endsAt) return isJapanese ? $"{Day(start)}{start.ToString("H:mm", invariant)}（{(zone.Id == "Asia/Tokyo" ? "日本時間" : Zone(start))}）" : $"{start.ToString("dddd, d MMMM uuuu, HH:mm", invariant)} ({Zone(start)})";
        return isJapanese
            ? $"{Day(start)}{start.ToString("H:mm", invariant)}〜{(isOneDay ? "" : Day(end))}{end.ToString("H:mm", invariant)}（{(zone.Id == "Asia/Tokyo" ? "日本時間" : Zone(start))}）"
            : $"{start.ToString("dddd, d MMMM uuuu, HH:mm", invariant)}–{end.ToString(isOneDay ? "HH:mm" : "dddd, d MMMM uuuu, HH:mm", invariant)} ({Zone(start)})";

        string Day(ZonedDateTime at) => $"{at.Year}年{at.Month}月{at.Day}日（{JapaneseDays[(int)at.DayOfWeek - 1]}）";
    }

    private static string Zone(ZonedDateTime at)
    {
        var offset = at.Offset.ToTimeSpan();
        var hours = $"{(offset < TimeSpan.Zero ? "-" : "+")}{Math.Abs(offset.Hours)}{(offset.Minutes == 0 ? "" : $":{Math.Abs(offset.Minutes):00}")}";
        return at.Zone.Id is "UTC" or "Etc/UTC" ? "UTC" : $"{at.Zone.Id}, UTC{hours}";
    }
}
