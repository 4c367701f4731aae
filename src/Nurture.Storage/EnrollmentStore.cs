using System.Data.Common;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>Where a live enrollment stands.</summary>
public sealed record Position(
    short Slot, long EnrollmentId, SubjectRef Subject, string Scenario, int Version, string Step, DateTimeOffset Since, DateTimeOffset EnteredAt);

/// <summary>A place in the list of a scenario's positions.</summary>
public readonly record struct PositionPlace(int Version, string Step, long EnrollmentId);

public sealed record StepCount(int Version, string Step, long Count);

public sealed class EnrollmentStore(Database database)
{
    internal const string Columns = "p.slot, p.enrollment_id, p.kind, p.subject_id, p.scenario, p.version, p.step, p.since, p.entered_at";

    public async Task<Position?> FindAsync(long enrollmentId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        // The slot leads the key, and only the subject knows it: each is looked into, rather than all positions read.
        var slots = Enumerable.Range(0, Slots.Count).Select(slot => (short)slot).ToList();
        var found = await database.BulkAsync(connection, null, Rows.Of(slots).Short("slot", slot => slot).Scalar("id", enrollmentId),
            $"select {Columns} from rows r join positions p on p.slot = r.slot and p.enrollment_id = @id", Read, cancel);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Those that a subject is in, in the order of entering.</summary>
    public async Task<IReadOnlyList<Position>> OfSubjectAsync(SubjectRef subject, string? scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {Columns} from positions p where p.subject_id = @id and p.kind = @kind {(scenario is null ? "" : "and p.scenario = @scenario")}
             order by p.entered_at, p.enrollment_id
             """, [("id", subject.Id), ("kind", (short)subject.Kind), ("scenario", scenario ?? "")], Read, cancel);
    }

    /// <summary>Those in a scenario, by version and step.</summary>
    public async Task<Page<Position, PositionPlace>> OfScenarioAsync(ScenarioNames scenario, PositionPlace? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select {Columns} from positions p
             where {scenario.Are("p.scenario")} and (p.version, p.step, p.enrollment_id) > (@version, @step, @id)
             order by p.version, p.step, p.enrollment_id limit @limit
             """,
            [.. scenario.Arguments, ("version", after?.Version ?? 0), ("step", after?.Step ?? ""), ("id", after?.EnrollmentId ?? long.MinValue), ("limit", limit + 1)], Read, cancel);
        return Page.Of(found, limit, position => new PositionPlace(position.Version, position.Step, position.EnrollmentId));
    }

    /// <summary>Whether anybody stands in a version, our own people too.</summary>
    public async Task<bool> IsStoodInAsync(ScenarioNames scenario, int version, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, $"select count(*) from (select 1 from positions p where {scenario.Are("p.scenario")} and p.version = @version limit 1) t", [.. scenario.Arguments, ("version", version)], cancel) > 0;
    }

    /// <summary>How many customers stand on each step; reads all positions of the scenario, so not for every page.</summary>
    public async Task<IReadOnlyList<StepCount>> CountAsync(ScenarioNames scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"select p.version, p.step, count(*) from positions p where {scenario.Are("p.scenario")} and {Counted.Subject("p")} group by p.version, p.step order by p.version, p.step", [.. scenario.Arguments],
            reader => new StepCount(reader.GetInt32(0), reader.GetString(1), reader.GetInt64(2)), cancel);
    }

    internal static Position Read(DbDataReader reader) => new(
        reader.GetInt16(0), reader.GetInt64(1), new((SubjectKind)reader.GetInt16(2), reader.GetInt64(3)), reader.GetString(4), reader.GetInt32(5),
        reader.GetString(6), reader.Instant(7), reader.Instant(8));
}
