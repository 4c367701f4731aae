using System.Globalization;
using System.Text;

namespace Nurture.Templating.Runtime;

/// <summary>Reads dates from text. A text without an offset is meant at the render's own offset; one with another is shown at it.</summary>
internal static class DateParser
{
    public static bool TryRead(string text, RenderOptions options, CultureInfo culture, out DateTimeOffset date)
    {
        if (IsRoundTrip(text) && culture.Calendar is GregorianCalendar
            && DateTimeOffset.TryParseExact(text, RoundTrip, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out date))
        {
            date = Local(date, options);
            return true;
        }

        date = default;
        if (!DateTime.TryParse(text, culture, DateTimeStyles.RoundtripKind | DateTimeStyles.AllowWhiteSpaces, out var read))
        {
            return false;
        }

        if (read.Kind == DateTimeKind.Unspecified)
        {
            date = At(read, options);
            return true;
        }

        var isMoment = DateTimeOffset.TryParse(text, culture, DateTimeStyles.AssumeUniversal, out date);
        date = Local(date, options);
        return isMoment;
    }

    // A render that says nothing of offsets is one in UTC.
    private static DateTimeOffset Local(DateTimeOffset date, RenderOptions options) => options.OffsetAt is null ? date.ToUniversalTime() : date;

    // How JSON writes a moment; read so, it takes a fifth of the time that guessing at the form takes.
    private const string RoundTrip = "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK";

    private static bool IsRoundTrip(string text) =>
        text.Length >= 20 && text[4] == '-' && text[10] == 'T' && text[13] == ':' && (text[^1] == 'Z' || text[^6] is '+' or '-' && text[^3] == ':');

    /// <summary>Reads by a pattern of <c>%</c> codes.</summary>
    public static bool TryReadExactly(string text, string pattern, RenderOptions options, CultureInfo culture, out DateTimeOffset date)
    {
        date = default;
        var format = NetFormat(pattern);
        if (format.Contains("zzz", StringComparison.Ordinal))
        {
            var isMoment = DateTimeOffset.TryParseExact(text, format, culture, DateTimeStyles.AllowWhiteSpaces | DateTimeStyles.AssumeUniversal, out date);
            date = Local(date, options);
            return isMoment;
        }

        if (!DateTime.TryParseExact(text, format, culture, DateTimeStyles.AllowWhiteSpaces, out var read))
        {
            return false;
        }

        date = At(read, options);
        return true;
    }

    // The offset may itself depend on the date, so it is asked for the date read as if in UTC: exact but for the hours
    // around a change of clocks.
    private static DateTimeOffset At(DateTime local, RenderOptions options)
    {
        var unspecified = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset = options.OffsetAt?.Invoke(new DateTimeOffset(unspecified, TimeSpan.Zero)) ?? TimeSpan.Zero;
        var utcTicks = unspecified.Ticks - offset.Ticks;
        return utcTicks < 0 || utcTicks > DateTime.MaxValue.Ticks ? new DateTimeOffset(unspecified, TimeSpan.Zero) : new DateTimeOffset(unspecified, offset);
    }

    /// <summary>The pattern in .NET's letters.</summary>
    /// <param name="isShort">Whether the name of a month is its short one, whatever the pattern says.</param>
    /// <exception cref="TemplateFault">A code that .NET has no letters for.</exception>
    public static string NetFormat(string pattern, bool isShort = false)
    {
        var format = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                format.Append(char.IsLetter(pattern[i]) || pattern[i] is '\\' or '%' ? $"\\{pattern[i]}" : pattern[i]);
                continue;
            }

            format.Append(pattern[++i] switch
            {
                'a' => "ddd",
                'A' => "dddd",
                'b' or 'h' => "MMM",
                'B' => isShort ? "MMM" : "MMMM",
                'c' => "ddd MMM dd HH:mm:ss yyyy",
                'd' => "dd",
                'D' => "MM/dd/yy",
                'e' => "%d",
                'F' => "yyyy-MM-dd",
                'H' => "HH",
                'I' => "hh",
                'k' => "%H",
                'l' => "%h",
                'L' => "fff",
                'm' => "MM",
                'M' => "mm",
                'p' => "tt",
                'r' => "hh:mm:ss tt",
                'R' => "HH:mm",
                'S' => "ss",
                'T' => "HH:mm:ss",
                'y' => "yy",
                'Y' => "yyyy",
                'Z' => "zzz",
                '%' => "\\%",
                var other => throw new TemplateFault($"The code %{other} cannot be used here."),
            });
        }

        // One character alone would be the name of a whole format.
        return format.Length == 1 ? $"\\{format}" : format.ToString();
    }
}
