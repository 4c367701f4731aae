using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>Places at a throttled send: never more in a window than the pace says, whoever gives them.</summary>
public abstract class ThrottleStoreTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly Pace FiveAnHour = Pace.Parse("5/h")!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private ThrottleStore Store => new(Database, new EventLog(Database));

    [Rule(31)]
    [Fact]
    public async Task Of_many_nodes_that_give_places_at_once_none_gives_one_too_many_and_each_in_line_gets_one()
    {
        const int waiting = 23;
        for (var i = 0; i < waiting; i++) await WaitAsync("crowd", i);

        var given = new List<int>();
        for (var hour = 0; hour < 6; hour++)
        {
            // Clocks of nodes differ by a little.
            var turns = await Task.WhenAll(Enumerable.Range(0, 8).Select(node =>
                Task.Run(() => Store.AdmitAsync("crowd", "tip", FiveAnHour, 500, Noon + TimeSpan.FromMinutes(70 * hour) + TimeSpan.FromMilliseconds(40 * node), Cancel), Cancel)));
            given.Add(turns.Sum());
        }

        Assert.Equal([5, 5, 5, 5, 3, 0], given);
        Assert.Equal(waiting, await Database.WriteAsync((c, t, ct) => c.ScalarAsync<long>(t,
            "select count(distinct e.contact_id) from events e join throttle_line l on l.subject_id = e.contact_id where l.scenario = 'crowd' and e.kind = @kind", [("kind", (short)SignalKind.Admitted)], ct), Cancel));
        Assert.Empty(await Store.WaitingAsync(Noon, "crowd", Cancel));
    }

    [Fact]
    public async Task Who_has_left_the_step_takes_nobodys_place()
    {
        for (var i = 0; i < 10; i++) await WaitAsync("left", i);
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, "delete from positions where scenario = 'left' and enrollment_id % 2 = 0", [], ct), Cancel);

        Assert.Equal(5, await Store.AdmitAsync("left", "tip", FiveAnHour, 500, Noon, Cancel));
        Assert.Empty(await Store.WaitingAsync(Noon, "left", Cancel));
    }

    [Rule(31)]
    [Fact]
    public async Task Who_waits_to_enter_is_let_in_by_the_order_of_coming_whichever_node_gives_the_turns()
    {
        var spread = TimeSpan.FromHours(4);
        // Slots commit when they do: who came first may be written last.
        for (var i = 15; i >= 0; i--) await WaitAsync("entering", i, "", Noon.AddSeconds(i));

        var given = new List<int>();
        for (var hour = 0; hour < 5; hour++)
        {
            var turns = await Task.WhenAll(Enumerable.Range(0, 4).Select(node =>
                Task.Run(() => Store.LetInAsync("entering", spread, null, Utc, 500, Noon.AddMinutes((60 * hour) + 1), Cancel), Cancel)));
            given.Add(turns.Sum());
        }

        Assert.Equal([1, 4, 4, 4, 3], given);
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (long)i), await Database.WriteAsync((c, t, ct) => c.QueryAsync(t,
            "select l.enrollment_id from events e join throttle_line l on l.subject_id = e.contact_id where l.scenario = 'entering' and e.kind = @kind order by e.id",
            [("kind", (short)SignalKind.Admitted)], reader => reader.GetInt64(0) - 8000, ct), Cancel));
        Assert.Empty(await Store.EnteringAsync(Noon, "entering", Cancel));
    }

    private static LocalClock Utc => new(NodaTime.DateTimeZone.Utc, Nurture.Sends.BusinessCalendar.Standard);

    /// <summary>Somebody new stands at the step, and in line.</summary>
    private Task WaitAsync(string scenario, int n, string step = "tip", DateTimeOffset cameAt = default) => Database.WriteAsync(async (c, t, ct) =>
    {
        var enrollment = (scenario.Length * 1000) + n;
        var contact = await c.ScalarAsync<long>(t,
            "insert into contacts (slot, namespace, email, created_at, updated_at) values (5, 'default', @email, 0, 0) returning id", [("email", $"{scenario}{n}@example.com")], ct);
        (string, object?)[] who = [("scenario", scenario), ("contact", contact), ("enrollment", (long)enrollment), ("until", Noon.AddDays(30)), ("step", step), ("came", cameAt)];
        await c.ExecuteAsync(t,
            "insert into positions (slot, enrollment_id, kind, subject_id, scenario, version, step, since, entered_at) values (5, @enrollment, 1, @contact, @scenario, 1, 'tip', 0, 0)", who[..3], ct);
        return await c.ExecuteAsync(t,
            "insert into throttle_line (scenario, step, version, kind, subject_id, enrollment_id, occurrence, open_until, asked_at, came_at) values (@scenario, @step, 1, 1, @contact, @enrollment, 0, @until, 0, @came)", who, ct);
    }, Cancel);
}

public sealed class ThrottleStoreOnSqlite(SqliteFixture fixture) : ThrottleStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class ThrottleStoreOnPostgres(PostgresFixture fixture) : ThrottleStoreTests(fixture), IClassFixture<PostgresFixture>;
