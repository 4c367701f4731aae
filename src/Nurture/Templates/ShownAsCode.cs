namespace Nurture.Templates;

/// <summary>What a mail shows as code, or does not show: styles, scripts, comments, <c>code</c> and <c>pre</c>, and Markdown's. Each by one pass over the text, whatever stays open in it.</summary>
internal static class ShownAsCode
{
    private static readonly string[] Elements = ["style", "script", "code", "pre", "kbd", "samp"];

    /// <summary>Comments and elements with what is in them; one that is never closed is none.</summary>
    public static IEnumerable<Range> InMarkup(string text)
    {
        const string comment = "<!--";
        // What was sought once up to the end and not found is not sought again.
        var unclosed = new HashSet<string>(StringComparer.Ordinal);
        for (var at = text.IndexOf('<', StringComparison.Ordinal); at >= 0; at = at + 1 < text.Length ? text.IndexOf('<', at + 1) : -1)
        {
            var opened = string.CompareOrdinal(text, at, comment, 0, comment.Length) == 0 ? comment : Array.Find(Elements, name => Begins(text, at + 1, name));
            if (opened is null || unclosed.Contains(opened)) continue;
            if ((opened == comment ? EndOfComment(text, at) : EndOfElement(text, at, opened)) is not { } end)
            {
                unclosed.Add(opened);
                continue;
            }

            yield return at..end;
            at = end - 1;
        }
    }

    private static int? EndOfComment(string text, int at) => text.IndexOf("-->", at + 4, StringComparison.Ordinal) is >= 0 and var end ? end + 3 : null;

    private static int? EndOfElement(string text, int at, string name)
    {
        for (var close = text.IndexOf("</", at, StringComparison.Ordinal); close >= 0; close = text.IndexOf("</", close + 2, StringComparison.Ordinal))
        {
            if (!Begins(text, close + 2, name)) continue;
            var end = close + 2 + name.Length;
            while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
            if (end < text.Length && text[end] == '>') return end + 1;
        }

        return null;
    }

    private static bool Begins(string text, int at, string name) =>
        string.Compare(text, at, name, 0, name.Length, StringComparison.OrdinalIgnoreCase) == 0 && (at + name.Length >= text.Length || !char.IsLetterOrDigit(text[at + name.Length]) && text[at + name.Length] != '_');

    /// <summary>Fenced blocks, and what stands between backticks on a line.</summary>
    public static IEnumerable<Range> InMarkdown(string text)
    {
        var lines = new List<(int Start, int End, char Mark, int Length)>();
        for (var start = 0; start <= text.Length;)
        {
            var end = text.IndexOf('\n', start) is >= 0 and var found ? found : text.Length;
            var from = start;
            while (from < end && text[from] is ' ' or '\t') from++;
            var mark = from < end && text[from] is '`' or '~' ? text[from] : '\0';
            var length = 0;
            while (mark != '\0' && from + length < end && text[from + length] == mark) length++;
            lines.Add((start, end, mark, length));
            start = end + 1;
        }

        for (var i = 0; i < lines.Count; i++)
        {
            var (start, end, mark, length) = lines[i];
            var close = length < 3 ? -1 : lines.FindIndex(i + 1, line => line.Mark == mark && line.Length >= length);
            if (close > 0)
            {
                yield return start..lines[close].End;
                i = close;
                continue;
            }

            foreach (var span in InLine(text, start, end)) yield return span;
        }
    }

    /// <summary>A run of backticks is closed by the next one of its length (CommonMark 0.31 §6.1).</summary>
    private static IEnumerable<Range> InLine(string text, int start, int end)
    {
        var runs = new List<(int At, int Length)>();
        for (var at = text.IndexOf('`', start, end - start); at >= 0;)
        {
            var length = 1;
            while (at + length < end && text[at + length] == '`') length++;
            runs.Add((at, length));
            at = text.IndexOf('`', at + length, end - at - length);
        }

        for (var i = 0; i < runs.Count; i++)
        {
            var close = runs.FindIndex(i + 1, run => run.Length == runs[i].Length);
            if (close < 0) continue;
            yield return runs[i].At..(runs[close].At + runs[close].Length);
            i = close;
        }
    }
}
