using static Nurture.Conditions.ConditionDiagnostics;

namespace Nurture.Conditions;

/// <summary>
/// What can be told from the characters alone, better than the parser of templates would: there <c>14d</c> is a number
/// and <c>a and b</c> a call.
/// </summary>
internal static class SourceCheck
{
    private const string TypographicQuotes = "“”„‟«»「」『』＂‘’‚";

    private static readonly string[] Joining = ["&&", "||", "==", "!=", "<=", ">=", "<", ">", "+", "-", "*", "/", "!", ",", "."];

    private static readonly HashSet<string> Units =
        ["s", "sec", "min", "mins", "m", "h", "hr", "hrs", "hour", "hours", "d", "day", "days", "w", "week", "weeks", "bd", "mo", "month", "months", "y", "year", "years"];

    public static bool Passes(string text, Report report)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            report.Error(Syntax, Report.At(0, 0), "The condition is empty.");
            return false;
        }

        var open = new Stack<int>();
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c is '"' or '\'' or '`')
            {
                var end = EndOfQuote(text, i);
                if (end < 0) return Fail(report, i, 1, $"The text that begins here is never closed: a {c} is missing.");
                i = end;
            }
            else if (TypographicQuotes.Contains(c))
            {
                return Fail(report, i, 1, $"{c} is no quotation mark here.", "Write \" around texts.");
            }
            else if (c is '(' or '[' or '{')
            {
                open.Push(i);
            }
            else if (c is ')' or ']' or '}')
            {
                if (!open.TryPop(out var opened)) return Fail(report, i, 1, $"This {c} closes nothing.");
                if ("([{".IndexOf(text[opened]) != ")]}".IndexOf(c)) return Fail(report, i, 1, $"This {c} does not close the {text[opened]} before it.");
            }
            else if (c == '#')
            {
                return Fail(report, i, text.Length - i, "A condition holds no comment.", "Put the comment above, outside of the condition.");
            }
            else if (c == '=' && !(i > 0 && "=!<>".Contains(text[i - 1])) && !(i + 1 < text.Length && text[i + 1] == '='))
            {
                return Fail(report, i, 1, "A single = compares nothing.", "Write ==.");
            }
            else if (c is '&' or '|')
            {
                if (i + 1 < text.Length && text[i + 1] == c) i++;
                else return Fail(report, i, 1, $"A single {c} joins nothing.", $"Write {c}{c}.", NotInConditions);
            }
            else if (char.IsAsciiDigit(c))
            {
                var end = i;
                while (end < text.Length && (char.IsAsciiDigit(text[end]) || text[end] is '.' or '_')) end++;
                var unit = WordAt(text, end);
                if (Units.Contains(unit))
                {
                    var written = text[i..(end + unit.Length)];
                    report.Error(UnquotedLength, Report.At(i, written.Length), $"A length of time stands in quotes here: {written} does not.", $"Write \"{written}\".");
                    return false;
                }

                i = end + unit.Length - 1;
            }
            else if (char.IsLetter(c) || c == '_')
            {
                var word = WordAt(text, i);
                var isMember = i > 0 && text[i - 1] == '.';
                if (!isMember && word.ToLowerInvariant() is "and" or "or")
                {
                    var sign = word.ToLowerInvariant() == "and" ? "&&" : "||";
                    return Fail(report, i, word.Length, $"\"{word}\" is no operator here.", $"Write {sign}.", NotInConditions);
                }

                // With a blank before it, a bracket is the first of several arguments, which reach as far as they can.
                var after = i + word.Length;
                if (after < text.Length && char.IsWhiteSpace(text[after]) && text.AsSpan(after).TrimStart() is ['(', ..] && ConditionFunctions.Find(word) is not null)
                {
                    return Fail(report, i, word.Length, $"The bracket of {word} must follow it at once.", $"Write {word}(…).");
                }

                i += word.Length - 1;
            }
        }

        if (open.TryPop(out var never)) return Fail(report, never, 1, $"This {text[never]} is never closed.");

        var whole = text.TrimEnd();
        return Array.Find(Joining, sign => whole.EndsWith(sign, StringComparison.Ordinal)) is not { } last
            || Fail(report, whole.Length - last.Length, last.Length, $"The condition breaks off after {last}.");
    }

    private static bool Fail(Report report, int at, int length, Wording message, Wording? hint = null, string code = Syntax)
    {
        report.Error(code, Report.At(at, length), message, hint);
        return false;
    }

    /// <summary>Where the text that begins at <paramref name="start"/> ends; -1 when it does not.</summary>
    private static int EndOfQuote(string text, int start)
    {
        for (var i = start + 1; i < text.Length; i++)
        {
            if (text[i] == '\\' && text[start] != '`') i++;
            else if (text[i] == text[start]) return i;
        }

        return -1;
    }

    private static string WordAt(string text, int start)
    {
        var end = start;
        while (end < text.Length && (char.IsLetterOrDigit(text[end]) || text[end] == '_')) end++;
        return text[start..end];
    }
}
