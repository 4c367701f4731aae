using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests.Slots;

/// <summary>What only several connections and several nodes come to.</summary>
public sealed class SlotStoreOnPostgres() : SlotStoreTests(new PostgresFixture())
{
    [Fact]
    public async Task Two_writers_that_interleave_with_an_open_transaction_lose_nothing()
    {
        var leases = await AcquireAllAsync(Store);
        await using var slow = await Database.OpenAsync(Cancel);
        await using var open = await slow.BeginTransactionAsync(Cancel);
        await Log.AppendAsync(slow, open, [Event("slow")], Cancel);
        await Log.AppendAsync([Event("fast")], Cancel);

        var before = await ReadAtOnceAsync(leases, Noon);
        await Store.CommitAsync(Commit(before), Cancel);
        await open.CommitAsync(Cancel);
        await Log.AppendAsync([Event("after")], Cancel);
        var afterwards = await ReadAsync(leases, Noon);

        Assert.Empty(before.Events);
        Assert.Equal(["slow", "fast", "after"], afterwards.Events.Select(e => e.Event.Name));
    }

    [Fact]
    public async Task A_live_lease_of_another_node_is_left_alone_and_one_of_a_node_that_is_gone_is_taken()
    {
        await AcquireAllAsync(Store);
        var other = Fixture.OpenAgain();
        var next = new SlotStore(other, new EventLog(other));
        Assert.Empty(await AcquireAllAsync(next));

        await Store.ReleaseAsync(await Store.RenewAsync([.. Enumerable.Range(0, 16).Select(lane => new LaneLease((short)lane, 1, default))], Lease, Cancel), Cancel);
        Assert.Equal(16, (await AcquireAllAsync(next)).Count);
        await other.DisposeAsync();

        // The server notices in its own time that a client has gone.
        var taken = await AcquireAllAsync(Store);
        while (taken.Count == 0) taken = await AcquireAllAsync(Store);
        Assert.Equal(16, taken.Count);
    }

    [Fact]
    public async Task Lanes_are_shared_by_the_nodes_that_have_a_line_and_those_of_one_that_stopped_are_to_be_had()
    {
        await using var line = await Database.OpenLineAsync(Cancel);
        await using var other = Fixture.OpenAgain();
        await using var visitor = Database.Create(Fixture.Options! with { IsNode = false });
        await new SlotStore(visitor, new EventLog(visitor)).LookAsync(Cancel);
        var next = new SlotStore(other, new EventLog(other));
        var before = await next.LookAsync(Cancel);
        var leases = await AcquireAllAsync(Store);
        await using var itsLine = await other.OpenLineAsync(Cancel);

        var shared = await next.LookAsync(Cancel);
        await Store.ReleaseAsync(leases[8..], Cancel);
        var given = await next.LookAsync(Cancel);
        await line!.DisposeAsync();
        var left = await next.LookAsync(Cancel);
        // The server notices in its own time that a client has gone.
        while (left.Share == 8) left = await next.LookAsync(Cancel);

        Assert.Equal(((16, 16), (8, 0), (8, 8), (16, 8)), (before, shared, given, left));
    }

    [Fact]
    public async Task A_silent_node_is_relieved_and_one_that_beats_keeps_its_lanes()
    {
        await using var frozen = Fixture.OpenAgain();
        await using var living = Fixture.OpenAgain();
        await using var beat = await living.OpenLineAsync(Cancel);
        var lost = await new SlotStore(frozen, new EventLog(frozen)).AcquireAsync(Lease, 8, [], Cancel);
        await new SlotStore(living, new EventLog(living)).AcquireAsync(Lease, 8, [], Cancel);

        List<LaneLease> taken;
        do
        {
            await beat!.BeatAsync(Cancel);
            taken = await AcquireAllAsync(Store);
        }
        while (taken.Count == 0);

        Assert.Equal(lost.Select(lease => (lease.Lane, lease.Epoch + 1)), taken.Select(lease => (lease.Lane, lease.Epoch)).Order());
        var held = lost;
        Assert.Null(await WhenAwakeAsync(async () => held = await new SlotStore(frozen, new EventLog(frozen)).RenewAsync(lost, Lease, Cancel)));
        Assert.Empty(held);
    }

    [Fact]
    public async Task What_a_node_calls_is_heard_by_the_others_and_not_by_itself()
    {
        await using var other = Fixture.OpenAgain();
        await using var line = await Database.OpenLineAsync(Cancel);
        await using var itsLine = await other.OpenLineAsync(Cancel);

        await Database.CallAsync(NodeCall.Sends, Cancel);
        await Database.CallAsync(NodeCall.Lanes, Cancel);
        var heard = new HashSet<NodeCall>();
        while (heard.Count < 2) heard.UnionWith(await itsLine!.HearAsync(TimeSpan.FromSeconds(10), Cancel));

        Assert.Equal([NodeCall.Sends, NodeCall.Lanes], heard.Order());
        Assert.Equal(2, await line!.BeatAsync(Cancel));
    }

    [Fact]
    public async Task An_owner_frozen_within_its_commit_is_ended_by_who_takes_over()
    {
        await AcquireAllAsync(Store);
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, "update lanes set expires_at = 0", [], ct), Cancel);
        await using var frozen = await Database.OpenAsync(Cancel);
        await using var open = await frozen.BeginTransactionAsync(Cancel);
        await frozen.ExecuteAsync(open, "update lanes set xid = 1", [], Cancel);
        await using var other = Fixture.OpenAgain();

        var taken = await AcquireAllAsync(new SlotStore(other, new EventLog(other)));

        Assert.Equal(16, taken.Count);
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => open.CommitAsync(Cancel));
    }

    [Fact]
    public async Task After_a_restore_into_another_cluster_nothing_is_lost_and_nothing_read_twice()
    {
        var before = await AcquireAllAsync(Store);
        await Log.AppendAsync([Event("read before")], Cancel);
        await Store.CommitAsync(Commit(await ReadAsync(before, Noon)), Cancel);
        await Log.AppendAsync([Event("unread 1"), Event("unread 2")], Cancel);
        // A cluster that counted far higher: what it wrote seems to lie in this one's future.
        await Database.WriteAsync(async (c, t, ct) =>
        {
            await c.ExecuteAsync(t, "update events set xid = xid + 1000000000", [], ct);
            await c.ExecuteAsync(t, "update lanes set xid = xid + 1000000000 where event_id > 0", [], ct);
            await c.ExecuteAsync(t, "update settings set value = 'another' where name = 'system_identifier'", [], ct);
        }, Cancel);

        await Database.MigrateAsync(Cancel);
        await Log.AppendAsync([Event("written here")], Cancel);
        var taken = await AcquireAllAsync(Store);
        var work = await ReadAsync(taken, Noon);

        Assert.Equal(["unread 1", "unread 2", "written here"], work.Events.Select(e => e.Event.Name));
        await Store.CommitAsync(Commit(work), Cancel);
        Assert.True((await ReadAsync(taken, Noon)).IsEmpty);
        Assert.Empty(await Store.RenewAsync(before, Lease, Cancel));
    }

    [Fact]
    public async Task A_state_whose_moment_stays_is_updated_within_its_page()
    {
        var leases = await AcquireAllAsync(Store);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon), [.. Enumerable.Range(1, 50).Select(id => State(id, Noon.AddDays(1)))]), Cancel);
        await Store.CommitAsync(Commit(await ReadAsync(leases, Noon), State(1, Noon.AddDays(1), rev: 1), State(2, Noon.AddDays(1), rev: 1)), Cancel);

        // Whichever session wrote, it reports what it did.
        var sessions = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Database.OpenForBatchesAsync(Cancel)));
        foreach (var session in sessions)
        {
            await session.ExecuteAsync(null, "select pg_stat_force_next_flush()", [], Cancel);
            await session.DisposeAsync();
        }

        await using var connection = await Database.OpenAsync(Cancel);
        var hot = await connection.ScalarAsync<long>(null, "select n_tup_hot_upd from pg_stat_user_tables where relname = 'states'", [], Cancel);
        Assert.Equal(2, hot);
    }
}
