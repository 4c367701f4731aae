namespace Nurture.Storage;

/// <summary>A key of the API. The key itself was shown once; its SHA-256 is what is kept.</summary>
/// <param name="Scopes">Names of permissions with a blank between, or <c>*</c>.</param>
public sealed record ApiKey(long Id, string Name, string Hint, string Scopes, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt, DateTimeOffset? LastUsedAt);

public sealed class ApiKeyStore(Database database)
{
    /// <summary>Raised in this process after one was added or revoked, so that who keeps them in memory reads them again.</summary>
    public event Action? Changed;

    private const string Columns = "id, name, hint, scopes, created_at, revoked_at, last_used_at, hash";

    public async Task<IReadOnlyList<(byte[] Hash, ApiKey Key)>> LiveAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from api_keys where revoked_at is null", [], r => (r.Bytes(7), Read(r)), cancel);
    }

    public async Task<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from api_keys order by id", [], Read, cancel);
    }

    /// <summary>A key that exists already stays as it is, revoked or not.</summary>
    public async Task<ApiKey> AddAsync(string name, byte[] hash, string hint, string scopes, DateTimeOffset now, CancellationToken cancel)
    {
        var added = await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction,
                "insert into api_keys (name, hash, hint, scopes, created_at) values (@name, @hash, @hint, @scopes, @now) on conflict (hash) do nothing",
                [("name", name), ("hash", hash), ("hint", hint), ("scopes", scopes), ("now", now)], ct);
            return (await connection.FirstAsync(transaction, $"select {Columns} from api_keys where hash = @hash", [("hash", hash)], Read, ct))!;
        }, cancel);
        Changed?.Invoke();
        return added;
    }

    /// <summary>False where there is no such live key.</summary>
    public async Task<bool> RevokeAsync(long id, DateTimeOffset now, CancellationToken cancel)
    {
        var isRevoked = await database.WriteAsync(async (connection, transaction, ct) =>
            await connection.ExecuteAsync(transaction, "update api_keys set revoked_at = @now where id = @id and revoked_at is null", [("id", id), ("now", now)], ct) > 0, cancel);
        Changed?.Invoke();
        return isRevoked;
    }

    public Task UsedAsync(long id, DateTimeOffset at, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) =>
            connection.ExecuteAsync(transaction, "update api_keys set last_used_at = @at where id = @id", [("id", id), ("at", at)], ct), cancel);

    private static ApiKey Read(System.Data.Common.DbDataReader r) =>
        new(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.Instant(4), r.InstantOrNull(5), r.InstantOrNull(6));
}
