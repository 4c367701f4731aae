namespace Nurture.Mail.Html;

internal static class Links
{
    /// <summary>What a plain text shows for a link, or null for one that leads nowhere outside the mail.</summary>
    public static string? Shown(string? href)
    {
        href = href?.Trim() ?? "";
        if (href.Length == 0 || href[0] == '#' || HasScheme(href, "javascript:") || HasScheme(href, "data:") || HasScheme(href, "cid:"))
            return null;
        if (HasScheme(href, "mailto:"))
            return Uri.UnescapeDataString(href["mailto:".Length..].Split('?')[0]);
        if (HasScheme(href, "tel:"))
            return href["tel:".Length..];
        return href;
    }

    /// <summary>Whether the text is the address already.</summary>
    public static bool IsSame(string text, string url) =>
        string.Equals(Bare(text), Bare(url), StringComparison.OrdinalIgnoreCase);

    private static string Bare(string url)
    {
        var scheme = url.IndexOf("://", StringComparison.Ordinal);
        return url[(scheme < 0 ? 0 : scheme + 3)..].Trim().TrimEnd('/');
    }

    private static bool HasScheme(string href, string scheme) => href.StartsWith(scheme, StringComparison.OrdinalIgnoreCase);
}
