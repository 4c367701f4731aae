using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>The steps that call a human.</summary>
public sealed partial class ScenarioParser
{
    private Step.Escalate? ReadEscalate(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        string? type;
        string? because = null;
        Duration? upTo = null;
        Fields? fields = null;
        if (value is YamlNode.Scalar) type = source.Name(value, "an escalation type");
        else
        {
            if (source.Map(value, "an escalation", "escalate: onboarding_stalled, or escalate: { type: onboarding_stalled, up_to: 14d }.") is not { } mapping) return null;
            fields = new Fields(source, mapping, "an escalation");
            type = source.Name(fields.Required("type", "Which, of escalations.yaml: type: onboarding_stalled."), "an escalation type");
            because = source.Text(fields["because"], "because");
            upTo = source.Length(fields["up_to"], "up_to");
            id = InnerId(fields, id, step);
            fields.RefuseOthers();
        }

        var given = Claim(id, "escalate-" + (type ?? ""), span);
        Remember(given, fields, "type", "up_to", "because");
        if (fields?["type"] is { } typeNode) positions[$"{given}/type"] = typeNode.Span;
        else if (value is YamlNode.Scalar) positions[$"{given}/type"] = value.Span;

        var hasOutcome = step.Has("outcome");
        if (upTo is not null && !hasOutcome)
            source.Error(DiagnosticCodes.Contradiction, fields!.KeySpan("up_to")!.Value, "this escalation waits for nothing, so up_to: has no meaning", "Say what follows from its outcome: outcome: { saved: […], otherwise: […] }, aligned with escalate:.");
        var (outcomes, otherwise) = hasOutcome ? ReadOutcomes(step, given, heard) : ([], []);
        return type is null ? null : new(given, type, span) { Because = because, UpTo = upTo, WaitsForOutcome = hasOutcome, Outcomes = outcomes, Otherwise = otherwise };
    }

    private (List<OutcomeArm> Outcomes, List<Step> Otherwise) ReadOutcomes(Fields step, string id, IReadOnlyList<string>? heard, bool needsOtherwise = true)
    {
        var outcomes = new List<OutcomeArm>();
        var otherwise = new List<Step>();
        positions[$"{id}/outcome"] = step.KeySpan("outcome")!.Value;
        if (source.Map(step["outcome"], "outcome", "outcome: { saved: […], otherwise: […] }") is not { } mapping) return (outcomes, otherwise);
        var hasOtherwise = false;
        foreach (var (key, value) in mapping.Entries)
        {
            positions[$"{id}/outcome.{key.Value}"] = key.Span;
            var steps = value is YamlNode.Scalar { IsEmpty: true } ? [] : ReadSteps(value, Wording.Verbatim(key.Value), heard);
            if (key.Value == "otherwise") (hasOtherwise, otherwise) = (true, steps);
            else outcomes.Add(new(key.Value, steps));
        }

        if (!hasOtherwise && needsOtherwise)
            source.Error(DiagnosticCodes.MissingKey, step.KeySpan("outcome")!.Value, "what if it ends otherwise, or not at all?", "Say otherwise: with steps, or otherwise: [] to go on.");
        return (outcomes, otherwise);
    }

    private Step.Task? ReadTask(YamlNode value, Fields step, string? id, SourceSpan span, IReadOnlyList<string>? heard)
    {
        string? title;
        Duration? due = null;
        var titleNode = value;
        Fields? fields = null;
        if (value is YamlNode.Scalar) title = source.Text(value, "a task");
        else
        {
            if (source.Map(value, "a task", "task: Call them, or task: { title: Call them, due: 2bd }.") is not { } mapping) return null;
            fields = new Fields(source, mapping, "a task");
            titleNode = fields.Required("title", "What is to be done: title: Call them.");
            title = source.Text(titleNode, "title");
            due = source.Length(fields["due"], "due");
            id = InnerId(fields, id, step);
        }

        var upTo = source.Length(fields?["up_to"], "up_to");
        var (owner, ownerOf) = ReadTaskOwner(fields?["owner"]);
        var queue = source.Name(fields?["queue"], "a queue");
        if (fields is not null && fields.Has("owner") && fields.Has("queue"))
            source.Error(DiagnosticCodes.Contradiction, fields.KeySpan("queue")!.Value, "a task is somebody's, or waits in a queue for anybody", "Keep owner: or queue:.");
        var outcomes = source.Texts(fields?["outcomes"], "outcomes").Where(one => source.Name(one, "an outcome") is not null).Select(one => one.Value).Distinct().ToList();
        var waits = source.YesOrNo(fields?["wait"], "wait");
        fields?.RefuseOthers(BesideTask);

        var given = Claim(id, "task-" + Values.Slug(Called(titleNode, title ?? "")) is { Length: <= 40 } derived ? derived : "task", span);
        Remember(given, fields, "title", "up_to", "owner", "queue", "outcomes");
        var isAsked = step.Has("outcome") || step.Has("timeout");
        if (isAsked && waits == false)
            source.Error(DiagnosticCodes.Contradiction, fields!.KeySpan("wait")!.Value, "this task is not waited for, so nothing can follow from it", "Take wait: false away, or outcome: and timeout:.");
        if (!isAsked && (upTo is not null || waits == true))
            source.Error(DiagnosticCodes.Contradiction, fields!.KeySpan(upTo is not null ? "up_to" : "wait")!.Value, "nothing follows from this task, so it is not waited for", "Say what follows: timeout: […], or outcome: { done: […], otherwise: […] }, aligned with task:.");
        if (isAsked && upTo is null && fields?.Has("up_to") != true)
            source.Error(DiagnosticCodes.MissingKey, step.KeySpan("outcome") ?? step.KeySpan("timeout")!.Value, "how long is it waited for?", "task: { title: …, up_to: 5bd }.");
        var (arms, otherwise) = step.Has("outcome") ? ReadOutcomes(step, given, heard, needsOtherwise: !step.Has("timeout")) : ([], []);
        var timeout = step.Has("timeout") ? ReadSteps(step["timeout"], "timeout", heard) : null;
        if (title is null) return null;
        return new(given, title, due, span)
        {
            Owner = owner,
            OwnerOf = ownerOf,
            Queue = queue,
            Outcomes = outcomes.Count > 0 ? outcomes : [Step.Task.Done],
            WaitsForOutcome = isAsked,
            UpTo = upTo,
            Arms = arms,
            Otherwise = otherwise,
            Timeout = timeout,
        };
    }

    private (string? Address, AttributeRef? Of) ReadTaskOwner(YamlNode? node)
    {
        if (source.Text(node, "owner") is not { } written) return (null, null);
        if (written.Contains('@')) return (written, null);
        if (AttributeRef.Parse(written) is { Of: SubjectKind.Account } attribute)
        {
            if (attribute.Name != "owner") CheckAttribute(node!, SubjectKind.Account, attribute.Name);
            return (null, attribute);
        }

        source.Error(DiagnosticCodes.BadValue, node!.Span, $"\"{written}\" does not say who is meant", "An attribute of the account that holds an address, account.owner or account.sales_owner; or an address.");
        return (null, null);
    }

    private static readonly Dictionary<string, Wording> BesideTask = new(StringComparer.Ordinal)
    {
        ["form"] = "A task has a title: say in it what is to be written down. How it ended is for outcome:, beside it.",
        ["outcome"] = "It stands beside the task, aligned with \"task:\".",
        ["timeout"] = "It stands beside the task, aligned with \"task:\".",
    };
}
