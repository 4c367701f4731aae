using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>A database that came from a backup: until somebody confirms, nothing is sent.</summary>
/// <param name="At">When it was recognized, on the business clock.</param>
/// <param name="NewestEventAt">When the last event that it knows was received; null where it knows none.</param>
public sealed record RestoredDatabase(DateTimeOffset At, DateTimeOffset? NewestEventAt);

/// <param name="Until">Mails of that moment and before may have left though the ledger does not say so; inclusive.</param>
/// <param name="By">Who confirmed.</param>
public sealed record MayHaveLeft(DateTimeOffset Until, string By);

/// <summary>
/// A backup has forgotten which mails left after it was taken. So a restored database is recognized when it is opened, and
/// holds all sending until an operator says from when on nothing can have left any more.
/// </summary>
public sealed class RestoreStore(Database database)
{
    /// <summary>The place that a copy names: nowhere, so that it is recognized wherever it is opened.</summary>
    public const string Nowhere = "a copy";

    internal static async Task RecognizeAsync(Database database, bool isFresh, DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        var known = await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.Place)], cancel);
        var (isElsewhere, place) = await database.PlaceAsync(connection, transaction, known, cancel);
        await WriteAsync(connection, transaction, SettingNames.Place, place, cancel);
        if (isElsewhere && !isFresh) await MarkAsync(database, connection, transaction, cancel);
    }

    /// <summary>Null where nothing waits for a word.</summary>
    public async Task<RestoredDatabase?> FindAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await ReadAsync(connection, null, cancel);
    }

    /// <summary>For copies that nothing tells from the original, such as a base backup of PostgreSQL.</summary>
    public Task MarkAsync(CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => MarkAsync(database, connection, transaction, ct), cancel);

    /// <summary>Lets mails leave again.</summary>
    /// <param name="until">From when on nothing else can have sent: what was due by then stays unsent as uncertain, but for transactional mails. Null where nothing left after the copy was made.</param>
    /// <returns>False where nothing waited for it.</returns>
    public Task<bool> ConfirmAsync(DateTimeOffset? until, string by, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            if (await ReadAsync(connection, transaction, ct) is null) return false;
            await connection.ExecuteAsync(transaction, "delete from settings where name in (@restored, @left)",
                [("restored", SettingNames.Restored), ("left", SettingNames.MayHaveLeft)], ct);
            if (until is { } moment) await WriteAsync(connection, transaction, SettingNames.MayHaveLeft, JsonSerializer.Serialize(new MayHaveLeft(moment, by)), ct);
            return true;
        }, cancel);

    private static async Task MarkAsync(Database database, DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        // Restored twice, it is the first opening since which this one may have sent.
        if (await ReadAsync(connection, transaction, cancel) is not null) return;
        var offset = await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.ClockOffset)], cancel);
        var now = await connection.ScalarAsync<long>(transaction, $"select {database.NowSql}", [], cancel) + long.Parse(offset!, CultureInfo.InvariantCulture);
        var newest = await connection.FirstAsync(transaction, "select received_at from events order by id desc limit 1", [], row => row.InstantOrNull(0), cancel);
        await WriteAsync(connection, transaction, SettingNames.Restored, JsonSerializer.Serialize(new RestoredDatabase(Instants.FromMilliseconds(now), newest)), cancel);
    }

    private static async Task<RestoredDatabase?> ReadAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) =>
        await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.Restored)], cancel) is { } json
            ? JsonSerializer.Deserialize<RestoredDatabase>(json)
            : null;

    internal static Task WriteAsync(DbConnection connection, DbTransaction transaction, string name, string value, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
            [("name", name), ("value", value)], cancel);
}
