using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <param name="By">Who answered; null while it waits.</param>
public sealed record ApprovalView(ApprovalRow Row, string? AccountName, string? RecipientName, string? RecipientEmail, ApprovalState State, string? By, DateTimeOffset? DecidedAt);

/// <summary>Mails that wait for a human's approval, as lists show them; the passage that waits is the slot's.</summary>
public sealed class ApprovalStore(Database database)
{
    private const string Columns =
        "p.id, p.account_id, p.kind, p.subject_id, p.recipient_id, p.enrollment_id, p.scenario, p.version, p.step, p.template, p.locale, p.inputs, p.assignee, p.opened_at, p.due_at, p.sends_unanswered, a.name, c.name, c.email, p.state, p.decided_by, p.decided_at";

    private const string Joined = "approvals p left join accounts a on a.id = p.account_id left join contacts c on c.id = p.recipient_id";

    /// <summary>Those that wait, by when their time is over; of one colleague, of one account, or all.</summary>
    public async Task<Page<ApprovalView, (long, long)>> WaitingAsync(string? assignee, long? accountId, (long DueAt, long Id)? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select {Columns} from {Joined}
             where p.state = {(short)ApprovalState.Waiting} {(assignee is null ? "" : "and p.assignee = @assignee")} {(accountId is null ? "" : "and p.account_id = @account")}
                 {(after is null ? "" : "and (p.due_at > @due or (p.due_at = @due and p.id > @id))")}
             order by p.due_at, p.id limit @limit
             """,
            [
                ("limit", limit + 1),
                .. assignee is null ? Array.Empty<(string, object?)>() : [("assignee", assignee)],
                .. accountId is null ? Array.Empty<(string, object?)>() : [("account", accountId)],
                .. after is { } place ? [("due", place.DueAt), ("id", place.Id)] : Array.Empty<(string, object?)>(),
            ], Read, cancel);
        return Page.Of(found, limit, view => (view.Row.DueAt.ToUnixTimeMilliseconds(), view.Row.Id));
    }

    public async Task<ApprovalView?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from {Joined} where p.id = @id", [("id", id)], Read, cancel);
    }

    private static ApprovalView Read(DbDataReader row) => new(
        new ApprovalRow(
            row.GetInt64(0), row.GetInt64(1), new SubjectRef((SubjectKind)row.GetInt16(2), row.GetInt64(3)), row.GetInt64(4), row.GetInt64(5), row.GetString(6), row.GetInt32(7), row.GetString(8),
            row.GetString(9), row.GetString(10), row.Bytes(11), row.TextOrNull(12), row.Instant(13), row.Instant(14), row.Flag(15)),
        row.TextOrNull(16), row.TextOrNull(17), row.TextOrNull(18), (ApprovalState)row.GetInt16(19), row.TextOrNull(20), row.InstantOrNull(21));
}
