using System.Data.Common;
using System.Security.Cryptography;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>The rows that every database has from its first start on: lanes, keys, and the era of its transaction ids.</summary>
internal static class FirstRows
{
    public static async Task WriteAsync(Database database, DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        var isFresh = await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.AddressKey)], cancel) is null;
        var lanes = Enumerable.Range(0, database.Lanes).Select(lane => (short)lane).ToList();
        await database.BulkAsync(connection, transaction, Rows.Of(lanes).Short("lane", lane => lane),
            """
            insert into lanes (lane, epoch, expires_at, era, era_floor, xid, event_id, due_floor)
            select r.lane, 0, 0, 1, 0, 0, 0, 0 from rows r where true on conflict do nothing
            """, cancel);

        (string Name, string Value)[] settings =
        [
            (SettingNames.CatalogRevision, "0"),
            (SettingNames.ClockOffset, "0"),
            (SettingNames.Era, "1"),
            (SettingNames.AddressKey, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))),
            (SettingNames.LinkKey, LinkTokens.NewRing()),
        ];
        await database.BulkAsync(connection, transaction, Rows.Of(settings).Text("name", s => s.Name).Text("value", s => s.Value),
            "insert into settings (name, value) select r.name, r.value from rows r where true on conflict do nothing", cancel);

        await CatalogHistory.RecordAsync(database, connection, transaction, await CatalogStore.RevisionAsync(connection, transaction, cancel), cancel);
        if (database.IsPostgres) await Eras.RaiseWhenRestoredAsync(connection, transaction, cancel);
        await RestoreStore.RecognizeAsync(database, isFresh, connection, transaction, cancel);
    }
}
