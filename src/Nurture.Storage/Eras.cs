using System.Data.Common;
using System.Globalization;

namespace Nurture.Storage;

/// <summary>
/// A dump that is restored into another PostgreSQL cluster brings events whose transaction ids mean nothing there: the
/// new cluster may count lower or higher. So when the cluster's identifier changes a new era begins: what the lanes had
/// not read is logged anew, under this cluster's ids, and everything older is left behind by its event id.
/// </summary>
internal static class Eras
{
    public static async Task RaiseWhenRestoredAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        var here = await connection.ScalarAsync<string>(transaction, "select system_identifier::text from pg_control_system()", [], cancel);
        var known = await connection.ScalarAsync<string>(
            transaction, "select value from settings where name = @name for update", [("name", SettingNames.SystemIdentifier)], cancel);
        if (known == here) return;
        if (known is not null) await RaiseAsync(connection, transaction, cancel);
        await connection.ExecuteAsync(transaction,
            "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
            [("name", SettingNames.SystemIdentifier), ("value", here)], cancel);
    }

    private static async Task RaiseAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        var era = 1 + int.Parse(
            (await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.Era)], cancel))!,
            CultureInfo.InvariantCulture);
        await connection.ExecuteAsync(transaction, "lock table events in exclusive mode", [], cancel);
        var last = await connection.ScalarAsync<long>(transaction, "select coalesce(max(id), 0) from events", [], cancel);
        await connection.ExecuteAsync(transaction,
            """
            with unread as (
                delete from events e using lanes l
                where e.lane = l.lane and e.id > l.era_floor and (e.xid, e.id) > (l.xid, l.event_id)
                returning e.*)
            insert into events (lane, slot, kind, contact_id, account_id, hop, source_id, name, occurred_at, received_at, correlation, payload)
            select lane, slot, kind, contact_id, account_id, hop, source_id, name, occurred_at, received_at, correlation, payload
            from unread order by xid, id
            """, [], cancel);
        await connection.ExecuteAsync(transaction,
            "update lanes set era = @era, era_floor = @last, xid = 0, event_id = 0, owner = null, epoch = epoch + 1, expires_at = 0",
            [("era", era), ("last", last)], cancel);
        // The lanes' floor rises further as parts are read; where the era began does not.
        await connection.ExecuteAsync(transaction,
            "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
            [("name", SettingNames.EraAfter), ("value", last.ToString(CultureInfo.InvariantCulture))], cancel);
        await connection.ExecuteAsync(transaction, "update settings set value = @era where name = @name",
            [("name", SettingNames.Era), ("era", era.ToString(CultureInfo.InvariantCulture))], cancel);
    }
}
