using System.Text.Json;

namespace Nurture.Calls;

/// <summary>What a scenario reads of an endpoint's answer.</summary>
public static class CallResponse
{
    /// <summary>More of an answer is not read.</summary>
    public const int MostBytes = 64 << 10;

    private const int MostText = 2000;

    /// <summary>
    /// The values at the wanted paths (<c>data.items.0.id</c>), as a JSON object: texts, numbers and truths. What is not there or is
    /// none of these is left out; of an answer that is no JSON, everything.
    /// </summary>
    public static byte[] Read(ReadOnlyMemory<byte> body, IReadOnlyDictionary<string, string> wanted)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            if (wanted.Count > 0 && Parse(body) is { } document)
            {
                using (document)
                {
                    foreach (var (name, path) in wanted.OrderBy(pair => pair.Key, StringComparer.Ordinal))
                    {
                        if (Find(document.RootElement, path) is { } value) Write(json, name, value);
                    }
                }
            }

            json.WriteEndObject();
        }

        return stream.ToArray();
    }

    /// <summary>Where a dotted path leads; a number is the place in a list, from 0.</summary>
    public static JsonElement? Find(JsonElement root, string path)
    {
        foreach (var part in path.Split('.'))
        {
            if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty(part, out var member)) root = member;
            else if (root.ValueKind == JsonValueKind.Array && int.TryParse(part, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var place) && place < root.GetArrayLength()) root = root[place];
            else return null;
        }

        return root;
    }

    private static JsonDocument? Parse(ReadOnlyMemory<byte> body)
    {
        try
        {
            return JsonDocument.Parse(body);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static void Write(Utf8JsonWriter json, string name, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.String when value.GetString()!.Length <= MostText: json.WriteString(name, value.GetString()); break;
            case JsonValueKind.Number when value.TryGetDouble(out var number) && double.IsFinite(number): json.WriteNumber(name, number); break;
            case JsonValueKind.True or JsonValueKind.False: json.WriteBoolean(name, value.GetBoolean()); break;
        }
    }
}
