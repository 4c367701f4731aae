using System.Data.Common;
using System.Text.Json;

namespace Nurture.Storage;

public sealed partial class SendStore
{
    /// <summary>Stops all sending until <see cref="StartAsync"/>: nothing is claimed any more. What is being handed over at this moment still leaves.</summary>
    public Task StopAsync(string by, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
            [("name", SettingNames.StopAll), ("value", JsonSerializer.Serialize(new SendingStop(by, now)))], ct), cancel);

    public Task StartAsync(CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) =>
            connection.ExecuteAsync(transaction, "delete from settings where name = @name", [("name", SettingNames.StopAll)], ct), cancel);

    /// <summary>Who stopped sending; null while mails leave.</summary>
    public async Task<SendingStop?> StoppedAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await ReadStopAsync(connection, null, cancel);
    }

    /// <summary>Whether nothing may leave this deployment: sending is stopped, or the database was restored and nobody has confirmed it.</summary>
    internal static async Task<bool> IsStoppedAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) => await ReadStopAsync(connection, transaction, cancel) is not null;

    private static async Task<SendingStop?> ReadStopAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) =>
        (await ReadSwitchAsync(connection, transaction, cancel)).Stop;

    /// <summary>Whether nothing may be claimed, and what must not be since it may have left before the database was restored.</summary>
    private static async Task<(SendingStop? Stop, MayHaveLeft? Left)> ReadSwitchAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel)
    {
        var settings = await connection.QueryAsync(transaction, "select name, value from settings where name in (@stop, @restored, @left)",
            [("stop", SettingNames.StopAll), ("restored", SettingNames.Restored), ("left", SettingNames.MayHaveLeft)],
            row => (Name: row.GetString(0), Value: row.GetString(1)), cancel);
        var restored = Read<RestoredDatabase>(SettingNames.Restored);
        var stop = restored is null ? Read<SendingStop>(SettingNames.StopAll) : new SendingStop("nurture", restored.At) { Restored = restored };
        return (stop, Read<MayHaveLeft>(SettingNames.MayHaveLeft));

        T? Read<T>(string name) where T : class => settings.Find(setting => setting.Name == name).Value is { } json ? JsonSerializer.Deserialize<T>(json) : null;
    }
}
