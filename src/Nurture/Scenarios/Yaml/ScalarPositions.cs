using Nurture.Templating.Syntax;

namespace Nurture.Scenarios.Yaml;

/// <summary>
/// Where each character of a value stands in the file: quotes, escapes, folded lines and block indentation lie between the
/// two, and a mistake in a condition is reported at its own column all the same.
/// </summary>
internal sealed class ScalarPositions
{
    private readonly YamlSource source;
    private readonly int[] at;

    public ScalarPositions(YamlSource source, YamlNode.Scalar scalar)
    {
        this.source = source;
        at = new int[scalar.Value.Length + 1];
        var text = source.Text;
        var from = scalar.Span.Start;
        var style = scalar.IsPlain || from >= text.Length ? '\0' : text[from];
        if (style is '|' or '>') from = Math.Min(source.LineEnd(from) + 1, text.Length);
        else if (style is '"' or '\'') from++;

        for (var i = 0; i < scalar.Value.Length; i++)
        {
            var c = scalar.Value[i];
            if (c is ' ' or '\n' && from < text.Length && text[from] != c)
            {
                // A folded break, with the indentation of the next line.
                while (from < text.Length && text[from] is '\n' or ' ' or '\t' && !(i + 1 < scalar.Value.Length && text[from] == scalar.Value[i + 1] && text[from] != ' ' && text[from] != '\n')) from++;
                at[i] = Math.Max(scalar.Span.Start, from - 1);
                continue;
            }

            while (from < text.Length && text[from] != c && text[from] is ' ' or '\t' or '\n') from++;
            at[i] = Math.Min(from, text.Length);
            if (style == '\'' && c == '\'') from += 2;
            else if (style == '"' && from < text.Length && text[from] == '\\') from += EscapeLength(text, from);
            else from++;
        }

        at[^1] = Math.Min(from, text.Length);
    }

    /// <summary>A stretch of the value, as a stretch of the file.</summary>
    public SourceSpan Span(int start, int length)
    {
        var first = Math.Clamp(start, 0, at.Length - 1);
        var end = Math.Clamp(start + length, first, at.Length - 1);
        return source.Span(at[first], end > first ? at[end - 1] + 1 : at[first]);
    }

    private static int EscapeLength(string text, int at) => at + 1 >= text.Length ? 1 : text[at + 1] switch
    {
        'x' => 4,
        'u' => 6,
        'U' => 10,
        _ => 2,
    };
}
