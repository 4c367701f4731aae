using System.Text.Json;

namespace Nurture.Templating;

public readonly partial struct TemplateValue
{
    /// <summary>Text stays text, also where it looks like a date; whole numbers become integers, others doubles.</summary>
    /// <exception cref="JsonException">It is no JSON, or more than one value.</exception>
    public static TemplateValue FromJson(ReadOnlySpan<byte> utf8)
    {
        var reader = new Utf8JsonReader(utf8);
        reader.Read();
        var value = Read(ref reader, null);
        // Throws if something follows.
        reader.Read();
        return value;
    }

    /// <param name="like">The object before it in a list: most often one with the same names.</param>
    private static TemplateValue Read(ref Utf8JsonReader reader, TemplateObject? like)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.True: return true;
            case JsonTokenType.False: return false;
            case JsonTokenType.String: return reader.GetString();
            case JsonTokenType.Number:
                return reader.TryGetInt64(out var whole) ? From(whole) : From(reader.GetDouble());
            case JsonTokenType.StartArray:
                var list = new TemplateList();
                TemplateObject? before = null;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var item = Read(ref reader, before);
                    item.TryGetObject(out before);
                    list.Add(item);
                }

                return list;
            case JsonTokenType.StartObject:
                var made = new TemplateObject();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = made.Count < like?.Count && reader.ValueTextEquals(like.NameAt(made.Count)) ? like.NameAt(made.Count) : reader.GetString()!;
                    reader.Read();
                    made[name] = Read(ref reader, null);
                }

                return made;
            default: return Null;
        }
    }
}
