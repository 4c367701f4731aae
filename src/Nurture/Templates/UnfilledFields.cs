using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>
/// What is sent as it stands and was meant to be filled in: the fields of other tools, filler, links that lead nowhere. What the
/// mail shows as code (<c>code</c>, <c>pre</c>, Markdown's), styles, comments and the template's own code are not looked at.
/// </summary>
internal static partial class UnfilledFields
{
    private const char Masked = '\uFFFD';

    private static readonly Dictionary<string, string> Known = new(StringComparer.Ordinal)
    {
        ["fname"] = "contact.first_name",
        ["firstname"] = "contact.first_name",
        ["first_name"] = "contact.first_name",
        ["given_name"] = "contact.first_name",
        ["lname"] = "contact.last_name",
        ["lastname"] = "contact.last_name",
        ["surname"] = "contact.last_name",
        ["name"] = "contact.name",
        ["full_name"] = "contact.name",
        ["user_name"] = "contact.name",
        ["username"] = "contact.name",
        ["customer_name"] = "contact.name",
        ["recipient_name"] = "contact.name",
        ["氏名"] = "contact.name",
        ["お名前"] = "contact.name",
        ["名前"] = "contact.name",
        ["担当者名"] = "contact.name",
        ["email"] = "contact.email",
        ["e_mail"] = "contact.email",
        ["email_address"] = "contact.email",
        ["company"] = "account.name",
        ["company_name"] = "account.name",
        ["your_company"] = "account.name",
        ["organization"] = "account.name",
        ["会社名"] = "account.name",
        ["貴社名"] = "account.name",
        ["社名"] = "account.name",
        ["unsubscribe"] = "unsubscribe_url",
        ["unsub"] = "unsubscribe_url",
        ["unsubscribe_link"] = "unsubscribe_url",
    };

    public static void Check(MailTemplate template, TrackingPlan plan, SendPolicy policy, List<Diagnostic> found)
    {
        Check(template.Source, template.Form, plan, policy, found);
        if (template.TextSource is { } text) Check(text, null, plan, policy, found);
    }

    /// <param name="form">Null for a text part, which is neither HTML nor Markdown.</param>
    private static void Check(YamlSource source, MailForm? form, TrackingPlan plan, SendPolicy policy, List<Diagnostic> found)
    {
        var text = WithoutCode(source.Text, form);
        foreach (Match field in Field().Matches(text))
        {
            // A list in YAML has brackets of its own.
            // In Markdown __ is strong, so there it takes a name that is known.
            if (form is MailForm.Markdown or MailForm.Blocks && field.Value.StartsWith("__", StringComparison.Ordinal) && !Known.ContainsKey(field.Groups["name"].Value.ToLowerInvariant())) continue;
            if (field.Value.Contains(Masked) || form == MailForm.Blocks && field.Value[0] == '[' && text.AsSpan(0, field.Index).TrimEnd() is [.., ':' or ',' or '[']) continue;
            Say(field, $"\"{field.Value}\" is no field here and is sent as it stands.", PathFor(field.Groups["name"].Value, plan) is { } path ? $"Write {{{{ {path} }}}}." : "A field is written {{ contact.name }}; what is none is taken out.");
        }

        foreach (Match filler in Filler().Matches(text)) Say(filler, $"\"{filler.Value}\" was left to be filled in.", "Write what belongs here, or take it out.");
        foreach (Match link in Link().Matches(text))
        {
            var address = link.Groups["address"];
            if (address.Value.Length > 1 && new Uri(address.Value).Host is var host && (policy.OwnSites.Contains(host) || policy.OwnDomains.Contains(host))) continue;
            Say(address, address.Value.Length == 0 ? "this link has no address." : $"this link leads nowhere: {address.Value}.", "Say where it leads: https://app.example.com/setup; or take the link away.");
        }

        void Say(Group at, string message, string hint) =>
            found.Add(new(DiagnosticCodes.UnfilledField, Severity.Warning, source.File, source.Span(at.Index, at.Index + Math.Max(1, at.Length)), message, hint));
    }

    /// <summary>The attribute that was meant, where one is like it.</summary>
    private static string? PathFor(string written, TrackingPlan plan)
    {
        var name = Separator().Replace(written.Trim().ToLowerInvariant(), "_");
        if (Known.TryGetValue(name, out var known)) return known;
        var last = name[(name.LastIndexOf('.') + 1)..];
        return Nearest("account", plan.AccountAttributes.Keys, name.StartsWith("company_", StringComparison.Ordinal) ? name["company_".Length..] : last)
            ?? Nearest("contact", plan.ContactAttributes.Keys, last);

        static string? Nearest(string root, IEnumerable<string> attributes, string name) => Spelling.Nearest(name, attributes) is { } nearest ? $"{root}.{nearest}" : null;
    }

    /// <summary>As long as the text, with a sign that is none in place of each character that is not looked at.</summary>
    private static string WithoutCode(string text, MailForm? form)
    {
        var bare = text.ToCharArray();
        foreach (var part in CodePart.In(text)) Array.Fill(bare, Masked, part.Span.Start, part.Span.Length);
        var left = new string(bare);
        if (form is not null)
        {
            foreach (var hidden in ShownAsCode.InMarkup(left)) Array.Fill(bare, Masked, hidden.Start.Value, hidden.End.Value - hidden.Start.Value);
            foreach (Match data in Data().Matches(left)) Array.Fill(bare, Masked, data.Index, data.Length);
        }

        if (form is MailForm.Markdown or MailForm.Blocks)
        {
            foreach (var hidden in ShownAsCode.InMarkdown(left)) Array.Fill(bare, Masked, hidden.Start.Value, hidden.End.Value - hidden.Start.Value);
        }

        // Comments of what is written in YAML: the front matter, or the whole of a mail of blocks.
        var yaml = form switch { MailForm.Blocks => text.Length, null => 0, MailForm.Html or MailForm.Markdown => FrontMatter().Match(text).Length };
        foreach (Match comment in Comment().Matches(text[..yaml])) Array.Fill(bare, Masked, comment.Index, comment.Length);
        return new(bare);
    }

    // Of Mailchimp, Mailgun, Marketing Cloud and others, of merge letters, and what people write for people: [Company name].
    [GeneratedRegex("""
        (?<![0-9%])%(?<name>[A-Za-z][A-Za-z0-9_.]{2,40})%(?![0-9A-Fa-f]{2})
        | (?<!%)%%(?:=\ ?(?:v\()?@?(?<name>[A-Za-z_][A-Za-z0-9_.]{0,40})[^%\n]{0,60}?=|(?<name>[A-Za-z_][A-Za-z0-9_\ ]{1,40}))%%(?!%)
        | (?<![A-Za-z0-9_])__(?-i:(?<name>[A-Z][A-Z0-9_]{1,40}?))__(?![A-Za-z0-9_])
        | \*\|(?<name>[A-Za-z0-9_:]{2,40})\|\*
        | \[\[\ ?(?<name>[^\[\]\n]{1,40}?)\ ?\]\]
        | (?<![{$])\$?\{\ ?\$?(?<name>[A-Za-z_][A-Za-z0-9_.]{1,40})\ ?\}(?!\})
        | <<\ ?(?<name>[A-Za-z_][A-Za-z0-9_\ ]{1,40}?)\ ?>>
        | (?<!\#)\#\#(?<name>[A-Za-z_]{2,40})\#\#(?!\#)
        | (?<![\[\]!\\])\[(?:(?:insert|enter|add|fill\ in|your)\ )?(?<name>[A-Za-z_\ -]{0,30}\b(?:name|company|e-?mail|url|link|date|address|phone|amount|number)|(?:貴|御|ご|お)?(?:社名|会社名|氏名|名前|日付|日時|担当者名?|商品名|製品名|住所|電話番号)|[^\[\]\n]{0,12}(?:を|を?ご)(?:記入|入力))\](?![\[(:])
        | (?<![\[\]!\\])\[(?<name>(?:insert|enter|fill\ in)\ [^\[\]\n]{1,40})\](?![\[(:])
        """, RegexOptions.IgnoreCase | RegexOptions.IgnorePatternWhitespace | RegexOptions.CultureInvariant)]
    private static partial Regex Field();

    [GeneratedRegex(@"\bX{4,}\b|\b[Ll]orem ipsum\b|\bTODO\b(?! (?:list|item))|\b(?:TBD|FIXME)\b|(?<![○〇◯●△])(?:○{2,3}|〇{2,3}|◯{2,3}|●{2,3}|△{2,3})(?![○〇◯●△])", RegexOptions.CultureInvariant)]
    private static partial Regex Filler();

    [GeneratedRegex("""(?:\bhref(?>\s*)=(?>\s*)(?<quote>["'])(?>\s*)(?<address>\#?|https?://(?:www\.)?example\.(?:com|org|net)/?)(?>\s*)\k<quote>|(?<!!)\[[^\[\]\n]+\]\((?<address>\#?|https?://(?:www\.)?example\.(?:com|org|net)/?)\)|\blink:\s*["']?(?<address>https?://(?:www\.)?example\.(?:com|org|net)/?)["']?\s*(?=[},\n]|\z))""", RegexOptions.IgnoreCase)]
    private static partial Regex Link();

    [GeneratedRegex(@"\bdata:[^""')\s]+", RegexOptions.IgnoreCase)]
    private static partial Regex Data();

    [GeneratedRegex(@"\A---[ \t]*\n.*?\n---[ \t]*(?:\n|\z)", RegexOptions.Singleline)]
    private static partial Regex FrontMatter();

    [GeneratedRegex(@"^[ \t]*#[^\n]*", RegexOptions.Multiline)]
    private static partial Regex Comment();

    [GeneratedRegex(@"[\s-]+")]
    private static partial Regex Separator();
}
