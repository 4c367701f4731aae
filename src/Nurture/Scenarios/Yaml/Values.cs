using System.Globalization;
using System.Text.RegularExpressions;
using NodaTime;
using NodaTime.Text;

namespace Nurture.Scenarios.Yaml;

/// <summary>Values as authors write them. Each reader answers null for a missing or wrong value and has then said why.</summary>
internal static partial class Values
{
    private static readonly LocalTimePattern TimeOfDayPattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    public static string? Text(this YamlSource source, YamlNode? node, Wording what)
    {
        switch (node)
        {
            case null: return null;
            case YamlNode.Scalar scalar: return scalar.Value;
            case YamlNode.Mapping or YamlNode.Sequence when source.Text[node.Span.Start] is '{' or '[':
                source.Error(DiagnosticCodes.WrongShape, node.Span, $"{what} is a text, and YAML takes the leading {source.Text[node.Span.Start]} for {Shape(node)}",
                    $"Put quotes around all of it: {YamlTraps.Quoted(Snippet(source, node))}");
                return null;
            default:
                source.Error(DiagnosticCodes.WrongShape, node.Span, $"{what} is a text, not {Shape(node)}");
                return null;
        }
    }

    public static string? Name(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } name) return null;
        if (NamePattern().IsMatch(name)) return name;
        source.Error(DiagnosticCodes.BadName, node!.Span, $"\"{name}\" is no name for {what}: small letters, digits, - and _, at most 64",
            Slug(name) is { Length: > 0 } better ? (Wording)$"For example {better}." : null);
        return null;
    }

    /// <summary>A scenario, or one row of it: <c>feature-tip:reports</c>.</summary>
    public static string? ScenarioName(this YamlSource source, YamlNode? node) =>
        node is YamlNode.Scalar { Value: var written } && written.Split(ScenarioRow.Mark) is [var scenario, var row] && IsName(scenario) && IsName(row) ? written : source.Name(node, "a scenario");

    /// <summary>Small letters, digits, - and _; everything else becomes a -.</summary>
    public static string Slug(string text)
    {
        var slug = NotInNames().Replace(text.Trim().ToLowerInvariant(), "-").Trim('-');
        return slug.Length <= 64 ? slug : slug[..64].TrimEnd('-');
    }

    public static bool IsName(string text) => NamePattern().IsMatch(text);

    public static T? OneOf<T>(this YamlSource source, YamlNode? node, Wording what, params ReadOnlySpan<(string Word, T Value)> words) where T : struct
    {
        if (source.Text(node, what) is not { } written) return null;
        foreach (var (word, value) in words)
        {
            if (word == written) return value;
        }

        var all = new List<string>();
        foreach (var (word, _) in words) all.Add(word);
        source.Error(DiagnosticCodes.UnknownWord, node!.Span, $"\"{written}\" is not known as {what}", Suggestions.For(written, all, "There are"));
        return null;
    }

    public static Duration? Length(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (TryLength(written, out var length)) return length;
        source.Error(DiagnosticCodes.NotALength, node!.Span, $"\"{written}\" is not a length of time", LengthHint(written));
        return null;
    }

    /// <summary><c>-90d</c> before something, <c>2bd</c> or <c>+2bd</c> after it.</summary>
    public static Duration? SignedLength(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (TryLength(written.TrimStart('+', '-'), out var length) && written.LastIndexOfAny(['+', '-']) <= 0) return written[0] == '-' ? length.Before : length;
        source.Error(DiagnosticCodes.NotALength, node!.Span, $"\"{written}\" does not say how far from the date", "A length, with - in front before it: -90d, 2bd.");
        return null;
    }

    /// <summary>A length that is the same number of seconds on every day of the year.</summary>
    public static TimeSpan? Exact(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Length(node, what) is not { } length) return null;
        if (length.IsExact) return length.Exact;
        source.Error(DiagnosticCodes.NotALength, node!.Span, $"{what} is an exact length, and business days and months are not",
            length.Months > 0 ? (Wording)$"Write {length.Months * 30}d." : $"Write {length.BusinessDays + ((length.BusinessDays + 4) / 5 * 2)}d.");
        return null;
    }

    public static bool TryLength(string written, out Duration length)
    {
        length = default;
        var match = LengthPattern().Match(written);
        if (!match.Success) return false;
        var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
        length = match.Groups[2].Value switch
        {
            "s" => new(TimeSpan.FromSeconds(number)),
            "m" => new(TimeSpan.FromMinutes(number)),
            "h" => new(TimeSpan.FromHours(number)),
            "d" => new(TimeSpan.FromDays(number)),
            "w" => new(TimeSpan.FromDays(7L * number)),
            "bd" => new(default, BusinessDays: number),
            _ => new(default, Months: number),
        };
        return length.Exact <= TimeSpan.FromDays(36500) && length.BusinessDays <= 36500 && length.Months <= 1200;
    }

    private static Wording LengthHint(string written)
    {
        var match = LooseLengthPattern().Match(written.Trim());
        if (match.Success)
        {
            var number = double.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            var unit = match.Groups[2].Value.ToLowerInvariant() switch
            {
                "" or "d" or "day" or "days" => "d",
                "h" or "hr" or "hour" or "hours" => "h",
                "s" or "sec" or "second" or "seconds" => "s",
                "m" or "min" or "mins" or "minute" or "minutes" => "m",
                "w" or "wk" or "week" or "weeks" => "w",
                "bd" or "business days" or "business day" => "bd",
                "mo" or "month" or "months" => "mo",
                _ => null,
            };
            if (unit is not null && number == Math.Floor(number)) return $"Write {number.ToString(CultureInfo.InvariantCulture)}{unit}.";
            if (unit is "d" && number * 24 == Math.Floor(number * 24)) return $"Write {(number * 24).ToString(CultureInfo.InvariantCulture)}h.";
            if (unit is "h" && number * 60 == Math.Floor(number * 60)) return $"Write {(number * 60).ToString(CultureInfo.InvariantCulture)}m.";
        }

        return "Lengths are a whole number and a unit: 30m, 12h, 3d, 2w, 3bd (business days) or 1mo.";
    }

    public static LocalTime? TimeOfDay(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        var parsed = TimeOfDayPattern.Parse(written);
        if (parsed.Success) return parsed.Value;
        var match = LooseTimePattern().Match(written);
        var hint = match.Success && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is var hour && hour + (match.Groups[3].Value is "pm" && hour < 12 ? 12 : 0) is var h and < 24
            ? (Wording)$"Write \"{h:00}:{(match.Groups[2].Success ? match.Groups[2].Value : "00")}\"."
            : "Hours and minutes of a day, as in \"09:00\" or \"17:30\".";
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a time of day", hint);
        return null;
    }

    /// <summary><c>10%</c>, as 0.1.</summary>
    public static double? Share(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (written.EndsWith('%') && double.TryParse(written[..^1], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var percent) && percent is >= 0 and <= 100)
            return percent / 100;
        var hint = double.TryParse(written, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) && number is >= 0 and <= 100
            ? (Wording)$"Write {(number <= 1 ? number * 100 : number).ToString("0.##", CultureInfo.InvariantCulture)}%."
            : "A share is a percentage from 0% to 100%.";
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a share, as {what} has to be", hint);
        return null;
    }

    /// <summary><c>2000/h</c>.</summary>
    public static Pace? Pace(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (PacePattern().Match(written) is { Success: true } match && int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) is > 0 and var count)
            return new(count, match.Groups[2].Value switch { "m" => TimeSpan.FromMinutes(1), "h" => TimeSpan.FromHours(1), _ => TimeSpan.FromDays(1) });
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a pace", "How many in a minute, hour or day: 30/m, 2000/h, 10000/d.");
        return null;
    }

    public static int? Whole(this YamlSource source, YamlNode? node, Wording what, int least)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (int.TryParse(written, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least) return number;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a whole number from {least}, as {what} has to be");
        return null;
    }

    public static double? Number(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (double.TryParse(written, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return number;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a number, as {what} has to be");
        return null;
    }

    public static bool? YesOrNo(this YamlSource source, YamlNode? node, Wording what) =>
        source.OneOf(node, what, ("true", true), ("false", false));

    public static string? Zone(this YamlSource source, YamlNode? node, Wording what)
    {
        if (source.Text(node, what) is not { } written) return null;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(written) is not null) return written;
        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" is not a time zone",
            Suggestions.For(written, DateTimeZoneProviders.Tzdb.Ids) ?? "Zones are named by place: Asia/Tokyo, Europe/Berlin, UTC.");
        return null;
    }

    public static YamlNode.Sequence? List(this YamlSource source, YamlNode? node, Wording what)
    {
        if (node is null or YamlNode.Sequence) return (YamlNode.Sequence?)node;
        source.Error(DiagnosticCodes.WrongShape, node.Span, $"{what} is a list, not {Shape(node)}", "Each item begins with \"- \".");
        return null;
    }

    public static YamlNode.Mapping? Map(this YamlSource source, YamlNode? node, Wording what, Wording? hint = null)
    {
        if (node is null or YamlNode.Mapping) return (YamlNode.Mapping?)node;
        source.Error(DiagnosticCodes.WrongShape, node.Span, $"{what} is keys and values, not {Shape(node)}", hint);
        return null;
    }

    /// <summary>One text, or a list of texts.</summary>
    public static IReadOnlyList<YamlNode.Scalar> Texts(this YamlSource source, YamlNode? node, Wording what)
    {
        if (node is YamlNode.Scalar one) return [one];
        var texts = new List<YamlNode.Scalar>();
        foreach (var item in (node as YamlNode.Sequence)?.Items ?? [])
        {
            if (item is YamlNode.Scalar scalar) texts.Add(scalar);
            else source.Text(item, what);
        }

        if (node is YamlNode.Mapping) source.Text(node, what);
        return texts;
    }

    public static Wording Shape(YamlNode node) => node switch
    {
        YamlNode.Mapping => "keys and values",
        YamlNode.Sequence => "a list",
        YamlNode.Scalar scalar => scalar.IsEmpty ? "nothing" : Wording.Verbatim($"\"{scalar.Value.ReplaceLineEndings(" ")}\""),
        _ => throw new InvalidOperationException($"No shape for {node.GetType().Name}."),
    };

    private static string Snippet(YamlSource source, YamlNode node)
    {
        var text = source.Text[node.Span.Start..source.LineEnd(node.Span.Start)].TrimEnd();
        return text.Length <= 80 ? text : text[..77] + "...";
    }

    [GeneratedRegex(@"^[a-z0-9][a-z0-9_-]{0,63}\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("[^a-z0-9_]+")]
    private static partial Regex NotInNames();

    [GeneratedRegex(@"^([0-9]{1,8})/(m|h|d)\z")]
    private static partial Regex PacePattern();

    [GeneratedRegex(@"^([0-9]{1,6})(mo|bd|s|m|h|d|w)\z")]
    private static partial Regex LengthPattern();

    [GeneratedRegex(@"^([0-9]{1,6}(?:\.[0-9]{1,3})?)\s*([A-Za-z ]*)\z")]
    private static partial Regex LooseLengthPattern();

    [GeneratedRegex(@"^([0-9]{1,2})(?::([0-5][0-9]))?\s*(am|pm)?\z", RegexOptions.IgnoreCase)]
    private static partial Regex LooseTimePattern();
}
