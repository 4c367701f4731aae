using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Segments;

/// <summary><c>segments.yaml</c> to <see cref="SegmentSet"/>. Never throws: a segment with mistakes is said, and answers nothing.</summary>
public sealed class SegmentsReader
{
    private readonly YamlSource source;
    private readonly TrackingPlan plan;
    private readonly Dictionary<string, Entry> entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Segment> segments = new(StringComparer.Ordinal);
    private readonly List<string> path = [];

    private SegmentsReader(string text, string file, TrackingPlan plan) => (source, this.plan) = (new(text, file), plan);

    /// <param name="Is">As it stands in the file.</param>
    private sealed record Entry(string Title, string About, SubjectKind Of, YamlNode? Is);

    public static (SegmentSet Segments, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file, TrackingPlan plan)
    {
        var reader = new SegmentsReader(text, file, plan);
        if (YamlReader.Read(reader.source) is { } root) reader.ReadAll(root);
        else if (!reader.source.HasErrors)
            reader.source.Error(DiagnosticCodes.Empty, reader.source.Span(0, 0), "nothing stands in this file", "It begins with \"segments:\".");
        return (new(reader.segments), reader.source.Sorted());
    }

    private void ReadAll(YamlNode root)
    {
        if (source.Map(root, "the segments", "It has segments: with a name each.") is not { } mapping) return;
        var fields = new Fields(source, mapping, "the file of segments");
        foreach (var (key, value) in source.Map(fields.Required("segments", "Each has its name as key: active-trials: { is: account.plan == \"trial\" }."), "segments")?.Entries ?? [])
        {
            if (source.Name(key, "a segment") is { } name && source.Map(value, $"the segment \"{name}\"", "It has at least is: a condition.") is { } entry) entries[name] = ReadEntry(name, entry);
        }

        fields.RefuseOthers();
        // One that is not read yet is known by its name all the same, for what is missed and suggested.
        foreach (var (name, entry) in entries) segments[name] = new(name, entry.Title, entry.About, entry.Of, Condition.Unanswered);
        var done = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in entries.Keys) Compile(name, done);
    }

    private Entry ReadEntry(string name, YamlNode.Mapping mapping)
    {
        var fields = new Fields(source, mapping, $"the segment \"{name}\"");
        var entry = new Entry(
            source.Text(fields["title"], "title") ?? name,
            source.Text(fields["about"], "about") ?? "",
            source.OneOf(fields["of"], "what a segment is of", ("contact", SubjectKind.Contact), ("account", SubjectKind.Account)) ?? SubjectKind.Contact,
            fields.Required("is", "Who belongs to it: is: account.plan == \"trial\"."));
        fields.RefuseOthers();
        return entry;
    }

    /// <summary>What it asks is compiled before it.</summary>
    private void Compile(string name, HashSet<string> done)
    {
        if (!done.Add(name)) return;
        path.Add(name);
        var entry = entries[name];
        foreach (var (asked, span) in CallsIn(entry.Is))
        {
            if (path.IndexOf(asked) is >= 0 and var at)
                source.Error(DiagnosticCodes.SegmentCycle, span, $"segments ask each other in a circle: {string.Join(" → ", path.Skip(at).Append(asked))}", "Take one of these questions away.");
            else if (entries.ContainsKey(asked)) Compile(asked, done);
        }

        path.RemoveAt(path.Count - 1);
        if (entry.Is is YamlNode.Scalar { Value: Segment.Listed })
        {
            segments[name] = segments[name] with { Is = Condition.IsListed(name, entry.Of), IsList = true };
            return;
        }

        var scope = new ConditionScope { Subject = entry.Of, Plan = plan, Segments = new(segments), File = source.File };
        if (source.Expression(entry.Is, "is", (text, found) => Condition.Compile(text, scope, found)) is { } condition) segments[name] = segments[name] with { Is = condition };
    }

    private IEnumerable<(string Name, SourceSpan Span)> CallsIn(YamlNode? node)
    {
        if (node is not YamlNode.Scalar scalar || ExpressionParser.Parse(scalar.Value.Replace('\n', ' ')).Root is not { } root) return [];
        var at = new ScalarPositions(source, scalar);
        return [.. SegmentCalls.In(root).Select(call => (call.Name, at.Span(call.Span.Start, call.Span.Length)))];
    }
}
