using System.Text;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

/// <summary>What is kept of a person: exported whole, and forgotten whole.</summary>
public abstract class ErasureTests(DatabaseFixture fixture)
{
    private const string Secret = "taro.yamada@example.com";

    private static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private EventLog Log => new(Database);

    private Task RunAsync(string sql, params (string, object?)[] args) => Database.WriteAsync((c, t, ct) => c.ExecuteAsync(t, sql, args, ct), Cancel);

    private Task ReadAllAsync() => RunAsync("update lanes set xid = (select coalesce(max(xid), 0) from events), event_id = (select coalesce(max(id), 0) from events)");

    private async Task<(long Person, long Browser)> PersonAsync()
    {
        var (person, browser) = await Database.WriteAsync(async (c, t, ct) =>
        {
            const string Insert = "insert into contacts (slot, namespace, email, name, attributes, merged_into, created_at, updated_at) values (5, 'default', @email, @name, @attributes, @merged, 0, 0) returning id";
            var id = await c.ScalarAsync<long>(t, Insert, [("email", Secret), ("name", Secret), ("attributes", $$"""{"email":"{{Secret}}"}"""), ("merged", null)], ct);
            return (id, await c.ScalarAsync<long>(t, Insert, [("email", null), ("name", null), ("attributes", "{}"), ("merged", id)], ct));
        }, Cancel);
        foreach (var (kind, value, of) in new[] { (1, $"user-{person}", person), (2, $"anon-{person}", person), (3, $"{person}{Secret}", person) })
            await RunAsync("insert into identities (namespace, kind, value, subject_id, linked_at) values ('default', @kind, @value, @of, 0)", ("kind", (short)kind), ("value", value), ("of", of));
        await RunAsync(
            "insert into identity_links (contact_id, namespace, kind, value, how, message_id, at) values (@id, 'default', 2, @value, 'identify', @message, 0)",
            ("id", browser), ("value", $"anon-{person}"), ("message", $"m-{person}"));
        var dead = "insert into dead_letters (source_id, received_at, reason, detail, message_id, payload, correlation) values (1, 0, 'r', @detail, @message, @payload, 'c')";
        await RunAsync(dead, ("detail", Secret), ("message", $"m-{person}"), ("payload", Encoding.UTF8.GetBytes(Secret)));
        await RunAsync(dead, ("detail", ""), ("message", null), ("payload", Encoding.UTF8.GetBytes($$"""{"userId":"user-{{person}}","x":"{{Secret}}"}""")));
        await RunAsync(dead, ("detail", ""), ("message", null), ("payload", Encoding.UTF8.GetBytes($$"""{"userId":"user-{{person}}0"}""")));
        await RunAsync(
            """
            insert into journal (slot, at, recorded_at, kind, subject_id, contact_id, scenario, version, enrollment_id, step, reason, detail, cause_id, correlation)
            values (5, 1, 1, 1, @id, 0, 's', 1, 1, 'a', 38, @detail, 0, 'c'), (5, 1, 1, 2, 4, @id, 's', 1, 1, 'b', 38, @detail, 0, 'c')
            """, ("id", person), ("detail", $$"""{"to":"{{Secret}}"}"""));
        foreach (var state in new short[] { 1, 2, 3, 4 })
        {
            await RunAsync(
                """
                insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address, address_hash, class, template, documents,
                    locale, inputs, seed, state, is_counted, planned_at, not_before, expires_at, reply, correlation, cause_id)
                values (5, @id, 1, @person, 77, 's', 1, 'a', @state, @person, @address, @hash, 2, 't', 'h', 'en', @inputs, 1, case when @state = 4 then 4 else 1 end, 1, 5, 5, 9, @address, 'c', 0)
                """, ("id", Guid.NewGuid()), ("person", person), ("state", state), ("address", Secret), ("hash", new byte[] { 1 }), ("inputs", Encoding.UTF8.GetBytes($$"""{"email":"{{Secret}}"}""")));
        }

        await RunAsync(SendStoreRows.PutOutSql);
        await RunAsync("update outbox set state = (select s.occurrence from sends s where s.slot = outbox.slot and s.id = outbox.id)");
        await RunAsync("insert into inbox (at, recipient, subject, message) values (1, @to, @to, @body)", ("to", Secret), ("body", Encoding.UTF8.GetBytes(Secret)));
        await RunAsync("insert into memberships (contact_id, account_id, joined_at) values (@id, 4, 1)", ("id", person));
        await RunAsync("insert into parked (slot, kind, subject_id, at, error, event_ids) values (5, 1, @id, 1, @error, '')", ("id", person), ("error", Secret));
        await RunAsync("insert into states (slot, kind, subject_id, lane, rev, doc) values (5, 1, @id, 0, 1, @doc)", ("id", person), ("doc", Encoding.UTF8.GetBytes(Secret)));
        await Log.AppendAsync(
        [
            Occurred(person, "signed_up"), Occurred(browser, "visited"),
            SignalCodec.Store(new Signal.Described(person, new Dictionary<string, AttributeValue> { ["email"] = AttributeValue.From(Secret) }, Noon, true, ConsentBasis.OptIn), 5, new StoredAbout(Noon)),
        ], Cancel);
        return (person, browser);
    }

    private static StoredEvent Occurred(long contact, string name) => new()
    {
        Slot = 5, Kind = SignalKind.Occurred, ContactId = contact, Name = name, OccurredAt = Noon, ReceivedAt = Noon,
        Payload = Encoding.UTF8.GetBytes($$"""{{'\0'}}{"email":"{{Secret}}"}"""),
    };

    private static byte[]? Hash(string address) => address.Contains('@', StringComparison.Ordinal) ? new AddressHash([1, 2, 3]).Of(address) : null;

    /// <summary>Every text and blob of the database in which the address still stands, by table.</summary>
    private async Task<List<string>> TracesAsync()
    {
        await using var connection = await Database.OpenAsync(Cancel);
        var tables = await connection.QueryAsync(null, Database.IsPostgres
            ? "select table_name::text from information_schema.tables where table_schema = 'public'"
            : "select name from sqlite_master where type = 'table'", [], r => r.GetString(0), Cancel);
        var traces = new List<string>();
        foreach (var table in tables)
        {
            traces.AddRange((await connection.QueryAsync(null, $"select * from \"{table}\"", [], r =>
            {
                var values = new object[r.FieldCount];
                r.GetValues(values);
                return values.Any(v => v is string text && text.Contains(Secret, StringComparison.Ordinal) || v is byte[] blob && blob.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) >= 0);
            }, Cancel)).Where(found => found).Select(_ => table));
        }

        return traces;
    }

    [Fact]
    public async Task Forgetting_leaves_no_trace_but_a_keyed_hash_in_the_suppressions()
    {
        var (person, browser) = await PersonAsync();
        await ReadAllAsync();
        var store = new ErasureStore(Database, Log);

        Assert.True(await store.BeginAsync(person, Hash, Noon, "c", Cancel));
        Assert.True(await store.BeginAsync(browser, Hash, Noon.AddHours(1), "c", Cancel));
        Assert.False(await store.BeginAsync(long.MaxValue, Hash, Noon, "c", Cancel));
        Assert.Equal([person, browser], await store.UnfinishedAsync(10, Cancel));
        Assert.False(await store.ContinueAsync(person, Cancel));

        await using (var connection = await Database.OpenAsync(Cancel))
        {
            Assert.Equal([SignalKind.Erased, SignalKind.Erased], await connection.QueryAsync(null, "select kind from events where kind = 11 and contact_id in (@a, @b)",
                [("a", person), ("b", browser)], r => (SignalKind)r.GetInt16(0), Cancel));
            Assert.Equal([9, 9, 3, 4], await connection.QueryAsync(null, $"select {SendStore.StateSql} from {SendStore.AllSends} where s.recipient_id = @id order by s.occurrence", [("id", person)], r => (int)r.GetInt16(0), Cancel));
        }

        await ReadAllAsync();
        await RunAsync("update sends set state = 4 where state = 1");
        await RunAsync("delete from outbox");
        Assert.True(await store.ContinueAsync(person, Cancel));
        Assert.True(await store.ContinueAsync(browser, Cancel));
        Assert.True(await store.ContinueAsync(browser, Cancel));

        Assert.Empty(await TracesAsync());
        Assert.Empty(await store.UnfinishedAsync(10, Cancel));
        Assert.NotEmpty(await new SuppressionStore(Database).FindAsync([Hash(Secret)!], Cancel));
        var events = await Log.HistoryAsync(SubjectRef.Contact(person), ["signed_up", "visited"], DateTimeOffset.UnixEpoch, 10, Cancel);
        Assert.All(events, e => Assert.True(((Signal.Occurred)SignalCodec.Read(e)).CountsOnly));
        Assert.Equal(2, events.Count);
        var refused = (await new DeadLetterStore(Database).ListAsync(null, 3, Cancel)).Items;
        Assert.Equal([true, false, false], refused.Select(letter => letter.Payload.Length > 0));
    }

    [Fact]
    public async Task What_was_on_its_way_when_it_began_is_emptied_once_it_was_read()
    {
        var (person, _) = await PersonAsync();
        await ReadAllAsync();
        var store = new ErasureStore(Database, Log);
        await store.BeginAsync(person, Hash, Noon, "c", Cancel);
        await Log.AppendAsync([Occurred(person, "late")], Cancel);

        Assert.False(await store.ContinueAsync(person, Cancel));
        Assert.Contains("events", await TracesAsync());
        await ReadAllAsync();
        await FinishAsync(store);

        Assert.Empty(await TracesAsync());
    }

    [Fact]
    public async Task An_export_holds_everything_that_is_kept_of_a_person()
    {
        var (person, _) = await PersonAsync();
        using var stream = new MemoryStream();

        Assert.True(await new ExportStore(Database).WriteAsync(person, stream, Cancel));
        Assert.False(await new ExportStore(Database).WriteAsync(long.MaxValue, stream, Cancel));

        using var export = JsonDocument.Parse(stream.ToArray());
        int Count(string part) => export.RootElement.GetProperty(part).GetArrayLength();
        Assert.Equal((2, 3, 3, 4, 2), (Count("contacts"), Count("identities"), Count("events"), Count("sends"), Count("journal")));
        Assert.Equal(Secret, export.RootElement.GetProperty("events")[0].GetProperty("said").GetProperty("email").GetString());
        Assert.Equal(Secret, export.RootElement.GetProperty("sends")[0].GetProperty("inputs").GetProperty("email").GetString());
        await new ErasureStore(Database, Log).BeginAsync(person, Hash, Noon, "c", Cancel);
        await ReadAllAsync();
        await FinishAsync(new ErasureStore(Database, Log));
    }

    private async Task FinishAsync(ErasureStore store)
    {
        await RunAsync("update sends set state = 4 where state = 1");
        await RunAsync("delete from outbox");
        foreach (var id in await store.UnfinishedAsync(10, Cancel)) Assert.True(await store.ContinueAsync(id, Cancel));
    }
}

public sealed class ErasureOnSqlite(SqliteFixture fixture) : ErasureTests(fixture), IClassFixture<SqliteFixture>;

public sealed class ErasureOnPostgres(PostgresFixture fixture) : ErasureTests(fixture), IClassFixture<PostgresFixture>;
