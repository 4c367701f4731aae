using System.Globalization;

namespace Nurture.Cli;

/// <summary>Exact lengths as scenarios write them: <c>30m</c>, <c>12h</c>, <c>3d</c>, <c>2w</c>.</summary>
internal static class Lengths
{
    public static bool TryRead(string written, out TimeSpan length)
    {
        length = default;
        if (written.Length < 2 || !int.TryParse(written.AsSpan(0, written.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > 36500) return false;
        TimeSpan? unit = written[^1] switch
        {
            'm' => TimeSpan.FromMinutes(1),
            'h' => TimeSpan.FromHours(1),
            'd' => TimeSpan.FromDays(1),
            'w' => TimeSpan.FromDays(7),
            _ => null,
        };
        length = number * (unit ?? default);
        return unit is not null;
    }
}
