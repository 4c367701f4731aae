using Nurture.Contacts;

namespace Nurture.Engine;

/// <summary>The numbers are stored.</summary>
public enum EnrollmentStatus : byte
{
    /// <summary>Stands on a step.</summary>
    Live = 1,

    /// <summary>Over, but its goal is still measured until <see cref="Enrollment.GoalDeadline"/> (SEMANTICS.md 43).</summary>
    Measuring = 2,
}

/// <summary>One subject's passage through one scenario, per key. Kept in the subject's state while live or measured.</summary>
public sealed class Enrollment
{
    /// <summary>Derived from subject, scenario, key and how many passages came before; unique per subject.</summary>
    public required long Id { get; init; }

    public required string Scenario { get; init; }

    /// <summary>The published version it is pinned to.</summary>
    public required int Version { get; set; }

    /// <summary>Empty where the scenario names no key.</summary>
    public string Key { get; set; } = "";

    public EnrollmentStatus Status { get; set; } = EnrollmentStatus.Live;

    public DateTimeOffset EnteredAt { get; init; }

    /// <summary>The starting event, frozen; null for a trigger that is no event.</summary>
    public OccurredEvent? Trigger { get; set; }

    /// <summary>What the last wait heard.</summary>
    public OccurredEvent? Heard { get; set; }

    /// <summary>The step it stands on; null once over.</summary>
    public string? Step { get; set; }

    public DateTimeOffset StepStartedAt { get; set; }

    /// <summary>When the step that it stands on ends by itself, if it does.</summary>
    public DateTimeOffset? StepDueAt { get; set; }

    /// <summary>The last wait that ended so long before a date: what is sent then speaks of that date. Null for none.</summary>
    public string? DateStep { get; set; }

    public bool IsHeldOut { get; set; }

    public DateTimeOffset? GoalDeadline { get; set; }

    public DateTimeOffset? GoalReachedAt { get; set; }

    /// <summary>The deadline, once it passed without the goal: an event of before it may still be on its way (SEMANTICS.md 21).</summary>
    public DateTimeOffset? MissedAt { get; set; }

    /// <summary>The last wait that ran out of time, and when: for the event that comes after it and happened before. Null for none.</summary>
    public (string Step, DateTimeOffset At)? LastTimeout { get; set; }

    /// <summary>The case whose outcome it waits for; 0 for none.</summary>
    public long EscalationId { get; set; }

    /// <summary>The call that it made at the step it stands on, and whose end it waits for; empty for none.</summary>
    public Guid CallId { get; set; }

    /// <summary>What webhooks were answered, by the names that they declare: <c>response.…</c>.</summary>
    public OccurredEvent? Response { get; set; }
    /// <summary>The task that it waits for; 0 for none.</summary>
    public long TaskId { get; set; }

    /// <summary>A mail of it waited for a hold: what follows leaves one at a time (SEMANTICS.md 48).</summary>
    public bool WasHeld { get; set; }

    /// <summary>The step whose outcome a human gave, or the send that one approved, until its first mail has left for all: that does not wait for the quiet time (SEMANTICS.md 49). Null for none.</summary>
    public string? AskedFor { get; set; }

    /// <summary>It waits for its turn at a throttled send, which it may take until then; null where it stands in no line.</summary>
    public DateTimeOffset? InLineUntil { get; set; }

    /// <summary>Its turn has come, and is over then.</summary>
    public DateTimeOffset? TurnUntil { get; set; }

    /// <summary>When it asked with which of the tested subjects the mail of the step it stands on leaves; null where it has not.</summary>
    public DateTimeOffset? ArmAskedAt { get; set; }

    /// <summary>The answer to that; null until it is there.</summary>
    public GivenArm? Arm { get; set; }

    /// <summary>The repeat that it goes round in; null outside of one.</summary>
    public string? Repeat { get; set; }

    /// <summary>How often it has begun there.</summary>
    public int Iteration { get; set; }

    public DateTimeOffset IterationStartedAt { get; set; }

    /// <summary>The moment of the step it came to has gone by too long ago: what it does is skipped, up to a moment still to come (SEMANTICS.md 33).</summary>
    public bool IsBehind { get; set; }

    /// <summary>By the predicate's key: the latest event since entry that made it true (SEMANTICS.md 23).</summary>
    public Dictionary<string, OccurredEvent> EventsSinceEntry { get; } = new(StringComparer.Ordinal);

    /// <summary>Mails of the step it stands on that a human has to approve.</summary>
    public List<Approval> Approvals { get; } = [];

    /// <summary>What became of this enrollment's sends, in the order of their steps.</summary>
    public List<EnrollmentSend> Sends { get; } = [];

    /// <summary>Fields of a newer format, kept as they came.</summary>
    public byte[] Unknown { get; set; } = [];

    /// <summary>Inside a repeat, whether the send is of this turn, or of no turn at all.</summary>
    internal bool IsOfTurn(EnrollmentSend send) => Repeat is null || send.Occurrence == 0 || send.Occurrence == Iteration;
}

/// <summary>Why a mail leaves with one of the subjects that its step tests. The numbers are stored.</summary>
public enum ArmGround : byte
{
    /// <summary>It is one of those by which the test is decided.</summary>
    Tested = 1,

    /// <summary>The test was decided for it.</summary>
    Won = 2,

    /// <summary>There was nothing to compare in the time of the test, so it is the first one.</summary>
    First = 3,
}

/// <summary>With which of the tested subjects the mails of a step leave.</summary>
public sealed record GivenArm(string Name, ArmGround Ground, DateTimeOffset At);

/// <summary>The numbers are stored.</summary>
public enum EnrollmentSendFate : byte
{
    Released = 1,
    Skipped = 2,
    HeldOut = 3,
}

/// <summary>A send as its enrollment remembers it, for <c>sent</c>, <c>clicked</c> and <c>opened</c>.</summary>
public sealed class EnrollmentSend
{
    public string Step { get; set; } = "";

    public string Template { get; set; } = "";

    /// <summary>The iteration of a repeat in which it was; 0 outside of one.</summary>
    public int Occurrence { get; set; }

    public long RecipientId { get; set; }

    public EnrollmentSendFate Fate { get; set; }

    /// <summary>It was in the ledger before it came to nothing there, so it is not planned again.</summary>
    public bool WasReleased { get; set; }

    public DateTimeOffset At { get; set; }

    public DateTimeOffset? ClickedAt { get; set; }

    public DateTimeOffset? OpenedAt { get; set; }

    /// <summary>The last answer to what it asked; null where it was not answered.</summary>
    public string? Answer { get; set; }

    public DateTimeOffset? AnsweredAt { get; set; }
}

/// <summary>A passage that is over, as re-entry rules remember it: for life, across versions (SEMANTICS.md 15).</summary>
public sealed record Passage(string Scenario, string Key, DateTimeOffset EnteredAt, DateTimeOffset EndedAt, int Count);

/// <summary>A trigger that matched while something it asks was still unknown, or whose delay is not over.</summary>
/// <param name="Until">When it is decided at the latest; of a delayed one, when it is asked at all.</param>
/// <param name="IsDelayed">Nobody has asked yet whether it enters.</param>
/// <param name="Trigger">Null for a trigger that leaves nothing to read.</param>
/// <param name="IsBehind">Its moment has gone by too long ago: it enters at the first step still ahead.</param>
/// <param name="Place">Its place in the line of those who wait to enter; 0 where it stands in none.</param>
public sealed record PendingEntry(string Scenario, OccurredEvent? Trigger, DateTimeOffset Until, bool IsDelayed = false, bool IsBehind = false, long Place = 0);
