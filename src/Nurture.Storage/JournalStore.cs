using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>A decision as it was recorded.</summary>
public sealed record JournalRow(long Id, short Slot, DateTimeOffset RecordedAt, JournalEntry Entry);

/// <param name="Subject">Its own entries; for a contact also those of its account that concern it.</param>
/// <param name="Before">Go on after a page: entries with a lower id.</param>
public sealed record JournalQuery(SubjectRef? Subject, ScenarioNames? Scenario, long? Before, int Limit);

/// <summary>A place in a list of decisions by their moments.</summary>
public readonly record struct DecisionPlace(DateTimeOffset At, long Id);

public sealed class JournalStore(Database database)
{
    /// <summary>Entered, reached the goal, came to the end: what pages count by the day; also the condition of an index.</summary>
    internal const string IsTurn = "j.reason in (1, 80, 84)";

    /// <summary>An entry of one subject that concerns a contact besides; also the condition of an index.</summary>
    internal const string ConcernsAnother = "j.contact_id > 0 and (j.kind <> 1 or j.contact_id <> j.subject_id)";

    internal const string Columns =
        "j.id, j.slot, j.at, j.recorded_at, j.kind, j.subject_id, j.contact_id, j.scenario, j.version, j.enrollment_id, j.step, j.reason, j.detail, j.cause_id, j.correlation";

    /// <summary>Newest first.</summary>
    public async Task<Page<JournalRow, long>> ListAsync(JournalQuery query, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var scenario = query.Scenario is { } names ? $"and {names.Are("j.scenario")}" : "";
        var sql = query.Subject switch
        {
            // Two indexes, one page.
            { Kind: SubjectKind.Contact } =>
                $"""
                 select {Columns} from (
                     select * from (select * from journal j where j.kind = 1 and j.subject_id = @subject and j.id < @before {scenario} order by j.id desc limit @limit) own
                     union all
                     select * from (select * from journal j where j.contact_id = @subject and {ConcernsAnother} and j.id < @before {scenario} order by j.id desc limit @limit) about) j
                 order by j.id desc limit @limit
                 """,
            { } => $"select {Columns} from journal j where j.kind = 2 and j.subject_id in ({await OwnAsync(connection, query.Subject.Value, cancel)}) and j.id < @before {scenario} order by j.id desc limit @limit",
            null => $"select {Columns} from journal j where j.id < @before {scenario} order by j.id desc limit @limit",
        };
        var found = await connection.QueryAsync(null, sql,
            [("before", query.Before ?? long.MaxValue), ("limit", query.Limit + 1), ("subject", query.Subject?.Id ?? 0), .. query.Scenario?.Arguments ?? []], Read, cancel);
        return Page.Of(found, query.Limit, row => row.Id);
    }

    /// <summary>Entries of one of the reasons that are counted by the day, the latest first.</summary>
    public async Task<Page<JournalRow, DecisionPlace>> TurnsAsync(Reason reason, DateTimeOffset since, DecisionPlace? before, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select {Columns} from journal j where {IsTurn} and {Counted.Subject("j")} and j.reason = {(short)reason} and j.at >= @since and (j.at, j.id) < (@at, @id)
             order by j.at desc, j.id desc limit @limit
             """,
            [("since", since), ("at", before?.At.ToMilliseconds() ?? long.MaxValue), ("id", before?.Id ?? long.MaxValue), ("limit", limit + 1)], Read, cancel);
        return Page.Of(found, limit, row => new DecisionPlace(row.Entry.At, row.Id));
    }

    /// <summary>Of an enrollment of the subject, in their order.</summary>
    public async Task<IReadOnlyList<JournalRow>> OfEnrollmentAsync(SubjectRef subject, long enrollmentId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {Columns} from journal j
             where j.kind = {(short)subject.Kind} and j.subject_id in ({await OwnAsync(connection, subject, cancel)}) and j.enrollment_id = @enrollment
             order by j.at, j.id limit @limit
             """, [("enrollment", enrollmentId), ("limit", limit)], Read, cancel);
    }

    /// <summary>What was decided about an account that turned out to be this one stays under its id, and is this one's.</summary>
    private static async Task<string> OwnAsync(DbConnection connection, SubjectRef subject, CancellationToken cancel) =>
        string.Join(", ", subject.Kind == SubjectKind.Account ? await AccountStore.WithMergedAsync(connection, null, subject.Id, cancel) : [subject.Id]);

    internal static JournalRow Read(DbDataReader reader) => new(reader.GetInt64(0), reader.GetInt16(1), reader.Instant(3), new JournalEntry(
        reader.Instant(2), new((SubjectKind)reader.GetInt16(4), reader.GetInt64(5)), reader.GetInt64(6), reader.GetString(7), reader.GetInt32(8),
        reader.GetInt64(9), reader.GetString(10), (Reason)reader.GetInt16(11), reader.GetString(12), reader.GetInt64(13), reader.GetString(14)));
}
