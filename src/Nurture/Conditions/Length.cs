using System.Globalization;

namespace Nurture.Conditions;

/// <summary>The exact lengths that windows are written in: <c>m h d w</c> (SEMANTICS.md 26).</summary>
internal static class Length
{
    // Nothing is kept longer, and sums with it stay far from the ends of time.
    public static readonly TimeSpan Longest = TimeSpan.FromDays(3660);

    private static readonly (string Unit, TimeSpan Length)[] Units =
        [("w", TimeSpan.FromDays(7)), ("d", TimeSpan.FromDays(1)), ("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1))];

    /// <summary>Null when the text is no such length, is zero, or is longer than <see cref="Longest"/>.</summary>
    public static TimeSpan? Read(string text)
    {
        foreach (var (unit, length) in Units)
        {
            if (!text.EndsWith(unit, StringComparison.Ordinal)) continue;
            if (!int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var amount)) return null;
            if (amount == 0 || amount > Longest / length) return null;
            return amount * length;
        }

        return null;
    }

    /// <summary>In the largest unit that it is a whole number of, below weeks: <c>14d</c>, never <c>2w</c>.</summary>
    public static string Write(TimeSpan length)
    {
        foreach (var (unit, one) in Units[1..])
        {
            if (length.Ticks % one.Ticks == 0) return string.Create(CultureInfo.InvariantCulture, $"{length.Ticks / one.Ticks}{unit}");
        }

        return string.Create(CultureInfo.InvariantCulture, $"{(long)length.TotalMilliseconds}ms");
    }
}
