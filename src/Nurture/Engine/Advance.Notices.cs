using System.Globalization;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Notices;
using NodaTime;

namespace Nurture.Engine;

/// <summary>Telling a colleague that a case is his, or that one of his customers wrote.</summary>
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

    /// <summary>To the account's owner. Who wrote is not said: the mail would keep it after the person was forgotten.</summary>
    private void TellOfReply(AccountState account, Signal.Replied reply, string source, DateTimeOffset until)
    {
        var title = catalog.Live.TryGetValue(reply.Scenario, out var live) && live.Scenario.Title.Length > 0 ? live.Scenario.Title : reply.Scenario;
        Do(new Effect.ColleaguesTold(new Notice(
            NoticeKind.Replied, account.Ref, 0, $"{source}/{reply.At.ToUnixTimeMilliseconds()}", Text(account, "owner"), new(title, Text(account, "name")) { Until = Local(until) }, reply.At, correlation)));
    }

    /// <summary>A moment as the company reads it.</summary>
    private string? Local(DateTimeOffset? at) => at is null
        ? null
        : $"{Instant.FromDateTimeOffset(at.Value).InZone(Company.Zone).ToString("uuuu-MM-dd HH:mm", CultureInfo.InvariantCulture)} ({catalog.Policy.Zone})";
}
