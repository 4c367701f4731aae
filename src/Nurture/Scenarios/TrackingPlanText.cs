using System.Text;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary>The text of <c>events.yaml</c> with an event, or properties of one, adopted into it.</summary>
public static partial class TrackingPlanText
{
    /// <param name="properties">Types by name; what the event has already stays as it is.</param>
    /// <returns>Null where the text could not be read.</returns>
    public static string? With(string text, string name, IReadOnlyDictionary<string, ValueKind> properties)
    {
        if (string.IsNullOrWhiteSpace(text)) return $"events:\n{Written(name, properties, 2)}";
        var source = new YamlSource(text, "events.yaml");
        if (YamlReader.Read(source) is not YamlNode.Mapping root) return null;
        text = source.Text;
        var events = root.Entries.FirstOrDefault(entry => entry.Key.Value == "events");
        switch (events?.Value)
        {
            case null: return YamlLines.Inserted(text, text.Length, $"events:\n{Written(name, properties, 2)}");
            case YamlNode.Mapping { IsFlow: false, Entries: [var first, ..] } block:
                var indent = first.Key.Span.Column - 1;
                return block.Entries.FirstOrDefault(entry => entry.Key.Value == name) is { } known
                    ? Widened(text, known, properties, indent)
                    : YamlLines.Inserted(text, YamlLines.EndOfEntry(text, block.Entries[^1].Key.Span.Start, indent), Written(name, properties, indent));
            case YamlNode.Mapping { IsFlow: true } braces:
                var lines = new StringBuilder("events:\n");
                foreach (var entry in braces.Entries) lines.Append("  ").Append(YamlLines.Slice(text, entry.Key)).Append(": ").Append(YamlLines.Slice(text, entry.Value)).Append('\n');
                var below = YamlLines.Replaced(text, YamlLines.StartOfLine(text, events.Key.Span.Start), YamlLines.EndOfLine(text, YamlLines.EndOf(text, braces)), braces.Entries.Count == 0 ? $"events:\n{Written(name, properties, 2)}" : lines.ToString());
                return braces.Entries.Count == 0 ? below : With(below, name, properties);
            default: return YamlLines.Inserted(text, YamlLines.EndOfLine(text, events.Key.Span.Start), Written(name, properties, 2));
        }
    }

    private static string Widened(string text, YamlNode.Entry known, IReadOnlyDictionary<string, ValueKind> properties, int indent)
    {
        var inner = new string(' ', indent + 2);
        var end = YamlLines.EndOfEntry(text, known.Key.Span.Start, indent);
        switch (known.Value)
        {
            case YamlNode.Mapping { IsFlow: false } mapping when mapping.Entries.FirstOrDefault(entry => entry.Key.Value == "properties") is { } written:
                if (written.Value is YamlNode.Mapping { IsFlow: false, Entries: [var first, ..] } block)
                {
                    var column = first.Key.Span.Column - 1;
                    return YamlLines.Inserted(text, YamlLines.EndOfEntry(text, block.Entries[^1].Key.Span.Start, column), Properties(Missing(block, properties), column));
                }

                var kept = new StringBuilder(inner).Append("properties:\n");
                if (written.Value is YamlNode.Mapping flow)
                {
                    foreach (var entry in flow.Entries) kept.Append(inner).Append("  ").Append(YamlLines.Slice(text, entry.Key)).Append(": ").Append(YamlLines.Slice(text, entry.Value)).Append('\n');
                    properties = Missing(flow, properties);
                }

                return YamlLines.Replaced(text, YamlLines.StartOfLine(text, written.Key.Span.Start), YamlLines.EndOfEntry(text, written.Key.Span.Start, written.Key.Span.Column - 1), kept + Properties(properties, indent + 4));
            case YamlNode.Mapping { IsFlow: false }:
                return YamlLines.Inserted(text, end, properties.Count == 0 ? "" : $"{inner}properties:\n{Properties(properties, indent + 4)}");
            case var other:
                var lines = new StringBuilder().Append(' ', indent).Append(YamlLines.Slice(text, known.Key)).Append(":\n");
                if (other is YamlNode.Mapping braces)
                {
                    foreach (var entry in braces.Entries.Where(entry => entry.Key.Value != "properties")) lines.Append(inner).Append(YamlLines.Slice(text, entry.Key)).Append(": ").Append(YamlLines.Slice(text, entry.Value)).Append('\n');
                    if (braces.Entries.FirstOrDefault(entry => entry.Key.Value == "properties")?.Value is YamlNode.Mapping planned)
                    {
                        lines.Append(inner).Append("properties:\n");
                        foreach (var entry in planned.Entries) lines.Append(inner).Append("  ").Append(YamlLines.Slice(text, entry.Key)).Append(": ").Append(YamlLines.Slice(text, entry.Value)).Append('\n');
                        return YamlLines.Replaced(text, YamlLines.StartOfLine(text, known.Key.Span.Start), end, lines + Properties(Missing(planned, properties), indent + 4));
                    }
                }
                else if (other is YamlNode.Scalar { IsEmpty: false } description) lines.Append(inner).Append("description: ").Append(YamlLines.Slice(text, description)).Append('\n');

                if (properties.Count == 0) return text;
                lines.Append(inner).Append("properties:\n").Append(Properties(properties, indent + 4));
                return YamlLines.Replaced(text, YamlLines.StartOfLine(text, known.Key.Span.Start), end, lines.ToString());
        }
    }

    private static Dictionary<string, ValueKind> Missing(YamlNode.Mapping planned, IReadOnlyDictionary<string, ValueKind> properties) =>
        properties.Where(property => !planned.Entries.Any(entry => entry.Key.Value == property.Key)).ToDictionary(property => property.Key, property => property.Value, StringComparer.Ordinal);

    private static string Written(string name, IReadOnlyDictionary<string, ValueKind> properties, int indent)
    {
        var outer = new string(' ', indent);
        return properties.Count == 0 ? $"{outer}{Key(name)}:\n" : $"{outer}{Key(name)}:\n{outer}  properties:\n{Properties(properties, indent + 4)}";
    }

    private static string Properties(IReadOnlyDictionary<string, ValueKind> properties, int indent) =>
        string.Concat(properties.OrderBy(property => property.Key, StringComparer.Ordinal).Select(property => $"{new string(' ', indent)}{Key(property.Key)}: {property.Value.ToString().ToLowerInvariant()}\n"));

    private static string Key(string name) => Word().IsMatch(name) ? name : $"'{name.Replace("'", "''", StringComparison.Ordinal)}'";

    [GeneratedRegex(@"^(?!(?:true|false|yes|no|null|on|off|y|n)$)[A-Za-z_][A-Za-z0-9_.$-]*$", RegexOptions.IgnoreCase)]
    private static partial Regex Word();
}
