using System.Net;
using System.Text.RegularExpressions;

namespace Nurture.Templating.Builtins;

/// <summary><c>html.*</c>. In an HTML template the results that are markup are not escaped again.</summary>
internal static partial class HtmlFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("html.escape", "text", Escape),
        new("html.newline_to_br", "text", NewLineToBr),
        new("html.strip", "text", Strip),
        new("html.url_encode", "text", UrlEncode),
        new("html.url_escape", "text", UrlEscape),
    ];

    public static readonly BuiltinFunction[] MailOnly = [new("html.raw", "value", Raw)];

    [GeneratedRegex("\r?\n", RegexOptions.NonBacktracking)]
    private static partial Regex LineEnd();

    [GeneratedRegex("<script.*?</script>|<!--.*?-->|<style.*?</style>|<.*?>", RegexOptions.NonBacktracking | RegexOptions.Singleline | RegexOptions.IgnoreCase)]
    private static partial Regex Tags();

    /// <summary>Escapes what is special in HTML. HTML templates do so by themselves when they print.</summary>
    /// <example>"&lt;p&gt;a &amp; b&lt;/p&gt;" | html.escape → &amp;lt;p&amp;gt;a &amp;amp; b&amp;lt;/p&amp;gt;</example>
    public static TemplateValue Escape(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        if (call[0].AsCaptured is { IsMarkup: true })
        {
            return call[0];
        }

        var text = call.Text(0);
        call.ChargeText(text.Length);
        var escaped = WebUtility.HtmlEncode(text);
        call.ChargeText(escaped.Length);
        return Markup(call, escaped);
    }

    /// <summary>Puts a <c>&lt;br /&gt;</c> before each newline; in an HTML template the rest is escaped.</summary>
    /// <example>"a\nb" | html.newline_to_br → a&lt;br /&gt;⏎b</example>
    public static TemplateValue NewLineToBr(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        var isMarkup = call[0].AsCaptured is { IsMarkup: true };
        var text = call.Text(0);
        call.ChargeText(text.Length * 2L);
        var safe = call.Context.Template.Options.IsHtml && !isMarkup ? WebUtility.HtmlEncode(text) : text;
        call.ChargeText(safe.Length + 6L * safe.AsSpan().Count('\n'));
        return Markup(call, LineEnd().Replace(safe, "<br />$&"));
    }

    /// <summary>Removes tags, comments, scripts and styles. The result is text, not safe markup.</summary>
    /// <example>"&lt;p&gt;Hello &lt;b&gt;you&lt;/b&gt;&lt;/p&gt;" | html.strip → Hello you</example>
    public static TemplateValue Strip(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        var text = call.Text(0);
        var (context, site) = (call.Context, call.Site);
        RegexFunctions.ChargeScan(context, site, text.Length);
        return Tags().Replace(text, match =>
        {
            RegexFunctions.ChargeScan(context, site, text.Length - match.Index);
            return "";
        });
    }

    /// <summary>For a value inside a URL: escapes all but letters, digits and <c>-_.~</c>.</summary>
    /// <example>"john@example.com &amp; co" | html.url_encode → john%40example.com%20%26%20co</example>
    public static TemplateValue UrlEncode(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        var text = call.Text(0);
        call.ChargeText(text.Length * 3L);
        var encoded = Uri.EscapeDataString(text);
        call.ChargeText(encoded.Length);
        return encoded;
    }

    /// <summary>For a whole URL: escapes only what may not stand in one.</summary>
    /// <example>"http://x.example/a b?q=ä" | html.url_escape → http://x.example/a%20b?q=%C3%A4</example>
    public static TemplateValue UrlEscape(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        var text = call.Text(0);
        call.ChargeText(text.Length * 3L);
        return string.Concat(text.EnumerateRunes().Select(r => IsUrlCharacter(r.Value) ? r.ToString() : Uri.EscapeDataString(r.ToString())));
    }

    /// <summary>Marks a value as markup, so that an HTML template prints it as it stands.</summary>
    /// <example>"&lt;b&gt;" | raw → &lt;b&gt;</example>
    /// <example>html.raw "&lt;b&gt;" → &lt;b&gt;</example>
    public static TemplateValue Raw(in Call call) => call.IsNull(0) ? TemplateValue.Null : TemplateValue.Markup(call.Text(0));

    private static TemplateValue Markup(in Call call, string html) => call.Context.Template.Options.IsHtml ? TemplateValue.Markup(html) : html;

    private static bool IsUrlCharacter(int c) => c < 128 && (char.IsAsciiLetterOrDigit((char)c) || "-._~:/?#[]@!$&'()*+,;=".Contains((char)c));
}
