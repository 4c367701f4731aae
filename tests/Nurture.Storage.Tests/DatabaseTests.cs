using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public abstract class DatabaseTests(DatabaseFixture fixture)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_statement_inserts_all_rows_of_every_type_in_their_order()
    {
        var database = fixture.Database;
        var id = Guid.Parse("00112233-4455-6677-8899-aabbccddeeff");
        (short S, int I, long L, string? T, byte[]? B, long? N)[] items =
        [
            (1, 2, 3, "あ", [1, 2], null),
            (4, 5, 6, null, null, 7),
        ];

        var read = await database.WriteAsync(async (connection, transaction, cancel) =>
        {
            await connection.ExecuteAsync(transaction,
                $"create table kinds (s smallint, i int, l bigint, t text, b {(database.IsPostgres ? "bytea" : "blob")}, nul bigint, u {(database.IsPostgres ? "uuid" : "blob")}, extra text)", [], cancel);
            var rows = Rows.Of(items).Short("s", x => x.S).Int("i", x => x.I).Long("l", x => x.L).Text("t", x => x.T)
                .Bytes("b", x => x.B).Long("nul", x => x.N).Uuid("u", _ => id).Scalar("extra", "same");
            var inserted = await database.BulkAsync(connection, transaction, rows,
                "insert into kinds select r.s, r.i, r.l, r.t, r.b, r.nul, r.u, @extra from rows r where true order by r.n", cancel);
            Assert.Equal(2, inserted);
            return await connection.QueryAsync(transaction, "select s, i, l, t, b, nul, u, extra from kinds order by s", [], r =>
                (r.GetInt16(0), r.GetInt32(1), r.GetInt64(2), r.TextOrNull(3), r.BytesOrNull(4), r.LongOrNull(5), r.Uuid(6), r.GetString(7)), cancel);
        }, Cancel);

        Assert.Equal((1, 2L, "あ", null, id, "same"), (read[0].Item1, (long)read[0].Item2, read[0].Item4, read[0].Item6, read[0].Item7, read[0].Item8));
        Assert.Equal([1, 2], read[0].Item5);
        Assert.Equal((4, null, null, 7L), (read[1].Item1, read[1].Item4, read[1].Item5, read[1].Item6));
    }

    [Fact]
    public async Task Rows_can_be_updated_and_deleted_by_the_same_text_on_both()
    {
        var database = fixture.Database;

        var left = await database.WriteAsync(async (connection, transaction, cancel) =>
        {
            var keys = Enumerable.Range(1, 5).Select(n => (Day: 90_000, Hash: (long)n)).ToList();
            var rows = Rows.Of(keys).Int("day", k => k.Day).Long("hash", k => k.Hash);
            await database.BulkAsync(connection, transaction, rows, "insert into dedupe select r.day, 1, r.hash, 0 from rows r where true on conflict do nothing", cancel);
            var again = await database.BulkAsync(connection, transaction, rows, "insert into dedupe select r.day, 1, r.hash, 0 from rows r where true on conflict do nothing", cancel);
            var updated = await database.BulkAsync(connection, transaction, rows, "update dedupe set h2 = 9 from rows r where dedupe.day = r.day and dedupe.source_id = 1 and dedupe.h1 = r.hash", cancel);
            var some = Rows.Of(keys.Take(2).ToList()).Int("day", k => k.Day).Long("hash", k => k.Hash);
            var deleted = await database.BulkAsync(connection, transaction, some, "delete from dedupe where (day, source_id, h1) in (select r.day, 1, r.hash from rows r)", cancel);
            Assert.Equal((0, 5, 2), (again, updated, deleted));
            return await connection.ScalarAsync<long>(transaction, "select count(*) from dedupe where day = 90000 and h2 = 9", [], cancel);
        }, Cancel);

        Assert.Equal(3, left);
    }

    [Fact]
    public async Task Work_that_fails_leaves_nothing()
    {
        var database = fixture.Database;

        await Assert.ThrowsAsync<InvalidOperationException>(() => database.WriteAsync(async (connection, transaction, cancel) =>
        {
            await connection.ExecuteAsync(transaction, "insert into settings (name, value) values ('half', 'done')", [], cancel);
            throw new InvalidOperationException("half way");
        }, Cancel));

        await using var connection = await database.OpenAsync(Cancel);
        Assert.Equal(0, await connection.ScalarAsync<long>(null, "select count(*) from settings where name = 'half'", [], Cancel));
    }

    [Fact]
    public async Task Many_writers_at_once_all_get_their_turn()
    {
        var database = fixture.Database;
        await database.WriteAsync((c, t, cancel) => c.ExecuteAsync(t, "insert into settings (name, value) values ('turns', '0')", [], cancel), Cancel);

        await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => Task.Run(() => database.WriteAsync((c, t, cancel) =>
            c.ExecuteAsync(t, "update settings set value = cast(cast(value as int) + 1 as text) where name = 'turns'", [], cancel), Cancel), Cancel)));

        await using var connection = await database.OpenAsync(Cancel);
        Assert.Equal("40", await connection.ScalarAsync<string>(null, "select value from settings where name = 'turns'", [], Cancel));
    }

    [Fact]
    public async Task Several_processes_may_migrate_at_once_and_again()
    {
        await Task.WhenAll(Enumerable.Range(0, 3).Select(async _ =>
        {
            await using var again = fixture.OpenAgain();
            await again.MigrateAsync(Cancel);
        }));

        await using var connection = await fixture.Database.OpenAsync(Cancel);
        Assert.Equal(fixture.Database.Lanes, await connection.ScalarAsync<long>(null, "select count(*) from lanes", [], Cancel));
    }

    [Fact]
    public async Task Its_clock_is_the_machines_within_a_minute()
    {
        await using var connection = await fixture.Database.OpenAsync(Cancel);

        var now = await connection.ScalarAsync<long>(null, $"select {fixture.Database.NowSql}", [], Cancel);

        Assert.InRange(now - DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), -60_000, 60_000);
    }

    [Fact]
    public void Every_slot_has_a_lane_and_every_lane_has_slots()
    {
        var database = fixture.Database;

        var lanes = Enumerable.Range(0, 4096).Select(slot => database.LaneOf((short)slot)).ToList();

        Assert.Equal(Enumerable.Range(0, database.Lanes).Select(lane => (short)lane), lanes.Distinct());
        Assert.True(lanes.SequenceEqual(lanes.Order()));
    }
}

public sealed class DatabaseOnSqlite(SqliteFixture fixture) : DatabaseTests(fixture), IClassFixture<SqliteFixture>
{
    [Fact]
    public void A_second_process_on_the_same_file_is_refused_by_name()
    {
        _ = fixture.Database;

        var refused = Assert.Throws<DatabaseUnavailableException>(() => Database.Create(fixture.Options!));

        Assert.Contains($"in use by process {Environment.ProcessId}", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_process_killed_while_migrating_stops_nobody()
    {
        var cancel = TestContext.Current.CancellationToken;
        await fixture.Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t,
            """
            create table if not exists "__EFMigrationsLock" ("Id" integer primary key, "Timestamp" text not null);
            insert into "__EFMigrationsLock" values (1, '2026-01-01')
            """, [], ct), cancel);

        await fixture.Database.MigrateAsync(cancel);
    }
}

public sealed class DatabaseOnPostgres(PostgresFixture fixture) : DatabaseTests(fixture), IClassFixture<PostgresFixture>;
