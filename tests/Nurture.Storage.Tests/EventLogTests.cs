using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public abstract class EventLogTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private static StoredEvent Event(string name, long contact, long account = 0, int minute = 0) => new()
    {
        Slot = 5, Kind = SignalKind.Occurred, ContactId = contact, AccountId = account, Hop = 2, SourceId = 3, Name = name,
        OccurredAt = Noon.AddMinutes(minute), ReceivedAt = Noon.AddMinutes(minute).AddSeconds(1), Correlation = "c-1",
        Payload = Encoding.UTF8.GetBytes("\0{\"x\":1}"),
    };

    private async Task<long> ContactAsync(long? account = null, long? mergedInto = null) => await fixture.Database.WriteAsync((c, t, ct) => c.ScalarAsync<long>(t,
        "insert into contacts (slot, namespace, account_id, merged_into, created_at, updated_at) values (5, 'default', @account, @merged, 0, 0) returning id",
        [("account", account), ("merged", mergedInto)], ct), Cancel);

    [Fact]
    public async Task An_event_comes_back_as_it_was_appended()
    {
        var log = new EventLog(fixture.Database);
        var contact = await ContactAsync();
        await log.AppendAsync([Event("opened_door", contact)], Cancel);

        var read = Assert.Single(await log.HistoryAsync(SubjectRef.Contact(contact), ["opened_door"], Noon, 10, Cancel));
        var byId = Assert.Single(await log.ReadAsync([read.Id, long.MaxValue], Cancel));

        var expected = Event("opened_door", contact) with { Id = read.Id, Payload = default };
        Assert.Equal(expected, byId with { Payload = default });
        Assert.Equal("\0{\"x\":1}", Encoding.UTF8.GetString(byId.Payload.Span));
    }

    [Fact]
    public async Task A_history_holds_the_latest_of_each_name_oldest_first()
    {
        var log = new EventLog(fixture.Database);
        var contact = await ContactAsync();
        await log.AppendAsync([.. Enumerable.Range(0, 5).Select(minute => Event("login", contact, minute: minute)), Event("paid", contact, minute: 1), Event("other", contact)], Cancel);

        var history = await log.HistoryAsync(SubjectRef.Contact(contact), ["login", "paid"], Noon, 3, Cancel);

        Assert.Equal(["paid 1", "login 2", "login 3", "login 4"], history.Select(e => $"{e.Name} {(e.OccurredAt - Noon).TotalMinutes}"));
    }

    [Fact]
    public async Task A_contacts_history_holds_that_of_the_contacts_merged_into_it()
    {
        var log = new EventLog(fixture.Database);
        var person = await ContactAsync();
        var browser = await ContactAsync(mergedInto: person);
        var earlier = await ContactAsync(mergedInto: browser);
        await log.AppendAsync([Event("visited", earlier, minute: 2), Event("visited", browser, minute: 1), Event("visited", person, minute: 3)], Cancel);

        var history = await log.HistoryAsync(SubjectRef.Contact(person), ["visited"], Noon, 2, Cancel);

        Assert.Equal([earlier, person], history.Select(e => e.ContactId));
    }

    [Fact]
    public async Task What_was_sent_on_to_another_slot_stands_in_a_history_once()
    {
        var log = new EventLog(fixture.Database);
        var contact = await ContactAsync();
        var original = Event("visited", contact);
        await log.AppendAsync([original, SignalCodec.SendOn(original) with { Slot = 9, Hop = 1 }], Cancel);

        var history = await log.HistoryAsync(SubjectRef.Contact(contact), ["visited"], Noon, 10, Cancel);

        Assert.Equal(original.Slot, Assert.Single(history).Slot);
    }

    [Fact]
    public async Task An_accounts_history_is_its_own_and_its_peoples_except_what_names_another_account()
    {
        const long Account = 77_001;
        var log = new EventLog(fixture.Database);
        var person = await ContactAsync(Account);
        await log.AppendAsync(
            [Event("used", person, minute: 1), Event("used", 0, Account, minute: 2), Event("used", person, Account + 1, minute: 3), Event("used", person, Account, minute: 4)], Cancel);

        var history = await log.HistoryAsync(SubjectRef.Account(Account), ["used"], Noon, 10, Cancel);

        Assert.Equal([1, 2, 4], history.Select(e => (e.OccurredAt - Noon).TotalMinutes));
    }
}

public sealed class EventLogOnSqlite(SqliteFixture fixture) : EventLogTests(fixture), IClassFixture<SqliteFixture>;

public sealed class EventLogOnPostgres(PostgresFixture fixture) : EventLogTests(fixture), IClassFixture<PostgresFixture>;
