using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Scenarios;
using Nurture.Storage.Tests.Databases;
using Nurture.Tests.Contacts;

namespace Nurture.Storage.Tests;

public abstract class IntakeStoreTests(DatabaseFixture fixture)
{
    private const int Source = 7;

    private static readonly DateTimeOffset Now = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    // Each test has people and messages of its own in the one database.
    private readonly string world = $"w{Guid.NewGuid():N}";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private Database Database => fixture.Database;

    private IntakeStore Store => new(Database, new EventLog(Database));

    [Fact]
    public async Task A_sign_up_becomes_one_contact_one_account_and_the_signals_of_both()
    {
        await WriteAsync("""
            {"type":"page","anonymousId":"a","messageId":"1"}
            {"type":"identify","userId":"u","anonymousId":"a","traits":{"email":"u@example.com"},"messageId":"2"}
            {"type":"group","userId":"u","groupId":"acme","traits":{"name":"Acme","role":"admin"},"messageId":"3"}
            {"type":"track","userId":"u","event":"signed_up","messageId":"4"}
            """);

        var contact = Assert.Single(await ContactsAsync());
        var account = Assert.Single(await AccountsAsync());
        Assert.Equal((global::Nurture.Contacts.Slots.OfContact(contact.Id), global::Nurture.Contacts.Slots.OfAccount(account.Id)), (contact.Slot, account.Slot));
        var signals = await SignalsAsync();
        Assert.Equal(["Described", "page", "Described", "AccountDescribed", "Grouped", "signed_up"], signals.Select(Title));
        var named = Assert.IsType<Signal.Described>(SignalCodec.Read(signals[2]));
        Assert.Equal(("u@example.com", true, ConsentBasis.OptIn), (named.Attributes["email"].AsText, named.IsKnown, named.Basis));
        var grouped = Assert.IsType<Signal.Grouped>(SignalCodec.Read(signals[4]));
        Assert.Equal((contact.Id, account.Id, account.Slot, "admin"), (grouped.ContactId, grouped.AccountId, grouped.AccountSlot, Assert.Single(grouped.Roles)));
        Assert.All(signals, signal => Assert.Equal(signal.Kind == SignalKind.AccountDescribed ? account.Slot : contact.Slot, signal.Slot));
        Assert.All(signals, signal => Assert.Equal((SourceId(Source), "correlation", Now), (signal.SourceId, signal.Correlation, signal.ReceivedAt)));
    }

    [Fact]
    public async Task A_repeated_message_is_taken_once_in_one_request_and_over_days()
    {
        const string message = """{"type":"track","userId":"u","event":"x","messageId":"same","timestamp":"2026-11-21T11:00:00Z"}""";
        const string undated = """{"type":"track","userId":"u","event":"x","messageId":"undated"}""";

        var first = await WriteAsync($"{message}\n{undated}\n{message}");
        var again = await WriteAsync($"{message}\n{undated}");
        var later = await WriteAsync($"{message}\n{undated}", Now.AddDays(6));
        var otherSource = await WriteAsync(message, source: Source + 1);

        Assert.Equal((3, 1), (first.Messages, first.Duplicates));
        Assert.Equal((2, 2), (again.Messages, again.Duplicates));
        Assert.Equal((2, 2), (later.Messages, later.Duplicates));
        Assert.Equal(0, otherSource.Duplicates);
        Assert.Equal(3, (await SignalsAsync()).Count(signal => signal.Kind == SignalKind.Occurred));
    }

    [Fact]
    public async Task Messages_without_an_id_are_never_repetitions()
    {
        var counts = await WriteAsync("""
            {"type":"track","userId":"u","event":"x"}
            {"type":"track","userId":"u","event":"x"}
            """);

        Assert.Equal(0, counts.Duplicates);
    }

    /// <summary>Whether the day has a partition when its first id comes, or gets none since it came too early.</summary>
    [Theory, InlineData(true), InlineData(false)]
    public async Task Ids_of_messages_are_forgotten_after_their_time(bool isDayMade)
    {
        if (isDayMade) await Store.TurnDaysAsync(Now, Cancel);
        const string message = """{"type":"track","userId":"u","event":"x","messageId":"m","timestamp":"2026-11-21T11:00:00Z"}""";
        await WriteAsync(message);

        await ForgetAsync(Now.AddDays(7));
        var withinSevenDays = await WriteAsync(message, Now.AddDays(7));
        await ForgetAsync(Now.AddDays(10));
        var afterwards = await WriteAsync(message, Now.AddDays(10));

        Assert.Equal((1, 0), (withinSevenDays.Duplicates, afterwards.Duplicates));

        async Task ForgetAsync(DateTimeOffset now)
        {
            await Store.TurnDaysAsync(now, Cancel);
            while (await Store.ForgetMessagesAsync(now, 2, Cancel) > 0) { }
        }
    }

    [Fact]
    public async Task Merging_points_all_ids_at_the_user_and_tells_the_browsers_slot()
    {
        await WriteAsync("""{"type":"page","anonymousId":"a"}""");
        await WriteAsync("""{"type":"identify","userId":"u"}""");
        var before = await ContactsAsync();
        var (visitor, user) = (before[0], before[1]);

        var counts = await WriteAsync("""{"type":"identify","userId":"u","anonymousId":"a","messageId":"m"}""");

        Assert.Equal(1, counts.Merges);
        Assert.Equal(user.Id, (await ContactsAsync()).Single(contact => contact.Id == visitor.Id).MergedInto);
        Assert.All(await IdentitiesAsync(), identity => Assert.Equal(user.Id, identity.Value));
        var told = (await SignalsAsync()).Single(signal => signal.Kind == SignalKind.MergedInto);
        Assert.Equal(visitor.Slot, told.Slot);
        Assert.Equal(new Signal.MergedInto(visitor.Id, user.Id, user.Slot, 0, Now), SignalCodec.Read(told));
        var evidence = await EvidenceAsync();
        Assert.Equal(("merged", visitor.Id, "m"), evidence[^1]);
    }

    [Fact]
    public async Task A_signal_goes_where_the_contact_has_moved_to()
    {
        await WriteAsync("""{"type":"identify","userId":"u"}""");
        var contact = Assert.Single(await ContactsAsync());
        await Database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(
            transaction, "update contacts set slot = 99, hop = 2, account_id = 5 where id = @id", [("id", contact.Id)], cancel), Cancel);

        await WriteAsync("""{"type":"track","userId":"u","event":"x"}""");

        var signal = (await SignalsAsync())[^1];
        Assert.Equal((99, 2), (signal.Slot, signal.Hop));
    }

    [Fact]
    public async Task An_event_belongs_to_the_account_it_names_and_an_account_can_do_something_itself()
    {
        await WriteAsync("""
            {"type":"track","userId":"u","event":"x","context":{"groupId":"acme"}}
            {"type":"track","event":"renewed","context":{"groupId":"acme"}}
            """);

        var account = Assert.Single(await AccountsAsync());
        var contact = Assert.Single(await ContactsAsync());
        var happened = (await SignalsAsync()).Where(signal => signal.Kind == SignalKind.Occurred).ToList();
        Assert.Equal([(contact.Id, account.Id, contact.Slot), (0, account.Id, account.Slot)], happened.Select(e => (e.ContactId, e.AccountId, e.Slot)));
    }

    [Fact]
    public async Task Alias_of_oneself_is_nothing()
    {
        var counts = await WriteAsync("""{"type":"alias","userId":"u","previousId":"u"}""");

        Assert.Equal((1, 0, 0), (counts.Messages, counts.Events, counts.NewContacts));
        Assert.Empty(await ContactsAsync());
    }

    [Fact]
    public async Task Dead_letters_older_than_what_is_kept_are_dropped_a_few_at_a_time()
    {
        var letters = new DeadLetterStore(Database);
        await using (var connection = await Database.OpenAsync(Cancel))
        {
            await connection.ExecuteAsync(null, "delete from dead_letters", [], Cancel);
            foreach (var day in new[] { 1, 2, 3, 4, 5 })
            {
                await connection.ExecuteAsync(null,
                    "insert into dead_letters (source_id, received_at, reason, detail, message_id, payload, correlation) values (1, @at, 'too_deep', '', null, @payload, '')",
                    [("at", DateTimeOffset.UnixEpoch.AddDays(day)), ("payload", Array.Empty<byte>())], Cancel);
            }
        }

        var dropped = new List<int>();
        do dropped.Add(await letters.ForgetAsync(DateTimeOffset.UnixEpoch.AddDays(4), 2, Cancel));
        while (dropped[^1] > 0);

        Assert.Equal([2, 1, 0], dropped);
        Assert.Equal([5, 4], (await letters.ListAsync(null, 10, Cancel)).Items.Select(letter => (letter.ReceivedAt - DateTimeOffset.UnixEpoch).Days));
    }

    [Fact]
    public async Task Refused_items_are_dead_letters_whole_and_with_their_reason()
    {
        var counts = await WriteAsync("""
            {"type":"track","userId":"u","event":"x","properties":{"a":"\u0000"}}
            {"type":"track","userId":"u","event":"x"}
            """);

        Assert.Equal((1, 1), (counts.Messages, counts.Refused));
        await using var connection = await Database.OpenAsync(Cancel);
        var letter = await connection.FirstAsync(null, "select reason, payload, correlation from dead_letters order by id desc limit 1", [],
            r => (r.GetString(0), Encoding.UTF8.GetString(r.Bytes(1)), r.GetString(2)), Cancel);
        Assert.Equal(("nul_character", """{"type":"track","userId":"u","event":"x","properties":{"a":"\u0000"}}""", "correlation"), letter);
    }

    [Fact]
    public async Task Whoever_somebody_is_in_the_end_does_not_depend_on_order_or_batches()
    {
        for (var seed = 0; seed < 25; seed++)
        {
            var crowd = Crowd.Of(seed);
            for (var order = 0; order < 3; order++)
            {
                var space = $"{world}-{seed}-{order}";
                var random = new Random(seed * 31 + order);
                foreach (var batch in Batches(crowd.Shuffled(order), random)) await Store.WriteAsync([Submit(space, batch)], Cancel);

                await AssertAsExpectedAsync(crowd, space, $"crowd {seed}, order {order}");
            }
        }
    }

    [Fact]
    public async Task Two_nodes_that_take_in_the_same_people_at_once_agree_with_one()
    {
        await using var other = fixture.OpenAgain();
        IntakeStore[] nodes = [Store, new(other, new EventLog(other))];
        for (var seed = 100; seed < 130; seed++)
        {
            var crowd = Crowd.Of(seed);
            var space = $"{world}-{seed}";
            var batches = Batches(crowd.Shuffled(seed), new Random(seed)).ToList();

            await Task.WhenAll(nodes.Select((node, n) => Task.Run(async () =>
            {
                foreach (var batch in batches.Where((_, i) => i % 2 == n)) await node.WriteAsync([Submit(space, batch)], Cancel);
            }, Cancel)));

            await AssertAsExpectedAsync(crowd, space, $"crowd {seed}");
        }
    }

    private static IEnumerable<IReadOnlyList<Crowd.Said>> Batches(IReadOnlyList<Crowd.Said> messages, Random random)
    {
        for (var from = 0; from < messages.Count;)
        {
            var count = Math.Min(random.Next(1, 6), messages.Count - from);
            yield return [.. messages.Skip(from).Take(count)];
            from += count;
        }
    }

    private static Submission Submit(string space, IReadOnlyList<Crowd.Said> batch) => new(Source, space, ConsentBasis.OptIn,
        new IntakeBatch([.. batch.Select(Item)], []), Now, "correlation");

    private static IntakeItem Item(Crowd.Said said) => (said switch
    {
        { PreviousId: { } previous } => (IntakeItem)new IntakeItem.Aliased(previous) { OccurredAt = said.At },
        { GroupId: { } group } => new IntakeItem.Grouped(group, new Dictionary<string, AttributeValue>(), []) { OccurredAt = said.At },
        { IsIdentify: true } => new IntakeItem.Described(new Dictionary<string, AttributeValue>(), [], null) { OccurredAt = said.At },
        _ => new IntakeItem.Occurred("x", "{}"u8.ToArray(), null) { OccurredAt = said.At },
    }) with { UserId = said.UserId, AnonymousId = said.AnonymousId };

    private async Task AssertAsExpectedAsync(Crowd crowd, string space, string where)
    {
        var actual = (await IdentitiesAsync(space)).ToDictionary(pair => pair.Key with { Namespace = Crowd.Namespace }, pair => pair.Value);
        var difference = Crowd.Difference(crowd.Expected(), actual);
        Assert.True(difference is null, $"{where}: {difference}");

        // Nobody is pointed at who has been merged away, and every signal is for somebody.
        var contacts = (await ContactsAsync(space)).ToDictionary(contact => contact.Id);
        Assert.All(actual.Values, id => Assert.Null(contacts[id].MergedInto));
        Assert.All(await SignalsAsync(space), signal => Assert.True(signal.ContactId == 0 || contacts.ContainsKey(signal.ContactId), where));
    }

    /// <param name="messages">One a line.</param>
    private async Task<IntakeCounts> WriteAsync(string messages, DateTimeOffset? at = null, int source = Source)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"batch\":[{messages.Trim().Replace("\n", ",", StringComparison.Ordinal)}]}}");
        using var request = IntakeRequest.Open(body, out _);
        var batch = request!.Read(null, null, at ?? Now, TrackingPlan.Empty);
        return await Store.WriteAsync([new(SourceId(source), world, ConsentBasis.OptIn, batch, at ?? Now, "correlation")], Cancel);
    }

    /// <summary>The sources of two tests are two, as their messages may have the same ids.</summary>
    private int SourceId(int source) => source + ((world.GetHashCode() & 0xFFFFFF) * 10);

    private static string Title(StoredEvent signal) => signal.Kind == SignalKind.Occurred ? signal.Name : signal.Kind.ToString();

    private async Task<List<(long Id, short Slot, long? MergedInto)>> ContactsAsync(string? space = null)
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, "select id, slot, merged_into from contacts where namespace = @world order by id", [("world", space ?? world)],
            r => (r.GetInt64(0), r.GetInt16(1), r.LongOrNull(2)), Cancel);
    }

    private async Task<List<(long Id, short Slot)>> AccountsAsync()
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, "select id, slot from accounts where namespace = @world order by id", [("world", world)], r => (r.GetInt64(0), r.GetInt16(1)), Cancel);
    }

    private async Task<List<KeyValuePair<IdentityKey, long>>> IdentitiesAsync(string? space = null)
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, "select kind, value, subject_id from identities where namespace = @world", [("world", space ?? world)],
            r => KeyValuePair.Create(new IdentityKey(space ?? world, (IdentityKind)r.GetInt16(0), r.GetString(1)), r.GetInt64(2)), Cancel);
    }

    private async Task<List<(string How, long? Other, string? Message)>> EvidenceAsync()
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null, "select how, other_contact_id, message_id from identity_links where namespace = @world order by id", [("world", world)],
            r => (r.GetString(0), r.LongOrNull(1), r.TextOrNull(2)), Cancel);
    }

    private async Task<List<StoredEvent>> SignalsAsync(string? space = null)
    {
        await using var connection = await Database.OpenAsync(Cancel);
        return await connection.QueryAsync(null,
            $"""
             select {EventLog.Columns} from events e
             where e.contact_id in (select id from contacts where namespace = @world)
                or (e.contact_id = 0 and e.account_id in (select id from accounts where namespace = @world))
             order by e.id
             """, [("world", space ?? world)], r => EventLog.Read(r), Cancel);
    }
}

public sealed class IntakeStoreOnSqlite(SqliteFixture fixture) : IntakeStoreTests(fixture), IClassFixture<SqliteFixture>;

public sealed class IntakeStoreOnPostgres(PostgresFixture fixture) : IntakeStoreTests(fixture), IClassFixture<PostgresFixture>;
