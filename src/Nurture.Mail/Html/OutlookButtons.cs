using System.Globalization;

namespace Nurture.Mail.Html;

/// <summary>
/// The padding of links that look like buttons, for Outlook on Windows: it knows none at a link, so blanks as wide stand at both sides
/// of the label there, one of them as high, in comments that no other reader looks into.
/// </summary>
internal static class OutlookButtons
{
    private const string Opening = "<!--[if mso]>";
    private const string Closing = "<![endif]-->";

    // Word measures its own properties in points, of which there are three to four pixels.
    private const double PointsOfPixel = 0.75;

    /// <param name="style">What holds for the link, the last of a property wins.</param>
    /// <param name="behindTag">Behind its start tag.</param>
    public static IEnumerable<(int At, string Text)> Of(string markup, int behindTag, IReadOnlyList<(string Name, string Value)> style)
    {
        if (!style.Any(d => d.Name is "background" or "background-color") || PaddingOf(style) is not { Left: > 0 } padding) yield break;
        var end = markup.IndexOf("</a", behindTag, StringComparison.OrdinalIgnoreCase);
        if (end < 0 || markup.AsSpan(behindTag).StartsWith(Opening)) yield break;
        var (raise, height) = (Points(padding.Bottom), Points(padding.Top + padding.Bottom));
        yield return (behindTag, $"{Opening}<i style=\"letter-spacing:{padding.Left}px;mso-font-width:-100%;mso-text-raise:{height}pt\">&nbsp;</i><span style=\"mso-text-raise:{raise}pt\">{Closing}");
        yield return (end, $"{Opening}</span><i style=\"letter-spacing:{padding.Right}px;mso-font-width:-100%\">&nbsp;</i>{Closing}");
    }

    private static string Points(int pixels) => (pixels * PointsOfPixel).ToString(CultureInfo.InvariantCulture);

    /// <summary>Null where a side is not said in whole pixels.</summary>
    private static (int Top, int Right, int Bottom, int Left)? PaddingOf(IReadOnlyList<(string Name, string Value)> style)
    {
        var sides = new int?[] { 0, 0, 0, 0 };
        foreach (var (name, value) in style)
        {
            var lengths = value.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Pixels).ToArray();
            if (name == "padding")
            {
                sides = lengths switch
                {
                    [var all] => [all, all, all, all],
                    [var ends, var flanks] => [ends, flanks, ends, flanks],
                    [var top, var flanks, var bottom] => [top, flanks, bottom, flanks],
                    [var top, var right, var bottom, var left] => [top, right, bottom, left],
                    _ => [null, null, null, null],
                };
            }
            else if (name switch { "padding-top" => 0, "padding-right" => 1, "padding-bottom" => 2, "padding-left" => 3, _ => -1 } is >= 0 and var side)
            {
                sides[side] = lengths is [var length] ? length : null;
            }
        }

        return sides is [{ } a, { } b, { } c, { } d] ? (a, b, c, d) : null;
    }

    private static int? Pixels(string length) =>
        length == "0" ? 0
        : length.EndsWith("px", StringComparison.OrdinalIgnoreCase) && int.TryParse(length.AsSpan(0, length.Length - 2), NumberStyles.None, CultureInfo.InvariantCulture, out var pixels) && pixels < 1000 ? pixels
        : null;
}
