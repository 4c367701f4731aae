using AngleSharp.Dom;

namespace Nurture.Mail.Html;

/// <summary>How a reader of the HTML sees an element: whether at all, by the ways that mails hide things (attributes, inline styles, the class <c>preheader</c>), and whether by itself.</summary>
internal static class Visibility
{
    public static bool IsHidden(IElement element) =>
        element.LocalName is "style" or "script" or "head" or "title" or "template" or "svg" or "math" or "iframe" or "object" or "map"
        || element.HasAttribute("hidden")
        || element.GetAttribute("aria-hidden") == "true"
        || element.ClassList.Contains("preheader")
        || IsHiddenByStyle(element.GetAttribute("style"));

    /// <summary>Whether it stands apart from the words around it, as a button does.</summary>
    public static bool IsBox(IElement element) => Says(element.GetAttribute("style"), static (property, value) => Is(property, "display") && (Is(value, "inline-block") || Is(value, "block")));

    private static bool IsHiddenByStyle(string? style) => Says(style, Hides);

    private delegate bool Asked(ReadOnlySpan<char> property, ReadOnlySpan<char> value);

    private static bool Says(string? style, Asked asked)
    {
        if (style is null)
            return false;
        foreach (var range in style.AsSpan().Split(';'))
        {
            var declaration = style.AsSpan(range);
            var colon = declaration.IndexOf(':');
            if (colon >= 0 && asked(declaration[..colon].Trim(), Value(declaration[(colon + 1)..])))
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
