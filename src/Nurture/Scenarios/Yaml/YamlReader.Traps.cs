using System.Text.RegularExpressions;
using Nurture.Templating.Syntax;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nurture.Scenarios.Yaml;

/// <summary>What YAML misread or refused, said in the author's terms.</summary>
internal sealed partial class YamlReader
{
    private void Anchored(int start)
    {
        var end = start + 1;
        while (end < source.Text.Length && (char.IsLetterOrDigit(source.Text[end]) || source.Text[end] is '_' or '-')) end++;
        throw new TrapFound(start, end, source.Text[start].ToString());
    }

    /// <summary>Whether the value that YAML read is a piece of what the author wrote.</summary>
    private void CheckTrap(Scalar node, string value, bool inFlow)
    {
        var start = (int)node.Start.Index;
        if (trapped.Contains(start)) return;
        var text = source.Text;
        var first = start < text.Length ? text[start] : '\0';
        if (node.Style != ScalarStyle.Plain && first is not ('!' or '&')) return;
        if (first == '!')
        {
            var end = YamlTraps.EndOf(text, start, inFlow);
            throw new TrapFound(start, end ?? source.LineEnd(start), "!");
        }

        if (!node.Anchor.IsEmpty)
        {
            Anchored(start);
            return;
        }

        var valueEnd = (int)node.End.Index;
        if (!YamlTraps.IsCut(value)) return;
        var isComment = source.Text.AsSpan(valueEnd, source.LineEnd(valueEnd) - valueEnd).TrimStart().StartsWith("#");
        if (!inFlow && !isComment) return;
        if (YamlTraps.EndOf(text, start, inFlow) is { } meant && meant > valueEnd) throw new TrapFound(start, meant, isComment ? "#" : ",");
    }

    /// <summary>YAML gave up: look on the lines around for a value that it cannot have read as meant.</summary>
    private TrapFound? TrapNear(Exception refused)
    {
        if (trapped.Count >= MaxTraps) return null;
        var lines = new List<int>();
        if (last is not null) lines.AddRange([(int)last.Start.Line, (int)last.End.Line]);
        if (refused is YamlException { Start.Line: > 0 } marked) lines.Add((int)marked.Start.Line);
        foreach (var line in lines.Distinct())
        {
            var span = source.LineSpan(line);
            if (span.Length > MaxLine) continue;
            foreach (Match match in ValuePattern().Matches(source.Text.Substring(span.Start, span.Length)))
            {
                var value = match.Groups["value"];
                var start = span.Start + value.Index;
                if (trapped.Contains(start)) continue;
                var inFlow = openFlows.Count > 0 || match.Groups["flow"].Success || source.Text.AsSpan(span.Start, value.Index).IndexOfAny('{', '[') >= 0;
                if (YamlTraps.EndOf(source.Text, start, inFlow) is not { } end || end == start) continue;
                if (Cause(source.Text[start..end]) is { } cause) return new TrapFound(start, end, cause);
            }
        }

        return null;
    }

    /// <summary>What in an unquoted expression YAML stumbles over; null when it reads it well.</summary>
    private static string? Cause(string value)
    {
        if (value[0] is '!') return "!";
        if (value[0] is '&' or '*') return value[0].ToString();
        if (value[0] is '"' or '\'')
        {
            var close = value.IndexOf(value[0], 1);
            return close > 0 && close < value.Length - 1 && !(value[0] == '\'' && value[close + 1] == '\'') ? "\"" : null;
        }

        if (value[0] is '{') return value.StartsWith("{{", StringComparison.Ordinal) ? "{" : null;
        if (value[0] is '[' or '|' or '>') return null;
        if (value[0] is '@' or '`' or '%') return value[0].ToString();
        if (YamlTraps.IsCut(value.Split(" #")[0])) return "#";
        return value.Contains(": ", StringComparison.Ordinal) && !KeysPattern().IsMatch(value) ? ":" : null;
    }

    private void Report(TrapFound trap)
    {
        trapped.Add(trap.Start);
        if (trap.Cause is "&" or "*")
        {
            ReportAnchor(trap);
            return;
        }

        YamlTraps.Mask(masked, trap.Start, trap.End);
        var meant = source.Text[trap.Start..trap.End].ReplaceLineEndings(" ");
        var span = source.Span(trap.Start, trap.End);
        var message = trap.Cause switch
        {
            "!" => $"YAML takes the leading ! for a tag and drops what it negates in {meant}",
            "#" => $"YAML takes # for the beginning of a comment and cuts {meant} apart",
            "\"" => $"YAML takes the leading quote for the whole value and stumbles over the rest of {meant}",
            "{" => $"YAML takes the leading brace for a mapping, and cannot read {meant}",
            "," => $"YAML cuts {meant} apart at the comma",
            ":" => $"YAML takes the colon in {meant} for a second key",
            _ => $"YAML reads no value that begins with {trap.Cause}, as {meant} does",
        };
        source.Error(trap.Cause == "!" ? DiagnosticCodes.Tag : DiagnosticCodes.CutApart, span, message,
            $"Put quotes around all of it: {KeyBefore(trap.Start)}{YamlTraps.Quoted(meant)}");
    }

    private void ReportAnchor(TrapFound trap)
    {
        var end = trap.Start + 1;
        while (end < trap.End && (char.IsLetterOrDigit(source.Text[end]) || source.Text[end] is '_' or '-')) end++;
        if (trap.Cause == "*") YamlTraps.Mask(masked, trap.Start, end);
        else masked.Remove(trap.Start, end - trap.Start).Insert(trap.Start, " ", end - trap.Start);
        source.Error(DiagnosticCodes.Anchor, source.Span(trap.Start, end),
            $"{source.Text[trap.Start..end]} is a YAML {(trap.Cause == "*" ? "alias" : "anchor")}, and nothing is repeated by name here",
            "Write out what is meant; if the sign belongs to a text, put quotes around all of it.");
    }

    private string KeyBefore(int start)
    {
        var line = source.Text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1;
        var before = source.Text.AsSpan(line, start - line).TrimEnd(" \t");
        if (before is not [.., ':']) return "";
        var (to, from) = (before.Length - 1, before.Length - 1);
        while (from > 0 && (char.IsLetterOrDigit(before[from - 1]) || before[from - 1] is '_' or '.')) from--;
        while (from < to && !char.IsAsciiLetter(before[from]) && before[from] != '_') from++;
        return from == to ? "" : $"{before[from..to]}: ";
    }

    private void ReportRefusal(Exception refused)
    {
        var marked = refused as YamlException;
        var isMarked = marked is { Start.Line: > 0 } && !(marked.Start.Line == 1 && marked.Start.Column == 1 && last is not null);
        var line = isMarked ? (int)marked!.Start.Line : (int)(last?.End.Line ?? 1);
        var span = isMarked ? source.Span((int)marked!.Start.Index, (int)marked.End.Index) : source.LineSpan(line);
        if (refused.Message.Contains("tab", StringComparison.Ordinal) && TabAfter(line) is { } tab)
        {
            source.Error(DiagnosticCodes.NotYaml, tab, "a tab indents this line, and YAML only takes spaces", "Use two spaces a level.");
            return;
        }

        if (openFlows.TryPeek(out var open))
        {
            var bracket = source.Text[open.Start];
            source.Error(DiagnosticCodes.NotYaml, isMarked ? span : source.LineSpan(line),
                $"the {bracket} opened on line {open.Line} is not closed by {(bracket == '{' ? '}' : ']')}, or something in it has no place there",
                "Close it, or write it in block style: one item a line.");
            return;
        }

        var said = marked?.InnerException?.Message ?? refused.Message;
        var (message, hint) = said switch
        {
            _ when said.Contains("invalid mapping", StringComparison.Ordinal) =>
                ("a second key stands on this line, or it is indented further than the line above allows",
                    OneLineHint(source.Text[source.LineSpan(span.Line).Start..source.LineEnd(span.Start)])),
            _ when said.Contains("did not find expected key", StringComparison.Ordinal) =>
                ("this line fits to nothing above it", (string?)"Look at its indentation, and at the value before it: a value in several lines begins with | or >."),
            _ when said.Contains("unexpected end of stream", StringComparison.Ordinal) => ("a quote is opened here and never closed", "Close it."),
            _ => ($"this is not valid YAML: {char.ToLowerInvariant(said[0])}{said[1..].TrimEnd('.')}", null),
        };
        source.Error(DiagnosticCodes.NotYaml, span, message, hint);
    }

    private static string OneLineHint(string line)
    {
        var match = OneLinePattern().Match(line);
        return match.Success
            ? $"Keys and values on one line need braces: {match.Groups["key"].Value}: {{ {match.Groups["rest"].Value.Trim()} }}"
            : "Give each key a line of its own, aligned with its neighbors.";
    }

    private SourceSpan? TabAfter(int line)
    {
        var match = TabPattern().Match(source.Text, source.LineSpan(line) is var from ? from.Start - from.Column + 1 : 0);
        return match.Success ? source.Span(match.Index, source.LineEnd(match.Index)) : null;
    }

    [GeneratedRegex(@"(?<flow>[{,\[]\s*)?(?:(?<![\w""'])[A-Za-z_][\w.]*:[ \t]+|(?:^|(?<=\s))-[ \t]+|(?<=\[)[ \t]*)(?=(?<value>[^\s][^\n]*))")]
    private static partial Regex ValuePattern();

    [GeneratedRegex(@"^(?:- )?(?<key>[a-z_]+): +(?<rest>[a-z_]+: .*)$")]
    private static partial Regex OneLinePattern();

    [GeneratedRegex(@"(?<=^[ ]*)\t", RegexOptions.Multiline)]
    private static partial Regex TabPattern();

    // Keys and values on one line, of which somebody forgot the braces.
    [GeneratedRegex(@"^[a-z_]+: ")]
    private static partial Regex KeysPattern();

    /// <summary>Ends one reading of the text; the next one sees the expression masked.</summary>
    private sealed class TrapFound(int start, int end, string cause) : Exception
    {
        public int Start => start;

        public int End => end;

        public string Cause => cause;
    }
}
