using Nurture.Sends;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public sealed class OutboxMigrationTests
{
    private const string Former = "20261122000050_LogInParts";

    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(1);

    private static DateTimeOffset Noon => SendStoreRows.Noon;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_was_on_its_way_goes_on_after_the_migration(bool isPostgres)
    {
        await using DatabaseFixture fixture = isPostgres ? new PostgresFixture { UpTo = Former } : new SqliteFixture { UpTo = Former };
        await fixture.InitializeAsync();
        var database = fixture.Database;
        var planned = await FormerAsync(database, SendState.Planned, null, 3);
        var orphaned = await FormerAsync(database, SendState.Claimed, -1, 1);
        var handed = await FormerAsync(database, SendState.Handed, 60_000, 4);
        var sent = await FormerAsync(database, SendState.Sent, null, 1);
        var failed = await FormerAsync(database, SendState.Failed, null, 1);

        await database.MigrateAsync(Cancel);

        var (store, rows) = (new SendStore(database), new SendStoreRows(database));
        Assert.Equal([SendState.Planned, SendState.Claimed, SendState.Handed, SendState.Sent, SendState.Failed], await StatesAsync(planned, orphaned, handed, sent, failed));
        Assert.Equal((1, 0), await store.RecoverAsync(Noon, 10, Cancel));
        var claim = await store.ClaimAsync("two", 10, Lease, Noon, null, null, Cancel);
        Assert.Equal(new[] { planned, orphaned }.Order(), claim.Sends.Select(send => send.Id).Order());
        Assert.Equal(4, claim.Sends.Single(send => send.Id == planned).Epoch);
        await store.WriteAsync([], [new Completion(Held(claim.Sends[0], handed, 3), new Attempt.Accepted("ok"))], Lease, Noon, Cancel);
        Assert.Equal(SendState.Handed, (await rows.LookAsync(handed)).State);
        await store.WriteAsync([], [new Completion(Held(claim.Sends[0], handed, 4), new Attempt.Accepted("ok"))], Lease, Noon, Cancel);
        Assert.Equal((SendState.Sent, $"{handed:N}@example.com"), (await rows.LookAsync(handed)) is var look ? (look.State, look.MessageId) : default);
        Assert.Equal([failed], (await store.ListAsync(new(null, null, SendState.Failed, null, null, 10), Cancel)).Items.Select(send => send.Id));

        async Task<List<SendState>> StatesAsync(params Guid[] ids)
        {
            var states = new List<SendState>();
            foreach (var id in ids) states.Add((await rows.LookAsync(id)).State);
            return states;
        }
    }

    private static ClaimedSend Held(ClaimedSend like, Guid id, long epoch) => like with { Id = id, Owner = "one", Epoch = epoch };

    private static async Task<Guid> FormerAsync(Database database, SendState state, long? leftOfLease, long epoch)
    {
        var id = Guid.CreateVersion7();
        await database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction,
            $"""
             insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address, address_hash, class, template, template_hash,
                 locale, inputs, seed, state, is_counted, planned_at, not_before, expires_at, owner, epoch, lease_until, handed_at, message_id, correlation, cause_id)
             values (5, @id, 1, 1, 9, 'trial', 1, 'welcome', 0, 1, 'a@example.com', @hash, 1, 'welcome', 'h', 'en', @hash, 7, @state, 1, @noon, @noon, @expires,
                 @owner, @epoch, {database.NowSql} + @left, @handed, @message, 'cor', 0)
             """,
            [
                ("id", id), ("hash", new byte[] { 1 }), ("state", state), ("noon", Noon), ("expires", Noon.AddDays(7)), ("epoch", epoch),
                ("owner", state is SendState.Planned ? null : "one"), ("left", leftOfLease ?? 0),
                ("handed", state is SendState.Handed or SendState.Sent ? Noon : null), ("message", state is SendState.Handed or SendState.Sent ? $"{id:N}@example.com" : null),
            ], cancel), Cancel);
        return id;
    }
}
