using Nurture.Templating.Syntax;

namespace Nurture.Scenarios.Yaml;

/// <summary>A file's text, where its lines begin, and the mistakes found in it so far.</summary>
internal sealed class YamlSource
{
    private readonly int[] lineStarts;

    public YamlSource(string text, string file)
    {
        // YamlDotNet counts a line break of two characters as one; columns and lines stay what an editor shows.
        Text = text.Replace("\r\n", "\n").TrimStart('\uFEFF');
        File = file;
        lineStarts = [0, .. Text.Index().Where(c => c.Item == '\n').Select(c => c.Index + 1)];
    }

    public string Text { get; }

    public string File { get; }

    public List<Diagnostic> Diagnostics { get; } = [];

    public bool HasErrors => Diagnostics.Exists(d => d.Severity == Severity.Error);

    public SourceSpan Span(int start, int end)
    {
        start = Math.Clamp(start, 0, Text.Length);
        var found = Array.BinarySearch(lineStarts, start);
        var line = found >= 0 ? found : ~found - 1;
        return new(start, Math.Max(0, Math.Min(end, Text.Length) - start), line + 1, start - lineStarts[line] + 1);
    }

    /// <summary>A place by line and column, both from 1.</summary>
    public SourceSpan At(int line, int column)
    {
        var at = lineStarts[Math.Clamp(line - 1, 0, lineStarts.Length - 1)] + Math.Max(0, column - 1);
        return Span(at, at);
    }

    public SourceSpan LineSpan(int line)
    {
        var start = lineStarts[Math.Clamp(line - 1, 0, lineStarts.Length - 1)];
        while (start < Text.Length && Text[start] is ' ' or '\t') start++;
        return Span(start, LineEnd(start));
    }

    public int LineEnd(int from)
    {
        var end = Text.IndexOf('\n', Math.Min(from, Text.Length));
        return end < 0 ? Text.Length : end;
    }

    public void Error(string code, SourceSpan span, Wording message, Wording? hint = null) =>
        Diagnostics.Add(new(code, Severity.Error, File, span, message.AsSentence(), hint));

    public void Warning(string code, SourceSpan span, Wording message, Wording? hint = null) =>
        Diagnostics.Add(new(code, Severity.Warning, File, span, message.AsSentence(), hint));

    /// <summary>In the order of the text, each said once.</summary>
    public IReadOnlyList<Diagnostic> Sorted() =>
        [.. Diagnostics.Distinct().OrderBy(d => d.Span.Line).ThenBy(d => d.Span.Column).ThenBy(d => d.Code, StringComparer.Ordinal)];
}
