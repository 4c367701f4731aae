using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>How much of a kind a scenario has done within the window, and how much it may.</summary>
public sealed record VolumeStanding(string Scenario, BreakerKind Kind, long Count, long Bound, long? Usual, long Confirmed);

/// <summary>
/// The volume breaker. It is decided in the commit that plans: what is counted and what is planned are written together, and
/// from half of the bound on whoever plans for the scenario waits for whoever plans before. So no more than the batch that
/// goes beyond the bound does, and what that planned is claimed no more.
/// </summary>
public sealed class BreakerStore(Database database)
{
    public const string By = "volume breaker";

    // Of a confirmed count: a scenario sends to all of them more than once, by and by.
    private static readonly TimeSpan AllowedFor = TimeSpan.FromDays(30);

    private static readonly TimeSpan Kept = TimeSpan.FromDays(28);

    internal static async Task CountAsync(Database database, DbConnection connection, DbTransaction transaction, SlotCommit commit, Breaker breaker, CancellationToken cancel)
    {
        // Rows of a scenario have one switch, and so they are counted together.
        var counts = commit.Sends.Where(send => send.Draft.EnrollmentId != 0).GroupBy(send => Scenario.FamilyOf(send.Draft.Scenario)).Select(group => (Scenario: group.Key, Kind: BreakerKind.Mails, N: (long)group.Count()))
            .Concat(commit.Escalations.Where(opened => opened.Scenario.Length > 0).GroupBy(opened => Scenario.FamilyOf(opened.Scenario)).Select(group => (Scenario: group.Key, Kind: BreakerKind.Escalations, N: (long)group.Count())))
            .Concat(commit.Calls.Where(call => call.Draft.Scenario.Length > 0).GroupBy(call => Scenario.FamilyOf(call.Draft.Scenario)).Select(group => (Scenario: group.Key, Kind: BreakerKind.Webhooks, N: (long)group.Count())))
            .OrderBy(count => count.Scenario, StringComparer.Ordinal).ThenBy(count => count.Kind).ToList();
        if (counts.Count == 0) return;
        var now = Nurture.Contacts.Instants.ToMilliseconds(commit.RecordedAt);
        // Each batch has lanes of its own, so nobody waits here for another.
        await database.BulkAsync(connection, transaction, Rows.Of(counts).Text("scenario", c => c.Scenario).Short("kind", c => (short)c.Kind).Long("count", c => c.N)
                .Scalar("bucket", breaker.BucketOf(now)).Scalar("lane", commit.Lanes.Count > 0 ? commit.Lanes[0].Lane : (short)0),
            """
            insert into volumes (scenario, kind, bucket, lane, n) select r.scenario, r.kind, @bucket, @lane, r.count from rows r where true
            on conflict (scenario, kind, bucket, lane) do update set n = volumes.n + excluded.n
            """, cancel);
        foreach (var (scenario, kind, _) in counts)
        {
            var standing = await StandingAsync(connection, transaction, scenario, kind, breaker, now, cancel);
            if (standing.Count * 2 < standing.Bound) continue;
            await connection.ExecuteAsync(transaction,
                "insert into breakers (scenario, kind, touched) values (@scenario, @kind, @now) on conflict (scenario, kind) do update set touched = excluded.touched",
                [("scenario", scenario), ("kind", kind), ("now", now)], cancel);
            standing = await StandingAsync(connection, transaction, scenario, kind, breaker, now, cancel);
            if (standing.Count > standing.Bound) await TripAsync(database, connection, transaction, standing, breaker, commit.RecordedAt, cancel);
        }
    }

    /// <summary>How much the scenario has done in the window that ends now, of each kind.</summary>
    public async Task<IReadOnlyList<VolumeStanding>> StandingAsync(string scenario, Breaker breaker, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var standings = new List<VolumeStanding>();
        foreach (var kind in Enum.GetValues<BreakerKind>()) standings.Add(await StandingAsync(connection, null, scenario, kind, breaker, Nurture.Contacts.Instants.ToMilliseconds(now), cancel));
        return standings;
    }

    /// <summary>A confirmed count raises the scenario's bounds.</summary>
    public Task AllowAsync(string scenario, long n, string by, string because, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => AllowAsync(connection, transaction, scenario, n, by, because, now, ct), cancel);

    internal static Task AllowAsync(DbConnection connection, DbTransaction transaction, string scenario, long n, string by, string because, DateTimeOffset now, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "insert into breaker_allowances (scenario, n, until, given_by, because) values (@scenario, @n, @until, @by, @because)",
            [("scenario", Scenario.FamilyOf(scenario)), ("n", n), ("until", now + AllowedFor), ("by", by), ("because", because)], cancel);

    /// <summary>Learns what is usual from the last weeks, and forgets what is older.</summary>
    public async Task LearnAsync(Breaker breaker, DateTimeOffset now, CancellationToken cancel)
    {
        List<(string Scenario, short Kind, long Bucket, long Count)> counts;
        await using (var connection = await database.OpenAsync(cancel))
        {
            counts = await connection.QueryAsync(null, "select scenario, kind, bucket, sum(n) from volumes where bucket >= @since group by scenario, kind, bucket order by scenario, kind, bucket", [("since", now - Kept)],
                reader => (reader.GetString(0), reader.GetInt16(1), reader.GetInt64(2), Convert.ToInt64(reader.GetValue(3), CultureInfo.InvariantCulture)), cancel);
        }

        var usual = counts.GroupBy(count => (count.Scenario, count.Kind)).Select(of => (of.Key.Scenario, of.Key.Kind, Usual: breaker.UsualOf([.. of.Select(count => (count.Bucket, count.Count))]))).ToList();
        await database.WriteAsync(async (connection, transaction, ct) =>
        {
            await database.BulkAsync(connection, transaction, Rows.Of(usual).Text("scenario", u => u.Scenario).Short("kind", u => u.Kind).Long("usual", u => u.Usual),
                "insert into breakers (scenario, kind, usual) select r.scenario, r.kind, r.usual from rows r where true on conflict (scenario, kind) do update set usual = excluded.usual", ct);
            await connection.ExecuteAsync(transaction, "delete from volumes where bucket < @before", [("before", now - Kept)], ct);
            await connection.ExecuteAsync(transaction, "delete from breaker_allowances where until < @now", [("now", now)], ct);
        }, cancel);
    }

    /// <summary>Somebody lets the scenario go on: it counts anew, and nobody is called for it any more.</summary>
    internal static async Task ResetAsync(DbConnection connection, DbTransaction transaction, string scenario, string by, DateTimeOffset now, CancellationToken cancel)
    {
        await connection.ExecuteAsync(transaction, "update volumes set n = 0 where scenario = @scenario and bucket >= @since", [("scenario", scenario), ("since", now - TimeSpan.FromDays(1))], cancel);
        await OperatorCallStore.EndAsync(connection, transaction, CallKind.VolumeTripped, scenario, by, now, cancel);
    }

    private static async Task<VolumeStanding> StandingAsync(
        DbConnection connection, DbTransaction? transaction, string scenario, BreakerKind kind, Breaker breaker, long now, CancellationToken cancel) =>
        await connection.FirstAsync(transaction,
            """
            select (select coalesce(sum(v.n), 0) from volumes v where v.scenario = @scenario and v.kind = @kind and v.bucket >= @first),
                (select b.usual from breakers b where b.scenario = @scenario and b.kind = @kind),
                (select coalesce(sum(a.n), 0) from breaker_allowances a where a.scenario = @scenario and a.until > @now)
            """, [("scenario", scenario), ("kind", kind), ("first", breaker.FirstOf(now)), ("now", now)],
            reader =>
            {
                var (count, usual, confirmed) = (Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), reader.LongOrNull(1), Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture));
                return new VolumeStanding(scenario, kind, count, breaker.BoundOf(kind, usual, confirmed), usual, confirmed);
            }, cancel) ?? throw new InvalidOperationException("A question without a table answers with a row.");

    private static async Task TripAsync(
        Database database, DbConnection connection, DbTransaction transaction, VolumeStanding standing, Breaker breaker, DateTimeOffset now, CancellationToken cancel)
    {
        var what = standing.Kind.ToString().ToLowerInvariant();
        var because = string.Create(CultureInfo.InvariantCulture, $"{standing.Count} {what} within {breaker.WithinText}, more than {standing.Bound}");
        if (!await CatalogStore.PauseAsync(database, connection, transaction, standing.Scenario, By, because, now, cancel)) return;
        var detail = JsonSerializer.Serialize(new Dictionary<string, string>
        {
            ["what"] = what, ["count"] = standing.Count.ToString(CultureInfo.InvariantCulture), ["bound"] = standing.Bound.ToString(CultureInfo.InvariantCulture),
            ["within"] = breaker.WithinText, ["usual"] = standing.Usual?.ToString(CultureInfo.InvariantCulture) ?? "",
        });
        await OperatorCallStore.CallAsync(connection, transaction, CallKind.VolumeTripped, standing.Scenario, detail, now, cancel);
        await AuditStore.AddAsync(connection, transaction, new("system", "breaker.tripped", $"scenario:{standing.Scenario}", detail), now, cancel);
    }
}
