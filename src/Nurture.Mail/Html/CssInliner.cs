using System.Text;
using AngleSharp.Css;
using AngleSharp.Css.Dom;
using AngleSharp.Css.Parser;
using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Nurture.Mail.Html;

/// <summary>
/// Writes the rules of a page's <c>style</c> elements to the elements that they select, because many mail readers drop or
/// cut style sheets. The sheets stay, for what cannot stand at an element (<c>@media</c>, <c>:hover</c>); what they say there
/// is made important, or it would no longer win over the element's own.
/// </summary>
/// <remarks>Nothing is printed anew: comments for Outlook, odd markup and the author's own lines stay as they are.</remarks>
public static class CssInliner
{
    private static readonly HtmlParserOptions Options = new() { IsKeepingSourceReferences = true };

    /// <summary>What to insert into <paramref name="page"/>, and where in characters, in the order of its text.</summary>
    /// <param name="page">The text whose values are copied.</param>
    /// <param name="markup">The same with a neutral character for all that is no markup, such as a template's code; of the same length.</param>
    public static IReadOnlyList<(int At, string Text)> Plan(string page, string markup)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(markup);
        using var document = new HtmlParser(Options).ParseDocument(markup);
        var insertions = new List<(int At, string Text)>();
        var rules = new List<Ranked>();
        foreach (var style in document.QuerySelectorAll("style"))
        {
            if (SheetOf(style, markup) is not { } place || style.HasAttribute("media")) continue;
            var (text, sheetMarkup) = (page[place], markup[place]);
            var sheet = StyleSheet.Read(sheetMarkup);
            if (!HasCodeInValuesOnly(text, sheetMarkup, sheet)) continue;
            AddRules(rules, sheet, text);
            insertions.AddRange(sheet.Conditional.Where(d => !d.IsImportant).Select(d => (place.Start.Value + d.End, " !important")));
        }

        if (rules.Count == 0) return [];
        rules.Sort((a, b) => a.Specificity.CompareTo(b.Specificity) is var order and not 0 ? order : a.Order.CompareTo(b.Order));
        foreach (var element in document.Body!.QuerySelectorAll("*").Prepend(document.Body))
        {
            if (element.SourceReference is not { Position.Index: >= 0 } source) continue;
            if (StyleOf(element, rules) is { Count: > 0 } style && Insertion(source.Position.Index, page, markup, style) is { } insertion) insertions.Add(insertion);
        }

        return [.. insertions.OrderBy(insertion => insertion.At)];
    }

    private sealed record Ranked(ISelector Selector, Priority Specificity, int Order, IReadOnlyList<(string Name, string Value, bool IsImportant)> Declarations);

    /// <summary>Where the text of a style element stands.</summary>
    private static Range? SheetOf(IElement style, string markup)
    {
        if (style.SourceReference is not { Position.Index: >= 0 } source) return null;
        var start = markup.IndexOf('>', source.Position.Index) + 1;
        var end = start == 0 ? -1 : markup.IndexOf("</style", start, StringComparison.OrdinalIgnoreCase);
        return end < 0 ? null : start..end;
    }

    /// <summary>Whether a template's code stands in values alone: a rule that an <c>if</c> surrounds does not hold for every mail.</summary>
    private static bool HasCodeInValuesOnly(string text, string markup, StyleSheet sheet)
    {
        var values = sheet.Rules.SelectMany(rule => rule.Declarations).Concat(sheet.Conditional).Select(d => d.Value).ToList();
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != markup[i] && !values.Exists(value => i >= value.Start.Value && i < value.End.Value)) return false;
        }

        return true;
    }

    private static void AddRules(List<Ranked> rules, StyleSheet sheet, string text)
    {
        var parser = new CssSelectorParser();
        foreach (var rule in sheet.Rules)
        {
            var declarations = rule.Declarations.Select(d => (d.Name, text[d.Value], d.IsImportant)).ToList();
            foreach (var selector in rule.Selectors)
            {
                // States of a reader's pointer, and parts that are no elements.
                if (selector.Contains(':') && !IsStructural(selector)) continue;
                if (parser.ParseSelector(selector) is { } parsed) rules.Add(new(parsed, parsed.Specificity, rules.Count, declarations));
            }
        }
    }

    private static bool IsStructural(string selector) =>
        selector.Split(':').Skip(1).All(pseudo => pseudo.StartsWith("first-", StringComparison.Ordinal) || pseudo.StartsWith("last-", StringComparison.Ordinal)
            || pseudo.StartsWith("nth-", StringComparison.Ordinal) || pseudo.StartsWith("only-", StringComparison.Ordinal) || pseudo.StartsWith("not(", StringComparison.Ordinal));

    /// <summary>What holds for an element, each property once, in the order in which they have to stand.</summary>
    private static List<(string Name, string Value, bool IsImportant)> StyleOf(IElement element, List<Ranked> rules)
    {
        var style = new List<(string Name, string Value, bool IsImportant)>();
        foreach (var rule in rules)
        {
            if (!rule.Selector.Match(element, null)) continue;
            foreach (var declaration in rule.Declarations)
            {
                var known = style.FindIndex(d => d.Name == declaration.Name);
                if (known >= 0 && style[known].IsImportant && !declaration.IsImportant) continue;
                if (known >= 0) style.RemoveAt(known);
                style.Add(declaration);
            }
        }

        return style;
    }

    /// <summary>Into the element's own <c>style</c>, in front of what it says, or as a new one; null where its own has no quotes.</summary>
    private static (int At, string Text)? Insertion(int tag, string page, string markup, List<(string Name, string Value, bool IsImportant)> style)
    {
        if (tag >= markup.Length || markup[tag] != '<') return null;
        var name = tag + 1;
        while (name < markup.Length && (char.IsAsciiLetterOrDigit(markup[name]) || markup[name] is '-' or ':')) name++;
        if (name == tag + 1) return null;

        if (OwnStyle(markup, name) is not { } own) return (name, $" style=\"{Written(style, '"')}\"");
        if (own.Quote is not ('"' or '\'')) return null;
        var set = StyleSheet.ReadAttribute(markup[own.Value]);
        var left = style.Where(d => d.IsImportant || !set.Any(s => s.Name == d.Name)).ToList();
        return left.Count == 0 ? null : (own.Value.Start.Value, Written(left, own.Quote) + (page[own.Value].AsSpan().Trim().IsEmpty ? "" : ";"));
    }

    private static (char Quote, Range Value)? OwnStyle(string markup, int at)
    {
        while (at < markup.Length && markup[at] != '>')
        {
            if (char.IsWhiteSpace(markup[at]) || markup[at] == '/')
            {
                at++;
                continue;
            }

            var start = at;
            while (at < markup.Length && !char.IsWhiteSpace(markup[at]) && markup[at] is not ('=' or '>' or '/')) at++;
            var name = markup.AsSpan(start, at - start);
            while (at < markup.Length && char.IsWhiteSpace(markup[at])) at++;
            if (at >= markup.Length || markup[at] != '=')
            {
                if (at == start) at++;
                continue;
            }

            at++;
            while (at < markup.Length && char.IsWhiteSpace(markup[at])) at++;
            if (at >= markup.Length) return null;
            var quote = markup[at] is '"' or '\'' ? markup[at++] : ' ';
            var value = at;
            while (at < markup.Length && (quote == ' ' ? !char.IsWhiteSpace(markup[at]) && markup[at] != '>' : markup[at] != quote)) at++;
            if (name.Equals("style", StringComparison.OrdinalIgnoreCase)) return (quote, value..Math.Min(at, markup.Length));
            if (quote != ' ') at++;
        }

        return null;
    }

    private static string Written(IEnumerable<(string Name, string Value, bool IsImportant)> style, char quote)
    {
        var other = quote == '"' ? '\'' : '"';
        return string.Join(';', style.Select(d => $"{d.Name}:{(d.Value.Contains("{{", StringComparison.Ordinal) ? d.Value : d.Value.Replace(quote, other))}{(d.IsImportant ? " !important" : "")}"));
    }
}
