using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Nurture.Tests.Scenarios;

/// <summary>What an editor says by the schema: nothing of a good scenario, something where the shape is wrong.</summary>
public sealed class ScenarioSchemaTests
{
    private static readonly JsonObject Schema = JsonNode.Parse(ScenarioSchema.Text)!.AsObject();

    private static readonly string[] NoScenarios = ["events.yaml", "policy.yaml", "segments.yaml", "escalations.yaml", "health.yaml", "hooks.yaml"];

    public static TheoryData<string> Shipped =>
        [.. Directory.GetFiles(Path.Combine(Fixtures.Root, "scenarios"), "*.yaml").Select(Path.GetFileName).OfType<string>().Except(NoScenarios).Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Shipped))]
    public void What_ships_has_the_shape_of_a_scenario(string file) =>
        Assert.Equal([], Complaints(File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios", file))));

    [Fact]
    public void The_guides_scenarios_have_the_shape_of_one()
    {
        var guide = File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios/README.md"));
        var scenarios = Regex.Matches(guide, "```yaml\n(scenario: .*?)```", RegexOptions.Singleline).Select(block => block.Groups[1].Value).Where(text => !text.Contains("\ntests:", StringComparison.Ordinal)).ToList();

        Assert.NotEmpty(scenarios);
        Assert.All(scenarios, text => Assert.Equal([], Complaints(text)));
    }

    [Theory]
    [InlineData("unknown-keys.yaml")]
    [InlineData("shapes.yaml")]
    [InlineData("days-called-on.yaml")]
    [InlineData("lengths.yaml")]
    public void What_is_broken_in_its_shape_is_seen_by_an_editor_too(string file) =>
        Assert.NotEmpty(Complaints(File.ReadAllText(Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/Broken", file))));

    private static List<string> Complaints(string yaml, JsonObject? schema = null)
    {
        schema ??= Schema;
        var stream = new YamlStream();
        stream.Load(new StringReader(yaml));
        var found = new List<string>();
        Check(schema, schema, Json(stream.Documents[0].RootNode), "", found);
        return found;
    }

    [Fact]
    public void The_schema_of_hooks_takes_the_guides_and_refuses_what_is_broken()
    {
        var schema = JsonNode.Parse(HookGrammar.Schema)!.AsObject();
        var guide = Regex.Match(File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios/README.md")), "```yaml\n(hooks:.*?)```", RegexOptions.Singleline).Groups[1].Value;

        Assert.Equal([], Complaints(guide, schema));
        var said = Complaints(File.ReadAllText(Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/BrokenLibraries/hooks/scenarios/hooks.yaml")), schema);
        Assert.Contains(said, one => one.StartsWith("/hooks/billing/signature", StringComparison.Ordinal));
        Assert.Contains(said, one => one.StartsWith("/hooks/crm/", StringComparison.Ordinal));
        Assert.Contains("/hooks/chat has no events", said);
    }

    public static TheoryData<string, string> HookKeys => [.. HookGrammar.Places.SelectMany(place => place.Value.Select(key => (place.Key, key.Key)))];

    [Theory]
    [MemberData(nameof(HookKeys))]
    public void The_reader_of_hooks_reads_every_key_with_its_example_as_the_schema_does(string place, string key)
    {
        var example = HookGrammar.Places[place].Single(known => known.Key == key).Example;
        var signature = place == "signature" ? $"{{ {(key == "header" ? "" : "header: X-Signature, ")}{(key is "tolerance" ? "timestamp: X-Timestamp, " : "")}{key}: {example} }}" : key == "signature" ? example : "standard-webhooks";
        var made = place == "hook-event" ? $"{{ {(key == "event" ? "" : "event: login, ")}{(key is "user" or "traits" ? "" : "user: body.id, ")}{(key == "account" ? "" : "account: body.company, ")}{(key == "traits" ? "user: body.id, " : "")}{key}: {example} }}" : "{ event: login, user: body.id }";
        var more = place == "hook" && key is "id" or "title" ? $"    {key}: {example}\n" : "";
        var text = $"hooks:\n  billing:\n    signature: {signature}\n    events: [ {made} ]\n{more}";

        Assert.DoesNotContain(HooksReader.Read(text, "hooks.yaml", TrackingPlan.Empty).Diagnostics, said => said.Severity == Severity.Error);
        Assert.Equal([], Complaints(text, JsonNode.Parse(HookGrammar.Schema)!.AsObject()));
    }

    /// <summary>As much of JSON Schema as ours is written in; a word that it does not know is a mistake of this test.</summary>
    private static void Check(JsonObject whole, JsonObject schema, JsonNode? value, string at, List<string> found)
    {
        foreach (var (word, says) in schema)
        {
            switch (word)
            {
                case "$schema" or "$id" or "$defs" or "title" or "description" or "examples" or "default": break;
                case "$ref": Check(whole, whole["$defs"]![says!.GetValue<string>().Split('/')[^1]]!.AsObject(), value, at, found); break;
                case "type":
                    var types = says is JsonArray several ? [.. several.Select(one => one!.GetValue<string>())] : new[] { says!.GetValue<string>() };
                    if (!types.Contains(TypeOf(value))) found.Add($"{at} is {TypeOf(value)}, not {string.Join(" or ", types)}");
                    break;
                case "enum":
                    if (!says!.AsArray().Any(one => JsonNode.DeepEquals(one, value))) found.Add($"{at} is none of {says}");
                    break;
                case "pattern":
                    if (value?.GetValueKind() == System.Text.Json.JsonValueKind.String && !Regex.IsMatch(value.GetValue<string>(), says!.GetValue<string>())) found.Add($"{at} is not {says}");
                    break;
                case "minItems":
                    if (value is JsonArray few && few.Count < says!.GetValue<int>()) found.Add($"{at} has too few");
                    break;
                case "required":
                    if (value is JsonObject had) found.AddRange(says!.AsArray().Select(key => key!.GetValue<string>()).Where(key => !had.ContainsKey(key)).Select(key => $"{at} has no {key}"));
                    break;
                case "anyOf" or "oneOf":
                    var tries = says!.AsArray().Select(one =>
                    {
                        var said = new List<string>();
                        Check(whole, one!.AsObject(), value, at, said);
                        return said;
                    }).ToList();
                    if (tries.All(said => said.Count > 0)) found.AddRange(tries.MinBy(said => said.Count)!);
                    break;
                case "items":
                    if (value is JsonArray items)
                    {
                        foreach (var (i, item) in items.Index()) Check(whole, says!.AsObject(), item, $"{at}[{i}]", found);
                    }

                    break;
                case "properties" or "patternProperties" or "additionalProperties": break;
                default: throw new InvalidOperationException($"No check for {word}.");
            }
        }

        if (value is not JsonObject pairs || !(schema.ContainsKey("properties") || schema.ContainsKey("additionalProperties"))) return;
        foreach (var (key, held) in pairs)
        {
            var place = $"{at}/{key}";
            if (schema["properties"]?[key] is JsonObject known) Check(whole, known, held, place, found);
            else if (schema["patternProperties"]?.AsObject().FirstOrDefault(one => Regex.IsMatch(key, one.Key)).Value is JsonObject alike) Check(whole, alike, held, place, found);
            else if (schema["additionalProperties"] is JsonObject any) Check(whole, any, held, place, found);
            else if (schema["additionalProperties"] is JsonValue) found.Add($"{place} is no key");
        }
    }

    private static string TypeOf(JsonNode? value) => value switch
    {
        null => "null",
        JsonObject => "object",
        JsonArray => "array",
        _ => value.GetValueKind() switch
        {
            System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False => "boolean",
            System.Text.Json.JsonValueKind.Number => "number",
            _ => "string",
        },
    };

    /// <summary>As YAML 1.2 reads it, which is what editors do.</summary>
    private static JsonNode? Json(YamlNode node) => node switch
    {
        YamlMappingNode mapping => new JsonObject(mapping.Children.Select(pair => KeyValuePair.Create(((YamlScalarNode)pair.Key).Value!, Json(pair.Value)))),
        YamlSequenceNode sequence => new JsonArray([.. sequence.Children.Select(Json)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "" or "~" or "null" or null } => null,
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" or "false" } flag => JsonValue.Create(flag.Value == "true"),
        YamlScalarNode { Style: ScalarStyle.Plain } plain when double.TryParse(plain.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException($"No JSON for {node}."),
    };
}
