using System.Text;
using System.Text.RegularExpressions;
using Nurture.Templating.Syntax;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Nurture.Scenarios.Yaml;

/// <summary>
/// Text to tree, by YamlDotNet's events. Where YAML would misread an expression (<see cref="YamlTraps"/>), that is reported,
/// the expression is masked, and the text is read again, so that one trap does not hide the file's other mistakes.
/// </summary>
internal sealed partial class YamlReader
{
    private const int MaxDepth = 64;
    private const int MaxTraps = 64;

    private readonly YamlSource source;
    private readonly StringBuilder masked;
    private readonly HashSet<int> trapped = [];

    private IParser events = null!;
    private ParsingEvent? last;
    private readonly Stack<SourceSpan> openFlows = new();

    private YamlReader(YamlSource source) => (this.source, masked) = (source, new(source.Text));

    /// <summary>The document's root; null when there is none or when it cannot be read, with the reason among the diagnostics.</summary>
    public static YamlNode? Read(YamlSource source) => new YamlReader(source).Read();

    private YamlNode? Read()
    {
        while (true)
        {
            var found = source.Diagnostics.Count;
            try
            {
                return ReadDocument();
            }
            catch (TrapFound trap)
            {
                source.Diagnostics.RemoveRange(found, source.Diagnostics.Count - found);
                Report(trap);
            }
            catch (Exception refused) when (refused is YamlException or InvalidOperationException or ArgumentException or FormatException)
            {
                source.Diagnostics.RemoveRange(found, source.Diagnostics.Count - found);
                if (TrapNear(refused) is { } trap) Report(trap);
                else
                {
                    ReportRefusal(refused);
                    return null;
                }
            }
        }
    }

    private YamlNode? ReadDocument()
    {
        events = new Parser(new Scanner(new StringReader(masked.ToString()), skipComments: true));
        last = null;
        openFlows.Clear();
        Next<StreamStart>();
        if (events.Accept<StreamEnd>(out _)) return null;
        Next<DocumentStart>();
        var root = ReadNode(0, false);
        Next<DocumentEnd>();
        if (events.Accept<DocumentStart>(out var second))
            source.Error(DiagnosticCodes.WrongShape, SpanOf(second), "a second document begins here; a file holds one", "Move it to a file of its own.");
        return root is YamlNode.Scalar { IsEmpty: true } ? null : root;
    }

    private T Next<T>() where T : ParsingEvent
    {
        var taken = events.Consume<T>();
        if (taken is NodeEvent) last = taken;
        return taken;
    }

    private YamlNode ReadNode(int depth, bool inFlow)
    {
        if (depth > MaxDepth) throw new YamlException(events.Current!.Start, events.Current.End, $"nested deeper than {MaxDepth} levels");
        if (events.Accept<AnchorAlias>(out var alias))
        {
            Next<AnchorAlias>();
            Anchored((int)alias.Start.Index);
            return new YamlNode.Scalar($"*{alias.Value}", true, SpanOf(alias));
        }

        if (events.Accept<Scalar>(out var scalar))
        {
            Next<Scalar>();
            CheckTrap(scalar, scalar.Value, inFlow);
            return new YamlNode.Scalar(YamlTraps.Unmask(scalar.Value), scalar.Style == ScalarStyle.Plain, SpanOf(scalar));
        }

        if (events.Accept<SequenceStart>(out var sequence)) return ReadSequence(sequence, depth);
        return ReadMapping(Next<MappingStart>(), depth);
    }

    private YamlNode.Sequence ReadSequence(SequenceStart start, int depth)
    {
        Next<SequenceStart>();
        CheckProperties(start);
        var isFlow = start.Style == SequenceStyle.Flow;
        if (isFlow) openFlows.Push(SpanOf(start));
        var items = new List<YamlNode>();
        while (!events.Accept<SequenceEnd>(out _)) items.Add(ReadNode(depth + 1, isFlow));
        var end = Next<SequenceEnd>();
        if (isFlow) openFlows.Pop();
        return new(items, Between(start, end));
    }

    private YamlNode.Mapping ReadMapping(MappingStart start, int depth)
    {
        CheckProperties(start);
        var isFlow = start.Style == MappingStyle.Flow;
        var at = (int)start.Start.Index;
        if (isFlow && !trapped.Contains(at) && string.CompareOrdinal(source.Text, at, "{{", 0, 2) == 0)
            throw new TrapFound(at, YamlTraps.EndOf(source.Text, at, openFlows.Count > 0) ?? source.LineEnd(at), "{");
        if (isFlow) openFlows.Push(SpanOf(start));
        var entries = new List<YamlNode.Entry>();
        while (!events.Accept<MappingEnd>(out _))
        {
            var key = ReadNode(depth + 1, isFlow);
            var value = ReadNode(depth + 1, isFlow);
            if (key is not YamlNode.Scalar name)
            {
                source.Error(DiagnosticCodes.WrongShape, key.Span, "a key is a word here, not a list or a mapping",
                    "A value that begins with { or [ needs quotes around all of it.");
                continue;
            }

            if (entries.Find(e => e.Key.Value == name.Value) is { } first)
                source.Error(DiagnosticCodes.DuplicateKey, name.Span, $"\"{name.Value}\" is already given on line {first.Key.Span.Line}", "Keep one of the two.");
            else
                entries.Add(new(name, value));
        }

        var end = Next<MappingEnd>();
        if (isFlow) openFlows.Pop();
        return new(entries, isFlow, Between(start, end));
    }

    private void CheckProperties(NodeEvent node)
    {
        if (!node.Anchor.IsEmpty) Anchored((int)node.Start.Index);
        if (!node.Tag.IsEmpty)
            source.Error(DiagnosticCodes.Tag, SpanOf(node), $"{node.Tag.Value} is a YAML tag; tags mean nothing here", "Take it away.");
    }

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
        var match = KeyPattern().Match(source.Text[line..start]);
        return match.Success ? match.Groups[1].Value + ": " : "";
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

    private SourceSpan SpanOf(ParsingEvent at)
    {
        var end = (int)at.End.Index;
        while (end > at.Start.Index && end <= source.Text.Length && char.IsWhiteSpace(source.Text[end - 1])) end--;
        return source.Span((int)at.Start.Index, end);
    }

    private SourceSpan Between(ParsingEvent from, ParsingEvent to)
    {
        var end = Math.Min((int)to.End.Index, source.Text.Length);
        while (end > from.Start.Index && char.IsWhiteSpace(source.Text[end - 1])) end--;
        return source.Span((int)from.Start.Index, end);
    }

    // A value after its key, or an item of a list.
    [GeneratedRegex(@"(?<flow>[{,\[]\s*)?(?:(?<![\w""'])[A-Za-z_][\w.]*:[ \t]+|(?:^|(?<=\s))-[ \t]+|(?<=\[)[ \t]*)(?=(?<value>[^\s][^\n]*))", RegexOptions.None, 1000)]
    private static partial Regex ValuePattern();

    [GeneratedRegex(@"([A-Za-z_][\w.]*):[ \t]*$", RegexOptions.None, 1000)]
    private static partial Regex KeyPattern();

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
