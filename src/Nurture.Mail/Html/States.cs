using System.Text;

namespace Nurture.Mail.Html;

/// <summary>Selectors of what elements are only at times, or at some readers: under a pointer, visited, in the dark of Outlook; and of parts that are no elements.</summary>
internal static class States
{
    // Outlook adds data-ogsc and data-ogsb to what it colors anew.
    private const string Outlook = "[data-ogs";

    public static bool Has(string selector) =>
        selector.Contains(Outlook, StringComparison.OrdinalIgnoreCase) || PseudosOf(selector).Exists(range => !IsStructural(selector.AsSpan(range)));

    /// <summary>The selector of those that may ever come into the state.</summary>
    public static string Without(string selector)
    {
        var left = new StringBuilder();
        var from = 0;
        foreach (var range in PseudosOf(selector).Where(range => !IsStructural(selector.AsSpan(range))))
        {
            left.Append(selector, from, range.Start.Value - from);
            if (left.Length == 0 || left[^1] is ' ' or '>' or '+' or '~') left.Append('*');
            from = range.End.Value;
        }

        return left.Append(selector, from, selector.Length - from).ToString();
    }

    private static bool IsStructural(ReadOnlySpan<char> pseudo) =>
        pseudo.StartsWith(":first-") || pseudo.StartsWith(":last-") || pseudo.StartsWith(":nth-") || pseudo.StartsWith(":only-") || pseudo.StartsWith(":not(") && !pseudo[1..].Contains(':');

    /// <summary>Where <c>:name</c> and <c>:name(…)</c> stand.</summary>
    private static List<Range> PseudosOf(string selector)
    {
        var found = new List<Range>();
        for (var at = 0; at < selector.Length;)
        {
            if (selector[at] == '[') at = End(selector, at, '[', ']');
            if (at >= selector.Length) break;
            if (selector[at] != ':')
            {
                at++;
                continue;
            }

            var start = at;
            while (at < selector.Length && selector[at] == ':') at++;
            while (at < selector.Length && (char.IsAsciiLetterOrDigit(selector[at]) || selector[at] == '-')) at++;
            if (at < selector.Length && selector[at] == '(') at = End(selector, at, '(', ')');
            found.Add(start..at);
        }

        return found;
    }

    /// <summary>Behind the bracket that closes the one at a place.</summary>
    private static int End(string selector, int at, char open, char close)
    {
        var depth = 0;
        do depth += selector[at] == open ? 1 : selector[at] == close ? -1 : 0;
        while (++at < selector.Length && depth > 0);
        return at;
    }
}
