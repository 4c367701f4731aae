using Nurture.Templating.Syntax;

namespace Nurture.Conditions;

/// <summary>What of a condition's text has to be true all together: the parts that <c>&amp;&amp;</c> joins, each the same for whoever writes the same.</summary>
internal static class Conjuncts
{
    /// <returns>Nothing for a text that is no expression.</returns>
    public static IReadOnlySet<string> Of(string text)
    {
        var line = text.Replace('\r', ' ').Replace('\n', ' ');
        var parts = new HashSet<string>(StringComparer.Ordinal);
        if (ExpressionParser.Parse(line).Root is { } root) Add(root);
        return parts;

        void Add(Expression part)
        {
            switch (part)
            {
                case Expression.Group group: Add(group.Inner); break;
                case Expression.Binary { Operator: BinaryOperator.And } both: Add(both.Left); Add(both.Right); break;
                default: parts.Add(WithoutBlanks(line.Substring(part.Span.Start, part.Span.Length))); break;
            }
        }
    }

    private static string WithoutBlanks(string text)
    {
        var (kept, quote) = (new System.Text.StringBuilder(text.Length), '\0');
        for (var i = 0; i < text.Length; i++)
        {
            var letter = text[i];
            if (quote == '\0' && letter == ' ') continue;
            kept.Append(letter);
            if (quote != '\0' && letter == '\\' && i + 1 < text.Length) kept.Append(text[++i]);
            else if (quote == '\0' && letter is '"' or '\'') quote = letter;
            else if (letter == quote) quote = '\0';
        }

        return kept.ToString();
    }
}
