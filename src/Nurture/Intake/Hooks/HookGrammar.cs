using System.Text.Json.Nodes;
using Nurture.Scenarios;

namespace Nurture.Intake.Hooks;

/// <summary>The keys of hooks.yaml: the authoring guide's tables and the JSON Schema are made from them.</summary>
public static class HookGrammar
{
    private const string Value = "a place in the body, `body.data.id`, or a value";

    /// <summary>By place, in the order in which authors meet them.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<ScenarioKey>> Places { get; } = new Dictionary<string, IReadOnlyList<ScenarioKey>>
    {
        ["hook"] =
        [
            new("signature", "map", "how a request is signed: `standard-webhooks`, or an HMAC-SHA256 in a header, see below", "standard-webhooks") { Default = ScenarioGrammar.Required, Opens = "signature" },
            new("id", "map", "where the request's own id stands, by which a repetition is known: `body.id`, or `{ header: X-Delivery }`", "body.id") { Default = "`webhook-id`, or the whole body" },
            new("events", "map", "a list: which events a body makes, see below", "[ { event: paid, account: body.company_id } ]") { Default = ScenarioGrammar.Required, Opens = "hook-event" },
            new("title", "text", "what people read", "Billing") { Default = "its name" },
        ],
        ["signature"] =
        [
            new("header", "text", "where it stands", "X-Signature") { Default = ScenarioGrammar.Required },
            new("encoding", "word", "how it is written", "base64") { Words = ["hex", "base64"], Default = "`hex`" },
            new("prefix", "text", "what stands before it", "\"sha256=\"") { Default = "nothing" },
            new("timestamp", "text", "the header with the moment, in seconds", "X-Timestamp") { Default = "none" },
            new("signs", "word", "what is signed; with `timestamp` the moment, a dot and the body", "body") { Words = ["body", "timestamp.body"], Default = "`timestamp.body` with `timestamp`" },
            new("tolerance", "length", "with `timestamp`: one further away is refused", "10m") { Default = "`5m`" },
        ],
        ["hook-event"] =
        [
            new("when", "condition", "a condition over `body.…`", "body.type == \"paid\"") { Default = "every body" },
            new("event", "name", "the event that it makes", "paid") { Default = ScenarioGrammar.Required },
            new("user", "value", $"whose it is, by the product's id: {Value}", "body.customer_id") { Default = "one of the three" },
            new("email", "value", "whose it is, by address: the person who has it", "body.customer.email") { Default = "one of the three" },
            new("account", "value", "whose account's it is", "body.company_id") { Default = "one of the three" },
            new("at", "value", "when it happened: ISO 8601, or seconds or milliseconds since 1970", "body.created") { Default = "when it is received" },
            new("properties", "map", "of the event, each with its value", "{ invoice_id: body.id }") { Default = "none" },
            new("traits", "map", "attributes of the person", "{ name: body.customer.name }") { Default = "none" },
            new("account_traits", "map", "attributes of the account", "{ plan: body.plan }") { Default = "none" },
        ],
    };

    /// <summary>As a JSON Schema (draft 2020-12), with which editors complete and check hooks.yaml.</summary>
    public static string Schema { get; } = Make().ToJsonString(ScenarioSchema.Written);

    private static JsonObject Make()
    {
        var places = new JsonObject();
        foreach (var (place, keys) in Places)
        {
            var properties = new JsonObject();
            foreach (var key in keys) properties.Add(key.Key, ScenarioSchema.Described(ValueOf(key), key));
            places.Add(place, new JsonObject
            {
                ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = false,
                ["required"] = new JsonArray([.. keys.Where(key => key.IsRequired).Select(key => (JsonNode)key.Key)]),
            });
        }

        return new()
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "What other systems tell Nurture",
            ["type"] = "object",
            ["properties"] = new JsonObject { ["hooks"] = new JsonObject { ["type"] = "object", ["additionalProperties"] = ScenarioSchema.Ref("hook") } },
            ["additionalProperties"] = false,
            ["required"] = new JsonArray("hooks"),
            ["$defs"] = places,
        };
    }

    private static JsonObject ValueOf(ScenarioKey key) => key switch
    {
        { Key: "signature" } => ScenarioSchema.Either(ScenarioSchema.Words(["standard-webhooks"]), ScenarioSchema.Ref("signature")),
        { Key: "id" } => ScenarioSchema.Either(ScenarioSchema.Matching("^body\\."), new JsonObject
        {
            ["type"] = "object", ["properties"] = new JsonObject { ["header"] = ScenarioSchema.AnyText() }, ["additionalProperties"] = false, ["required"] = new JsonArray("header"),
        }),
        { Key: "events" } => new JsonObject { ["type"] = "array", ["items"] = ScenarioSchema.Ref("hook-event") },
        { Value: "map" } => new JsonObject { ["type"] = "object", ["additionalProperties"] = Scalar() },
        { Value: "word" } => ScenarioSchema.Words(key.Words),
        { Value: "length" } => ScenarioSchema.Matching("^[0-9]{1,6}(s|m|h|d|w)$"),
        { Value: "condition" } => new JsonObject { ["type"] = new JsonArray("string", "boolean") },
        { Value: "value" } => Scalar(),
        _ => ScenarioSchema.AnyText(),
    };

    private static JsonObject Scalar() => new() { ["type"] = new JsonArray("string", "number", "boolean") };
}
