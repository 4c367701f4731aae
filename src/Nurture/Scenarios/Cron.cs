using System.Globalization;
using NodaTime;

namespace Nurture.Scenarios;

/// <summary>
/// A recurring time as cron writes it, in five fields: minute, hour, day of the month, month, day of the week (0 or 7 is
/// Sunday; <c>MON</c> and <c>JAN</c> may be written). It is read on a wall clock: a time that a daylight-saving day does
/// not have comes as much later as the clocks skip, one that it has twice comes once, the first time.
/// </summary>
/// <remarks>
/// A day of the month and a day of the week together mean "either" to cron and "both" to most readers, so they are refused.
/// </remarks>
public sealed class Cron
{
    // The longest time between two days of the same date: 29 February around 2100, which is no leap year.
    private const int MostDays = (8 * 366) + 2;

    private static readonly string[] Months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
    private static readonly string[] Weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

    private readonly LocalTime[] times;
    private readonly int daysOfMonth;
    private readonly int months;
    private readonly int weekdays;

    private Cron(string text, LocalTime[] times, int daysOfMonth, int months, int weekdays) =>
        (Text, this.times, this.daysOfMonth, this.months, this.weekdays) = (text, times, daysOfMonth, months, weekdays);

    public string Text { get; }

    /// <summary>How many times it comes on a day on which it comes at all.</summary>
    public int TimesADay => times.Length;

    /// <param name="problem">What is wrong, to be followed by what would be right; null when it can be read.</param>
    public static Cron? TryParse(string text, out Wording? problem)
    {
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        problem = fields.Length == 5 ? null : fields.Length == 1 ? (Wording)$"it has 1 field, and a schedule has five: minute, hour, day of the month, month, day of the week" : $"it has {fields.Length} fields, and a schedule has five: minute, hour, day of the month, month, day of the week";
        if (problem is not null) return null;
        var (minutes, hours) = (Set(fields[0], "minute", 0, 59, [], ref problem), Set(fields[1], "hour", 0, 23, [], ref problem));
        var (daysOfMonth, months) = (Set(fields[2], "day of the month", 1, 31, [], ref problem), Set(fields[3], "month", 1, 12, Months, ref problem));
        var weekdays = Set(fields[4], "day of the week", 0, 7, Weekdays, ref problem);
        if (problem is not null) return null;
        if (fields[2] != "*" && fields[4] != "*")
        {
            problem = "a day of the month and a day of the week together mean either of them, which few expect";
            return null;
        }

        // Sunday is 0 and 7.
        if ((weekdays & (1L << 7)) != 0) weekdays |= 1;
        var times = Bits(hours).SelectMany(hour => Bits(minutes).Select(minute => new LocalTime(hour, minute))).ToArray();
        var cron = new Cron(string.Join(' ', fields), times, (int)(daysOfMonth >> 1), (int)(months >> 1), (int)(weekdays & 0x7f));
        if (Enumerable.Range(0, MostDays).Any(day => cron.IsOn(new LocalDate(2024, 1, 1).PlusDays(day)))) return cron;
        problem = "there is no such day";
        return null;
    }

    /// <summary>The first moment after an instant (exclusive).</summary>
    public DateTimeOffset Next(DateTimeOffset after, DateTimeZone zone)
    {
        // A skipped local time of the day before may come today.
        var date = Instant.FromDateTimeOffset(after).InZone(zone).Date.PlusDays(-1);
        for (var i = 0; i < MostDays; i++, date = date.PlusDays(1))
        {
            if (!IsOn(date)) continue;
            var moments = MomentsOf(date, zone).Where(moment => moment > after).ToList();
            if (moments.Count > 0) return moments.Min();
        }

        throw new InvalidOperationException($"\"{Text}\" does not come within eight years of {after:O}.");
    }

    /// <summary>The last moment no later than an instant.</summary>
    public DateTimeOffset LastUntil(DateTimeOffset instant, DateTimeZone zone)
    {
        var date = Instant.FromDateTimeOffset(instant).InZone(zone).Date;
        for (var i = 0; i < MostDays; i++, date = date.PlusDays(-1))
        {
            if (!IsOn(date)) continue;
            var moments = MomentsOf(date, zone).Where(moment => moment <= instant).ToList();
            if (moments.Count > 0) return moments.Max();
        }

        throw new InvalidOperationException($"\"{Text}\" did not come within eight years of {instant:O}.");
    }

    public override string ToString() => Text;

    private bool IsOn(LocalDate date) =>
        (months & (1 << (date.Month - 1))) != 0 && (daysOfMonth & (1 << (date.Day - 1))) != 0 && (weekdays & (1 << ((int)date.DayOfWeek % 7))) != 0;

    private IEnumerable<DateTimeOffset> MomentsOf(LocalDate date, DateTimeZone zone) => times.Select(time => Engine.Calendar.At(date, time, zone));

    private static IEnumerable<int> Bits(long set) => Enumerable.Range(0, 60).Where(bit => (set & (1L << bit)) != 0);

    private static long Set(string field, Wording what, int first, int last, string[] names, ref Wording? problem)
    {
        var set = 0L;
        foreach (var part in field.Split(','))
        {
            var slash = part.Split('/');
            var range = slash[0].Split('-');
            var (from, to) = slash[0] == "*" ? (first, last) : (ValueOf(range[0], first, names), range.Length > 1 ? ValueOf(range[1], first, names) : ValueOf(range[0], first, names));
            // "5/15" is every 15 from 5 on.
            if (slash.Length == 2 && range.Length == 1 && slash[0] != "*") to = last;
            var step = slash.Length < 2 ? 1 : ValueOf(slash[1], 1, []);
            if (slash.Length > 2 || range.Length > 2 || from < first || to > last || to < from || step is < 1 or > 59)
            {
                if (problem is null) problem = $"\"{part}\" is not a {what}, which is from {first} to {last}, *, a range as {first}-{last}, or steps as */{Math.Min(last, 15)}";
                return 0;
            }

            for (var value = from; value <= to; value += step) set |= 1L << value;
        }

        return set;
    }

    /// <summary>-1 for what is neither a number nor a name.</summary>
    private static int ValueOf(string text, int first, string[] names)
    {
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)) return number;
        var name = Array.FindIndex(names, known => known.Equals(text, StringComparison.OrdinalIgnoreCase));
        return name < 0 ? -1 : name + first;
    }
}
