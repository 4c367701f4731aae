using System.Data.Common;

namespace Nurture.Storage;

/// <summary>Somewhere outside that scenarios call by its name.</summary>
/// <param name="Secret">With which calls are signed: <c>whsec_</c> and Base64.</param>
/// <param name="FormerSecret">Calls are signed with it too until <paramref name="FormerUntil"/>.</param>
/// <param name="DisabledBecause"><c>gone</c> where it said so itself; empty by hand.</param>
public sealed record CalledEndpoint(
    string Name, string Url, string Secret, string? FormerSecret, DateTimeOffset? FormerUntil, DateTimeOffset CreatedAt, DateTimeOffset? DisabledAt, string? DisabledBecause);

/// <summary>The endpoints that the settings declare.</summary>
public sealed class EndpointStore(Database database)
{
    private const string Columns = "name, url, secret, former_secret, former_until, created_at, disabled_at, disabled_because";

    public async Task<IReadOnlyList<CalledEndpoint>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from endpoints order by name", [], Read, cancel);
    }

    /// <summary>Null where there is none of that name.</summary>
    public async Task<CalledEndpoint?> FindAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from endpoints where name = @name", [("name", name)], Read, cancel);
    }

    /// <summary>False where one of that name exists.</summary>
    public Task<bool> AddAsync(string name, string url, string secret, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            "insert into endpoints (name, url, secret, created_at) values (@name, @url, @secret, @now) on conflict do nothing",
            [("name", name), ("url", url), ("secret", secret), ("now", now)], ct) > 0, cancel);

    /// <param name="url">Null leaves it.</param>
    /// <param name="isDisabled">Null leaves it; calls to a disabled one fail.</param>
    public Task<bool> ChangeAsync(string name, string? url, bool? isDisabled, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            """
            update endpoints set url = coalesce(@url, url),
                disabled_because = case @disabled when 1 then coalesce(disabled_because, '') when 0 then null else disabled_because end,
                disabled_at = case @disabled when 1 then coalesce(disabled_at, @now) when 0 then null else disabled_at end
            where name = @name
            """, [("name", name), ("url", url), ("disabled", isDisabled is { } disabled ? disabled ? 1 : 0 : -1), ("now", now)], ct) > 0, cancel);

    /// <summary>The new secret counts from now on, and the former one beside it until a moment.</summary>
    public Task<bool> RotateAsync(string name, string secret, DateTimeOffset formerUntil, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            "update endpoints set former_secret = secret, former_until = @until, secret = @secret where name = @name",
            [("name", name), ("secret", secret), ("until", formerUntil)], ct) > 0, cancel);

    public Task<bool> RemoveAsync(string name, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction, "delete from endpoints where name = @name", [("name", name)], ct) > 0, cancel);

    private static CalledEndpoint Read(DbDataReader row) => new(
        row.GetString(0), row.GetString(1), row.GetString(2), row.TextOrNull(3), row.InstantOrNull(4), row.Instant(5), row.InstantOrNull(6), row.TextOrNull(7));
}
