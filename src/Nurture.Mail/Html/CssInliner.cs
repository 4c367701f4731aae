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
/// is made important where it has to win over the element's own.
/// </summary>
/// <remarks>Nothing is printed anew: comments for Outlook, odd markup and the author's own lines stay as they are. Done again, it changes nothing.</remarks>
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
        var staying = new List<Staying>();
        var mixed = new List<Mixed>();
        foreach (var style in document.QuerySelectorAll("style"))
        {
            if (SheetOf(style, markup) is not { } place) continue;
            var (text, sheetMarkup) = (page[place], markup[place]);
            var (sheet, start) = (StyleSheet.Read(sheetMarkup), place.Start.Value);
            var isForSome = style.HasAttribute("media");
            insertions.AddRange(Important(isForSome ? [.. sheet.Conditional, .. sheet.Rules.SelectMany(rule => rule.Declarations)] : sheet.Conditional, start));
            if (isForSome) continue;
            var isRead = HasCodeInValuesOnly(text, sheetMarkup, sheet);
            foreach (var rule in sheet.Rules)
            {
                if (isRead) AddRules(rules, rule, text, sheetMarkup);
                if (!isRead || rule.Selectors.All(States.Has)) staying.Add(new(rule, start, rules.Count));
                else if (rule.Selectors.Where(States.Has).ToList() is { Count: > 0 } states) mixed.Add(new(rule with { Selectors = states }, start, rules.Count, text, sheet.Rules));
            }
        }

        if (rules.Count == 0) return [];
        rules.Sort((a, b) => a.Specificity.CompareTo(b.Specificity) is var order and not 0 ? order : a.Order.CompareTo(b.Order));
        var elements = document.Body!.QuerySelectorAll("*").Prepend(document.Body).ToList();
        foreach (var (rule, start, order) in staying)
            insertions.AddRange(Important(rule.Declarations.Where(d => Wins(rule, d.Name, order, rules, elements)), start));
        foreach (var each in mixed)
        {
            if (Apart(each, rules, elements) is { } rule) insertions.Add((each.SheetStart + each.Rule.End, rule));
        }

        foreach (var element in elements)
        {
            if (element.SourceReference is not { Position.Index: >= 0 } source) continue;
            insertions.AddRange(Insertions(element, source.Position.Index, page, markup, StyleOf(element, rules)));
        }

        return [.. insertions.OrderBy(insertion => insertion.At)];
    }

    private sealed record Ranked(ISelector Selector, Priority Specificity, int Order, IReadOnlyList<Declared> Declarations);

    /// <param name="Rule">Of a sheet, and not written to elements.</param>
    /// <param name="Order">How many of those that are written stand before it.</param>
    private sealed record Staying(StyleRule Rule, int SheetStart, int Order);

    /// <summary>The states of a rule whose other selectors are written to elements.</summary>
    /// <param name="Order">How many of those that are written stand before its end.</param>
    private sealed record Mixed(StyleRule Rule, int SheetStart, int Order, string Text, IReadOnlyList<StyleRule> Sheet);

    /// <param name="Mask">The value with a neutral character for its code.</param>
    private sealed record Declared(string Name, string Value, string Mask, bool IsImportant);

    private static IEnumerable<(int At, string Text)> Important(IEnumerable<StyleDeclaration> declarations, int start) =>
        declarations.Where(d => !d.IsImportant).Select(d => (start + d.End, " !important"));

    /// <summary>Whether what stays in a sheet would win in it, at each element that it may ever select: what an element says itself, and rules of a higher rank, go before it.</summary>
    private static bool Wins(StyleRule rule, string name, int order, List<Ranked> rules, List<IElement> elements)
    {
        var parser = new CssSelectorParser();
        foreach (var selector in rule.Selectors)
        {
            if (parser.ParseSelector(States.Without(selector)) is not { } anyState) continue;
            var rank = parser.ParseSelector(selector)?.Specificity ?? anyState.Specificity;
            var higher = rules.Where(r => (r.Specificity.CompareTo(rank) is var compared && compared > 0 || compared == 0 && r.Order >= order) && r.Declarations.Any(d => d.Name == name)).ToList();
            if (elements.Exists(e => anyState.Match(e, null) && (Own(e).Any(d => d.Name == name && !rules.Exists(r => IsFrom(r, e, d))) || higher.Exists(r => r.Selector.Match(e, null))))) return false;
        }

        return true;
    }

    /// <summary>
    /// The states of a mixed rule as a rule of their own that wins over what now stands at the elements; null where nothing there says
    /// otherwise, or where the sheet has it already. The rule itself cannot be important: it selects elements too.
    /// </summary>
    private static string? Apart(Mixed mixed, List<Ranked> rules, List<IElement> elements)
    {
        var (rule, _, order, text, sheet) = mixed;
        var parser = new CssSelectorParser();
        var concerned = rule.Selectors.Select(selector => parser.ParseSelector(States.Without(selector))).OfType<ISelector>()
            .SelectMany(selector => elements.Where(element => selector.Match(element, null))).Distinct().Select(element => StyleOf(element, rules)).ToList();
        var needed = rule.Declarations.Where(d => !d.IsImportant && Wins(rule, d.Name, order, rules, elements)
            && concerned.Exists(style => style.Exists(set => set.Name == d.Name && set.Value != text[d.Value]))).ToList();
        if (needed.Count == 0) return null;
        var written = string.Join("; ", needed.Select(d => $"{d.Name}: {text[d.Value]} !important"));
        return sheet.Any(known => known.Selectors.SequenceEqual(rule.Selectors) && needed.TrueForAll(d => known.Declarations.Any(k => k.IsImportant && k.Name == d.Name && text[k.Value] == text[d.Value])))
            ? null
            : $" {string.Join(", ", rule.Selectors)} {{ {written} }}";
    }

    private static IReadOnlyList<Declared> Own(IElement element) => Read(element.GetAttribute("style") ?? "");

    private static List<Declared> Read(string style) => [.. StyleSheet.ReadAttribute(style).Select(d => new Declared(d.Name, style[d.Value], style[d.Value], d.IsImportant))];

    /// <summary>Whether an element's own is what was written there before.</summary>
    private static bool IsFrom(Ranked rule, IElement element, Declared own) => rule.Declarations.Any(d => d.Name == own.Name && d.Mask == own.Mask) && rule.Selector.Match(element, null);

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

    private static void AddRules(List<Ranked> rules, StyleRule rule, string text, string markup)
    {
        var parser = new CssSelectorParser();
        var declarations = rule.Declarations.Select(d => new Declared(d.Name, text[d.Value], markup[d.Value], d.IsImportant)).ToList();
        foreach (var selector in rule.Selectors.Where(selector => !States.Has(selector)))
        {
            if (parser.ParseSelector(selector) is { } parsed) rules.Add(new(parsed, parsed.Specificity, rules.Count, declarations));
        }
    }

    /// <summary>What holds for an element, each property once, in the order in which they have to stand.</summary>
    private static List<Declared> StyleOf(IElement element, List<Ranked> rules)
    {
        var style = new List<Declared>();
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

    /// <summary>Into the element's own <c>style</c>, in front of what it says, or as a new one; not where its own has no quotes. And the attributes of which Outlook knows more.</summary>
    private static IEnumerable<(int At, string Text)> Insertions(IElement element, int tag, string page, string markup, List<Declared> style)
    {
        if (tag >= markup.Length || markup[tag] != '<') yield break;
        var name = tag + 1;
        while (name < markup.Length && (char.IsAsciiLetterOrDigit(markup[name]) || markup[name] is '-' or ':')) name++;
        if (name == tag + 1) yield break;

        var set = Own(element);
        var left = style.Where(d => !set.Any(s => s.Name == d.Name && (s.IsImportant || !d.IsImportant))).ToList();
        var known = left.Where(d => d.Mask == d.Value).Concat(set).OrderBy(d => d.IsImportant).Select(d => (d.Name, d.Value)).ToList();
        foreach (var (attribute, value) in OutlookAttributes.Of(element, known))
            yield return (name, $" {attribute}=\"{value}\"");
        if (element.LocalName == "a")
        {
            foreach (var button in OutlookButtons.Of(markup, EndOfTag(markup, name), known)) yield return button;
        }

        if (left.Count == 0) yield break;
        if (OwnStyle(markup, name) is not { } own) yield return (name, $" style=\"{Written(left, '"')}\"");
        else if (own.Quote is '"' or '\'') yield return (own.Value.Start.Value, Written(left, own.Quote) + (page[own.Value].AsSpan().Trim().IsEmpty ? "" : ";"));
    }

    /// <summary>Behind the tag's <c>></c>.</summary>
    private static int EndOfTag(string markup, int at)
    {
        var quote = '\0';
        while (at < markup.Length && (quote != '\0' || markup[at] != '>'))
        {
            if (quote == '\0' ? markup[at] is '"' or '\'' : markup[at] == quote) quote = quote == '\0' ? markup[at] : '\0';
            at++;
        }

        return Math.Min(at + 1, markup.Length);
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

    private static string Written(IEnumerable<Declared> style, char quote) =>
        string.Join(';', style.Select(d => $"{d.Name}:{Quoted(d, quote)}{(d.IsImportant ? " !important" : "")}"));

    /// <summary>For within an attribute; code stays code.</summary>
    private static string Quoted(Declared declared, char quote)
    {
        var written = new StringBuilder();
        for (var i = 0; i < declared.Value.Length; i++)
        {
            var c = declared.Value[i];
            if (declared.Mask[i] != c || c != quote && c != '&') written.Append(c);
            else written.Append(c switch { '"' => "&quot;", '\'' => "&#39;", _ => "&amp;" });
        }

        return written.ToString();
    }
}
