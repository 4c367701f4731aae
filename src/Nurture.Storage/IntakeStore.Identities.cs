using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    private sealed record Recorded(IdentityKey Key, long ContactId, DateTimeOffset LinkedAt, short Slot, int Hop, bool IsKnown, bool IsWeak);

    /// <summary>What is on record of every id in the messages, and which ids that are.</summary>
    private async Task<(IdentityBook Book, List<IdentityKey> Keys)> LoadBookAsync(
        DbConnection connection, DbTransaction transaction, List<Message> messages, CancellationToken cancel)
    {
        var asked = new HashSet<IdentityKey>();
        foreach (var message in messages) message.AddKeys(asked);
        List<IdentityKey> keys = [.. asked];
        var recorded = await ReadIdentitiesAsync(connection, transaction, keys, cancel);

        // Of ids never seen an alias may have spoken before.
        asked.ExceptWith(recorded.Select(r => r.Key));
        var formers = asked.Select(key => key with { Kind = IdentityKind.Former }).Distinct().ToList();
        recorded.AddRange(await ReadIdentitiesAsync(connection, transaction, formers, cancel));
        keys.AddRange(formers);

        var book = new IdentityBook();
        var contacts = new Dictionary<long, Identified>();
        foreach (var (key, contactId, linkedAt, slot, hop, isKnown, isWeak) in recorded)
        {
            if (!contacts.TryGetValue(contactId, out var contact))
                contacts[contactId] = contact = new Identified { Id = contactId, Slot = slot, Hop = hop, IsKnown = isKnown, WasKnown = isKnown };
            book.Record(key, contact, linkedAt, isWeak);
        }
        await AddVisitsAsync(connection, transaction, messages, book, contacts, cancel);
        return (book, keys);
    }

    private Task<List<Recorded>> ReadIdentitiesAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<IdentityKey> keys, CancellationToken cancel) =>
        database.BulkAsync(connection, transaction, RowsOf(keys),
            """
            select r.n, i.subject_id, i.linked_at, c.slot, c.hop,
                case when r.kind = 1 or exists (select 1 from identities u where u.subject_id = c.id and u.kind = 1) then 1 else 0 end, i.is_weak
            from rows r
            join identities i on i.namespace = r.namespace and i.kind = r.kind and i.value = r.value
            join contacts c on c.id = i.subject_id
            """,
            reader => new Recorded(keys[(int)reader.GetInt64(0) - 1], reader.GetInt64(1), reader.Instant(2),
                reader.GetInt16(3), reader.GetInt32(4), reader.GetInt32(5) != 0, reader.Flag(6)), cancel);

    private static Rows<IdentityKey> RowsOf(IReadOnlyList<IdentityKey> keys) => Rows.Of(keys)
        .Text("namespace", key => key.Namespace).Short("kind", key => (short)key.Kind).Text("value", key => key.Value);

    private async Task WriteIdentitiesAsync(
        DbConnection connection, DbTransaction transaction, IdentityBook book, List<IdentityKey> keys, DateTimeOffset now, CancellationToken cancel)
    {
        if (book.Changes.Count == 0 && book.Touched.Count == 0) return;
        if (database.IsPostgres) await LockAsync(connection, transaction, book, keys, cancel);
        await CreateContactsAsync(connection, transaction, book, now, cancel);
        await MergeAsync(connection, transaction, book, now, cancel);
        await PointAsync(connection, transaction, book, cancel);
        await WriteEvidenceAsync(connection, transaction, book, cancel);
    }

    /// <summary>
    /// Holds the contacts whose ids change, and makes sure that they are still who they were when this was decided:
    /// another node takes in messages at the same time.
    /// </summary>
    private async Task LockAsync(DbConnection connection, DbTransaction transaction, IdentityBook book, List<IdentityKey> keys, CancellationToken cancel)
    {
        // A later word about a browser counts too: it decides who may take the browser over.
        var touched = book.Changes.SelectMany(Contacts).Concat(book.Touched.Keys.Select(key => book[key].Contact)).Where(contact => !contact.IsNew).Select(contact => contact.Id).Distinct().Order().ToList();
        if (touched.Count == 0) return;
        await database.BulkAsync(connection, transaction, Rows.Of(touched).Long("id", id => id),
            "select c.id from contacts c join rows r on r.id = c.id order by c.id for no key update of c", reader => reader.GetInt64(0), cancel);

        // A statement of its own, so that it sees what was committed while this one waited.
        var now = await ReadIdentitiesAsync(connection, transaction, keys, cancel);
        var isAsDecided = now.Count == book.Recorded.Count && now.All(r =>
            book.Recorded.TryGetValue(r.Key, out var recorded) && recorded.Contact.Id == r.ContactId && recorded.Contact.WasKnown == r.IsKnown && recorded.LinkedAt == r.LinkedAt);
        if (!isAsDecided) throw new IdentitiesChangedException();
    }

    private static IEnumerable<Identified> Contacts(IdentityChange change) => change switch
    {
        IdentityChange.Created created => [created.Contact],
        IdentityChange.Attached attached => [attached.Contact],
        IdentityChange.Repointed repointed => [repointed.From, repointed.To],
        IdentityChange.Merged merged => [merged.From, merged.Into],
        _ => throw new InvalidOperationException($"No contacts known of {change.GetType().Name}."),
    };

    private async Task CreateContactsAsync(DbConnection connection, DbTransaction transaction, IdentityBook book, DateTimeOffset now, CancellationToken cancel)
    {
        // One that was merged away in the same breath was never anybody.
        var created = book.Changes.OfType<IdentityChange.Created>().Select(change => change.Contact).Where(contact => contact.MergedInto is null).ToList();
        if (created.Count == 0) return;
        var ids = await NextIdsAsync(connection, transaction, "contacts", created.Count, cancel);
        for (var i = 0; i < created.Count; i++) (created[i].Id, created[i].Slot) = (ids[i], Slots.OfContact(ids[i]));
        await database.BulkAsync(connection, transaction,
            Rows.Of(created).Long("id", c => c.Id).Short("slot", c => c.Slot).Text("namespace", c => c.First.Namespace)
                .Instant("created_at", c => c.CreatedAt).Scalar("now", now),
            """
            insert into contacts (id, slot, namespace, created_at, updated_at)
            select r.id, r.slot, r.namespace, r.created_at, @now from rows r where true
            """, cancel);
    }

    private async Task MergeAsync(DbConnection connection, DbTransaction transaction, IdentityBook book, DateTimeOffset now, CancellationToken cancel)
    {
        var merged = book.Changes.OfType<IdentityChange.Merged>().Where(change => !change.From.IsNew).Select(change => change.From).ToList();
        var rows = Rows.Of(merged).Long("id", from => from.Id).Long("into_id", from => from.Now.Id).Scalar("now", now);
        await database.BulkAsync(connection, transaction, rows,
            "update identities set subject_id = r.into_id from rows r where identities.subject_id = r.id and identities.kind <> 4", cancel);
        await database.BulkAsync(connection, transaction, rows,
            "update contacts set merged_into = r.into_id, updated_at = @now from rows r where contacts.id = r.id", cancel);
    }

    private async Task PointAsync(DbConnection connection, DbTransaction transaction, IdentityBook book, CancellationToken cancel)
    {
        var attached = book.Changes.OfType<IdentityChange.Attached>().Select(change => change.Key).Distinct()
            .OrderBy(key => key.Namespace, StringComparer.Ordinal).ThenBy(key => key.Kind).ThenBy(key => key.Value, StringComparer.Ordinal).ToList();
        var added = await database.BulkAsync(connection, transaction,
            RowsOf(attached).Long("subject_id", key => book[key].Contact.Id).Instant("linked_at", key => book[key].LinkedAt).Flag("is_weak", key => book[key].IsWeak),
            """
            insert into identities (namespace, kind, value, subject_id, linked_at, is_weak)
            select r.namespace, r.kind, r.value, r.subject_id, r.linked_at, r.is_weak from rows r where true on conflict do nothing
            """, cancel);
        // Nobody had the id when this was decided, and now somebody has.
        if (added != attached.Count) throw new IdentitiesChangedException();

        var repointed = book.Changes.OfType<IdentityChange.Repointed>().Select(change => change.Key).Concat(book.Touched.Keys)
            .Distinct().Except(attached)
            .OrderBy(key => key.Namespace, StringComparer.Ordinal).ThenBy(key => key.Kind).ThenBy(key => key.Value, StringComparer.Ordinal).ToList();
        await database.BulkAsync(connection, transaction,
            RowsOf(repointed).Long("subject_id", key => book[key].Contact.Id).Instant("linked_at", key => book[key].LinkedAt).Flag("is_weak", key => book[key].IsWeak),
            """
            update identities set subject_id = r.subject_id, linked_at = r.linked_at, is_weak = r.is_weak from rows r
            where identities.namespace = r.namespace and identities.kind = r.kind and identities.value = r.value
            """, cancel);
    }

    private sealed record Evidence(long ContactId, IdentityKey Key, long? OtherId, string How, DateTimeOffset At, string? MessageId);

    private Task<int> WriteEvidenceAsync(DbConnection connection, DbTransaction transaction, IdentityBook book, CancellationToken cancel)
    {
        var evidence = book.Changes.Select(change => change switch
        {
            IdentityChange.Attached c => new Evidence(c.Contact.Now.Id, c.Key, null, c.IsWeak ? MailLinkWord : "attached", c.At, c.MessageId),
            IdentityChange.Repointed c => new Evidence(c.To.Now.Id, c.Key, c.From.Now.Id, c.IsWeak ? MailLinkWord : "repointed", c.At, c.MessageId),
            IdentityChange.Merged { From.IsNew: false } c => new Evidence(c.Into.Now.Id, c.Because, c.From.Id, "merged", c.At, c.MessageId),
            _ => null,
        }).OfType<Evidence>().ToList();
        var rows = Rows.Of(evidence)
            .Long("contact_id", e => e.ContactId).Text("namespace", e => e.Key.Namespace).Short("kind", e => (short)e.Key.Kind).Text("value", e => e.Key.Value)
            .Long("other_contact_id", e => e.OtherId).Text("how", e => e.How).Text("message_id", e => e.MessageId).Instant("at", e => e.At);
        return database.BulkAsync(connection, transaction, rows,
            """
            insert into identity_links (contact_id, namespace, kind, value, other_contact_id, how, message_id, at)
            select r.contact_id, r.namespace, r.kind, r.value, r.other_contact_id, r.how, r.message_id, r.at from rows r where true order by r.n
            """, cancel);
    }
}
