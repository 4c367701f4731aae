namespace Nurture.Storage;

/// <param name="Owner">The node that works on it; null while nobody does.</param>
/// <param name="ExpiresAt">Of its lease, on the database's clock.</param>
public sealed record LaneStatus(short Lane, string? Owner, long Epoch, DateTimeOffset? ExpiresAt);

/// <summary>How the deployment as a whole stands, for operators.</summary>
public sealed class StatusStore(Database database)
{
    public async Task<IReadOnlyList<LaneStatus>> LanesAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, "select lane, owner, epoch, expires_at from lanes order by lane", [],
            row => new LaneStatus(row.GetInt16(0), row.TextOrNull(1), row.GetInt64(2), row.LongOrNull(3) is > 0 ? row.Instant(3) : null), cancel);
    }

    /// <summary>How many subjects stand still until somebody looks.</summary>
    public async Task<long> ParkedAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from parked where resumed_at is null", [], cancel);
    }
}
