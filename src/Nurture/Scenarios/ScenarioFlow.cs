using System.Globalization;
using Nurture.Contacts;
using Nurture.Templating.Syntax;

namespace Nurture.Scenarios;

/// <summary>A scenario as it is drawn: what starts it, its steps with their ways, what ends it; every value as authors write it.</summary>
/// <param name="Exits">Conditions, and <c>audience_lost</c>.</param>
public sealed record ScenarioFlow(FlowTrigger Trigger, string? Audience, FlowGoal? Goal, IReadOnlyList<string> Exits, IReadOnlyList<FlowStep> Steps)
{
    /// <summary>Every kind of step and of trigger there is, for whoever has a word or a form for each.</summary>
    public static IReadOnlyList<string> StepKinds { get; } = 
        ["send", "ask", "wait", "wait_for", "wait_until", "wait_date", "branch", "split", "repeat", "set", "assign", "unsubscribe", "forget", "add_to", "remove_from", "escalate", "task", "webhook", "notify", "start", "stop", "end"];

    public static IReadOnlyList<string> TriggerKinds { get; } = 
        ["event", "goal_of", "inactive", "condition", "entered", "left", "crosses", "changed", "tier", "stage", "date", "every", "schedule", "band", "manual", "session"];

    public static ScenarioFlow Of(Scenario scenario) => new(
        TriggerOf(scenario.Trigger), scenario.Audience?.Text,
        scenario.Goal is { } goal ? new(goal.When.Text, goal.Within is { } within ? Written(within) : null, goal.Target) : null,
        [.. scenario.Exits.Select(exit => exit.When?.Text ?? "audience_lost")],
        [.. scenario.Steps.Select(StepOf)]);

    /// <summary>All steps, those of ways after the step that has them.</summary>
    public IEnumerable<FlowStep> All() => Steps.SelectMany(AllOf);

    private static IEnumerable<FlowStep> AllOf(FlowStep step) => [step, .. step.Ways.SelectMany(way => way.Steps).SelectMany(AllOf)];

    private static FlowTrigger TriggerOf(Trigger trigger)
    {
        var (kind, said) = KindOf(trigger);
        foreach (var (key, length) in new[] { ("delay", trigger.Delay), ("spread", trigger.Spread) })
        {
            if (length != default) said.Add(key, Written(length));
        }

        return new(kind, said);
    }

    private static (string Kind, Dictionary<string, string> Says) KindOf(Trigger trigger) => trigger switch
    {
        Trigger.Event { GoalOf: { } goal } e => ("goal_of", Said(("goal_of", goal), ("for", Written(e.ForRole)))),
        Trigger.Event e => ("event", Said(("event", string.Join(", ", e.Names)), ("where", e.Where?.Text), ("for", Written(e.ForRole)))),
        Trigger.Inactivity i => ("inactive", Said(("inactive", string.Join(", ", i.Names)), ("for", Written(i.For)))),
        Trigger.Becoming b => ("condition", Said(("condition", b.When.Text), ("for", Written(b.ForRole)))),
        Trigger.Segment s => (s.IsLeaving ? "left" : "entered", Said((s.IsLeaving ? "left" : "entered", s.Name), ("for", Written(s.ForRole)))),
        Trigger.Crossing c => ("crosses", Said(
            ("crosses", c.Number), (c.IsRising ? "above" : "below", Written(c.Bound)), (c.IsRising ? "rearm_below" : "rearm_above", c.RearmBound is { } rearm ? Written(rearm) : null), ("for", Written(c.ForRole)))),
        Trigger.Changed { Of: SubjectKind.Account, Attribute: "tier" or "stage", From.Count: 0, To.Count: > 0 } c => (c.Attribute, Said((c.Attribute, string.Join(", ", c.To)), ("for", Written(c.ForRole)))),
        Trigger.Changed c => ("changed", Said(
            ("changed", $"{Root(c.Of)}.{c.Attribute}"), ("from", c.From.Count > 0 ? string.Join(", ", c.From) : null), ("to", c.To.Count > 0 ? string.Join(", ", c.To) : null), ("for", Written(c.ForRole)))),
        Scenarios.Trigger.ByHand => ("manual", Said()),
        Trigger.DateAttribute d => (d.Every is null ? "date" : "every", Said(
            ("every", d.Every is { } every ? Written(every) : null), (d.Every is null ? "date" : "from", $"{Root(d.Of)}.{d.Attribute}"), (IsBefore(d.Offset) ? "before" : "after", IsNone(d.Offset) ? null : Written(IsBefore(d.Offset) ? d.Offset.Before : d.Offset)),
            ("at", Written(d.At)), ("days", Word(d.Days)), ("for", Written(d.ForRole)))),
        Trigger.Schedule s => ("schedule", Said(
            (s.Timing.Cron is null ? "at" : "schedule", s.Timing.ToString()[..^(s.Timing.Zone.Length + 1)]), ("zone", s.Timing.Zone), ("pace", s.Pace?.ToString()))),
        Trigger.Session s => ("session", Said(
            ("session", s.Named), ("before", Written(s.Before.Before)), ("at", s.At is { } time ? Written(time) : null), ("days", Word(s.Days)), ("pace", s.Pace?.ToString()))),
        Trigger.Band b => ("band", Said(("band", string.Join(", ", b.Bands.Select(Health.HealthBands.Word))), ("for", Written(b.ForRole)))),
        _ => throw new InvalidOperationException($"No drawing of {trigger.GetType().Name}."),
    };

    private static FlowStep StepOf(Step step) => step switch
    {
        Step.Send send => new(send.Id, send.Asks is null ? "send" : "ask", send.Span, Said(
            ("template", send.Template), ("answers", send.Asks is { IsScale: false } asked ? string.Join(", ", asked.Answers.Select(answer => answer.Value)) : null),
            ("scale", send.Asks is { IsScale: true, Answers: [var least, .., var most] } ? $"{least.Value}-{most.Value}" : null), ("set", send.Asks?.Sets?.ToString()), ("registers", send.Asks?.Registers), ("to", Written(send.To)), ("nobody", send.Nobody is { } nobody ? Written(nobody.Instead) ?? (nobody.OpensTask ? "task" : "end") : null),
            ("class", Word(send.Class)), ("topic", send.Topic), ("expires", send.Expires is { } expires ? Written(expires) : null), ("if", send.If?.Text),
            ("approve", send.Approve is { } approver ? approver.Address ?? (approver.Attribute == "owner" ? "owner" : $"account.{approver.Attribute}") : null),
            ("up_to", send.Approve is { } asked2 ? Written(asked2.UpTo) : null), ("otherwise", send.Approve is { SendsUnanswered: true } ? "send" : null), ("from", send.From),
            ("hours", send.LeavesAtAnyHour ? "any" : null), ("throttle", send.Throttle?.ToString()),
            ("subject_test", send.SubjectTest is { } test ? $"{string.Join(", ", test.Arms)}: {Written(test.Share * 100)}%, {Written(test.After)}" : null), ("calendar", send.HasCalendar ? "session" : null), ("skipped", send.EndsWhenSkipped ? "end" : null)))
        {
            Ways = send.Skipped.Count > 0 ? [new("skipped", null, Drawn(send.Skipped))] : [],
        },
        Step.WaitLength wait => new(wait.Id, "wait", wait.Span, Said(("wait", Written(wait.Length)))),
        Step.WaitFor wait => new(wait.Id, "wait_for", wait.Span, Said([("for", wait.For.Text), ("up_to", wait.UpTo is { } most ? Written(most) : wait.UpToDuration is { } length ? Written(length) : null), .. Dated(wait.Until)]))
        {
            Ways = !wait.IsBounded ? [] : [new("timeout", null, Drawn(wait.Timeout))],
        },
        Step.WaitUntil wait => new(wait.Id, "wait_until", wait.Span, Said(("until", Written(wait.Time)), ("days", Word(wait.Days)), ("zone", wait.Zone.Named ?? Word(wait.Zone.Of)))),
        Step.WaitUntilDate wait => new(wait.Id, "wait_date", wait.Span, Said(Dated(wait.Until))),
        Step.Split split => new(split.Id, "split", split.Span, Said())
        {
            Ways = [.. split.Arms.Select(arm => new FlowWay("arm", $"{arm.Name}: {Written(arm.Share * 100)}%", Drawn(arm.Then)))],
        },
        Step.Repeat repeat => new(repeat.Id, "repeat", repeat.Span, Said(("times", Written(repeat.Times)), ("until", repeat.Until?.Text)))
        {
            Ways = [new("again", null, Drawn(repeat.Steps))],
        },
        Step.Assign assign => new(assign.Id, "assign", assign.Span, Said(("owner", assign.Owner), ("pool", assign.Pool))),
        Step.Unsubscribe unsubscribe => new(unsubscribe.Id, "unsubscribe", unsubscribe.Span, Said(("topic", unsubscribe.Topic), ("because", unsubscribe.Because))),
        Step.Forget forget => new(forget.Id, "forget", forget.Span, Said(("forget", forget.Reason))),
        Step.Enlist enlist => new(enlist.Id, enlist.IsStruckOut ? "remove_from" : "add_to", enlist.Span, Said((enlist.IsStruckOut ? "remove_from" : "add_to", enlist.Segment))),
        Step.Start start => new(start.Id, "start", start.Span, Said(("scenario", start.Scenario), ("for", Written(start.For)), ("with", start.With.Count == 0 ? null : string.Join(", ", start.With.Select(given => $"{given.Key}: {given.Value}"))))),
        Step.Stop stop => new(stop.Id, "stop", stop.Span, Said(("stop", string.Join(", ", stop.Scenarios)))),
        Step.Branch branch => new(branch.Id, "branch", branch.Span, Said())
        {
            Ways = [.. branch.Arms.Select(arm => new FlowWay(arm.If is null ? "else" : "if", arm.If?.Text, Drawn(arm.Then)))],
        },
        Step.Set set => new(set.Id, "set", set.Span, Said(("attribute", $"{Root(set.On)}.{set.Attribute}"), ("value", set.Value.IsNull ? "null" : set.Value.ToString()))),
        Step.Escalate escalate => new(escalate.Id, "escalate", escalate.Span, Said(("type", escalate.Type), ("because", escalate.Because), ("up_to", escalate.UpTo is { } most ? Written(most) : null)))
        {
            Ways = escalate.WaitsForOutcome
                ? [.. escalate.Outcomes.Select(arm => new FlowWay("outcome", arm.Outcome, Drawn(arm.Then))), new("otherwise", null, Drawn(escalate.Otherwise))]
                : [],
        },
        Step.Task task => new(task.Id, "task", task.Span, Said(
            ("title", task.Title), ("due", task.Due is { } due ? Written(due) : null), ("owner", task.Owner ?? task.OwnerOf?.ToString()), ("queue", task.Queue),
            ("outcomes", task.Outcomes is [Step.Task.Done] ? null : string.Join(", ", task.Outcomes)), ("up_to", task.UpTo is { } longest ? Written(longest) : null)))
        {
            Ways = !task.WaitsForOutcome ? []
                : [
                    .. task.Arms.Select(arm => new FlowWay("outcome", arm.Outcome, Drawn(arm.Then))),
                    .. task.Arms.Count > 0 || task.Timeout is null ? [new FlowWay("otherwise", null, Drawn(task.Otherwise))] : Array.Empty<FlowWay>(),
                    .. task.Timeout is { } late ? [new FlowWay("timeout", null, Drawn(late))] : Array.Empty<FlowWay>(),
                ],
        },
        Step.Webhook webhook => new(webhook.Id, "webhook", webhook.Span, Said(
            ("endpoint", webhook.Endpoint), ("expires", webhook.Expires is { } life ? Written(life) : null),
            ("response", webhook.Response.Count == 0 ? null : string.Join(", ", webhook.Response.Keys.Order(StringComparer.Ordinal)))))
        {
            Ways = !webhook.Waits ? [] : [new("failed", null, Drawn(webhook.Failed)), .. webhook.HasTimeout ? [new FlowWay("timeout", null, Drawn(webhook.Timeout))] : Array.Empty<FlowWay>()],
        },
        Step.Notify notify => new(notify.Id, "notify", notify.Span, Said(("who", notify.Who?.ToString()), ("channel", notify.Channel), (notify.Channel is null ? "about" : "text", notify.About.Source))),
        Step.End end => new(end.Id, "end", end.Span, Said(("reason", end.Reason))),
        _ => throw new InvalidOperationException($"No drawing of {step.GetType().Name}."),
    };

    private static IReadOnlyList<FlowStep> Drawn(IReadOnlyList<Step> steps) => [.. steps.Select(StepOf)];

    private static (string, string?)[] Dated(DateMoment? until) => until is null ? [] :
    [
        ("until", until.Date.Text),
        ("offset", IsNone(until.Offset) ? null : IsBefore(until.Offset) ? $"-{Written(until.Offset.Before)}" : Written(until.Offset)),
        ("at", until.At is { } time ? Written(time) : null), ("days", Word(until.Days)), ("zone", until.Zone.Named ?? Word(until.Zone.Of)),
    ];

    private static string Written(double number) => number.ToString("0.##########", CultureInfo.InvariantCulture);

    private static Dictionary<string, string> Said(params ReadOnlySpan<(string Key, string? Value)> said)
    {
        var values = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in said)
        {
            if (value is not null) values.Add(key, value);
        }

        return values;
    }

    private static string Root(SubjectKind of) => of == SubjectKind.Contact ? "contact" : "account";

    private static string Word<T>(T word) where T : struct, Enum => word.ToString().ToLowerInvariant();

    private static string Written(NodaTime.LocalTime time) => time.ToString("HH:mm", CultureInfo.InvariantCulture);

    private static string Written(TimeSpan length) => Conditions.Length.Write(length);

    private static string Written(Duration length) => length switch
    {
        { BusinessDays: not 0 } => $"{length.BusinessDays}bd",
        { Months: not 0 } => $"{length.Months}mo",
        _ => Written(length.Exact),
    };

    private static bool IsNone(Duration offset) => offset == default;

    private static bool IsBefore(Duration offset) => offset.Exact < TimeSpan.Zero || offset.BusinessDays < 0 || offset.Months < 0;

    private static string? Written(Recipients? recipients) => recipients switch
    {
        null => null,
        Recipients.TriggerContact => "trigger.contact",
        Recipients.HeardContact => "heard.contact",
        Recipients.MostActive => "most_active",
        Recipients.Roles { Names: [var one] } role => $"role(\"{one}\"{Limit(role)})",
        Recipients.Roles roles => $"roles({string.Join(", ", roles.Names.Select(name => $"\"{name}\""))}{Limit(roles)})",
        _ => throw new InvalidOperationException($"No words for {recipients.GetType().Name}."),
    };

    private static string Limit(Recipients.Roles roles) => roles.Limit is { } limit ? $", {limit}" : "";
}

/// <param name="Kind">Of <see cref="ScenarioFlow.TriggerKinds"/>.</param>
public sealed record FlowTrigger(string Kind, IReadOnlyDictionary<string, string> Says);

/// <param name="Target">0 to 1.</param>
public sealed record FlowGoal(string When, string? Within, double? Target);

/// <param name="Kind">Of <see cref="ScenarioFlow.StepKinds"/>.</param>
/// <param name="At">Where its kind's word stands in the text.</param>
/// <param name="Says">Its values by key.</param>
public sealed record FlowStep(string Id, string Kind, SourceSpan At, IReadOnlyDictionary<string, string> Says)
{
    /// <summary>Where it may lead beside the step that follows it. A way that ends goes on to that step too.</summary>
    public IReadOnlyList<FlowWay> Ways { get; init; } = [];
}

/// <param name="Kind"><c>if</c>, <c>else</c>, <c>timeout</c>, <c>skipped</c>, <c>failed</c>, <c>outcome</c>, <c>otherwise</c>, <c>arm</c>, <c>again</c>.</param>
/// <param name="Condition">Of an <c>if</c>; the name of an <c>outcome</c>; name and share of an <c>arm</c> of a split.</param>
public sealed record FlowWay(string Kind, string? Condition, IReadOnlyList<FlowStep> Steps);
