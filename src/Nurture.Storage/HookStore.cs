using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>With what a hook's requests are signed, and as which source its events come in.</summary>
/// <param name="FormerSecret">Good too until <paramref name="FormerUntil"/>.</param>
public sealed record HookSecret(
    string Name, int SourceId, string Namespace, ConsentBasis Basis, string Secret, string? FormerSecret, DateTimeOffset? FormerUntil, DateTimeOffset CreatedAt);

/// <summary>The secrets of hooks.yaml's hooks.</summary>
public sealed class HookStore(Database database)
{
    private const string From = "select h.name, h.source_id, s.namespace, s.default_basis, h.secret, h.former_secret, h.former_until, h.created_at from hook_secrets h join sources s on s.id = h.source_id";

    public async Task<IReadOnlyList<HookSecret>> ListAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"{From} order by h.name", [], Read, cancel);
    }

    /// <summary>Null where none was made yet, or its source was revoked.</summary>
    public async Task<HookSecret?> FindAsync(string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"{From} where h.name = @name and s.revoked_at is null", [("name", name)], Read, cancel);
    }

    /// <summary>The new secret counts from now on, and the former one beside it until a moment.</summary>
    public Task PutAsync(string name, int sourceId, string secret, DateTimeOffset now, DateTimeOffset formerUntil, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            """
            insert into hook_secrets (name, source_id, secret, created_at) values (@name, @source, @secret, @now)
            on conflict (name) do update set former_secret = hook_secrets.secret, former_until = @until, secret = excluded.secret, source_id = excluded.source_id, created_at = excluded.created_at
            """, [("name", name), ("source", sourceId), ("secret", secret), ("now", now), ("until", formerUntil)], ct), cancel);

    /// <summary>By address, the ids in the namespace of the person who has it: a user's, else a browser's. Who is not there, or there twice, is not among them.</summary>
    public async Task<IReadOnlyDictionary<string, (string? UserId, string? AnonymousId)>> WhoHasAsync(IEnumerable<string> emails, string @namespace, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var known = new Dictionary<string, (string?, string?)>(StringComparer.Ordinal);
        foreach (var email in emails.Distinct(StringComparer.Ordinal))
        {
            var ids = await connection.QueryAsync(null,
                $"""
                 select i.kind, i.value, c.id from contacts c join identities i on i.subject_id = c.id
                 where lower(c.email) = @email and c.email is not null and c.merged_into is null and c.status <> {(short)ContactStatus.Erased}
                     and i.namespace = @namespace and i.kind in ({(short)IdentityKind.User}, {(short)IdentityKind.Anonymous})
                 order by i.kind, i.value limit 20
                 """, [("email", email.ToLowerInvariant()), ("namespace", @namespace)],
                row => (Kind: (IdentityKind)row.GetInt16(0), Value: row.GetString(1), Contact: row.GetInt64(2)), cancel);
            if (ids.Select(id => id.Contact).Distinct().Count() != 1) continue;
            known[email] = ids[0].Kind == IdentityKind.User ? (ids[0].Value, null) : (null, ids[0].Value);
        }

        return known;
    }

    private static HookSecret Read(DbDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetString(2), (ConsentBasis)row.GetInt16(3), row.GetString(4), row.TextOrNull(5), row.InstantOrNull(6), row.Instant(7));
}
