namespace Nurture.Templating.Runtime;

/// <summary>Arithmetic and members of dates and durations.</summary>
internal static class Dates
{
    public static TemplateValue Add(DateTimeOffset date, TimeSpan duration)
    {
        try
        {
            return date + duration;
        }
        catch (ArgumentOutOfRangeException)
        {
            throw OutOfRange();
        }
    }

    public static TemplateValue Add(TimeSpan first, TimeSpan second)
    {
        try
        {
            return TemplateValue.From(first + second);
        }
        catch (OverflowException)
        {
            throw OutOfRange();
        }
    }

    /// <summary>A duration of so many units; a fault where it does not fit.</summary>
    public static TimeSpan Duration(double amount, long ticksPerUnit)
    {
        var ticks = amount * ticksPerUnit;
        return double.Abs(ticks) < long.MaxValue ? new TimeSpan((long)ticks) : throw OutOfRange();
    }

    public static TimeSpan Negated(TimeSpan duration) => duration == TimeSpan.MinValue ? throw OutOfRange() : -duration;

    public static TemplateFault OutOfRange() => new("The resulting date lies outside the years 1 to 9999.");

    public static TemplateValue? Member(DateTimeOffset date, string name) => name switch
    {
        "year" => date.Year,
        "month" => date.Month,
        "day" => date.Day,
        "hour" => date.Hour,
        "minute" => date.Minute,
        "second" => date.Second,
        "millisecond" => date.Millisecond,
        "microsecond" => date.Microsecond,
        "nanosecond" => date.Nanosecond,
        "time_of_day" => TemplateValue.From(date.TimeOfDay),
        "day_of_year" => date.DayOfYear,
        "day_of_week" => date.DayOfWeek.ToString(),
        "date" => date.Date.Ticks >= date.Offset.Ticks ? new DateTimeOffset(date.Date, date.Offset) : date,
        "ticks" => date.Ticks,
        _ => (TemplateValue?)null,
    };

    public static TemplateValue? Member(TimeSpan duration, string name) => name switch
    {
        "days" => duration.Days,
        "hours" => duration.Hours,
        "minutes" => duration.Minutes,
        "seconds" => duration.Seconds,
        "milliseconds" => duration.Milliseconds,
        "total_days" => duration.TotalDays,
        "total_hours" => duration.TotalHours,
        "total_minutes" => duration.TotalMinutes,
        "total_seconds" => duration.TotalSeconds,
        "total_milliseconds" => duration.TotalMilliseconds,
        "microseconds" => duration.Microseconds,
        "nanoseconds" => duration.Nanoseconds,
        "total_microseconds" => duration.TotalMicroseconds,
        "total_nanoseconds" => duration.TotalNanoseconds,
        "ticks" => duration.Ticks,
        _ => null,
    };
}
