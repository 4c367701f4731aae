using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Notices;
using Nurture.Sends;

namespace Nurture.Engine;

/// <summary>What the engine asks for. The runner carries all of a batch's effects out in the transaction that saves the states.</summary>
public abstract record Effect
{
    private Effect() { }

    /// <summary>The slot of the subject that was decided on.</summary>
    public short Slot { get; init; }

    public sealed record Journal(JournalEntry Entry) : Effect;

    /// <summary>Plan a mail; a second plan of the same id is the same mail and changes nothing.</summary>
    public sealed record PlanSend(SendDraft Draft) : Effect;

    /// <summary>Make a call; a second plan of the same id is the same call and changes nothing.</summary>
    public sealed record PlanCall(CallDraft Draft) : Effect;

    /// <summary>Cancel what the enrollment planned, mails and calls, and what was not handed over yet.</summary>
    public sealed record CancelSends(SubjectRef Subject, long EnrollmentId, Reason Reason) : Effect;

    /// <summary>An enrollment stands on a step, or nowhere any more.</summary>
    public sealed record Positioned(SubjectRef Subject, long EnrollmentId, string Scenario, int Version, string? Step, DateTimeOffset At) : Effect;

    /// <summary>The enrollment waits for its turn at a throttled send, and could leave until a moment (its allowed hours, its expiry); or somebody waits to enter.</summary>
    /// <param name="EnrollmentId">Of who waits to enter, the id of the place in line.</param>
    /// <param name="Step">Empty for who waits to enter.</param>
    /// <param name="CameAt">The order in which turns are given; who waits to enter gets none before.</param>
    public sealed record InLine(SubjectRef Subject, long EnrollmentId, string Scenario, int Version, string Step, int Occurrence, DateTimeOffset OpenUntil, DateTimeOffset CameAt) : Effect;

    /// <summary>Who waited to enter has, or does not any more.</summary>
    public sealed record LeftLine(long PlaceId) : Effect;

    /// <summary>A case is wanted whose type has a budget: whether one is left for whoever gets it is answered by a signal.</summary>
    /// <param name="Taker">The colleague or the queue that would get it.</param>
    public sealed record CaseAsked(SubjectRef Subject, long EnrollmentId, string Scenario, string Step, int Occurrence, long AccountId, string Type, string Taker) : Effect;

    /// <summary>A mail is to leave whose subject is tested: with which of them is answered by a signal, at once or when the test is decided.</summary>
    /// <param name="Arm">Of whom it is found out with; null for those who get what is found out.</param>
    public sealed record ArmAsked(SubjectRef Subject, long EnrollmentId, string Scenario, int Version, string Step, int Occurrence, string? Arm) : Effect;

    /// <summary>Forget the contact, as an erasure that a human asks for does.</summary>
    public sealed record Forget(long ContactId) : Effect;

    /// <summary>Tell another subject, through the log.</summary>
    public sealed record Append(StoredEvent Event) : Effect;

    /// <summary>The contact lives in another slot from now on, as one of the account's people.</summary>
    public sealed record Moved(long ContactId, short ToSlot, int Hop, long AccountId) : Effect;

    /// <summary>The contact belongs to the account, as its primary one or another.</summary>
    public sealed record MembershipAdded(long ContactId, long AccountId, DateTimeOffset At) : Effect;

    /// <summary>What pages show of the one account is the other's now: memberships, cases, tasks, mails to approve, holds.</summary>
    public sealed record AccountMerged(long AccountId, long IntoId) : Effect;

    /// <summary>A case is part of another one now, with its story and its tasks.</summary>
    public sealed record EscalationMerged(long EscalationId, long IntoId) : Effect;

    /// <summary>A point of an account's health history: its band or definition is another one.</summary>
    public sealed record HealthNoted(long AccountId, DateTimeOffset At, double? Score, HealthBand Band, HealthCause Cause) : Effect;

    public sealed record EscalationOpened(EscalationRow Row) : Effect;

    /// <summary>Where a case stands now; of what was decided when it was opened only the clocks move.</summary>
    public sealed record EscalationChanged(
        long EscalationId, string? Assignee, DateTimeOffset? AcknowledgedAt, DateTimeOffset? SnoozedUntil, DateTimeOffset? ClosedAt, string? Outcome, string? ClosedBy,
        CaseClocks Clocks, IReadOnlyList<CasePause> Pauses) : Effect
    {
        /// <summary>Null where it is what it was.</summary>
        public EscalationPriority? Priority { get; init; }
    }

    /// <summary>A line of a case's story.</summary>
    /// <param name="Kind">evidence, opened, acknowledge, assign, snooze, wake, note, reply, close, left, hold_over, merged.</param>
    /// <param name="By">The user's address; empty for Nurture itself.</param>
    /// <param name="Detail">A small JSON object, or empty.</param>
    /// <param name="ContactId">Whom it is about, where it is about a person: erasure empties it.</param>
    public sealed record EscalationNoted(long EscalationId, long AccountId, DateTimeOffset At, string Kind, string By, string Text, string Detail, long ContactId = 0) : Effect;

    public sealed record TaskOpened(CsmTask Task) : Effect;

    public sealed record ApprovalAsked(ApprovalRow Row) : Effect;

    /// <summary>What became of a mail to be approved.</summary>
    public sealed record ApprovalEnded(long ApprovalId, ApprovalState State, string By, DateTimeOffset At) : Effect;

    /// <summary>What was open for the one is the other's now: tasks, and mails to approve. Null is nobody.</summary>
    public sealed record OwnerChanged(long AccountId, string From, string? To) : Effect;

    /// <summary>Mail colleagues; who of those addressed is one is known to the shell.</summary>
    public sealed record ColleaguesTold(Notice Notice) : Effect;

    /// <summary>All holds of the account, or of the person without one, that are in force now; what an ended one kept back may leave from <paramref name="QuietUntil"/> on.</summary>
    public sealed record HoldsChanged(SubjectRef Subject, IReadOnlyList<Hold> Holds, DateTimeOffset QuietUntil) : Effect;
}

/// <summary>A decision, with its reason. Append-only.</summary>
/// <param name="At">When it was due, on the business clock.</param>
/// <param name="ContactId">The person it concerns, where that is not the subject.</param>
/// <param name="Detail">A small JSON object, or empty: what a sentence about it needs (never an address).</param>
/// <param name="CauseId">The event that led to it; 0 for a due moment.</param>
public sealed record JournalEntry(
    DateTimeOffset At, SubjectRef Subject, long ContactId, string Scenario, int Version, long EnrollmentId, string Step,
    Reason Reason, string Detail, long CauseId, string Correlation);
