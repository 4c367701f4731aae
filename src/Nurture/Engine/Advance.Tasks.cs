using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Something for a human to do, and waiting for what came of it (SEMANTICS.md 46). What is not done in time stays to be done: it is a human's.</summary>
internal sealed partial class Advance
{
    private bool HasTask(SubjectState subject, Enrollment enrollment, PublishedScenario published, ScenarioProgram.Node node, Step.Task step, DateTimeOffset at)
    {
        if (enrollment.TaskId != 0)
        {
            if (enrollment.StepDueAt is not { } deadline || deadline > at) return false;
            enrollment.TaskId = 0;
            Note(subject, enrollment, Reason.TimedOut, deadline);
            Go(subject, enrollment, published, node.Targets[^1], deadline);
            return true;
        }

        var account = subject as AccountState ?? AccountOf((ContactState)subject);
        if (enrollment.IsBehind || account is null)
        {
            Note(subject, enrollment, enrollment.IsBehind ? Reason.MomentGone : Reason.NoAccount, at);
            Go(subject, enrollment, published, step.WaitsForOutcome ? node.Targets[^1] : node.Next, enrollment.StepStartedAt);
            return true;
        }

        var assignee = step.Queue is not null ? null : step.Owner ?? Text(account, step.OwnerOf?.Name ?? "owner");
        var id = OpenTask(account, subject, enrollment, step.Id, step.Title, step.Due, at, assignee, step.Queue ?? "", step.Outcomes is [Step.Task.Done] ? [] : step.Outcomes);
        Note(subject, enrollment, Reason.TaskOpened, at, detail: Detail(("task", step.Title)));
        if (!step.WaitsForOutcome)
        {
            Go(subject, enrollment, published, node.Next, enrollment.StepStartedAt);
            return true;
        }

        enrollment.TaskId = id;
        enrollment.StepDueAt = Calendar.Add(at, step.UpTo!.Value, Company);
        return false;
    }

    private long OpenTask(
        AccountState account, SubjectState subject, Enrollment enrollment, string step, string title, Duration? due, DateTimeOffset at, string? assignee, string queue = "", IReadOnlyList<string>? outcomes = null)
    {
        var id = Draws.TaskId(enrollment.Id, enrollment.Iteration == 0 ? step : $"{step}\n{enrollment.Iteration}");
        Do(new Effect.TaskOpened(new CsmTask(
            id, account.Id, 0, title, 0, false, assignee, due is { } length ? Calendar.Add(at, length, Company) : null, at, enrollment.Scenario, step)
        {
            ContactId = subject is ContactState ? subject.Id : 0,
            Queue = queue,
            Outcomes = outcomes ?? [],
        }));
        return id;
    }

    private void TaskDone(Signal.TaskDone signal)
    {
        if (SubjectHere(signal.Subject) is not { } subject) return;
        var at = signal.At;
        CatchUp(subject, at, isInclusive: false);
        foreach (var enrollment in subject.Enrollments.Where(waiting => waiting.TaskId == signal.TaskId && waiting.Status == EnrollmentStatus.Live).ToList())
        {
            var published = VersionOf(enrollment);
            if (published.Program.Nodes[enrollment.Step!] is not { Step: Step.Task step } node) throw new InvalidOperationException($"{published.Scenario.Name} waits for a task at {enrollment.Step}, which is none.");
            enrollment.TaskId = 0;
            enrollment.AskedFor = enrollment.Step;
            Note(subject, enrollment, Reason.TaskDone, at, detail: Detail(("task", step.Title), ("outcome", signal.Outcome), ("by", signal.By)));
            var arm = step.Arms.ToList().FindIndex(one => one.Outcome == signal.Outcome);
            Go(subject, enrollment, published, node.Targets[arm >= 0 ? arm : step.Arms.Count], at);
        }

        Settle(subject, at);
        Rest(subject, at);
    }
}
