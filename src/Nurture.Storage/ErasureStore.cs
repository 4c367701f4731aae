using System.Data.Common;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>
/// Forgets a contact. The first transaction takes away what it is known by and tells its slot; from then on nothing more
/// is mailed. What its events, journal and mails said is emptied afterwards, in pieces, once the slots have read all that
/// was written before: an erasure is over when <see cref="ContinueAsync"/> says so, and may be continued by any process.
/// </summary>
public sealed class ErasureStore(Database database, EventLog log)
{
    /// <summary>In <c>contacts.is_erasing</c>: a scenario wants the contact forgotten, and nobody has begun. 1 is begun.</summary>
    internal const short Asked = 2;

    private const int Piece = 2000;

    // What is left of an occurred event is a note for counting only: a replay starts nothing by it.
    private static readonly byte[] Tombstone = [1];

    /// <summary>Begins it; again, it changes nothing more. False where there is no such contact.</summary>
    /// <param name="hashOf">Of an address as it was said, the hash under which it stays suppressed; null for what is no address.</param>
    public Task<bool> BeginAsync(long contactId, Func<string, byte[]?> hashOf, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            if (await connection.ScalarAsync<long>(transaction, "select count(*) from contacts where id = @id", [("id", contactId)], ct) == 0) return false;
            var people = await PeopleAsync(connection, transaction, contactId, ct);
            if (people.Count == 0) return true;
            var rows = Rows.Of(people).Long("id", p => p.Id);
            await SuppressAsync(connection, transaction, rows, hashOf, now, ct);
            await EmptyDeadLettersAsync(connection, transaction, rows, ct);

            await database.BulkAsync(connection, transaction, rows.Scalar("now", now).Scalar("erased", ContactStatus.Erased),
                """
                update contacts set email = null, name = null, locale = null, zone = null, roles = '', attributes = '{}', refusals = '{}', last_active_at = null,
                    status = @erased, erased_at = coalesce(contacts.erased_at, @now), is_erasing = 1, updated_at = @now
                from rows r where contacts.id = r.id
                """, ct);
            await database.BulkAsync(connection, transaction, rows, "delete from identities where kind <> 4 and subject_id in (select r.id from rows r)", ct);
            await database.BulkAsync(connection, transaction, rows, "delete from identity_links where contact_id in (select r.id from rows r)", ct);
            await database.BulkAsync(connection, transaction, rows, "delete from identity_links where other_contact_id in (select r.id from rows r)", ct);
            var book = new SessionBook(database, log);
            foreach (var person in people) await SessionBook.ForgetAsync(book, connection, transaction, person.Id, now, ct);
            await database.BulkAsync(connection, transaction, rows, "delete from memberships where contact_id in (select r.id from rows r)", ct);
            // A parked subject would not hear that it is to be forgotten.
            await database.BulkAsync(connection, transaction, rows, $"delete from parked where kind = {(short)SubjectKind.Contact} and subject_id in (select r.id from rows r)", ct);
            await SendStore.CancelAsync(database, connection, transaction, people, rows, "s.recipient_id = r.id", _ => (Reason.Erased, now), ct);
            await database.BulkAsync(connection, transaction, rows.Scalar("at", now),
                $"update calls set state = {(short)CallState.Cancelled}, ended_at = @at from rows r where calls.contact_id = r.id and calls.state = {(short)CallState.Planned}", ct);
            await log.AppendAsync(connection, transaction,
                [.. people.Select(p => SignalCodec.Store(new Signal.Erased(p.Id, now), p.Slot, new StoredAbout(now, Hop: p.Hop, Correlation: correlation)))], ct);
            return true;
        }, cancel);

    /// <summary>Contacts whose erasure has begun and is not over.</summary>
    public Task<IReadOnlyList<long>> UnfinishedAsync(int limit, CancellationToken cancel) => InStateAsync(1, limit, cancel);

    /// <summary>Contacts that a scenario wants to be forgotten, and whose erasure nobody has begun.</summary>
    public Task<IReadOnlyList<long>> AskedAsync(int limit, CancellationToken cancel) => InStateAsync(Asked, limit, cancel);

    private async Task<IReadOnlyList<long>> InStateAsync(short state, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select id from contacts where is_erasing = {state} order by id limit @limit", [("limit", limit)], reader => reader.GetInt64(0), cancel);
    }

    /// <summary>Empties what the slots have read. True when nothing is left to do; false while signals of the contact, or a mail that is being handed over, are still on their way.</summary>
    public async Task<bool> ContinueAsync(long contactId, CancellationToken cancel)
    {
        // Asked first: what was appended later than this is emptied by a later call.
        var isRead = await IsReadAsync(contactId, cancel);
        (string, object?)[] args = [("id", contactId), ("limit", Piece), ("tombstone", Tombstone), ("empty", Array.Empty<byte>()), ("home", Slots.OfContact(contactId))];
        foreach (var (isByPieces, sql) in Emptyings)
        {
            int emptied;
            do
            {
                emptied = await database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction, sql, args, ct), cancel);
            }
            while (isByPieces && emptied == Piece);
        }

        await ForgetInMergesAsync(contactId, cancel);
        if (!isRead) return false;
        return await database.WriteAsync(async (connection, transaction, ct) =>
        {
            foreach (var sql in Endings) await connection.ExecuteAsync(transaction, sql, [("id", contactId)], ct);
            return await connection.ScalarAsync<long>(transaction, "select count(*) from contacts where id = @id and is_erasing = 1", [("id", contactId)], ct) == 0;
        }, cancel);
    }

    /// <summary>An account that merged went to the other one as a whole, and its people after it, with what each had heard of the others.</summary>
    private Task ForgetInMergesAsync(long contactId, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var merges = await connection.QueryAsync(transaction,
                $"""
                 select {EventLog.Columns} from events e
                 where e.account_id in (select id from {OfTheirs}) and e.account_id > 0 and e.kind = {(short)SignalKind.AccountAbsorbed} and {IsRead}
                 union all
                 select {EventLog.Columns} from contacts p join contacts c on c.account_id = p.account_id and c.id <> p.id join events e on e.contact_id = c.id and e.contact_id > 0
                 where p.id = @id and exists (select 1 from accounts a where a.merged_into = p.account_id) and e.kind = {(short)SignalKind.Adopted} and length(e.payload) > 0 and {IsRead}
                 """, [("id", contactId)], reader => EventLog.Read(reader), ct);
            await database.BulkAsync(connection, transaction, Rows.Of(merges).Long("id", row => row.Id).Bytes("payload", row => SignalCodec.Forget(row, contactId).ToArray()),
                "update events set payload = r.payload from rows r where events.id = r.id", ct);
        }, cancel);

    // The contact's account, and those that turned out to be it.
    private const string OfTheirs = "(select a.id, a.slot from accounts a join contacts c on c.account_id = a.id or c.account_id = a.merged_into where c.id = @id) theirs";

    private async Task<bool> IsReadAsync(long contactId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null,
            $"select count(*) from (select e.id from events e where e.contact_id = @id and e.contact_id > 0 and not {IsRead} limit 1) x", [("id", contactId)], cancel) == 0;
    }

    private const string IsRead = "exists (select 1 from lanes l where l.lane = e.lane and ((e.xid, e.id) <= (l.xid, l.event_id) or e.id <= l.era_floor))";

    // Each by pieces, and each such that what it emptied it does not find again.
    private static readonly (bool IsByPieces, string Sql)[] Emptyings =
    [
        (true, $"""
         update events set payload = case when kind = {(short)SignalKind.Occurred} then @tombstone else @empty end
         where id in (
             select e.id from events e
             where e.contact_id = @id and e.contact_id > 0 and length(e.payload) > case when e.kind = {(short)SignalKind.Occurred} then 1 else 0 end and {IsRead}
             limit @limit)
         """),
        (true, "update journal set detail = '' where id in (select id from journal where kind = 1 and subject_id = @id and detail <> '' limit @limit)"),
        (true, $"update journal set detail = '' where id in (select j.id from journal j where j.contact_id = @id and {JournalStore.ConcernsAnother} and j.detail <> '' limit @limit)"),
        (false, """
         update sends set address = null, inputs = @empty, reply = null, answer = null
         where recipient_id = @id and (address is not null or length(inputs) > 0 or reply is not null) and state <> 1
         """),
        (false, """
         update sends set inputs = @empty where enrollment_id in (select enrollment_id from sends where recipient_id = @id and enrollment_id <> 0) and length(inputs) > 0 and state <> 1
         """),
        (false, "delete from approvals where recipient_id = @id"),
        (false, $"update calls set body = @empty, response = null, problem = null where contact_id = @id and contact_id > 0 and (length(body) > 0 or response is not null) and state <> {(short)CallState.Claimed}"),
        (false, "update escalation_entries set body = '', detail = '' where contact_id = @id and contact_id > 0 and (body <> '' or detail <> '')"),
        (false, $"delete from checkpoint_states where {InCheckpoints} and kind = 1 and subject_id = @id"),
        // Their account's state has what they said; what else it has comes again with the next checkpoint.
        (false, $"""
         update checkpoint_states set doc = @empty, rest = null
         where {InCheckpoints} and kind = 2 and subject_id in (select id from {OfTheirs}) and length(doc) > 0
         """),
        (false, "update audit set detail = '' where target = 'contact:' || cast(@id as text) and detail <> ''"),
    ];

    private const string InCheckpoints = $"checkpoint_id in (select id from checkpoints) and (slot in (@home, (select slot from contacts where id = @id)) or slot in (select slot from {OfTheirs}))";

    // The slot has heard of it; should it have stumbled there, the state goes all the same.
    private static readonly string[] Endings =
    [
        "delete from states where kind = 1 and subject_id = @id and slot in (select slot from contacts where id = @id)",
        "delete from state_rests where kind = 1 and subject_id = @id and slot in (select slot from contacts where id = @id)",
        "delete from parked where kind = 1 and subject_id = @id",
        "delete from positions where kind = 1 and subject_id = @id",
        "update contacts set is_erasing = 0 where id = @id and not exists (select 1 from sends where recipient_id = @id and state = 1)",
    ];

    private sealed record Erased(long Id, short Slot, int Hop);

    private static async Task<List<Erased>> PeopleAsync(DbConnection connection, DbTransaction transaction, long contactId, CancellationToken cancel)
    {
        var target = contactId;
        while (await connection.ScalarAsync<long?>(transaction, "select merged_into from contacts where id = @id", [("id", target)], cancel) is { } next) target = next;
        var people = new List<Erased>();
        foreach (var id in await ContactStore.WithMergedAsync(connection, transaction, [target], cancel))
        {
            people.AddRange(await connection.QueryAsync(transaction, "select id, slot, hop from contacts where id = @id and erased_at is null", [("id", id)],
                reader => new Erased(reader.GetInt64(0), reader.GetInt16(1), reader.GetInt32(2)), cancel));
        }

        return people;
    }

    /// <summary>Every address that the contact was known by stays suppressed, as a hash.</summary>
    private async Task SuppressAsync(
        DbConnection connection, DbTransaction transaction, Rows rows, Func<string, byte[]?> hashOf, DateTimeOffset now, CancellationToken cancel)
    {
        var addresses = await database.BulkAsync(connection, transaction, rows,
            """
            select c.email from rows r join contacts c on c.id = r.id where c.email is not null
            union select i.value from rows r join identities i on i.subject_id = r.id and i.kind = 3
            union select s.address from rows r join sends s on s.recipient_id = r.id where s.address is not null
            """, reader => reader.GetString(0), cancel);
        var hashes = addresses.Distinct(StringComparer.Ordinal).Select(hashOf).OfType<byte[]>().DistinctBy(Convert.ToHexString).ToList();
        await database.BulkAsync(connection, transaction, Rows.Of(hashes).Bytes("hash", hash => hash).Scalar("now", now),
            """
            insert into suppressions (hash, reason, source, at) select r.hash, 'erased', 'erasure', @now from rows r where true
            on conflict (hash) do update set address = null, note = null
            """, cancel);
        await database.BulkAsync(connection, transaction, Rows.Of(addresses).Text("address", address => address),
            "delete from inbox where lower(recipient) in (select lower(r.address) from rows r)", cancel);
    }

    /// <summary>Refused items that name one of the contact's identities, or came as one of its messages.</summary>
    private async Task EmptyDeadLettersAsync(DbConnection connection, DbTransaction transaction, Rows rows, CancellationToken cancel)
    {
        var names = (await database.BulkAsync(connection, transaction, rows,
            """
            select i.value from rows r join identities i on i.subject_id = r.id and i.kind <> 4
            union select l.value from rows r join identity_links l on l.contact_id = r.id
            union select c.email from rows r join contacts c on c.id = r.id where c.email is not null
            """, reader => reader.GetString(0), cancel)).Distinct(StringComparer.Ordinal).Where(name => name.Length > 0).Select(Encoding.UTF8.GetBytes).ToList();
        var messages = (await database.BulkAsync(connection, transaction, rows,
            "select l.message_id from rows r join identity_links l on l.contact_id = r.id where l.message_id is not null", reader => reader.GetString(0), cancel)).ToHashSet(StringComparer.Ordinal);
        var emptied = new List<long>();
        for (long after = 0; ;)
        {
            var letters = await connection.QueryAsync(transaction,
                """
                select id, source_id, received_at, reason, detail, message_id, payload, correlation from dead_letters
                where id > @after and length(payload) > 0 order by id limit @limit
                """, [("after", after), ("limit", Piece)], DeadLetterStore.Read, cancel);
            emptied.AddRange(letters.Where(letter => IsAbout(letter, names, messages)).Select(letter => letter.Id));
            if (letters.Count < Piece) break;
            after = letters[^1].Id;
        }

        await database.BulkAsync(connection, transaction, Rows.Of(emptied).Long("id", id => id).Scalar("empty", Array.Empty<byte>()),
            "update dead_letters set payload = @empty, detail = 'erased', message_id = null from rows r where dead_letters.id = r.id", cancel);
    }

    // As a whole JSON string, so that user 1 is not found in user 12.
    private static bool IsAbout(DeadLetter letter, List<byte[]> names, HashSet<string> messages) =>
        (letter.MessageId is { } message && messages.Contains(message))
        || names.Exists(name => letter.Payload.AsSpan().IndexOf((byte[])[(byte)'"', .. name, (byte)'"']) >= 0);
}
