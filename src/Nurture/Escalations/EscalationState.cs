using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Escalations;

/// <summary>A passage that opened a case or joined it, and can still come to its goal or an exit.</summary>
public sealed record Joiner(SubjectRef Subject, long EnrollmentId);

/// <summary>An open case, as much of it as decisions read; its story is kept beside (<see cref="Engine.Effect.EscalationNoted"/>).</summary>
public sealed class EscalationState
{
    public required long Id { get; init; }

    public required string Type { get; init; }

    public required string Family { get; init; }

    public DateTimeOffset OpenedAt { get; init; }

    /// <summary>Where evidence of a more urgent type has raised it; null for its own type's.</summary>
    public EscalationPriority? Priority { get; set; }

    /// <summary>Null until somebody took it.</summary>
    public DateTimeOffset? AcknowledgedAt { get; set; }

    /// <summary>Null while nobody has it; an address of a user.</summary>
    public string? Assignee { get; set; }

    /// <summary>Stays when it is over, until the case is touched again: till then the last pause is not in the clocks.</summary>
    public DateTimeOffset? SnoozedUntil { get; set; }

    /// <summary>Of a case from before there were pauses all are null: its promises stand in its row alone.</summary>
    public CaseClocks Clocks { get; set; } = new(null, null, null);

    public List<CasePause> Pauses { get; } = [];

    public List<Joiner> Joiners { get; } = [];

    /// <summary>Cases of accounts that turned out to be this one: who waits for them waits for this one.</summary>
    public List<long> Absorbed { get; } = [];

    /// <summary>Whether the id is this case's, or that of one that merged into it.</summary>
    public bool Is(long id) => id == Id || Absorbed.Contains(id);

    /// <summary>Fields of a newer format, kept as they came.</summary>
    public byte[] Unknown { get; set; } = [];
}

/// <summary>The last closed case of a family: for its cool-down, and the id of the next one.</summary>
public sealed record ClosedFamily(string Family, int Count, DateTimeOffset CoolUntil);

/// <summary>Sends to an account's people wait until a moment, for a reason.</summary>
/// <param name="Source"><c>escalation:ID</c>, <c>user:ADDRESS</c>, <c>reply:CONTACT</c>, <c>event:NAME</c> or <c>event:NAME/KEY</c>; one hold of a source.</param>
/// <param name="Quiet">How long after its end sends go on waiting.</param>
public sealed record Hold(string Source, DateTimeOffset Since, DateTimeOffset Until, string Because, Blocked Blocks, TimeSpan Quiet)
{
    public static string SourceOf(long escalationId) => $"escalation:{escalationId}";

    public static string SourceOfReply(long contactId) => $"reply:{contactId}";
}

/// <summary>What a human did with a case. The numbers are stored.</summary>
public enum EscalationAct : byte
{
    Acknowledge = 1,
    Assign = 2,
    Snooze = 3,
    Wake = 4,
    Note = 5,

    /// <summary>A mail was written from the case.</summary>
    Reply = 6,
    Close = 7,
}

/// <summary>A case as lists show it; the whole of it is said at each change.</summary>
public sealed record EscalationRow(
    long Id, long AccountId, string Type, string Family, string Title, EscalationPriority Priority, string Queue, string? Assignee,
    DateTimeOffset OpenedAt, DateTimeOffset? AcknowledgeBy, DateTimeOffset? ResolveBy, DateTimeOffset? RemindAt,
    DateTimeOffset? AcknowledgedAt, DateTimeOffset? SnoozedUntil, DateTimeOffset? ClosedAt, string? Outcome, string? ClosedBy,
    string Scenario, long EnrollmentId);

/// <summary>Something to do for a human: of a playbook, or a scenario's own step.</summary>
/// <param name="Id">Derived from what it belongs to, so that asking twice is asking once.</param>
/// <param name="EscalationId">0 where it belongs to no case.</param>
public sealed record CsmTask(
    long Id, long AccountId, long EscalationId, string Title, int Position, bool IsRequired, string? Assignee, DateTimeOffset? DueAt, DateTimeOffset OpenedAt,
    string Scenario, string Step)
{
    /// <summary>The person whose passage it is of, and is told where that waits; 0 for the account's own.</summary>
    public long ContactId { get; init; }

    /// <summary>Where it waits for anybody; empty where it is somebody's.</summary>
    public string Queue { get; init; } = "";

    /// <summary>How it may be done; empty where it is done or not.</summary>
    public IReadOnlyList<string> Outcomes { get; init; } = [];
}
