using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>What comes after its time: it counts, takes nothing back, and the journal says what it would have changed (SEMANTICS.md 21).</summary>
internal sealed partial class Advance
{
    // So long after a goal was missed what happened before may still be told; as long as triggers and waits accept an event that say nothing.
    private static readonly TimeSpan LateGoal = TimeSpan.FromHours(72);

    /// <summary>The event is one that the passage asks about, and is remembered already.</summary>
    private void HearLate(SubjectState subject, Enrollment enrollment, PublishedScenario published, EventPredicate predicate, OccurredEvent happened)
    {
        var at = Later(happened.OccurredAt, subject.LivedUntil);
        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: { } missed, GoalReachedAt: null })
        {
            if (published.Scenario.Goal is { } goal && goal.When.Events.Any(asked => asked.Key == predicate.Key) && goal.When.Evaluate(Context(subject, enrollment, missed)) == Truth.True)
                ReachGoal(subject, enrollment, published.Scenario, at, Detail(("late", "true")));
            return;
        }

        if (enrollment.Status != EnrollmentStatus.Live || enrollment.Step is null) return;
        if (enrollment.LastTimeout is var (step, timedOutAt) && happened.OccurredAt <= timedOutAt && WaitAt(step) is { } passed && Hears(passed, null))
        {
            enrollment.LastTimeout = null;
            Note(subject, enrollment, Reason.LateEvent, at, happened.ContactId, step, Detail(("event", happened.Name), ("would", "heard")));
        }
        else if (WaitAt(enrollment.Step) is { } wait && happened.ReceivedAt - happened.OccurredAt > wait.Late && Hears(wait, null) && !Hears(wait, wait.Late))
            Note(subject, enrollment, Reason.LateEvent, at, happened.ContactId, detail: Detail(("event", happened.Name), ("would", "heard")));

        Step.WaitFor? WaitAt(string on) => published.Program.Nodes.GetValueOrDefault(on)?.Step as Step.WaitFor;

        bool Hears(Step.WaitFor wait, TimeSpan? most) =>
            wait.For.Events.Any(asked => asked.Key == predicate.Key) && wait.For.Evaluate(Context(subject, enrollment, at) with { MostLate = most }) == Truth.True;
    }
}
