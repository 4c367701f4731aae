using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <param name="Standing">Enrollments that are live; as all here but who is parked, of customers.</param>
/// <param name="Parked">Subjects of those that stand still until somebody looks.</param>
/// <param name="Failed">Mails that failed, or of which nobody knows whether they left, since the same moment.</param>
public sealed record ScenarioActivity(long Standing, long Entered, long Parked, long Failed)
{
    public static ScenarioActivity None { get; } = new(0, 0, 0, 0);
}

/// <summary>An enrollment with a name to call its subject by.</summary>
public sealed record Standing(Position Position, string? Name);

/// <summary>What goes on in scenarios, as their pages show it.</summary>
public sealed class ScenarioActivityStore(Database database)
{
    /// <summary>By scenario. It counts all positions, so it is asked seldom and its answer kept.</summary>
    public async Task<IReadOnlyDictionary<string, ScenarioActivity>> ReadAsync(DateTimeOffset since, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var standing = await CountAsync($"select p.scenario, count(*) from positions p where {Counted.Subject("p")} group by p.scenario");
        // The numbers are those of the partial indexes: Entered; RenderFailed, Refused, Uncertain and Internal.
        var entered = await CountAsync($"select j.scenario, count(*) from journal j where j.reason = 1 and j.at >= @since and {Counted.Subject("j")} group by j.scenario");
        var failed = await CountAsync($"select j.scenario, count(*) from journal j where j.reason in (65, 66, 67, 68) and j.at >= @since and {Counted.Subject("j")} and {Counted.Person("j.contact_id")} group by j.scenario");
        var parked = await CountAsync(
            """
            select p.scenario, count(distinct p.subject_id) from parked k join positions p on p.subject_id = k.subject_id and p.kind = k.kind
            where k.resumed_at is null group by p.scenario
            """);
        return standing.Keys.Union(entered.Keys).Union(failed.Keys).Union(parked.Keys).ToDictionary(name => name, name => new ScenarioActivity(
            standing.GetValueOrDefault(name), entered.GetValueOrDefault(name), parked.GetValueOrDefault(name), failed.GetValueOrDefault(name)));

        async Task<Dictionary<string, long>> CountAsync(string sql) =>
            (await connection.QueryAsync(null, sql, [("since", since)], reader => (Name: reader.GetString(0), Count: reader.GetInt64(1)), cancel)).ToDictionary(c => c.Name, c => c.Count);
    }

    /// <summary>Who stands in a scenario, on all steps or one, in the order of their ids.</summary>
    public async Task<Page<Standing, long>> StandingAsync(ScenarioNames scenario, string? step, long? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select p.slot, p.enrollment_id, p.kind, p.subject_id, p.scenario, p.version, p.step, p.since, p.entered_at,
                 coalesce(c.name, c.email, a.name, a.external_id)
             from positions p
             left join contacts c on p.kind = 1 and c.id = p.subject_id
             left join accounts a on p.kind = 2 and a.id = p.subject_id
             where {scenario.Are("p.scenario")} {(step is null ? "" : "and p.step = @step")} and p.enrollment_id > @after
             order by p.enrollment_id limit @limit
             """, [.. scenario.Arguments, ("step", step ?? ""), ("after", after ?? long.MinValue), ("limit", limit + 1)],
            reader => new Standing(Position(reader), reader.TextOrNull(9)), cancel);
        return Page.Of(found, limit, standing => standing.Position.EnrollmentId);
    }

    /// <summary>A scenario's journal, newest first, of these reasons alone where any are given, with the subjects' names.</summary>
    public async Task<Page<(JournalRow Row, string? Name), long>> HistoryAsync(ScenarioNames scenario, IReadOnlyList<Reason> reasons, long? before, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var these = reasons.Count == 0 ? "" : $"and j.reason in ({string.Join(", ", reasons.Select(reason => (short)reason))})";
        var found = await connection.QueryAsync(null,
            $"""
             select j.id, j.slot, j.at, j.recorded_at, j.kind, j.subject_id, j.contact_id, j.scenario, j.version, j.enrollment_id, j.step, j.reason, j.detail, j.cause_id, j.correlation,
                 coalesce(c.name, c.email, a.name, a.external_id)
             from journal j
             left join contacts c on j.kind = 1 and c.id = j.subject_id
             left join accounts a on j.kind = 2 and a.id = j.subject_id
             where {scenario.Are("j.scenario")} and j.id < @before {these} order by j.id desc limit @limit
             """, [.. scenario.Arguments, ("before", before ?? long.MaxValue), ("limit", limit + 1)],
            reader => (Row: JournalStore.Read(reader), Name: reader.TextOrNull(15)), cancel);
        return Page.Of(found, limit, entry => entry.Row.Id);
    }

    /// <summary>Those of a scenario that stand still since a step failed.</summary>
    public async Task<IReadOnlyList<(Parked Parked, string? Name)>> ParkedAsync(ScenarioNames scenario, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
            select k.slot, k.kind, k.subject_id, k.at, k.error, k.step, k.event_ids, coalesce(c.name, c.email, a.name, a.external_id)
            from parked k
            left join contacts c on k.kind = 1 and c.id = k.subject_id
            left join accounts a on k.kind = 2 and a.id = k.subject_id
            where k.resumed_at is null and exists (select 1 from positions p where p.subject_id = k.subject_id and p.kind = k.kind and {scenario.Are("p.scenario")})
            order by k.at, k.subject_id limit @limit
            """, [.. scenario.Arguments, ("limit", limit)],
            reader => (ParkedStore.Read(reader), reader.TextOrNull(7)), cancel);
    }

    private static Position Position(DbDataReader reader) => new(
        reader.GetInt16(0), reader.GetInt64(1), new((SubjectKind)reader.GetInt16(2), reader.GetInt64(3)), reader.GetString(4), reader.GetInt32(5),
        reader.GetString(6), reader.Instant(7), reader.Instant(8));
}
