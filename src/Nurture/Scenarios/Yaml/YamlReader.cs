using System.Text;
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
    private const int MaxLength = 256 * 1024;

    // Beyond this nobody writes by hand, and looking at every bracket of a line costs its length squared.
    private const int MaxLine = 1000;

    private readonly YamlSource source;
    private readonly StringBuilder masked;
    private readonly HashSet<int> trapped = [];

    private IParser events = null!;
    private ParsingEvent? last;
    private readonly Stack<SourceSpan> openFlows = new();

    private YamlReader(YamlSource source) => (this.source, masked) = (source, new(source.Text));

    /// <summary>The document's root; null when there is none or when it cannot be read, with the reason among the diagnostics.</summary>
    public static YamlNode? Read(YamlSource source)
    {
        if (source.Text.Length <= MaxLength) return new YamlReader(source).Read();
        source.Error(DiagnosticCodes.NotYaml, source.Span(MaxLength, MaxLength), $"this file is longer than {MaxLength / 1024} KiB", "Split it.");
        return null;
    }

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

                // Each reads the whole text again.
                if (trapped.Count >= MaxTraps) return null;
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
}
