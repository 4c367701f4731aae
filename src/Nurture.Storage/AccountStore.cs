using System.Data.Common;
using Nurture.Health;

namespace Nurture.Storage;

/// <summary>An account as pages show it: a projection, written by its slot.</summary>
/// <param name="Attributes">A JSON object.</param>
public sealed record AccountView(
    long Id, short Slot, string Namespace, string ExternalId, string? Name, string? Tier, string? Stage, string? Owner, string Attributes,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    /// <summary>Null where nobody scores it, or too little is known.</summary>
    public double? HealthScore { get; init; }

    public HealthBand? HealthBand { get; init; }

    public DateTimeOffset? HealthSince { get; init; }

    /// <summary>Null while its mails go.</summary>
    public DateTimeOffset? HoldUntil { get; init; }

    /// <summary>An open case; null where there is none.</summary>
    public long? EscalationId { get; init; }

    /// <summary>The account that this one turned out to be; null while it is itself.</summary>
    public long? MergedInto { get; init; }

    /// <summary>Of our own people, or a test's: in no figure (SEMANTICS.md 57).</summary>
    public bool IsInternal { get; init; }
}

public sealed class AccountStore(Database database)
{
    private const string Columns = "a.id, a.slot, a.namespace, a.external_id, a.name, a.tier, a.stage, a.owner, a.attributes, a.created_at, a.updated_at, a.health_score, a.health_band, a.health_since, a.hold_until, a.escalation_id, a.is_internal, a.merged_into";

    public async Task<AccountView?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from accounts a where a.id = @id", [("id", id)], Read, cancel);
    }

    public async Task<IReadOnlyList<AccountView>> FindAsync(IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await database.BulkAsync(connection, null, Rows.Of(ids).Long("id", id => id),
            $"select {Columns} from rows r join accounts a on a.id = r.id", Read, cancel);
    }

    /// <summary>In the order of their ids. The query is the beginning of a name, or the whole external id; null for all.</summary>
    public async Task<Page<AccountView, long>> ListAsync(string? query, long? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        (string, object?)[] args = [("after", after ?? 0), ("limit", limit + 1)];
        var found = string.IsNullOrWhiteSpace(query)
            ? await connection.QueryAsync(null, $"select {Columns} from accounts a where a.id > @after and a.merged_into is null order by a.id limit @limit", args, Read, cancel)
            : await connection.QueryAsync(null,
                $"""
                 select {Columns} from accounts a
                 where a.id in (
                     select id from accounts where name is not null and lower(name) >= @from and lower(name) < @until
                     union select coalesce(merged_into, id) from accounts where namespace in (select distinct namespace from sources union select 'default') and external_id = @query)
                     and a.id > @after and a.merged_into is null
                 order by a.id limit @limit
                 """, [.. args, .. ContactStore.Prefix(query)], Read, cancel);
        return Page.Of(found, limit, account => account.Id);
    }

    /// <summary>The accounts that a contact belongs to, its primary one included, in the order of joining.</summary>
    public async Task<IReadOnlyList<AccountView>> OfContactAsync(long contactId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {Columns} from accounts a join (
                 select coalesce(g.merged_into, g.id) id, min(m.joined_at) joined_at from memberships m join accounts g on g.id = m.account_id
                 where m.contact_id = @id group by coalesce(g.merged_into, g.id)) w on w.id = a.id
             order by w.joined_at, a.id
             """, [("id", contactId)], Read, cancel);
    }

    private static AccountView Read(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetInt16(1), reader.GetString(2), reader.GetString(3), reader.TextOrNull(4), reader.TextOrNull(5), reader.TextOrNull(6),
        reader.TextOrNull(7), reader.GetString(8), reader.Instant(9), reader.Instant(10))
    {
        HealthScore = reader.IsDBNull(11) ? null : reader.GetDouble(11),
        HealthBand = reader.IsDBNull(12) ? null : (HealthBand)reader.GetInt16(12),
        HealthSince = reader.InstantOrNull(13),
        HoldUntil = reader.InstantOrNull(14),
        EscalationId = reader.LongOrNull(15),
        IsInternal = reader.GetInt16(16) != 0,
        MergedInto = reader.LongOrNull(17),
    };

    /// <summary>The account and every account that has turned out to be it: what was written under their ids is its.</summary>
    internal static async Task<List<long>> WithMergedAsync(DbConnection connection, DbTransaction? transaction, long id, CancellationToken cancel) =>
        [id, .. await connection.QueryAsync(transaction, "select id from accounts where merged_into = @id order by id", [("id", id)], reader => reader.GetInt64(0), cancel)];
}
