using System.Data.Common;
using Nurture.Intake;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    private readonly record struct Filed(int Day, int SourceId, long High, long Low) : IComparable<Filed>
    {
        public (int, long, long) Id => (SourceId, High, Low);

        public int CompareTo(Filed other) => (Day, SourceId, High, Low).CompareTo((other.Day, other.SourceId, other.High, other.Low));
    }

    /// <summary>An id that is to be put on record, and the day (since 1970, UTC) on which it came.</summary>
    internal readonly record struct Told(MessageKey Key, int Today);

    /// <summary>The messages that no earlier one repeats, in their order; their ids are on record from here on.</summary>
    private async Task<List<Message>> WithoutRepetitionsAsync(
        DbConnection connection, DbTransaction transaction, List<Message> messages, CancellationToken cancel)
    {
        var first = new Dictionary<(int, long, long), Told>();
        var kept = new List<Message>(messages.Count);
        foreach (var message in messages)
        {
            if (message.Item.Key is not { } key || first.TryAdd((message.Submission.SourceId, key.High, key.Low), new(key, MessageKey.DayOf(message.Submission.ReceivedAt)))) kept.Add(message);
        }

        var repeated = await RepeatedAsync(database, connection, transaction, first, cancel);
        return repeated.Count == 0 ? kept : kept.FindAll(message => message.Item.Key is not { } key || !repeated.Contains((message.Submission.SourceId, key.High, key.Low)));
    }

    /// <summary>Puts ids of sources on record, and answers which of them had been there.</summary>
    internal static async Task<IReadOnlySet<(int SourceId, long High, long Low)>> RepeatedAsync(
        Database database, DbConnection connection, DbTransaction transaction, IReadOnlyDictionary<(int SourceId, long High, long Low), Told> ids, CancellationToken cancel)
    {
        var known = await SeenBeforeAsync(database, connection, transaction, ids, cancel);
        var filed = new List<Filed>(ids.Count);
        foreach (var (id, (key, today)) in ids)
        {
            if (known.Contains(id)) continue;
            filed.Add(new(key.FiledUnder(today), id.SourceId, id.High, id.Low));
            if (key.AlsoFiledUnder(today) is { } day) filed.Add(new(day, id.SourceId, id.High, id.Low));
        }

        // In one order on all nodes, so that two with the same messages wait for each other and do not deadlock.
        filed.Sort();
        var added = await database.BulkAsync(connection, transaction,
            Rows.Of(filed).Int("day", f => f.Day).Int("source_id", f => f.SourceId).Long("h1", f => f.High).Long("h2", f => f.Low),
            """
            insert into dedupe (day, source_id, h1, h2) select r.day, r.source_id, r.h1, r.h2 from rows r where true
            on conflict do nothing returning day, source_id, h1, h2
            """,
            reader => new Filed(reader.GetInt32(0), reader.GetInt32(1), reader.GetInt64(2), reader.GetInt64(3)), cancel);
        if (added.Count < filed.Count) known.UnionWith(filed.Except(added).Select(there => there.Id));
        return known;
    }

    /// <summary>Of ids whose day says nothing (no timestamp, an old one, one to come): those on record under any day that counts.</summary>
    private static async Task<HashSet<(int, long, long)>> SeenBeforeAsync(
        Database database, DbConnection connection, DbTransaction transaction, IReadOnlyDictionary<(int SourceId, long High, long Low), Told> ids, CancellationToken cancel)
    {
        var asked = ids
            .Where(id => id.Value.Key.NeedsLookBack(id.Value.Today))
            .SelectMany(id => Enumerable.Range(MessageKey.LookBackTo(id.Value.Today), id.Value.Today - MessageKey.LookBackTo(id.Value.Today) + 1)
                .Select(day => new Filed(day, id.Key.SourceId, id.Key.High, id.Key.Low)))
            .ToList();
        var found = await database.BulkAsync(connection, transaction,
            Rows.Of(asked).Int("day", f => f.Day).Int("source_id", f => f.SourceId).Long("h1", f => f.High).Long("h2", f => f.Low),
            """
            select d.source_id, d.h1, d.h2 from rows r
            join dedupe d on d.day = r.day and d.source_id = r.source_id and d.h1 = r.h1 and d.h2 = r.h2
            """,
            reader => (reader.GetInt32(0), reader.GetInt64(1), reader.GetInt64(2)), cancel);
        return [.. found];
    }

    /// <summary>
    /// Makes the days' partitions ahead, and drops those of days that are no longer looked at. A day whose ids came before its
    /// partition keeps them in the default one. Does nothing on SQLite, whose rows stand by their days as they are.
    /// </summary>
    public Task TurnDaysAsync(DateTimeOffset now, CancellationToken cancel) => !database.IsPostgres ? Task.CompletedTask :
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            // One node at a time; and who waits for intake's transactions longer than this would make all of intake wait.
            await connection.ExecuteAsync(transaction, "set local lock_timeout = '2s'; select pg_advisory_xact_lock(@lock)", [("lock", DaysLock)], ct);
            var today = MessageKey.DayOf(now);
            var there = await connection.QueryAsync(transaction,
                "select substr(c.relname, 8)::int from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'dedupe'::regclass and c.relname ~ '^dedupe_[0-9]+$'", [],
                row => row.GetInt32(0), ct);
            foreach (var day in Enumerable.Range(today - 1, MessageKey.KeptDays + 3).Except(there))
            {
                if (await connection.ScalarAsync<long>(transaction, "select count(*) from (select 1 from dedupe_others where day = @day limit 1) d", [("day", day)], ct) == 0)
                    await connection.ExecuteAsync(transaction, FormattableString.Invariant($"create table dedupe_{day} partition of dedupe for values in ({day})"), [], ct);
            }

            foreach (var day in there.Where(day => day < MessageKey.Forgotten(today)))
                await connection.ExecuteAsync(transaction, FormattableString.Invariant($"drop table dedupe_{day}"), [], ct);
        }, cancel);

    /// <summary>The last day that has a partition; null on SQLite, which has none, and where none was made.</summary>
    public static async Task<DateTimeOffset?> LastDayAsync(Database database, CancellationToken cancel)
    {
        if (!database.IsPostgres) return null;
        await using var connection = await database.OpenAsync(cancel);
        var last = await connection.ScalarAsync<int?>(null,
            "select max(substr(c.relname, 8)::int) from pg_inherits i join pg_class c on c.oid = i.inhrelid where i.inhparent = 'dedupe'::regclass and c.relname ~ '^dedupe_[0-9]+$'", [], cancel);
        return last is { } day ? DateTimeOffset.UnixEpoch.AddDays(day) : null;
    }

    private const long DaysLock = 7002;

    /// <summary>Drops some of the ids of messages that are older than any that is looked at, and have no partition that goes as a whole; 0 when none is left.</summary>
    public Task<int> ForgetMessagesAsync(DateTimeOffset now, int limit, CancellationToken cancel)
    {
        var table = database.IsPostgres ? "dedupe_others" : "dedupe";
        return database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            $"""
            delete from {table} where (day, source_id, h1, h2) in (
                select d.day, d.source_id, d.h1, d.h2 from {table} d where d.day < @day order by d.day, d.source_id, d.h1, d.h2 limit @limit)
            """, [("day", MessageKey.Forgotten(MessageKey.DayOf(now))), ("limit", limit)], ct), cancel);
    }
}
