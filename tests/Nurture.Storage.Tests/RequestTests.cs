using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>What the API asks of the database: signals with their audit rows, previews, lists of sends, how it stands.</summary>
public abstract class RequestTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private RequestStore Requests => new(Database, new EventLog(Database));

    private SendStoreRows Rows => new(Database);

    [Fact]
    public async Task An_act_and_its_record_are_one_and_find_whom_the_contact_is_now()
    {
        await Rows.ClearAsync();
        var target = await Rows.ContactAsync();
        var merged = await Rows.ContactAsync(mergedInto: target);

        var told = await Requests.TellAsync(SubjectRef.Contact(merged), contact => new Signal.Left(contact.Id, Noon), new("key:test", "left", $"contact:{merged}"), Noon, "cor", Cancel);

        Assert.Equal(SubjectRef.Contact(target), told);
        var act = (await new AuditStore(Database).ListAsync(null, 1, Cancel)).Items[0];
        Assert.Equal(("key:test", "left", $"contact:{merged}", Noon), (act.Actor, act.Action, act.Target, act.At));
        var signal = Assert.Single(await EventsAsync());
        Assert.Equal((SignalKind.Left, target, (short)5, "cor"), (signal.Kind, signal.ContactId, signal.Slot, signal.Correlation));
    }

    [Fact]
    public async Task Nobody_is_told_of_a_subject_that_is_not_or_no_more()
    {
        await Rows.ClearAsync();
        var erased = await Rows.ContactAsync();
        await Rows.ExecuteAsync("update contacts set erased_at = 1 where id = @id", ("id", erased));

        Assert.Null(await TellAsync(SubjectRef.Contact(erased)));
        Assert.Null(await TellAsync(SubjectRef.Contact(long.MaxValue)));
        Assert.Null(await TellAsync(SubjectRef.Account(long.MaxValue)));

        Assert.Empty(await EventsAsync());
        Assert.DoesNotContain((await new AuditStore(Database).ListAsync(null, 100, Cancel)).Items, act => act.Action == "nobody-told");

        Task<SubjectRef?> TellAsync(SubjectRef subject) =>
            Requests.TellAsync(subject, whom => new Signal.Left(whom.Id, Noon), new("key:test", "nobody-told", subject.ToString()), Noon, "cor", Cancel);
    }

    [Fact]
    public async Task A_preview_counts_and_leaves_nothing()
    {
        await Rows.ClearAsync();
        var store = new IntakeStore(Database, new EventLog(Database));
        var submission = new Submission(0, "previews", ConsentBasis.OptIn, new IntakeBatch(
            [new IntakeItem.Described(new Dictionary<string, AttributeValue> { ["name"] = AttributeValue.From("A") }, [], "acme") { OccurredAt = Noon, UserId = "a" }], []), Noon, "cor")
        { CountsOnly = true };

        var preview = (await store.PreviewAsync([submission], Cancel)).Counts;
        Assert.Empty(await EventsAsync());
        var written = await store.WriteAsync([submission], Cancel);

        Assert.Equal((1, 1), (preview.NewContacts, written.NewContacts));
        Assert.Equal(written.Events, preview.Events);
        Assert.True(((Signal.Described)(await EventsAsync()).Select(SignalCodec.Read).First(signal => signal is Signal.Described)).CountsOnly);
        Assert.Equal(0, (await store.PreviewAsync([submission], Cancel)).Counts.NewContacts);
    }

    [Fact]
    public async Task Sends_come_newest_first_in_pages_and_are_counted_by_state()
    {
        await Rows.ClearAsync();
        var store = new SendStore(Database);
        var recipient = await Rows.ContactAsync();
        var planned = new List<Guid>();
        for (var i = 0; i < 5; i++) planned.Add(await Rows.PlanAsync(recipient, i % 2 == 0 ? "even" : "odd", notBefore: Noon.AddMinutes(i)));
        await Rows.EndAsync(planned[0], SendState.Sent);

        var seen = new List<Guid>();
        SendPlace? before = null;
        do
        {
            var page = await store.ListAsync(new(recipient, null, null, null, before, 2), Cancel);
            seen.AddRange(page.Items.Select(send => send.Id));
            before = page.Next;
        }
        while (before is not null);

        Assert.Equal(Enumerable.Reverse(planned), seen);
        Assert.Equal([planned[4], planned[2]], (await store.ListAsync(new(recipient, "even", SendState.Planned, null, null, 10), Cancel)).Items.Select(send => send.Id));
        Assert.Equal(planned, (await store.OfEnrollmentsAsync([9], Cancel)).Select(send => send.Id));
        Assert.Empty(await store.OfEnrollmentsAsync([], Cancel));
        var counts = await store.CountAsync(Cancel);
        Assert.Equal([(SendState.Planned, 4), (SendState.Claimed, 0), (SendState.Handed, 0)], counts.Select(count => (count.Key, count.Value)));
    }

    [Fact]
    public async Task Every_lane_is_shown()
    {
        var status = new StatusStore(Database);

        Assert.Equal(Database.Lanes, (await status.LanesAsync(Cancel)).Count);
        Assert.True(await status.ParkedAsync(Cancel) >= 0);
    }

    private async Task<List<StoredEvent>> EventsAsync()
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, $"select {EventLog.Columns} from events e order by e.id", [], row => EventLog.Read(row), Cancel);
    }
}

public sealed class RequestsOnSqlite(SqliteFixture fixture) : RequestTests(fixture), IClassFixture<SqliteFixture>;

public sealed class RequestsOnPostgres(PostgresFixture fixture) : RequestTests(fixture), IClassFixture<PostgresFixture>;
