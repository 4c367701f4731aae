using System.Text.Json;

namespace Nurture.Contacts;

/// <summary>
/// Something a contact or an account did, as scenarios see it. <see cref="Properties"/> is UTF-8 JSON, an object.
/// </summary>
/// <param name="Id">The place in the event log; 0 in the simulator where there is none.</param>
/// <param name="ContactId">0 when the account itself did it.</param>
/// <param name="AccountId">The account it belongs to (SEMANTICS.md 10), 0 when there is none.</param>
public sealed record OccurredEvent(
    long Id,
    string Name,
    long ContactId,
    long AccountId,
    DateTimeOffset OccurredAt,
    DateTimeOffset ReceivedAt,
    ReadOnlyMemory<byte> Properties)
{
    private Dictionary<string, AttributeValue>? fields;

    /// <summary>A field by its dotted path (<c>plan</c>, <c>page.url</c>); null when it is absent, an array or an object.</summary>
    public AttributeValue this[string path] => (fields ??= Read()).GetValueOrDefault(path);

    private Dictionary<string, AttributeValue> Read()
    {
        var read = new Dictionary<string, AttributeValue>(StringComparer.Ordinal);
        if (Properties.Length == 0) return read;
        using var document = JsonDocument.Parse(Properties);
        if (document.RootElement.ValueKind == JsonValueKind.Object) Flatten(document.RootElement, "", read);
        return read;
    }

    private static void Flatten(JsonElement element, string prefix, Dictionary<string, AttributeValue> into)
    {
        foreach (var member in element.EnumerateObject())
        {
            var path = prefix.Length == 0 ? member.Name : $"{prefix}.{member.Name}";
            switch (member.Value.ValueKind)
            {
                case JsonValueKind.Object: Flatten(member.Value, path, into); break;
                case JsonValueKind.String: into[path] = AttributeValue.From(member.Value.GetString()!); break;
                case JsonValueKind.Number: into[path] = AttributeValue.From(member.Value.GetDouble()); break;
                case JsonValueKind.True or JsonValueKind.False: into[path] = AttributeValue.From(member.Value.GetBoolean()); break;
            }
        }
    }
}
