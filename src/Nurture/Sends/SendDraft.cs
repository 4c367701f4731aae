using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Sends;

/// <summary>The numbers are stored; what may follow what is in <c>src/README.md</c>.</summary>
public enum SendState : byte
{
    Planned = 1,
    Claimed = 2,
    Handed = 3,
    Sent = 4,
    Failed = 5,
    Expired = 6,
    Skipped = 7,
    Uncertain = 8,
    Cancelled = 9,
}

/// <summary>
/// A mail that was decided. Rendering is a function of what stands here: template version, inputs and seed, so a retry
/// sends the same bytes.
/// </summary>
public sealed record SendDraft
{
    /// <summary>Derived from enrollment, step, occurrence, recipient and channel: planning twice is planning once.</summary>
    public required Guid Id { get; init; }

    public required SubjectRef Subject { get; init; }

    public required long EnrollmentId { get; init; }

    public required string Scenario { get; init; }

    public required int Version { get; init; }

    public required string Step { get; init; }

    public int Occurrence { get; init; }

    public required long RecipientId { get; init; }

    /// <summary>As the contact says it now; frozen.</summary>
    public required string Address { get; init; }

    public required SendClass Class { get; init; }

    public string? Topic { get; init; }

    public required string Template { get; init; }

    public required string Locale { get; init; }

    /// <summary>UTF-8 JSON: contact, account, trigger, heard, sender, as the template may read them.</summary>
    public required byte[] Inputs { get; init; }

    /// <summary>For the date, the boundary and the Message-ID.</summary>
    public required long Seed { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string Correlation { get; init; }

    /// <summary>Counts for caps: given back when nothing leaves.</summary>
    public bool IsCounted { get; init; }

    public long CauseId { get; init; }

    /// <summary>In whose name, as sending can be stopped; empty for the policy's sender.</summary>
    public string Identity { get; init; } = "";

    /// <summary>Which of the tested subjects it has; null where none is tested.</summary>
    public string? Arm { get; init; }

    /// <summary>It is one of those by which the test is decided.</summary>
    public bool IsTested { get; init; }

    /// <summary>What its passage is told when it did not simply leave.</summary>
    public Signal.SendEnded Ended(Reason reason, DateTimeOffset at) =>
        new(Subject, EnrollmentId, Id, Step, RecipientId, reason, at) { CountedAt = IsCounted && reason != Reason.Uncertain ? PlannedAt : null };
}
