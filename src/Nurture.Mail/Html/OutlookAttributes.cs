using AngleSharp.Dom;

namespace Nurture.Mail.Html;

/// <summary>The attributes of tables, cells and images that say what their styles say: Outlook on Windows follows them where it does not follow styles.</summary>
internal static class OutlookAttributes
{
    private static readonly HashSet<string> NoColors = new(["transparent", "none", "inherit", "initial", "unset", "revert", "currentcolor"], StringComparer.OrdinalIgnoreCase);

    /// <param name="style">What holds for the element, the last of a property wins.</param>
    /// <returns>Those that the element lacks.</returns>
    public static IEnumerable<(string Name, string Value)> Of(IElement element, IReadOnlyList<(string Name, string Value)> style)
    {
        var isCell = element.LocalName is "td" or "th";
        if (!isCell && element.LocalName is not ("table" or "img")) return [];
        var isImage = element.LocalName == "img";
        var found = new (string Name, string? Value)[]
        {
            ("width", Length(Last("width"), takesPercent: !isImage)),
            ("height", Length(Last("height"), takesPercent: false)),
            // At a table and an image, align would let the text flow around.
            ("align", isCell && Last("text-align") is "left" or "center" or "right" ? Last("text-align") : null),
            ("bgcolor", isImage ? null : Color(Last("background-color", "background"))),
        };
        return found.Where(pair => pair.Value is not null && !element.HasAttribute(pair.Name)).Select(pair => (pair.Name, pair.Value!));

        string? Last(string name, string? orName = null) => style.LastOrDefault(d => d.Name == name || d.Name == orName).Value;
    }

    private static string? Length(string? value, bool takesPercent) =>
        value is null ? null
        : value.EndsWith("px", StringComparison.OrdinalIgnoreCase) && IsWhole(value[..^2]) ? value[..^2]
        : takesPercent && value.EndsWith('%') && IsWhole(value[..^1]) ? value
        : null;

    private static bool IsWhole(string number) => number.Length is > 0 and < 5 && number.All(char.IsAsciiDigit);

    private static string? Color(string? value) => value switch
    {
        null => null,
        ['#', var r, var g, var b] when IsHex(value) => $"#{r}{r}{g}{g}{b}{b}",
        { Length: 7 } when IsHex(value) => value,
        _ when value.Length > 0 && value.All(char.IsAsciiLetter) && !NoColors.Contains(value) => value,
        _ => null,
    };

    private static bool IsHex(string color) => color[0] == '#' && color.AsSpan(1).IndexOfAnyExcept("0123456789abcdefABCDEF") < 0;
}
