using System.Text.RegularExpressions;
using Nurture.Templating.Runtime;

namespace Nurture.Templating.Builtins;

/// <summary><c>regex.*</c>, on the engine whose time grows with the text alone: no look-around, no back-references.</summary>
internal static class RegexFunctions
{
    private const int MaxPatternLength = 1000;

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
        var match = Build(call, 2).Match(Charged(call));
        return match.Success ? Groups(call, match) : call.NewArray();
    }

    /// <summary>All matches, each with its groups.</summary>
    /// <example>"a1 b2" | regex.matches `[a-z](\d)` → [["a1", "1"], ["b2", "2"]]</example>
    public static TemplateValue Matches(in Call call)
    {
        var matches = call.NewArray();
        foreach (Match match in Build(call, 2).Matches(Charged(call)))
        {
            call.Charge(1);
            matches.Add(Groups(call, match));
        }

        return matches;
    }

    /// <summary>Replaces every match; <c>$1</c> stands for the first group.</summary>
    /// <example>"this is a teeext" | regex.replace "te+xt" "text" → this is a text</example>
    public static TemplateValue Replace(in Call call)
    {
        var text = Charged(call);
        var (replacement, context, site, length) = (call.Text(2), call.Context, call.Site, (long)text.Length);
        return Build(call, 3).Replace(text, match =>
        {
            var made = match.Result(replacement);
            length += made.Length - match.Length;
            new Call(context, site, []).ChargeText(length);
            return made;
        });
    }

    /// <summary>The parts between matches.</summary>
    /// <example>"a, b   , c" | regex.split `\s*,\s*` → ["a", "b", "c"]</example>
    public static TemplateValue Split(in Call call)
    {
        var parts = call.NewArray();
        foreach (var part in Build(call, 2).Split(Charged(call)))
        {
            call.Charge(1);
            parts.Add(part);
        }

        return parts;
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

    private static Regex Build(in Call call, int optionsAt)
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

        call.Context.Charge(100 + pattern.Length, call.Span);
        try
        {
            return new Regex(pattern, options);
        }
        catch (Exception exception) when (exception is ArgumentException or NotSupportedException)
        {
            throw call.Context.Error(call.Site.Argument(1), $"This pattern cannot be used: {exception.Message}", null, exception);
        }
    }
}
