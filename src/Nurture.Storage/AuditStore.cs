using System.Data.Common;

namespace Nurture.Storage;

/// <summary>Who did what by hand or by API.</summary>
/// <param name="Actor"><c>key:ci</c>, <c>cli</c>, <c>system</c>.</param>
/// <param name="Target"><c>contact:17</c>, <c>scenario:trial</c>.</param>
/// <param name="Detail">A small JSON object, or empty; never an address.</param>
public sealed record AuditRow(long Id, DateTimeOffset At, string Actor, string Action, string Target, string Detail);

/// <summary>An act that is about to be recorded.</summary>
public sealed record AuditNote(string Actor, string Action, string Target, string Detail = "");

public sealed class AuditStore(Database database)
{
    public Task AddAsync(string actor, string action, string target, string detail, DateTimeOffset at, CancellationToken cancel) =>
        AddAsync(new AuditNote(actor, action, target, detail), at, cancel);

    public Task AddAsync(AuditNote note, DateTimeOffset at, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => AddAsync(connection, transaction, note, at, ct), cancel);

    internal static Task AddAsync(DbConnection connection, DbTransaction transaction, AuditNote note, DateTimeOffset at, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction,
            "insert into audit (at, actor, action, target, detail) values (@at, @actor, @action, @target, @detail)",
            [("at", at), ("actor", note.Actor), ("action", note.Action), ("target", note.Target), ("detail", note.Detail)], cancel);

    /// <summary>Newest first, those before <paramref name="before"/>.</summary>
    public async Task<Page<AuditRow, long>> ListAsync(long? before, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return Page.Of(await connection.QueryAsync<AuditRow>(null,
            "select id, at, actor, action, target, detail from audit where id < @before order by id desc limit @limit",
            [("before", before ?? long.MaxValue), ("limit", limit + 1)], Read, cancel), limit, row => row.Id);
    }

    private static AuditRow Read(DbDataReader reader) => new(
        reader.GetInt64(0), reader.Instant(1), reader.GetString(2), reader.GetString(3), reader.GetString(4), reader.GetString(5));
}
