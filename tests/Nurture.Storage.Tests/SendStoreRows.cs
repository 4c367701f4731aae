using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage.Tests;

/// <summary>Rows of a ledger as slots would have written them, and looks at what became of them.</summary>
public sealed class SendStoreRows(Database database)
{
    public static readonly DateTimeOffset Noon = new(2026, 11, 21, 12, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public Task ClearAsync() => database.WriteAsync(async (connection, transaction, cancel) =>
    {
        foreach (var table in new[] { "sends", "outbox", "contacts", "suppressions", "refusals", "holds", "contact_holds", "scenario_switches", "identity_stops", "events" })
            await connection.ExecuteAsync(transaction, $"delete from {table}", [], cancel);
        await connection.ExecuteAsync(transaction, "delete from settings where name = 'stop_all'", [], cancel);
    }, Cancel);

    public async Task<long> ContactAsync(long? mergedInto = null, ContactStatus status = ContactStatus.Active, ConsentBasis basis = ConsentBasis.OptIn, long? account = null)
    {
        return await database.WriteAsync((connection, transaction, cancel) => connection.ScalarAsync<long>(transaction,
            """
            insert into contacts (slot, namespace, merged_into, status, basis, account_id, created_at, updated_at)
            values (5, 'n', @merged, @status, @basis, @account, 0, 0) returning id
            """, [("merged", mergedInto), ("status", status), ("basis", basis), ("account", account)], cancel), Cancel);
    }

    public async Task<long> AccountAsync(string attributes) =>
        await database.WriteAsync((connection, transaction, cancel) => connection.ScalarAsync<long>(transaction,
            "insert into accounts (slot, namespace, external_id, attributes, created_at, updated_at) values (5, 'n', @id, @attributes, 0, 0) returning id",
            [("id", Guid.NewGuid().ToString("N")), ("attributes", attributes)], cancel), Cancel);

    /// <summary>A hold of an account, or of a person who has none.</summary>
    public async Task HoldAsync(string table, long holder, IReadOnlyList<SendClass> classes, string topics, DateTimeOffset until) =>
        await database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction,
            $"insert into {table} ({(table == "holds" ? "account_id" : "contact_id")}, source, since, until, because, blocks, topics) values (@holder, 'event:x', 0, @until, 'x', @blocks, @topics)",
            [("holder", holder), ("until", until), ("blocks", classes.Aggregate(0, (bits, of) => bits | (1 << (int)of))), ("topics", topics)], cancel), Cancel);

    public async Task<Guid> PlanAsync(
        long recipient = 1, string scenario = "trial", SendClass sendClass = SendClass.Marketing, string? topic = null, string address = "a@example.com",
        DateTimeOffset? notBefore = null, DateTimeOffset? expiresAt = null, long seed = 7) =>
        (await PlanManyAsync(1, _ => recipient, scenario, sendClass, topic, address, notBefore, expiresAt, seed))[0];

    public async Task<List<Guid>> PlanManyAsync(
        int count, Func<int, long> recipient, string scenario = "trial", SendClass sendClass = SendClass.Marketing, string? topic = null,
        string address = "a@example.com", DateTimeOffset? notBefore = null, DateTimeOffset? expiresAt = null, long seed = 7)
    {
        var sends = Enumerable.Range(0, count).Select(i => (Id: Guid.CreateVersion7(), Recipient: recipient(i))).ToList();
        await database.WriteAsync(async (connection, transaction, cancel) =>
        {
            await database.BulkAsync(connection, transaction,
                Rows.Of(sends).Uuid("id", send => send.Id).Long("recipient_id", send => send.Recipient)
                    .Bytes("address_hash", _ => HashOf(address))
                    .Text("topic", _ => topic)
                    .Scalar("scenario", scenario).Scalar("class", sendClass).Scalar("address", address).Scalar("inputs", "{}"u8.ToArray())
                    .Scalar("seed", seed).Scalar("at", notBefore ?? Noon).Scalar("expires", expiresAt ?? Noon.AddDays(7)),
                """
                insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address, address_hash,
                    class, topic, template, documents, locale, inputs, seed, state, is_counted, planned_at, not_before, expires_at, correlation, cause_id)
                select 5, r.id, 1, r.recipient_id, 9, @scenario, 1, 'welcome', 0, r.recipient_id, @address, r.address_hash,
                    @class, r.topic, 'welcome', 'h', 'en', @inputs, @seed, 1, 1, @at, @at, @expires, 'cor', 0 from rows r where true
                """, cancel);
            await connection.ExecuteAsync(transaction, PutOutSql, [], cancel);
        }, Cancel);
        return [.. sends.Select(send => send.Id)];
    }

    /// <summary>What slots write beside the sends that they plan.</summary>
    public const string PutOutSql =
        """
        insert into outbox (slot, id, class, scenario, state, not_before)
        select s.slot, s.id, s.class, s.scenario, 1, s.not_before from sends s
        where s.state = 1 and not exists (select 1 from outbox o where o.slot = s.slot and o.id = s.id)
        """;

    /// <summary>Makes an end of a send, however it stands.</summary>
    public async Task EndAsync(Guid id, SendState state)
    {
        await ExecuteAsync("delete from outbox where id = @id", ("id", id));
        await ExecuteAsync("update sends set state = @state, not_sent = @not where id = @id", ("state", state), ("not", state == SendState.Sent ? null : state), ("id", id));
    }

    public static byte[] HashOf(string address) => System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(address));

    public Task ExecuteAsync(string sql, params (string, object?)[] args) =>
        database.WriteAsync((connection, transaction, cancel) => connection.ExecuteAsync(transaction, sql, args, cancel), Cancel);

    public Task SuppressAsync(string address) => ExecuteAsync(
        "insert into suppressions (hash, reason, source, at) values (@hash, 'manual', 'test', 0)", ("hash", HashOf(address)));

    public Task RefuseAsync(long contact, string topic) => ExecuteAsync(
        "insert into refusals (contact_id, topic, at) values (@contact, @topic, 0)", ("contact", contact), ("topic", topic));

    public async Task<(SendState State, Reason? Reason, DateTimeOffset NotBefore, int Attempts, string? Reply, string? MessageId)> LookAsync(Guid id)
    {
        await using var connection = await database.OpenAsync(Cancel);
        return await connection.FirstAsync(null, $"select {SendStore.StateSql}, s.reason, s.not_before, s.attempts, s.reply, coalesce(o.message_id, s.message_id) from {SendStore.AllSends} where s.id = @id", [("id", id)],
            row => ((SendState)row.GetInt16(0), row.IsDBNull(1) ? (Reason?)null : (Reason)row.GetInt16(1), row.Instant(2), row.GetInt32(3), row.TextOrNull(4), row.TextOrNull(5)), Cancel);
    }

    /// <summary>What the enrollments were told, by send.</summary>
    public async Task<List<(Guid Id, Reason Reason)>> ToldAsync() =>
        [.. (await SignalsAsync()).OfType<Signal.SendEnded>().Select(ended => (ended.SendId, ended.Reason))];

    public async Task<List<Signal>> SignalsAsync()
    {
        await using var connection = await database.OpenAsync(Cancel);
        return await connection.QueryAsync(null,
            "select id, slot, kind, contact_id, account_id, hop, source_id, name, occurred_at, received_at, correlation, payload from events order by id", [],
            row => SignalCodec.Read(Stored(row)), Cancel);
    }

    private static StoredEvent Stored(DbDataReader row) => new()
    {
        Id = row.GetInt64(0),
        Slot = row.GetInt16(1),
        Kind = (SignalKind)row.GetInt16(2),
        ContactId = row.GetInt64(3),
        AccountId = row.GetInt64(4),
        Hop = row.GetInt32(5),
        SourceId = row.GetInt32(6),
        Name = row.GetString(7),
        OccurredAt = row.Instant(8),
        ReceivedAt = row.Instant(9),
        Correlation = row.GetString(10),
        Payload = row.Bytes(11),
    };
}
