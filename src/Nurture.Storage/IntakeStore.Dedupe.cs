using System.Data.Common;
using Nurture.Intake;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    private readonly record struct Filed(int Day, int SourceId, long High, long Low) : IComparable<Filed>
    {
        public (int SourceId, long High, long Low) Id => (SourceId, High, Low);

        public int CompareTo(Filed other) => (Day, SourceId, High, Low).CompareTo((other.Day, other.SourceId, other.High, other.Low));
    }

    /// <summary>The messages that no earlier one repeats, in their order; their ids are on record from here on.</summary>
    private async Task<List<Message>> WithoutRepetitionsAsync(
        DbConnection connection, DbTransaction transaction, List<Message> messages, CancellationToken cancel)
    {
        var first = new Dictionary<(int, long, long), Message>();
        var kept = new List<Message>(messages.Count);
        foreach (var message in messages)
        {
            if (message.Item.Key is not { } key || first.TryAdd((message.Submission.SourceId, key.High, key.Low), message)) kept.Add(message);
        }

        var known = await SeenBeforeAsync(connection, transaction, first, cancel);
        var filed = new List<Filed>(first.Count);
        foreach (var (id, message) in first)
        {
            if (known.Contains(id)) continue;
            var (key, today) = (message.Item.Key!.Value, MessageKey.DayOf(message.Submission.ReceivedAt));
            filed.Add(new(key.FiledUnder(today), id.Item1, id.Item2, id.Item3));
            if (key.AlsoFiledUnder(today) is { } day) filed.Add(new(day, id.Item1, id.Item2, id.Item3));
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

        if (known.Count == 0 && added.Count == filed.Count) return kept;
        var isNew = filed.GroupBy(f => f.Id).ToDictionary(group => group.Key, group => group.Count());
        foreach (var row in added) isNew[row.Id]--;
        return kept.FindAll(message => message.Item.Key is not { } key
            || (isNew.TryGetValue((message.Submission.SourceId, key.High, key.Low), out var missing) && missing == 0));
    }

    /// <summary>Of messages whose day says nothing (no timestamp, an old one, one to come): those on record under any day that counts.</summary>
    private async Task<HashSet<(int, long, long)>> SeenBeforeAsync(
        DbConnection connection, DbTransaction transaction, Dictionary<(int, long, long), Message> first, CancellationToken cancel)
    {
        var asked = first
            .Where(pair => pair.Value.Item.Key!.Value.NeedsLookBack(MessageKey.DayOf(pair.Value.Submission.ReceivedAt)))
            .Select(pair => (Id: pair.Key, Today: MessageKey.DayOf(pair.Value.Submission.ReceivedAt)))
            .SelectMany(pair => Enumerable.Range(MessageKey.LookBackTo(pair.Today), pair.Today - MessageKey.LookBackTo(pair.Today) + 1)
                .Select(day => new Filed(day, pair.Id.Item1, pair.Id.Item2, pair.Id.Item3)))
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
