using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nurture.Scenarios;

/// <summary>
/// The grammar as a JSON Schema (draft 2020-12), with which editors complete and check a scenario's file. It knows keys,
/// shapes and closed lists; what conditions, names and times mean is for lint.
/// </summary>
public static class ScenarioSchema
{
    private const string LengthPattern = "^([+-]?[0-9]{1,6}(mo|bd|s|m|h|d|w)|row\\.[A-Za-z0-9_]+)$";

    internal static JsonSerializerOptions Written { get; } = new() { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Text { get; } = Make().ToJsonString(Written);

    private static JsonObject Make()
    {
        var places = new JsonObject();
        foreach (var (place, keys) in ScenarioGrammar.Places)
        {
            if (place != "scenario") places.Add(place, Place(place, keys));
        }

        var schema = Place("scenario", ScenarioGrammar.Places["scenario"]);
        schema.Insert(0, "$schema", "https://json-schema.org/draft/2020-12/schema");
        schema.Insert(1, "title", "A scenario of Nurture");
        schema.Add("$defs", places);
        return schema;
    }

    private static JsonObject Place(string place, IReadOnlyList<ScenarioKey> keys)
    {
        var properties = new JsonObject();
        foreach (var key in keys) properties.Add(key.Key, Value(place, key));
        var schema = new JsonObject { ["type"] = "object", ["properties"] = properties };
        // A set may name its attribute itself: { contact.onboarded: true }.
        if (place == "set") schema["patternProperties"] = new JsonObject { ["^(contact|account)\\."] = new JsonObject() };
        schema["additionalProperties"] = false;
        if (place != "set" && keys.Where(key => key.IsRequired).Select(key => (JsonNode)key.Key).ToArray() is { Length: > 0 } required) schema["required"] = new JsonArray(required);
        return schema;
    }

    private static JsonObject Value(string place, ScenarioKey key)
    {
        var schema = key switch
        {
            { Key: "trigger" } => Either(Ref("trigger"), Words(["manual"])),
            { Key: "goal" } => Either(Ref("goal"), Words(["none"])),
            { Key: "reentry" } => Either(Words(["once", "every time"]), Matching("^after [0-9]+[a-z]+$")),
            { Key: "zone", Value: "word" } => Either(Words(key.Words), AnyText()),
            { Key: "wait", Opens: not null } => Either(Matching(LengthPattern), Ref("wait")),
            { Key: "skipped" } => Either(Words(["end"]), Steps()),
            { Key: "outcome" } => new JsonObject { ["type"] = "object", ["additionalProperties"] = Steps(), ["required"] = new JsonArray("otherwise") },
            { Key: "answers" } => Either(OneOrSeveral(new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") }), new JsonObject { ["type"] = "object" }),
            { Key: "question" } => Either(AnyText(), new JsonObject { ["type"] = "object", ["additionalProperties"] = AnyText() }),
            { Key: "wait", Value: "word" } => new JsonObject { ["type"] = "boolean" },
            { Key: "comment" } => new JsonObject { ["type"] = "boolean" },
            { Key: "with" or "body" or "response" } => new JsonObject { ["type"] = "object" },
            { Key: "for", Value: "length" } => AnyText(),
            { Key: "band" } => OneOrSeveral(Words(key.Words)),
            { Key: "at" } => AnyText(),
            { Value: "arms", Opens: { } opens } => new JsonObject { ["type"] = "array", ["items"] = Ref(opens) },
            { Opens: { } only } when only is "set" or "assign" or "repeat" or "notify" or "subject_test" => Ref(only),
            { Opens: { } opens } => Either(AnyText(), Ref(opens)),
            _ => key.Value switch
            {
                "word" => Words(key.Words),
                "steps" => Steps(),
                "rows" => Either(new JsonObject { ["type"] = "array", ["items"] = new JsonObject { ["type"] = "object" } }, Matching("\\.(csv|ya?ml)$")),
                "events" or "event" or "conditions" => OneOrSeveral(AnyText()),
                "length" => Matching(LengthPattern),
                "share" => Matching("^([0-9]+(\\.[0-9]+)?%|row\\.[A-Za-z0-9_]+)$"),
                "number" => new JsonObject { ["type"] = new JsonArray("number", "string") },
                "text" => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") },
                "value" => new JsonObject { ["type"] = new JsonArray("string", "number", "boolean", "null") },
                "values" => OneOrSeveral(new JsonObject { ["type"] = new JsonArray("string", "number", "boolean") }),
                "scenario" when key.Key == "stop" => OneOrSeveral(AnyText()),
                "condition" => new JsonObject { ["type"] = new JsonArray("string", "boolean") },
                _ => AnyText(),
            },
        };
        return Described(schema, key);
    }

    internal static JsonObject Described(JsonObject schema, ScenarioKey key)
    {
        schema["description"] = key.Meaning + (key.Default.Length > 0 ? $" ({(key.IsRequired ? "" : "default: ")}{key.Default})" : "");
        schema["examples"] = new JsonArray(key.Example);
        return schema;
    }

    internal static JsonObject Ref(string place) => new() { ["$ref"] = $"#/$defs/{place}" };

    internal static JsonObject AnyText() => new() { ["type"] = "string" };

    internal static JsonObject Matching(string pattern) => new() { ["type"] = "string", ["pattern"] = pattern };

    internal static JsonObject Words(IEnumerable<string> words) => new() { ["enum"] = new JsonArray([.. words.Select(word => (JsonNode)word)]) };

    private static JsonObject Steps() => new() { ["type"] = "array", ["items"] = Ref("step") };

    private static JsonObject OneOrSeveral(JsonObject one) => Either(one, new JsonObject { ["type"] = "array", ["items"] = one.DeepClone() });

    internal static JsonObject Either(JsonObject one, JsonObject other) => new() { ["anyOf"] = new JsonArray(one, other) };
}
