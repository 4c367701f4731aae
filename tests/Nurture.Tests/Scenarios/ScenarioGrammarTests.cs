using System.Text.Json.Nodes;
using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

/// <summary>The one grammar: the parser reads each key with its example, and knows no others.</summary>
public sealed class ScenarioGrammarTests
{
    public static TheoryData<string, string> Keys => [.. ScenarioGrammar.Places.SelectMany(place => place.Value.Select(key => (place.Key, key.Key)))];

    [Theory]
    [MemberData(nameof(Keys))]
    public void The_parser_reads_every_key_with_its_example(string place, string key)
    {
        var example = ScenarioGrammar.Places[place].Single(known => known.Key == key).Example;

        var said = ScenarioParser.Parse(With(place, key, example), "test.yaml", Fixtures.Environment).Diagnostics;

        Assert.True(!said.Any(one => one.Severity == Severity.Error), $"{With(place, key, example)}\n{string.Join('\n', said)}");
    }

    [Theory]
    [InlineData("scenario", "nothing: 1\n")]
    [InlineData("send", "steps: [ { send: { template: welcome, nothing: 1 } } ]\n")]
    [InlineData("subject_test", "steps: [ { send: { template: welcome, subject_test: { arms: [ a, b ], share: 20%, after: 4h, nothing: 1 } } } ]\n")]
    [InlineData("wait", "steps: [ { wait: { for: event(\"login\"), up_to: 3d, nothing: 1 } } ]\n")]
    [InlineData("split", "steps: [ { split: [ { share: 100%, then: [], nothing: 1 } ] } ]\n")]
    [InlineData("repeat", "steps: [ { repeat: { times: 3, steps: [ wait: 1d ], nothing: 1 } } ]\n")]
    [InlineData("start", "steps: [ { start: { scenario: other, nothing: 1 } } ]\n")]
    public void A_key_that_the_grammar_does_not_know_is_refused_with_those_that_it_knows(string place, string text)
    {
        var said = ScenarioParser.Parse(text.StartsWith("steps", StringComparison.Ordinal) ? Base.Replace("steps: [ wait: 1h ]\n", text) : Base + text, "test.yaml", Fixtures.Environment).Diagnostics;

        var refused = Assert.Single(said, one => one.Code == DiagnosticCodes.UnknownKey);
        Assert.All(refused.Hint!["It may have ".Length..].TrimEnd('.').Split([", ", " and "], StringSplitOptions.None), offered => Assert.Contains(ScenarioGrammar.Places[place], known => known.Key == offered));
    }

    [Fact]
    public void The_schema_knows_every_key_and_refuses_others()
    {
        var schema = JsonNode.Parse(ScenarioSchema.Text)!;

        foreach (var (place, keys) in ScenarioGrammar.Places)
        {
            var at = place == "scenario" ? schema : schema["$defs"]![place]!;
            Assert.Equal(keys.Select(key => key.Key), at["properties"]!.AsObject().Select(property => property.Key));
            Assert.False(at["additionalProperties"]!.GetValue<bool>());
        }
    }

    private const string Base = "scenario: x\ntitle: X\nowner: m@example.com\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps: [ wait: 1h ]\n";

    private static string With(string place, string key, string value) => place switch
    {
        "scenario" => (key == "priority" ? "stream: lifecycle\n" : "") + string.Join('\n', Base.Split('\n').Where(line => !line.StartsWith($"{key}:", StringComparison.Ordinal))) + $"{key}: {value}\n",
        "trigger" => Base.Replace("{ event: signed_up }", $"{{ {Beside(key)}{key}: {value} }}"),
        "goal" => Base.Replace("goal: { when: event(\"login\"), within: 14d }", $"goal: {{ {(key == "when" ? "" : "when: event(\"login\"), ")}{key}: {value} }}"),
        "step" => Steps(key switch
        {
            "failed" => $"webhook: crm\n    failed: {value}",
            "timeout" => $"wait: {{ for: event(\"login\"), up_to: 3d }}\n    timeout: {value}",
            "outcome" => $"escalate: stalled\n    outcome: {value}",
            "skipped" or "id" => $"send: welcome\n    {key}: {value}",
            _ => $"{key}: {value}",
        }),
        "send" when key == "calendar" => Steps($"send: {{ template: welcome, calendar: {value} }}").Replace("{ event: signed_up }", "{ session: webinar, before: 3d }"),
        "send" => Steps($"send: {{ {(key == "template" ? "" : "template: welcome, ")}{(key is "up_to" or "otherwise" ? "approve: owner, " : "")}{key}: {value} }}"),
        "ask" when key is "calendar" or "registers" => Steps($"ask: {{ template: welcome, answers: [ join, decline ], {key}: {value} }}").Replace("{ event: signed_up }", "{ session: webinar, before: 3d }"),
        "ask" => Steps($"ask: {{ {(key == "template" ? "" : "template: welcome, ")}{(key is "answers" or "scale" ? "" : "answers: [ join, decline ], ")}{(key is "up_to" or "otherwise" ? "approve: owner, " : "")}{key}: {value} }}"),
        "subject_test" => Steps($"send: {{ template: welcome, subject_test: {{ {(key == "arms" ? "" : "arms: [ a, b ], ")}{(key == "share" ? "" : "share: 20%, ")}{(key == "after" ? "" : "after: 4h, ")}{key}: {value} }} }}"),
        "wait" => Steps($"wait: {{ {(key is "up_to" or "late" ? "for: event(\"login\"), " : key is "offset" or "at" or "catch_up" ? "until: account.contract_end, " : key is "days" or "zone" or "id" ? "until: \"09:00\", " : "")}{key}: {value} }}"),
        "arm" => Steps($"branch:\n      - {{ {(key == "else" ? $"else: {value}" : $"if: contact.onboarded, then: {(key == "then" ? value : "[]")}")} }}"),
        "split" => Steps($"split:\n      - {{ {(key == "share" ? "" : "share: 50%, ")}{(key == "then" ? "" : "then: [], ")}{key}: {value} }}\n      - {{ share: 50%, then: [] }}"),
        "repeat" => Steps($"repeat: {{ {(key == "times" ? "" : "times: 2, ")}{(key == "steps" ? "" : "steps: [ wait: 1d ], ")}{key}: {value} }}"),
        "set" => Steps(key == "attribute" ? $"set: {{ attribute: {value}, value: true }}" : $"set: {{ attribute: contact.onboarded, value: {value} }}"),
        "assign" => Steps($"assign: {{ {(key is "owner" or "pool" ? "" : "pool: low-touch, ")}{key}: {value} }}"),
        "unsubscribe" => Steps($"unsubscribe: {{ {(key == "topic" ? "" : "topic: newsletter, ")}{key}: {value} }}"),
        "escalate" => Steps($"escalate: {{ {(key == "type" ? "" : "type: stalled, ")}{key}: {value} }}\n    outcome: {{ otherwise: [] }}"),
        "task" => Steps($"task: {{ {(key == "title" ? "" : "title: Call, ")}{key}: {value} }}{(key == "up_to" ? "\n    timeout: []" : "")}"),
        "webhook" => Steps($"webhook: {{ {(key == "endpoint" ? "" : "endpoint: crm, ")}{key}: {value} }}"),
        "notify" => Steps($"notify: {{ {(key is "channel" or "text" ? (key == "channel" ? "text: Hello, " : "channel: sales, ") : (key == "who" ? "about: Hello, " : key == "about" ? "who: account.owner, " : "who: account.owner, about: Hello, "))}{key}: {value} }}"),
        "start" => (key == "for" ? "subject: account\n" : "") + Steps($"start: {{ {(key == "scenario" ? "" : "scenario: other, ")}{key}: {value} }}"),
        _ => throw new InvalidOperationException($"No text with {place}."),
    };

    private static string Steps(string step) => Base.Replace("steps: [ wait: 1h ]\n", $"steps:\n  - {step}\n");

    private static string Beside(string key) => key switch
    {
        "where" or "late" or "settle" or "delay" or "spread" => "event: signed_up, ",
        "inactive" => "for: 14d, ",
        "session" => "before: 14d, ",
        "for" => "inactive: [ login ], ",
        "crosses" => "above: 8, ",
        "above" or "below" => "crosses: contact.score, ",
        "rearm_below" => "crosses: contact.score, above: 8, ",
        "rearm_above" => "crosses: contact.score, below: 3, ",
        "from" or "to" => "changed: contact.onboarded, ",
        "every" => "from: contact.born_on, ",
        "before" or "after" or "at" or "days" or "catch_up" => "date: contact.born_on, ",
        "zone" or "pace" => "schedule: \"0 9 1 * *\", ",
        _ => "",
    };
}
