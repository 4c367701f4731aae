using System.Text;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;

namespace Nurture.Segments;

/// <summary>A segment as a form says it.</summary>
public sealed record SegmentForm(string Title, string About, SubjectKind Of, string Is);

/// <summary>
/// The text of <c>segments.yaml</c> with one segment written, changed or taken away. Everything else, comments too, stays as
/// its author wrote it.
/// </summary>
public static partial class SegmentsText
{
    private const int UsualIndent = 2;

    /// <param name="form">Null takes the segment away.</param>
    /// <returns>Null where the text has no <c>segments:</c> that could be read.</returns>
    public static string? With(string text, string name, SegmentForm? form)
    {
        if (string.IsNullOrWhiteSpace(text)) return form is null ? text : $"segments:\n{Written(name, form, UsualIndent)}";
        var source = new YamlSource(text, "segments.yaml");
        if (YamlReader.Read(source) is not YamlNode.Mapping root || root.Entries.FirstOrDefault(entry => entry.Key.Value == "segments") is not { } all) return null;
        return all.Value switch
        {
            YamlNode.Mapping { IsFlow: true } inBraces => InBraces(source.Text, all, inBraces, name, form),
            YamlNode.Mapping block => InBlock(source.Text, block, name, form),
            _ => YamlLines.Inserted(source.Text, YamlLines.EndOfLine(source.Text, all.Key.Span.Start), form is null ? "" : Written(name, form, UsualIndent)),
        };
    }

    private static string InBlock(string text, YamlNode.Mapping block, string name, SegmentForm? form)
    {
        var indent = block.Entries.Count > 0 ? block.Entries[0].Key.Span.Column - 1 : UsualIndent;
        var written = form is null ? "" : Written(name, form, indent);
        if (block.Entries.FirstOrDefault(entry => entry.Key.Value == name) is not { } known) return YamlLines.Inserted(text, YamlLines.EndOfEntry(text, block.Entries[^1].Key.Span.Start, indent), written);

        var start = YamlLines.StartOfLine(text, known.Key.Span.Start);
        // The last one leaves an empty mapping, which is written so.
        if (form is null && block.Entries.Count == 1)
        {
            var key = text.LastIndexOf("segments:", start, StringComparison.Ordinal);
            var rest = YamlLines.EndOfEntry(text, known.Key.Span.Start, indent);
            return $"{text[..(key + "segments:".Length)]} {{}}{text[(key + "segments:".Length)..start].TrimEnd()}\n{text[Math.Min(rest + 1, text.Length)..]}";
        }

        var end = YamlLines.EndOfEntry(text, known.Key.Span.Start, indent);
        return YamlLines.Replaced(text, start, end, written);
    }

    /// <summary>What stood in braces is written below each other, since a new one does not fit there well.</summary>
    private static string InBraces(string text, YamlNode.Entry all, YamlNode.Mapping mapping, string name, SegmentForm? form)
    {
        var lines = new StringBuilder();
        var isWritten = false;
        foreach (var entry in mapping.Entries)
        {
            if (entry.Key.Value != name) lines.Append("  ").Append(entry.Key.Value).Append(": ").Append(YamlLines.Slice(text, entry.Value)).Append('\n');
            else if (form is not null) lines.Append(Written(name, form, UsualIndent));
            isWritten |= entry.Key.Value == name;
        }

        if (!isWritten && form is not null) lines.Append(Written(name, form, UsualIndent));
        var (start, end) = (all.Key.Span.Start, YamlLines.EndOfLine(text, YamlLines.EndOf(text, mapping)));
        var body = lines.Length == 0 ? "segments: {}\n" : $"segments:\n{lines}";
        return YamlLines.Replaced(text, start, end, body);
    }

    private static string Written(string name, SegmentForm form, int indent)
    {
        var (outer, inner) = (new string(' ', indent), new string(' ', indent + 2));
        var written = new StringBuilder().Append(outer).Append(name).Append(":\n");
        if (form.Title.Length > 0 && form.Title != name) written.Append(inner).Append("title: ").Append(Plain(form.Title)).Append('\n');
        if (form.About.Length > 0) written.Append(inner).Append("about: ").Append(Plain(form.About)).Append('\n');
        if (form.Of == SubjectKind.Account) written.Append(inner).Append("of: account\n");
        return written.Append(inner).Append("is: ").Append(OneLine(form.Is) is Segment.Listed ? Segment.Listed : Quoted(form.Is)).Append('\n').ToString();
    }

    private static string Plain(string text) => Word().IsMatch(OneLine(text)) ? OneLine(text) : Quoted(text);

    private static string Quoted(string text) => $"'{OneLine(text).Replace("'", "''", StringComparison.Ordinal)}'";

    private static string OneLine(string text) => string.Join(' ', text.Split(['\n', '\r'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    /// <summary>What YAML reads as this very text without quotes.</summary>
    [GeneratedRegex(@"^(?!(?:true|false|yes|no|null|on|off)$)\p{L}[\p{L}\p{N} .,;!?()/+・。、「」-]*$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
