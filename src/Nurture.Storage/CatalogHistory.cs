using System.Data.Common;
using System.Text.Json;
using Nurture.Scenarios;

namespace Nurture.Storage;

/// <summary>
/// How the catalog stood at its revisions, so that a decision can be made again by the one it was made by. Texts never
/// change, so what is kept of a revision is which of them it was, and how they stood.
/// </summary>
public sealed class CatalogHistory(Database database)
{
    private sealed record Standing(IReadOnlyList<DocumentStanding> Documents, IReadOnlyList<ScenarioSwitch> Switches, IReadOnlyList<CriterionStanding> Criteria, IReadOnlyList<SilenceStanding>? Silences = null);

    private sealed record DocumentStanding(string Kind, string Name, int Version, DocumentState State, long? LiveAt);

    private sealed record SilenceStanding(string Source, long Since, long? EndedAt, IReadOnlyList<string> EventNames);

    private sealed record CriterionStanding(long Key, long? CoveredSince);

    /// <summary>Null where the revision is not on record.</summary>
    public async Task<CatalogContent?> FindAsync(long revision, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (await connection.ScalarAsync<string>(null, "select content from catalog_revisions where revision = @revision", [("revision", revision)], cancel) is not { } content) return null;
        var stood = JsonSerializer.Deserialize<Standing>(content)!;
        var documents = await database.BulkAsync(connection, null,
            Rows.Of(stood.Documents).Text("kind", d => d.Kind).Text("name", d => d.Name).Int("version", d => d.Version),
            $"select r.n, {CatalogStore.Columns} from rows r join documents d on d.kind = r.kind and d.name = r.name and d.version = r.version order by r.n",
            reader => (Place: (int)reader.GetInt64(0) - 1, Document: CatalogStore.Read(reader, 1)), cancel);
        var criteria = await database.BulkAsync(connection, null, Rows.Of(stood.Criteria).Long("key", c => c.Key),
            "select r.n, c.key, c.definition from rows r join criteria c on c.key = r.key order by r.n",
            reader => new CriterionCoverage(reader.GetInt64(1), reader.GetString(2), InstantOf(stood.Criteria[(int)reader.GetInt64(0) - 1].CoveredSince)), cancel);
        return new CatalogContent(revision,
            [.. documents.Select(found => found.Document with { State = stood.Documents[found.Place].State, LiveAt = InstantOf(stood.Documents[found.Place].LiveAt) })],
            stood.Switches, criteria)
        {
            Silences = [.. (stood.Silences ?? []).Select(silence => new Silence(silence.Source, Nurture.Contacts.Instants.FromMilliseconds(silence.Since), InstantOf(silence.EndedAt), silence.EventNames))],
        };
    }

    /// <summary>Keeps how the catalog stands in this transaction; once a revision.</summary>
    internal static async Task RecordAsync(Database database, DbConnection connection, DbTransaction transaction, long revision, CancellationToken cancel)
    {
        var standing = new Standing(
            await connection.QueryAsync(transaction, $"select d.kind, d.name, d.version, d.state, d.live_at from documents d where {CatalogStore.IsRead} order by d.kind, d.name, d.version", [],
                reader => new DocumentStanding(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), Enum.Parse<DocumentState>(reader.GetString(3), ignoreCase: true), reader.LongOrNull(4)), cancel),
            await connection.QueryAsync(transaction, CatalogStore.SwitchesSql, [], CatalogStore.ReadSwitch, cancel),
            await connection.QueryAsync(transaction, "select key, covered_since from criteria order by key", [], reader => new CriterionStanding(reader.GetInt64(0), reader.LongOrNull(1)), cancel),
            [.. (await connection.QueryAsync(transaction, SourceWatchStore.SilencesSql, [], SourceWatchStore.ReadSilence, cancel))
                .Select(silence => new SilenceStanding(silence.Source, Nurture.Contacts.Instants.ToMilliseconds(silence.Since), silence.EndedAt is { } ended ? Nurture.Contacts.Instants.ToMilliseconds(ended) : null, silence.EventNames))]);
        await connection.ExecuteAsync(transaction,
            $"insert into catalog_revisions (revision, at, content) values (@revision, {database.NowSql}, @content) on conflict do nothing",
            [("revision", revision), ("content", JsonSerializer.Serialize(standing))], cancel);
    }

    private static DateTimeOffset? InstantOf(long? milliseconds) => milliseconds is { } at ? Nurture.Contacts.Instants.FromMilliseconds(at) : null;
}
