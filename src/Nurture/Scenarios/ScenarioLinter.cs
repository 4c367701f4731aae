using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Templating.Syntax;
using NodaTime;

namespace Nurture.Scenarios;

/// <summary>
/// What can be read and is not good: a scenario is held against its subject, the tracking plan, the templates, the policy and
/// itself. Publishing asks it, a stored version is not asked again.
/// </summary>
public sealed partial class ScenarioLinter
{
    private readonly ParsedScenario parsed;
    private readonly Scenario scenario;
    private readonly ParseEnvironment environment;
    private readonly List<Diagnostic> found = [];

    private ScenarioLinter(ParsedScenario parsed, Scenario scenario, ParseEnvironment environment) =>
        (this.parsed, this.scenario, this.environment) = (parsed, scenario, environment);

    /// <summary>As much as can be said of a scenario with mistakes; nothing where not even its trigger and class could be read.</summary>
    public static IReadOnlyList<Diagnostic> Lint(ParsedScenario parsed, ParseEnvironment environment)
    {
        if (parsed.Rows.Count > 0)
        {
            return [.. ScenarioParser.MergeRows([.. parsed.Rows.Select(row => (row.RowSpan!.Value, row.Draft?.Row?.Id ?? "", Lint(row, environment)))])
                .OrderBy(d => d.Span.Line).ThenBy(d => d.Span.Column).ThenBy(d => d.Code, StringComparer.Ordinal)];
        }

        if (parsed.Draft is not { } scenario) return [];
        var linter = new ScenarioLinter(parsed, scenario, environment);
        linter.CheckHead();
        linter.CheckTrigger();
        linter.CheckAudience();
        linter.CheckGoal();
        linter.CheckEntering();
        linter.CheckKey();
        linter.CheckWindows();
        linter.CheckSteps();
        return [.. linter.found.Distinct().OrderBy(d => d.Span.Line).ThenBy(d => d.Span.Column).ThenBy(d => d.Code, StringComparer.Ordinal)];
    }

    private bool IsAccountScenario => scenario.Subject == SubjectKind.Account;

    private void CheckHead()
    {
        var head = At("scenario");
        if (scenario.Title.Length == 0) Warn(DiagnosticCodes.NoTitle, head, "this scenario has no title", "People read title: Trial onboarding, not the name.");
        if (scenario.Owner.Length == 0) Warn(DiagnosticCodes.NoOwner, head, "nobody owns this scenario", "Who is asked when it misbehaves: owner: marketing@example.com.");
        if (scenario is { Class: SendClass.Marketing, Topic: null } && (Step.All(scenario.Steps).OfType<Step.Send>().ToList() is not { Count: > 0 } sends || sends.Exists(send => send.Topic is null)))
            Warn(DiagnosticCodes.NoTopic, At("class"), "marketing without a topic can only be refused as a whole", "Name what readers may turn off: topic: newsletter.");
        if (scenario.Holdout > 0 && scenario.Class == SendClass.Transactional)
            Error(DiagnosticCodes.HoldoutNotAllowed, At("holdout"), "a transactional scenario holds nobody out: its mails are owed", "Take holdout: away.");
        if (IsAccountScenario && scenario.PerAccount is not null)
            Error(DiagnosticCodes.WrongSubject, At("per_account"), "per_account: counts people, and this scenario is about the account", "One passage of an account is all there is; take it away.");
    }

    private void CheckTrigger()
    {
        var (of, place) = scenario.Trigger switch
        {
            Trigger.Event e when Heard(e.GoalOf is null ? e.Names : []) is var heard => e.Names.Any(Engine.ProductEvents.IsOfAccountAlone) ? (SubjectKind.Account, "trigger.event") : heard,
            Trigger.Inactivity i => Heard(i.Names),
            Trigger.Turning turning => (turning.Of, "trigger"),
            Trigger.Changed changed => (changed.Of, "trigger"),
            Trigger.DateAttribute date => (date.Of, date.Every is null ? "trigger.date" : "trigger.from"),
            Trigger.Band => (SubjectKind.Account, "trigger.band"),
            Trigger.Schedule or Trigger.ByHand or Trigger.Session => (scenario.Subject, "trigger"),
            _ => throw new InvalidOperationException($"No rule for {scenario.Trigger.GetType().Name}."),
        };
        if (scenario.Trigger is Trigger.Schedule schedule) CheckSchedule(schedule);
        if (scenario.Trigger is Trigger.Band && environment is { IsWhole: true, Health: null })
            Error(DiagnosticCodes.NoHealth, At("trigger.band"), "nobody scores accounts, so none ever comes into a band", "Add health.yaml, with measures: and bands:.");
        if (of == SubjectKind.Account && !IsAccountScenario && scenario.Trigger.ForRole is null)
            Error(DiagnosticCodes.NoRoleForTrigger, At(place), "what starts this is the account's, and the scenario is about one person: who of them enters?", "Say for: 'role(\"admin\", 1)', or make it subject: account.");
        if (of == SubjectKind.Contact && IsAccountScenario)
            Error(DiagnosticCodes.WrongSubject, At(place), "what starts this is one person's, and the scenario is about the account", "Use something of the account, or subject: contact.");
        if (scenario.Trigger.ForRole is not null && (IsAccountScenario || (of == SubjectKind.Contact && scenario.Trigger is not Trigger.Event)))
            Error(DiagnosticCodes.WrongSubject, At("trigger.for"), IsAccountScenario ? "the account itself enters, so for: has nothing to choose" : "the person whom it is about enters, so for: has nothing to choose", "Take it away.");

        (SubjectKind, string) Heard(IReadOnlyList<string> names)
        {
            foreach (var (index, name) in names.Index()) CheckEvent(name, At($"trigger.events.{index}"));
            return (scenario.Subject, "trigger");
        }
    }

    private void CheckSchedule(Trigger.Schedule schedule)
    {
        if (schedule.Timing is { Cron: { } cron })
        {
            if (scenario.Reentry.IsOnce && scenario.Key is null)
                Warn(DiagnosticCodes.OddSchedule, At("trigger.schedule"), "it comes again and again, and everybody enters once: only newcomers enter after the first time", "Say reentry: every time, if all of the audience shall enter each time.");
            if (cron.TimesADay > 24)
                Warn(DiagnosticCodes.OddSchedule, At("trigger.schedule"), $"it comes {cron.TimesADay} times a day, and asks everybody each time", "What happens to one person is better an event.");
            return;
        }

        if (environment.Now is { } now && schedule.Timing.NextAfter(now) is null)
            Warn(DiagnosticCodes.PastDate, At("trigger.at"), schedule.Timing.IsOfRecipient ? "this moment has passed on the first clocks of the world, so nobody enters" : "this moment has passed, so nobody enters", "A version that was never published is refused with it.");
        if (schedule.Timing.IsOfRecipient) return;
        var (moment, zone) = (schedule.Timing.Once!.Value, DateTimeZoneProviders.Tzdb[schedule.Timing.Zone]);
        if (zone.MapLocal(moment).Count != 1)
            Warn(DiagnosticCodes.OddSchedule, At("trigger.at"), zone.MapLocal(moment).Count == 0 ? (Wording)$"the clocks of {zone.Id} skip this time: it comes as much later" : (Wording)$"the clocks of {zone.Id} show this time twice: it comes the first time");
    }

    private void CheckEvent(string name, SourceSpan at)
    {
        var known = environment.Plan.Events;
        if (name.StartsWith(Engine.ProductEvents.Prefix, StringComparison.Ordinal))
        {
            if (Engine.ProductEvents.Find(name) is null)
                Error(DiagnosticCodes.NotInPlan, at, $"Nurture tells no event \"{name}\", so nobody would ever enter", Suggestions.For(name, Engine.ProductEvents.All.Select(planned => planned.Name)) ?? Engine.ProductEvents.Listed);
            return;
        }

        if (known.Count == 0 || known.ContainsKey(name) || name is "page" or "screen") return;
        Error(DiagnosticCodes.NotInPlan, at, $"events.yaml knows no event \"{name}\", so nobody would ever enter",
            Nurture.Conditions.Spelling.OfMails(name) ?? Suggestions.For(name, known.Keys) ?? "Add it to events.yaml, so that others know what it means.");
    }

    private void CheckAudience()
    {
        if (scenario.Audience is { ReadsContact: false, ReadsAccount: false, Criteria.Count: 0 } && scenario.Trigger is Trigger.Event)
        {
            Warn(DiagnosticCodes.AudienceIsWhere, At("audience"), "this audience reads the starting event alone",
                "As trigger: { event: …, where: … } it keeps others from being counted as turned away.");
        }

        foreach (var (index, exit) in scenario.Exits.Index())
        {
            if (exit.When is not null) continue;
            if (!Has("audience"))
                Error(DiagnosticCodes.AudienceNeverLost, At($"exit.{index}"), "there is no audience to lose", "Name one: audience: account.tier == \"tech\".");
            else if (scenario.Audience is { ReadsContact: false, ReadsAccount: false, Criteria.Count: 0 })
                Error(DiagnosticCodes.AudienceNeverLost, At($"exit.{index}"), "this audience is never lost: it reads the starting event alone, and that does not change");
        }
    }

    private void CheckGoal()
    {
        if (scenario.Goal is not { } goal)
        {
            if (parsed.Positions.TryGetValue("goal", out var written) && !parsed.SaysNoGoal) return;
            var at = Has("goal") ? written : At("scenario");
            if (scenario.Class != SendClass.Transactional && scenario.Trigger is not Trigger.Schedule)
                Error(DiagnosticCodes.NoGoal, at, "this scenario has no goal, so nobody can tell whether it works", "For example goal: { when: event(\"setup_completed\"), within: 14d }.");
            else if (scenario.Purpose is null)
                Error(DiagnosticCodes.NoGoal, at, $"a {(Wording)(scenario.Trigger is Trigger.Schedule ? "scheduled" : "transactional")} scenario may do without a goal if it says what it is for", $"goal: none and purpose: {(Wording)(scenario.Trigger is Trigger.Schedule ? "What is new this month" : "The receipt for an order")}.");
            return;
        }

        if (goal.Within is null)
            Warn(DiagnosticCodes.GoalWithoutEnd, At("goal"), "this goal can be reached but never missed, so it has no rate", "Say until when it counts: within: 14d.");
        if (scenario.Trigger is Trigger.Event trigger && goal.When.Criteria.Count == 0 && goal.When.Events.Count == 1
            && goal.When.Events[0] is { Where: null } asked && trigger.Names.Contains(asked.EventName) && scenario.Key is null)
        {
            Warn(DiagnosticCodes.GoalNeverCounts, At("goal.when"), $"the goal is the trigger again: \"{asked.EventName}\" has to happen a second time",
                "If the first is enough, there is nothing to run for.");
        }
    }

    /// <summary>Goals, exits and waits hear only events that carry the key (SEMANTICS.md 18).</summary>
    private void CheckKey()
    {
        if (scenario.KeyProperty is not { } key) return;
        foreach (var (condition, at) in Conditions())
        {
            foreach (var asked in condition.Events)
            {
                // An answer belongs to the passage that asked.
                if (asked.EventName == Engine.ProductEvents.Answered && Step.All(scenario.Steps).Any(step => step is Step.Send { Asks: not null })) continue;
                if (Engine.ProductEvents.IsHeardByEveryKey(asked.EventName, key) || !environment.Plan.Events.TryGetValue(asked.EventName, out var planned) || planned.Properties.ContainsKey(key)) continue;
                Error(DiagnosticCodes.KeyNotCarried, at, $"\"{asked.EventName}\" carries no \"{key}\", so a passage for each {key} never hears it",
                    $"Ask for an event that has the property {key}, or add it to that event in events.yaml.");
            }
        }
    }

    private void CheckWindows()
    {
        if (environment.KeptHistory is not { } kept) return;
        foreach (var (condition, at) in Conditions())
        {
            foreach (var criterion in condition.Criteria)
            {
                if (criterion.Window > kept)
                    Error(DiagnosticCodes.WindowTooLong, at, $"\"{criterion.EventName}\" is asked {criterion.Window.Value.TotalDays:0} days back, and events are kept for {kept.TotalDays:0}",
                        "Ask a shorter window; beyond what is kept the answer is unknown, and an unknown lets nobody in.");
            }
        }
    }

    /// <summary>Every condition, with its place.</summary>
    private IEnumerable<(Condition Condition, SourceSpan At)> Conditions()
    {
        if (scenario.Trigger is Trigger.Event { Where: { } where }) yield return (where, At("trigger.where"));
        if (scenario.Trigger is Trigger.Turning turning) yield return (turning.When, At(turning is Trigger.Inactivity ? "trigger.for" : "trigger"));
        if (scenario.Audience is { } audience) yield return (audience, At("audience"));
        if (scenario.Goal is { } goal) yield return (goal.When, At("goal.when"));
        foreach (var (index, exit) in scenario.Exits.Index())
        {
            if (exit.When is { } when) yield return (when, At($"exit.{index}"));
        }

        foreach (var step in Step.All(scenario.Steps))
        {
            switch (step)
            {
                case Step.Send { If: { } condition }: yield return (condition, At($"{step.Id}/if", step.Span)); break;
                case Step.WaitFor wait: yield return (wait.For, At($"{step.Id}/for", step.Span)); break;
                case Step.Repeat { Until: { } until }: yield return (until, At($"{step.Id}/until", step.Span)); break;
                case Step.Branch branch:
                    foreach (var (index, arm) in branch.Arms.Index())
                    {
                        if (arm.If is { } asked) yield return (asked, At($"{step.Id}/arm.{index}", step.Span));
                    }

                    break;
            }
        }
    }

    private bool Has(string position) => parsed.Positions.ContainsKey(position);

    private SourceSpan At(string position, SourceSpan? otherwise = null) =>
        parsed.Positions.TryGetValue(position, out var span) ? span : otherwise ?? parsed.Positions.GetValueOrDefault("scenario", new(0, 0, 1, 1));

    private void Error(string code, SourceSpan at, Wording message, Wording? hint = null) => found.Add(new(code, Severity.Error, parsed.File, at, message.AsSentence(), hint));

    private bool IsComplete => parsed.Scenario is not null;

    private void Warn(string code, SourceSpan at, Wording message, Wording? hint = null) => found.Add(new(code, Severity.Warning, parsed.File, at, message.AsSentence(), hint));
}
