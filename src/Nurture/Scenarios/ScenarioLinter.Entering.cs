using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Health;
using Nurture.Scenarios.Yaml;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>Whether anybody could be in it at all: what everybody who would enter fulfills, held against goal and exits.</summary>
public sealed partial class ScenarioLinter
{
    private void CheckEntering()
    {
        if (scenario.Trigger is Trigger.Changed { From: [var from], To: [var to] } && from == to)
            Error(DiagnosticCodes.NobodyEnters, At("trigger.to"), $"nothing changes from \"{from}\" to \"{to}\", so nobody ever enters", "Name what it becomes.");
        if (scenario.Trigger is Trigger.Changed changed) CheckValues(changed);

        var known = scenario.Trigger.Conditions.Where(_ => scenario.Trigger is not Trigger.Segment { IsLeaving: true }).Append(scenario.Audience).OfType<Condition>()
            .SelectMany(condition => Conjuncts.Of(condition.Text)).Concat(OfTrigger()).ToHashSet(StringComparer.Ordinal);
        // Armed again is what it was before it turned true.
        if (scenario.Trigger is Trigger.Turning { Rearm: { } rearm }) known.ExceptWith(Conjuncts.Of(rearm.Text));
        if (scenario.Goal is { } goal && IsSo(goal.When))
            Error(DiagnosticCodes.NobodyEnters, At("goal.when"), "trigger and audience let in only those who have reached this goal already, so nobody ever enters", "A goal is what is not so yet when somebody enters.");
        foreach (var (index, exit) in scenario.Exits.Index())
        {
            if (exit.When is not { } when) continue;
            if (IsSo(when)) Error(DiagnosticCodes.NobodyEnters, At($"exit.{index}"), "trigger and audience let in only those for whom this exit is true already, so nobody ever enters", "An exit is what turns true later; not(…) of it may be what is meant.");
        }

        if (scenario.Goal is { Within: { } within } && within <= TimeSpan.Zero)
            Error(DiagnosticCodes.NeverMeets, At("goal.within"), "this goal is missed at the moment of entry", "Say until when it counts: within: 14d.");

        bool IsSo(Condition condition) => IsComplete && Conjuncts.Of(condition.Text) is { Count: > 0 } parts && parts.IsSubsetOf(known);
    }

    /// <summary>What its trigger makes true of whom it starts, written as conditions write it.</summary>
    private IEnumerable<string> OfTrigger() => scenario.Trigger switch
    {
        Trigger.Changed { To: [{ Kind: ValueKind.Text } to] } changed => [$"{(changed.Of == SubjectKind.Contact ? "contact" : "account")}.{changed.Attribute}==\"{to}\""],
        Trigger.Band { Bands: [var band] } => [$"account.health.band==\"{HealthBands.Word(band)}\""],
        _ => [],
    };

    /// <summary>Values that the attribute cannot have, where it is known which it can.</summary>
    private void CheckValues(Trigger.Changed changed)
    {
        foreach (var (value, key) in changed.From.Select(value => (value, "from")).Concat(changed.To.Select(value => (value, Has("trigger.to") ? "to" : changed.Attribute))))
            CheckValue(changed.Of, changed.Attribute, value, At($"trigger.{key}"));
    }

    private void CheckValue(SubjectKind of, string attribute, AttributeValue value, SourceSpan at)
    {
        if (value.Kind != ValueKind.Text) return;
        if (ProductKnowledge.ChoicesOf(of, attribute, environment.Plan) is { } choices)
        {
            if (!choices.Contains(value.AsText)) Error(DiagnosticCodes.UnknownWord, at, $"\"{value}\" is no {attribute}", Suggestions.For(value.AsText, choices, "There are") ?? "Add it to its values: in events.yaml.");
        }
        else if (ProductKnowledge.Misspelled(of, attribute, value.AsText) is { } meant)
            Warn(DiagnosticCodes.UnknownWord, at, $"\"{value}\" is no {attribute} that Nurture knows of", $"Did you mean \"{meant}\"? Which there are is said in events.yaml: {attribute}: {{ type: text, values: [ … ] }}.");
    }
}
