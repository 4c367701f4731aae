using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>Something that sends events: a web site, a product. Ids of its users mean something within the namespace.</summary>
/// <param name="AllowedOrigins">Of web pages that may send; null for all.</param>
/// <param name="AllowedTypes">Names of message types; null for all.</param>
public sealed record Source(
    int Id,
    string Name,
    string Namespace,
    string KeyHint,
    ConsentBasis DefaultBasis,
    IReadOnlyList<string>? AllowedOrigins,
    IReadOnlyList<string>? AllowedTypes,
    DateTimeOffset CreatedAt,
    DateTimeOffset? RevokedAt);

public sealed class SourceStore(Database database)
{
    /// <summary>Raised in this process after one was added or revoked, so that who keeps them in memory reads them again.</summary>
    public event Action? Changed;

    private const string Columns = "id, name, namespace, key_hint, default_basis, allowed_origins, allowed_types, created_at, revoked_at, write_key_hash";

    /// <summary>The sources whose keys are good, each with the SHA-256 of its key.</summary>
    public async Task<IReadOnlyList<(byte[] KeyHash, Source Source)>> LiveAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from sources where revoked_at is null", [], r => (r.Bytes(9), Read(r)), cancel);
    }

    public async Task<IReadOnlyList<Source>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from sources order by id", [], Read, cancel);
    }

    /// <summary>Adds it with the hash of its key; the id and creation of <paramref name="source"/> are not looked at. A key that exists already keeps its source.</summary>
    public async Task<Source> AddAsync(Source source, byte[] keyHash, DateTimeOffset now, CancellationToken cancel)
    {
        var added = await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction,
                """
                insert into sources (name, namespace, write_key_hash, key_hint, default_basis, allowed_origins, allowed_types, created_at)
                values (@name, @namespace, @hash, @hint, @basis, @origins, @types, @now) on conflict (write_key_hash) do nothing
                """,
                [
                    ("name", source.Name), ("namespace", source.Namespace), ("hash", keyHash), ("hint", source.KeyHint), ("basis", source.DefaultBasis),
                    ("origins", Join(source.AllowedOrigins)), ("types", Join(source.AllowedTypes)), ("now", now),
                ], ct);
            return (await connection.FirstAsync(transaction, $"select {Columns} from sources where write_key_hash = @hash", [("hash", keyHash)], Read, ct))!;
        }, cancel);
        Changed?.Invoke();
        return added;
    }

    /// <summary>False where there is no such live source.</summary>
    public async Task<bool> RevokeAsync(int id, DateTimeOffset now, CancellationToken cancel)
    {
        var isRevoked = await database.WriteAsync(async (connection, transaction, ct) =>
            await connection.ExecuteAsync(transaction, "update sources set revoked_at = @now where id = @id and revoked_at is null", [("id", id), ("now", now)], ct) > 0, cancel);
        Changed?.Invoke();
        return isRevoked;
    }

    private static Source Read(System.Data.Common.DbDataReader r) => new(
        r.GetInt32(0), r.GetString(1), r.GetString(2), r.GetString(3), (ConsentBasis)r.GetInt16(4),
        Split(r.TextOrNull(5)), Split(r.TextOrNull(6)), r.Instant(7), r.InstantOrNull(8));

    private static string? Join(IReadOnlyList<string>? items) => items is null ? null : string.Join(' ', items);

    private static string[]? Split(string? text) => text?.Split(' ', StringSplitOptions.RemoveEmptyEntries);
}
