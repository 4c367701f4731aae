using System.Data.Common;
using System.Diagnostics;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>A copy of all states, range of slots by range of slots, each with the place of its lane at that moment.</summary>
/// <param name="EndedAt">Null while ranges are missing.</param>
/// <param name="Era">Of the log's transaction ids; events of a later one cannot be told to it.</param>
/// <param name="NextSlot">The first slot that is missing.</param>
public sealed record Checkpoint(long Id, DateTimeOffset BeganAt, DateTimeOffset? EndedAt, int Era, int NextSlot, long Subjects);

/// <summary>
/// Checkpoints of the states. A range is copied in one short transaction that holds its lane, so states and place are of
/// one moment; ranges are of different moments, which a replay can tell apart. The last two are kept, and with them
/// what later decisions were made by.
/// </summary>
public sealed class CheckpointStore(Database database)
{
    private const int Kept = 2;

    // Some ten milliseconds for which the lane waits.
    private const int SubjectsPerRange = 2_000;
    private const int SlotsPerRange = 128;
    private const int SlotsPerDeletion = 32;
    private const int TurnsPerDeletion = 5_000;

    // Nodes take up a new revision within seconds; a turn that was under way then may name the one before.
    private const long RevisionMargin = 24 * 3_600_000;

    /// <summary>Goes on with what was left unfinished, else makes a new one. Between two ranges it rests for as long as one took.</summary>
    /// <param name="show">Is told how many slots are done, of <see cref="Slots.Count"/>.</param>
    public async Task<Checkpoint> MakeAsync(Action<int> show, CancellationToken cancel)
    {
        var checkpoint = await BeginAsync(cancel);
        while (checkpoint.EndedAt is null)
        {
            var began = Stopwatch.GetTimestamp();
            checkpoint = await CopyAsync(checkpoint, cancel);
            show(checkpoint.NextSlot);
            // The disk is the server's for as long as it was ours.
            if (checkpoint.EndedAt is null) await Task.Delay(Stopwatch.GetElapsedTime(began), cancel);
        }

        await DropOldAsync(cancel);
        return checkpoint;
    }

    /// <summary>The newest whole one of this era of the log; null where there is none.</summary>
    public async Task<Checkpoint?> NewestAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from checkpoints c where c.ended_at is not null and {IsOfThisEra} order by c.id desc limit 1", [], Read, cancel);
    }

    private const string Columns = "c.id, c.began_at, c.ended_at, c.era, c.next_slot, c.subjects";

    private const string IsOfThisEra = "c.era = (select max(era) from lanes)";

    private Task<Checkpoint> BeginAsync(CancellationToken cancel) => database.WriteAsync(async (connection, transaction, ct) =>
        await connection.FirstAsync(transaction, $"select {Columns} from checkpoints c where c.ended_at is null and {IsOfThisEra} order by c.id desc limit 1", [], Read, ct)
        ?? (await connection.FirstAsync(transaction,
            $"""
             insert into checkpoints (began_at, era, next_slot, subjects) select {database.NowSql}, max(era), 0, 0 from lanes
             returning id, began_at, ended_at, era, next_slot, subjects
             """, [], Read, ct))!, cancel);

    private Task<Checkpoint> CopyAsync(Checkpoint checkpoint, CancellationToken cancel) => database.WriteAsync(async (connection, transaction, ct) =>
    {
        var first = checkpoint.NextSlot;
        var lane = database.LaneOf((short)first);
        // No batch of the lane commits before this transaction does.
        var place = await connection.FirstAsync(transaction, "update lanes set turn = turn where lane = @lane returning turn, xid, event_id, era", [("lane", lane)],
            reader => (Turn: reader.GetInt64(0), Xid: reader.GetInt64(1), EventId: reader.GetInt64(2), Era: reader.GetInt32(3)), ct);
        if (place.Era != checkpoint.Era) throw new InvalidOperationException("The database was restored while a checkpoint was being made. Make another one.");
        var (last, subjects) = await RangeAsync(connection, transaction, first, lane, ct);
        (string, object?)[] args = [("id", checkpoint.Id), ("first", (short)first), ("last", (short)last)];
        var isOurs = await connection.ExecuteAsync(transaction,
            $"""
             update checkpoints set next_slot = @next, subjects = subjects + @subjects, ended_at = case when @next = {Slots.Count} then {database.NowSql} end
             where id = @id and next_slot = @first
             """, [.. args[..2], ("next", last + 1), ("subjects", subjects)], ct) > 0;
        if (isOurs)
        {
            await connection.ExecuteAsync(transaction,
                "insert into checkpoint_ranges (checkpoint_id, first_slot, last_slot, turn, xid, event_id) values (@id, @first, @last, @turn, @xid, @event)",
                [.. args, ("turn", place.Turn), ("xid", place.Xid), ("event", place.EventId)], ct);
            foreach (var copy in Copies) await connection.ExecuteAsync(transaction, copy, args, ct);
        }

        // Where another made this range meanwhile, its place is where to go on.
        return (await connection.FirstAsync(transaction, $"select {Columns} from checkpoints c where c.id = @id", args[..1], Read, ct))
            ?? throw new InvalidOperationException("The checkpoint was dropped while it was being made.");
    }, cancel);

    private static readonly string[] Copies =
    [
        """
        insert into checkpoint_states (checkpoint_id, slot, kind, subject_id, due_at, doc, rest)
        select @id, s.slot, s.kind, s.subject_id, s.due_at, s.doc, x.doc
        from states s left join state_rests x on x.slot = s.slot and x.kind = s.kind and x.subject_id = s.subject_id
        where s.slot between @first and @last
        """,
        """
        insert into checkpoint_tombstones (checkpoint_id, slot, contact_id, to_slot, to_contact_id, hop)
        select @id, t.slot, t.contact_id, t.to_slot, t.to_contact_id, t.hop from tombstones t where t.slot between @first and @last
        """,
        """
        insert into checkpoint_kept_signals (checkpoint_id, slot, contact_id, event_id)
        select @id, k.slot, k.contact_id, k.event_id from kept_signals k where k.slot between @first and @last
        """,
    ];

    /// <summary>As many slots of the lane as make a transaction, one at least.</summary>
    private async Task<(int Last, long Subjects)> RangeAsync(DbConnection connection, DbTransaction transaction, int first, short lane, CancellationToken cancel)
    {
        var last = first;
        while (last + 1 < Slots.Count && last + 1 < first + SlotsPerRange && database.LaneOf((short)(last + 1)) == lane) last++;
        var counts = await connection.QueryAsync(transaction, "select slot, count(*) from states where slot between @first and @last group by slot order by slot",
            [("first", (short)first), ("last", (short)last)], reader => (Slot: reader.GetInt16(0), Count: reader.GetInt64(1)), cancel);
        var subjects = 0L;
        foreach (var (slot, count) in counts)
        {
            if (subjects > 0 && subjects + count > SubjectsPerRange) return (slot - 1, subjects);
            subjects += count;
        }

        return (last, subjects);
    }

    /// <summary>Leaves the last two whole ones, and what is needed to go on from them.</summary>
    private async Task DropOldAsync(CancellationToken cancel)
    {
        foreach (var id in await OldAsync(cancel))
        {
            for (var first = 0; first < Slots.Count; first += SlotsPerDeletion)
            {
                (string, object?)[] args = [("id", id), ("first", (short)first), ("last", (short)(first + SlotsPerDeletion - 1))];
                await database.WriteAsync(async (connection, transaction, ct) =>
                {
                    foreach (var table in new[] { "checkpoint_states", "checkpoint_tombstones", "checkpoint_kept_signals" })
                        await connection.ExecuteAsync(transaction, $"delete from {table} where checkpoint_id = @id and slot between @first and @last", args, ct);
                }, cancel);
            }

            await database.WriteAsync(async (connection, transaction, ct) =>
            {
                await connection.ExecuteAsync(transaction, "delete from checkpoint_ranges where checkpoint_id = @id", [("id", id)], ct);
                await connection.ExecuteAsync(transaction, "delete from checkpoints where id = @id", [("id", id)], ct);
            }, cancel);
        }

        int dropped;
        do
        {
            dropped = await database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
                "delete from turns where id in (select id from turns where id <= (select min(turn) from checkpoint_ranges) order by id limit @limit)", [("limit", TurnsPerDeletion)], ct), cancel);
        }
        while (dropped == TurnsPerDeletion);
        await database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            """
            delete from catalog_revisions where revision < (
                select max(revision) from catalog_revisions where at < (select min(began_at) from checkpoints) - @margin)
            """, [("margin", RevisionMargin)], ct), cancel);
    }

    private async Task<IReadOnlyList<long>> OldAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var whole = await connection.QueryAsync(null, $"select id from checkpoints where ended_at is not null order by id desc limit {Kept}", [], reader => reader.GetInt64(0), cancel);
        return whole.Count < Kept ? [] : await connection.QueryAsync(null, "select id from checkpoints where id < @oldest order by id", [("oldest", whole[^1])], reader => reader.GetInt64(0), cancel);
    }

    private static Checkpoint Read(DbDataReader reader) =>
        new(reader.GetInt64(0), reader.Instant(1), reader.InstantOrNull(2), reader.GetInt32(3), reader.GetInt32(4), reader.GetInt64(5));
}
