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

    /// <summary>Drops some of the ids of messages that are older than any that is looked at; 0 when none is left.</summary>
    public Task<int> ForgetMessagesAsync(DateTimeOffset now, int limit, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            """
            delete from dedupe where (day, source_id, h1, h2) in (
                select d.day, d.source_id, d.h1, d.h2 from dedupe d where d.day < @day order by d.day, d.source_id, d.h1, d.h2 limit @limit)
            """, [("day", MessageKey.Forgotten(MessageKey.DayOf(now))), ("limit", limit)], ct), cancel);
}
