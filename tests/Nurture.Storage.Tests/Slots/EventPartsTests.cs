using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests.Slots;

/// <summary>Each test has a database of its own: the parts are everybody's.</summary>
public abstract class EventPartsTests(DatabaseFixture fixture) : IAsyncLifetime
{
    protected static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    protected static CancellationToken Cancel => TestContext.Current.CancellationToken;

    protected Database Database => fixture.Database;

    protected EventParts Parts => new(Database);

    protected EventLog Log => new(Database);

    private SlotStore Slots => new(Database, Log);

    public ValueTask InitializeAsync() => fixture.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return fixture.DisposeAsync();
    }

    protected static StoredEvent Event(string name, DateTimeOffset at) => new() { Slot = 7, Kind = SignalKind.Occurred, ContactId = 1, Name = name, OccurredAt = at, ReceivedAt = at };

    /// <summary>As if so many had come already.</summary>
    protected async Task GiveIdsUpToAsync(long last)
    {
        if (Database.IsPostgres) await RunAsync($"select setval('events_id', {last})");
        else await RunAsync($"update sqlite_sequence set seq = {last} where name = 'events'");
    }

    protected Task RunAsync(string sql) => Database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction, sql, [], ct), Cancel);

    protected async Task<IReadOnlyList<string>> NamesAsync()
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, "select name from events order by id", [], row => row.GetString(0), Cancel);
    }

    /// <summary>What the slots have before them, once what has been committed may be read; they have read it then.</summary>
    protected async Task<IReadOnlyList<string>> ReadAsync()
    {
        var names = new List<string>();
        while (await Slots.UnreadAsync(Cancel) > 0)
        {
            var work = await Slots.ReadWorkAsync(await Slots.AcquireAsync(TimeSpan.FromMinutes(1), Database.Lanes, [], Cancel), Noon, 1_000, Cancel);
            names.AddRange(work.Events.Select(logged => logged.Event.Name));
            await Slots.CommitAsync(new SlotCommit { RecordedAt = Noon, Lanes = [.. work.Lanes] }, Cancel);
        }
        return names;
    }

    /// <summary>Twice, since what may still be added to was seen by the first turn only when the second comes.</summary>
    protected async Task TurnAsync()
    {
        await Parts.TurnAsync(Cancel);
        await Parts.TurnAsync(Cancel);
    }

    protected async Task ForgetAsync(DateTimeOffset before)
    {
        while (await Parts.ForgetAsync(before, 2, Cancel)) { }
    }

    /// <summary>Three days ago three events, and today one, in the next part.</summary>
    protected async Task BeginAsync()
    {
        await Log.AppendAsync([Event("a", Noon.AddDays(-3)), Event("b", Noon.AddDays(-3).AddHours(1)), Event("c", Noon.AddDays(-3))], Cancel);
        await GiveIdsUpToAsync(2 * EventParts.LeastInPart);
        await Parts.TurnAsync(Cancel);
        await Log.AppendAsync([Event("d", Noon)], Cancel);
    }

    [Lesson(6)]
    [Fact]
    public async Task Events_that_were_read_are_dropped_after_their_time_and_the_log_says_since_when_it_is_whole()
    {
        await BeginAsync();
        Assert.Equal(DateTimeOffset.UnixEpoch, await Parts.KeptSinceAsync(Cancel));
        Assert.Equal(["a", "b", "c", "d"], await ReadAsync());
        await TurnAsync();

        await ForgetAsync(Noon.AddDays(-1));

        Assert.Equal(["d"], await NamesAsync());
        Assert.Equal(Noon.AddDays(-3).AddHours(1).AddMilliseconds(1), await Parts.KeptSinceAsync(Cancel));
        await Log.AppendAsync([Event("e", Noon)], Cancel);
        Assert.Equal(["e"], await ReadAsync());
    }

    [Fact]
    public async Task Events_that_no_slot_has_read_stay_however_old()
    {
        await BeginAsync();
        await TurnAsync();

        await ForgetAsync(Noon.AddDays(-1));

        Assert.Equal(["a", "b", "c", "d"], await NamesAsync());
        Assert.Equal(["a", "b", "c", "d"], await ReadAsync());
    }

    [Theory]
    [InlineData("insert into kept_signals (slot, contact_id, event_id) values (7, 1, 1)")]
    [InlineData("insert into parked (slot, kind, subject_id, at, error, event_ids) values (7, 1, 1, 0, 'x', '1 3')")]
    public async Task Events_that_somebody_still_waits_for_stay(string waiting)
    {
        await BeginAsync();
        await ReadAsync();
        await TurnAsync();
        await RunAsync(waiting);

        await ForgetAsync(Noon.AddDays(-1));

        Assert.Equal(["a", "b", "c", "d"], await NamesAsync());
    }

    [Fact]
    public async Task What_comes_faster_than_parts_are_made_is_read_and_dropped_too()
    {
        await BeginAsync();
        await GiveIdsUpToAsync(20 * EventParts.LeastInPart);
        await Log.AppendAsync([Event("e", Noon.AddHours(1))], Cancel);
        await GiveIdsUpToAsync(40 * EventParts.LeastInPart);
        await TurnAsync();
        await Log.AppendAsync([Event("f", Noon.AddHours(2))], Cancel);
        await GiveIdsUpToAsync(80 * EventParts.LeastInPart);
        await TurnAsync();
        await Log.AppendAsync([Event("g", Noon.AddHours(3))], Cancel);

        Assert.Equal(["a", "b", "c", "d", "e", "f", "g"], await ReadAsync());
        await TurnAsync();
        await ForgetAsync(Noon.AddHours(2));

        Assert.Equal(["f", "g"], await NamesAsync());
    }
}

public sealed class EventPartsOnSqlite() : EventPartsTests(new SqliteFixture());

public sealed class EventPartsOnPostgres() : EventPartsTests(new PostgresFixture())
{
    /// <summary>An id is given before its row can be seen, so a part may get rows long after the last of its ids was given.</summary>
    [Fact]
    public async Task A_part_counts_as_read_only_when_nobody_can_add_to_it_any_more()
    {
        await GiveIdsUpToAsync(2 * EventParts.LeastInPart);
        await Parts.TurnAsync(Cancel);
        await GiveIdsUpToAsync(10);
        await using (var connection = await Database.OpenAsync(Cancel))
        await using (var slow = await connection.BeginTransactionAsync(Cancel))
        {
            await Log.AppendAsync(connection, slow, [Event("late", Noon)], Cancel);
            await GiveIdsUpToAsync(2 * EventParts.LeastInPart);
            await Log.AppendAsync([Event("next", Noon)], Cancel);
            await TurnAsync();
            await slow.CommitAsync(Cancel);
        }

        Assert.Equal(["late", "next"], (await ReadAsync()).Order());
    }

    [Fact]
    public async Task Readers_leave_out_the_parts_that_are_wholly_read()
    {
        await BeginAsync();
        await ReadAsync();
        await TurnAsync();

        await using var connection = await Database.OpenForBatchesAsync(Cancel);
        var lanes = Rows.Of(Enumerable.Range(0, Database.Lanes).ToList()).Short("lane", lane => (short)lane).Long("xid", _ => 1L).Long("event_id", _ => 1L).Scalar("limit", 10);
        await using var command = connection.Command(null,
            "explain (analyze, costs off, timing off, summary off) with rows (lane, xid, event_id, n) as (select * from unnest(@lane, @xid, @event_id) with ordinality) " + Database.NewEventsSql, lanes.Scalars);
        foreach (var column in lanes.Columns) command.Parameters.Add(column.ToArrayParameter(column.Name));
        var plan = new List<string>();
        await using (var reader = await command.ExecuteReaderAsync(Cancel))
        {
            while (await reader.ReadAsync(Cancel)) plan.Add(reader.GetString(0));
        }

        var scans = plan.Where(line => line.Contains(" on events_", StringComparison.Ordinal)).ToList();
        Assert.Contains("never executed", Assert.Single(scans, scan => scan.Contains(" on events_1 ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.Contains("loops=16", Assert.Single(scans, scan => scan.Contains(" on events_2000001 ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.All(scans, scan => Assert.Matches("(_cursor|_lane_xid_id_idx) on", scan));
    }
}
