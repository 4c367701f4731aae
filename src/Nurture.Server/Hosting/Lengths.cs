using System.Globalization;

namespace Nurture.Server.Hosting;

/// <summary>Exact lengths as scenarios write them: <c>90s</c>, <c>30m</c>, <c>36h</c>, <c>3d</c>, <c>2w</c>.</summary>
public static class Lengths
{
    public static TimeSpan? Parse(string? text)
    {
        if (text is not { Length: > 1 } || !int.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return null;
        return text[^1] switch
        {
            's' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMinutes(count),
            'h' => TimeSpan.FromHours(count),
            'd' when count <= 36_500 => TimeSpan.FromDays(count),
            'w' when count <= 5_000 => TimeSpan.FromDays(7L * count),
            _ => null,
        };
    }
}
