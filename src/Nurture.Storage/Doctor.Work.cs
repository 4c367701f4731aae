using System.Data.Common;
using System.Globalization;

namespace Nurture.Storage;

/// <summary>Whether work goes on: who does it, what waits for how long, what holds it up.</summary>
public sealed partial class Doctor
{
    // Work takes milliseconds; what waits this long is not being worked at.
    private static readonly TimeSpan Late = TimeSpan.FromMinutes(5);

    /// <summary>An open transaction hides every later event from the slots; from this age on it is told.</summary>
    public TimeSpan OldTransaction { get; init; } = TimeSpan.FromMinutes(1);

    // A node checks in with the others every five seconds.
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(30);

    // Our choice: a gigabyte is some hours of a busy deployment, and a tenth is room for an index to be made anew.
    private const long LeastFreeBytes = 1L << 30;

    private async Task<Finding> LeasesAsync(DbConnection connection, CancellationToken cancel)
    {
        var lanes = await status.LanesAsync(cancel);
        if (lanes.All(lane => lane.Epoch == 0)) return new("leases", FindingLevel.Good, "no server has worked on this database yet");
        var held = lanes.Where(lane => lane.IsHeld).GroupBy(lane => lane.Owner!).OrderBy(node => node.Key, StringComparer.Ordinal)
            .Select(node => $"{node.Key} holds {Ranges(node.Select(lane => (int)lane.Lane))}").ToList();
        var expired = lanes.Where(lane => lane is { Owner: not null, IsHeld: false }).GroupBy(lane => lane.Owner!).OrderBy(node => node.Key, StringComparer.Ordinal)
            .Select(node => $"{Ranges(node.Select(lane => (int)lane.Lane))} was {node.Key}'s until {Age(-node.Min(lane => lane.Left)!.Value)} ago").ToList();
        var free = lanes.Where(lane => lane.Owner is null).Select(lane => (int)lane.Lane).ToList();
        if (expired.Count == 0 && free.Count == 0) return new("leases", FindingLevel.Good, string.Join("; ", held));
        var nobody = free.Count > 0 ? [$"nobody holds {Ranges(free)}"] : Array.Empty<string>();
        var others = await connection.ScalarAsync<long>(null, database.NodeCountSql, [], cancel);
        var advice = held.Count == 0
            ? "Start the server"
            : $"A running node takes them within seconds; if this stays so, look into the log of each of the {others} that are connected";
        return new("leases", FindingLevel.Warning, $"{string.Join("; ", [.. expired, .. nobody, .. held])}. What happens to these lanes' subjects waits. {advice}");
    }

    private async Task<Finding> LagAsync(CancellationToken cancel)
    {
        var unread = await status.UnreadAsync(cancel);
        if (unread.Oldest is not { } oldest) return new("lag", FindingLevel.Good, "no event waits to be read by the slots");
        var age = await NowAsync(cancel) - oldest;
        var count = $"{unread.Events.Count}{(unread.Events.IsMore ? " or more" : "")} events wait to be read by the slots, the oldest for {Age(age)}";
        return age < Late && !unread.Events.IsMore
            ? new("lag", FindingLevel.Good, count)
            : new("lag", age < Late ? FindingLevel.Warning : FindingLevel.Bad, $"{count}. It should be seconds: see leases and open transactions here, and the server's log");
    }

    private async Task<Finding> DueAsync(CancellationToken cancel)
    {
        var now = await NowAsync(cancel);
        if (await new SlotStore(database, new EventLog(database)).NextDueAsync(cancel) is not { } due) return new("due", FindingLevel.Good, "nobody waits for a moment");
        return now - due > Late
            ? new("due", FindingLevel.Bad, $"somebody has been due since {Moment(due)}, {Age(now - due)}. Is the server running? Its log says what holds it up")
            : new("due", FindingLevel.Good, due > now ? $"the next moment is {Moment(due)}" : "nobody waits longer than minutes");
    }

    private async Task<Finding> OutboxAsync(CancellationToken cancel)
    {
        var outbox = await status.OutboxAsync(cancel);
        var waiting = $"{outbox.Planned.Count}{(outbox.Planned.IsMore ? " or more" : "")} mails wait, {outbox.Claimed + outbox.Handed} are under way";
        var now = await NowAsync(cancel);
        // Null where all sending is stopped; that is a finding of its own.
        return await new SendStore(database).NextDueAsync(DateTimeOffset.MinValue, cancel) is { } due && now - due > Late
            ? new("outbox", FindingLevel.Bad, $"{waiting}; the oldest has been due since {Moment(due)}, {Age(now - due)}. Is the server running, and does the mail server answer? The server's log says what it is told")
            : new("outbox", FindingLevel.Good, waiting);
    }

    // The server makes one each month.
    private static readonly TimeSpan OldCheckpoint = TimeSpan.FromDays(45);

    private async Task<Finding> CheckpointAsync(CancellationToken cancel)
    {
        if (await new CheckpointStore(database).NewestAsync(cancel) is not { } newest)
            return new("checkpoint", FindingLevel.Good, "none yet; the server makes one each month, and you by: nurture checkpoint");
        var age = machine.GetUtcNow() - newest.BeganAt;
        var detail = $"the newest is of {Moment(newest.BeganAt)}, {newest.Subjects} subjects";
        return age < OldCheckpoint
            ? new("checkpoint", FindingLevel.Good, detail)
            : new("checkpoint", FindingLevel.Warning, $"{detail}. The server makes one each month; look for \"checkpoints\" in its log, or make one: nurture checkpoint");
    }

    private async Task<Finding> SpaceAsync(CancellationToken cancel)
    {
        var space = await status.SpaceAsync(cancel);
        if (space.FreeBytes is not { } free) return new("space", FindingLevel.Good, $"the database takes {Bytes(space.Bytes)}; what is left of its disk only its machine knows");
        var detail = $"the database takes {Bytes(space.Bytes)}, {Bytes(free)} of its disk are free";
        return free >= Math.Max(LeastFreeBytes, space.Bytes / 10)
            ? new("space", FindingLevel.Good, detail)
            : new("space", FindingLevel.Bad, $"{detail}. A full disk stops the intake: {Bytes(Math.Max(LeastFreeBytes, space.Bytes / 10))} should be free");
    }

    /// <summary>The slots read no event that is newer than the oldest transaction of the cluster, whichever database it works on.</summary>
    private async Task<IEnumerable<Finding>> OpenTransactionsAsync(DbConnection connection, CancellationToken cancel)
    {
        if (!database.IsPostgres) return [];
        var open = await connection.QueryAsync(null,
            """
            select format('process %s (%s, %s, database %s) has been in a transaction for %s s', pid, usename, coalesce(nullif(application_name, ''), 'unnamed'), datname, round(extract(epoch from clock_timestamp() - xact_start)))
            from pg_stat_activity where backend_xid is not null and extract(epoch from clock_timestamp() - xact_start) > @seconds
            union all
            select format('transaction "%s" has been prepared for %s s in database %s', gid, round(extract(epoch from clock_timestamp() - prepared)), database)
            from pg_prepared_xacts where extract(epoch from clock_timestamp() - prepared) > @seconds
            order by 1
            """, [("seconds", OldTransaction.TotalSeconds)], row => row.GetString(0), cancel);
        return open.Count == 0
            ? [new Finding("open transactions", FindingLevel.Good, "none holds up the log")]
            : open.Select(what => new Finding("open transactions", FindingLevel.Bad, $"{what}. Until it ends no newer event is read; end it (select pg_terminate_backend(PROCESS), or rollback prepared 'NAME')"));
    }

    /// <summary>
    /// What each node's clock said when it last checked in with the others (Quartz' cluster), by the database's clock: too
    /// early is a clock that runs ahead. One that is behind looks like a node that is silent.
    /// </summary>
    private async Task<IEnumerable<Finding>> NodeClocksAsync(DbConnection connection, CancellationToken cancel)
    {
        if (!database.IsPostgres || await connection.ScalarAsync<bool>(null, "select to_regclass('qrtz_scheduler_state') is null", [], cancel)) return [];
        var offset = await new ClockStore(database).LoadAsync(cancel);
        var checkins = await connection.QueryAsync(null, $"select instance_name, last_checkin_time, {database.NowSql} from qrtz_scheduler_state order by instance_name", [],
            // Quartz keeps ticks of the business clock.
            row => (Node: row.GetString(0), At: new DateTimeOffset(row.GetInt64(1), TimeSpan.Zero) - offset, Now: row.Instant(2)), cancel);
        return checkins.Select(node => (node.Now - node.At) switch
        {
            var ago when ago < -ClockTolerance => new Finding("node clock", FindingLevel.Bad,
                $"{node.Node}'s clock is {Age(-ago)} ahead of the database's. Nodes whose clocks are seconds apart take each other for gone; let all follow NTP"),
            var ago when ago > Silent => new Finding("node clock", FindingLevel.Warning,
                $"{node.Node} checked in {Age(ago)} ago by its clock: it is gone, or its clock is behind. One that is gone is forgotten by the others within a minute; let all follow NTP"),
            _ => new Finding("node clock", FindingLevel.Good, $"{node.Node}'s is the database's, as far as its last check-in shows"),
        });
    }

    /// <summary>Whether days and ids to come have partitions; without one, what comes is kept, but cannot be dropped as a whole.</summary>
    private async Task<Finding> PartitionsAsync(CancellationToken cancel)
    {
        if (await IntakeStore.LastDayAsync(database, cancel) is not { } day) return new("partitions", FindingLevel.Good, "no server has worked on this database yet");
        var (given, end) = (await new EventParts(database).AheadAsync(cancel))!.Value;
        var today = (await NowAsync(cancel)).UtcDateTime.Date;
        var missing = new[] { end <= given ? $"events end at id {end - 1}, and {given} is given" : null, day < today ? $"ids of messages end on {day:yyyy-MM-dd}" : null }.OfType<string>().ToList();
        return missing.Count == 0
            ? new("partitions", FindingLevel.Good, $"made up to {day:yyyy-MM-dd} for ids of messages, for {end - 1 - given} more events")
            : new("partitions", FindingLevel.Warning, $"the partitions of {string.Join("; those of ", missing)}. A running server makes them every hour; its log says why it could not, such as a lock that a dump held");
    }

    private async Task<DateTimeOffset> NowAsync(CancellationToken cancel) => machine.GetUtcNow() + await new ClockStore(database).LoadAsync(cancel);

    /// <summary><c>lanes 0–3, 7</c></summary>
    private static string Ranges(IEnumerable<int> lanes)
    {
        var ranges = new List<(int First, int Last)>();
        foreach (var lane in lanes.Order())
        {
            if (ranges.Count > 0 && ranges[^1].Last == lane - 1) ranges[^1] = (ranges[^1].First, lane);
            else ranges.Add((lane, lane));
        }

        var isOne = ranges is [var (first, last)] && first == last;
        return $"{(isOne ? "lane" : "lanes")} {string.Join(", ", ranges.Select(range => range.First == range.Last ? $"{range.First}" : $"{range.First}–{range.Last}"))}";
    }

    private static string Age(TimeSpan age) => age switch
    {
        { TotalMinutes: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalSeconds:0} s"),
        { TotalHours: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalMinutes:0} min"),
        { TotalDays: < 2 } => string.Create(CultureInfo.InvariantCulture, $"{age.TotalHours:0} h"),
        _ => string.Create(CultureInfo.InvariantCulture, $"{age.TotalDays:0} d"),
    };

    private static string Bytes(long bytes) => bytes < 1L << 30
        ? string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1 << 20):0.0} MiB")
        : string.Create(CultureInfo.InvariantCulture, $"{bytes / (double)(1L << 30):0.0} GiB");

    private static string Moment(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd HH:mm 'UTC'", CultureInfo.InvariantCulture);

    private static Finding Count(string name, long count, string what) => new(name, count == 0 ? FindingLevel.Good : FindingLevel.Warning, count == 0 ? "none" : $"{count} {what}");
}
