using Nurture.Templating;

namespace Nurture.Templates;

/// <summary>
/// Who writes, from where, and how to stop it: 特定電子メール法 4条 and CAN-SPAM want them in the mail itself. Layouts show
/// them; this is for those that do not.
/// </summary>
internal static class Footer
{
    private const string Style = "margin:24px auto 0;max-width:600px;padding:16px 24px;color:#5f6368;font-size:12px;line-height:1.6";

    private static readonly Dictionary<string, string> Unsubscribe = new(StringComparer.Ordinal)
    {
        ["en"] = "Unsubscribe",
        ["ja"] = "配信停止のお手続き",
    };

    private static readonly Dictionary<(string, bool, bool), Template> Blocks = Unsubscribe.Keys
        .SelectMany(language => new[] { (language, true, true), (language, true, false), (language, false, true) })
        .ToDictionary(key => key, key => Template.Parse(Block(key.language, key.Item2, key.Item3), "footer", TemplateOptions.Html));

    private static readonly Dictionary<(string, bool, bool), Template> TextBlocks = Unsubscribe.Keys
        .SelectMany(language => new[] { (language, true, true), (language, true, false), (language, false, true) })
        .ToDictionary(key => key, key => Template.Parse(TextBlock(key.language, key.Item2, key.Item3), "footer", TemplateOptions.Text));

    /// <summary>
    /// What a rendered mail lacks of the sender's organization and postal address, and of the address to unsubscribe, where it has
    /// one: what is written in it decides, since code that names them need not print them. Comments show nothing.
    /// </summary>
    public static (bool Sender, bool Unsubscribe) MissingIn(string mail, TemplateObject inputs, bool isHtml)
    {
        var sender = inputs["sender"].TryGetObject(out var known) ? known : [];
        return (!(Shows(sender["organization"]) && Shows(sender["postal_address"])), !Shows(inputs["unsubscribe_url"]));

        bool Shows(TemplateValue value) =>
            value.IsNull || value.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).All(line => IsShown(mail, isHtml ? Escaped(line) : line, isHtml));
    }

    private static bool IsShown(string mail, string text, bool isHtml)
    {
        for (var at = mail.IndexOf(text, StringComparison.Ordinal); at >= 0; at = mail.IndexOf(text, at + text.Length, StringComparison.Ordinal))
        {
            if (!isHtml || mail.LastIndexOf("<!--", at, StringComparison.Ordinal) <= mail.LastIndexOf("-->", at, StringComparison.Ordinal)) return true;
        }

        return false;
    }

    /// <summary>As templates print it.</summary>
    private static string Escaped(string text) => text.AsSpan().IndexOfAny("&<>\"'") < 0 ? text
        : text.Replace("&", "&amp;", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal).Replace(">", "&gt;", StringComparison.Ordinal)
            .Replace("\"", "&quot;", StringComparison.Ordinal).Replace("'", "&#39;", StringComparison.Ordinal);

    public static Template For(string locale, bool withSender, bool withUnsubscribe) => Blocks[(LanguageOf(locale), withSender, withUnsubscribe)];

    /// <summary>As <see cref="For"/>, for the text part.</summary>
    public static Template TextFor(string locale, bool withSender, bool withUnsubscribe) => TextBlocks[(LanguageOf(locale), withSender, withUnsubscribe)];

    private static string LanguageOf(string locale) => Unsubscribe.ContainsKey(Locales.Language(locale)) ? Locales.Language(locale) : "en";

    // The line before it is how readers of plain text know what is no more of the letter (RFC 3676 §4.3).
    private static string TextBlock(string language, bool withSender, bool withUnsubscribe) =>
        "\n-- \n"
        + (withSender ? "{{ sender.organization }}\n{{ sender.postal_address }}\n" : "")
        + (withUnsubscribe ? $"{{{{ if unsubscribe_url }}}}{Unsubscribe[language]}: {{{{ unsubscribe_url }}}}\n{{{{ end }}}}" : "");

    private static string Block(string language, bool withSender, bool withUnsubscribe) =>
        $"<div style=\"{Style}\">"
        + (withSender ? "<p style=\"margin:0\">{{ sender.organization }}<br>{{ sender.postal_address }}</p>" : "")
        + (withUnsubscribe ? $"{{{{ if unsubscribe_url }}}}<p style=\"margin:8px 0 0\"><a href=\"{{{{ unsubscribe_url }}}}\" style=\"color:#5f6368\">{Unsubscribe[language]}</a></p>{{{{ end }}}}" : "")
        + "</div>";
}
