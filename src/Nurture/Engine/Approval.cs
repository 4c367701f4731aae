using Nurture.Contacts;

namespace Nurture.Engine;

/// <summary>The numbers are stored.</summary>
public enum ApprovalState : byte
{
    Waiting = 1,
    Approved = 2,
    Declined = 3,

    /// <summary>Its passage went on without it.</summary>
    Withdrawn = 4,

    /// <summary>Nobody answered in time.</summary>
    Over = 5,
}

/// <summary>A mail of a passage that a human looks at before it leaves, as its enrollment remembers it until then.</summary>
public sealed class Approval
{
    public required long Id { get; init; }

    public required string Step { get; init; }

    public long RecipientId { get; set; }

    public ApprovalState State { get; set; } = ApprovalState.Waiting;

    public DateTimeOffset DueAt { get; init; }

    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>The human's own subject and text; empty where they left them as they are.</summary>
    public string Subject { get; set; } = "";

    public string Text { get; set; } = "";
}

/// <summary>A mail to be approved, as lists show it.</summary>
/// <param name="Subject">Whose passage it is of.</param>
/// <param name="Inputs">What it was made from when it was asked for; it is made anew when it leaves.</param>
/// <param name="Assignee">Null where nobody owns the account.</param>
public sealed record ApprovalRow(
    long Id, long AccountId, SubjectRef Subject, long RecipientId, long EnrollmentId, string Scenario, int Version, string Step, string Template, string Locale, byte[] Inputs,
    string? Assignee, DateTimeOffset OpenedAt, DateTimeOffset DueAt, bool SendsUnanswered);
