using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Health;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>
/// Everything that a batch decided, to be written in one transaction or not at all. Where a list says something about one
/// key twice (a position, a profile, a route), the last one counts.
/// </summary>
public sealed class SlotCommit
{
    /// <summary>On the business clock; stamps the journal.</summary>
    public required DateTimeOffset RecordedAt { get; init; }

    public List<LaneAdvance> Lanes { get; init; } = [];

    /// <summary>What else it was decided by, to be recorded with those of <see cref="Lanes"/> that had work; null records nothing.</summary>
    public Turn? Turn { get; set; }

    /// <summary>Each state once.</summary>
    public List<StateWrite> States { get; init; } = [];

    public List<StateDelete> DeletedStates { get; init; } = [];

    public List<TombstoneWrite> Tombstones { get; init; } = [];

    /// <summary>Contacts that came back to a slot they had left.</summary>
    public List<(short Slot, long ContactId)> LiftedTombstones { get; init; } = [];

    /// <summary>Signals of contacts not adopted yet, kept by the id of their event.</summary>
    public List<KeptSignal> KeptSignals { get; init; } = [];

    /// <summary>Contacts whose kept signals have been processed.</summary>
    public List<(short Slot, long ContactId)> ReleasedSignals { get; init; } = [];

    public List<ContactRoute> Routes { get; init; } = [];

    public List<ContactProfile> Contacts { get; init; } = [];

    /// <summary>Of contacts of whose profiles nothing else changed.</summary>
    public List<ContactActivity> Activity { get; init; } = [];

    public List<AccountProfile> Accounts { get; init; } = [];

    public List<Membership> Memberships { get; init; } = [];

    public List<PositionChange> Positions { get; init; } = [];

    public List<JournalWrite> Journal { get; init; } = [];

    public List<PlannedSend> Sends { get; init; } = [];

    public List<PlannedNotice> Notices { get; init; } = [];

    public List<PlannedCall> Calls { get; init; } = [];

    /// <summary>Calls too.</summary>
    public List<SendCancellation> CancelledSends { get; init; } = [];

    public List<StoredEvent> Events { get; init; } = [];

    public List<ParkedSubject> Parked { get; init; } = [];

    public List<Effect.HealthNoted> HealthPoints { get; init; } = [];

    public List<EscalationRow> Escalations { get; init; } = [];

    /// <summary>In their order: the last one of a case counts.</summary>
    public List<Effect.EscalationChanged> EscalationChanges { get; init; } = [];

    public List<Effect.EscalationMerged> EscalationMerges { get; init; } = [];

    public List<Effect.AccountMerged> AccountMerges { get; init; } = [];

    public List<Effect.EscalationNoted> EscalationEntries { get; init; } = [];

    public List<CsmTask> Tasks { get; init; } = [];

    public List<ApprovalRow> Approvals { get; init; } = [];

    public List<Effect.ApprovalEnded> ApprovalsEnded { get; init; } = [];

    public List<Effect.OwnerChanged> OwnersChanged { get; init; } = [];

    public List<Effect.HoldsChanged> Holds { get; init; } = [];

    /// <summary>Who waits for their turn at a throttled send, or to enter.</summary>
    public List<Effect.InLine> InLine { get; init; } = [];

    /// <summary>Cases that want a place in a budget.</summary>
    public List<Effect.CaseAsked> CasesAsked { get; init; } = [];

    /// <summary>Who waits to know which of the tested subjects a mail leaves with.</summary>
    public List<Effect.ArmAsked> ArmsAsked { get; init; } = [];

    /// <summary>Who waits no more to enter.</summary>
    public HashSet<long> LeftLine { get; init; } = [];

    /// <summary>How much a scenario may plan before it is paused; null counts nothing.</summary>
    public Breaker? Breaker { get; init; }

    /// <summary>Contacts that a scenario wants to be forgotten.</summary>
    public List<long> Forgotten { get; init; } = [];
}

/// <param name="Rev">As loaded; 0 for a state that is new.</param>
/// <param name="Rest">The cold part; null where one row holds all.</param>
/// <param name="IsRestChanged">False leaves the second row as it is, whatever <paramref name="Rest"/> says.</param>
public sealed record StateWrite(SubjectKey Key, int Rev, DateTimeOffset? DueAt, byte[] Doc, byte[]? Rest, bool IsRestChanged);

public sealed record StateDelete(SubjectKey Key, int Rev);

public sealed record KeptSignal(short Slot, long ContactId, long EventId);

/// <summary>Where a contact's signals go from now on. Never moves back to a lower hop.</summary>
/// <param name="AccountId">The primary account; null while there is none.</param>
public sealed record ContactRoute(long ContactId, short Slot, int Hop, long? AccountId, long? MergedInto);

/// <summary>A contact as pages show it.</summary>
/// <param name="Roles">Separated by commas.</param>
/// <param name="Attributes">A JSON object.</param>
/// <param name="Refusals">A JSON object: topic → since when.</param>
public sealed record ContactProfile(
    long ContactId, string? Email, string? Name, string? Locale, string? Zone, ContactStatus Status, string Roles, string Attributes,
    ConsentBasis Basis, string Refusals, DateTimeOffset? LastActiveAt, bool IsInternal);

/// <summary>When a contact was last seen.</summary>
public sealed record ContactActivity(long ContactId, DateTimeOffset LastActiveAt);

/// <summary>An account as pages show it.</summary>
/// <param name="HealthBand">Null where nobody scores it.</param>
/// <param name="HoldUntil">The latest end of its holds; null where its mails go.</param>
/// <param name="EscalationId">Its first open case; null where there is none.</param>
public sealed record AccountProfile(
    long AccountId, string? Name, string? Tier, string? Stage, string? Owner, string Attributes,
    double? HealthScore, HealthBand? HealthBand, DateTimeOffset? HealthSince, DateTimeOffset? HoldUntil, long? EscalationId, bool IsInternal);

public sealed record Membership(long ContactId, long AccountId, DateTimeOffset JoinedAt);

/// <param name="Step">Null when it stands nowhere any more.</param>
/// <param name="At">When it came there; for the first position also when it entered.</param>
public sealed record PositionChange(
    SubjectKey Key, long EnrollmentId, string Scenario, int Version, string? Step, DateTimeOffset At);

public sealed record JournalWrite(short Slot, JournalEntry Entry);

/// <param name="Documents">By <see cref="PublishedCatalog.DocumentsOf"/>.</param>
/// <param name="AddressHash">By <see cref="AddressHash"/>.</param>
public sealed record PlannedSend(short Slot, SendDraft Draft, string Documents, byte[] AddressHash);

/// <summary>Cancels what an enrollment planned and what is claimed but not handed over: its claim then fails on its guard.</summary>
public sealed record SendCancellation(SubjectRef Subject, long EnrollmentId, Reason Reason, DateTimeOffset At);

/// <summary>A subject whose step threw: it takes no more signals until it is resumed.</summary>
/// <param name="Error">Empty where it was parked before and has only missed more.</param>
/// <param name="EventIds">The signals it could not take; added to those of an earlier time.</param>
public sealed record ParkedSubject(SubjectKey Key, DateTimeOffset At, string Error, string? Step, IReadOnlyList<long> EventIds);
