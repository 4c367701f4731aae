using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Storage.Rebuilding;

/// <summary>From when on the states of some slots are made again: they were copied at the place, or nothing was before it.</summary>
internal sealed record ReplayBase(short FirstSlot, short LastSlot, long Turn, LaneCursor Cursor);

/// <summary>
/// Decides again what was decided for some slots of one lane: the same events in the same batches, by the same engine,
/// the catalog and the clock of then. Nothing is written, sent or told: what a decision told others stands in the log.
/// </summary>
internal sealed class Replay(Database database, EventLog log, TurnStore turns, CatalogsOfThen catalogs, short lane, IReadOnlyList<ReplayBase> bases, StateBook book)
{
    private const int TurnsAtOnce = 500;
    private const int EventsAtOnce = 2_000;

    private readonly Queue<LoggedEvent> ahead = [];
    // With their account, as it is now.
    private readonly Dictionary<long, long?> erased = [];
    private readonly HashSet<long> touchedAccounts = [];
    private readonly Dictionary<long, long> mergedAccounts = [];
    private readonly Dictionary<SubjectKey, string> stumbled = [];

    // Of the events of the turn that is decided, by their ids.
    private readonly Dictionary<long, LaneCursor> places = [];
    private long turn = bases.Min(start => start.Turn);
    private LaneCursor readTo = bases.MinBy(start => start.Turn)!.Cursor;

    public StateBook Book => book;

    /// <summary>The place of the lane up to which it was decided again.</summary>
    public LaneCursor Cursor { get; private set; } = bases.MinBy(start => start.Turn)!.Cursor;

    /// <summary>How many of the lane's batches were decided again.</summary>
    public long Turns { get; private set; }

    public long Events { get; private set; }

    /// <summary>Where the engine stumbled now and did not then: such a subject cannot be made again.</summary>
    public IReadOnlyDictionary<SubjectKey, string> Stumbled => stumbled;

    /// <summary>Whether the state may rest on what an erased person said, which is not there to be heard again.</summary>
    public bool IsTouchedByErasure(SubjectKey key, HeldState? held) => key.Subject.Kind switch
    {
        SubjectKind.Account => touchedAccounts.Contains(key.Subject.Id),
        _ => erased.ContainsKey(key.Subject.Id) || (held?.AccountId is { } account && touchedAccounts.Contains(account)),
    };

    /// <summary>The account's own words were taken out of the copy from which its state would be made.</summary>
    public void Touch(long accountId)
    {
        var now = mergedAccounts.GetValueOrDefault(accountId, accountId);
        touchedAccounts.Add(now);
        touchedAccounts.UnionWith(mergedAccounts.Where(merged => merged.Value == now).Select(merged => merged.Key));
    }

    /// <summary>Who was erased until now.</summary>
    /// <param name="isAgain">Whoever is new was heard without words, or not at all, and it is not known since when.</param>
    public async Task ReadErasedAsync(bool isAgain, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        foreach (var (id, into) in await connection.QueryAsync(null, "select id, merged_into from accounts where merged_into is not null", [], reader => (reader.GetInt64(0), reader.GetInt64(1)), cancel))
            mergedAccounts[id] = into;
        foreach (var (id, account) in await connection.QueryAsync(null, "select id, account_id from contacts where erased_at is not null", [],
            reader => (Id: reader.GetInt64(0), Account: reader.LongOrNull(1)), cancel))
        {
            if (erased.TryAdd(id, account) && isAgain && account is { } touched) Touch(touched);
        }
    }

    /// <summary>Goes on to a turn of the lane (inclusive).</summary>
    /// <exception cref="ReplayException">Events, turns or a catalog are not there any more.</exception>
    public async Task AdvanceAsync(long upTo, CancellationToken cancel)
    {
        int read;
        do
        {
            var recorded = await turns.ReadAsync(lane, turn, upTo, TurnsAtOnce, cancel);
            foreach (var next in recorded)
            {
                await DecideAsync(next, cancel);
                (turn, Turns) = (next.Id, Turns + 1);
            }

            read = recorded.Count;
        }
        while (read == TurnsAtOnce);
        turn = Math.Max(turn, upTo);
    }

    private async Task DecideAsync(RecordedTurn recorded, CancellationToken cancel)
    {
        var then = recorded.Turn;
        var at = then.Lanes.First(known => known.Lane == lane);
        var rows = (await TakeAsync(recorded.Id, at, cancel)).Where(row => IsOurs(row.Slot, recorded.Id) && CanBeHeard(row)).ToList();
        var due = book.DueAt(then.At, at.LastDue).Where(key => IsOurs(key.Slot, recorded.Id)).ToList();
        Cursor = new LaneCursor(at.Xid, at.EventId);
        Events += rows.Count;
        if (rows.Count == 0 && due.Count == 0) return;

        var catalog = await catalogs.FindAsync(then.Revision, cancel);
        var batch = new Batch(rows, due, catalog, then.At);
        foreach (var key in then.Poisoned.Where(key => IsOurs(key.Slot, recorded.Id))) batch.Park(key);
        foreach (var row in batch.RowsWithHistory) batch.AddHistory(row.Id, await HistoryAsync(row, places[row.Id], catalog, then, cancel));
        while (batch.Outcome is null)
        {
            foreach (var (subject, asked) in batch.NeedsPasts)
                batch.AddPast(subject, asked with { Events = await HistoryAsync(subject.Subject, asked.Names, asked.Since, Cursor, then, cancel) });
            var loaded = new List<LoadedSubject>();
            foreach (var key in batch.Needs) loaded.Add(await LoadAsync(key, then, cancel));
            batch.Add(loaded);
        }

        book.Take(batch.Outcome);
        foreach (var poisoned in batch.Outcome.Poisoned.Where(poisoned => !then.Poisoned.Contains(poisoned.Key))) stumbled.TryAdd(poisoned.Key, poisoned.Error);
    }

    private async Task<IReadOnlyList<StoredEvent>> TakeAsync(long turnId, TurnLane to, CancellationToken cancel)
    {
        places.Clear();
        var rows = new List<StoredEvent>(to.Events);
        if (to.Events == 0) return rows;
        while (ahead.Count > 0 || await ReadAheadAsync(cancel))
        {
            var next = ahead.Peek();
            if ((next.Cursor.Xid, next.Cursor.EventId).CompareTo((to.Xid, to.EventId)) > 0) break;
            ahead.Dequeue();
            places[next.Event.Id] = next.Cursor;
            rows.Add(next.Event);
        }

        if (rows.Count > to.Events) throw new ReplayException($"lane {lane}'s log is older than the record of its batches. Make a checkpoint: nurture checkpoint");
        return rows.Count == to.Events
            ? rows
            : throw new ReplayException($"batch {turnId} heard {to.Events} events of lane {lane}, of which the log has {rows.Count} still");
    }

    private async Task<bool> ReadAheadAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        var read = await connection.QueryAsync(null, database.LoggedEventsSql,
            [("lane", lane), ("xid", readTo.Xid), ("event_id", readTo.EventId), ("limit", EventsAtOnce)],
            reader => new LoggedEvent(reader.GetInt16(0), new(reader.GetInt64(1), reader.GetInt64(2)), EventLog.Read(reader, 2)), cancel);
        foreach (var logged in read) ahead.Enqueue(logged);
        if (read.Count > 0) readTo = read[^1].Cursor;
        return read.Count > 0;
    }

    /// <summary>Whether the slot is one of these, and what is decided is not in its copy already.</summary>
    private bool IsOurs(short slot, long turnId) => bases.Any(start => slot >= start.FirstSlot && slot <= start.LastSlot && turnId > start.Turn);

    /// <summary>Of an erased person's events some stay as facts without words; what has no meaning without them is left out (DESIGN.md §4).</summary>
    private bool CanBeHeard(StoredEvent row)
    {
        if (row.ContactId == 0 || !erased.TryGetValue(row.ContactId, out var theirs)) return true;
        if (theirs is { } touched) Touch(touched);
        if (row.AccountId != 0) Touch(row.AccountId);
        if (book.Find(new SubjectKey(row.Slot, SubjectRef.Contact(row.ContactId)))?.AccountId is { } account) Touch(account);
        return row.Kind is SignalKind.Occurred or SignalKind.Erased or SignalKind.Left || row.Payload.Length > 0;
    }

    private async Task<IReadOnlyList<StoredEvent>> HistoryAsync(StoredEvent row, LaneCursor place, Catalog catalog, Turn then, CancellationToken cancel)
    {
        switch (SignalCodec.Read(row))
        {
            case Signal.Resumed resumed: return [.. (await log.ReadAsync(resumed.EventIds, cancel)).Where(CanBeHeard)];
            case Signal.Prepared prepared:
                var criteria = prepared.Criteria.Select(catalog.Index.Criteria.Find).OfType<Criterion>().ToList();
                return criteria.Count == 0 ? [] : await HistoryAsync(prepared.Subject, criteria.Select(c => c.EventName), DateTimeOffset.MinValue, place, then, cancel);
            default: return [];
        }
    }

    private async Task<IReadOnlyList<StoredEvent>> HistoryAsync(
        SubjectRef subject, IEnumerable<string> names, DateTimeOffset from, LaneCursor until, Turn then, CancellationToken cancel)
    {
        var people = then.People.TryGetValue(subject, out var known) ? known : subject.Kind == SubjectKind.Contact ? [subject.Id] : [];
        var history = await log.HistoryAsync(subject, people, [.. names], from, int.MaxValue, until, cancel);
        if (subject.Kind == SubjectKind.Account && history.Exists(row => erased.ContainsKey(row.ContactId))) Touch(subject.Id);
        return history;
    }

    private async Task<LoadedSubject> LoadAsync(SubjectKey key, Turn then, CancellationToken cancel)
    {
        var held = book.Find(key);
        var isParked = then.Parked.Contains(key) || stumbled.ContainsKey(key);
        var kept = held is null ? book.KeptFor(key) : [];
        return new LoadedSubject(
            key, held?.State, held?.DueAt, 0, held is null ? book.TombstoneOf(key) : null,
            kept.Count == 0 ? [] : [.. (await log.ReadAsync([.. kept], cancel)).Where(CanBeHeard)], isParked,
            key.Subject.Kind == SubjectKind.Contact && then.Suppressed.Contains(key.Subject.Id));
    }
}
