using Nurture.Contacts;
using Nurture.Templates;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>What scenarios say of each other: whom they start, stop and follow.</summary>
public static class ScenarioReferences
{
    /// <param name="others">Those that exist beside the scenario, by name.</param>
    /// <param name="mails">Those that the others send; null where they are not at hand.</param>
    public static IEnumerable<Diagnostic> Check(ParsedScenario parsed, IReadOnlyDictionary<string, Scenario> others, MailTemplateLibrary? mails = null)
    {
        if (parsed.Rows.Count > 0)
        {
            foreach (var said in parsed.Rows.SelectMany(row => Check(row, others, mails)).Distinct()) yield return said;
            yield break;
        }

        if (parsed.Draft is not { } scenario) yield break;
        var known = others.Keys.Append(scenario.Name).ToHashSet(StringComparer.Ordinal);
        if (scenario.Trigger is Trigger.Event { GoalOf: { } goalOf })
        {
            var at = At("trigger.goal_of", default);
            if (Missing(goalOf, at) is { } noGoal) yield return noGoal;
            else if (Scenario.Means(goalOf, scenario.Name))
                yield return Error(DiagnosticCodes.NobodyEnters, at, "This scenario waits for its own goal, which only who is in it reaches.", "Name another scenario.") with { Severity = Severity.Warning };
            else if (others.GetValueOrDefault(goalOf) is { Goal: null } aimless && aimless.Each().All(one => one.Goal is null))
                yield return Error(DiagnosticCodes.NobodyEnters, at, $"\"{goalOf}\" has no goal, so nobody ever enters.", "Give it one: goal: { when: …, within: 14d }.");
        }

        if (scenario is { Subject: SubjectKind.Contact, Trigger: Trigger.Event { GoalOf: { } itsGoal, ForRole: null } } && others.GetValueOrDefault(itsGoal) is { Subject: SubjectKind.Account })
            yield return Error(DiagnosticCodes.NoRoleForTrigger, At("trigger.goal_of", default), $"\"{itsGoal}\" is about the account, and this scenario about one person: who of them enters?", "Say for: 'role(\"admin\", 1)', or make it subject: account.");
        foreach (var step in Step.All(scenario.Steps))
        {
            switch (step)
            {
                case Step.Start start:
                    var at = At($"{step.Id}/scenario", step.Span);
                    if (Missing(start.Scenario, at) is { } missing) yield return missing;
                    else if (others.GetValueOrDefault(start.Scenario) is { Rows: [{ Name: var row }, ..] })
                        yield return Error(DiagnosticCodes.RowNeeded, at, $"\"{start.Scenario}\" has rows, and one of them is started.", $"Name it: scenario: {row}.");
                    else if (Whom(start, at) is { } whom) yield return whom;
                    else if (others.GetValueOrDefault(start.Scenario) is { } started && ScenarioReads.OfTrigger(started, mails).Where(name => !start.With.ContainsKey(name)).ToArray() is { Length: > 0 } lacking)
                        yield return Error(DiagnosticCodes.StartedWithout, at, $"\"{start.Scenario}\" reads {Suggestions.Listed(lacking.Select(name => $"trigger.{name}"))}, and is started without.",
                            $"Give it what it reads: start: {{ scenario: {start.Scenario}, with: {{ {lacking[0]}: … }} }}.") with { Severity = Severity.Warning };
                    if (CircleFrom(start) is { } circle) yield return circle;
                    break;
                case Step.Stop stop:
                    foreach (var name in stop.Scenarios)
                    {
                        if (Missing(name, At($"{step.Id}/scenario", step.Span)) is { } gone) yield return gone;
                    }

                    break;
            }
        }

        Diagnostic? Missing(string name, SourceSpan span) => known.Contains(name) ? null
            : Error(DiagnosticCodes.UnknownScenario, span, $"There is no scenario \"{name}\".", Suggestions.For(name, known, "There are"));

        Diagnostic? Whom(Step.Start start, SourceSpan span)
        {
            var other = others.GetValueOrDefault(start.Scenario);
            return other is { Subject: SubjectKind.Contact } && scenario.Subject == SubjectKind.Account && start.For is null && scenario.Trigger is not Trigger.Event
                ? Error(DiagnosticCodes.NoRecipient, span, $"\"{start.Scenario}\" is about one person: who of the account enters?", "Say for: 'role(\"admin\", 1)', or most_active.")
                : other is { Subject: SubjectKind.Account } && start.For is not null
                ? Error(DiagnosticCodes.WrongSubject, span, $"\"{start.Scenario}\" is about the account, which enters itself.", "Take for: away.")
                : null;
        }

        // A way back here on which everybody may enter again at once.
        Diagnostic? CircleFrom(Step.Start start)
        {
            var (seen, open) = (new HashSet<string>(StringComparer.Ordinal), new Stack<string>([start.Scenario]));
            if (!IsOpen(scenario) || start.Scenario == scenario.Name) return null;
            while (open.TryPop(out var name))
            {
                if (!others.TryGetValue(name, out var other) || !IsOpen(other) || !seen.Add(name)) continue;
                foreach (var next in Step.All(other.Steps).OfType<Step.Start>())
                {
                    if (next.Scenario == scenario.Name)
                        return Error(DiagnosticCodes.StartsInCircle, At($"{start.Id}/scenario", start.Span), $"\"{start.Scenario}\" leads back here, and everybody may enter each of them every time.", "Give one of them reentry: once or after 30d.");
                    open.Push(next.Scenario);
                }
            }

            return null;
        }

        static bool IsOpen(Scenario one) => one.Reentry is { IsOnce: false, After.Ticks: 0 };

        SourceSpan At(string position, SourceSpan otherwise) => parsed.Positions.GetValueOrDefault(position, otherwise);

        Diagnostic Error(string code, SourceSpan at, Wording message, Wording? hint) => new(code, Severity.Error, parsed.File, at, message, hint);
    }
}
