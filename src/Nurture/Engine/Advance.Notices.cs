using System.Globalization;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Notices;
using NodaTime;

namespace Nurture.Engine;

/// <summary>Telling a colleague that a case is his.</summary>
internal sealed partial class Advance
{
    private void HandOver(AccountState account, EscalationState escalation, Signal.EscalationWorked signal)
    {
        var before = escalation.Assignee;
        escalation.Assignee = signal.Assignee.Length == 0 ? null : signal.Assignee;
        // Who takes a case himself, or has it already, is told nothing.
        if (escalation.Assignee is not { } owner || IsSame(owner, before) || IsSame(owner, signal.By)) return;
        var title = catalog.Escalations.Find(escalation.Type)?.Title ?? escalation.Type;
        TellColleague(NoticeKind.HandedOver, owner, account, escalation, $"handed-over-{causeId}", signal.At, new(title, Text(account, "name")) { By = signal.By });

        static bool IsSame(string left, string? right) => string.Equals(left, right, StringComparison.OrdinalIgnoreCase);
    }

    private void TellColleague(NoticeKind kind, string to, AccountState account, EscalationState escalation, string cause, DateTimeOffset at, NoticeFacts facts) =>
        Do(new Effect.ColleaguesTold(new Notice(kind, account.Ref, escalation.Id, cause, to, facts, at, correlation)));

    /// <summary>A moment as the company reads it.</summary>
    private string? Local(DateTimeOffset? at) => at is null
        ? null
        : $"{Instant.FromDateTimeOffset(at.Value).InZone(Company.Zone).ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture)} ({catalog.Policy.Zone})";
}
