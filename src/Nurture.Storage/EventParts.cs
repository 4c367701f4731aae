using System.Data.Common;
using System.Globalization;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>
/// Keeps the log of events cheap however long it grows. On PostgreSQL it stands in parts by id, each about a day of a busy
/// deployment, made ahead and dropped as a whole; on SQLite the rows stand in their order, and the oldest go a few at a time.
/// </summary>
public sealed class EventParts(Database database)
{
    /// <summary>Ids in a part at least: so small a table is no gain to cut.</summary>
    public const long LeastInPart = 1_000_000;

    // Beyond it a part would be what parts are there to avoid.
    private const long MostInPart = 200_000_000;

    private const long PartsLock = 7003;

    private sealed record Part(string Name, long From, long To);

    /// <summary>The last id that was given to an event, at a moment of the database's clock.</summary>
    private readonly record struct Given(long Last, long At);

    /// <summary>
    /// Makes parts ahead, two days' worth, and lets the slots' readers leave out those that all of them have read. Meant to be
    /// called every hour; what comes when the parts made are full stands in one of its own. Does nothing on SQLite.
    /// </summary>
    public Task TurnAsync(CancellationToken cancel) => !database.IsPostgres ? Task.CompletedTask :
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await HoldAsync(connection, transaction, ct);
            var parts = await PartsAsync(connection, transaction, ct);
            var given = await connection.FirstAsync(transaction, $"select last_value, {database.NowSql} from events_id", [], row => new Given(row.GetInt64(0), row.GetInt64(1)), ct);
            var noted = await connection.ScalarAsync<string>(transaction, "select value from settings where name = @name", [("name", SettingNames.EventsGiven)], ct);
            var before = noted?.Split(' ') is [var last, var at] ? new Given(long.Parse(last, CultureInfo.InvariantCulture), long.Parse(at, CultureInfo.InvariantCulture)) : new Given(0, 0);
            await MakeAheadAsync(connection, transaction, parts, given, before, ct);
            var settled = await SettleAsync(connection, transaction, given, before, ct);
            foreach (var part in parts.TakeWhile(part => part.To <= settled))
            {
                if (!await IsReadAsync(connection, transaction, part, ct)) break;
                await connection.ExecuteAsync(transaction, "update lanes set era_floor = @up_to where era_floor < @up_to", [("up_to", part.To - 1)], ct);
            }
        }, cancel);

    /// <summary>
    /// Drops events that were received before a moment, oldest first: a part on PostgreSQL, some of <paramref name="limit"/> rows on
    /// SQLite. Those that a slot has not read, keeps for later or has parked stay, and so does what came after them.
    /// </summary>
    /// <returns>False when nothing is left to drop.</returns>
    public Task<bool> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => database.IsPostgres
            ? DropAsync(connection, transaction, before, limit, ct)
            : DeleteAsync(connection, transaction, "events", "(select min(event_id) from lanes)", before, limit, ct), cancel);

    /// <summary>Every event that was received since then is there; <see cref="DateTimeOffset.UnixEpoch"/> where none was dropped yet.</summary>
    public async Task<DateTimeOffset> KeptSinceAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var since = await connection.ScalarAsync<string>(null, "select value from settings where name = @name", [("name", SettingNames.EventsKeptSince)], cancel);
        return since is null ? DateTimeOffset.UnixEpoch : DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(since, CultureInfo.InvariantCulture));
    }

    /// <summary>How many ids were given to events, and up to which there are parts; null on SQLite, which has none.</summary>
    public async Task<(long Given, long End)?> AheadAsync(CancellationToken cancel)
    {
        if (!database.IsPostgres) return null;
        await using var connection = await database.OpenAsync(cancel);
        var given = await connection.ScalarAsync<long>(null, "select last_value from events_id", [], cancel);
        return (given, (await PartsAsync(connection, null, cancel)) is [.., var last] ? last.To : 1);
    }

    // One node at a time; and who waits for intake's transactions longer than this would make all of intake wait.
    private static Task<int> HoldAsync(DbConnection connection, DbTransaction transaction, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "set local lock_timeout = '2s'; select pg_advisory_xact_lock(@lock)", [("lock", PartsLock)], cancel);

    private static Task<List<Part>> PartsAsync(DbConnection connection, DbTransaction? transaction, CancellationToken cancel) =>
        connection.QueryAsync(transaction,
            """
            select c.relname, b.bounds[1]::bigint, b.bounds[2]::bigint
            from pg_inherits i join pg_class c on c.oid = i.inhrelid
            cross join lateral regexp_match(pg_get_expr(c.relpartbound, c.oid), '^FOR VALUES FROM \(''(\d+)''\) TO \(''(\d+)''\)$') b (bounds)
            where i.inhparent = 'events'::regclass and b.bounds is not null order by 2
            """, [], row => new Part(row.GetString(0), row.GetInt64(1), row.GetInt64(2)), cancel);

    private static async Task MakeAheadAsync(DbConnection connection, DbTransaction transaction, List<Part> parts, Given given, Given before, CancellationToken cancel)
    {
        var width = WidthOf(parts, given, before);
        var end = parts.Count == 0 ? 1 : parts[^1].To;
        // Faster than was foreseen: what came since stands where it is, and the next part begins well ahead of it.
        if (given.Last >= end) end = 1 + RoundUp(given.Last + width);
        for (; end - given.Last < 2 * width; end += width)
            await connection.ExecuteAsync(transaction, FormattableString.Invariant($"create table events_{end} partition of events for values from ({end}) to ({end + width})"), [], cancel);
    }

    /// <summary>How many ids a day takes, as fast as they went of late; as many as before where the time is too short to tell.</summary>
    private static long WidthOf(List<Part> parts, Given given, Given before)
    {
        var took = given.At - before.At;
        if (before.Last == 0 || took < TimeSpan.FromMinutes(30).TotalMilliseconds) return parts.Count < 2 ? LeastInPart : parts[^1].To - parts[^1].From;
        return Math.Clamp(RoundUp((given.Last - before.Last) * (TimeSpan.MillisecondsPerDay / (double)took)), LeastInPart, MostInPart);
    }

    private static long RoundUp(double ids) => (long)Math.Min(Math.Ceiling(ids / LeastInPart), long.MaxValue / LeastInPart) * LeastInPart;

    /// <summary>
    /// Up to which id nothing can be added any more. Ids are given before their transactions end; so it is the last one that an
    /// earlier call saw, once every transaction that was open then has ended.
    /// </summary>
    private static async Task<long> SettleAsync(DbConnection connection, DbTransaction transaction, Given given, Given before, CancellationToken cancel)
    {
        var isOpen = before.Last > 0 && await connection.ScalarAsync<bool>(transaction,
            """
            select exists (select 1 from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid() and extract(epoch from xact_start) * 1000 <= @at)
                or exists (select 1 from pg_prepared_xacts where database = current_database())
            """, [("at", before.At)], cancel);
        if (isOpen) return 0;
        await connection.ExecuteAsync(transaction,
            "insert into settings (name, value) values (@name, @given) on conflict (name) do update set value = excluded.value",
            [("name", SettingNames.EventsGiven), ("given", FormattableString.Invariant($"{given.Last} {given.At}"))], cancel);
        return before.Last;
    }

    private static Task<bool> IsReadAsync(DbConnection connection, DbTransaction transaction, Part part, CancellationToken cancel) =>
        connection.ScalarAsync<bool>(transaction,
            $"""
             select not exists (
                 select 1 from lanes l cross join lateral (
                     select 1 from {part.Name} e where e.lane = l.lane and (e.xid, e.id) > (l.xid, l.event_id) and e.id > l.era_floor limit 1) e)
             """, [], cancel);

    private static async Task<bool> DropAsync(DbConnection connection, DbTransaction transaction, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        await HoldAsync(connection, transaction, cancel);
        if ((await PartsAsync(connection, transaction, cancel)).FirstOrDefault() is not { } oldest) return false;
        // What stands between two parts is older than the later one.
        if (await DeleteAsync(connection, transaction, "events_others", FormattableString.Invariant($"least({oldest.From - 1}, (select min(era_floor) from lanes))"), before, limit, cancel)) return true;
        var read = await connection.ScalarAsync<long>(transaction, "select min(era_floor) from lanes", [], cancel);
        if (oldest.To - 1 > read) return false;
        var newest = await connection.ScalarAsync<long?>(transaction, $"select max(received_at) from {oldest.Name}", [], cancel);
        if (newest >= before.ToMilliseconds() || await FirstHeldAsync(connection, transaction, oldest.From, cancel) < oldest.To) return false;
        if (newest is { } at) await NoteAsync(connection, transaction, at, cancel);
        await connection.ExecuteAsync(transaction, $"drop table {oldest.Name}", [], cancel);
        return true;
    }

    private static async Task<bool> DeleteAsync(
        DbConnection connection, DbTransaction transaction, string table, string upTo, DateTimeOffset before, int limit, CancellationToken cancel)
    {
        var held = await FirstHeldAsync(connection, transaction, 0, cancel);
        var oldest = await connection.QueryAsync(transaction,
            $"select id, received_at from {table} where id <= {upTo} order by id limit @limit", [("limit", limit)],
            row => (Id: row.GetInt64(0), At: row.GetInt64(1)), cancel);
        var dropped = oldest.TakeWhile(row => row.At < before.ToMilliseconds() && row.Id < held).ToList();
        if (dropped.Count == 0) return false;
        await NoteAsync(connection, transaction, dropped.Max(row => row.At), cancel);
        await connection.ExecuteAsync(transaction, $"delete from {table} where id <= @id", [("id", dropped[^1].Id)], cancel);
        return true;
    }

    /// <summary>The first event, from an id on, that somebody still has to read a second time.</summary>
    private static async Task<long> FirstHeldAsync(DbConnection connection, DbTransaction transaction, long from, CancellationToken cancel)
    {
        var kept = await connection.ScalarAsync<long?>(transaction, "select min(event_id) from kept_signals where event_id >= @from", [("from", from)], cancel);
        // A word that resumes somebody may not have been read yet, so those who were resumed count too.
        var parked = await connection.QueryAsync(transaction, "select slot, kind, subject_id, at, error, step, event_ids from parked", [], ParkedStore.Read, cancel);
        return parked.SelectMany(subject => subject.EventIds).Where(id => id >= from).Append(kept ?? long.MaxValue).Min();
    }

    private static Task<int> NoteAsync(DbConnection connection, DbTransaction transaction, long newestDropped, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction,
            """
            insert into settings (name, value) values (@name, @since) on conflict (name) do update set value = excluded.value
            where cast(settings.value as bigint) < cast(excluded.value as bigint)
            """, [("name", SettingNames.EventsKeptSince), ("since", (newestDropped + 1).ToString(CultureInfo.InvariantCulture))], cancel);
}
