using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>The steps that call a human.</summary>
public sealed partial class ScenarioParser
{
    private Step.Escalate? ReadEscalate(YamlNode value, Fields step, string? id, SourceSpan span, bool hasHeard)
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
        var (outcomes, otherwise) = hasOutcome ? ReadOutcomes(step, given, hasHeard) : ([], []);
        return type is null ? null : new(given, type, span) { Because = because, UpTo = upTo, WaitsForOutcome = hasOutcome, Outcomes = outcomes, Otherwise = otherwise };
    }

    private (List<OutcomeArm> Outcomes, List<Step> Otherwise) ReadOutcomes(Fields step, string id, bool hasHeard)
    {
        var outcomes = new List<OutcomeArm>();
        var otherwise = new List<Step>();
        positions[$"{id}/outcome"] = step.KeySpan("outcome")!.Value;
        if (source.Map(step["outcome"], "outcome", "outcome: { saved: […], otherwise: […] }") is not { } mapping) return (outcomes, otherwise);
        var hasOtherwise = false;
        foreach (var (key, value) in mapping.Entries)
        {
            positions[$"{id}/outcome.{key.Value}"] = key.Span;
            var steps = value is YamlNode.Scalar { IsEmpty: true } ? [] : ReadSteps(value, key.Value, hasHeard);
            if (key.Value == "otherwise") (hasOtherwise, otherwise) = (true, steps);
            else outcomes.Add(new(key.Value, steps));
        }

        if (!hasOtherwise)
            source.Error(DiagnosticCodes.MissingKey, step.KeySpan("outcome")!.Value, "what if it is closed otherwise, or not at all?", "Say otherwise: with steps, or otherwise: [] to go on.");
        return (outcomes, otherwise);
    }

    private Step.Task? ReadTask(YamlNode value, Fields step, string? id, SourceSpan span)
    {
        string? title;
        Duration? due = null;
        var titleNode = value;
        if (value is YamlNode.Scalar) title = source.Text(value, "a task");
        else
        {
            if (source.Map(value, "a task", "task: Call them, or task: { title: Call them, due: 2bd }.") is not { } mapping) return null;
            var fields = new Fields(source, mapping, "a task");
            titleNode = fields.Required("title", "What is to be done: title: Call them.");
            title = source.Text(titleNode, "title");
            due = source.Length(fields["due"], "due");
            id = InnerId(fields, id, step);
            fields.RefuseOthers();
        }

        if (step["outcome"] is { } outcome)
            source.Error(DiagnosticCodes.NotAvailable, step.KeySpan("outcome") ?? outcome.Span, "a task has no outcome to branch on in this version of Nurture", "Wait for it: - wait: { for: 'event(\"nurture.task_done\")', up_to: 5bd }.");
        return title is null ? null : new(Claim(id, "task-" + Values.Slug(Called(titleNode, title)) is { Length: <= 40 } derived ? derived : "task", span), title, due, span);
    }
}
