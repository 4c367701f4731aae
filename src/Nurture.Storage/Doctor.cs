using System.Data.Common;
using System.Globalization;

namespace Nurture.Storage;

public enum FindingLevel { Good, Warning, Bad }

/// <param name="Detail">What was found, and what would be right.</param>
public sealed record Finding(string Name, FindingLevel Level, string Detail);

/// <summary>Asks the database whether it keeps the promises that are made on it.</summary>
public sealed partial class Doctor(Database database, TimeProvider machine)
{
    private static readonly TimeSpan ClockTolerance = TimeSpan.FromSeconds(2);

    private readonly StatusStore status = new(database);

    public async Task<IReadOnlyList<Finding>> ExamineAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var findings = new List<Finding>();
        findings.AddRange(database.IsPostgres ? await PostgresAsync(connection, cancel) : await SqliteAsync(connection, cancel));
        findings.Add(await ClockAsync(connection, cancel));
        findings.AddRange(await NodeClocksAsync(connection, cancel));
        findings.Add(await LeasesAsync(connection, cancel));
        findings.AddRange(await OpenTransactionsAsync(connection, cancel));
        findings.Add(await LagAsync(cancel));
        findings.Add(await DueAsync(cancel));
        findings.Add(await OutboxAsync(cancel));
        findings.Add(await SpaceAsync(cancel));
        if (database.IsPostgres) findings.Add(await PartitionsAsync(cancel));
        findings.Add(await CheckpointAsync(cancel));
        findings.Add(Count("parked", await status.ParkedAsync(cancel), "subjects stand still since a step of theirs failed. See them by GET /api/v1/parked; mend the cause, then resume each by POST /api/v1/parked/ID/resume"));
        findings.Add(Count("erasure", await connection.ScalarAsync<long>(null, "select count(*) from contacts where is_erasing <> 0", [], cancel), "erasures are not over. A running server goes on with them"));
        return findings;
    }

    private static async Task<IEnumerable<Finding>> PostgresAsync(DbConnection connection, CancellationToken cancel)
    {
        var settings = await connection.QueryAsync(null,
            "select name, setting from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes', 'server_version_num') order by name", [],
            reader => (Name: reader.GetString(0), Value: reader.GetString(1)), cancel);
        return settings.Select(setting => setting.Name switch
        {
            "server_version_num" => new Finding("server", int.Parse(setting.Value, CultureInfo.InvariantCulture) >= 140_000 ? FindingLevel.Good : FindingLevel.Bad,
                $"version {setting.Value}; 14 or later is needed"),
            // remote_apply and remote_write wait for more than this disk; local is this disk alone, which is what is promised.
            "synchronous_commit" => new Finding(setting.Name, setting.Value == "off" ? FindingLevel.Bad : FindingLevel.Good, $"{setting.Value}; a commit must wait for the disk"),
            _ => new Finding(setting.Name, setting.Value == "on" ? FindingLevel.Good : FindingLevel.Bad, $"{setting.Value}; must be on, or a crash loses what was acknowledged"),
        });
    }

    private static async Task<IEnumerable<Finding>> SqliteAsync(DbConnection connection, CancellationToken cancel)
    {
        var synchronous = await connection.ScalarAsync<long>(null, "pragma synchronous", [], cancel);
        var journal = await connection.ScalarAsync<string>(null, "pragma journal_mode", [], cancel);
        return
        [
            new Finding("synchronous", synchronous >= 2 ? FindingLevel.Good : FindingLevel.Bad, $"{synchronous}; must be 2 (full), or a power cut loses what was acknowledged"),
            new Finding("journal_mode", journal == "wal" ? FindingLevel.Good : FindingLevel.Bad, $"{journal}; must be wal, so that reading does not stop writing"),
        ];
    }

    private async Task<Finding> ClockAsync(DbConnection connection, CancellationToken cancel)
    {
        var before = machine.GetUtcNow();
        var theirs = DateTimeOffset.FromUnixTimeMilliseconds(await connection.ScalarAsync<long>(null, $"select {database.NowSql}", [], cancel));
        var after = machine.GetUtcNow();
        var off = theirs < before ? before - theirs : theirs > after ? theirs - after : TimeSpan.Zero;
        return new Finding("clock", off <= ClockTolerance ? FindingLevel.Good : FindingLevel.Warning,
            string.Create(CultureInfo.InvariantCulture, $"the database's clock and this machine's differ by {off.TotalSeconds:0.0} s{(off <= ClockTolerance ? "" : "; both should follow NTP")}"));
    }
}
