using System.Globalization;
using System.Text;
using System.Text.Json;
using Nurture.Calls;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Intake.Hooks;

/// <summary>An event that a body made.</summary>
public sealed record HookedEvent(
    string Event, string? User, string? Email, string? Account, DateTimeOffset? At,
    IReadOnlyDictionary<string, JsonElement> Properties, IReadOnlyDictionary<string, JsonElement> Traits, IReadOnlyDictionary<string, JsonElement> AccountTraits);

/// <param name="Failure">Which expression says nothing where something is needed; null where all could be read.</param>
/// <param name="Id">The request's own; null where the hook names no place for it.</param>
public sealed record HookReading(IReadOnlyList<HookedEvent> Events, string? Id, string? Failure);

/// <summary>What a hook makes of a body: a function of both.</summary>
public static class HookReader
{
    private static readonly Catalog Nothing = new();

    public static HookReading Read(Hook hook, JsonElement body, ReadOnlyMemory<byte> bytes, DateTimeOffset now)
    {
        var events = new List<HookedEvent>();
        var context = new ConditionContext { Catalog = Nothing, At = now, Trigger = new OccurredEvent(0, "body", 0, 0, now, now, bytes) };
        foreach (var (n, made) in hook.Events.Index())
        {
            if (made.When is { } when && when.Evaluate(context) != Truth.True) continue;
            var (user, email, account) = (Id(made.User), Id(made.Email), Id(made.Account));
            if (user is null && email is null && account is null)
                return new([], null, $"events[{n}] ({made.Event}): {string.Join(", ", new[] { ("user", made.User), ("email", made.Email), ("account", made.Account) }.Where(one => one.Item2 is not null).Select(one => $"{one.Item1}: {one.Item2}"))} says nobody in this body.");
            DateTimeOffset? at = null;
            if (made.At is { } moment && Element(moment) is { } written && (at = Moment(written)) is null)
                return new([], null, $"events[{n}] ({made.Event}): at: {moment} is {written.GetRawText()}, which is no moment.");
            events.Add(new(made.Event, user, email, account, at, Values(made.Properties), Values(made.Traits), Values(made.AccountTraits)));
        }

        string? id = null;
        if (hook.Id is { } place && (id = Id(place)) is null) return new([], null, $"id: {place} says nothing in this body.");
        return new(events, id, null);

        JsonElement? Element(HookValue value) => value.Path is null ? Written(value.Written) : CallResponse.Find(body, value.Path) is { ValueKind: not (JsonValueKind.Null or JsonValueKind.Undefined) } found ? found : null;

        string? Id(HookValue? value) => value is null ? null : Element(value) switch
        {
            { ValueKind: JsonValueKind.String } text when text.GetString() is { Length: > 0 } id => id,
            { ValueKind: JsonValueKind.Number } number => number.GetRawText(),
            _ => null,
        };

        IReadOnlyDictionary<string, JsonElement> Values(IReadOnlyDictionary<string, HookValue> values)
        {
            var read = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            foreach (var (name, value) in values)
            {
                if (Element(value) is { } found) read[name] = found;
            }

            return read;
        }
    }

    /// <summary>The events as a batch of the Segment-compatible API, so that they come in as all others do.</summary>
    /// <param name="id">Of the request: the messages' ids derive from it, so that the same request again is nothing new.</param>
    /// <param name="knownBy">By an address, the ids of the person who has it already: a user's, else a browser's.</param>
    public static byte[] ToBatch(IReadOnlyList<HookedEvent> events, string id, IReadOnlyDictionary<string, (string? UserId, string? AnonymousId)> knownBy)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            json.WriteStartArray("batch");
            foreach (var (n, one) in events.Index())
            {
                var known = one.Email is { } address ? knownBy.GetValueOrDefault(address) : default;
                var user = one.User ?? known.UserId;
                var anonymous = user is null && one.Email is { } email ? known.AnonymousId ?? $"email:{email.ToLowerInvariant()}" : null;
                if (one.Account is not null && one.AccountTraits.Count > 0) Message("group", "g", () => Object("traits", one.AccountTraits), isGroup: true);
                if ((user ?? anonymous) is not null && (one.Traits.Count > 0 || one.Email is not null)) Message("identify", "i", () => Object("traits", one.Traits, one.Email), isGroup: false);
                Message("track", "t", () =>
                {
                    json.WriteString("event", one.Event);
                    Object("properties", one.Properties);
                }, isGroup: false);

                void Message(string type, string part, Action rest, bool isGroup)
                {
                    json.WriteStartObject();
                    json.WriteString("type", type);
                    json.WriteString("messageId", $"{id}:{n}{part}");
                    if (user is not null) json.WriteString("userId", user);
                    if (anonymous is not null) json.WriteString("anonymousId", anonymous);
                    if (one.At is { } at) json.WriteString("timestamp", at);
                    if (one.Account is not null && isGroup) json.WriteString("groupId", one.Account);
                    if (one.Account is not null && !isGroup)
                    {
                        json.WriteStartObject("context");
                        json.WriteString("groupId", one.Account);
                        json.WriteEndObject();
                    }

                    rest();
                    json.WriteEndObject();
                }
            }

            json.WriteEndArray();
            json.WriteEndObject();

            void Object(string name, IReadOnlyDictionary<string, JsonElement> values, string? email = null)
            {
                json.WriteStartObject(name);
                if (email is not null && !values.ContainsKey("email")) json.WriteString("email", email);
                foreach (var (key, value) in values)
                {
                    json.WritePropertyName(key);
                    value.WriteTo(json);
                }

                json.WriteEndObject();
            }
        }

        return stream.ToArray();
    }

    private static JsonElement? Written(AttributeValue value) => value.Kind switch
    {
        ValueKind.Null => null,
        ValueKind.Boolean => JsonSerializer.SerializeToElement(value.AsBoolean),
        ValueKind.Number => JsonSerializer.SerializeToElement(value.AsNumber),
        _ => JsonSerializer.SerializeToElement(value.ToString()),
    };

    private static DateTimeOffset? Moment(JsonElement value)
    {
        // What is beyond the year 5000 in seconds is milliseconds.
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && Math.Abs(number) < 1e14)
            return DateTimeOffset.FromUnixTimeMilliseconds((long)(Math.Abs(number) < 1e11 ? number * 1000 : number));
        return value.ValueKind == JsonValueKind.String && DateTimeOffset.TryParse(value.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at) ? at : null;
    }
}
