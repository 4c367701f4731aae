using System.Data.Common;
using System.Text.Json;

namespace Nurture.Storage;

/// <summary>Why an operator is called. The numbers are stored.</summary>
public enum CallKind : short
{
    /// <summary>A scenario did far more than it may, and is paused.</summary>
    VolumeTripped = 1,

    /// <summary>A source sends far less than it usually does.</summary>
    SourceSilent = 2,
}

/// <param name="About">The scenario's name, or the source's id.</param>
/// <param name="Detail">What a sentence about it needs.</param>
public sealed record OperatorCall(long Id, CallKind Kind, string About, DateTimeOffset At, IReadOnlyDictionary<string, string> Detail, DateTimeOffset? EndedAt, string? EndedBy);

/// <summary>What operators are called for: each is told once by mail, and shown until it is over.</summary>
public sealed class OperatorCallStore(Database database)
{
    private const string Columns = "id, kind, about, at, detail, ended_at, ended_by";

    public async Task<IReadOnlyList<OperatorCall>> OpenAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from operator_calls where ended_at is null order by id desc", [], Read, cancel);
    }

    /// <summary>Plans the mails about what nobody was told of yet, once each, whoever looks first.</summary>
    public Task<IReadOnlyList<OperatorCall>> TellAsync(DateTimeOffset now, Func<OperatorCall, IReadOnlyList<PlannedNotice>> noticesOf, CancellationToken cancel) =>
        database.WriteAsync<IReadOnlyList<OperatorCall>>(async (connection, transaction, ct) =>
        {
            var told = await connection.QueryAsync(transaction, $"update operator_calls set told_at = @now where told_at is null returning {Columns}", [("now", now)], Read, ct);
            if (told.Count > 0) await NoticeStore.PlanAsync(database, connection, transaction, [.. told.SelectMany(noticesOf)], ct);
            return told;
        }, cancel);

    public async Task<bool> HasUntoldAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from operator_calls where told_at is null and ended_at is null", [], cancel) > 0;
    }

    internal static Task CallAsync(DbConnection connection, DbTransaction transaction, CallKind kind, string about, string detail, DateTimeOffset now, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "insert into operator_calls (kind, about, at, detail) values (@kind, @about, @now, @detail)",
            [("kind", kind), ("about", about), ("now", now), ("detail", detail)], cancel);

    internal static Task EndAsync(DbConnection connection, DbTransaction transaction, CallKind kind, string about, string by, DateTimeOffset now, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "update operator_calls set ended_at = @now, ended_by = @by where kind = @kind and about = @about and ended_at is null",
            [("kind", kind), ("about", about), ("now", now), ("by", by)], cancel);

    private static OperatorCall Read(DbDataReader reader) => new(
        reader.GetInt64(0), (CallKind)reader.GetInt16(1), reader.GetString(2), reader.Instant(3), JsonSerializer.Deserialize<Dictionary<string, string>>(reader.GetString(4))!, reader.InstantOrNull(5), reader.TextOrNull(6));
}
