using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>Which of several subjects who gets: decided once, whichever node does it, and told to each who waits.</summary>
public abstract class SubjectTestStoreTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly SubjectTest Test = new(["a", "b"], 0.2, TimeSpan.FromHours(4));

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private SubjectTestStore Store => new(Database, new EventLog(Database));

    [Fact]
    public async Task Of_many_nodes_one_decides_and_each_who_waits_is_told_once()
    {
        var of = new SubjectTestKey("crowd", 1, "tip");
        for (var i = 0; i < 40; i++) await AskAsync(of, i, i < 4 ? "a" : i < 8 ? "b" : null);

        Assert.Contains(of, await Store.OpenAsync(Noon, Cancel));
        var first = await Task.WhenAll(Enumerable.Range(0, 6).Select(node => Task.Run(() => Store.AnswerAsync(of, Test, 500, Noon.AddMilliseconds(40 * node), Cancel), Cancel)));
        Assert.Equal(8, first.Sum());
        Assert.True(await Store.NextAsync(of, Test, Cancel) >= Noon.AddHours(4));
        Assert.Equal(0, await Store.AnswerAsync(of, Test, 500, Noon.AddHours(3), Cancel));
        for (var i = 0; i < 8; i++) await LeaveAsync(of, i, i < 4 ? "a" : "b", isTested: true, isClicked: i is 1 or 5 or 6);

        var then = await Task.WhenAll(Enumerable.Range(0, 6).Select(node => Task.Run(() => Store.AnswerAsync(of, Test, 500, Noon.AddHours(5).AddMilliseconds(40 * node), Cancel), Cancel)));

        Assert.Equal(32, then.Sum());
        var answers = await AnswersAsync(of);
        Assert.Equal(40, answers.Count);
        Assert.Equal(40, answers.Select(answer => answer.Subject).Distinct().Count());
        Assert.Equal(32, answers.Count(answer => answer is { Arm: "b", Ground: ArmGround.Won }));
        var kept = Assert.Single(await Store.ListAsync("crowd", Cancel));
        Assert.Equal("b", kept.State.Winner);
        Assert.Equal([new("a", 4, 1), new("b", 4, 2)], kept.DecidedBy);
    }

    [Fact]
    public async Task What_is_clicked_later_changes_no_winner_and_who_comes_later_gets_it_at_once()
    {
        var of = new SubjectTestKey("latecomers", 1, "tip");
        for (var i = 0; i < 2; i++) await AskAsync(of, i, i == 0 ? "a" : "b");
        await Store.AnswerAsync(of, Test, 500, Noon, Cancel);
        await LeaveAsync(of, 0, "a", isTested: true, isClicked: true);
        await LeaveAsync(of, 1, "b", isTested: true, isClicked: false);
        await Store.AnswerAsync(of, Test, 500, Noon.AddHours(4), Cancel);
        await LeaveAsync(of, 2, "b", isTested: true, isClicked: true);
        await LeaveAsync(of, 3, "a", isTested: false, isClicked: true);

        await AskAsync(of, 4, "b");
        Assert.Equal(1, await Store.AnswerAsync(of, Test, 500, Noon.AddHours(6), Cancel));

        Assert.Equal(("a", ArmGround.Won), (await AnswersAsync(of)).Select(answer => (answer.Arm, answer.Ground)).Last());
        Assert.Equal([(1L, 1L, 1L, 1L), (2L, 1L, 0L, 0L)], (await Store.FiguresAsync(of, Cancel)).Select(figures => (figures.Tested.Left, figures.Tested.Clicked, figures.Others.Left, figures.Others.Clicked)));
    }

    [Fact]
    public async Task While_a_subject_has_not_left_nothing_is_decided_and_who_waited_long_enough_gets_the_first()
    {
        var of = new SubjectTestKey("half", 3, "tip");
        await AskAsync(of, 0, "b");
        await AskAsync(of, 1, null);
        await Store.AnswerAsync(of, Test, 500, Noon, Cancel);
        await LeaveAsync(of, 0, "b", isTested: true, isClicked: true);

        Assert.Equal(Noon.AddHours(4), await Store.NextAsync(of, Test, Cancel));
        Assert.Equal(1, await Store.AnswerAsync(of, Test, 500, Noon.AddHours(4), Cancel));

        Assert.Equal(("a", ArmGround.First), (await AnswersAsync(of)).Select(answer => (answer.Arm, answer.Ground)).Last());
        Assert.Null(Assert.Single(await Store.ListAsync("half", Cancel)).State.Winner);
        // Nobody waits: nothing is due until somebody does.
        Assert.Null(await Store.NextAsync(of, Test, Cancel));
    }

    [Fact]
    public async Task Who_asks_again_has_waited_since_the_first_time()
    {
        var of = new SubjectTestKey("asks-twice-x", 1, "tip");
        await AskAsync(of, 0, null);
        await AskAsync(of, 0, null, Noon.AddHours(3));

        Assert.Equal(Noon.AddHours(4), await Store.NextAsync(of, Test, Cancel));
        Assert.Equal(0, await Store.AnswerAsync(of, Test, 500, Noon.AddHours(3), Cancel));
        Assert.Equal(1, await Store.AnswerAsync(of, Test, 500, Noon.AddHours(4), Cancel));
    }

    private Task AskAsync(SubjectTestKey of, int n, string? arm, DateTimeOffset? at = null) => Database.WriteAsync(async (c, t, ct) =>
    {
        var commit = new SlotCommit { RecordedAt = at ?? Noon };
        commit.ArmsAsked.Add(new(SubjectRef.Contact(await PersonAsync(of, n)), (of.Scenario.Length * 1000) + n, of.Scenario, of.Version, of.Step, 0, arm));
        await SubjectTestStore.AskAsync(Database, c, t, commit, ct);
        return 0;

        async Task<long> PersonAsync(SubjectTestKey of, int n)
        {
            (string, object?)[] who = [("email", $"{of.Scenario}{n}@example.com")];
            return await c.FirstAsync(t, "select id from contacts where email = @email", who, reader => (long?)reader.GetInt64(0), ct)
                ?? await c.ScalarAsync<long>(t, "insert into contacts (slot, namespace, email, created_at, updated_at) values (5, 'default', @email, 0, 0) returning id", who, ct);
        }
    }, Cancel);

    private Task<int> LeaveAsync(SubjectTestKey of, int n, string arm, bool isTested, bool isClicked) => Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t,
        """
        insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address_hash, class, template, documents, locale, inputs, seed, state, is_counted,
            planned_at, not_before, expires_at, correlation, cause_id, arm, is_tested, clicked_at)
        values (5, @id, 1, @n, @n, @scenario, @version, @step, 0, -1, @hash, 1, 'tip', '', 'en', @hash, 0, 4, 1, 0, 0, 0, '', 0, @arm, @tested, @clicked)
        """,
        [("id", Guid.NewGuid()), ("n", (long)n), ("scenario", of.Scenario), ("version", of.Version), ("step", of.Step), ("hash", Array.Empty<byte>()), ("arm", arm), ("tested", isTested ? (short)1 : null), ("clicked", isClicked ? Noon : null)], ct), Cancel);

    private async Task<IReadOnlyList<Signal.ArmAnswered>> AnswersAsync(SubjectTestKey of)
    {
        await using var connection = await Database.OpenAsync(Cancel);
        var ids = await connection.QueryAsync(null, "select id from events where kind = @kind order by id", [("kind", (short)SignalKind.ArmAnswered)], reader => reader.GetInt64(0), Cancel);
        var from = of.Scenario.Length * 1000;
        return [.. (await new EventLog(Database).ReadAsync(ids, Cancel)).Select(SignalCodec.Read).OfType<Signal.ArmAnswered>().Where(answer => answer.EnrollmentId >= from && answer.EnrollmentId < from + 1000)];
    }
}

public sealed class SubjectTestStoreOnSqlite(SqliteFixture fixture) : SubjectTestStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class SubjectTestStoreOnPostgres(PostgresFixture fixture) : SubjectTestStoreTests(fixture), IClassFixture<PostgresFixture>;
