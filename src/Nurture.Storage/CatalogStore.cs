using System.Data.Common;
using System.Globalization;
using Nurture.Scenarios;

namespace Nurture.Storage;

/// <summary>Where a version stands; stored by name.</summary>
public enum DocumentState
{
    /// <summary>Published, but its criteria are still being filled from history.</summary>
    Preparing,

    /// <summary>The one that counts.</summary>
    Live,

    /// <summary>A later version is live. Enrollments may still be pinned to it.</summary>
    Retired,
}

/// <summary>A published text: a scenario, template, tracking plan, policy, health definition, the escalation types or the segments. Its content never changes.</summary>
/// <param name="Kind"><c>scenario</c>, <c>test</c> (of the scenario that is called the same), <c>template</c>, <c>plan</c>, <c>policy</c>, <c>health</c>, <c>escalations</c>, <c>segments</c>, <c>session</c>.</param>
/// <param name="Hash">Of the content, as its publisher makes it.</param>
/// <param name="LiveAt">Null while it is prepared.</param>
public sealed record Document(
    string Kind, string Name, int Version, string Hash, string Content, DocumentState State, DateTimeOffset PublishedAt, string PublishedBy, DateTimeOffset? LiveAt)
{
    /// <summary>Of a mail: how its body is written; null for HTML.</summary>
    public string? Form { get; init; }

    /// <summary>Of a mail: what readers without HTML get; null where that is made from its body.</summary>
    public string? TextPart { get; init; }

    /// <summary>The mail that it is.</summary>
    public Templates.MailTemplate Mail() => Templates.MailTemplate.Parse(Content, Name + Templates.MailForms.Ending(Templates.MailForms.Read(Form)), TextPart);
}

/// <param name="IsPrepared">False lets it wait for <see cref="CatalogStore.GoLiveAsync"/>.</param>
public sealed record DocumentDraft(string Kind, string Name, string Hash, string Content, bool IsPrepared = true)
{
    /// <summary>As of <see cref="Document"/>.</summary>
    public string? Form { get; init; }

    /// <summary>As of <see cref="Document"/>.</summary>
    public string? TextPart { get; init; }

    public static DocumentDraft Of(Templates.MailTemplate mail) => new("template", $"{mail.Name}.{mail.Locale}", mail.Hash, mail.Text)
    {
        Form = mail.Form == Templates.MailForm.Html ? null : Templates.MailForms.Word(mail.Form),
        TextPart = mail.TextPartText,
    };

    /// <summary>What it counts: definitions by key.</summary>
    public IReadOnlyDictionary<long, string> Criteria { get; init; } = new Dictionary<long, string>();

    /// <summary>Of these, what nothing published counted until now: if it was covered once, events have passed it by since.</summary>
    public IReadOnlyList<long> Uncounted { get; init; } = [];
}

/// <param name="IsNew">False where the newest version had this very content already.</param>
public sealed record PublishedVersion(string Kind, string Name, int Version, bool IsNew);

public sealed record ScenarioSwitch(string Name, int? LiveVersion, DateTimeOffset? PausedAt, string? PausedBy, string? PausedBecause);

/// <param name="CoveredSince">Since when every matching event was counted; null until its version has been prepared.</param>
public sealed record CriterionCoverage(long Key, string Definition, DateTimeOffset? CoveredSince);

/// <summary>All that a catalog is compiled from, of one moment.</summary>
/// <param name="Documents">Every version of scenarios, the live one of everything else, and a health definition, segments, mails and escalation types that are being prepared.</param>
public sealed record CatalogContent(
    long Revision, IReadOnlyList<Document> Documents, IReadOnlyList<ScenarioSwitch> Switches, IReadOnlyList<CriterionCoverage> Criteria)
{
    /// <summary>Of sources that are silent, or were a short time ago.</summary>
    public IReadOnlyList<Silence> Silences { get; init; } = [];
}

/// <summary>What is published. Every change raises the catalog's revision in its own transaction.</summary>
public sealed class CatalogStore(Database database)
{
    internal const string Columns = "d.kind, d.name, d.version, d.hash, d.content, d.state, d.published_at, d.published_by, d.live_at, d.form, d.text_part";

    /// <summary>What a catalog is compiled from.</summary>
    internal const string IsRead = "(d.kind = 'scenario' or d.state = 'live' or (d.kind in ('health', 'segments', 'template', 'escalations') and d.state = 'preparing'))";

    internal const string SwitchesSql = "select name, live_version, paused_at, paused_by, paused_because from scenario_switches order by name";

    /// <summary>Cheap: asked again and again, to see whether what is compiled is still what is published.</summary>
    public async Task<long> RevisionAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await RevisionAsync(connection, null, cancel);
    }

    public async Task<CatalogContent> ReadAsync(CancellationToken cancel)
    {
        while (true)
        {
            await using var connection = await database.OpenAsync(cancel);
            var revision = await RevisionAsync(connection, null, cancel);
            var content = new CatalogContent(
                revision,
                await connection.QueryAsync(null, $"select {Columns} from documents d where {IsRead} order by d.kind, d.name, d.version", [], Read, cancel),
                await connection.QueryAsync(null, SwitchesSql, [], ReadSwitch, cancel),
                await connection.QueryAsync(null, "select key, definition, covered_since from criteria order by key", [],
                    reader => new CriterionCoverage(reader.GetInt64(0), reader.GetString(1), reader.InstantOrNull(2)), cancel))
            {
                Silences = await connection.QueryAsync(null, SourceWatchStore.SilencesSql, [], SourceWatchStore.ReadSilence, cancel),
            };
            // Read in three statements; if something was published between them, they are not of one moment.
            if (await RevisionAsync(connection, null, cancel) == revision) return content;
        }
    }

    /// <summary>The newest version, whatever its state; or one by number or content. Null where there is none.</summary>
    public async Task<Document?> FindAsync(string kind, string name, int? version, string? hash, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null,
            $"""
             select {Columns} from documents d
             where d.kind = @kind and d.name = @name {(version is null ? "" : "and d.version = @version")} {(hash is null ? "" : "and d.hash like @hash")}
             order by d.version desc limit 1
             """,
            [("kind", kind), ("name", name), .. version is null ? Array.Empty<(string, object?)>() : [("version", version)], .. hash is null ? Array.Empty<(string, object?)>() : [("hash", $"{hash}%")]],
            Read, cancel);
    }

    /// <summary>All versions, newest first.</summary>
    public async Task<IReadOnlyList<Document>> VersionsAsync(string kind, string name, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from documents d where d.kind = @kind and d.name = @name order by d.version desc",
            [("kind", kind), ("name", name)], Read, cancel);
    }

    /// <summary>All of them or none. What has the content of its newest version already stays that version.</summary>
    public Task<IReadOnlyList<PublishedVersion>> PublishAsync(IReadOnlyList<DocumentDraft> drafts, string by, DateTimeOffset now, CancellationToken cancel) =>
        ChangeAsync<IReadOnlyList<PublishedVersion>>(async (connection, transaction, ct) =>
        {
            var published = new List<PublishedVersion>();
            foreach (var draft in drafts)
            {
                var newest = await connection.FirstAsync(transaction,
                    "select version, hash, content from documents where kind = @kind and name = @name order by version desc limit 1",
                    [("kind", draft.Kind), ("name", draft.Name)], reader => (Version: reader.GetInt32(0), Hash: reader.GetString(1), Content: reader.GetString(2)), ct);
                var isNew = newest.Hash != draft.Hash || newest.Content != draft.Content;
                var version = newest.Version + (isNew ? 1 : 0);
                published.Add(new(draft.Kind, draft.Name, version, isNew));
                if (!isNew) continue;
                await connection.ExecuteAsync(transaction,
                    """
                    insert into documents (kind, name, version, hash, content, state, published_at, published_by, form, text_part)
                    values (@kind, @name, @version, @hash, @content, 'preparing', @now, @by, @form, @text_part)
                    """,
                    [("kind", draft.Kind), ("name", draft.Name), ("version", version), ("hash", draft.Hash), ("content", draft.Content), ("now", now), ("by", by), ("form", draft.Form), ("text_part", draft.TextPart)], ct);
                await database.BulkAsync(connection, transaction, Rows.Of(draft.Criteria.ToList()).Long("key", c => c.Key).Text("definition", c => c.Value),
                    "insert into criteria (key, definition) select r.key, r.definition from rows r where true on conflict do nothing", ct);
                await database.BulkAsync(connection, transaction, Rows.Of(draft.Uncounted.ToList()).Long("key", key => key),
                    "update criteria set covered_since = null from rows r where criteria.key = r.key and criteria.covered_since is not null", ct);
                if (draft.IsPrepared) await PutLiveAsync(connection, transaction, draft.Kind, draft.Name, version, now, ct);
            }

            return (published, published.Exists(p => p.IsNew));
        }, cancel);

    /// <summary>Ends the preparation of a version: its criteria are covered, and it takes the place of the one before. False where it is live already, or a later one is.</summary>
    public Task<bool> GoLiveAsync(
        string kind, string name, int version, IReadOnlyDictionary<long, DateTimeOffset> coveredSince, DateTimeOffset now, CancellationToken cancel) =>
        ChangeAsync(async (connection, transaction, ct) =>
        {
            await CoverAsync(connection, transaction, coveredSince, ct);
            var isLive = await PutLiveAsync(connection, transaction, kind, name, version, now, ct);
            return (isLive, isLive || coveredSince.Count > 0);
        }, cancel);

    /// <summary>Says since when criteria are counted; those that are known already stay as they are.</summary>
    public Task CoverAsync(IReadOnlyDictionary<long, DateTimeOffset> since, CancellationToken cancel) =>
        ChangeAsync(async (connection, transaction, ct) =>
        {
            var covered = await CoverAsync(connection, transaction, since, ct);
            return (covered, covered > 0);
        }, cancel);

    /// <summary>False where it is paused already.</summary>
    public Task<bool> PauseAsync(string scenario, string by, string? because, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => PauseAsync(database, connection, transaction, scenario, by, because, now, ct), cancel);

    internal static async Task<bool> PauseAsync(
        Database database, DbConnection connection, DbTransaction transaction, string scenario, string by, string? because, DateTimeOffset now, CancellationToken cancel)
    {
        await connection.LockSettingAsync(transaction, SettingNames.CatalogRevision, cancel);
        var changed = await connection.ExecuteAsync(transaction,
            """
            insert into scenario_switches (name, paused_at, paused_by, paused_because) values (@name, @now, @by, @because)
            on conflict (name) do update set paused_at = excluded.paused_at, paused_by = excluded.paused_by, paused_because = excluded.paused_because
            where scenario_switches.paused_at is null
            """, [("name", scenario), ("now", now), ("by", by), ("because", because)], cancel) > 0;
        if (changed) await RaiseAsync(database, connection, transaction, cancel);
        return changed;
    }

    /// <summary>False where it is not paused.</summary>
    /// <param name="by">Who lets it go on; what stopped it by itself counts anew.</param>
    public Task<bool> ResumeAsync(string scenario, string by, DateTimeOffset now, CancellationToken cancel) =>
        ChangeAsync(async (connection, transaction, ct) =>
        {
            var changed = await connection.ExecuteAsync(transaction,
                "update scenario_switches set paused_at = null, paused_by = null, paused_because = null where name = @name and paused_at is not null", [("name", scenario)], ct) > 0;
            if (changed) await BreakerStore.ResetAsync(connection, transaction, scenario, by, now, ct);
            return (changed, changed);
        }, cancel);

    /// <summary>Changes of the catalog come one after another: each holds the revision until it has committed.</summary>
    internal Task<T> ChangeAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<(T Result, bool IsChanged)>> change, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.LockSettingAsync(transaction, SettingNames.CatalogRevision, ct);
            var (result, isChanged) = await change(connection, transaction, ct);
            if (isChanged) await RaiseAsync(database, connection, transaction, ct);
            return result;
        }, cancel);

    /// <summary>Raises the revision, which this transaction has locked.</summary>
    internal static async Task RaiseAsync(Database database, DbConnection connection, DbTransaction transaction, CancellationToken cancel)
    {
        var next = 1 + await RevisionAsync(connection, transaction, cancel);
        await connection.ExecuteAsync(transaction, "update settings set value = @value where name = @name",
            [("name", SettingNames.CatalogRevision), ("value", next.ToString(CultureInfo.InvariantCulture))], cancel);
        await CatalogHistory.RecordAsync(database, connection, transaction, next, cancel);
    }

    /// <summary>A version that is live at once, in a change of the catalog.</summary>
    internal async Task PutAsync(DbConnection connection, DbTransaction transaction, string kind, string name, int version, string content, string by, DateTimeOffset now, CancellationToken cancel)
    {
        var hash = Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(content)));
        await connection.ExecuteAsync(transaction,
            """
            insert into documents (kind, name, version, hash, content, state, published_at, published_by)
            values (@kind, @name, @version, @hash, @content, 'preparing', @now, @by)
            """,
            [("kind", kind), ("name", name), ("version", version), ("hash", hash), ("content", content), ("now", now), ("by", by)], cancel);
        await PutLiveAsync(connection, transaction, kind, name, version, now, cancel);
    }

    /// <summary>What nothing can ask about any more is read no longer. False where it was so already.</summary>
    public Task<bool> RetireAsync(string kind, string name, CancellationToken cancel) =>
        ChangeAsync(async (connection, transaction, ct) =>
        {
            var changed = await connection.ExecuteAsync(transaction, "update documents set state = 'retired' where kind = @kind and name = @name and state = 'live'", [("kind", kind), ("name", name)], ct) > 0;
            return (changed, changed);
        }, cancel);

    private static async Task<bool> PutLiveAsync(
        DbConnection connection, DbTransaction transaction, string kind, string name, int version, DateTimeOffset now, CancellationToken cancel)
    {
        (string, object?)[] args = [("kind", kind), ("name", name), ("version", version), ("now", now)];
        var isLive = await connection.ExecuteAsync(transaction,
            """
            update documents set state = 'live', live_at = @now
            where kind = @kind and name = @name and version = @version and state = 'preparing'
                and not exists (select 1 from documents o where o.kind = @kind and o.name = @name and o.version > @version and o.state = 'live')
            """, args, cancel) > 0;
        if (!isLive) return false;
        await connection.ExecuteAsync(transaction,
            "update documents set state = 'retired' where kind = @kind and name = @name and version < @version and state <> 'retired'", args[..3], cancel);
        if (kind == "scenario")
        {
            await connection.ExecuteAsync(transaction,
                "insert into scenario_switches (name, live_version) values (@name, @version) on conflict (name) do update set live_version = excluded.live_version",
                args[1..3], cancel);
        }

        return true;
    }

    private Task<int> CoverAsync(DbConnection connection, DbTransaction transaction, IReadOnlyDictionary<long, DateTimeOffset> since, CancellationToken cancel) =>
        database.BulkAsync(connection, transaction, Rows.Of(since.ToList()).Long("key", c => c.Key).Instant("since", c => c.Value),
            "update criteria set covered_since = r.since from rows r where criteria.key = r.key and criteria.covered_since is null", cancel);

    internal static async Task<long> RevisionAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) =>
        long.Parse((await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.CatalogRevision)], cancel))!, CultureInfo.InvariantCulture);

    private static Document Read(DbDataReader reader) => Read(reader, 0);

    internal static Document Read(DbDataReader reader, int first) => new(
        reader.GetString(first), reader.GetString(first + 1), reader.GetInt32(first + 2), reader.GetString(first + 3), reader.GetString(first + 4),
        Enum.Parse<DocumentState>(reader.GetString(first + 5), ignoreCase: true), reader.Instant(first + 6), reader.GetString(first + 7), reader.InstantOrNull(first + 8))
    {
        Form = reader.TextOrNull(first + 9),
        TextPart = reader.TextOrNull(first + 10),
    };

    internal static ScenarioSwitch ReadSwitch(DbDataReader reader) =>
        new(reader.GetString(0), reader.IsDBNull(1) ? null : reader.GetInt32(1), reader.InstantOrNull(2), reader.TextOrNull(3), reader.TextOrNull(4));
}
