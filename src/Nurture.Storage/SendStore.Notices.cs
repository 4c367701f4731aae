using System.Data.Common;
using Nurture.Engine;
using Nurture.Notices;

namespace Nurture.Storage;

public sealed partial class SendStore
{
    private static bool IsNotice(ClaimedSend send) => send.Scenario == Notice.Scenario;

    /// <summary>Adds why a notice is moot: a case may have been taken, a link used, a colleague gone since it was written.</summary>
    private async Task AddMootAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<ClaimedSend> sends, Dictionary<Guid, Reason> reasons, CancellationToken cancel)
    {
        var notices = sends.Where(IsNotice).ToList();
        var standings = await database.BulkAsync(connection, transaction, Rows.Of(notices).Short("slot", send => send.Slot).Uuid("id", send => send.Id),
            $"""
             select r.n, n.kind, u.email, u.locked_at, u.has_case_mails, e.closed_at, e.acknowledged_at, e.assignee, l.expires_at
             from rows r
             join notices n on n.slot = r.slot and n.id = r.id
             left join users u on u.id = n.user_id
             left join escalations e on e.id = n.escalation_id
             left join user_links l on l.hash = n.link_hash and l.used_at is null and l.expires_at > {database.NowSql}
             """,
            row => (N: (int)row.GetInt64(0) - 1, Standing: new NoticeStanding(
                (NoticeKind)row.GetInt16(1), !row.IsDBNull(2) && row.IsDBNull(3), row.TextOrNull(2) ?? "", !row.IsDBNull(4) && row.Flag(4),
                !row.IsDBNull(5), !row.IsDBNull(6), row.TextOrNull(7), !row.IsDBNull(8))), cancel);
        foreach (var (n, standing) in standings)
        {
            if (standing.Moot is { } reason) reasons.TryAdd(notices[n].Id, reason);
        }
    }
}
