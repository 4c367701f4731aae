namespace Nurture.Scenarios.Yaml;

/// <summary>Changes of a text by its lines: everything around them, comments too, stays as its author wrote it.</summary>
internal static class YamlLines
{
    /// <summary>The end of the last line that belongs to the key: lines below it that are indented more, without blank ones and comments behind them.</summary>
    public static int EndOfEntry(string text, int key, int indent)
    {
        var end = EndOfLine(text, key);
        var (at, last) = (end + 1, end);
        while (at < text.Length)
        {
            var lineEnd = EndOfLine(text, at);
            var line = text.AsSpan(at, lineEnd - at);
            var content = line.TrimStart(' ');
            if (content.Length > 0 && line.Length - content.Length <= indent) break;
            if (content.Length > 0) last = lineEnd;
            at = lineEnd + 1;
        }

        return last;
    }

    /// <summary>Where a value ends; the place of one in braces ends before its brace.</summary>
    public static int EndOf(string text, YamlNode node)
    {
        var end = node.Span.Start + node.Span.Length;
        if (node is not YamlNode.Mapping { IsFlow: true }) return end;
        while (end < text.Length && char.IsWhiteSpace(text[end])) end++;
        return end < text.Length && text[end] == '}' ? end + 1 : end;
    }

    /// <summary>As its author wrote it.</summary>
    public static string Slice(string text, YamlNode node) => text[node.Span.Start..EndOf(text, node)];

    public static int EndOfLine(string text, int from)
    {
        var end = from >= text.Length ? -1 : text.IndexOf('\n', from);
        return end < 0 ? text.Length : end;
    }

    public static int StartOfLine(string text, int at) => text.LastIndexOf('\n', Math.Max(0, at - 1)) + 1;

    /// <summary>Whole lines, put behind the line that ends there.</summary>
    public static string Inserted(string text, int end, string lines)
    {
        if (lines.Length == 0) return text;
        var head = text[..Math.Min(end, text.Length)];
        return $"{head}{(head.Length == 0 || head.EndsWith('\n') ? "" : "\n")}{lines}{text[Math.Min(end + 1, text.Length)..]}";
    }

    /// <summary>Whole lines in place of those from a line's start to the end of another one.</summary>
    public static string Replaced(string text, int start, int end, string lines) => text[..start] + lines + text[Math.Min(end + 1, text.Length)..];
}
