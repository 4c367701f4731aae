namespace Nurture.Storage;

/// <summary>Single values of the whole deployment.</summary>
public sealed class SettingsStore(Database database)
{
    /// <summary>Hashes addresses with this deployment's key.</summary>
    public async Task<AddressHash> AddressHashAsync(CancellationToken cancel) =>
        new(Convert.FromBase64String(await RequiredAsync(SettingNames.AddressKey, cancel)));

    /// <summary>For <c>LinkTokens</c>.</summary>
    public Task<string> LinkKeyAsync(CancellationToken cancel) => RequiredAsync(SettingNames.LinkKey, cancel);

    public async Task<string?> GetAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<string>(null, "select value from settings where name = @name", [("name", name)], cancel);
    }

    /// <param name="value">Null removes it.</param>
    public Task SetAsync(string name, string? value, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => value is null
            ? connection.ExecuteAsync(transaction, "delete from settings where name = @name", [("name", name)], ct)
            : connection.ExecuteAsync(transaction,
                "insert into settings (name, value) values (@name, @value) on conflict (name) do update set value = excluded.value",
                [("name", name), ("value", value)], ct), cancel);

    private async Task<string> RequiredAsync(string name, CancellationToken cancel) =>
        await GetAsync(name, cancel) ?? throw new InvalidOperationException($"The setting {name} is missing: the database was never migrated by this build.");
}
