using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>The stores behind pages and the API.</summary>
public abstract class ListTests(DatabaseFixture fixture)
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private Task<long> IdAsync(string sql, params (string, object?)[] args) => Database.WriteAsync((c, t, ct) => c.ScalarAsync<long>(t, sql, args, ct), Cancel)!;

    private Task RunAsync(string sql, params (string, object?)[] args) => Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, sql, args, ct), Cancel);

    private Task<long> ContactAsync(string? email = null, string? name = null, long? account = null, long? mergedInto = null) => IdAsync(
        """
        insert into contacts (slot, namespace, email, name, account_id, merged_into, roles, created_at, updated_at)
        values (5, 'default', @email, @name, @account, @merged, 'admin,owner', 0, 0) returning id
        """, ("email", email), ("name", name), ("account", account), ("merged", mergedInto));

    [Fact]
    public async Task Contacts_are_found_by_the_beginning_of_address_or_name_or_by_identity()
    {
        var store = new ContactStore(Database);
        var ann = await ContactAsync("Ann.Search@example.com", "Ann");
        var other = await ContactAsync("b@example.com", "Ann.Search's friend");
        var merged = await ContactAsync("ann.search@example.org", "old", mergedInto: ann);
        var user = await ContactAsync(name: "花子");
        await RunAsync("insert into identities (namespace, kind, value, subject_id, linked_at) values ('default', 1, 'u-1%', @id, 0)", ("id", user));

        async Task<IEnumerable<long>> FoundAsync(string query) => (await store.ListAsync(query, null, 10, Cancel)).Items.Select(p => p.Id);

        Assert.Equal([ann, other], await FoundAsync("ann.SEARCH"));
        Assert.Equal([user], await FoundAsync("花"));
        Assert.Equal([user], await FoundAsync("u-1%"));
        Assert.Empty(await FoundAsync("%"));
        Assert.Equal(ann, (await store.ResolveAsync(merged, Cancel))!.Id);
        Assert.Equal(["admin", "owner"], (await store.FindAsync(ann, Cancel))!.Roles);
        Assert.Equal(["u-1%"], (await store.IdentitiesAsync(user, Cancel)).Select(i => i.Value));
        Assert.Equal([ann, user], (await store.FindAsync([ann, user], Cancel)).Select(p => p.Id).Order());
    }

    [Fact]
    public async Task A_list_goes_on_where_its_page_ended()
    {
        var store = new ContactStore(Database);
        var ids = new List<long>();
        for (var n = 0; n < 5; n++) ids.Add(await ContactAsync($"page{n}@example.com"));

        var seen = new List<long>();
        long? after = null;
        do
        {
            var page = await store.ListAsync("page", after, 2, Cancel);
            seen.AddRange(page.Items.Select(p => p.Id));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal(ids, seen);
        Assert.Contains((await store.ListAsync(null, ids[0] - 1, 3, Cancel)).Items, p => p.Id == ids[0]);
    }

    [Fact]
    public async Task Accounts_are_found_by_name_or_external_id_with_their_people()
    {
        var store = new AccountStore(Database);
        var acme = await IdAsync(
            "insert into accounts (slot, namespace, external_id, name, tier, created_at, updated_at) values (5, 'default', 'x-9', 'Acme GmbH', 'high', 0, 0) returning id");
        var person = await ContactAsync("boss@acme.example", account: acme);
        await RunAsync("insert into memberships (contact_id, account_id, joined_at) values (@contact, @account, 5)", ("contact", person), ("account", acme));

        Assert.Equal([acme], (await store.ListAsync("acme", null, 10, Cancel)).Items.Select(a => a.Id));
        Assert.Equal([acme], (await store.ListAsync("x-9", null, 10, Cancel)).Items.Select(a => a.Id));
        Assert.Equal("high", (await store.FindAsync(acme, Cancel))!.Tier);
        Assert.Equal([acme], (await store.OfContactAsync(person, Cancel)).Select(a => a.Id));
        Assert.Equal([person], (await new ContactStore(Database).OfAccountAsync(acme, 10, Cancel)).Select(p => p.Id));
    }

    [Fact]
    public async Task A_persons_journal_holds_what_concerned_them_newest_first()
    {
        var store = new JournalStore(Database);
        async Task AddAsync(SubjectRef subject, long contact, string scenario, string step) => await RunAsync(
            """
            insert into journal (slot, at, recorded_at, kind, subject_id, contact_id, scenario, version, enrollment_id, step, reason, detail, cause_id, correlation)
            values (5, 1, 2, @kind, @subject, @contact, @scenario, 1, 9, @step, 38, '{}', 4, 'c')
            """, ("kind", (short)subject.Kind), ("subject", subject.Id), ("contact", contact), ("scenario", scenario), ("step", step));
        var (person, company) = (SubjectRef.Contact(8_001), SubjectRef.Account(8_002));
        await AddAsync(person, 0, "a", "one");
        await AddAsync(company, 8_001, "b", "two");
        await AddAsync(company, 8_003, "b", "three");
        await AddAsync(person, 8_001, "b", "four");

        async Task<IEnumerable<string>> StepsAsync(SubjectRef? subject, string? scenario, long? before = null) =>
            (await store.ListAsync(new(subject, scenario is null ? (ScenarioNames?)null : (ScenarioNames)scenario, before, 10), Cancel)).Items.Select(row => row.Entry.Step);

        Assert.Equal(["four", "two", "one"], await StepsAsync(person, null));
        Assert.Equal(["four", "two"], await StepsAsync(person, "b"));
        Assert.Equal(["three", "two"], await StepsAsync(company, "b"));
        Assert.Equal(["four", "three", "two", "one"], await StepsAsync(null, null));
        var first = await store.ListAsync(new(person, null, null, 2), Cancel);
        Assert.Equal(["one"], await StepsAsync(person, null, first.Next));
        Assert.Equal(Reason.Released, first.Items[0].Entry.Reason);
    }

    [Fact]
    public async Task Positions_are_listed_by_subject_and_page_by_page_by_scenario()
    {
        var store = new EnrollmentStore(Database);
        for (var n = 1; n <= 5; n++)
        {
            await RunAsync(
                "insert into positions (slot, enrollment_id, kind, subject_id, scenario, version, step, since, entered_at) values (5, @id, 1, @subject, 'listed', @version, @step, 1, 1)",
                ("id", -100L + n), ("subject", 9_100L + n), ("version", n % 2 + 1), ("step", n == 5 ? "b" : "a"));
        }

        var seen = new List<long>();
        PositionPlace? after = null;
        do
        {
            var page = await store.OfScenarioAsync("listed", after, 2, Cancel);
            seen.AddRange(page.Items.Select(p => p.EnrollmentId));
            after = page.Next;
        }
        while (after is not null);

        Assert.Equal([-98, -96, -99, -97, -95], seen);
        Assert.Equal([new(1, "a", 2), new(2, "a", 2), new(2, "b", 1)], await store.CountAsync("listed", Cancel));
        Assert.Equal(-97, Assert.Single(await store.OfSubjectAsync(SubjectRef.Contact(9_103), "listed", Cancel)).EnrollmentId);
        Assert.Empty(await store.OfSubjectAsync(SubjectRef.Account(9_103), null, Cancel));
        Assert.Equal("b", (await store.FindAsync(-95, Cancel))!.Step);
    }

    [Fact]
    public async Task Suppressions_are_added_once_found_listed_and_removed()
    {
        var store = new SuppressionStore(Database);
        var hash = await new SettingsStore(Database).AddressHashAsync(Cancel);
        Suppression Of(string address) => new(hash.Of(address), "by_hand", "api", Noon, address, null);

        Assert.Equal(2, await store.AddAsync([Of("a@example.com"), Of("b@example.com")], Cancel));
        Assert.Equal(0, await store.AddAsync([Of("a@example.com")], Cancel));
        Assert.Equal([Convert.ToHexString(hash.Of("a@example.com"))], await store.FindAsync([hash.Of("a@example.com"), hash.Of("c@example.com")], Cancel));
        var (first, next) = await store.ListAsync(null, 1, Cancel);
        var (second, end) = await store.ListAsync(next, 1, Cancel);
        Assert.Equal(["a@example.com", "b@example.com"], first.Concat(second).Select(s => s.Address).Order());
        Assert.Null(end);
        Assert.True(await store.RemoveAsync(hash.Of("a@example.com"), Cancel));
        Assert.False(await store.RemoveAsync(hash.Of("a@example.com"), Cancel));
    }

    [Fact]
    public async Task Audit_rows_and_dead_letters_are_listed_newest_first()
    {
        var audit = new AuditStore(Database);
        await audit.AddAsync("key:ci", "publish", "scenario:trial", "{}", Noon, Cancel);
        await audit.AddAsync("key:ci", "pause", "scenario:trial", "", Noon.AddHours(1), Cancel);
        for (var n = 0; n < 2; n++)
        {
            await RunAsync(
                "insert into dead_letters (source_id, received_at, reason, detail, message_id, payload, correlation) values (1, 5, 'too_deep', 'd', null, @payload, 'c')",
                ("payload", Encoding.UTF8.GetBytes($"{n}")));
        }

        Assert.Equal(["pause", "publish"], (await audit.ListAsync(null, 5, Cancel)).Items.Select(row => row.Action));
        var letters = await new DeadLetterStore(Database).ListAsync(null, 1, Cancel);
        Assert.Equal("1", Encoding.UTF8.GetString(letters.Items[0].Payload));
        Assert.Equal("0", Encoding.UTF8.GetString((await new DeadLetterStore(Database).ListAsync(letters.Next, 1, Cancel)).Items[0].Payload));
    }

    [Fact]
    public async Task Settings_are_kept_and_the_keys_survive_another_migration()
    {
        var store = new SettingsStore(Database);
        var hash = (await store.AddressHashAsync(Cancel)).Of("a@example.com");
        var links = await store.LinkKeyAsync(Cancel);

        await store.SetAsync("mine", "1", Cancel);
        await store.SetAsync("mine", "2", Cancel);
        await Database.MigrateAsync(Cancel);

        Assert.Equal("2", await store.GetAsync("mine", Cancel));
        Assert.Equal(hash, (await store.AddressHashAsync(Cancel)).Of("a@example.com"));
        Assert.Equal(links, await store.LinkKeyAsync(Cancel));
        _ = new Nurture.Sends.LinkTokens(links);
        await store.SetAsync("mine", null, Cancel);
        Assert.Null(await store.GetAsync("mine", Cancel));
    }

    [Fact]
    public async Task A_parked_subject_is_shown_until_it_is_resumed_and_its_slot_is_told_what_it_missed()
    {
        var log = new EventLog(Database);
        var store = new ParkedStore(Database, log);
        var subject = SubjectRef.Contact(7_700);
        await RunAsync("insert into parked (slot, kind, subject_id, at, error, step, event_ids) values (5, 1, 7700, 3, 'InvalidOperationException: no', 'welcome', '4 5 ')");

        Assert.Equal([4, 5], (await store.ListAsync(10, Cancel)).Single(p => p.Subject == subject).EventIds);
        Assert.True(await store.ResumeAsync(subject, Noon, "c", Cancel));
        Assert.False(await store.ResumeAsync(subject, Noon, "c", Cancel));

        Assert.DoesNotContain(await store.ListAsync(10, Cancel), p => p.Subject == subject);
        var id = await IdAsync("select max(id) from events where contact_id = 7700");
        var resumed = Assert.IsType<Signal.Resumed>(SignalCodec.Read((await log.ReadAsync([id], Cancel))[0]));
        Assert.Equal([4, 5], resumed.EventIds);
    }
}

public sealed class ListsOnSqlite(SqliteFixture fixture) : ListTests(fixture), IClassFixture<SqliteFixture>;

public sealed class ListsOnPostgres(PostgresFixture fixture) : ListTests(fixture), IClassFixture<PostgresFixture>;
