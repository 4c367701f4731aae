using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Scenarios;

namespace Nurture.Storage;

/// <summary>A source and how much it sends: what is usual at this hour of the week, and what came.</summary>
/// <param name="Silence">Since when it is silent; null while it is heard.</param>
public sealed record SourceRate(int SourceId, string Name, SourceReading Reading, Silence? Silence, bool IsRevoked);

/// <summary>
/// How much each source sends, hour by hour, read from the log behind intake; and which of them are silent, which is part of
/// the catalog, so that what was decided meanwhile can be decided again.
/// </summary>
public sealed class SourceWatchStore(Database database)
{
    internal const string SilencesSql =
        """
        select coalesce(s.name, ''), q.since, q.ended_at, q.names from source_silences q left join sources s on s.id = q.source_id
        where q.is_over = 0 order by q.id
        """;

    private const long Hour = 3_600_000;

    private static readonly TimeSpan Kept = TimeSpan.FromDays(60);

    /// <summary>Counts what came since the last call, of what has had a turn's time to be committed; false where another node did.</summary>
    public Task CountAsync(DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction, "insert into settings (name, value) values (@name, '0 0') on conflict do nothing", [("name", SettingNames.SourcesCounted)], ct);
            await connection.LockSettingAsync(transaction, SettingNames.SourcesCounted, ct);
            var place = (await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.SourcesCounted)], ct))!.Split(' ');
            var (from, upTo) = (long.Parse(place[0], CultureInfo.InvariantCulture), long.Parse(place[1], CultureInfo.InvariantCulture));
            var newest = await connection.ScalarAsync<long>(transaction, "select coalesce(max(id), 0) from events", [], ct);
            // What was the newest a call ago: whatever had a lower id has been committed since, or is a transaction of minutes.
            if (upTo > from)
            {
                var counts = await connection.QueryAsync(transaction,
                    $"""
                     select source_id, received_at / {Hour}, name, count(*), max(received_at) from events
                     where id > @from and id <= @up_to and source_id <> 0 and kind in ({(short)SignalKind.Occurred}, {(short)SignalKind.Described}, {(short)SignalKind.AccountDescribed}, {(short)SignalKind.Grouped})
                     group by source_id, received_at / {Hour}, name
                     """, [("from", from), ("up_to", upTo)],
                    reader => (Source: reader.GetInt32(0), Hour: reader.GetInt64(1), Name: reader.GetString(2), N: reader.GetInt64(3), Last: reader.GetInt64(4)), ct);
                var hours = counts.GroupBy(count => (count.Source, count.Hour)).Select(of => (of.Key.Source, of.Key.Hour, N: of.Sum(count => count.N))).ToList();
                await database.BulkAsync(connection, transaction, Rows.Of(hours).Int("source_id", h => h.Source).Long("hour", h => h.Hour).Long("count", h => h.N),
                    "insert into source_hours (source_id, hour, n) select r.source_id, r.hour, r.count from rows r where true on conflict (source_id, hour) do update set n = source_hours.n + excluded.n", ct);
                var names = counts.Where(count => count.Name.Length > 0).GroupBy(count => (count.Source, count.Name)).Select(of => (of.Key.Source, of.Key.Name, N: of.Sum(count => count.N), Last: of.Max(count => count.Last))).ToList();
                await database.BulkAsync(connection, transaction, Rows.Of(names).Int("source_id", n => n.Source).Text("name", n => n.Name).Long("count", n => n.N).Long("last_at", n => n.Last),
                    """
                    insert into source_names (source_id, name, n, last_at) select r.source_id, r.name, r.count, r.last_at from rows r where true
                    on conflict (source_id, name) do update set n = source_names.n + excluded.n, last_at = excluded.last_at
                    """, ct);
            }

            await connection.ExecuteAsync(transaction, "update settings set value = @value where name = @name",
                [("name", SettingNames.SourcesCounted), ("value", string.Create(CultureInfo.InvariantCulture, $"{upTo} {newest}"))], ct);
            await connection.ExecuteAsync(transaction, "delete from source_hours where hour < @before", [("before", (now - Kept).ToMilliseconds() / Hour)], ct);
        }, cancel);

    public async Task<IReadOnlyList<SourceRate>> RatesAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var sources = await connection.QueryAsync(null, "select id, name, revoked_at from sources where revoked_at is null or id in (select q.source_id from source_silences q where q.ended_at is null) order by id", [],
            reader => (Id: reader.GetInt32(0), Name: reader.GetString(1), IsRevoked: !reader.IsDBNull(2)), cancel);
        var hours = (await connection.QueryAsync(null, "select source_id, hour, n from source_hours", [], reader => (Source: reader.GetInt32(0), Hour: reader.GetInt64(1), N: reader.GetInt64(2)), cancel)).ToLookup(hour => hour.Source);
        var silences = (await connection.QueryAsync(null, "select q.source_id, coalesce(s.name, ''), q.since, q.ended_at, q.names from source_silences q join sources s on s.id = q.source_id where q.ended_at is null", [],
            reader => (Source: reader.GetInt32(0), Silence: ReadSilence(reader, 1)), cancel)).ToDictionary(found => found.Source, found => found.Silence);
        return [.. sources.Select(source => new SourceRate(source.Id, source.Name, SourceReading.Of(hours[source.Id].ToDictionary(hour => hour.Hour, hour => hour.N), now), silences.GetValueOrDefault(source.Id), source.IsRevoked))];
    }

    /// <summary>From now on the source is silent: part of the catalog, and an operator is called. False where it was silent already.</summary>
    public Task<bool> BeginSilenceAsync(SourceRate rate, DateTimeOffset since, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.LockSettingAsync(transaction, SettingNames.CatalogRevision, ct);
            if (await connection.ScalarAsync<long>(transaction, "select count(*) from source_silences where source_id = @id and ended_at is null", [("id", rate.SourceId)], ct) > 0) return false;
            // What it alone sends, or most of: what another source says as well is not silent.
            var names = await connection.QueryAsync(transaction,
                """
                select n.name from source_names n where n.source_id = @id and n.last_at >= @recent
                    and n.n * 2 >= (select sum(o.n) from source_names o where o.name = n.name) order by n.name
                """, [("id", rate.SourceId), ("recent", now - Kept)], reader => reader.GetString(0), ct);
            await connection.ExecuteAsync(transaction, "insert into source_silences (source_id, since, noticed_at, names) values (@id, @since, @now, @names)",
                [("id", rate.SourceId), ("since", since), ("now", now), ("names", JsonSerializer.Serialize(names))], ct);
            await CatalogStore.RaiseAsync(database, connection, transaction, ct);
            var detail = JsonSerializer.Serialize(new Dictionary<string, string>
            {
                ["source"] = rate.Name, ["since"] = since.ToString("O", CultureInfo.InvariantCulture), ["expected"] = Math.Round(rate.Reading.Expected).ToString(CultureInfo.InvariantCulture),
                ["came"] = rate.Reading.Came.ToString(CultureInfo.InvariantCulture), ["hours"] = rate.Reading.Hours.ToString(CultureInfo.InvariantCulture),
            });
            await OperatorCallStore.CallAsync(connection, transaction, CallKind.SourceSilent, rate.SourceId.ToString(CultureInfo.InvariantCulture), detail, now, ct);
            await AuditStore.AddAsync(connection, transaction, new("system", "source.silent", $"source:{rate.SourceId}", detail), now, ct);
            return true;
        }, cancel);

    /// <summary>The source is heard again.</summary>
    public Task<bool> EndSilenceAsync(SourceRate rate, DateTimeOffset now, string by, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.LockSettingAsync(transaction, SettingNames.CatalogRevision, ct);
            if (await connection.ExecuteAsync(transaction, "update source_silences set ended_at = @now where source_id = @id and ended_at is null", [("id", rate.SourceId), ("now", now)], ct) == 0) return false;
            await CatalogStore.RaiseAsync(database, connection, transaction, ct);
            await OperatorCallStore.EndAsync(connection, transaction, CallKind.SourceSilent, rate.SourceId.ToString(CultureInfo.InvariantCulture), by, now, ct);
            await AuditStore.AddAsync(connection, transaction, new("system", "source.heard", $"source:{rate.SourceId}", ""), now, ct);
            return true;
        }, cancel);

    /// <summary>Takes silences out of the catalog that nothing waits for any more.</summary>
    public async Task<bool> ForgetSilencesAsync(DateTimeOffset now, CancellationToken cancel)
    {
        const string done = "ended_at is not null and ended_at + (ended_at - since) + 86400000 < @now and is_over = 0";
        await using (var connection = await database.OpenAsync(cancel))
        {
            if (await connection.ScalarAsync<long>(null, $"select count(*) from source_silences where {done}", [("now", now)], cancel) == 0) return false;
        }

        return await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.LockSettingAsync(transaction, SettingNames.CatalogRevision, ct);
            if (await connection.ExecuteAsync(transaction, $"update source_silences set is_over = 1 where {done}", [("now", now)], ct) == 0) return false;
            await CatalogStore.RaiseAsync(database, connection, transaction, ct);
            return true;
        }, cancel);
    }

    internal static Silence ReadSilence(DbDataReader reader) => ReadSilence(reader, 0);

    private static Silence ReadSilence(DbDataReader reader, int first) => new(
        reader.GetString(first), reader.Instant(first + 1), reader.InstantOrNull(first + 2), JsonSerializer.Deserialize<List<string>>(reader.GetString(first + 3))!);
}
