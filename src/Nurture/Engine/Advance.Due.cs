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

    private static readonly TimeSpan DateCatchUp = TimeSpan.FromDays(2);

    /// <summary>Lives through every due moment before <paramref name="until"/> (at it too when inclusive), one after another.</summary>
    private void CatchUp(SubjectState subject, DateTimeOffset until, bool isInclusive)
    {
        if (set.IsParked(new SubjectKey(slot, subject.Ref))) return;
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
        if (subject is ContactState { Status: ContactStatus.Erased } || IsParked(subject)) return;
        at = Later(at, subject.LivedUntil);
        if (subject is AccountState account)
        {
            EndHolds(account, at);
            ScoreHealth(account, at);
        }

        foreach (var enrollment in subject.Enrollments.ToList()) AskGoalAndExit(subject, enrollment, at);
        foreach (var enrollment in subject.Enrollments.ToList())
        {
            if (enrollment.Status == EnrollmentStatus.Live) Continue(subject, enrollment, at);
        }

        foreach (var enrollment in subject.Enrollments.ToList()) AskGoalDeadline(subject, enrollment, at);
        // A step may have set what a measure reads.
        if (subject is AccountState scored) ScoreHealth(scored, at);
        FireStateTriggers(subject, at);
        if (subject is ContactState { PendingEntries.Count: > 0 } contact) TryPending(contact, at);
    }

    /// <summary>The account, and those of its people whose scenarios may watch it.</summary>
    private void SettleAccount(AccountState account, ContactState? except, DateTimeOffset at)
    {
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
        var scenario = VersionOf(enrollment).Scenario;
        var context = Context(subject, enrollment, at);
        if (scenario.Goal is { } goal && enrollment.GoalReachedAt is null && goal.When.Evaluate(context) == Truth.True)
        {
            enrollment.GoalReachedAt = at;
            Note(subject, enrollment, Reason.GoalReached, at);
            if (enrollment.Status == EnrollmentStatus.Measuring) subject.Enrollments.Remove(enrollment);
            else if (goal.EndsEnrollment) End(subject, enrollment, Reason.GoalReached, at, isNoted: true);
        }

        if (enrollment.Status != EnrollmentStatus.Live || !subject.Enrollments.Contains(enrollment)) return;
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

    // The deadline itself is in time, so it has passed only when a later moment is looked at, or nothing came at it.
    private void AskGoalDeadline(SubjectState subject, Enrollment enrollment, DateTimeOffset at)
    {
        if (enrollment.GoalReachedAt is not null || enrollment.GoalDeadline is not { } deadline || deadline > at) return;
        Note(subject, enrollment, Reason.GoalMissed, deadline);
        enrollment.GoalDeadline = null;
        if (enrollment.Status == EnrollmentStatus.Measuring) subject.Enrollments.Remove(enrollment);
    }

    private void FireStateTriggers(SubjectState subject, DateTimeOffset at)
    {
        foreach (var published in catalog.Index.StateTriggers)
        {
            switch (published.Scenario.Trigger)
            {
                case Scenarios.Trigger.Inactivity silence when published.Scenario.Subject == subject.Kind:
                    var isSilent = silence.IsSilent.Evaluate(Context(subject, null, at)) == Truth.True;
                    // Who was silent already when the scenario went live does not enter by that; who falls silent since does.
                    var wasBefore = isSilent && subject.CreatedAt < published.LiveSince
                        && silence.IsSilent.Evaluate(Context(subject, null, published.LiveSince)) == Truth.True;
                    if (!TurnsTrue(subject, published.Scenario.Name, isSilent, wasBefore)) break;
                    TryEnter(subject, published, null, at, late: TimeSpan.MaxValue);
                    break;
                case Scenarios.Trigger.Band band when subject is AccountState { Health: { } health } account:
                    var isIn = band.Bands.Contains(health.Band);
                    if (!TurnsTrue(subject, published.Scenario.Name, isIn, isIn && health.BandSince < published.LiveSince)) break;
                    foreach (var (entering, _) in Subjects(published, band, null, null, account, at))
                    {
                        TryEnter(entering, published, null, at, late: TimeSpan.MaxValue);
                        if (!ReferenceEquals(entering, subject)) Rest(entering, at);
                    }

                    break;
                case Scenarios.Trigger.DateAttribute date when date.Of == subject.Kind && MomentOf(date, subject) is { } moment:
                    var memory = MemoryOf(published.Scenario, moment);
                    if (moment > at || subject.TriggerMemory.ContainsKey(memory)) break;
                    foreach (var old in subject.TriggerMemory.Keys.Where(k => k.StartsWith($"{published.Scenario.Name}@", StringComparison.Ordinal)).ToList()) subject.TriggerMemory.Remove(old);
                    subject.TriggerMemory[memory] = true;
                    if (moment < published.LiveSince || at - moment > DateCatchUp) break;
                    foreach (var (entering, _) in Subjects(published, date, null, subject as ContactState, subject as AccountState, at))
                    {
                        TryEnter(entering, published, null, moment, late: TimeSpan.MaxValue);
                        if (!ReferenceEquals(entering, subject)) Rest(entering, at);
                    }

                    break;
            }
        }
    }

    /// <summary>Remembers what the trigger is; true when that turns it from false to true (SEMANTICS.md 12).</summary>
    private static bool TurnsTrue(SubjectState subject, string scenario, bool isTrue, bool wasBefore)
    {
        var was = subject.TriggerMemory.TryGetValue(scenario, out var remembered) ? remembered : wasBefore && isTrue;
        if (isTrue) subject.TriggerMemory[scenario] = true;
        else subject.TriggerMemory.Remove(scenario);
        return isTrue && !was;
    }

    /// <summary>Publishing enrolls nobody for whom the trigger is true already.</summary>
    private void RememberTriggers(SubjectState subject, DateTimeOffset at)
    {
        foreach (var published in catalog.Index.StateTriggers)
        {
            var isTrue = published.Scenario.Trigger switch
            {
                Scenarios.Trigger.Inactivity silence => published.Scenario.Subject == subject.Kind && silence.IsSilent.Evaluate(Context(subject, null, at)) == Truth.True,
                Scenarios.Trigger.Band band => subject is AccountState { Health: { } health } && band.Bands.Contains(health.Band),
                _ => false,
            };
            if (isTrue) subject.TriggerMemory[published.Scenario.Name] = true;
        }
    }

    private static string MemoryOf(Scenario scenario, DateTimeOffset moment) => $"{scenario.Name}@{moment.ToUnixTimeMilliseconds()}";

    private DateTimeOffset? MomentOf(Scenarios.Trigger.DateAttribute trigger, SubjectState subject)
    {
        var zone = ZoneOf(ZoneRule.Recipient, subject);
        LocalDate date;
        switch (subject[trigger.Attribute])
        {
            case { Kind: ValueKind.Date } value: date = LocalDate.FromDateOnly(value.AsDate); break;
            case { Kind: ValueKind.Instant } value: date = Instant.FromDateTimeOffset(value.AsInstant).InZone(zone).Date; break;
            default: return null;
        }

        var moved = Calendar.Add(Calendar.At(date, trigger.At, zone), trigger.Offset, zone);
        return trigger.Days == Scenarios.Days.All ? moved : Calendar.Next(moved, trigger.At, trigger.Days, zone);
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

    private void RestUnguarded(SubjectState subject, DateTimeOffset at)
    {
        at = subject.LivedUntil = Later(at, subject.LivedUntil);
        catalog.Index.Criteria.Trim(subject, at);
        DateTimeOffset? due = null;
        foreach (var enrollment in subject.Enrollments)
        {
            Sooner(enrollment.GoalReachedAt is null ? enrollment.GoalDeadline : null);
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
                case Scenarios.Trigger.Inactivity silence when published.Scenario.Subject == subject.Kind:
                    Sooner(silence.IsSilent.NextChange(Context(subject, null, at)));
                    break;
                case Scenarios.Trigger.DateAttribute date when date.Of == subject.Kind && MomentOf(date, subject) is { } moment && moment > at:
                    Sooner(moment);
                    break;
            }
        }

        if (subject is AccountState account)
        {
            foreach (var hold in account.Holds) Sooner(hold.Until);
            Sooner(NextHealthChange(account, at));
        }

        if (subject is ContactState contact)
        {
            foreach (var entry in contact.PendingEntries) Sooner(entry.Until);
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
