using Nurture.Health;

namespace Nurture.Storage;

/// <summary>A point of an account's history.</summary>
/// <param name="Former">The account that it is of, where that has merged into this one since; null for its own.</param>
public sealed record HealthPoint(DateTimeOffset At, double? Score, HealthBand Band, HealthCause Cause, string? Former = null);

/// <summary>How scores were, day by day and at each change of band.</summary>
public sealed class HealthStore(Database database)
{
    /// <summary>The latest points of the account and of those that it has absorbed, the oldest of them first.</summary>
    public async Task<IReadOnlyList<HealthPoint>> HistoryAsync(long accountId, DateTimeOffset since, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            """
            select h.at, h.score, h.band, h.cause, case when a.id <> @account then coalesce(a.name, a.external_id) end
            from accounts a join health_history h on h.account_id = a.id
            where (a.id = @account or a.merged_into = @account) and h.at >= @since order by h.at desc, h.id desc limit @limit
            """,
            [("account", accountId), ("since", since), ("limit", limit)],
            row => new HealthPoint(row.Instant(0), row.IsDBNull(1) ? null : row.GetDouble(1), (HealthBand)row.GetInt16(2), (HealthCause)row.GetInt16(3), row.TextOrNull(4)), cancel);
        found.Reverse();
        return found;
    }

    /// <summary>How many accounts are in each band.</summary>
    public async Task<IReadOnlyDictionary<HealthBand, long>> CountAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var counts = await connection.QueryAsync(null, "select health_band, count(*) from accounts where health_band is not null group by health_band", [],
            row => (Band: (HealthBand)row.GetInt16(0), Count: row.GetInt64(1)), cancel);
        return counts.ToDictionary(count => count.Band, count => count.Count);
    }

    /// <summary>Writes the scores of up to <paramref name="chunk"/> accounts down for a moment; answers the last of them, null when all are done. Doing it again changes nothing.</summary>
    public Task<long?> SnapshotAsync(DateTimeOffset at, long after, int chunk, CancellationToken cancel) =>
        database.WriteAsync<long?>(async (connection, transaction, ct) =>
        {
            (string, object?)[] args = [("at", at), ("after", after), ("chunk", chunk), ("cause", HealthCause.Snapshot)];
            var last = await connection.ScalarAsync<long?>(transaction,
                "select max(id) from (select id from accounts where id > @after and health_band is not null order by id limit @chunk) page", args[1..3], ct);
            if (last is null) return null;
            await connection.ExecuteAsync(transaction,
                """
                insert into health_history (account_id, at, score, band, cause)
                select id, @at, health_score, health_band, @cause from accounts where id > @after and id <= @last and health_band is not null
                on conflict do nothing
                """, [args[0], args[1], args[3], ("last", last)], ct);
            return last;
        }, cancel);
}
