using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>The stores behind the pages of scenarios and broadcasts.</summary>
public abstract class AuthoringStoreTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private SendStoreRows Sends => new(Database);

    [Fact]
    public async Task A_draft_is_saved_by_whoever_read_its_newest_revision()
    {
        var store = new DraftStore(Database);

        var (first, _) = await store.SaveAsync("mine", "one", "", 0, 3, Noon, "ann", Cancel);
        var (second, _) = await store.SaveAsync("mine", "two", "tests", 1, 3, Noon.AddHours(1), "bob", Cancel);
        var (kept, isSaved) = await store.SaveAsync("mine", "late", "", 1, 3, Noon.AddHours(2), "ann", Cancel);
        var (_, isSecondNew) = await store.SaveAsync("mine", "new", "", 0, 0, Noon, "eve", Cancel);

        Assert.Equal((1, 2), (first.Revision, second.Revision));
        Assert.Equal((false, "two", "bob", 3), (isSaved, kept.Text, kept.EditedBy, kept.BasedOn));
        Assert.False(isSecondNew);
        Assert.Contains(await store.ListAsync(Cancel), draft => draft == second);
        Assert.True(await store.DeleteAsync("mine", Cancel));
        Assert.False(await store.DeleteAsync("mine", Cancel));
    }

    [Fact]
    public async Task What_is_typed_into_a_draft_that_was_thrown_away_is_kept()
    {
        var (saved, isSaved) = await new DraftStore(Database).SaveAsync("gone", "still here", "", 4, 1, Noon, "ann", Cancel);

        Assert.Equal((true, 5, "still here"), (isSaved, saved.Revision, saved.Text));
    }

    [Fact]
    public async Task Scenarios_are_counted_and_listed_with_the_names_of_who_stands_in_them()
    {
        var store = new ScenarioActivityStore(Database);
        var ann = await Sends.ContactAsync();
        await Sends.ExecuteAsync("update contacts set name = 'Ann' where id = @id", ("id", ann));
        await PositionAsync(101, ann, "counted", "wait-1d", Noon);
        await PositionAsync(102, ann + 1, "counted", "wait-2d", Noon);
        await JournalAsync(ann, "counted", Reason.Entered, Noon);
        await JournalAsync(ann, "counted", Reason.Entered, Noon.AddDays(-2));
        await JournalAsync(ann, "counted", Reason.Uncertain, Noon);
        await Sends.ExecuteAsync("insert into parked (slot, kind, subject_id, at, error, step, event_ids) values (5, 1, @id, 0, 'It broke.', 'wait-1d', '')", ("id", ann));

        var counts = await store.ReadAsync(Noon.AddHours(-1), Cancel);
        var standing = await store.StandingAsync("counted", "wait-1d", null, 10, Cancel);
        var page = await store.StandingAsync("counted", null, null, 1, Cancel);
        var history = await store.HistoryAsync("counted", [Reason.Entered], null, 10, Cancel);

        Assert.Equal(new ScenarioActivity(2, 1, 1, 1), counts["counted"]);
        Assert.Equal([(SubjectRef.Contact(ann), "Ann")], standing.Items.Select(one => (one.Position.Subject, one.Name)));
        Assert.Equal([102L], (await store.StandingAsync("counted", null, page.Next, 10, Cancel)).Items.Select(one => one.Position.EnrollmentId));
        Assert.Equal([Noon.AddDays(-2), Noon], history.Items.Select(found => found.Row.Entry.At));
        Assert.Equal([("Ann", "It broke.")], (await store.ParkedAsync("counted", 10, Cancel)).Select(found => (found.Name, found.Parked.Error)));
    }

    [Fact]
    public async Task Broadcasts_know_what_became_of_their_mails_and_when_what_waits_is_to_leave()
    {
        var store = new BroadcastStore(Database);
        Assert.True(await store.AddAsync("broadcast-march", "{}", Noon, "ann", Cancel));
        Assert.False(await store.AddAsync("broadcast-march", "{}", Noon, "bob", Cancel));
        Assert.True(await store.SaveAsync("broadcast-march", "{\"title\":\"March\"}", 1, Noon, "bob", Cancel));
        Assert.False(await store.SaveAsync("broadcast-march", "{}", 1, Noon, "ann", Cancel));
        var sends = await Sends.PlanManyAsync(3, n => n + 1, "broadcast-march", notBefore: Noon.AddMinutes(90));
        await Sends.PlanAsync(scenario: "broadcast-march", notBefore: Noon.AddDays(-1));
        await Sends.EndAsync(sends[0], SendState.Sent);
        await Sends.ExecuteAsync("update sends set clicked_at = 1 where id = @id", ("id", sends[0]));
        await PositionAsync(201, 1, "waits", "wait-3d", Noon.AddMinutes(-20));

        var results = await store.ResultsAsync("broadcast-march", Cancel);
        var planned = await store.PlannedAsync(Noon, Noon.AddHours(3), Cancel);
        var standing = (await store.StandingAsync(Cancel)).Single(hour => hour.Scenario == "waits");

        Assert.Equal(MailResults.None with { Waiting = 3, Sent = 1, Clicked = 1 }, results);
        Assert.Equal([(Noon, 1L), (Noon.AddHours(1), 2L)], planned.Where(hour => hour.Scenario == "broadcast-march").Select(hour => (hour.Hour, hour.Count)));
        Assert.Equal((Noon.AddHours(-1), 1L), (standing.Since, standing.Count));
        Assert.Equal(("{\"title\":\"March\"}", 2, "bob"), (await store.FindAsync("broadcast-march", Cancel)) is { } found ? (found.Form, found.Revision, found.EditedBy) : default);
    }

    private Task PositionAsync(long id, long subject, string scenario, string step, DateTimeOffset since) => Sends.ExecuteAsync(
        """
        insert into positions (slot, enrollment_id, kind, subject_id, scenario, version, step, since, entered_at) values (5, @id, 1, @subject, @scenario, 1, @step, @since, @since)
        """, ("id", id), ("subject", subject), ("scenario", scenario), ("step", step), ("since", since));

    private Task JournalAsync(long subject, string scenario, Reason reason, DateTimeOffset at) => Sends.ExecuteAsync(
        """
        insert into journal (slot, at, recorded_at, kind, subject_id, contact_id, scenario, version, enrollment_id, step, reason, detail, cause_id, correlation)
        values (5, @at, @at, 1, @subject, 0, @scenario, 1, 1, '', @reason, '', 0, '')
        """, ("at", at), ("subject", subject), ("scenario", scenario), ("reason", reason));
}

public sealed class AuthoringStoreOnSqlite(SqliteFixture fixture) : AuthoringStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class AuthoringStoreOnPostgres(PostgresFixture fixture) : AuthoringStoreTests(fixture), IClassFixture<PostgresFixture>;
