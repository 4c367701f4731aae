using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>A contact as pages show it: a projection, written by its slot.</summary>
/// <param name="MergedInto">The contact that it turned out to be.</param>
/// <param name="Attributes">A JSON object.</param>
/// <param name="Refusals">A JSON object: topic → since when.</param>
public sealed record ContactView(
    long Id, short Slot, int Hop, string Namespace, long? AccountId, long? MergedInto, string? Email, string? Name, string? Locale, string? Zone,
    ContactStatus Status, IReadOnlyList<string> Roles, string Attributes, ConsentBasis Basis, string Refusals,
    DateTimeOffset CreatedAt, DateTimeOffset? LastActiveAt, DateTimeOffset? ErasedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>One of ours or a test's: in no figure (SEMANTICS.md 57).</summary>
    public bool IsInternal { get; init; }
}

/// <summary>How a subject is known outside: <c>user</c>, <c>anonymous</c>, <c>email</c>, <c>account</c>.</summary>
public sealed record KnownIdentity(string Namespace, short Kind, string Value, DateTimeOffset LinkedAt);

/// <summary>Why an id is this contact's.</summary>
/// <param name="How"><c>attached</c> an id that nobody had, <c>repointed</c> a browser that was another contact's, <c>merged</c> all ids of the other one.</param>
/// <param name="MessageId">The message that said so.</param>
public sealed record IdentityEvidence(long Id, string Namespace, short Kind, string Value, long? OtherContactId, string How, string? MessageId, DateTimeOffset At, DateTimeOffset? UndoneAt);

public sealed class ContactStore(Database database)
{
    internal const string Columns =
        """
        c.id, c.slot, c.hop, c.namespace, c.account_id, c.merged_into, c.email, c.name, c.locale, c.zone, c.status, c.roles, c.attributes, c.basis,
        c.refusals, c.created_at, c.last_active_at, c.erased_at, c.updated_at, c.is_internal
        """;

    public async Task<ContactView?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from contacts c where c.id = @id", [("id", id)], Read, cancel);
    }

    /// <summary>The contact that this one has become by merging, itself where it never did.</summary>
    public async Task<ContactView?> ResolveAsync(long id, CancellationToken cancel)
    {
        var person = await FindAsync(id, cancel);
        while (person?.MergedInto is { } target) person = await FindAsync(target, cancel);
        return person;
    }

    public async Task<IReadOnlyList<ContactView>> FindAsync(IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await database.BulkAsync(connection, null, Rows.Of(ids).Long("id", id => id),
            $"select {Columns} from rows r join contacts c on c.id = r.id", Read, cancel);
    }

    /// <summary>
    /// In the order of their ids, without those that were merged away. The query is the beginning of an address or name,
    /// or a whole identity; null for everybody.
    /// </summary>
    public async Task<Page<ContactView, long>> ListAsync(string? query, long? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        (string, object?)[] args = [("after", after ?? 0), ("limit", limit + 1)];
        var found = string.IsNullOrWhiteSpace(query)
            ? await connection.QueryAsync(null,
                $"select {Columns} from contacts c where c.id > @after and c.merged_into is null order by c.id limit @limit", args, Read, cancel)
            : await connection.QueryAsync(null,
                $"""
                 select {Columns} from contacts c
                 where c.id in (
                     select id from contacts where email is not null and lower(email) >= @from and lower(email) < @until
                     union select id from contacts where name is not null and lower(name) >= @from and lower(name) < @until
                     union select subject_id from identities where namespace in (select distinct namespace from sources union select 'default') and kind <> 4 and value = @query)
                     and c.id > @after and c.merged_into is null
                 order by c.id limit @limit
                 """, [.. args, .. Prefix(query)], Read, cancel);
        return Page.Of(found, limit, person => person.Id);
    }

    /// <summary>The person who has the address; null where nobody has it, or several do.</summary>
    public async Task<long?> FindByAddressAsync(string address, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            "select id from contacts where email is not null and lower(email) = @address and merged_into is null and erased_at is null order by id limit 2", [("address", Lower(address.Trim()))],
            row => row.GetInt64(0), cancel);
        return found.Count == 1 ? found[0] : null;
    }

    /// <summary>Everything that begins with the text, in the order of bytes; upper and lower case are alike for ASCII.</summary>
    internal static (string, object?)[] Prefix(string query)
    {
        var from = Lower(query.Trim());
        return [("query", query.Trim()), ("from", from), ("until", from + "\U0010FFFF")];
    }

    // As lower() of both databases does it.
    private static string Lower(string text) => string.Create(text.Length, text, (span, source) =>
    {
        for (var i = 0; i < span.Length; i++) span[i] = char.IsAsciiLetterUpper(source[i]) ? (char)(source[i] | 0x20) : source[i];
    });

    /// <summary>How the contact is known outside.</summary>
    public async Task<IReadOnlyList<KnownIdentity>> IdentitiesAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            "select namespace, kind, value, linked_at from identities where subject_id = @id and kind <> 4 order by linked_at, kind, value", [("id", id)],
            reader => new KnownIdentity(reader.GetString(0), reader.GetInt16(1), reader.GetString(2), reader.Instant(3)), cancel);
    }

    /// <summary>How its ids came to be its own, in their order; at most <paramref name="limit"/>, the latest.</summary>
    public async Task<IReadOnlyList<IdentityEvidence>> EvidenceAsync(long id, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            """
            select id, namespace, kind, value, other_contact_id, how, message_id, at, undone_at from identity_links where contact_id = @id order by id desc limit @limit
            """, [("id", id), ("limit", limit)],
            ReadEvidence, cancel);
        found.Reverse();
        return found;
    }

    private static IdentityEvidence ReadEvidence(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), reader.GetInt16(2), reader.GetString(3), reader.LongOrNull(4), reader.GetString(5), reader.TextOrNull(6),
        reader.Instant(7), reader.InstantOrNull(8));

    /// <summary>
    /// Separates a browser from the contact again: what it does next is nobody's in particular. What it did so far stays
    /// with the contact, for the log does not say by which browser something was done.
    /// </summary>
    /// <param name="linkId">Evidence of the contact's own.</param>
    /// <returns>The evidence; with <see cref="IdentityEvidence.UndoneAt"/> as it was. Null where the contact has none of that number.</returns>
    public Task<IdentityEvidence?> UndoAsync(long contactId, long linkId, AuditNote note, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            if (database.IsPostgres) await connection.ExecuteAsync(transaction, "select 1 from contacts where id = @id for no key update", [("id", contactId)], ct);
            var link = await connection.FirstAsync(transaction,
                """
                select id, namespace, kind, value, other_contact_id, how, message_id, at, undone_at from identity_links where id = @link and contact_id = @id
                """, [("link", linkId), ("id", contactId)], ReadEvidence, ct);
            if (link is null || link.UndoneAt is not null || (IdentityKind)link.Kind != IdentityKind.Anonymous) return link;
            (string, object?)[] browser = [("id", contactId), ("namespace", link.Namespace), ("kind", link.Kind), ("value", link.Value), ("now", now)];
            await connection.ExecuteAsync(transaction,
                "delete from identities where subject_id = @id and namespace = @namespace and kind = @kind and value = @value", browser, ct);
            // All that says so: one word of it left standing would be believed again.
            await connection.ExecuteAsync(transaction,
                "update identity_links set undone_at = @now where contact_id = @id and namespace = @namespace and kind = @kind and value = @value and undone_at is null", browser, ct);
            await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return link;
        }, cancel);

    /// <summary>People whose primary account it is, those who were active last first.</summary>
    public async Task<IReadOnlyList<long>> LatestOfAccountAsync(long accountId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            "select c.id from contacts c where c.account_id = @id order by coalesce(c.last_active_at, 0) desc, c.id limit @limit", [("id", accountId), ("limit", limit)],
            reader => reader.GetInt64(0), cancel);
    }

    /// <summary>People whose primary account it is.</summary>
    public async Task<IReadOnlyList<ContactView>> OfAccountAsync(long accountId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"select {Columns} from contacts c where c.account_id = @id and c.merged_into is null order by c.id limit @limit", [("id", accountId), ("limit", limit)], Read, cancel);
    }

    /// <summary>People who belong to it too, and to another one first.</summary>
    public async Task<IReadOnlyList<ContactView>> AlsoOfAccountAsync(long accountId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {Columns} from contacts c
             where c.id in (select m.contact_id from memberships m where m.account_id = @id or m.account_id in (select a.id from accounts a where a.merged_into = @id))
                 and c.account_id <> @id and c.merged_into is null order by c.id limit @limit
             """, [("id", accountId), ("limit", limit)], Read, cancel);
    }

    /// <summary>The contact and every contact that has merged into it, however many times over.</summary>
    internal static async Task<List<long>> WithMergedAsync(DbConnection connection, DbTransaction? transaction, IEnumerable<long> ids, CancellationToken cancel)
    {
        var all = ids.ToList();
        for (var i = 0; i < all.Count; i++)
        {
            all.AddRange(await connection.QueryAsync(
                transaction, "select id from contacts where merged_into = @id", [("id", all[i])], reader => reader.GetInt64(0), cancel));
        }

        return all;
    }

    private static ContactView Read(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetInt16(1), reader.GetInt32(2), reader.GetString(3), reader.LongOrNull(4), reader.LongOrNull(5),
        reader.TextOrNull(6), reader.TextOrNull(7), reader.TextOrNull(8), reader.TextOrNull(9), (ContactStatus)reader.GetInt16(10),
        reader.GetString(11).Split(',', StringSplitOptions.RemoveEmptyEntries), reader.GetString(12), (ConsentBasis)reader.GetInt16(13), reader.GetString(14),
        reader.Instant(15), reader.InstantOrNull(16), reader.InstantOrNull(17), reader.Instant(18))
    {
        IsInternal = reader.GetInt16(19) != 0,
    };
}
