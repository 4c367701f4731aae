using System.Text.RegularExpressions;
using Nurture.Scenarios;
using Nurture.Templating.Syntax;

namespace Nurture.Templates;

/// <summary>What of a mail lets values be more than text: attributes without quotes, what is printed raw, and links and attributes that run code.</summary>
internal static partial class MailSafety
{
    private static readonly string[] Running = ["javascript:", "vbscript:", "data:"];

    public static void Check(MailTemplate template, List<Diagnostic> found)
    {
        var parts = CodePart.In(template.Body.Text);
        foreach (var part in parts)
        {
            var code = template.Body.Text.Substring(part.Span.Start, part.Span.Length);
            if (!Raw().IsMatch(code) || Foreign().Match(code) is not { Success: true } read) continue;
            found.Add(new(DiagnosticCodes.RawValue, Severity.Warning, template.File, template.PlaceOf(template.Body, part.Span).At,
                $"what {read.Value} says is printed raw, so whoever sets it writes markup into this mail.", "Take raw away; or print raw only what you have written yourself."));
        }

        CheckAttributes(template, parts, found);
    }

    private static void CheckAttributes(MailTemplate template, IReadOnlyList<CodePart> parts, List<Diagnostic> found)
    {
        var text = template.Body.Text;
        var markup = text.ToCharArray();
        foreach (var part in parts) markup.AsSpan(part.Span.Start, part.Span.Length).Fill('_');
        foreach (var (name, value, isQuoted) in AttributesOf(markup))
        {
            var (start, end) = (value.Start.Value, value.End.Value);
            var code = parts.FirstOrDefault(part => part.Span.Start < end && part.Span.End > start);
            if (!isQuoted && code is not null)
            {
                found.Add(new(DiagnosticCodes.UnsafeAttribute, Severity.Warning, template.File, template.PlaceOf(template.Body, code.Span).At,
                    $"{name} has no quotes, so a value with a blank in it adds attributes of its own.", $"Write {name}=\"{text[value]}\"."));
            }
            else if (name.ToLowerInvariant() is "href" or "src" && text.AsSpan(value).TrimStart() is var address && Array.Exists(Running, scheme => text.AsSpan(value).TrimStart().StartsWith(scheme, StringComparison.OrdinalIgnoreCase))
                && !(name.Equals("src", StringComparison.OrdinalIgnoreCase) && address.StartsWith("data:image/", StringComparison.OrdinalIgnoreCase)))
            {
                found.Add(new(DiagnosticCodes.UnsafeAttribute, Severity.Warning, template.File, At(template, text[value].Trim()),
                    $"{text[value].Trim()} is code, and mail programs take such links for an attack.", "Lead to a page: https://example.com/page."));
            }
            else if (Handler().IsMatch(name))
            {
                found.Add(new(DiagnosticCodes.UnsafeAttribute, Severity.Warning, template.File, At(template, name),
                    $"{name} is code, which mail programs do not run, and what a value says in it would be code too.", "Take it away; a link leads to a page that may do it."));
            }
        }
    }

    private static SourceSpan At(MailTemplate template, string written) =>
        template.Source.Text.IndexOf(written, StringComparison.Ordinal) is >= 0 and var at ? template.Source.Span(at, at + written.Length) : template.Source.LineSpan(1);

    [GeneratedRegex("^on[a-z]+$", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Handler();

    /// <summary>The attributes of the tags, in the order of the text, by one pass over it.</summary>
    private static List<(string Name, Range Value, bool IsQuoted)> AttributesOf(ReadOnlySpan<char> markup)
    {
        var found = new List<(string, Range, bool)>();
        for (var at = 0; at < markup.Length; at++)
        {
            if (markup[at] != '<' || at + 1 == markup.Length || !char.IsAsciiLetter(markup[at + 1])) continue;
            var start = at + 1;
            while (at < markup.Length && markup[at] != '>')
            {
                if (markup[at] != '=')
                {
                    if (char.IsWhiteSpace(markup[at]) || markup[at] == '/') start = at + 1;
                    at++;
                    continue;
                }

                var name = markup[start..at].ToString();
                at++;
                while (at < markup.Length && char.IsWhiteSpace(markup[at])) at++;
                var quote = at < markup.Length && markup[at] is '"' or '\'' ? markup[at++] : '\0';
                var value = at;
                while (at < markup.Length && (quote == '\0' ? !char.IsWhiteSpace(markup[at]) && markup[at] != '>' : markup[at] != quote)) at++;
                if (name.Length > 0) found.Add((name, value..at, quote != '\0'));
                if (quote != '\0') at++;
                start = at;
            }
        }

        return found;
    }

    [GeneratedRegex(@"\|\s*(?:html\.)?raw\b|\b(?:html\.)?raw[\s(]", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Raw();

    [GeneratedRegex(@"(?<![\w.])(?:contact|account|trigger|heard|row|response|reply|session)\.\w+")]
    private static partial Regex Foreign();
}
