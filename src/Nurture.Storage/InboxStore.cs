using Nurture.Contacts;

namespace Nurture.Storage;

/// <param name="Message">As it would have gone over the wire.</param>
public sealed record CaughtMail(long Id, DateTimeOffset At, string Recipient, byte[] Message);

/// <summary>A caught mail as a list shows it.</summary>
public sealed record CaughtHead(long Id, DateTimeOffset At, string Recipient, string Subject);

/// <summary>The built-in inbox of development mode: where mail ends instead of leaving.</summary>
public sealed class InboxStore(Database database)
{
    // An inbox is for looking at; who catches more wants a mail server.
    private const int MostRead = 10_000;

    public Task<long> AddAsync(DateTimeOffset at, string recipient, string subject, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ScalarAsync<long>(transaction,
            "insert into inbox (at, recipient, subject, message) values (@at, @recipient, @subject, @message) returning id",
            [("at", at), ("recipient", recipient), ("subject", subject), ("message", message)], ct), cancel);

    /// <summary>Oldest first; of more than ten thousand the newest ones.</summary>
    public async Task<IReadOnlyList<CaughtMail>> ReadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var newest = await connection.QueryAsync(null, "select id, at, recipient, message from inbox order by id desc limit @most", [("most", MostRead)],
            row => new CaughtMail(row.GetInt64(0), row.Instant(1), row.GetString(2), row.Bytes(3)), cancel);
        newest.Reverse();
        return newest;
    }

    /// <summary>Newest first; the query is found anywhere in the address or the subject.</summary>
    public async Task<Page<CaughtHead, long>> ListAsync(string? query, long? before, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select id, at, recipient, subject from inbox
             where id < @before {(string.IsNullOrWhiteSpace(query) ? "" : "and (lower(recipient) like @query escape '!' or lower(subject) like @query escape '!')")}
             order by id desc limit @limit
             """,
            [("before", before ?? long.MaxValue), ("limit", limit + 1), ("query", $"%{Escaped(query ?? "")}%")],
            row => new CaughtHead(row.GetInt64(0), row.Instant(1), row.GetString(2), row.GetString(3)), cancel);
        return Page.Of(found, limit, mail => mail.Id);

        static string Escaped(string text) => text.Trim().ToLowerInvariant().Replace("!", "!!", StringComparison.Ordinal)
            .Replace("%", "!%", StringComparison.Ordinal).Replace("_", "!_", StringComparison.Ordinal);
    }

    public async Task<CaughtMail?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, "select id, at, recipient, message from inbox where id = @id", [("id", id)],
            row => new CaughtMail(row.GetInt64(0), row.Instant(1), row.GetString(2), row.Bytes(3)), cancel);
    }

    public Task ClearAsync(CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction, "delete from inbox", [], ct), cancel);
}
