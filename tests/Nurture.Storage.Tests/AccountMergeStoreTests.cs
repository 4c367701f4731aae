using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public abstract class AccountMergeStoreTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private EventLog Log => new(Database);

    private AccountStore Accounts => new(Database);

    private Task<RefusedMerge?> MergeAsync(long from, long into) => new AccountMergeStore(Database, Log).MergeAsync(from, into, new("key:test", "account.merged", $"account:{from}"), Noon, "cor", Cancel);

    /// <summary>As intake makes it, by what it is called.</summary>
    private async Task<AccountView> AccountAsync(string name)
    {
        var group = new IntakeItem.Grouped(name, new Dictionary<string, AttributeValue>(), []) { OccurredAt = Noon };
        await new IntakeStore(Database, Log).WriteAsync([new(1, "default", ConsentBasis.None, new IntakeBatch([group], []), Noon, "c")], Cancel);
        return Assert.Single((await Accounts.ListAsync(name, null, 10, Cancel)).Items);
    }

    [Fact]
    public async Task What_names_a_former_account_means_the_one_that_it_is_in_the_end()
    {
        var (a, b, c) = (await AccountAsync("chain-a"), await AccountAsync("chain-b"), await AccountAsync("chain-c"));

        Assert.Null(await MergeAsync(a.Id, b.Id));
        Assert.Null(await MergeAsync(b.Id, c.Id));

        Assert.Equal([c.Id, c.Id], (await Accounts.FindAsync([a.Id, b.Id], Cancel)).Select(account => account.MergedInto ?? 0));
        foreach (var name in new[] { "chain-a", "chain-b", "chain-c" }) Assert.Equal(c.Id, (await AccountAsync(name)).Id);
        var told = await new RequestStore(Database, Log).TellAsync(SubjectRef.Account(a.Id), account => new Signal.HoldReleased(account.Id, "x", Noon), new("key:test", "x", "x"), Noon, "cor", Cancel);
        Assert.Equal(SubjectRef.Account(c.Id), told);
        Assert.DoesNotContain((await Accounts.ListAsync(null, 0, 1000, Cancel)).Items, account => account.Id == a.Id || account.Id == b.Id);
        Assert.DoesNotContain(await new WalkStore(Database, Log).NextAsync(SubjectKind.Account, 0, 1000, Cancel), stop => stop.Id == a.Id || stop.Id == b.Id);
    }

    [Fact]
    public async Task The_slot_of_the_account_that_goes_is_told_in_the_transaction_that_records_it()
    {
        var (a, b) = (await AccountAsync("told-a"), await AccountAsync("told-b"));

        await MergeAsync(a.Id, b.Id);

        var last = (await Log.LatestAsync(long.MaxValue, 1, Cancel))[0];
        Assert.Equal(new Signal.AccountMergedInto(a.Id, b.Id, b.Slot, Noon), SignalCodec.Read(last));
        Assert.Equal((a.Slot, "cor"), (last.Slot, last.Correlation));
        Assert.Equal(("key:test", $"account:{a.Id}"), ((await new AuditStore(Database).ListAsync(null, 1, Cancel)).Items[0] is var act ? (act.Actor, act.Target) : default));
    }

    [Fact]
    public async Task A_refused_merge_changes_nothing_and_names_whose_fault_it_is()
    {
        var (a, b, c) = (await AccountAsync("refused-a"), await AccountAsync("refused-b"), await AccountAsync("refused-c"));
        await MergeAsync(a.Id, b.Id);
        await Database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            "insert into parked (slot, kind, subject_id, at, error, event_ids) values (@slot, 2, @id, 0, 'x', '')", [("slot", c.Slot), ("id", c.Id)], ct), Cancel);
        var before = (await Log.LatestAsync(long.MaxValue, 1, Cancel))[0].Id;

        Assert.Equal(new RefusedMerge(MergeRefusal.AlreadyMerged, a.Id, b.Id), await MergeAsync(a.Id, c.Id));
        Assert.Equal(new RefusedMerge(MergeRefusal.AlreadyMerged, a.Id, b.Id), await MergeAsync(b.Id, a.Id));
        Assert.Equal(new RefusedMerge(MergeRefusal.Parked, c.Id), await MergeAsync(b.Id, c.Id));
        Assert.Equal(new RefusedMerge(MergeRefusal.Same, b.Id), await MergeAsync(b.Id, b.Id));
        Assert.Equal(new RefusedMerge(MergeRefusal.Unknown, long.MaxValue), await MergeAsync(b.Id, long.MaxValue));

        Assert.Equal(before, (await Log.LatestAsync(long.MaxValue, 1, Cancel))[0].Id);
        Assert.Null((await Accounts.FindAsync(b.Id, Cancel))!.MergedInto);
    }

    [Fact]
    public async Task The_history_of_an_account_holds_that_of_those_that_merged_into_it()
    {
        var (a, b) = (await AccountAsync("past-a"), await AccountAsync("past-b"));
        await Log.AppendAsync([Event(a.Id, 1), Event(b.Id, 2), Event(a.Id, 3)], Cancel);

        await MergeAsync(a.Id, b.Id);

        Assert.Equal([1, 2, 3], (await Log.HistoryAsync(SubjectRef.Account(b.Id), ["used"], Noon, 10, Cancel)).Select(row => (row.OccurredAt - Noon).TotalMinutes));
    }

    private static StoredEvent Event(long account, int minute) => new()
    {
        Slot = Contacts.Slots.OfAccount(account), Kind = SignalKind.Occurred, AccountId = account, Name = "used", OccurredAt = Noon.AddMinutes(minute), ReceivedAt = Noon, Payload = Encoding.UTF8.GetBytes("\0{}"),
    };
}

public sealed class AccountMergesOnSqlite(SqliteFixture fixture) : AccountMergeStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class AccountMergesOnPostgres(PostgresFixture fixture) : AccountMergeStoreTests(fixture), IClassFixture<PostgresFixture>;
