using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios.Yaml;

namespace Nurture.Scenarios;

/// <summary><c>events.yaml</c> to <see cref="TrackingPlan"/>; what cannot be read is left out and said.</summary>
public static class TrackingPlanReader
{
    public static (TrackingPlan Plan, IReadOnlyList<Diagnostic> Diagnostics) Read(string text, string file)
    {
        var source = new YamlSource(text, file);
        var root = YamlReader.Read(source);
        if (root is null || source.Map(root, "the tracking plan", "It has events:, contact: and account:.") is not { } mapping) return (TrackingPlan.Empty, source.Sorted());

        var fields = new Fields(source, mapping, "the tracking plan");
        var plan = new TrackingPlan
        {
            Events = ReadEvents(source, fields["events"]),
            ContactAttributes = ReadAttributes(source, fields["contact"], "contact"),
            AccountAttributes = ReadAttributes(source, fields["account"], "account"),
        };
        fields.RefuseOthers();
        return (plan, source.Sorted());
    }

    private static Dictionary<string, PlannedEvent> ReadEvents(YamlSource source, YamlNode? node)
    {
        var events = new Dictionary<string, PlannedEvent>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, "events", "Each event has its name as key.")?.Entries ?? [])
        {
            if (key.Value.StartsWith(ProductEvents.Prefix, StringComparison.Ordinal))
                source.Error(DiagnosticCodes.BadName, key.Span, $"names that begin with {ProductEvents.Prefix} are Nurture's own", $"They are known without being described: {string.Join(", ", ProductEvents.All.Select(planned => planned.Name))}.");
            if (value is YamlNode.Scalar { IsEmpty: true })
            {
                events[key.Value] = new(key.Value, "", false, new Dictionary<string, PlannedAttribute>());
                continue;
            }

            if (value is YamlNode.Scalar description)
            {
                events[key.Value] = new(key.Value, description.Value, false, new Dictionary<string, PlannedAttribute>());
                continue;
            }

            if (source.Map(value, $"the event \"{key.Value}\"") is not { } mapping) continue;
            var fields = new Fields(source, mapping, $"the event \"{key.Value}\"");
            var isFact = source.YesOrNo(fields["account_fact"], "account_fact") ?? false;
            events[key.Value] = new(key.Value, source.Text(fields["description"], "description") ?? "", isFact, ReadAttributes(source, fields["properties"], "properties"));
            fields.RefuseOthers();
        }

        // Where nothing is described, every name is let through as it is.
        if (events.Count > 0)
        {
            foreach (var own in ProductEvents.All) events[own.Name] = own;
        }

        return events;
    }

    private static Dictionary<string, PlannedAttribute> ReadAttributes(YamlSource source, YamlNode? node, Wording what)
    {
        var attributes = new Dictionary<string, PlannedAttribute>(StringComparer.Ordinal);
        foreach (var (key, value) in source.Map(node, what, "Each has its name as key and its type behind it: plan: text.")?.Entries ?? [])
        {
            if (ReadAttribute(source, key.Value, value) is { } attribute) attributes[key.Value] = attribute;
        }

        return attributes;
    }

    private static PlannedAttribute? ReadAttribute(YamlSource source, string name, YamlNode node)
    {
        if (node is YamlNode.Scalar) return ReadType(source, node) is { } plain ? new(name, plain, "", AttributeValue.Null) : null;
        if (source.Map(node, Wording.Verbatim(name)) is not { } mapping) return null;
        var fields = new Fields(source, mapping, $"\"{name}\"");
        var type = ReadType(source, fields.Required("type", "text, number, boolean, date or instant."));
        var description = source.Text(fields["description"], "description") ?? "";
        var standard = AttributeValue.Null;
        if (type is { } kind && fields["default"] is YamlNode.Scalar written && !AttributeText.TryRead(written.Value, kind, written.IsPlain, out standard))
            source.Error(DiagnosticCodes.WrongType, written.Span, $"\"{name}\" is a {kind.ToString().ToLowerInvariant()}, and \"{written.Value}\" is not", AttributeText.Example(kind));
        var values = source.Texts(fields["values"], "values").Select(value => value.Value).Distinct(StringComparer.Ordinal).ToList();
        if (values.Count > 0 && type is { } other and not ValueKind.Text)
            source.Error(DiagnosticCodes.WrongType, fields.KeySpan("values")!.Value, $"\"{name}\" is a {other.ToString().ToLowerInvariant()}, and values: list what a text can be", "Take them away, or make it type: text.");
        else if (values.Count > 0 && standard.Kind == ValueKind.Text && !values.Contains(standard.AsText))
            source.Error(DiagnosticCodes.UnknownWord, fields["default"]!.Span, $"\"{standard}\" is none of the values of \"{name}\"", Suggestions.For(standard.AsText, values, "There are"));
        fields.RefuseOthers();
        return type is { } known ? new(name, known, description, standard) { Values = values } : null;
    }

    private static ValueKind? ReadType(YamlSource source, YamlNode? node) => source.OneOf(node, "a type",
        ("text", ValueKind.Text), ("number", ValueKind.Number), ("boolean", ValueKind.Boolean), ("date", ValueKind.Date), ("instant", ValueKind.Instant));
}
