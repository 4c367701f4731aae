using NodaTime;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>What happens because time passes: due moments in their order, and when the next one is.</summary>
internal sealed partial class Advance
{
    // A subject with more due moments than this between two looks has a scenario that goes in circles.
    private const int MostMomentsAtOnce = 10_000;

    // Subjects that a step has changed, and that have not looked at themselves since.
    private readonly List<(SubjectState Subject, DateTimeOffset At)> unsettled = [];

    /// <summary>Lives through every due moment before <paramref name="until"/> (at it too when inclusive), one after another.</summary>
    private void CatchUp(SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        if (set.IsParked(new SubjectKey(slot, subject.Ref)) || subject is AccountState { IsOnTheMove: true }) return;
        RememberSincePublished(subject);
        for (var i = 0; subject.DueAt is { } due && (due < until || (isInclusive && due == until)); i++)
        {
            if (i == MostMomentsAtOnce) throw new InvalidOperationException($"More than {MostMomentsAtOnce} moments are due for {subject.Ref} at once.");
            var at = Later(due, subject.LivedUntil);
            if (subject is AccountState account) SettleAccount(account, null, at);
            else Settle(subject, at);
            Rest(subject, at);
            if (subject.DueAt <= due) throw new InvalidOperationException($"{subject.Ref} stands still at {due:O}.");
        }
    }

    /// <summary>Everything that is true of the subject at this moment takes effect (SEMANTICS.md 25: goal, exit, what a wait hears, time-outs).</summary>
    private void Settle(SubjectState subject, DateTimeOffset at) => Guarded(new SubjectKey(slot, subject.Ref), () => SettleUnguarded(subject, at));

    private void SettleUnguarded(SubjectState subject, DateTimeOffset at)
    {
        if (subject is ContactState { Status: ContactStatus.Erased } or AccountState { IsOnTheMove: true } || IsParked(subject)) return;
        at = Later(at, subject.LivedUntil);
        if (subject is AccountState account)
        {
            EndHolds(account, at);
            ScoreHealth(account, at);
        }

        MoveDates(subject, at);
        foreach (var enrollment in subject.Enrollments.ToList()) AskGoalAndExit(subject, enrollment, at);
        foreach (var enrollment in subject.Enrollments.ToList())
        {
            if (enrollment.Status == EnrollmentStatus.Live) Continue(subject, enrollment, at);
        }

        foreach (var enrollment in subject.Enrollments.ToList()) AskGoalDeadline(subject, enrollment, at);
        // A step may have set what a measure reads.
        if (subject is AccountState scored) ScoreHealth(scored, at);
        FireStateTriggers(subject, at);
        FireChanges(at);
        if (subject.PendingEntries.Count > 0) TryPending(subject, at);
    }

    /// <summary>The account, and those of its people whose scenarios may watch it.</summary>
    private void SettleAccount(AccountState account, ContactState? except, DateTimeOffset at)
    {
        if (account.IsOnTheMove) return;
        Settle(account, at);
        ForEnrolledPeople(account, except, person =>
        {
            Settle(person, at);
            Rest(person, at);
        });
    }

    private void ForEnrolledPeople(AccountState account, ContactState? except, Action<ContactState> tell)
    {
        if (!catalog.Index.HasAccountReaders) return;
        foreach (var member in account.Members.Values.Where(member => member.IsEnrolled && member.ContactId != except?.Id).ToList())
        {
            if (set.Contact(slot, member.ContactId) is { } person) tell(person);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one >= other ? one : other;

    private void AskGoalAndExit(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: not null })
        {
            // What had happened by the deadline was heard with the event that told it.
            if (enrollment.GoalReachedAt is not null) subject.Enrollments.Remove(enrollment);
            return;
        }

        var scenario = VersionOf(enrollment).Scenario;
        var context = Context(subject, enrollment, at);
        if (scenario.Goal is { } goal && enrollment.GoalReachedAt is null && goal.When.Evaluate(context) == Truth.True)
        {
            var isInTime = LatestHeard(enrollment, goal.When)?.OccurredAt <= enrollment.MissedAt;
            ReachGoal(subject, enrollment, scenario, at, isInTime ? Detail(("late", "true")) : "");
            if (enrollment.Status == EnrollmentStatus.Measuring) subject.Enrollments.Remove(enrollment);
            else if (goal.EndsEnrollment) End(subject, enrollment, Reason.GoalReached, at, isNoted: true);
        }

        if (enrollment.Status != EnrollmentStatus.Live || !subject.Enrollments.Contains(enrollment)) return;
        if (HasChurned(subject) && !scenario.NamesChurned)
        {
            End(subject, enrollment, Reason.Churned, at);
            return;
        }

        foreach (var exit in scenario.Exits)
        {
            var isOut = exit.When is { } when
                ? when.Evaluate(context) == Truth.True
                : scenario.Audience?.Evaluate(context) == Truth.False;
            if (!isOut) continue;
            End(subject, enrollment, exit.When is null ? Reason.AudienceLost : Reason.ExitTrue, at, exit.When is null ? "" : Detail(("exit", exit.When.Text)));
            return;
        }
    }

    private void ReachGoal(SubjectState subject, Enrollment enrollment, Scenario scenario, DateTimeOffset at, string detail)
    {
        enrollment.GoalReachedAt = at;
        Note(subject, enrollment, Reason.GoalReached, at, detail: detail);
        Happened(subject, ProductEvents.GoalReached, at, [("scenario", Scenario.FamilyOf(enrollment.Scenario)), .. scenario.Row is { } row ? [("row", row.Id)] : Array.Empty<(string, string)>()]);
    }

    // The deadline itself is in time, so it has passed only when a later moment is looked at, or nothing came at it.
    private void AskGoalDeadline(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if (enrollment.GoalReachedAt is not null) return;
        if (enrollment.GoalDeadline is { } deadline && deadline <= at)
        {
            Note(subject, enrollment, Reason.GoalMissed, deadline);
            (enrollment.GoalDeadline, enrollment.MissedAt) = (null, deadline);
        }

        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: { } missed } && missed + LateGoal <= at) subject.Enrollments.Remove(enrollment);
    }

    /// <summary>Says when the subject is next due, and marks it to be saved.</summary>
    private void Rest(SubjectState? subject, DateTimeOffset at)
    {
        if (subject is null || set.Get(new SubjectKey(slot, subject.Ref)) is null) return;
        if (set.IsParked(new SubjectKey(slot, subject.Ref)))
        {
            subject.DueAt = null;
            return;
        }

        Guarded(new SubjectKey(slot, subject.Ref), () => RestUnguarded(subject, at));
    }

    /// <summary>What steps have changed takes effect, on the one who stands on them or on another.</summary>
    private void SettleChanged(SubjectState current)
    {
        for (var i = 0; unsettled.Count > 0; i++)
        {
            if (i == MostMomentsAtOnce) throw new InvalidOperationException($"{current.Ref} changes without an end.");
            var (subject, at) = unsettled[0];
            unsettled.RemoveAll(one => ReferenceEquals(one.Subject, subject));
            Settle(subject, at);
            if (!ReferenceEquals(subject, current)) Rest(subject, at);
        }
    }

    private void RestUnguarded(SubjectState subject, DateTimeOffset at)
    {
        SettleChanged(subject);
        if (subject is AccountState { IsOnTheMove: true })
        {
            subject.DueAt = null;
            set.Touch(new SubjectKey(slot, subject.Ref));
            return;
        }

        at = subject.LivedUntil = Later(at, subject.LivedUntil);
        catalog.Index.Criteria.Trim(subject, at);
        DateTimeOffset? due = null;
        foreach (var enrollment in subject.Enrollments)
        {
            Sooner(enrollment.GoalReachedAt is null ? enrollment.GoalDeadline : null);
            if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: { } missed })
            {
                Sooner(missed + LateGoal);
                continue;
            }

            var scenario = VersionOf(enrollment).Scenario;
            var context = Context(subject, enrollment, at);
            if (enrollment.GoalReachedAt is null) Sooner(scenario.Goal?.When.NextChange(context));
            if (enrollment.Status != EnrollmentStatus.Live) continue;
            Sooner(enrollment.StepDueAt);
            foreach (var exit in scenario.Exits) Sooner((exit.When ?? scenario.Audience)?.NextChange(context));
        }

        foreach (var published in catalog.Index.StateTriggers)
        {
            switch (published.Scenario.Trigger)
            {
                case Scenarios.Trigger.Turning turning when turning.Of == subject.Kind:
                    foreach (var condition in turning.Conditions) Sooner(condition.NextChange(Context(subject, null, at)));
                    // Only who would be started: all others are asked by what happens to them.
                    if (StandsStill(catalog.Index.TriggerRestsOn(published.Scenario), at) is { } later && !subject.TriggerMemory.ContainsKey(published.Scenario.Name) && turning.When.Evaluate(Context(subject, null, at)) == Conditions.Truth.True)
                        Sooner(later);
                    break;
                case Scenarios.Trigger.DateAttribute date when date.Of == subject.Kind:
                    Sooner(MomentsOf(date, subject, at).Next);
                    break;
            }
        }

        if (subject is AccountState account)
        {
            foreach (var hold in account.Holds) Sooner(hold.Until);
            Sooner(NextHealthChange(account, at));
        }

        foreach (var entry in subject.PendingEntries) Sooner(entry.Until);
        if (subject is ContactState contact)
        {
            if (MemberOf(contact) is { } member && member.IsEnrolled != contact.Enrollments.Count > 0)
            {
                member.IsEnrolled = contact.Enrollments.Count > 0;
                set.Touch(new SubjectKey(slot, SubjectRef.Account(contact.AccountId)));
            }

            if (contact.AccountId != 0) set.Touch(new SubjectKey(slot, SubjectRef.Account(contact.AccountId)));
        }

        subject.DueAt = due;
        set.Touch(new SubjectKey(slot, subject.Ref));

        void Sooner(DateTimeOffset? moment)
        {
            if (moment is { } m && (due is null || m < due)) due = m;
        }
    }
}
