using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;
using NodaTime;

namespace Nurture.Scenarios;

public sealed partial class ScenarioParser
{
    private static readonly string[] StepKinds =
        ["send", "ask", "wait", "branch", "split", "repeat", "set", "assign", "unsubscribe", "forget", "add_to", "remove_from", "escalate", "task", "webhook", "notify", "start", "stop", "end"];

    private static readonly Wording StepsThereAre = $"Steps are {Suggestions.Listed(StepKinds)}.";

    private List<Step> ReadSteps(YamlNode? node, Wording what, IReadOnlyList<string>? heard)
    {
        var steps = new List<Step>();
        foreach (var item in source.List(node, what)?.Items ?? [])
        {
            if (ReadStep(item, heard) is not { } step) continue;
            steps.Add(step);
            heard = HeardAfter(step, heard);
        }

        return steps;
    }

    /// <summary>Which events <c>heard</c> may be after a step.</summary>
    /// <param name="heard">Which it may be before; none of them means any, null that nothing was heard.</param>
    private static IReadOnlyList<string>? HeardAfter(Step step, IReadOnlyList<string>? heard)
    {
        if (step is Step.WaitFor { For: var waited } && waited == Unread) return [];
        var inside = Step.All(step.Ways.SelectMany(way => way)).OfType<Step.WaitFor>().SelectMany(EventsOf).ToArray();
        if (step is Step.WaitFor wait && EventsOf(wait).ToArray() is { Length: > 0 } own) return [.. own.Concat(inside).Distinct()];
        if (heard is { Count: 0 } || inside.Length == 0) return heard;
        return heard is null && step is not Step.Repeat ? null : [.. (heard ?? []).Concat(inside).Distinct()];

        static IEnumerable<string> EventsOf(Step.WaitFor wait) => wait.For.Events.Select(asked => asked.EventName);
    }

    private Step? ReadStep(YamlNode node, IReadOnlyList<string>? heard)
    {
        if (node is YamlNode.Scalar { IsEmpty: false } word)
        {
            var isTemplate = environment.Templates?.Contains(word.Value) ?? false;
            source.Error(DiagnosticCodes.WrongShape, node.Span, $"\"{word.Value}\" is no step",
                isTemplate ? (Wording)$"Write send: {word.Value}." : word.Value == "end" ? "An end gives its reason: end: not_interested." : StepsThereAre);
            return null;
        }

        if (source.Map(node, "a step") is not { } mapping) return null;
        var kinds = mapping.Entries.Where(e => StepKinds.Contains(e.Key.Value)).ToArray();
        if (kinds.Length > 1)
        {
            source.Error(DiagnosticCodes.Contradiction, kinds[1].Key.Span, $"\"{kinds[0].Key.Value}\" and \"{kinds[1].Key.Value}\" stand in one step",
                $"Begin a new item: - {kinds[1].Key.Value}: ….");
            return null;
        }

        if (kinds.Length == 0)
        {
            var first = mapping.Entries.FirstOrDefault();
            if (first is null) source.Error(DiagnosticCodes.WrongShape, node.Span, "an empty step", StepsThereAre);
            else
                source.Error(DiagnosticCodes.UnknownKey, first.Key.Span, $"\"{first.Key.Value}\" is no step",
                    Misplaced(first.Key.Value) ?? Suggestions.For(first.Key.Value, StepKinds, "Steps are"));
            return null;
        }

        var kind = kinds[0].Key.Value;
        var fields = new Fields(source, mapping, $"a step \"{kind}\"");
        var value = fields[kind];
        var id = source.Name(fields["id"], "a step");
        var span = kinds[0].Key.Span;
        var step = value is null ? null : kind switch
        {
            "send" or "ask" => ReadSend(value, fields, id, span, heard, isAsking: kind == "ask"),
            "wait" => ReadWait(value, fields, id, span, heard),
            "branch" => ReadBranch(value, id, span, heard),
            "split" => ReadSplit(value, id, span, heard),
            "repeat" => ReadRepeat(value, fields, id, span, heard),
            "set" => ReadSet(value, id, span),
            "assign" => ReadAssign(value, fields, id, span),
            "unsubscribe" => ReadUnsubscribe(value, fields, id, span),
            "forget" => ReadForget(value, id, span),
            "add_to" or "remove_from" => ReadEnlist(value, kind, id, span),
            "start" => ReadStart(value, fields, id, span, heard),
            "stop" => ReadStop(value, id, span),
            "escalate" => ReadEscalate(value, fields, id, span, heard),
            "task" => ReadTask(value, fields, id, span, heard),
            "webhook" => ReadWebhook(value, fields, id, span, heard),
            "notify" => ReadNotify(value, fields, id, span, heard),
            _ => ReadEnd(value, id, span),
        };
        fields.RefuseOthers(ElsewhereThanStep);
        return step;
    }

    private static string? Misplaced(string key) => key switch
    {
        "timeout" => "It stands under its wait, not as a step of its own: align it with \"wait:\", without a dash.",
        "failed" => "It stands under its webhook, not as a step of its own: align it with \"webhook:\", without a dash.",
        "skipped" => "It stands under its send, not as a step of its own: align it with \"send:\", without a dash.",
        "if" or "else" or "then" => "It stands in a branch: - branch: with the arms as its list.",
        "throttle" => "It stands in a send: - send: { template: …, throttle: 2000/d }.",
        "subject_test" => "It stands in a send: - send: { template: …, subject_test: { arms: [ a, b ], share: 20%, after: 4h } }.",
        "template" => "It stands in a send: - send: { template: … }.",
        "outcome" => "It stands under its escalate, not as a step of its own: align it with \"escalate:\", without a dash.",
        "until" or "for" => $"It stands in a wait: - wait: {{ {key}: … }}.",
        _ => null,
    };

    private Step.Branch? ReadBranch(YamlNode value, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        if (value is YamlNode.Mapping)
        {
            source.Error(DiagnosticCodes.WrongShape, value.Span, "a branch is a list of arms", "Begin each arm with \"- if:\" and the last with \"- else:\".");
            return null;
        }

        var arms = new List<Arm>();
        string? derived = null;
        var items = source.List(value, "branch")?.Items ?? [];
        foreach (var (index, item) in items.Index())
        {
            if (source.Map(item, "an arm of a branch", "- if: condition with then: steps, or - else: steps.") is not { } mapping) continue;
            var fields = new Fields(source, mapping, "an arm of a branch");
            if (fields.Has("else"))
            {
                if (fields.Has("if") || fields.Has("then"))
                    source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("else")!.Value, "\"else:\" is an arm of its own", "Begin it with \"- else:\", aligned with \"- if:\".");
                else if (index < items.Count - 1)
                    source.Error(DiagnosticCodes.Unreachable, fields.KeySpan("else")!.Value, "no arm after \"else:\" is ever asked", "Set it last.");
                arms.Add(new(null, ReadSteps(fields["else"], "else", heard)));
                _ = (fields["if"], fields["then"]);
            }
            else
            {
                var condition = fields.Required("if", "What it asks: if: account.tier == \"tech\".");
                var read = ReadCondition(condition, "if", Scope(heard));
                if (index == 0 && condition is YamlNode.Scalar text) derived = Subject(text.Value);
                arms.Add(new(read ?? Unread, ReadSteps(fields.Required("then", "What it does: then: with steps, or then: [] for nothing."), "then", heard)));
            }

            fields.RefuseOthers();
        }

        if (items.Count == 0 && value is YamlNode.Sequence) source.Error(DiagnosticCodes.WrongShape, value.Span, "a branch without arms", "It has at least one: - if: with then:.");
        var given = Claim(id, derived is { Length: <= 24 } ? "branch-" + derived : "branch", span);
        for (var i = 0; i < arms.Count && i < items.Count; i++) positions[$"{given}/arm.{i}"] = items[i].Span;
        return new(given, arms, span);
    }

    private Step.Set? ReadSet(YamlNode value, string? id, SourceSpan span)
    {
        if (source.Map(value, "a set", "set: { contact.onboarded: true }.") is not { } mapping) return null;
        var fields = new Fields(source, mapping, "a set");
        YamlNode path;
        YamlNode? written;
        if (fields.Has("attribute") || fields.Has("value"))
        {
            var attribute = fields.Required("attribute", "Which: attribute: contact.onboarded.");
            written = fields.RequiredOrNothing("value", "To what: value: true; value: null clears it.");
            fields.RefuseOthers();
            if (attribute is null || written is null) return null;
            path = attribute;
        }
        else if (mapping.Entries.Count == 1) (path, written) = mapping.Entries[0];
        else
        {
            source.Error(DiagnosticCodes.Contradiction, value.Span, "one set changes one attribute", "Write a step for each.");
            return null;
        }

        if (path is not YamlNode.Scalar { Value: var name } || PathPattern().Match(name) is not { Success: true } match || match.Groups["root"].Value is not ("contact" or "account"))
        {
            source.Error(DiagnosticCodes.BadValue, path.Span, $"{Values.Shape(path)} is not an attribute", "It begins with contact. or account.: contact.onboarded.");
            return null;
        }

        var on = match.Groups["root"].Value == "contact" ? SubjectKind.Contact : SubjectKind.Account;
        var attributeName = match.Groups["path"].Value;
        if (on == SubjectKind.Contact && subject == SubjectKind.Account)
        {
            source.Error(DiagnosticCodes.WrongSubject, path.Span, "this scenario is about an account, which has many people: whose attribute is meant?", "Set one of the account: account.….");
            return null;
        }

        if (!CheckAttribute(path, on, attributeName)) return null;
        if (ReadValue(written, environment.Plan.Attribute(on, attributeName)?.Type, name) is not { } typed) return null;
        return new(Claim(id, "set-" + Values.Slug(attributeName), span), on, attributeName, typed, span);
    }

    /// <summary>A value of the attribute's type; null clears. Without a plan its form decides.</summary>
    private AttributeValue? ReadValue(YamlNode? node, ValueKind? type, string attribute)
    {
        if (node is YamlNode.Scalar { IsEmpty: true }) return AttributeValue.Null;
        if (source.Text(node, Wording.Verbatim(attribute)) is not { } written) return null;
        var isPlain = ((YamlNode.Scalar)node!).IsPlain;
        if (AttributeText.TryRead(written, type, isPlain, out var value)) return value;
        source.Error(DiagnosticCodes.WrongType, node.Span, $"{attribute} is a {type!.Value.ToString().ToLowerInvariant()}, and \"{written}\" is not", AttributeText.Example(type.Value));
        return null;
    }

    private Step.End? ReadEnd(YamlNode value, string? id, SourceSpan span) =>
        source.Name(value, "the reason of an end") is { } reason ? new(Claim(id, "end-" + reason, span), reason, span) : null;

    private string? InnerId(Fields? fields, string? outer, Fields step)
    {
        var inner = source.Name(fields?["id"], "a step");
        if (inner is not null && outer is not null)
            source.Error(DiagnosticCodes.Contradiction, step.KeySpan("id")!.Value, "this step has two ids", "Keep one of them.");
        return inner ?? outer;
    }

    /// <summary>The step's id: as given, else derived from its content, so that it stays the same while the content does.</summary>
    private string Claim(string? given, string derived, SourceSpan span)
    {
        var id = given ?? Values.Slug(derived);
        if (given is null && sharedIds is not null && !sharedIds.TryAdd(span.Start, id)) id = sharedIds[span.Start];
        if (stepIds.TryAdd(id, span)) return id;
        var free = Enumerable.Range(2, int.MaxValue - 2).Select(n => $"{id}-{n}").First(candidate => !stepIds.ContainsKey(candidate));
        source.Error(DiagnosticCodes.DuplicateStep, span, given is null ? (Wording)$"the step on line {stepIds[id].Line} is already called \"{id}\", and this one would be too" : $"the step on line {stepIds[id].Line} is already called \"{id}\"",
            given is null ? (Wording)$"Give this one a name of its own: id: {free}." : (Wording)$"Name it otherwise, for example id: {free}.");
        stepIds.Add(free, span);
        return free;
    }

    private void Remember(string id, Fields? fields, params ReadOnlySpan<string> keys)
    {
        if (fields is null) return;
        foreach (var key in keys)
        {
            if (fields.KeySpan(key) is { } span) positions[$"{id}/{key}"] = span;
        }
    }

    /// <summary>What a condition is about, in a word: its first event, else its first attribute.</summary>
    private static string? Subject(string condition)
    {
        if (QuotedArgument().Match(condition) is { Success: true } named) return Values.Slug(named.Groups[1].Value);
        return AttributeRead().Match(condition) is { Success: true } read ? Values.Slug(read.Groups[1].Value.Split('.')[^1]) : null;
    }

    private static readonly Dictionary<string, Wording> ElsewhereThanStep = new(StringComparer.Ordinal)
    {
        ["outcome"] = "It belongs to escalate: and task:; a wait: has timeout:.",
        ["if"] = "In a send it stands inside: send: { template: welcome, if: … }; for everything else there is branch:.",
        ["to"] = "It stands inside the send: send: { template: welcome, to: … }.",
        ["nobody"] = "It stands inside the send: send: { template: welcome, to: …, nobody: … }.",
        ["up_to"] = "It stands inside the wait: wait: { for: …, up_to: 3d }.",
        ["template"] = "It stands inside the send: send: { template: welcome }.",
    };

    [GeneratedRegex(@"[a-z_]+\(\s*\[?""([^""\\]+)""")]
    private static partial Regex QuotedArgument();

    [GeneratedRegex(@"\b(?:contact|account|trigger|heard)\.([A-Za-z0-9_.]+)(?!\s*\()")]
    private static partial Regex AttributeRead();
}
