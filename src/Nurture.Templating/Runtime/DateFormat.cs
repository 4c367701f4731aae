using System.Globalization;
using System.Text;

namespace Nurture.Templating.Runtime;

/// <summary>Writes a date by a pattern of <c>%</c> codes. An unknown code is written as it stands.</summary>
internal static class DateFormat
{
    private const int MostDigits = 4;

    private const string Codes = "aAbBcCdDeFghHIjklLmMnNpPrRsStTuUvVwWxXyYZ%";

    private const string BareCodes = "deHIjklmMS";

    /// <summary>The first code of a pattern that is none, and would be printed as it stands; null where there is none.</summary>
    public static string? UnknownCode(string pattern)
    {
        for (var i = 0; i + 1 < pattern.Length; i++)
        {
            if (pattern[i] != '%') continue;
            i++;
            if (pattern[i] == '-' && i + 1 < pattern.Length && BareCodes.Contains(pattern[i + 1])) i++;
            else if (!Codes.Contains(pattern[i])) return pattern[i] == '-' && i + 1 < pattern.Length ? $"%-{pattern[i + 1]}" : $"%{pattern[i]}";
        }

        return null;
    }

    /// <param name="hasBareNumbers">Whether <c>%-d</c> and its like are numbers without zeros; else they are unknown.</param>
    public static string Write(DateTimeOffset date, string pattern, CultureInfo culture, bool hasBareNumbers)
    {
        if (date.DateTime < culture.Calendar.MinSupportedDateTime || date.DateTime > culture.Calendar.MaxSupportedDateTime)
        {
            throw new TemplateFault($"The calendar of the culture `{culture.Name}` does not have this date.");
        }

        Span<char> room = stackalloc char[64];
        if (TryWriteUsual(date, pattern, culture, room, out var length))
        {
            return new string(room[..length]);
        }

        var text = new StringBuilder();
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                text.Append(pattern[i]);
            }
            else if (pattern[++i] == 'g')
            {
                culture = CultureInfo.InvariantCulture;
            }
            else if (hasBareNumbers && pattern[i] == '-' && i + 1 < pattern.Length && Bare(date, pattern[i + 1], culture) is { } number)
            {
                text.Append(number);
                i++;
            }
            else
            {
                Append(text, date, pattern[i], culture);
            }
        }

        return text.ToString();
    }

    /// <summary>A number without zeros or blanks in front, which other programs write as <c>%-d</c>; null for codes of which that is not said.</summary>
    private static string? Bare(DateTimeOffset date, char code, CultureInfo culture)
    {
        int? number = code switch
        {
            'd' or 'e' => culture.Calendar.GetDayOfMonth(date.DateTime),
            'm' => culture.Calendar.GetMonth(date.DateTime),
            'H' or 'k' => date.Hour,
            'I' or 'l' => (date.Hour + 11) % 12 + 1,
            'j' => culture.Calendar.GetDayOfYear(date.DateTime),
            'M' => date.Minute,
            'S' => date.Second,
            _ => null,
        };
        return number?.ToString(CultureInfo.InvariantCulture);
    }

    /// <summary>The codes that most mails use, by the Gregorian calendar, put together without .NET's own patterns; false for others.</summary>
    private static bool TryWriteUsual(DateTimeOffset date, string pattern, CultureInfo culture, Span<char> room, out int length)
    {
        length = 0;
        if (culture.Calendar is not GregorianCalendar)
        {
            return false;
        }

        for (var i = 0; i < pattern.Length; i++)
        {
            if (length + MostDigits > room.Length)
            {
                return false;
            }

            if (pattern[i] != '%' || i + 1 == pattern.Length)
            {
                room[length++] = pattern[i];
                continue;
            }

            var isWritten = pattern[++i] switch
            {
                'd' => Digits(date.Day, 2, room, ref length),
                'm' => Digits(date.Month, 2, room, ref length),
                'Y' => Digits(date.Year, 4, room, ref length),
                'H' => Digits(date.Hour, 2, room, ref length),
                'M' => Digits(date.Minute, 2, room, ref length),
                'S' => Digits(date.Second, 2, room, ref length),
                'b' or 'h' => Word(culture.DateTimeFormat.GetAbbreviatedMonthName(date.Month), room, ref length),
                'B' => Word(culture.DateTimeFormat.GetMonthName(date.Month), room, ref length),
                'a' => Word(culture.DateTimeFormat.GetAbbreviatedDayName(date.DayOfWeek), room, ref length),
                'A' => Word(culture.DateTimeFormat.GetDayName(date.DayOfWeek), room, ref length),
                _ => false,
            };
            if (!isWritten)
            {
                return false;
            }
        }

        return true;
    }

    private static bool Digits(int number, int count, Span<char> room, ref int length)
    {
        for (var at = length + count - 1; at >= length; at--)
        {
            room[at] = (char)('0' + number % 10);
            number /= 10;
        }

        length += count;
        return true;
    }

    private static bool Word(string word, Span<char> room, ref int length)
    {
        if (!word.TryCopyTo(room[length..]))
        {
            return false;
        }

        length += word.Length;
        return true;
    }

    private static void Append(StringBuilder text, DateTimeOffset date, char code, CultureInfo culture)
    {
        string Net(string format) => date.ToString(format, culture);
        Span<char> room = stackalloc char[64];
        // The codes of most mails without a text of their own each; a longer name of a month than any takes the other way.
        var plain = code switch { 'a' => "ddd", 'A' => "dddd", 'b' or 'h' => "MMM", 'B' => "MMMM", 'd' => "dd", 'H' => "HH", 'm' => "MM", 'M' => "mm", 'S' => "ss", 'Y' => "yyyy", _ => null };
        if (plain is not null && date.TryFormat(room, out var length, plain, culture))
        {
            text.Append(room[..length]);
            return;
        }

        var week = culture.Calendar;
        _ = code switch
        {
            'a' => text.Append(Net("ddd")),
            'A' => text.Append(Net("dddd")),
            'b' or 'h' => text.Append(Net("MMM")),
            'B' => text.Append(Net("MMMM")),
            'c' => text.Append(Net("ddd MMM dd HH:mm:ss yyyy")),
            'C' => text.Append(culture, $"{date.Year / 100:00}"),
            'd' => text.Append(Net("dd")),
            'D' => text.Append(date.ToString("MM/dd/yy", CultureInfo.InvariantCulture)),
            'e' => text.Append(culture, $"{date.Day,2}"),
            'F' => text.Append(date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)),
            'H' => text.Append(Net("HH")),
            'I' => text.Append(Net("hh")),
            'j' => text.Append(culture, $"{date.DayOfYear:000}"),
            'k' => text.Append(culture, $"{date.Hour,2}"),
            'l' => text.Append(culture, $"{(date.Hour % 12 == 0 ? 12 : date.Hour % 12),2}"),
            'L' => text.Append(Net("fff")),
            'm' => text.Append(Net("MM")),
            'M' => text.Append(Net("mm")),
            'n' => text.Append('\n'),
            'N' => text.Append(Net("fffffff")).Append("00"),
            'p' => text.Append(Net("tt").ToUpper(culture)),
            'P' => text.Append(Net("tt").ToLower(culture)),
            'r' => text.Append(Net("hh:mm:ss tt").ToUpper(culture)),
            'R' => text.Append(date.ToString("HH:mm", CultureInfo.InvariantCulture)),
            's' => text.Append(date.ToUnixTimeSeconds()),
            'S' => text.Append(Net("ss")),
            't' => text.Append('\t'),
            'T' => text.Append(date.ToString("HH:mm:ss", CultureInfo.InvariantCulture)),
            'u' => text.Append(date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek),
            'U' => text.Append(culture, $"{week.GetWeekOfYear(date.DateTime, CalendarWeekRule.FirstDay, DayOfWeek.Sunday):00}"),
            'v' => text.Append(culture, $"{date.Day,2}").Append('-').Append(Net("MMM").ToUpper(culture)).Append('-').Append(Net("yyyy")),
            'V' => text.Append(culture, $"{week.GetWeekOfYear(date.DateTime, CalendarWeekRule.FirstFourDayWeek, DayOfWeek.Monday):00}"),
            'w' => text.Append((int)date.DayOfWeek),
            'W' => text.Append(culture, $"{week.GetWeekOfYear(date.DateTime, CalendarWeekRule.FirstDay, DayOfWeek.Monday):00}"),
            'x' => text.Append(Net("d")),
            'X' => text.Append(Net("T")),
            'y' => text.Append(Net("yy")),
            'Y' => text.Append(Net("yyyy")),
            'Z' => text.Append(Net("zzz")),
            '%' => text.Append('%'),
            _ => text.Append('%').Append(code),
        };
    }
}
