using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public abstract class DoctorTests(DatabaseFixture fixture)
{
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(5);

    private Database Database => fixture.Database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_holds_which_lanes_is_said_and_what_nobody_holds_is_warned_of()
    {
        var slots = new SlotStore(Database, new EventLog(Database));
        var all = await slots.AcquireAsync(Lease, Database.Lanes, [], Cancel);
        var held = await FindAsync("leases");
        await ExecuteAsync("update lanes set expires_at = 1 where lane = 0");
        var expired = await FindAsync("leases");
        await slots.ReleaseAsync(all, Cancel);
        var free = await FindAsync("leases");

        Assert.Equal((FindingLevel.Good, $"{Database.Node} holds {(Database.IsPostgres ? "lanes 0–15" : "lane 0")}"), (held.Level, held.Detail));
        Assert.Equal(FindingLevel.Warning, expired.Level);
        Assert.Contains($"lane 0 was {Database.Node}'s until", expired.Detail, StringComparison.Ordinal);
        Assert.Equal(FindingLevel.Warning, free.Level);
        Assert.Contains("nobody holds lane", free.Detail, StringComparison.Ordinal);
        Assert.EndsWith("Start the server", free.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Events_that_wait_are_told_with_the_age_of_the_oldest()
    {
        await AppendAsync(DateTimeOffset.UtcNow);
        var fresh = await FindAsync("lag");
        await AppendAsync(DateTimeOffset.UtcNow - TimeSpan.FromHours(3));
        // Another test of the class may stand before it in the log; the order of reading is what counts.
        await ExecuteAsync("update events set received_at = (select min(received_at) from events)");
        var old = await FindAsync("lag");

        Assert.Equal(FindingLevel.Good, fresh.Level);
        Assert.Equal(FindingLevel.Bad, old.Level);
        Assert.Contains("events wait to be read by the slots, the oldest for 3 h", old.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subject_that_nobody_wakes_is_told_with_its_moment()
    {
        var moment = DateTimeOffset.UtcNow.AddHours(-1).ToMilliseconds();
        await ExecuteAsync($"insert into states (slot, kind, subject_id, lane, rev, due_at, doc) values (1, 1, 1, 0, 1, {moment}, {(Database.IsPostgres ? "'\\x00'" : "x'00'")})");

        var found = await FindAsync("due");

        Assert.Equal(FindingLevel.Bad, found.Level);
        Assert.Contains("60 min. Is the server running?", found.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_partitions_are_told()
    {
        if (!Database.IsPostgres) return;
        var store = new IntakeStore(Database, new EventLog(Database));
        await store.TurnDaysAsync(DateTimeOffset.UtcNow.AddDays(-30), Cancel);
        var before = await FindAsync("partitions");
        await store.TurnDaysAsync(DateTimeOffset.UtcNow, Cancel);
        await new EventParts(Database).TurnAsync(Cancel);
        var turned = await FindAsync("partitions");

        Assert.Equal(FindingLevel.Warning, before.Level);
        Assert.Contains($"ids of messages end on {DateTimeOffset.UtcNow.AddDays(-22):yyyy-MM-dd}", before.Detail, StringComparison.Ordinal);
        Assert.Equal(FindingLevel.Good, turned.Level);
        Assert.Matches("made up to [0-9-]{10} for ids of messages, for [0-9]{7} more events", turned.Detail);
    }

    [Fact]
    public async Task The_space_that_is_taken_is_told()
    {
        var found = await FindAsync("space");

        Assert.StartsWith("the database takes ", found.Detail, StringComparison.Ordinal);
        Assert.Contains(Database.IsPostgres ? "only its machine knows" : "of its disk are free", found.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_clock_that_is_off_is_warned_of()
    {
        var findings = await new Doctor(Database, new Ahead(TimeSpan.FromSeconds(10))).ExamineAsync(Cancel);

        Assert.Contains(findings, finding => finding is { Name: "clock", Level: FindingLevel.Warning, Detail: "the database's clock and this machine's differ by 10.0 s; both should follow NTP" });
    }

    [Fact]
    public async Task An_old_open_transaction_is_named_with_what_would_end_it()
    {
        Assert.SkipUnless(Database.IsPostgres, "SQLite has one writer, which waits for nobody.");
        await using var other = await Database.OpenAsync(Cancel);
        await using var transaction = await other.BeginTransactionAsync(Cancel);
        await other.ExecuteAsync(transaction, "select pg_current_xact_id()", [], Cancel);

        var young = await FindAsync("open transactions");
        var old = (await new Doctor(Database, TimeProvider.System) { OldTransaction = TimeSpan.Zero }.ExamineAsync(Cancel)).Where(finding => finding.Name == "open transactions").ToList();

        Assert.Equal(FindingLevel.Good, young.Level);
        Assert.Contains(old, finding => finding.Level == FindingLevel.Bad && finding.Detail.Contains("pg_terminate_backend", StringComparison.Ordinal));
    }

    private async Task<Finding> FindAsync(string name) => Assert.Single(await new Doctor(Database, TimeProvider.System).ExamineAsync(Cancel), finding => finding.Name == name);

    private Task ExecuteAsync(string sql) => Database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction, sql, [], cancel), Cancel);

    private Task AppendAsync(DateTimeOffset receivedAt) => Database.WriteAsync((connection, transaction, cancel) => new EventLog(Database).AppendAsync(connection, transaction,
        [SignalCodec.Store(new Signal.Left(1, receivedAt), Contacts.Slots.OfContact(1), new StoredAbout(receivedAt))], cancel), Cancel);

    private sealed class Ahead(TimeSpan by) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + by;
    }
}

public sealed class DoctorOnSqlite(SqliteFixture fixture) : DoctorTests(fixture), IClassFixture<SqliteFixture>;

public sealed class DoctorOnPostgres(PostgresFixture fixture) : DoctorTests(fixture), IClassFixture<PostgresFixture>;

public abstract class DoctorOfFreshTests(DatabaseFixture fixture)
{
    [Fact]
    public async Task A_fresh_database_is_in_good_health()
    {
        var findings = await new Doctor(fixture.Database, TimeProvider.System).ExamineAsync(TestContext.Current.CancellationToken);

        Assert.All(findings, finding => Assert.True(finding.Level == FindingLevel.Good, $"{finding}"));
        Assert.Contains(findings, finding => finding.Name == (fixture.Database.IsPostgres ? "fsync" : "synchronous"));
    }
}

public sealed class DoctorOfFreshOnSqlite(SqliteFixture fixture) : DoctorOfFreshTests(fixture), IClassFixture<SqliteFixture>;

public sealed class DoctorOfFreshOnPostgres(PostgresFixture fixture) : DoctorOfFreshTests(fixture), IClassFixture<PostgresFixture>;
