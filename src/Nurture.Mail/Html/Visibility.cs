using AngleSharp.Dom;

namespace Nurture.Mail.Html;

/// <summary>What a reader of the HTML does not get to see, by the ways that mails hide things: attributes, inline styles, and the class <c>preheader</c>.</summary>
internal static class Visibility
{
    public static bool IsHidden(IElement element) =>
        element.LocalName is "style" or "script" or "head" or "title" or "template" or "svg" or "math" or "iframe" or "object" or "map"
        || element.HasAttribute("hidden")
        || element.GetAttribute("aria-hidden") == "true"
        || element.ClassList.Contains("preheader")
        || IsHiddenByStyle(element.GetAttribute("style"));

    private static bool IsHiddenByStyle(string? style)
    {
        if (style is null)
            return false;
        foreach (var range in style.AsSpan().Split(';'))
        {
            var declaration = style.AsSpan(range);
            var colon = declaration.IndexOf(':');
            if (colon >= 0 && Hides(declaration[..colon].Trim(), Value(declaration[(colon + 1)..])))
                return true;
        }
        return false;
    }

    private static bool Hides(ReadOnlySpan<char> property, ReadOnlySpan<char> value) =>
        Is(property, "display") ? Is(value, "none")
        : Is(property, "visibility") ? Is(value, "hidden")
        : Is(property, "mso-hide") ? Is(value, "all")
        : (Is(property, "max-height") || Is(property, "font-size") || Is(property, "opacity")) && IsZero(value);

    private static ReadOnlySpan<char> Value(ReadOnlySpan<char> value)
    {
        var important = value.IndexOf('!');
        return (important < 0 ? value : value[..important]).Trim();
    }

    private static bool IsZero(ReadOnlySpan<char> value) =>
        value.Length > 0 && value[0] == '0' && !value.ContainsAnyInRange('1', '9');

    private static bool Is(ReadOnlySpan<char> text, string name) => text.Equals(name, StringComparison.OrdinalIgnoreCase);
}
