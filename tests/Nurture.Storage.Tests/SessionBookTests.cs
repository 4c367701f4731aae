using Nurture.Sessions;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>Seats: never more than there are, and who waits moves up.</summary>
public abstract class SessionBookTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private EventLog Log => new(Database);

    private SessionBook Book => new(Database, Log);

    private Task<long> ContactAsync(long? mergedInto = null) => Database.WriteAsync((c, t, ct) => c.ScalarAsync<long>(t,
        "insert into contacts (slot, namespace, email, merged_into, created_at, updated_at) values (5, 'default', @email, @merged, 0, 0) returning id",
        [("email", $"{Guid.NewGuid():n}@example.com"), ("merged", mergedInto)], ct), Cancel)!;

    private async Task<Session> SessionAsync(string id, int? seats)
    {
        var session = new Session
        {
            Id = id, Titles = new Dictionary<string, string> { ["en"] = "Demo" }, StartsAt = Noon.AddDays(7), EndsAt = Noon.AddDays(7).AddHours(1), Zone = "UTC", Seats = seats, ScheduledAt = Noon,
        };
        return (await Book.PublishAsync(new CatalogStore(Database), session, null, "test", Noon, Cancel))!;
    }

    private async Task<RegisterResult> RegisterAsync(string session, long contact, TimeSpan? after = null) => await Book.RegisterAsync(session, contact, null, Noon + (after ?? default), "", Cancel);

    private Task<IReadOnlyList<string>> ToldAsync(long contact) => Database.WriteAsync(async (c, t, ct) => (IReadOnlyList<string>)await c.QueryAsync(
        t, "select name from events where contact_id = @id and kind = 1 order by id", [("id", contact)], row => row.GetString(0), ct), Cancel);

    [Fact]
    public async Task Of_many_at_once_no_more_get_a_seat_than_there_are()
    {
        await SessionAsync("many", 7);
        var people = new List<long>();
        for (var n = 0; n < 40; n++) people.Add(await ContactAsync());

        var results = await Task.WhenAll(people.Select(person => Task.Run(() => RegisterAsync("many", person), Cancel)));

        Assert.Equal((7, 33), (results.Count(result => result == RegisterResult.Registered), results.Count(result => result == RegisterResult.Waiting)));
        var held = (await Book.FindAsync("many", Cancel))!;
        Assert.Equal((7, 33), (held.Taken, held.Waiting));

        // And as many leave as come, all at once.
        var seated = (await Book.RegistrationsAsync("many", 0, 100, Cancel)).Where(row => row.State == Registration.Registered).Select(row => row.ContactId).ToList();
        var newcomers = new List<long>();
        for (var n = 0; n < 7; n++) newcomers.Add(await ContactAsync());
        await Task.WhenAll([.. seated.Select(person => Task.Run(() => Book.CancelAsync("many", person, null, Noon, "", Cancel), Cancel)), .. newcomers.Select(person => Task.Run<object>(async () => await RegisterAsync("many", person), Cancel))]);

        var rows = await Book.RegistrationsAsync("many", 0, 100, Cancel);
        held = (await Book.FindAsync("many", Cancel))!;
        Assert.Equal((7, 33), (rows.Count(row => row.State == Registration.Registered), rows.Count(row => row.State == Registration.Waiting)));
        Assert.Equal((7, 33), (held.Taken, held.Waiting));
    }

    [Fact]
    public async Task Who_waits_longest_moves_up_and_hears_it()
    {
        await SessionAsync("line", 1);
        var (ann, bob, mei) = (await ContactAsync(), await ContactAsync(), await ContactAsync());
        await RegisterAsync("line", ann);
        await RegisterAsync("line", mei, TimeSpan.FromMinutes(1));
        await RegisterAsync("line", bob, TimeSpan.FromMinutes(2));

        Assert.Equal(RegisterResult.AlreadyRegistered, await RegisterAsync("line", ann));
        Assert.Equal(RegisterResult.AlreadyWaiting, await RegisterAsync("line", mei));
        Assert.Equal(mei, (await Book.CancelAsync("line", ann, null, Noon, "", Cancel)).MovedUp);

        Assert.Equal([SessionEvents.Waitlisted, SessionEvents.Registered], await ToldAsync(mei));
        Assert.Equal([SessionEvents.Registered, SessionEvents.RegistrationCancelled], await ToldAsync(ann));
        Assert.Equal(Registration.Waiting, await Book.StandingAsync("line", bob, Cancel));
        Assert.False((await Book.CancelAsync("line", ann, null, Noon, "", Cancel)).IsCancelled);
    }

    [Fact]
    public async Task More_seats_let_those_who_wait_in_and_a_stale_version_is_refused()
    {
        var session = await SessionAsync("more", 1);
        var people = new[] { await ContactAsync(), await ContactAsync(), await ContactAsync() };
        foreach (var person in people) await RegisterAsync("more", person);

        var published = await Book.PublishAsync(new CatalogStore(Database), session with { Seats = 2 }, null, "test", Noon, Cancel);

        Assert.Equal((2, 2), (published!.Taken, published.Version));
        Assert.Equal((2, 1), (await Book.FindAsync("more", Cancel)) is { } held ? (held.Taken, held.Waiting) : default);
        Assert.Null(await Book.PublishAsync(new CatalogStore(Database), session with { Seats = 9 }, null, "test", Noon, Cancel));
    }

    [Fact]
    public async Task Nobody_registers_once_it_is_closed_or_cancelled()
    {
        var session = await SessionAsync("over", null);
        var ann = await ContactAsync();

        Assert.Equal(RegisterResult.Closed, await RegisterAsync("over", ann, TimeSpan.FromDays(7)));
        await Book.PublishAsync(new CatalogStore(Database), session with { State = SessionState.Cancelled }, SessionNews.Cancelled, "test", Noon, Cancel);
        Assert.Equal(RegisterResult.SessionCancelled, await RegisterAsync("over", ann));
        Assert.Equal(RegisterResult.NoSession, await RegisterAsync("nowhere", ann));
        Assert.Equal(SessionNews.Cancelled, Assert.Single(await Book.UntoldAsync(Cancel), news => news.Session == "over").News);
    }

    [Fact]
    public async Task Whoever_had_a_seat_and_did_not_come_has_missed_it_and_a_late_word_corrects_that()
    {
        var session = await SessionAsync("came", null);
        var (ann, bob, mei) = (await ContactAsync(), await ContactAsync(), await ContactAsync());
        foreach (var person in new[] { ann, bob }) await RegisterAsync("came", person);
        var after = Noon.AddDays(8);

        // Mei never registered.
        Assert.Equal(2, await Book.AttendAsync("came", [new(ann, true, after, after.AddMinutes(42)), new(mei, true, null, null)], after, "", Cancel));
        Assert.Equal(0, await Book.AttendAsync("came", [new(ann, true, null, null)], after, "", Cancel));
        await Book.PublishAsync(new CatalogStore(Database), session with { IsAttendanceComplete = true }, SessionNews.AttendanceComplete, "test", after, Cancel);

        Assert.Equal([SessionEvents.Registered, SessionEvents.Attended], await ToldAsync(ann));
        Assert.Equal([SessionEvents.Registered, SessionEvents.Missed], await ToldAsync(bob));
        Assert.Equal([SessionEvents.Attended], await ToldAsync(mei));
        Assert.Equal(1, await Book.AttendAsync("came", [new(bob, true, null, null)], after, "", Cancel));
        Assert.Equal(Registration.Attended, await Book.StandingAsync("came", bob, Cancel));
    }

    [Fact]
    public async Task A_registration_follows_a_person_who_turns_out_to_be_another_one_and_goes_with_who_is_forgotten()
    {
        await SessionAsync("merged", 1);
        var ann = await ContactAsync();
        var browser = await ContactAsync();
        await RegisterAsync("merged", browser);
        await Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, "update contacts set merged_into = @into where id = @id", [("into", ann), ("id", browser)], ct), Cancel);

        Assert.Equal(RegisterResult.AlreadyRegistered, await RegisterAsync("merged", ann));
        var bob = await ContactAsync();
        Assert.Equal(RegisterResult.Waiting, await RegisterAsync("merged", bob));
        await new ErasureStore(Database, Log).BeginAsync(ann, _ => null, Noon, "", Cancel);

        Assert.Equal(Registration.Registered, await Book.StandingAsync("merged", bob, Cancel));
        Assert.Equal(bob, Assert.Single(await Book.RegistrationsAsync("merged", 0, 10, Cancel)).ContactId);
    }
}

public sealed class SessionBookOnSqlite(SqliteFixture fixture) : SessionBookTests(fixture), IClassFixture<SqliteFixture>;

public sealed class SessionBookOnPostgres(PostgresFixture fixture) : SessionBookTests(fixture), IClassFixture<PostgresFixture>;
