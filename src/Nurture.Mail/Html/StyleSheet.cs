namespace Nurture.Mail.Html;

/// <param name="Value">Where the value stands in the sheet's text, without <c>!important</c>.</param>
/// <param name="End">Behind the whole declaration, before its <c>;</c> or <c>}</c>.</param>
internal sealed record StyleDeclaration(string Name, Range Value, bool IsImportant, int End);

/// <param name="Selectors">One by one, as written.</param>
/// <param name="End">Behind its <c>}</c>.</param>
internal sealed record StyleRule(IReadOnlyList<string> Selectors, IReadOnlyList<StyleDeclaration> Declarations, int End);

/// <summary>
/// The rules of a style sheet with their places in its text: those that hold always, and those inside <c>@media</c> and the
/// like (CSS Syntax Module Level 3, as far as mails use it). What cannot be read is left out.
/// </summary>
internal sealed class StyleSheet
{
    private readonly string text;
    private readonly List<StyleRule> rules = [];
    private readonly List<StyleDeclaration> conditional = [];
    private int at;

    private StyleSheet(string text) => this.text = text;

    public IReadOnlyList<StyleRule> Rules => rules;

    /// <summary>Declarations that hold at some readers only.</summary>
    public IReadOnlyList<StyleDeclaration> Conditional => conditional;

    public static StyleSheet Read(string text)
    {
        var sheet = new StyleSheet(Blanked(text));
        sheet.ReadRules(isConditional: false);
        return sheet;
    }

    /// <summary>The properties that a <c>style</c> attribute sets.</summary>
    public static IReadOnlyList<StyleDeclaration> ReadAttribute(string text)
    {
        var sheet = new StyleSheet(Blanked(text));
        return sheet.ReadDeclarations();
    }

    /// <summary>Comments, and the marks that hide a sheet from very old readers, become blanks.</summary>
    private static string Blanked(string text)
    {
        var blanked = text.ToCharArray();
        for (var start = text.IndexOf("/*", StringComparison.Ordinal); start >= 0;)
        {
            var end = text.IndexOf("*/", start + 2, StringComparison.Ordinal);
            end = end < 0 ? text.Length : end + 2;
            Array.Fill(blanked, ' ', start, end - start);
            start = text.IndexOf("/*", end, StringComparison.Ordinal);
        }

        return new string(blanked).Replace("<!--", "    ", StringComparison.Ordinal).Replace("-->", "   ", StringComparison.Ordinal);
    }

    private void ReadRules(bool isConditional)
    {
        while (SkipBlanks() && text[at] != '}')
        {
            if (text[at] == '@')
            {
                ReadAtRule();
                continue;
            }

            var start = at;
            if (!SkipTo('{')) return;
            var selectors = text[start..at];
            at++;
            var declarations = ReadDeclarations();
            if (at < text.Length) at++;
            if (isConditional) conditional.AddRange(declarations);
            else rules.Add(new([.. Split(selectors)], declarations, at));
        }
    }

    private void ReadAtRule()
    {
        var start = at;
        while (at < text.Length && text[at] is not ('{' or ';')) Step();
        if (at >= text.Length) return;
        var holdsRules = text[at] == '{' && (text.AsSpan(start).StartsWith("@media", StringComparison.OrdinalIgnoreCase) || text.AsSpan(start).StartsWith("@supports", StringComparison.OrdinalIgnoreCase));
        if (text[at++] == ';') return;
        if (holdsRules)
        {
            ReadRules(isConditional: true);
            if (at < text.Length) at++;
            return;
        }

        for (var depth = 1; at < text.Length && depth > 0; Step())
            depth += text[at] switch { '{' => 1, '}' => -1, _ => 0 };
    }

    private List<StyleDeclaration> ReadDeclarations()
    {
        var found = new List<StyleDeclaration>();
        while (SkipBlanks() && text[at] != '}')
        {
            if (text[at] == ';')
            {
                at++;
                continue;
            }

            var start = at;
            while (at < text.Length && text[at] is not (':' or ';' or '}')) at++;
            if (at >= text.Length || text[at] != ':') continue;
            var name = text[start..at].Trim().ToLowerInvariant();
            var valueStart = ++at;
            for (var depth = 0; at < text.Length && (depth > 0 || text[at] is not (';' or '}')); Step())
                depth += text[at] switch { '(' => 1, ')' => -1, _ => 0 };
            var (from, to) = Trimmed(valueStart, at);
            var end = to;
            var isImportant = text.AsSpan(from, to - from).EndsWith("!important", StringComparison.OrdinalIgnoreCase);
            if (isImportant) (from, to) = Trimmed(from, to - "!important".Length);
            if (name.Length > 0 && to > from && AreQuotesClosed(from, to)) found.Add(new(name, from..to, isImportant, end));
        }

        return found;
    }

    private bool AreQuotesClosed(int from, int to)
    {
        var open = '\0';
        foreach (var c in text.AsSpan(from, to - from))
        {
            if (open == '\0' && c is ('"' or '\'')) open = c;
            else if (c == open) open = '\0';
        }

        return open == '\0';
    }

    private (int From, int To) Trimmed(int from, int to)
    {
        while (from < to && char.IsWhiteSpace(text[from])) from++;
        while (to > from && char.IsWhiteSpace(text[to - 1])) to--;
        return (from, to);
    }

    private static IEnumerable<string> Split(string selectors)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i <= selectors.Length; i++)
        {
            if (i == selectors.Length || selectors[i] == ',' && depth == 0)
            {
                if (selectors[start..i].Trim() is { Length: > 0 } one) yield return one;
                start = i + 1;
                continue;
            }

            depth += selectors[i] switch { '(' or '[' => 1, ')' or ']' => -1, _ => 0 };
        }
    }

    private bool SkipBlanks()
    {
        while (at < text.Length && char.IsWhiteSpace(text[at])) at++;
        return at < text.Length;
    }

    private bool SkipTo(char sign)
    {
        while (at < text.Length && text[at] != sign) Step();
        return at < text.Length;
    }

    /// <summary>Over one character, or over a whole quoted text.</summary>
    private void Step()
    {
        var c = text[at++];
        if (c is not ('"' or '\'')) return;
        while (at < text.Length && text[at] != c) at += text[at] == '\\' ? 2 : 1;
        at = Math.Min(at + 1, text.Length);
    }
}
