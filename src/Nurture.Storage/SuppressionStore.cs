using System.Data.Common;

namespace Nurture.Storage;

/// <summary>An address that may not be mailed, known by its keyed hash.</summary>
/// <param name="Reason"><c>hard_bounce</c>, <c>complaint</c>, <c>imported</c>, <c>by_hand</c>, <c>erased</c>.</param>
/// <param name="Source">What observed it: <c>smtp</c>, <c>api</c>, <c>import</c>, <c>erasure</c>.</param>
/// <param name="Address">Null after an erasure.</param>
public sealed record Suppression(byte[] Hash, string Reason, string Source, DateTimeOffset At, string? Address, string? Note);

public sealed class SuppressionStore(Database database)
{
    /// <summary>What is suppressed already stays as it is. Answers how many are new.</summary>
    public Task<int> AddAsync(IReadOnlyList<Suppression> suppressions, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => database.BulkAsync(connection, transaction, Rows.Of(suppressions)
                .Bytes("hash", s => s.Hash).Text("reason", s => s.Reason).Text("source", s => s.Source).Instant("at", s => s.At)
                .Text("address", s => s.Address).Text("note", s => s.Note),
            """
            insert into suppressions (hash, reason, source, at, address, note)
            select r.hash, r.reason, r.source, r.at, r.address, r.note from rows r where true on conflict do nothing
            """, ct), cancel);

    /// <summary>False where it was not suppressed.</summary>
    public Task<bool> RemoveAsync(byte[] hash, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
            await connection.ExecuteAsync(transaction, "delete from suppressions where hash = @hash", [("hash", hash)], ct) > 0, cancel);

    /// <summary>Those of the hashes that are suppressed, as upper-case hex.</summary>
    public async Task<HashSet<string>> FindAsync(IReadOnlyList<byte[]> hashes, CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(hashes).Bytes("hash", hash => hash),
            "select s.hash from rows r join suppressions s on s.hash = r.hash", reader => Convert.ToHexString(reader.Bytes(0)), cancel);
        return [.. found];
    }

    /// <summary>In the order of the hashes, those after <paramref name="after"/>, which is hex.</summary>
    public async Task<(IReadOnlyList<Suppression> Items, string? Next)> ListAsync(string? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            "select hash, reason, source, at, address, note from suppressions where hash > @after order by hash limit @limit",
            [("after", Convert.FromHexString(after ?? "")), ("limit", limit + 1)], Read, cancel);
        return found.Count > limit ? (found[..limit], Convert.ToHexString(found[limit - 1].Hash)) : (found, null);
    }

    private static Suppression Read(DbDataReader reader) => new(
        reader.Bytes(0), reader.GetString(1), reader.GetString(2), reader.Instant(3), reader.TextOrNull(4), reader.TextOrNull(5));
}
