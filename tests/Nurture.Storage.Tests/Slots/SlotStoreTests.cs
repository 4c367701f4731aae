using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests.Slots;

/// <summary>Each test has a database of its own: lanes are few, and everybody's.</summary>
public abstract class SlotStoreTests(DatabaseFixture fixture) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);
    protected static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected Database Database => fixture.Database;

    protected EventLog Log => new(Database);

    protected SlotStore Store => new(Database, Log);

    protected DatabaseFixture Fixture => fixture;

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return fixture.DisposeAsync();
    }

    protected static SubjectKey Key(long id, short slot = 7) => new(slot, SubjectRef.Contact(id));

    protected static StoredEvent Event(string name, long contact = 1, short slot = 7) => new()
    {
        Slot = slot, Kind = SignalKind.Occurred, ContactId = contact, Name = name, OccurredAt = Noon, ReceivedAt = Noon,
    };

    protected static StateWrite State(long id, DateTimeOffset? dueAt, int rev = 0, short slot = 7, byte mark = 1) =>
        new(Key(id, slot), rev, dueAt, [mark], null, false);

    protected static SlotCommit Commit(Work work, params StateWrite[] states) =>
        new() { RecordedAt = Noon, Lanes = [.. work.Lanes], States = [.. states] };

    protected Task<List<LaneLease>> AcquireAllAsync(SlotStore store) => store.AcquireAsync(Lease, Database.Lanes, [], Cancel);

    /// <summary>Reads at a moment, as the lanes stand now, once what has been committed may be read.</summary>
    protected async Task<Work> ReadAsync(IReadOnlyList<LaneLease> leases, DateTimeOffset now, int limit = 100)
    {
        await SettledAsync();
        return await ReadAtOnceAsync(leases, now, limit);
    }

    /// <summary>Transactions of other tests run in the same cluster, and hold reading up while they are open.</summary>
    protected async Task SettledAsync()
    {
        if (!Database.IsPostgres) return;
        await using var connection = await Database.OpenAsync(Cancel);
        while (!await connection.ScalarAsync<bool>(null, "select coalesce(max(xid), 0) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint from events where id > (select max(era_floor) from lanes)", [], Cancel))
            Cancel.ThrowIfCancellationRequested();
    }

    protected async Task<Work> ReadAtOnceAsync(IReadOnlyList<LaneLease> leases, DateTimeOffset now, int limit = 100)
    {
        await using var connection = await Database.OpenAsync(Cancel);
        var cursors = (await connection.QueryAsync(null, "select lane, xid, event_id from lanes", [],
            r => (Lane: r.GetInt16(0), Cursor: new LaneCursor(r.GetInt64(1), r.GetInt64(2))), Cancel)).ToDictionary(row => row.Lane, row => row.Cursor);
        return await Store.ReadWorkAsync([.. leases.Select(lease => lease with { Cursor = cursors[lease.Lane] })], now, limit, Cancel);
    }

    [Theory, InlineData(3), InlineData(400)]
    public async Task Few_or_many_events_and_decisions_of_one_commit_keep_their_order_and_their_words(int count)
    {
        var leases = await AcquireAllAsync(Store);
        var decided = Commit(await ReadAsync(leases, Noon));
        for (var n = 0; n < count; n++)
        {
            decided.Events.Add(Event($"e{n:000}") with { Payload = new byte[] { (byte)n, (byte)(n >> 8) }, Correlation = "tab\tline\nエヌ" });
            decided.Journal.Add(new(7, new JournalEntry(Noon, SubjectRef.Contact(1), 1, "trial", 2, -5, $"step-{n}", Reason.Released, "{}", 9, "c")));
        }

        await Store.CommitAsync(decided, Cancel);

        var read = (await ReadAsync(leases, Noon, 10_000)).Events.Select(logged => logged.Event).ToList();
        Assert.Equal(Enumerable.Range(0, count).Select(n => $"e{n:000} {n}"), read.Select(e => $"{e.Name} {e.Payload.Span[0] + (e.Payload.Span[1] << 8)}"));
        Assert.All(read, e => Assert.Equal("tab\tline\nエヌ", e.Correlation));
        await using var connection = await Database.OpenAsync(Cancel);
        Assert.Equal(Enumerable.Range(0, count).Select(n => $"step-{n}"), await connection.QueryAsync(null, "select step from journal order by id", [], row => row.GetString(0), Cancel));
    }

    [Fact]
    public async Task Events_are_read_once_in_the_order_of_the_log_of_each_lane()
    {
        var leases = await AcquireAllAsync(Store);
        await Log.AppendAsync([.. Enumerable.Range(0, 40).Select(n => Event($"e{n:00}", slot: (short)(n % 4 * 1000)))], Cancel);

        var read = new List<string>();
        for (var work = await ReadAsync(leases, Noon, 16); !work.IsEmpty; work = await ReadAsync(leases, Noon, 16))
        {
            read.AddRange(work.Events.Select(e => $"{e.Event.Slot}/{e.Event.Name}"));
            await Store.CommitAsync(Commit(work), Cancel);
        }

        Assert.Equal(40, read.Distinct().Count());
        foreach (var ofSlot in read.GroupBy(e => e.Split('/')[0])) Assert.Equal(ofSlot.Order(), ofSlot);
        Assert.Equal(0, await Store.UnreadAsync(Cancel));
    }

    [Lesson(6, 9)]
    [Fact]
    public async Task More_that_are_due_at_one_instant_than_a_batch_holds_all_get_their_turn()
    {
        var leases = await AcquireAllAsync(Store);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon), [.. Enumerable.Range(1, 25).Select(id => State(id, Noon))]), Cancel);

        var seen = new List<long>();
        for (var work = await ReadAsync(leases, Noon, 4 * leases.Count); !work.IsEmpty; work = await ReadAsync(leases, Noon, 4 * leases.Count))
        {
            Assert.InRange(work.Due.Count, 1, 4);
            seen.AddRange(work.Due.Select(due => due.Key.Subject.Id));
            await Store.CommitAsync(Commit(work, [.. work.Due.Select(due => State(due.Key.Subject.Id, null, rev: 1))]), Cancel);
        }

        Assert.Equal(Enumerable.Range(1, 25).Select(id => (long)id), seen.Order());
    }

    [Fact]
    public async Task A_moment_that_is_past_when_it_is_saved_is_due_at_once()
    {
        var leases = await AcquireAllAsync(Store);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon.AddDays(30)), State(1, Noon.AddDays(60))), Cancel);

        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon.AddDays(30)), State(2, Noon)), Cancel);
        var work = await ReadAsync(leases, Noon.AddDays(30));

        Assert.Equal([2L], work.Due.Select(due => due.Key.Subject.Id));
        Assert.Equal(Noon, await Store.NextDueAsync(Cancel));
    }

    [Fact]
    public async Task What_becomes_due_at_the_very_moment_of_a_read_is_found_by_the_next()
    {
        var leases = await AcquireAllAsync(Store);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon)), Cancel);

        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon), State(1, Noon)), Cancel);

        Assert.Single((await ReadAsync(leases, Noon)).Due);
    }

    /// <summary>Says in its head that a second row belongs to it.</summary>
    private static readonly byte[] HasRest = [1, 1, 3];

    [Fact]
    public async Task States_come_back_as_saved_with_their_cold_part()
    {
        var leases = await AcquireAllAsync(Store);
        var work = await ReadAsync(leases, Noon);
        await Store.CommitAsync(Commit(work, new StateWrite(Key(1), 0, Noon.AddDays(1), HasRest, [9, 9], true), State(2, null)), Cancel);

        var loaded = await Store.LoadStatesAsync([Key(2), Key(1), Key(3)], Cancel);

        Assert.Equal([(2, 1), (1, 1), (3, 0)], loaded.Select(s => ((int)s.Key.Subject.Id, s.Rev)));
        Assert.Equal(HasRest, loaded[1].Doc);
        Assert.Equal([9, 9], loaded[1].Rest);
        Assert.Equal(Noon.AddDays(1), loaded[1].DueAt);
        Assert.Null(loaded[0].Rest);
        Assert.Null(loaded[2].Doc);

        await Store.CommitAsync(Commit(work, new StateWrite(Key(1), 1, null, HasRest, null, false)), Cancel);
        Assert.Equal([9, 9], (await Store.LoadStatesAsync([Key(1)], Cancel))[0].Rest);
        await Store.CommitAsync(Commit(work, new StateWrite(Key(1), 2, null, [1, 0, 5], null, true)), Cancel);
        Assert.Null((await Store.LoadStatesAsync([Key(1)], Cancel))[0].Rest);
    }

    [Fact]
    public async Task A_batch_read_from_a_cursor_that_has_moved_on_is_void()
    {
        var leases = await AcquireAllAsync(Store);
        await Log.AppendAsync([Event("told")], Cancel);
        var work = await ReadAsync(leases, Noon);
        Assert.Single(work.Events);

        await Store.CommitAsync(Commit(work, State(1, null)), Cancel);

        await Assert.ThrowsAsync<LostOwnershipException>(() => Store.CommitAsync(Commit(work, State(2, null)), Cancel));
        Assert.Equal(0, (await Store.LoadStatesAsync([Key(2)], Cancel))[0].Rev);
    }

    [Lesson(9)]
    [Fact]
    public async Task A_state_that_another_wrote_meanwhile_voids_the_whole_batch()
    {
        var leases = await AcquireAllAsync(Store);
        var work = await ReadAsync(leases, Noon);
        await Store.CommitAsync(Commit(work, State(1, null), State(2, null)), Cancel);
        await Store.CommitAsync(Commit(work, State(1, null, rev: 1)), Cancel);

        await Assert.ThrowsAsync<LostOwnershipException>(() => Store.CommitAsync(Commit(work, State(2, null, rev: 1, mark: 8), State(1, null, rev: 1)), Cancel));
        await Assert.ThrowsAsync<LostOwnershipException>(() => Store.CommitAsync(Commit(work, State(3, null), State(1, null)), Cancel));
        await Assert.ThrowsAsync<LostOwnershipException>(() => Store.CommitAsync(
            new() { RecordedAt = Noon, Lanes = [.. work.Lanes], DeletedStates = [new(Key(2), 5)] }, Cancel));

        Assert.Equal([1], (await Store.LoadStatesAsync([Key(2)], Cancel))[0].Doc);
        Assert.Equal(0, (await Store.LoadStatesAsync([Key(3)], Cancel))[0].Rev);
    }

    /// <summary>The sessions of a node that was taken for dead were ended, which each of them finds out once.</summary>
    protected static async Task<Exception?> WhenAwakeAsync(Func<Task> work)
    {
        Exception? problem;
        do problem = await Record.ExceptionAsync(work);
        while (problem is Npgsql.NpgsqlException);
        return problem;
    }

    [Fact]
    public async Task A_frozen_owner_that_wakes_writes_nothing()
    {
        var frozen = await AcquireAllAsync(Store);
        await Log.AppendAsync([Event("e")], Cancel);
        var itsWork = await ReadAsync(frozen, Noon);
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, "update lanes set expires_at = 0", [], ct), Cancel);
        await using var other = fixture.OpenAgain();
        var next = new SlotStore(other, new EventLog(other));

        var taken = await AcquireAllAsync(next);
        Assert.IsType<LostOwnershipException>(await WhenAwakeAsync(() => Store.CommitAsync(Commit(itsWork, State(1, Noon)), Cancel)));

        List<LaneLease> held = [];
        Assert.Null(await WhenAwakeAsync(async () => held = await Store.RenewAsync(frozen, Lease, Cancel)));
        Assert.Empty(held);
        Assert.Equal(frozen.Select(l => l.Epoch + 1), taken.Select(l => l.Epoch));
        await SettledAsync();
        var work = await next.ReadWorkAsync(taken, Noon, 100, Cancel);
        Assert.Equal("e", Assert.Single(work.Events).Event.Name);
        await next.CommitAsync(Commit(work, State(1, Noon)), Cancel);
    }

    [Fact]
    public async Task Leases_are_renewed_and_released()
    {
        var leases = await AcquireAllAsync(Store);

        Assert.Equal(Database.Lanes, leases.Count);
        Assert.Empty(await Store.AcquireAsync(Lease, Database.Lanes, leases, Cancel));
        Assert.Equal(leases, await Store.RenewAsync(leases, Lease, Cancel));
        await Store.ReleaseAsync(leases, Cancel);
        Assert.Empty(await Store.RenewAsync(leases, Lease, Cancel));
        Assert.Equal(Database.Lanes, (await AcquireAllAsync(Store)).Count);
    }

    [Fact]
    public async Task Whoever_failed_in_the_middle_of_a_turn_gets_its_own_lanes_back_with_a_new_epoch()
    {
        var lost = await AcquireAllAsync(Store);

        var again = await AcquireAllAsync(Store);

        Assert.Equal(lost.Select(lease => (lease.Lane, lease.Epoch + 1)), again.Select(lease => (lease.Lane, lease.Epoch)).Order());
        Assert.Empty(await Store.RenewAsync(lost, Lease, Cancel));
    }

    [Fact]
    public async Task One_commit_writes_all_that_was_decided()
    {
        var leases = await AcquireAllAsync(Store);
        var (contact, account) = await Database.WriteAsync(async (c, t, ct) => (
            await c.ScalarAsync<long>(t, "insert into contacts (slot, namespace, created_at, updated_at) values (7, 'n', 0, 0) returning id", [], ct),
            await c.ScalarAsync<long>(t, "insert into accounts (slot, namespace, external_id, created_at, updated_at) values (7, 'n', 'a', 0, 0) returning id", [], ct)), Cancel);
        var subject = Key(contact);
        var send = new SendDraft
        {
            Id = Guid.NewGuid(), Subject = subject.Subject, EnrollmentId = -5, Scenario = "trial", Version = 2, Step = "welcome", RecipientId = contact,
            Address = "a@example.com", Class = SendClass.Service, Template = "welcome", Locale = "ja", Inputs = "{}"u8.ToArray(), Seed = 3,
            PlannedAt = Noon, ExpiresAt = Noon.AddDays(3), Correlation = "c", CauseId = 9, IsCounted = true,
        };
        var entry = new JournalEntry(Noon, subject.Subject, 0, "trial", 2, -5, "welcome", Reason.Released, "{}", 9, "c");
        var commit = new SlotCommit
        {
            RecordedAt = Noon.AddSeconds(1),
            Lanes = [.. (await ReadAsync(leases, Noon)).Lanes],
            States = [State(contact, null)],
            Tombstones = [new(7, 900, new Tombstone(8, 900, 1)), new(7, 901, new Tombstone(8, 901, 1)), new(7, 901, new Tombstone(9, 902, 2))],
            KeptSignals = [new(7, 904, 55), new(7, 904, 55)],
            Routes = [new(contact, 9, 1, account, null)],
            Contacts = [new(contact, "A@Example.com", "愛", "ja", "Asia/Tokyo", ContactStatus.Active, "admin", "{\"plan\":\"trial\"}", ConsentBasis.OptIn, "{}", Noon, false)],
            Accounts = [new(account, "Acme", "high", "trial", "csm@example.com", "{}", null, null, null, null, null, false)],
            Memberships = [new(contact, account, Noon), new(contact, account, Noon)],
            Positions = [new(subject, -5, "trial", 2, "welcome", Noon), new(subject, -5, "trial", 2, "wait", Noon.AddSeconds(1)), new(subject, -6, "trial", 2, null, Noon)],
            Journal = [new(7, entry), new(7, entry with { Reason = Reason.Waiting })],
            Sends = [new(7, send, "h1", [1, 2])],
            Events = [Event("told", contact, 9)],
            Parked = [new(Key(333), Noon, "InvalidOperationException: no", "welcome", [4, 5])],
        };

        await Store.CommitAsync(commit, Cancel);
        commit.States.Clear();
        commit.Parked[0] = commit.Parked[0] with { EventIds = [6] };
        await Store.CommitAsync(commit, Cancel);

        await using var connection = await Database.OpenAsync(Cancel);
        Task<string?> Text(string sql) => connection.ScalarAsync<string>(null, sql, [], Cancel);
        Assert.Equal("9/1/" + account, await Text($"select slot || '/' || hop || '/' || account_id from contacts where id = {contact}"));
        Assert.Equal("A@Example.com/愛/admin", await Text($"select email || '/' || name || '/' || roles from contacts where id = {contact}"));
        Assert.Equal("Acme/high", await Text($"select name || '/' || tier from accounts where id = {account}"));
        Assert.Equal("1", await Text("select '' || count(*) from memberships"));
        Assert.Equal("wait", await Text("select step from positions where enrollment_id = -5"));
        Assert.Equal("4", await Text("select '' || count(*) from journal"));
        Assert.Equal("1 planned for 1", await Text($"select count(*) || ' planned for ' || sum(case when not_before = {Noon.ToMilliseconds()} and state = 1 and is_counted = 1 then 1 else 0 end) from sends"));
        Assert.Equal("4 5 6 ", await Text("select event_ids from parked"));
        var loaded = await Store.LoadStatesAsync([Key(900), Key(901), Key(333), Key(904)], Cancel);
        Assert.Equal((8, 902L), (loaded[0].Tombstone!.ToSlot, loaded[1].Tombstone!.ToContactId));
        Assert.True(loaded[2].IsParked);
        Assert.True(loaded[3].HasKeptSignals);
        Assert.Equal(2, await Store.UnreadAsync(Cancel));
    }

    [Rule(42)]
    [Fact]
    public async Task A_cancellation_reaches_what_is_planned_or_claimed_and_nothing_that_was_handed_over()
    {
        var leases = await AcquireAllAsync(Store);
        var drafts = Enumerable.Range(1, 4).Select(n => new SendDraft
        {
            Id = Guid.NewGuid(), Subject = Key(1).Subject, EnrollmentId = n == 4 ? 2 : 1, Scenario = "s", Version = 1, Step = $"m{n}", RecipientId = 1, Address = "a@example.com",
            Class = SendClass.Service, Template = "t", Locale = "en", Inputs = [], Seed = n, PlannedAt = Noon, ExpiresAt = Noon, Correlation = "",
        }).ToList();
        await Store.CommitAsync(new() { RecordedAt = Noon, Lanes = [.. (await ReadAsync(leases, Noon)).Lanes], Sends = [.. drafts.Select(d => new PlannedSend(7, d, "h", [1]))] }, Cancel);
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, """
            update outbox set owner = 'n', state = (select case s.step when 'm2' then 2 else 3 end from sends s where s.slot = outbox.slot and s.id = outbox.id)
            where id in (select id from sends where step in ('m2', 'm3'))
            """, [], ct), Cancel);

        await Store.CommitAsync(new()
        {
            RecordedAt = Noon, Lanes = [.. (await ReadAsync(leases, Noon)).Lanes],
            CancelledSends = [new(Key(1).Subject, 1, Reason.GoalReached, Noon.AddHours(1))],
        }, Cancel);

        await using var connection = await Database.OpenAsync(Cancel);
        var states = await connection.QueryAsync(null, $"select s.step, {SendStore.StateSql}, s.reason from {SendStore.AllSends} order by s.step", [],
            r => (r.GetString(0), (SendState)r.GetInt16(1), r.IsDBNull(2) ? (Reason?)null : (Reason)r.GetInt16(2)), Cancel);
        Assert.Equal([("m1", SendState.Cancelled, Reason.GoalReached), ("m2", SendState.Cancelled, Reason.GoalReached), ("m3", SendState.Handed, null), ("m4", SendState.Planned, null)], states);
    }

    [Fact]
    public async Task Kept_signals_are_read_until_they_are_released()
    {
        var leases = await AcquireAllAsync(Store);
        await Log.AppendAsync([Event("early", 5), Event("earlier", 5)], Cancel);
        var work = await ReadAsync(leases, Noon);
        var commit = Commit(work);
        commit.KeptSignals.AddRange(work.Events.Select(e => new KeptSignal(7, 5, e.Event.Id)));
        await Store.CommitAsync(commit, Cancel);

        Assert.Equal(["early", "earlier"], (await Store.ReadKeptAsync([(7, 5)], Cancel)).Select(kept => kept.Event.Name));

        var release = Commit(await ReadAsync(leases, Noon));
        release.ReleasedSignals.Add((7, 5));
        await Store.CommitAsync(release, Cancel);
        Assert.Empty(await Store.ReadKeptAsync([(7, 5)], Cancel));
        Assert.False((await Store.LoadStatesAsync([Key(5)], Cancel))[0].HasKeptSignals);
    }

    [Fact]
    public async Task A_floor_that_was_lowered_while_a_batch_ran_stays_low()
    {
        var leases = await AcquireAllAsync(Store);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon)), Cancel);
        var work = await ReadAsync(leases, Noon.AddDays(1));
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, "update lanes set due_floor = 5", [], ct), Cancel);

        await Store.CommitAsync(Commit(work), Cancel);

        await using var connection = await Database.OpenAsync(Cancel);
        Assert.Equal(5, await connection.ScalarAsync<long>(null, "select max(due_floor) from lanes", [], Cancel));
    }
}

public sealed class SlotStoreOnSqlite() : SlotStoreTests(new SqliteFixture());
