using Microsoft.Data.Sqlite;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;
using static Nurture.Storage.Tests.SendStoreRows;

namespace Nurture.Storage.Tests;

public abstract class RestoreTests(DatabaseFixture fixture) : IAsyncLifetime
{
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private RestoreStore restores = null!;
    private SendStore sends = null!;
    private SendStoreRows rows = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        (restores, sends, rows) = (new RestoreStore(fixture.Database), new SendStore(fixture.Database), new SendStoreRows(fixture.Database));
        await rows.ClearAsync();
        await rows.ExecuteAsync("delete from settings where name in ('restored', 'may_have_left')");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task A_database_that_is_opened_again_where_it_was_is_no_restored_one()
    {
        await fixture.Database.MigrateAsync(Cancel);
        await fixture.Database.MigrateAsync(Cancel);

        Assert.Null(await restores.FindAsync(Cancel));
    }

    [Rule(58)]
    [Fact]
    public async Task A_copy_is_recognized_and_sends_nothing_until_it_is_confirmed_even_when_somebody_starts_sending()
    {
        await rows.PlanAsync();
        await rows.ExecuteAsync($"update settings set value = '{RestoreStore.Nowhere}' where name = 'place'");
        await fixture.Database.MigrateAsync(Cancel);
        await fixture.Database.MigrateAsync(Cancel);

        await sends.StartAsync(Cancel);

        Assert.NotNull(await restores.FindAsync(Cancel));
        Assert.NotNull((await sends.StoppedAsync(Cancel))!.Restored);
        Assert.Empty((await sends.ClaimAsync("one", 10, Lease, Noon, null, null, Cancel)).Sends);
        Assert.True(await restores.ConfirmAsync(null, "me", Cancel));
        Assert.False(await restores.ConfirmAsync(null, "me", Cancel));
        Assert.Single((await sends.ClaimAsync("one", 10, Lease, Noon, null, null, Cancel)).Sends);
    }

    [Fact]
    public async Task What_may_have_left_before_stays_unsent_and_is_told_as_uncertain_but_for_transactional_mails()
    {
        await restores.MarkAsync(Cancel);
        var marketing = await rows.PlanAsync(notBefore: Noon);
        var service = await rows.PlanAsync(sendClass: SendClass.Service, notBefore: Noon.AddHours(-1));
        var transactional = await rows.PlanAsync(sendClass: SendClass.Transactional, notBefore: Noon);
        var later = await rows.PlanAsync(notBefore: Noon.AddMilliseconds(1));
        await restores.ConfirmAsync(Noon, "me", Cancel);

        var claim = await sends.ClaimAsync("one", 10, Lease, Noon.AddMinutes(1), null, null, Cancel);

        Assert.Equal([transactional, later], claim.Sends.Select(send => send.Id));
        Assert.Equal([SendState.Uncertain, SendState.Uncertain], claim.Ends);
        var look = await rows.LookAsync(marketing);
        Assert.Equal((SendState.Uncertain, Reason.Uncertain, "the database was restored from a backup; it may have left before"), (look.State, look.Reason, look.Reply));
        Assert.Equal([(marketing, Reason.Uncertain), (service, Reason.Uncertain)], (await rows.ToldAsync()).OrderBy(told => told.Id == marketing ? 0 : 1));
    }

    [Fact]
    public async Task What_is_planned_now_for_what_happened_then_may_have_left_too()
    {
        await restores.MarkAsync(Cancel);
        await restores.ConfirmAsync(Noon, "me", Cancel);
        var (old, young) = (await AppendAsync(Noon), await AppendAsync(Noon.AddSeconds(1)));
        var again = await rows.PlanAsync(notBefore: Noon.AddMinutes(1));
        var fresh = await rows.PlanAsync(notBefore: Noon.AddMinutes(1));
        await rows.ExecuteAsync("update sends set cause_id = @cause where id = @id", ("cause", old), ("id", again));
        await rows.ExecuteAsync("update sends set cause_id = @cause where id = @id", ("cause", young), ("id", fresh));

        var claim = await sends.ClaimAsync("one", 10, Lease, Noon.AddMinutes(1), null, null, Cancel);

        Assert.Equal([fresh], claim.Sends.Select(send => send.Id));
        Assert.Equal(SendState.Uncertain, (await rows.LookAsync(again)).State);
    }

    private Task<long> AppendAsync(DateTimeOffset at) => fixture.Database.WriteAsync(async (connection, transaction, cancel) =>
    {
        await new EventLog(fixture.Database).AppendAsync(connection, transaction, [SignalCodec.Store(new Signal.Left(1, at), 1, new StoredAbout(at))], cancel);
        return await connection.ScalarAsync<long>(transaction, "select max(id) from events", [], cancel);
    }, Cancel);
}

public sealed class RestoreOnSqlite(SqliteFixture fixture) : RestoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class RestoreOnPostgres(PostgresFixture fixture) : RestoreTests(fixture), IClassFixture<PostgresFixture>;

/// <summary>Copies of the SQLite file, made well and made otherwise.</summary>
public sealed class SqliteBackupTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("nurture-backup-").FullName;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private DatabaseOptions Here => new() { DataDirectory = Path.Combine(folder, "here") };

    private DatabaseOptions There => new() { DataDirectory = Path.Combine(folder, "there") };

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_backup_while_somebody_writes_is_the_database_at_one_moment_and_recognized_where_it_is_opened()
    {
        await using var database = await OpenAsync(Here);
        await FillAsync(database, 20_000);
        using var stop = new CancellationTokenSource();
        var writing = WriteAsync(database, stop.Token);
        var reported = new List<(long Done, long Total)>();

        await new SqliteBackup(Here).RunAsync(Path.Combine(folder, "copy.db"), (done, total) => reported.Add((done, total)), Cancel);
        await stop.CancelAsync();
        var written = await writing;

        Assert.True(reported.Count > 1 && reported[^1].Done == reported[^1].Total && written > 0);
        Directory.CreateDirectory(There.DataDirectory);
        File.Move(Path.Combine(folder, "copy.db"), Path.Combine(There.DataDirectory, "nurture.db"));
        await using var copy = await OpenAsync(There);
        await using var connection = await copy.OpenAsync(Cancel);
        // Both rows of each transaction, or neither.
        Assert.Equal(0, await connection.ScalarAsync<long>(null, "select count(*) from audit where action = 'one' and detail not in (select detail from audit where action = 'two')", [], Cancel));
        Assert.NotNull(await new RestoreStore(copy).FindAsync(Cancel));
        Assert.Null(await new RestoreStore(database).FindAsync(Cancel));
    }

    [Fact]
    public async Task A_backup_overwrites_nothing_and_leaves_nothing_when_it_is_stopped()
    {
        await using var database = await OpenAsync(Here);
        await FillAsync(database, 20_000);
        var (taken, half) = (Path.Combine(folder, "taken.db"), Path.Combine(folder, "half.db"));
        await File.WriteAllTextAsync(taken, "mine", Cancel);
        using var stop = new CancellationTokenSource();

        var refused = await Assert.ThrowsAsync<BackupException>(() => new SqliteBackup(Here).RunAsync(taken, (_, _) => { }, Cancel));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new SqliteBackup(Here).RunAsync(half, (_, _) => stop.Cancel(), stop.Token));

        Assert.Contains("overwrites nothing", refused.Message, StringComparison.Ordinal);
        Assert.Equal("mine", await File.ReadAllTextAsync(taken, Cancel));
        Assert.Empty(Directory.GetFiles(folder, "half*"));
    }

    [Fact]
    public async Task A_file_that_was_carried_elsewhere_or_comes_from_an_earlier_day_is_recognized_and_a_new_one_is_not()
    {
        await (await OpenAsync(Here)).DisposeAsync();
        Directory.CreateDirectory(There.DataDirectory);
        File.Copy(Path.Combine(Here.DataDirectory, "nurture.db"), Path.Combine(There.DataDirectory, "nurture.db"));
        await using (var carried = await OpenAsync(There)) Assert.NotNull(await new RestoreStore(carried).FindAsync(Cancel));

        File.Copy(Path.Combine(Here.DataDirectory, "nurture.db"), Path.Combine(folder, "earlier.db"));
        await (await OpenAsync(Here)).DisposeAsync();
        File.Copy(Path.Combine(folder, "earlier.db"), Path.Combine(Here.DataDirectory, "nurture.db"), overwrite: true);
        await using (var earlier = await OpenAsync(Here)) Assert.NotNull(await new RestoreStore(earlier).FindAsync(Cancel));

        File.Delete(Path.Combine(Here.DataDirectory, "nurture.db"));
        await using var anew = await OpenAsync(Here);
        Assert.Null(await new RestoreStore(anew).FindAsync(Cancel));
    }

    private static async Task<Database> OpenAsync(DatabaseOptions options)
    {
        SqliteConnection.ClearAllPools();
        var database = Database.Create(options);
        await database.MigrateAsync(Cancel);
        return database;
    }

    private static Task FillAsync(Database database, int count) => database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction,
        $"with recursive n (i) as (select 1 union all select i + 1 from n where i < {count}) insert into audit (at, actor, action, target, detail) select 0, 'a', 'fill', printf('%0500d', i), '' from n", [], cancel), Cancel);

    private static async Task<int> WriteAsync(Database database, CancellationToken stop)
    {
        for (var i = 0; ; i++)
        {
            if (stop.IsCancellationRequested) return i;
            var number = i;
            await database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction,
                "insert into audit (at, actor, action, target, detail) values (0, 'a', 'one', '', @n), (0, 'a', 'two', '', @n)", [("n", $"{number}")], cancel), Cancel);
            await Task.Yield();
        }
    }
}
