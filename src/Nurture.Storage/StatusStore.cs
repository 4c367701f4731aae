using Nurture.Contacts;
using Nurture.Sends;

namespace Nurture.Storage;

/// <param name="Owner">The node that works on it; null while nobody does.</param>
/// <param name="ExpiresAt">Of its lease, on the database's clock.</param>
/// <param name="Left">Of the lease, by that clock; negative when it has expired.</param>
public sealed record LaneStatus(short Lane, string? Owner, long Epoch, DateTimeOffset? ExpiresAt, TimeSpan? Left)
{
    public bool IsHeld => Owner is not null && Left > TimeSpan.Zero;
}

/// <param name="Oldest">When the first of them was received, on the business clock.</param>
public sealed record Unread(Capped Events, DateTimeOffset? Oldest);

/// <summary>Mails that are not over.</summary>
public sealed record Outbox(Capped Planned, long Claimed, long Handed);

/// <param name="FreeBytes">What is left of the disk; null where the database is another machine's.</param>
public sealed record DatabaseSpace(long Bytes, long? FreeBytes);

/// <summary>
/// How the deployment as a whole stands, for operators. Asked again and again, so nothing here reads more of a table than
/// what waits, nor counts that any further than <see cref="Most"/>.
/// </summary>
public sealed class StatusStore(Database database)
{
    public const int Most = 10_000;

    public async Task<IReadOnlyList<LaneStatus>> LanesAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select lane, owner, epoch, expires_at, expires_at - {database.NowSql} from lanes order by lane", [],
            row => row.GetInt64(3) > 0
                ? new LaneStatus(row.GetInt16(0), row.TextOrNull(1), row.GetInt64(2), row.Instant(3), TimeSpan.FromMilliseconds(row.GetInt64(4)))
                : new LaneStatus(row.GetInt16(0), row.TextOrNull(1), row.GetInt64(2), null, null), cancel);
    }

    /// <summary>How many subjects stand still until somebody looks.</summary>
    public async Task<long> ParkedAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from parked where resumed_at is null", [], cancel);
    }

    /// <summary>What the slots have not read yet.</summary>
    public async Task<Unread> UnreadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var count = await connection.ScalarAsync<long>(null, database.SomeUnreadEventsSql, [("most", Most + 1)], cancel);
        var oldest = await connection.FirstAsync(null, database.OldestUnreadEventSql, [], row => row.InstantOrNull(0), cancel);
        return new(Capped.Of(count, Most), oldest);
    }

    public async Task<Outbox> OutboxAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var planned = await connection.ScalarAsync<long>(
            null, $"select count(*) from (select 1 from outbox o where o.owner is null limit {Most + 1}) t", [], cancel);
        var underWay = await connection.QueryAsync(null, "select o.state, count(*) from outbox o where o.owner is not null group by o.state", [],
            row => (State: (SendState)row.GetInt16(0), Count: row.GetInt64(1)), cancel);
        // Those of an identity that is stopped wait like any other.
        return new(Capped.Of(planned + Of(SendState.Planned), Most), Of(SendState.Claimed), Of(SendState.Handed));

        long Of(SendState state) => underWay.Find(row => row.State == state).Count;
    }

    public Task<DatabaseSpace> SpaceAsync(CancellationToken cancel) => database.SpaceAsync(cancel);
}
