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

    private static async Task<SendingStop?> ReadStopAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) =>
        await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.StopAll)], cancel) is { } json
            ? JsonSerializer.Deserialize<SendingStop>(json)
            : null;
}
