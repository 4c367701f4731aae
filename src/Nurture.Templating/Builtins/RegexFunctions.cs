using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>regex.*</c>, on the engine whose time grows with the text alone: no look-around, no back-references.</summary>
internal static partial class RegexFunctions
{
    private const int MaxPatternLength = 1000;
    // A character of a pattern, made ready, measured in what a step of work costs.
    private const int BuildSteps = 320;
    private const int UsualWeight = 60;
    private const long MaxWeight = 1_000_000;

    public static readonly BuiltinFunction[] All =
    [
        new("regex.escape", "pattern", Escape),
        new("regex.match", "text, pattern, options?", Match),
        new("regex.matches", "text, pattern, options?", Matches),
        new("regex.replace", "text, pattern, replace, options?", Replace),
        new("regex.split", "text, pattern, options?", Split),
        new("regex.unescape", "pattern", Unescape),
    ];

    /// <summary>A text as a pattern that matches just it.</summary>
    /// <example>"(abc.*)" | regex.escape → \(abc\.\*\)</example>
    public static TemplateValue Escape(in Call call) => Regex.Escape(Charged(call));

    /// <summary>The text that an escaped pattern matches.</summary>
    /// <example>`\(abc\.\*\)` | regex.unescape → (abc.*)</example>
    public static TemplateValue Unescape(in Call call)
    {
        try
        {
            return Regex.Unescape(Charged(call));
        }
        catch (ArgumentException exception)
        {
            throw call.Context.Error(call.Site.Argument(0), "This text is not an escaped pattern.", null, exception);
        }
    }

    /// <summary>The first match and its groups; an empty list when there is none.</summary>
    /// <example>"this is a text123" | regex.match `(\w+) a ([a-z]+\d+)` → ["is a text123", "is", "text123"]</example>
    public static TemplateValue Match(in Call call)
    {
        var pattern = Build(call, 2);
        var text = Charged(call);
        ChargeScan(call.Context, call.Site, text.Length, pattern.Weight);
        var match = Sought(call, () => pattern.Regex.Match(text));
        return match.Success ? Groups(call, match) : call.NewArray();
    }

    /// <summary>All matches, each with its groups.</summary>
    /// <example>"a1 b2" | regex.matches `[a-z](\d)` → [["a1", "1"], ["b2", "2"]]</example>
    public static TemplateValue Matches(in Call call)
    {
        var matches = call.NewArray();
        foreach (var match in Found(call, Build(call, 2), Charged(call)))
        {
            matches.Add(Groups(call, match));
        }

        return matches;
    }

    /// <summary>Replaces every match; <c>$1</c> stands for the first group.</summary>
    /// <example>"this is a teeext" | regex.replace "te+xt" "text" → this is a text</example>
    public static TemplateValue Replace(in Call call)
    {
        var pattern = Build(call, 3);
        var (text, replacement) = (Charged(call), call.Text(2));
        var (made, from) = (new StringBuilder(), 0);
        var (groups, wholes) = (replacement.Count(c => c == '$'), Wholes().Count(replacement));
        foreach (var match in Found(call, pattern, text))
        {
            // The groups lie within the match, but $_ and its like stand for as much as the whole text.
            var most = replacement.Length + (long)groups * match.Length + (long)wholes * text.Length;
            call.CheckText(made.Length + (long)match.Index - from + most);
            call.Context.Charge(most / 32, call.Span);
            made.Append(text, from, match.Index - from).Append(Written(call, match, replacement));
            from = match.Index + match.Length;
        }

        call.ChargeText((long)made.Length + text.Length - from);
        return made.Append(text, from, text.Length - from).ToString();
    }

    private static string Written(in Call call, Match match, string replacement)
    {
        try
        {
            return match.Result(replacement);
        }
        catch (ArgumentException exception)
        {
            throw call.Context.Error(call.Site.Argument(2), $"This pattern cannot be used: {exception.Message}", null, exception);
        }
    }

    /// <summary>The parts between matches.</summary>
    /// <example>"a, b   , c" | regex.split `\s*,\s*` → ["a", "b", "c"]</example>
    public static TemplateValue Split(in Call call)
    {
        var pattern = Build(call, 2);
        var (parts, text, from) = (call.NewArray(), Charged(call), 0);
        foreach (var match in Found(call, pattern, text))
        {
            parts.Add(text[from..match.Index]);
            from = match.Index + match.Length;

            // The groups of a separator are parts of their own.
            for (var i = 1; i < match.Groups.Count; i++)
            {
                call.Charge(1);
                if (match.Groups[i].Success)
                {
                    parts.Add(match.Groups[i].Value);
                }
            }
        }

        parts.Add(text[from..]);
        return parts;
    }

    /// <summary>To be called before a pattern is sought in so many characters.</summary>
    /// <param name="weight">How many places of the pattern may have to be followed at once.</param>
    public static void ChargeScan(RenderContext context, CallSite site, int length, long weight = 0) =>
        context.Charge(1 + length / 32L * (1 + Math.Max(0, weight - UsualWeight) / 8), site.Span);

    /// <summary>The matches one behind the other. Each may look to the end of the text before it is found, and is charged so.</summary>
    private static List<Match> Found(in Call call, Pattern pattern, string text)
    {
        var found = new List<Match>();
        ChargeScan(call.Context, call.Site, text.Length, pattern.Weight);
        for (var match = Sought(call, () => pattern.Regex.Match(text)); match.Success; match = Sought(call, match.NextMatch))
        {
            call.Charge(1);
            found.Add(match);
            ChargeScan(call.Context, call.Site, text.Length - match.Index, pattern.Weight);
        }

        return found;
    }

    private static Match Sought(in Call call, Func<Match> search)
    {
        try
        {
            return search();
        }
        catch (RegexMatchTimeoutException exception)
        {
            throw call.Context.Error(call.Site.Argument(1), "This pattern takes too long.", null, exception);
        }
    }

    private static string Charged(in Call call)
    {
        var text = call.Text(0);
        call.Context.Charge(text.Length, call.Span);
        return text;
    }

    private static TemplateList Groups(in Call call, Match match)
    {
        var groups = call.NewArray(match.Groups.Count);
        foreach (Group group in match.Groups)
        {
            call.Charge(1);
            groups.Add(group.Value);
        }

        return groups;
    }

    private static Pattern Build(in Call call, int optionsAt)
    {
        var options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;
        foreach (var letter in call.Text(optionsAt))
        {
            options |= letter switch
            {
                'i' => RegexOptions.IgnoreCase,
                'm' => RegexOptions.Multiline,
                's' => RegexOptions.Singleline,
                'x' => RegexOptions.IgnorePatternWhitespace,
                _ => throw call.Context.Error(call.Site.Argument(optionsAt), $"There is no regex option `{letter}`.", "There are i, m, s and x."),
            };
        }

        var pattern = call.Text(1);
        if (pattern.Length > MaxPatternLength)
        {
            throw call.Context.Error(call.Site.Argument(1), $"A pattern may not have more than {MaxPatternLength} characters.");
        }

        var known = call.Context.Patterns ??= [];
        if (known.TryGetValue((pattern, options), out var made))
        {
            return made;
        }

        call.Context.Charge(BuildSteps * (10L + pattern.Length), call.Span);
        try
        {
            return known[(pattern, options)] = new Pattern(Made(call, pattern, options), WeightOf(pattern));
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw call.Context.Error(call.Site.Argument(1), $"This pattern cannot be used: {exception.Message}", null, exception);
        }
    }

    /// <summary>As published, a pattern may look around and back: where it does, the time that it takes is what limits it.</summary>
    private static Regex Made(in Call call, string pattern, RegexOptions options)
    {
        try
        {
            return new Regex(pattern, options);
        }
        catch (NotSupportedException) when (!call.Context.Template.Options.IsMail)
        {
            return new Regex(pattern, options & ~RegexOptions.NonBacktracking, call.Context.Limits.PatternTime);
        }
    }

    /// <summary>The pattern's length times what its counts repeat: no less than the places that the engine follows at once.</summary>
    private static long WeightOf(string pattern)
    {
        var weight = (long)pattern.Length;
        foreach (Match count in Counts().Matches(pattern))
        {
            weight = Math.Min(MaxWeight, weight * Math.Max(1, long.Parse(count.ValueSpan, CultureInfo.InvariantCulture)));
        }

        return weight;
    }

    /// <summary>The larger number of <c>{1,20}</c>; of more than six digits the engine makes nothing.</summary>
    [GeneratedRegex(@"(?<=\{(\d+,)?)\d{1,6}(?=,?\})")]
    private static partial Regex Counts();

    [GeneratedRegex(@"\$[_`']")]
    private static partial Regex Wholes();

}

/// <summary>A regular expression made ready, and how many places of it may have to be followed at once.</summary>
internal readonly record struct Pattern(Regex Regex, long Weight);
