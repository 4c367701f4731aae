using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>What slot workers read and write: leases of lanes, new events, due subjects, states, and the one commit.</summary>
public sealed partial class SlotStore(Database database, EventLog log)
{
    public short LaneOf(short slot) => database.LaneOf(slot);

    /// <summary>How many lanes a node should hold when all that live share them evenly, and how many are to be had.</summary>
    public async Task<(int Share, int Free)> LookAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var (nodes, free) = await connection.FirstAsync(null,
            $"select ({database.NodeCountSql}), (select count(*) from lanes where owner is null or (owner <> @me and ({IsFreeSql})))",
            [("me", database.Node)], reader => (Math.Max(reader.GetInt64(0), 1), (int)reader.GetInt64(1)), cancel);
        return ((int)((database.Lanes + nodes - 1) / nodes), free);
    }

    private string IsFreeSql => $"expires_at <= {database.NowSql} or {database.IsOwnerGoneSql}";

    /// <summary>
    /// Takes up to <paramref name="most"/> lanes that nobody holds: released, expired, or of a node that is gone or frozen.
    /// Such an owner's sessions are ended first: frozen within a transaction, it would hold the rows.
    /// Lanes that stand as ours but are not among <paramref name="held"/> come back too: whoever failed in the middle of a
    /// turn begins anew from the database's cursor.
    /// </summary>
    public async Task<List<LaneLease>> AcquireAsync(TimeSpan lease, int most, IReadOnlyList<LaneLease> held, CancellationToken cancel)
    {
        var others = held.Count == 0 ? "true" : $"lane not in ({string.Join(", ", held.Select(l => l.Lane))})";
        (string, object?)[] args = [("me", database.Node), ("lease", (long)lease.TotalMilliseconds), ("most", most)];
        return await database.WriteAsync(async (connection, transaction, ct) =>
        {
            if (database.EndSessionsSql is { } endSessions) await connection.ExecuteAsync(transaction, endSessions, [("me", database.Node)], ct);
            return await connection.QueryAsync(transaction,
                $"""
                 update lanes set owner = @me, epoch = epoch + 1, expires_at = {database.NowSql} + @lease
                 where lane in (
                     select lane from lanes
                     where {others} and (owner is null or owner = @me or {IsFreeSql})
                     order by lane limit @most {database.SkipLocked})
                 returning lane, epoch, xid, event_id
                 """, args, reader => new LaneLease(reader.GetInt16(0), reader.GetInt64(1), new(reader.GetInt64(2), reader.GetInt64(3))), ct);
        }, cancel);
    }

    /// <summary>Answers the leases that are still ours; what is missing was taken over.</summary>
    public Task<List<LaneLease>> RenewAsync(IReadOnlyList<LaneLease> leases, TimeSpan lease, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var renewed = await database.BulkAsync(connection, transaction, LeaseRows(leases).Scalar("lease", (long)lease.TotalMilliseconds),
                $"""
                 update lanes set expires_at = {database.NowSql} + @lease
                 from rows r where lanes.lane = r.lane and lanes.epoch = r.epoch and lanes.owner = @me
                 returning lanes.lane
                 """, reader => reader.GetInt16(0), ct);
            return leases.Where(held => renewed.Contains(held.Lane)).ToList();
        }, cancel);

    public Task ReleaseAsync(IReadOnlyList<LaneLease> leases, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => database.BulkAsync(connection, transaction, LeaseRows(leases),
            """
            update lanes set owner = null, expires_at = 0
            from rows r where lanes.lane = r.lane and lanes.epoch = r.epoch and lanes.owner = @me
            """, ct), cancel);

    private Rows<LaneLease> LeaseRows(IReadOnlyList<LaneLease> leases) =>
        Rows.Of(leases).Short("lane", l => l.Lane).Long("epoch", l => l.Epoch).Scalar("me", database.Node);

    /// <summary>What there is to do in the lanes, about <paramref name="limit"/> events and as many due subjects, evenly over the lanes.</summary>
    public async Task<Work> ReadWorkAsync(IReadOnlyList<LaneLease> lanes, DateTimeOffset now, int limit, CancellationToken cancel)
    {
        if (lanes.Count == 0) return new Work([], [], []);
        var perLane = (limit + lanes.Count - 1) / lanes.Count;
        await using var connection = await database.OpenForBatchesAsync(cancel);
        var events = await database.BulkAsync(connection, null,
            Rows.Of(lanes).Short("lane", l => l.Lane).Long("xid", l => l.Cursor.Xid).Long("event_id", l => l.Cursor.EventId).Scalar("limit", perLane),
            database.NewEventsSql,
            reader => new LoggedEvent(reader.GetInt16(0), new(reader.GetInt64(1), reader.GetInt64(2)), EventLog.Read(reader, 2)), cancel);
        var laneRows = Rows.Of(lanes).Short("lane", l => l.Lane).Scalar("limit", perLane).Scalar("now", now);
        var floors = (await database.BulkAsync(connection, null, laneRows,
            "select l.lane, l.due_floor from rows r join lanes l on l.lane = r.lane", reader => (Lane: reader.GetInt16(0), Floor: reader.GetInt64(1)), cancel))
            .ToDictionary(floor => floor.Lane, floor => floor.Floor);
        var due = await database.BulkAsync(connection, null, laneRows, database.DueSubjectsSql,
            reader => new DueSubject(reader.GetInt16(0), new SubjectKey(reader.GetInt16(1), new((SubjectKind)reader.GetInt16(2), reader.GetInt64(3))), reader.Instant(4)),
            cancel);
        return new Work(events, due, AdvancesOf(lanes, events, due, floors, now, perLane));
    }

    private static List<LaneAdvance> AdvancesOf(
        IReadOnlyList<LaneLease> lanes, List<LoggedEvent> events, List<DueSubject> due, Dictionary<short, long> floors, DateTimeOffset now, int perLane)
    {
        var cursors = new Dictionary<short, LaneCursor>();
        foreach (var logged in events) cursors[logged.Lane] = logged.Cursor;
        var counts = events.CountBy(logged => logged.Lane).ToDictionary();
        var dueByLane = due.ToLookup(subject => subject.Lane);
        return [.. lanes.Select(lane =>
        {
            var ofLane = dueByLane[lane.Lane].ToList();
            // A short batch took everything up to now; a full one everything before its last moment, at which more may stand.
            var floor = ofLane.Count < perLane ? now.ToMilliseconds() : ofLane[^1].DueAt.ToMilliseconds();
            return new LaneAdvance(
                lane.Lane, lane.Epoch, lane.Cursor, cursors.GetValueOrDefault(lane.Lane, lane.Cursor), cursors.ContainsKey(lane.Lane) || ofLane.Count > 0,
                floors[lane.Lane], Math.Max(floor, floors[lane.Lane]))
            {
                Events = counts.GetValueOrDefault(lane.Lane),
                LastDue = ofLane.Count < perLane ? null : new DuePlace(ofLane[^1].DueAt, ofLane[^1].Key.Subject.Id),
            };
        })];
    }

    /// <summary>
    /// In the order of the keys, one for each. Several statements, of one moment only for whoever holds the lanes: nobody
    /// else writes there.
    /// </summary>
    public async Task<IReadOnlyList<LoadedState>> LoadStatesAsync(IReadOnlyList<SubjectKey> keys, CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        LoadedState[] loaded = [.. keys.Select(key => new LoadedState(key, 0, null, null, null, null, false, false))];
        await ReadAsync(_ => true,
            "select r.n, s.rev, s.due_at, s.doc from rows r join states s on s.slot = r.slot and s.kind = r.kind and s.subject_id = r.subject_id",
            (state, row) => state with { Rev = row.GetInt32(1), DueAt = row.InstantOrNull(2), Doc = row.Bytes(3) });

        // What few have is asked only of those that can have it: a second row where the first says so, a way to where it went
        // and signals that came before it where no state stands.
        await ReadAsync(state => state.Doc is { } doc && StateCodec.HasRest(doc),
            "select r.n, x.doc from rows r join state_rests x on x.slot = r.slot and x.kind = r.kind and x.subject_id = r.subject_id",
            (state, row) => state with { Rest = row.Bytes(1) });
        await ReadAsync(state => state is { Doc: null, Key.Subject.Kind: SubjectKind.Contact },
            """
            select r.n, t.to_slot, t.to_contact_id, t.hop, exists (select 1 from kept_signals k where k.slot = r.slot and k.contact_id = r.subject_id)
            from rows r left join tombstones t on t.slot = r.slot and t.contact_id = r.subject_id
            """,
            (state, row) => state with
            {
                Tombstone = row.IsDBNull(1) ? null : new Tombstone(row.GetInt16(1), row.GetInt64(2), row.GetInt32(3)),
                HasKeptSignals = row.GetBoolean(4),
            });
        if (await connection.ScalarAsync<long>(null, "select count(*) from (select 1 from parked where resumed_at is null limit 1) p", [], cancel) > 0)
        {
            await ReadAsync(_ => true,
                "select r.n from rows r join parked p on p.slot = r.slot and p.kind = r.kind and p.subject_id = r.subject_id and p.resumed_at is null",
                (state, _) => state with { IsParked = true });
        }

        return loaded;

        async Task ReadAsync(Func<LoadedState, bool> which, string sql, Func<LoadedState, System.Data.Common.DbDataReader, LoadedState> read)
        {
            int[] places = [.. Enumerable.Range(0, loaded.Length).Where(place => which(loaded[place]))];
            await database.BulkAsync(connection, null, KeyRows([.. places.Select(place => keys[place])]), sql, row =>
            {
                var place = places[row.GetInt64(0) - 1];
                return loaded[place] = read(loaded[place], row);
            }, cancel);
        }
    }

    private static Rows<SubjectKey> KeyRows(IReadOnlyList<SubjectKey> keys) => Rows.Of(keys)
        .Short("slot", k => k.Slot).Short("kind", k => (short)k.Subject.Kind).Long("subject_id", k => k.Subject.Id);

    /// <summary>The signals that wait in a slot for these contacts, in the log's order.</summary>
    public async Task<List<KeptEvent>> ReadKeptAsync(IReadOnlyList<(short Slot, long ContactId)> contacts, CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        var kept = await database.BulkAsync(connection, null, ContactRows(contacts),
            $"""
             select k.slot, k.contact_id, {EventLog.Columns}
             from rows r join kept_signals k on k.slot = r.slot and k.contact_id = r.contact_id join events e on e.id = k.event_id
             """, reader => new KeptEvent(reader.GetInt16(0), reader.GetInt64(1), EventLog.Read(reader, 2)), cancel);
        kept.Sort((left, right) => left.Event.Id.CompareTo(right.Event.Id));
        return kept;
    }

    private static Rows<(short Slot, long ContactId)> ContactRows(IReadOnlyList<(short Slot, long ContactId)> contacts) =>
        Rows.Of(contacts).Short("slot", c => c.Slot).Long("contact_id", c => c.ContactId);

    /// <summary>The next moment at which any subject of the database is due, past ones included; null for none.</summary>
    public Task<DateTimeOffset?> NextDueAsync(CancellationToken cancel) => NextDueAsync("lanes", cancel);

    /// <summary>The same for some lanes.</summary>
    public Task<DateTimeOffset?> NextDueAsync(IReadOnlyList<LaneLease> leases, CancellationToken cancel) =>
        NextDueAsync($"(select * from lanes where lane in ({string.Join(", ", leases.Select(lease => lease.Lane))}))", cancel);

    private async Task<DateTimeOffset?> NextDueAsync(string lanes, CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        return await connection.FirstAsync(null,
            $"""
             select min(x.due_at) from (
                 select (select min(s.due_at) from states s where s.lane = l.lane and s.due_at >= l.due_floor) as due_at from {lanes} l) x
             """, [], reader => reader.InstantOrNull(0), cancel);
    }

    /// <summary>How many events no lane has read yet, of those up to an id (inclusive) where one is given.</summary>
    public async Task<long> UnreadAsync(CancellationToken cancel, long upTo = long.MaxValue)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        return await connection.ScalarAsync<long>(null, database.UnreadEventsSql, [("up_to", upTo)], cancel);
    }

    /// <summary>The newest event's id; 0 for an empty log.</summary>
    public async Task<long> LastEventIdAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select coalesce(max(id), 0) from events", [], cancel);
    }
}

public sealed record KeptEvent(short Slot, long ContactId, StoredEvent Event);
