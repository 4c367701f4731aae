using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Notices;

/// <summary>Why a colleague is mailed. The numbers are stored.</summary>
public enum NoticeKind : byte
{
    /// <summary>A case was opened, and is his.</summary>
    Assigned = 1,

    /// <summary>Somebody else made a case his.</summary>
    HandedOver = 2,

    /// <summary>Nobody took a case in time.</summary>
    Untaken = 3,

    /// <summary>He may come in, by a link that works once.</summary>
    Invited = 4,

    /// <summary>A mail waits for his approval.</summary>
    ToApprove = 5,

    /// <summary>An account of his is another's now, or the other way round.</summary>
    OwnerChanged = 6,

    /// <summary>Two accounts merged, and his case and another's are one now.</summary>
    CaseMerged = 7,

    /// <summary>A scenario has something to tell him.</summary>
    Told = 8,

    /// <summary>Somebody of an account wrote to us, and its mail waits until he lets it go.</summary>
    Replied = 9,

    /// <summary>A scenario did far more than it may, and is paused.</summary>
    VolumeTripped = 20,

    /// <summary>A source sends far less than it usually does.</summary>
    SourceSilent = 21,
}

/// <summary>Somebody who works with Nurture, as much of him as mailing him takes.</summary>
public sealed record Colleague(long Id, string Address, string Name, string Role, string? Locale);

/// <summary>
/// A mail to colleagues. It stands in the ledger of sends and leaves as they do, but is asked of no consent, cap or hold:
/// those are customers'.
/// </summary>
/// <param name="About">The case's account; contact 0 where it is about no customer.</param>
/// <param name="EscalationId">0 where it is about no case.</param>
/// <param name="Cause">A colleague gets one mail for one cause.</param>
/// <param name="To">A colleague's address; null for everybody who may work cases.</param>
public sealed record Notice(
    NoticeKind Kind, SubjectRef About, long EscalationId, string Cause, string? To, NoticeFacts Facts, DateTimeOffset At, string Correlation)
{
    /// <summary>Is written only where the account has an open task of that owner's; null where it is written anyway.</summary>
    public (long AccountId, string Owner)? IfTasksOf { get; init; }

    /// <summary>Under this name notices stand in the ledger; no scenario can be called so.</summary>
    public const string Scenario = "nurture.notice";

    /// <summary>Whether it calls whoever runs Nurture, and not whoever works cases.</summary>
    public static bool IsCall(NoticeKind kind) => kind is NoticeKind.VolumeTripped or NoticeKind.SourceSilent;

    /// <summary>Nothing in a slot hears what became of one, so all stand in the same.</summary>
    public const short Slot = 0;

    private static readonly TimeSpan Life = TimeSpan.FromDays(3);

    /// <summary>Whether everybody who may work cases gets it where it is addressed to somebody who does not work here: a customer waits.</summary>
    public bool FindsAnother => Kind is NoticeKind.Untaken or NoticeKind.Replied;

    public string Template => Kind switch
    {
        NoticeKind.Assigned or NoticeKind.HandedOver => "notice-case",
        NoticeKind.Untaken => "notice-untaken",
        NoticeKind.Invited => "notice-invitation",
        NoticeKind.ToApprove => "notice-approve",
        NoticeKind.OwnerChanged => "notice-owner",
        NoticeKind.CaseMerged => "notice-merged",
        NoticeKind.VolumeTripped => "notice-breaker",
        NoticeKind.SourceSilent => "notice-silence",
        NoticeKind.Told => "notice-told",
        NoticeKind.Replied => "notice-reply",
    };

    public SendDraft DraftFor(Colleague colleague, SendPolicy policy)
    {
        var id = Draws.SendId(About, EscalationId, Cause, 0, colleague.Id);
        return new()
        {
            Id = id,
            Subject = About,
            EnrollmentId = 0,
            Scenario = Scenario,
            Version = 0,
            Step = Cause,
            RecipientId = 0,
            Address = colleague.Address,
            Class = SendClass.Transactional,
            Template = Template,
            Locale = colleague.Locale ?? policy.Locale,
            Inputs = MailInputs.Write(policy.Sender, colleague.Name, Facts),
            Seed = Draws.Seed(id),
            PlannedAt = At,
            ExpiresAt = At + Life,
            Correlation = Correlation.Length > 0 ? Correlation : id.ToString("N"),
        };
    }
}

/// <summary>What the template reads as <c>notice.…</c>.</summary>
/// <param name="Title">Of the case, or of the scenario whose mail was answered; empty where there is none.</param>
public sealed record NoticeFacts(string Title, string? Account)
{
    /// <summary>What the scenario said of why now.</summary>
    public string? Because { get; init; }

    /// <summary>Who handed it over, or invites.</summary>
    public string? By { get; init; }

    /// <summary>Of an account that has another owner: who it was before.</summary>
    public string? Before { get; init; }

    /// <summary>Of a call: mails, escalations, webhooks.</summary>
    public string? What { get; init; }

    public string? Count { get; init; }

    public string? Bound { get; init; }

    public string? Within { get; init; }

    /// <summary>Local, with its zone.</summary>
    public string? AcknowledgeBy { get; init; }

    /// <summary>Of a hold: until when mail waits at the latest. Local, with its zone.</summary>
    public string? Until { get; init; }
}

/// <summary>How things stand when a notice is about to leave.</summary>
/// <param name="MayComeIn">The colleague is there still, and not shut out.</param>
/// <param name="IsLinkLive">Of an invitation: neither used nor replaced nor over.</param>
public sealed record NoticeStanding(
    NoticeKind Kind, bool MayComeIn, string Address, bool WantsCaseMails, bool IsClosed, bool IsTaken, string? Assignee, bool IsLinkLive)
{
    /// <summary>Why nobody needs it any more; null where it may leave.</summary>
    public Reason? Moot =>
        !MayComeIn ? Reason.ColleagueLeft
        : Notice.IsCall(Kind) ? null
        : Kind == NoticeKind.Invited ? IsLinkLive ? null : Reason.LinkOver
        : Kind == NoticeKind.Told ? WantsCaseMails ? null : Reason.CaseMailsOff
        : !WantsCaseMails ? Reason.CaseMailsOff
        : IsClosed ? Reason.CaseClosed
        : Kind switch
        {
            NoticeKind.Assigned when IsTaken || !IsHis => Reason.CaseTaken,
            NoticeKind.HandedOver when !IsHis => Reason.CaseTaken,
            NoticeKind.Untaken when IsTaken => Reason.CaseTaken,
            _ => null,
        };

    private bool IsHis => string.Equals(Assignee, Address, StringComparison.OrdinalIgnoreCase);
}
