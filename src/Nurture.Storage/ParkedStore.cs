using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>A subject that stands still since its step threw.</summary>
/// <param name="EventIds">The signals that it missed.</param>
public sealed record Parked(short Slot, SubjectRef Subject, DateTimeOffset At, string Error, string? Step, IReadOnlyList<long> EventIds);

public sealed class ParkedStore(Database database, EventLog log)
{
    public async Task<IReadOnlyList<Parked>> ListAsync(int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            "select slot, kind, subject_id, at, error, step, event_ids from parked where resumed_at is null order by at, kind, subject_id limit @limit",
            [("limit", limit)], Read, cancel);
    }

    /// <summary>Takes a subject up again: its slot is told what it missed. False where it is not parked.</summary>
    public Task<bool> ResumeAsync(SubjectRef subject, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var resumed = await connection.QueryAsync(transaction,
                """
                update parked set resumed_at = @now where kind = @kind and subject_id = @id and resumed_at is null
                returning slot, kind, subject_id, at, error, step, event_ids
                """, [("now", now), ("kind", (short)subject.Kind), ("id", subject.Id)], Read, ct);
            await log.AppendAsync(connection, transaction,
                [.. resumed.Select(parked => SignalCodec.Store(new Signal.Resumed(subject, parked.EventIds, [], now), parked.Slot, new StoredAbout(now, Correlation: correlation)))], ct);
            return resumed.Count > 0;
        }, cancel);

    internal static Parked Read(DbDataReader reader) => new(
        reader.GetInt16(0), new((SubjectKind)reader.GetInt16(1), reader.GetInt64(2)), reader.Instant(3), reader.GetString(4), reader.TextOrNull(5),
        [.. reader.GetString(6).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(id => long.Parse(id, System.Globalization.CultureInfo.InvariantCulture))]);
}
