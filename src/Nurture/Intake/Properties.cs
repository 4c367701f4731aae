using System.Buffers;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Intake;

/// <summary>
/// The properties of an event as its payload: the JSON object as it came, except that planned properties have their
/// planned types, and that a page has its name and what its context knows of it.
/// </summary>
internal static class Properties
{
    private static readonly byte[] Empty = "{}"u8.ToArray();
    private static readonly string[] PageFields = ["path", "referrer", "search", "title", "url"];

    public static ReadOnlyMemory<byte> OfTrack(JsonElement properties, PlannedEvent? planned, Action<Refusal, string> refuse)
    {
        if (properties.ValueKind != JsonValueKind.Object) return Empty;
        var retyped = Retyped(properties, planned, refuse);
        return retyped is null ? properties.Raw().ToArray() : Written(json => WriteMembers(json, properties, retyped));
    }

    public static ReadOnlyMemory<byte> OfPage(
        JsonElement properties, JsonElement name, JsonElement category, JsonElement page, PlannedEvent? planned, Action<Refusal, string> refuse)
    {
        var retyped = Retyped(properties, planned, refuse);
        return Written(json =>
        {
            var has = new HashSet<string>(StringComparer.Ordinal);
            if (properties.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in properties.EnumerateObject()) has.Add(member.Name);
                WriteMembers(json, properties, retyped);
            }
            if (name.ValueKind == JsonValueKind.String && has.Add("name")) json.WriteString("name", name.GetString());
            if (category.ValueKind == JsonValueKind.String && has.Add("category")) json.WriteString("category", category.GetString());
            if (page.ValueKind != JsonValueKind.Object) return;
            foreach (var field in PageFields)
            {
                if (page.TryGetProperty(field, out var value) && value.ValueKind == JsonValueKind.String && has.Add(field)) json.WriteString(field, value.GetString());
            }
        });
    }

    /// <summary>Planned properties that came in another type: the value to write in place, or null to leave it out. Null when all are right.</summary>
    private static Dictionary<string, AttributeValue?>? Retyped(JsonElement properties, PlannedEvent? planned, Action<Refusal, string> refuse)
    {
        if (planned is null || properties.ValueKind != JsonValueKind.Object) return null;
        Dictionary<string, AttributeValue?>? retyped = null;
        foreach (var (name, property) in planned.Properties)
        {
            if (!properties.TryGetProperty(name, out var value) || value.ValueKind == JsonValueKind.Null) continue;
            var typed = Coercion.To(property.Type, value);
            if (typed is null) refuse(Refusal.AttributeWrongType, $"properties.{name} is {Traits.Kind(value)}, where {Traits.Name(property.Type)} belongs");
            if (typed is null || typed.Value.Kind != Coercion.AsItIs(value)?.Kind) (retyped ??= new(StringComparer.Ordinal))[name] = typed;
        }
        return retyped;
    }

    private static void WriteMembers(Utf8JsonWriter json, JsonElement properties, Dictionary<string, AttributeValue?>? retyped)
    {
        foreach (var member in properties.EnumerateObject())
        {
            if (retyped is null || !retyped.TryGetValue(member.Name, out var typed)) member.WriteTo(json);
            else if (typed is { } value) Engine.SignalCodec.WriteJson(json, member.Name, value);
        }
    }

    private static ReadOnlyMemory<byte> Written(Action<Utf8JsonWriter> members)
    {
        var buffer = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(buffer, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            json.WriteStartObject();
            members(json);
            json.WriteEndObject();
        }
        return buffer.WrittenMemory;
    }
}
