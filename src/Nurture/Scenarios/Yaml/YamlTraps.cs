using System.Text;

namespace Nurture.Scenarios.Yaml;

/// <summary>
/// What YAML does to an expression written without quotes (SEMANTICS.md 1): it cuts it at a comma, drops what follows a
/// <c>#</c>, takes a leading <c>!</c> for a tag and a leading quote for the whole value. The reader finds where the author
/// meant the value to end, says so, and reads on as if it had been quoted.
/// </summary>
internal static class YamlTraps
{
    private const string Special = ",\"'#{}[]!&*:%@`|>-?";
    private const char FirstMask = '\uF7A0';

    /// <summary>Characters YAML gives a meaning to are replaced one by one, so that positions stay.</summary>
    public static void Mask(StringBuilder text, int start, int end)
    {
        for (var i = start; i < end; i++)
        {
            var special = Special.IndexOf(text[i]);
            if (special >= 0) text[i] = (char)(FirstMask + special);
        }
    }

    public static string Unmask(string value) => value.AsSpan().IndexOfAnyInRange(FirstMask, (char)(FirstMask + Special.Length - 1)) < 0
        ? value
        : string.Create(value.Length, value, (to, from) =>
        {
            for (var i = 0; i < from.Length; i++)
                to[i] = from[i] >= FirstMask && from[i] < FirstMask + Special.Length ? Special[from[i] - FirstMask] : from[i];
        });

    /// <summary>Whether a bracket or a double quote is opened and not closed.</summary>
    public static bool IsCut(string value)
    {
        var depth = 0;
        var quote = '\0';
        for (var i = 0; i < value.Length; i++)
        {
            var c = value[i];
            if (quote != '\0')
            {
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
            }
            else if (c is '"') quote = c;
            else if (c == '\'' && value.IndexOf('\'', i + 1) is var close and > 0) i = close;
            else if (c is '(' or '[') depth++;
            else if (c is ')' or ']') depth--;
        }

        return depth > 0 || quote != '\0';
    }

    /// <summary>
    /// Where the expression that begins at <paramref name="start"/> ends as its author meant it: before the comma, brace or
    /// bracket that belongs to the enclosing flow collection, or at the end of the line; null where its own brackets or
    /// quotes do not close.
    /// </summary>
    public static int? EndOf(string text, int start, bool inFlow)
    {
        var open = new Stack<char>();
        var quote = '\0';
        var i = start;
        for (; i < text.Length; i++)
        {
            var c = text[i];
            if (quote != '\0')
            {
                if (c == '\n') return null;
                if (c == '\\') i++;
                else if (c == quote) quote = '\0';
                continue;
            }

            if (c is '"' or '\'') quote = c;
            else if (c is '(' or '[' or '{') open.Push(c is '(' ? ')' : c is '[' ? ']' : '}');
            else if (c is ')' or ']' or '}')
            {
                if (open.Count == 0 && inFlow) break;
                if (open.Count == 0 || open.Pop() != c) return null;
            }
            else if (c == '\n' && (open.Count == 0 || !inFlow)) break;
            else if (c == ',' && inFlow && open.Count == 0) break;
            else if (c == '#' && i > start && text[i - 1] is ' ' or '\t') break;
        }

        if (open.Count > 0 || quote != '\0') return null;
        while (i > start && char.IsWhiteSpace(text[i - 1])) i--;
        return i;
    }

    /// <summary>The value as it has to be written.</summary>
    public static string Quoted(string value) => $"'{value.Replace("'", "''")}'";
}
