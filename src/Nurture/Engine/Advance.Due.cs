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

    // Who lives through a moment now, and is asked by what that moment changes.
    private readonly HashSet<SubjectKey> catchingUp = [];

    /// <summary>
    /// Lives through every due moment before <paramref name="until"/> (at it too when inclusive), one after another. Where
    /// scenarios watch their account, what is due for the account and its people comes first too, in the order of its moments:
    /// each of them may hear of the others.
    /// </summary>
    private void CatchUp(SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        if (catalog.Index.HasAccountReaders && (subject as AccountState ?? AccountOf((ContactState)subject)) is { } account)
        {
            for (var i = 0; NextOf(account, subject, until, isInclusive) is { } next; i++)
            {
                if (i == MostMomentsAtOnce * (account.Members.Count + 1)) throw new InvalidOperationException($"More than {i} moments are due for {account.Ref} and its people at once.");
                LiveThrough(next, next.DueAt!.Value, isInclusive: true);
            }
        }

        LiveThrough(subject, until, isInclusive);
    }

    /// <summary>Who of the account, its people and the subject is due first; people before the account, as everywhere.</summary>
    private SubjectState? NextOf(AccountState account, SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        SubjectState? first = null;
        foreach (var person in EnrolledPeople(account)) Ask(person);
        Ask(subject);
        Ask(account);
        return first;

        void Ask(SubjectState one)
        {
            if (one.DueAt is not { } due || (isInclusive ? due > until : due >= until) || due >= first?.DueAt) return;
            var key = new SubjectKey(slot, one.Ref);
            if (!set.IsParked(key) && !catchingUp.Contains(key) && one is not AccountState { IsOnTheMove: true }) first = one;
        }
    }

    /// <summary>What the account's people came through before something of theirs changes for all of them.</summary>
    private void CatchUpPeople(AccountState account, DateTimeOffset until)
    {
        foreach (var person in EnrolledPeople(account)) LiveThrough(person, until, isInclusive: false);
    }

    private void LiveThrough(SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        var key = new SubjectKey(slot, subject.Ref);
        if (set.IsParked(key) || subject is AccountState { IsOnTheMove: true } || !catchingUp.Add(key)) return;
        Guarded(key, () => LiveThroughUnguarded(subject, until, isInclusive));
        catchingUp.Remove(key);
    }

    private void LiveThroughUnguarded(SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        var wasImport = isImport;
        isImport = false;
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

        isImport = wasImport;
    }

    /// <summary>Everything that is true of the subject at this moment takes effect (SEMANTICS.md 25: goal, exit, what a wait hears, time-outs).</summary>
    private void Settle(SubjectState subject, DateTimeOffset at) => Guarded(new SubjectKey(slot, subject.Ref), () => SettleUnguarded(subject, at));

    private void SettleUnguarded(SubjectState subject, DateTimeOffset at)
    {
        if (subject is ContactState { Status: ContactStatus.Erased } or AccountState { IsOnTheMove: true } || IsParked(subject)) return;
        at = Later(at, subject.LivedUntil);
        EndHolds(subject, at);
        if (subject is AccountState account) ScoreHealth(account, at);

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
        ForEnrolledPeople(account, except, at, person =>
        {
            Settle(person, at);
            Rest(person, at);
        });
    }

    private void ForEnrolledPeople(AccountState account, ContactState? except, DateTimeOffset at, Action<ContactState> tell)
    {
        if (!catalog.Index.HasAccountReaders) return;
        foreach (var member in account.Members.Values.Where(member => member.IsEnrolled && member.ContactId != except?.Id).ToList())
        {
            if (set.Contact(slot, member.ContactId) is not { } person) continue;
            LiveThrough(person, at, isInclusive: false);
            tell(person);
        }
    }

    private static DateTimeOffset Later(DateTimeOffset one, DateTimeOffset other) => one >= other ? one : other;

    private void AskGoalAndExit(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: not null })
        {
            // What had happened by the deadline was heard with the event that told it.
            if (enrollment.GoalReachedAt is not null) Forget();
            return;
        }

        var scenario = VersionOf(enrollment).Scenario;
        var context = Context(subject, enrollment, at);
        if (scenario.Goal is { } goal && enrollment.GoalReachedAt is null && goal.When.Evaluate(context) == Truth.True)
        {
            var isInTime = LatestHeard(enrollment, goal.When)?.OccurredAt <= enrollment.MissedAt;
            ReachGoal(subject, enrollment, scenario, at, isInTime ? Detail(("late", "true")) : "");
            if (enrollment.Status == EnrollmentStatus.Measuring) Forget();
            else if (goal.EndsEnrollment) End(subject, enrollment, Reason.GoalReached, at, isNoted: true);
            else if (enrollment.EscalationId == 0) LeaveCases(subject, enrollment, Reason.GoalReached, at);
            else Recover(subject, enrollment, at);
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

        void Forget()
        {
            subject.Enrollments.Remove(enrollment);
            LeaveCases(subject, enrollment, Reason.GoalReached, at);
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

        if (enrollment is { Status: EnrollmentStatus.Measuring, MissedAt: { } missed } && missed + LateGoal <= at)
        {
            subject.Enrollments.Remove(enrollment);
            LeaveCases(subject, enrollment, Reason.GoalMissed, at);
        }
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
            if (subject is AccountState account) SettleAccount(account, except: null, at);
            else Settle(subject, at);
            if (!ReferenceEquals(subject, current)) Rest(subject, at);
        }
    }

    /// <summary>Whether events and changes of the account may concern the person.</summary>
    private void MarkEnrolled(ContactState contact)
    {
        if (MemberOf(contact) is { } member) member.IsEnrolled = contact.Enrollments.Count + contact.PendingEntries.Count > 0;
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

        foreach (var hold in subject.Holds) Sooner(hold.Until);
        if (subject is AccountState account) Sooner(NextHealthChange(account, at));

        foreach (var entry in subject.PendingEntries) Sooner(entry.Until);
        if (subject is ContactState contact)
        {
            MarkEnrolled(contact);
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
