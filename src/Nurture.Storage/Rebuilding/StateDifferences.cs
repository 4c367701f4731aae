using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Packing;

namespace Nurture.Storage.Rebuilding;

/// <summary>A field of a subject that is not what it should be.</summary>
/// <param name="Field"><c>enrollments[trial].step</c></param>
/// <param name="Live">As it stands; null where there is none.</param>
/// <param name="MadeAgain">As it is by checkpoint and events.</param>
public sealed record FieldDifference(string Field, string? Live, string? MadeAgain);

/// <summary>Two states of one subject, field by field.</summary>
internal static class StateDifferences
{
    private static readonly string[] Derived = ["Ref", "Kind", "Email", "IsSuppressed", "IsEmpty"];

    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower), new ValueText(), new BytesText() },
        TypeInfoResolver = new DefaultJsonTypeInfoResolver { Modifiers = { WithoutDerived } },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static IReadOnlyList<FieldDifference> Between(SubjectKey key, HeldState? live, HeldState? made)
    {
        var found = new List<FieldDifference>();
        if (live?.DueAt != made?.DueAt) found.Add(new("due_at", Text(live?.DueAt), Text(made?.DueAt)));
        if (live is null || made is null)
        {
            if (live != made) found.Add(new("state", live is null ? null : "there", made is null ? null : "there"));
            return found;
        }

        if (live.State.Doc.AsSpan().SequenceEqual(made.State.Doc) && (live.State.Rest ?? []).AsSpan().SequenceEqual(made.State.Rest ?? [])) return found;
        JsonNode? left;
        try
        {
            left = Tree(key, live);
        }
        catch (PackedFormatException unreadable)
        {
            found.Add(new("state", unreadable.Message, "readable"));
            return found;
        }

        Compare("", left, Tree(key, made), found);
        return found;
    }

    /// <summary>Of a contact that has no state in its slot: where it went, and what waits for it.</summary>
    public static IEnumerable<FieldDifference> BetweenAbsent(Tombstone? live, IReadOnlyCollection<long> liveKept, Tombstone? made, IReadOnlyCollection<long> madeKept)
    {
        if (live != made) yield return new("tombstone", live?.ToString(), made?.ToString());
        if (!liveKept.Order().SequenceEqual(madeKept.Order())) yield return new("kept_signals", string.Join(' ', liveKept), string.Join(' ', madeKept));
    }

    private static string? Text(DateTimeOffset? at) => at?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);

    private static JsonNode? Tree(SubjectKey key, HeldState held)
    {
        var state = held.Unpack(key);
        return JsonSerializer.SerializeToNode(state, state.GetType(), Options);
    }

    private static void Compare(string path, JsonNode? live, JsonNode? made, List<FieldDifference> found)
    {
        switch (live, made)
        {
            case (JsonObject left, JsonObject right):
                foreach (var name in left.Select(member => member.Key).Union(right.Select(member => member.Key)).Order(StringComparer.Ordinal))
                    Compare(path.Length == 0 ? name : $"{path}.{name}", left[name], right[name], found);
                break;
            case (JsonArray left, JsonArray right):
                for (var n = 0; n < Math.Max(left.Count, right.Count); n++)
                {
                    var (one, other) = (n < left.Count ? left[n] : null, n < right.Count ? right[n] : null);
                    Compare($"{path}[{NameOf(one ?? other) ?? $"{n}"}]", one, other, found);
                }

                break;
            default:
                if (!JsonNode.DeepEquals(live, made)) found.Add(new(path, live?.ToJsonString(Options), made?.ToJsonString(Options)));
                break;
        }
    }

    // Enrollments, passages and entries that wait are known by their scenario.
    private static string? NameOf(JsonNode? item) => item is JsonObject named && named["scenario"] is JsonValue scenario ? scenario.ToString() : null;

    private static void WithoutDerived(JsonTypeInfo type)
    {
        foreach (var property in type.Properties.Where(property => Derived.Contains((property.AttributeProvider as System.Reflection.PropertyInfo)?.Name)).ToList()) type.Properties.Remove(property);
    }

    private sealed class ValueText : JsonConverter<AttributeValue>
    {
        public override AttributeValue Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("Differences are only written.");

        public override void Write(Utf8JsonWriter writer, AttributeValue value, JsonSerializerOptions options) => writer.WriteStringValue($"{value}");
    }

    private sealed class BytesText : JsonConverter<ReadOnlyMemory<byte>>
    {
        public override ReadOnlyMemory<byte> Read(ref Utf8JsonReader reader, Type type, JsonSerializerOptions options) => throw new NotSupportedException("Differences are only written.");

        public override void Write(Utf8JsonWriter writer, ReadOnlyMemory<byte> value, JsonSerializerOptions options) => writer.WriteStringValue(Encoding.UTF8.GetString(value.Span));
    }
}
