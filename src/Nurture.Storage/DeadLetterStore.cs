using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>An item that intake refused, with the reason.</summary>
/// <param name="Payload">As it came; empty after an erasure.</param>
public sealed record DeadLetter(
    long Id, int SourceId, DateTimeOffset ReceivedAt, string Reason, string Detail, string? MessageId, byte[] Payload, string Correlation);

public sealed class DeadLetterStore(Database database)
{
    /// <summary>Newest first, those before <paramref name="before"/> that were received since <paramref name="since"/>.</summary>
    public async Task<Page<DeadLetter, long>> ListAsync(long? before, int limit, CancellationToken cancel, DateTimeOffset? since = null)
    {
        await using var connection = await database.OpenAsync(cancel);
        return Page.Of(await connection.QueryAsync<DeadLetter>(null,
            """
            select id, source_id, received_at, reason, detail, message_id, payload, correlation from dead_letters
            where id < @before and received_at >= @since order by id desc limit @limit
            """, [("before", before ?? long.MaxValue), ("since", since?.ToMilliseconds() ?? 0), ("limit", limit + 1)], Read, cancel), limit, letter => letter.Id);
    }

    /// <summary>Drops some of those received before a moment, the oldest first; 0 when none is left.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            """
            delete from dead_letters where id in (
                select d.id from (select id, received_at from dead_letters order by id limit @limit) d where d.received_at < @before)
            """, [("before", before), ("limit", limit)], ct), cancel);

    internal static DeadLetter Read(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetInt32(1), reader.Instant(2), reader.GetString(3), reader.GetString(4), reader.TextOrNull(5), reader.Bytes(6), reader.GetString(7));
}
