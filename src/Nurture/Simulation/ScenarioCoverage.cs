using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Simulation;

/// <summary>Which steps and ways of a scenario its tests went, and which none did.</summary>
/// <param name="Missed">What no test reached, in the scenario's order: <c>setup-help</c>, <c>branch-login: else</c>.</param>
public sealed record ScenarioCoverage(int Reached, IReadOnlyList<string> Missed)
{
    public int All => Reached + Missed.Count;

    public static ScenarioCoverage Of(Scenario scenario, IEnumerable<ScenarioTestResult> results)
    {
        var reached = results.SelectMany(result => result.Reached).ToHashSet(StringComparer.Ordinal);
        // The steps of all rows are the same; that each row lets somebody in is for its own conditions to show.
        var all = Step.All(scenario.Each()[0].Steps).SelectMany(step => WaysOf(step, scenario.Each()[0]).Prepend(step.Id))
            .Concat(scenario.Rows.Select(row => $"row {row.Row!.Id}")).ToList();
        return new(all.Count(reached.Contains), [.. all.Where(place => !reached.Contains(place))]);
    }

    /// <summary>Where a rehearsal came to.</summary>
    internal static IReadOnlySet<string> ReachedIn(Scenario scenario, Rehearsal rehearsal)
    {
        var reached = new HashSet<string>(StringComparer.Ordinal);
        foreach (var one in rehearsal.Scenario.Each())
        {
            var steps = Step.All(one.Steps).ToDictionary(step => step.Id, StringComparer.Ordinal);
            var all = Step.All(scenario.Each()[0].Steps).ToDictionary(step => step.Id, StringComparer.Ordinal);
            reached.UnionWith(rehearsal.Simulator.Carried.OfType<Effect.Positioned>().Where(position => position.Scenario == one.Name).Select(position => position.Step).OfType<string>());
            foreach (var entry in rehearsal.Simulator.Journal.Where(entry => entry.Scenario == one.Name))
            {
                if (entry.Reason == Reason.Entered && one.Row is { } row) reached.Add($"row {row.Id}");
                if (steps.TryGetValue(entry.Step, out var step) && WayOf(step, entry) is { } way) reached.Add(AsInFirst(step, all.GetValueOrDefault(entry.Step), way));
            }
        }

        return reached;
    }

    /// <summary>An arm is named by its condition, and each row has its own.</summary>
    private static string AsInFirst(Step step, Step? first, string way) =>
        (step, first) is (Step.Branch own, Step.Branch other) && own.Arms.Count == other.Arms.Count && own.Arms.ToList().FindIndex(arm => $"{step.Id}: {arm.If?.Text}" == way) is >= 0 and var arm
            ? $"{step.Id}: {other.Arms[arm].If?.Text}" : way;

    private static IEnumerable<string> WaysOf(Step step, Scenario scenario) => step switch
    {
        Step.Branch branch => [.. branch.Arms.Select(arm => $"{step.Id}: {arm.If?.Text ?? "else"}"), .. branch.Arms[^1].If is null ? [] : new[] { $"{step.Id}: none" }],
        Step.Split split => split.Arms.Select(arm => $"{step.Id}: {arm.Name}"),
        // What is the goal too ends the passage before a wait can hear it.
        Step.WaitFor { IsBounded: true } wait when scenario.Goal is { EndsEnrollment: true } goal && goal.When.Text == wait.For.Text => [$"{step.Id}: timeout"],
        Step.WaitFor { IsBounded: true } => [$"{step.Id}: heard", $"{step.Id}: timeout"],
        Step.Send { Skipped.Count: > 0 } => [$"{step.Id}: skipped"],
        Step.Webhook { Waits: true } webhook => [$"{step.Id}: answered", $"{step.Id}: failed", .. webhook.HasTimeout ? [$"{step.Id}: timeout"] : Array.Empty<string>()],
        Step.Escalate { WaitsForOutcome: true } escalate => [.. escalate.Outcomes.Select(arm => $"{step.Id}: {arm.Outcome}"), $"{step.Id}: otherwise"],
        Step.Task { WaitsForOutcome: true } task => [.. task.Arms.Select(arm => $"{step.Id}: {arm.Outcome}"), $"{step.Id}: otherwise", .. task.Timeout is null ? [] : new[] { $"{step.Id}: timeout" }],
        _ => [],
    };

    private static string? WayOf(Step step, JournalEntry entry) => (step, entry.Reason) switch
    {
        (Step.Branch, Reason.BranchTaken) => $"{step.Id}: {entry.Member("if")}",
        (Step.Branch, Reason.NoBranchTaken) => $"{step.Id}: none",
        (Step.Split, Reason.SplitTaken) => $"{step.Id}: {entry.Member("arm")}",
        (Step.WaitFor, Reason.Heard or Reason.AlreadyTrue) => $"{step.Id}: heard",
        (Step.WaitFor, Reason.TimedOut) => $"{step.Id}: timeout",
        (Step.Webhook, Reason.CallAnswered) => $"{step.Id}: answered",
        (Step.Webhook, Reason.CallFailed) => $"{step.Id}: failed",
        (Step.Webhook webhook, Reason.TimedOut) => $"{step.Id}: {(webhook.HasTimeout ? "timeout" : "failed")}",
        (Step.Escalate escalate, Reason.OutcomeHeard) => $"{step.Id}: {(escalate.Outcomes.Any(arm => arm.Outcome == entry.Member("outcome")) ? entry.Member("outcome") : "otherwise")}",
        (Step.Escalate, Reason.TimedOut) => $"{step.Id}: otherwise",
        (Step.Escalate escalate, Reason.EscalationNotOpened) => $"{step.Id}: {(escalate.Outcomes.Any(arm => arm.Outcome == "not_opened") ? "not_opened" : "otherwise")}",
        (Step.Task task, Reason.TaskDone) => $"{step.Id}: {(task.Arms.Any(arm => arm.Outcome == entry.Member("outcome")) ? entry.Member("outcome") : "otherwise")}",
        (Step.Task { WaitsForOutcome: true } task, Reason.TimedOut) => $"{step.Id}: {(task.Timeout is null ? "otherwise" : "timeout")}",
        (Step.Send send, _) when send.Skipped.Count > 0 && entry.Reason is Reason.Suppressed or Reason.NoConsent or Reason.NoContract or Reason.Unsubscribed or Reason.TopicRefused or Reason.NoAddress or Reason.ConditionFalse or Reason.NoRecipient or Reason.Expired or Reason.MomentGone or Reason.NotApproved or Reason.ApprovalOver => $"{step.Id}: skipped",
        _ => null,
    };
}
