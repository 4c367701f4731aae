using System.Globalization;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>date.*</c>. The present is what the render was told it is; dates are shown at the render's offset.</summary>
internal static class DateFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("date.add_days", "date, days", AddDays),
        new("date.add_hours", "date, hours", AddHours),
        new("date.add_milliseconds", "date, milliseconds", AddMilliseconds),
        new("date.add_minutes", "date, minutes", AddMinutes),
        new("date.add_months", "date, months", AddMonths),
        new("date.add_seconds", "date, seconds", AddSeconds),
        new("date.add_years", "date, years", AddYears),
        new("date.default_format", "", DefaultFormat),
        new("date.format", "", CurrentFormat),
        new("date.now", "", Now),
        new("date.parse", "text, pattern?, culture?", Parse),
        new("date.parse_to_string", "text, output_pattern?, output_culture?, input_pattern?, input_culture?", ParseToString),
        new("date.to_string", "date, pattern, culture?", ToText),
        new("date.utc_now", "", UtcNow),
    ];

    /// <summary>What a call of <c>date</c> itself does.</summary>
    public static BuiltinFunction ParseFunction { get; } = new("date", "text, pattern?, culture?", Parse);

    /// <summary>So many days later; parts of days count.</summary>
    /// <example>date.parse "2026-01-05" | date.add_days 1 → 06 Jan 2026</example>
    public static TemplateValue AddDays(in Call call) => AddSpan(call, TimeSpan.TicksPerDay);

    /// <summary>So many hours later.</summary>
    /// <example>date.parse "2026-01-05T10:00" | date.add_hours 2 | date.to_string "%H:%M" → 12:00</example>
    public static TemplateValue AddHours(in Call call) => AddSpan(call, TimeSpan.TicksPerHour);

    /// <summary>So many minutes later.</summary>
    /// <example>date.parse "2026-01-05T10:00" | date.add_minutes 5 | date.to_string "%H:%M" → 10:05</example>
    public static TemplateValue AddMinutes(in Call call) => AddSpan(call, TimeSpan.TicksPerMinute);

    /// <summary>So many seconds later.</summary>
    /// <example>date.parse "2026-01-05T10:00" | date.add_seconds 9 | date.to_string "%T" → 10:00:09</example>
    public static TemplateValue AddSeconds(in Call call) => AddSpan(call, TimeSpan.TicksPerSecond);

    /// <summary>So many milliseconds later.</summary>
    /// <example>date.parse "2026-01-05T10:00" | date.add_milliseconds 9 | date.to_string "%L" → 009</example>
    public static TemplateValue AddMilliseconds(in Call call) => AddSpan(call, TimeSpan.TicksPerMillisecond);

    private static TemplateValue AddSpan(in Call call, long ticksPerUnit) =>
        call.Date(0) is { } date ? Dates.Add(date, Dates.Duration(call.Double(1), ticksPerUnit)) : TemplateValue.Null;

    /// <summary>So many months later; the last day of a month where it is shorter.</summary>
    /// <example>date.parse "2026-01-31" | date.add_months 1 → 28 Feb 2026</example>
    public static TemplateValue AddMonths(in Call call) => AddMonths(call, 1);

    /// <summary>So many years later.</summary>
    /// <example>date.parse "2024-02-29" | date.add_years 1 → 28 Feb 2025</example>
    public static TemplateValue AddYears(in Call call) => AddMonths(call, 12);

    private static TemplateValue AddMonths(in Call call, int monthsPerUnit)
    {
        if (call.Date(0) is not { } date)
        {
            return TemplateValue.Null;
        }

        var months = (long)call.Int(1) * monthsPerUnit;
        try
        {
            return date.AddMonths((int)Math.Clamp(months, -120_001, 120_001));
        }
        catch (ArgumentOutOfRangeException)
        {
            throw Dates.OutOfRange();
        }
    }

    /// <summary>The pattern by which dates are printed.</summary>
    /// <example>date.default_format → %d %b %Y</example>
    public static TemplateValue DefaultFormat(in Call call) => ValuePrinter.DefaultDateFormat;

    /// <summary>How a date is printed; in the compatible profile a template may set another.</summary>
    /// <example>date.format → %d %b %Y</example>
    public static TemplateValue CurrentFormat(in Call call) => call.Context.DateFormat;

    /// <summary>The moment at which the template is rendered, at the render's offset.</summary>
    /// <example>date.now → 01 Mar 2026</example>
    public static TemplateValue Now(in Call call) => call.Context.Shown(call.Context.Options.Now);

    /// <summary>The moment at which the template is rendered, in UTC.</summary>
    /// <example>date.utc_now.hour → 9</example>
    public static TemplateValue UtcNow(in Call call) => call.Context.Options.Now.ToUniversalTime();

    /// <summary>Reads a date, at the render's offset where the text has none. What cannot be read is an error in a mail, the year 1 in the compatible profile.</summary>
    /// <example>date.parse "2026/01/05" → 05 Jan 2026</example>
    /// <example>"14.03.2026" | date.parse "%d.%m.%Y" → 14 Mar 2026</example>
    public static TemplateValue Parse(in Call call) =>
        call[0].Kind == TemplateValueKind.Date ? call[0] : Read(call, call.TextOrNull(0), call.TextOrNull(1), call.TextOrNull(2));

    private static TemplateValue Read(in Call call, string? text, string? pattern, string? cultureName)
    {
        if (string.IsNullOrEmpty(text))
        {
            return TemplateValue.Null;
        }

        var culture = NumberFormat.Culture(call, cultureName);
        var options = call.Context.Options;
        var isRead = pattern is null ? DateParser.TryRead(text, options, culture, out var date) : DateParser.TryReadExactly(text, pattern, options, culture, out date);
        return isRead ? date
            : call.Context.Template.Options.IsMail ? throw call.Context.Error(call.Site.Argument(0), $"`{text}` is not a date.")
            : default(DateTimeOffset);
    }

    /// <summary>Reads a date and writes it again.</summary>
    /// <example>date.parse_to_string "2026/01/05" "%F" → 2026-01-05</example>
    public static TemplateValue ParseToString(in Call call)
    {
        var read = Read(call, call.TextOrNull(0), call.TextOrNull(3), call.TextOrNull(4));
        if (read.IsNull)
        {
            return read;
        }

        var (pattern, culture) = (call.TextOrNull(1) ?? call.Context.DateFormat, call.TextOrNull(2));
        return call.Context.Template.Options.IsMail ? Write(call, read.AsDate, pattern, culture) : WriteShort(call, read.AsDate, pattern, NumberFormat.Culture(call, culture));
    }

    // Templates of the compatible profile can tell it from `date.to_string`: it knows fewer codes.
    private static TemplateValue WriteShort(in Call call, DateTimeOffset date, string pattern, CultureInfo culture)
    {
        call.ChargeText(pattern.Length * 8L);
        try
        {
            return call.Context.Shown(date).ToString(DateParser.NetFormat(pattern, isShort: true), culture);
        }
        catch (TemplateFault fault)
        {
            throw call.Context.Error(call.Site.Argument(1), fault);
        }
        catch (ArgumentOutOfRangeException exception)
        {
            throw call.Context.Error(call.Site.Argument(0), $"The calendar of the culture `{culture.Name}` does not have this date.", null, exception);
        }
    }

    /// <summary>Writes a date by a pattern of % codes; a text that is a date is read first.</summary>
    /// <example>date.parse "2026-01-05" | date.to_string "%e %B %Y" →  5 January 2026</example>
    /// <example>"2026-01-05T08:30:00Z" | date.to_string "%H:%M" → 08:30</example>
    /// <example>date.parse "2026-01-05" | date.to_string "%Y年%-m月%-d日" → 2026年1月5日</example>
    public static TemplateValue ToText(in Call call) =>
        call.Date(0) is { } date ? Write(call, date, call.Text(1), call.TextOrNull(2)) : TemplateValue.Null;

    private static TemplateValue Write(in Call call, DateTimeOffset date, string pattern, string? cultureName)
    {
        call.ChargeText(pattern.Length * 8L);
        // A code costs as much as many characters.
        call.Context.Charge(8L * pattern.AsSpan().Count('%'), call.Span);
        return DateFormat.Write(call.Context.Shown(date), pattern == "%g" ? "%g " + call.Context.DateFormat : pattern, NumberFormat.Culture(call, cultureName), call.Context.Template.Options.IsMail);
    }
}
