using System.Data.Common;
using Nurture.Notices;

namespace Nurture.Storage;

/// <param name="LinkHash">Of an invitation: the link that was shown, beside which the mail's own is made.</param>
/// <param name="IfTasksOf">As of <see cref="Notice.IfTasksOf"/>.</param>
public sealed record PlannedNotice(PlannedSend Send, NoticeKind Kind, long UserId, long EscalationId, byte[]? LinkHash = null, (long AccountId, string Owner)? IfTasksOf = null);

/// <summary>What a notice leads to.</summary>
public sealed record NoticeTarget(NoticeKind Kind, long EscalationId, byte[]? LinkHash);

/// <summary>Mails to colleagues, beside their rows in the ledger.</summary>
public sealed class NoticeStore(Database database)
{
    /// <summary>Those who have come in and are not shut out.</summary>
    public async Task<IReadOnlyList<Colleague>> ColleaguesAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, "select id, email, name, role, locale from users where locked_at is null and password_hash is not null order by id", [],
            row => new Colleague(row.GetInt64(0), row.GetString(1), row.GetString(2), row.GetString(3), row.TextOrNull(4)), cancel);
    }

    /// <summary>Null where the send is no notice.</summary>
    public async Task<NoticeTarget?> FindAsync(short slot, Guid sendId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of([sendId]).Short("slot", _ => slot).Uuid("id", id => id),
            "select n.kind, n.escalation_id, n.link_hash from rows r join notices n on n.slot = r.slot and n.id = r.id",
            row => new NoticeTarget((NoticeKind)row.GetInt16(0), row.LongOrNull(1) ?? 0, row.IsDBNull(2) ? null : row.Bytes(2)), cancel);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>In the transaction of their cause. A notice that stands there already is left as it is.</summary>
    internal static async Task PlanAsync(Database database, DbConnection connection, DbTransaction transaction, IReadOnlyList<PlannedNotice> notices, CancellationToken cancel)
    {
        await SendStore.PlanAsync(database, connection, transaction, [.. notices.Select(notice => notice.Send)], cancel);
        await database.BulkAsync(connection, transaction,
            Rows.Of(notices).Short("slot", n => n.Send.Slot).Uuid("id", n => n.Send.Draft.Id).Long("user_id", n => n.UserId).Short("kind", n => (short)n.Kind)
                .Long("escalation_id", n => n.EscalationId == 0 ? null : n.EscalationId).Bytes("link_hash", n => n.LinkHash),
            """
            insert into notices (slot, id, user_id, kind, escalation_id, link_hash)
            select r.slot, r.id, r.user_id, r.kind, r.escalation_id, r.link_hash from rows r where true on conflict do nothing
            """, cancel);
    }
}
