using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>timespan.*</c>: lengths of time.</summary>
internal static class TimeSpanFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("timespan.from_days", "days", FromDays),
        new("timespan.from_hours", "hours", FromHours),
        new("timespan.from_milliseconds", "milliseconds", FromMilliseconds),
        new("timespan.from_minutes", "minutes", FromMinutes),
        new("timespan.from_seconds", "seconds", FromSeconds),
        new("timespan.parse", "text", Parse),
        new("timespan.zero", "", Zero),
    ];

    /// <summary>So many days.</summary>
    /// <example>(timespan.from_days 5).days → 5</example>
    public static TemplateValue FromDays(in Call call) => Of(call, TimeSpan.TicksPerDay);

    /// <summary>So many hours.</summary>
    /// <example>(timespan.from_hours 36).total_days → 1.5</example>
    public static TemplateValue FromHours(in Call call) => Of(call, TimeSpan.TicksPerHour);

    /// <summary>So many minutes.</summary>
    /// <example>timespan.from_minutes 90 → 01:30:00</example>
    public static TemplateValue FromMinutes(in Call call) => Of(call, TimeSpan.TicksPerMinute);

    /// <summary>So many seconds.</summary>
    /// <example>timespan.from_seconds 5 → 00:00:05</example>
    public static TemplateValue FromSeconds(in Call call) => Of(call, TimeSpan.TicksPerSecond);

    /// <summary>So many milliseconds.</summary>
    /// <example>(timespan.from_milliseconds 5).milliseconds → 5</example>
    public static TemplateValue FromMilliseconds(in Call call) => Of(call, TimeSpan.TicksPerMillisecond);

    /// <summary>A length read from text: days.hours:minutes:seconds.</summary>
    /// <example>(timespan.parse "1.02:00:00").total_hours → 26</example>
    public static TemplateValue Parse(in Call call) => call.Text(0) is not { Length: > 0 } text ? TemplateValue.From(TimeSpan.Zero)
        : TimeSpan.TryParse(text, call.Culture, out var read) ? TemplateValue.From(read)
        : throw call.Context.Error(call.Site.Argument(0), $"`{text}` is not a length of time.");

    /// <summary>No time at all.</summary>
    /// <example>timespan.zero → 00:00:00</example>
    public static TemplateValue Zero(in Call call) => TemplateValue.From(TimeSpan.Zero);

    private static TemplateValue Of(in Call call, long ticksPerUnit) => TemplateValue.From(Dates.Duration(call.Double(0), ticksPerUnit));
}
