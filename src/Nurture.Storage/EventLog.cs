using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>
/// Every signal, in the order in which the slots read them. Whoever wants a state changed appends here, in the transaction
/// of whatever else it does.
/// </summary>
public sealed class EventLog(Database database)
{
    internal const string Columns =
        "e.id, e.slot, e.kind, e.contact_id, e.account_id, e.hop, e.source_id, e.name, e.occurred_at, e.received_at, e.correlation, e.payload";

    /// <summary>The last event of the era before, 0 where there was none: its transaction ids mean nothing any more.</summary>
    internal const string BeforeEra = $"(select coalesce(max(cast(s.value as bigint)), 0) from settings s where s.name = '{SettingNames.EraAfter}')";

    public Task AppendAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<StoredEvent> events, CancellationToken cancel) =>
        database.AppendAsync(connection, transaction, "events", ToRows(events), cancel);

    public Task AppendAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => AppendAsync(connection, transaction, events, ct), cancel);

    private Rows<StoredEvent> ToRows(IReadOnlyList<StoredEvent> events) => Rows.Of(events)
        .Short("lane", e => database.LaneOf(e.Slot)).Short("slot", e => e.Slot).Short("kind", e => (short)e.Kind)
        .Long("contact_id", e => e.ContactId).Long("account_id", e => e.AccountId).Int("hop", e => e.Hop).Int("source_id", e => e.SourceId)
        .Text("name", e => e.Name).Instant("occurred_at", e => e.OccurredAt).Instant("received_at", e => e.ReceivedAt)
        .Text("correlation", e => e.Correlation).Bytes("payload", e => e.Payload);

    /// <summary>The rows before an id, the latest first: the log read backwards.</summary>
    public async Task<List<StoredEvent>> LatestAsync(long before, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from events e where e.id < @before order by e.id desc limit @limit", [("before", before), ("limit", limit)], reader => Read(reader), cancel);
    }

    /// <summary>In the order of their ids; those that are gone are left out.</summary>
    public async Task<List<StoredEvent>> ReadAsync(IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(ids).Long("id", id => id),
            $"select {Columns} from rows r join events e on e.id = r.id", reader => Read(reader), cancel);
        found.Sort((left, right) => left.Id.CompareTo(right.Id));
        return found;
    }

    /// <summary>
    /// What a subject did, oldest first: at most <paramref name="perName"/> of the latest of each name, since
    /// <paramref name="from"/> (inclusive). A contact's history holds that of the contacts that merged into it, an
    /// account's that of its people and of the accounts that turned out to be it.
    /// </summary>
    public async Task<List<StoredEvent>> HistoryAsync(
        SubjectRef subject, IReadOnlyList<string> names, DateTimeOffset from, int perName, CancellationToken cancel) =>
        await HistoryAsync(subject, await PeopleOfAsync(subject, cancel), names, from, perName, null, cancel);

    /// <param name="people">Whose events a subject's history is, as <see cref="PeopleOfAsync"/> said.</param>
    /// <param name="until">Nothing that stands in the log behind this place; all of it where null. It then is the same whenever it is read.</param>
    public async Task<List<StoredEvent>> HistoryAsync(
        SubjectRef subject, IReadOnlyList<long> people, IReadOnlyList<string> names, DateTimeOffset from, int perName, LaneCursor? until, CancellationToken cancel)
    {
        var distinct = names.Distinct(StringComparer.Ordinal).ToList();
        await using var connection = await database.OpenAsync(cancel);
        var accounts = subject.Kind == SubjectKind.Account ? string.Join(", ", await AccountStore.WithMergedAsync(connection, null, subject.Id, cancel)) : null;
        // Transaction ids of an era that is over say nothing; what was logged then lies before everything.
        var isBefore = until is null ? "" : $"and ((e.xid, e.id) <= (@until_xid, @until_id) or e.id <= {BeforeEra})";
        // Of an account's people only what names no other account.
        var found = await LatestAsync(
            Rows.Of(distinct.SelectMany(name => people.Select(person => (Name: name, Person: person))).ToList())
                .Text("name", asked => asked.Name).Long("contact_id", asked => asked.Person),
            $"e.contact_id = r.contact_id and e.contact_id > 0 {(accounts is null ? "" : $"and e.account_id in (0, {accounts})")}");
        if (accounts is not null)
            found.AddRange(await LatestAsync(Rows.Of(distinct).Text("name", name => name), $"e.account_id in ({accounts}) and e.account_id > 0"));

        return found.DistinctBy(e => e.Id).Where(e => !SignalCodec.IsSentOn(e))
            .GroupBy(e => e.Name).SelectMany(ofName => ofName.OrderByDescending(e => e.OccurredAt).ThenByDescending(e => e.Id).Take(perName))
            .OrderBy(e => e.OccurredAt).ThenBy(e => e.Id).ToList();

        Task<List<StoredEvent>> LatestAsync<T>(Rows<T> asked, string whose) => database.BulkAsync(connection, null,
            asked.Scalar("from", from).Scalar("limit", perName).Scalar("until_xid", until?.Xid ?? 0).Scalar("until_id", until?.EventId ?? 0),
            $"""
             select {Columns} from (
                 select e.*, row_number() over (partition by e.contact_id, e.name order by e.occurred_at desc, e.id desc) place
                 from rows r join events e on e.name = r.name and {whose}
                 where e.occurred_at >= @from and e.kind = {(short)SignalKind.Occurred} {isBefore}) e
             where e.place <= @limit
             """, reader => Read(reader), cancel);
    }

    /// <summary>A contact and who merged into it; an account's people, and who merged into them.</summary>
    public async Task<IReadOnlyList<long>> PeopleOfAsync(SubjectRef subject, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var people = subject.Kind == SubjectKind.Contact
            ? [subject.Id]
            : await connection.QueryAsync(null,
                $"select id from contacts where account_id in ({string.Join(", ", await AccountStore.WithMergedAsync(connection, null, subject.Id, cancel))})", [], reader => reader.GetInt64(0), cancel);
        for (var i = 0; i < people.Count; i++)
        {
            people.AddRange(await connection.QueryAsync(
                null, "select id from contacts where merged_into = @id", [("id", people[i])], reader => reader.GetInt64(0), cancel));
        }

        return people;
    }

    internal static StoredEvent Read(DbDataReader reader, int first = 0) => new()
    {
        Id = reader.GetInt64(first),
        Slot = reader.GetInt16(first + 1),
        Kind = (SignalKind)reader.GetInt16(first + 2),
        ContactId = reader.GetInt64(first + 3),
        AccountId = reader.GetInt64(first + 4),
        Hop = reader.GetInt32(first + 5),
        SourceId = reader.GetInt32(first + 6),
        Name = reader.GetString(first + 7),
        OccurredAt = reader.Instant(first + 8),
        ReceivedAt = reader.Instant(first + 9),
        Correlation = reader.GetString(first + 10),
        Payload = reader.Bytes(first + 11),
    };
}
