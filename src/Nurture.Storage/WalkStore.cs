using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>Stored by number.</summary>
public enum WalkState : short
{
    Walking = 1,
    Done = 2,

    /// <summary>Its moment was not kept: nobody is asked, or nobody any more.</summary>
    Missed = 3,
}

/// <summary>A moment of a scenario's schedule, and how far everybody has been asked whether to enter.</summary>
/// <param name="Reason">Why it was missed; empty otherwise.</param>
/// <param name="Subjects">How many there were when it began.</param>
/// <param name="AfterId">The last subject asked.</param>
/// <param name="LastEventId">No later than this in the log stand the questions asked so far.</param>
/// <param name="CountedTo">The journal entry up to which <paramref name="Entered"/> counts.</param>
/// <param name="Minute">Since the beginning, of the latest step.</param>
/// <param name="BeganAt">The moment itself, or later where it was noticed late.</param>
public sealed record ScenarioWalk(
    string Scenario, DateTimeOffset Moment, int Version, SubjectKind Kind, WalkState State, string Reason, long Subjects, long Asked, long Entered,
    long AfterId, long LastEventId, long CountedTo, long Minute, long EnteredInMinute, DateTimeOffset BeganAt, DateTimeOffset MovedAt, DateTimeOffset? EndedAt);

/// <summary>Where a walk asks next.</summary>
public sealed record WalkStop(long Id, short Slot, int Hop);

/// <summary>Walks of scenarios' schedules: each step is one transaction with the signals that it appends.</summary>
public sealed class WalkStore(Database database, EventLog log)
{
    private const string Columns =
        "scenario, moment, version, kind, state, reason, subjects, asked, entered, after_id, last_event_id, counted_to, minute, entered_in_minute, began_at, moved_at, ended_at";

    /// <summary>Begins the walk of a moment, or notes that it was missed; false where that was done before.</summary>
    public Task<bool> BeginAsync(
        string scenario, DateTimeOffset moment, int version, SubjectKind kind, DateTimeOffset beganAt, DateTimeOffset now, string missedBecause, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            $"""
             insert into scenario_walks ({Columns})
             values (@scenario, @moment, @version, @kind, @state, @reason, (select count(*) from {Subjects(kind)}), 0, 0, 0, 0, (select coalesce(max(id), 0) from journal),
                     0, 0, @began, @now, @ended)
             on conflict do nothing
             """,
            [
                ("scenario", scenario), ("moment", moment), ("version", version), ("kind", (short)kind), ("state", missedBecause.Length > 0 ? WalkState.Missed : WalkState.Walking),
                ("reason", missedBecause), ("began", beganAt), ("now", now), ("ended", missedBecause.Length > 0 ? now.ToMilliseconds() : null),
            ], ct) > 0, cancel);

    public async Task<IReadOnlyList<ScenarioWalk>> WalkingAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from scenario_walks where state = 1 order by moment, scenario", [], Read, cancel);
    }

    /// <summary>The latest walk of each scenario.</summary>
    public async Task<IReadOnlyList<ScenarioWalk>> LatestAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"select {Columns} from scenario_walks w where moment = (select max(l.moment) from scenario_walks l where l.scenario = w.scenario) order by scenario", [], Read, cancel);
    }

    /// <summary>Whom to ask next, by id so that nobody who moves between slots is passed over.</summary>
    public Task<IReadOnlyList<WalkStop>> NextAsync(ScenarioWalk walk, int limit, CancellationToken cancel) => NextAsync(walk.Kind, walk.AfterId, limit, cancel);

    /// <summary>All whom a walk would ask, a page at a time.</summary>
    public async Task<IReadOnlyList<WalkStop>> NextAsync(SubjectKind kind, long afterId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"select s.id, s.slot, {(kind == SubjectKind.Contact ? "s.hop" : "0")} from {Subjects(kind)} and s.id > @after order by s.id limit @limit",
            [("after", afterId), ("limit", limit)], reader => new WalkStop(reader.GetInt64(0), reader.GetInt16(1), (int)reader.GetInt64(2)), cancel);
    }

    /// <summary>The last one whom a walk would ask; 0 where there is nobody.</summary>
    public async Task<long> LastIdAsync(SubjectKind kind, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, $"select coalesce(max(s.id), 0) from {Subjects(kind)}", [], cancel);
    }

    /// <summary>How many a walk would ask.</summary>
    public async Task<long> SubjectsAsync(SubjectKind kind, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, $"select count(*) from {Subjects(kind)}", [], cancel);
    }

    /// <summary>How many have entered the scenario since the last count, and the journal entry up to which that is.</summary>
    public async Task<(long Entered, long CountedTo)> CountAsync(ScenarioWalk walk, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null,
            $"select count(*), coalesce(max(id), @counted) from journal where scenario = @scenario and id > @counted and reason = {(short)Reason.Entered}",
            [("scenario", walk.Scenario), ("counted", walk.CountedTo)], reader => (reader.GetInt64(0), reader.GetInt64(1)), cancel);
    }

    /// <summary>Appends the questions and moves the walk on in one transaction; false, and nothing is written, when another node was faster.</summary>
    /// <param name="moved">As it is after the step but for <see cref="ScenarioWalk.LastEventId"/>.</param>
    public Task<bool> MoveAsync(ScenarioWalk walk, ScenarioWalk moved, IReadOnlyList<StoredEvent> questions, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isOurs = await connection.ExecuteAsync(transaction,
                """
                update scenario_walks set state = @state, reason = @reason, asked = @asked, entered = @entered, after_id = @after, counted_to = @counted,
                    minute = @minute, entered_in_minute = @in_minute, moved_at = @moved_at, ended_at = @ended
                where scenario = @scenario and moment = @moment and state = 1 and asked = @asked_before and after_id = @after_before
                """,
                [
                    ("state", moved.State), ("reason", moved.Reason), ("asked", moved.Asked), ("entered", moved.Entered), ("after", moved.AfterId), ("counted", moved.CountedTo),
                    ("minute", moved.Minute), ("in_minute", moved.EnteredInMinute), ("moved_at", moved.MovedAt), ("ended", moved.EndedAt?.ToMilliseconds()),
                    ("scenario", walk.Scenario), ("moment", walk.Moment), ("asked_before", walk.Asked), ("after_before", walk.AfterId),
                ], ct) > 0;
            if (!isOurs || questions.Count == 0) return isOurs;
            await log.AppendAsync(connection, transaction, questions, ct);
            await connection.ExecuteAsync(transaction,
                "update scenario_walks set last_event_id = (select max(id) from events) where scenario = @scenario and moment = @moment",
                [("scenario", walk.Scenario), ("moment", walk.Moment)], ct);
            return true;
        }, cancel);

    // Who was merged or forgotten is asked no more; the other one is. Nor is a browser that nobody has named.
    private static string Subjects(SubjectKind kind) => kind == SubjectKind.Account
        ? "accounts s where merged_into is null"
        : $"""
           contacts s where merged_into is null and erased_at is null and (email is not null or exists (
               select 1 from identities i where i.subject_id = s.id and i.kind in ({(short)IdentityKind.User}, {(short)IdentityKind.Email})))
           """;

    private static ScenarioWalk Read(DbDataReader reader) => new(
        reader.GetString(0), reader.Instant(1), reader.GetInt32(2), (SubjectKind)reader.GetInt16(3), (WalkState)reader.GetInt16(4), reader.GetString(5),
        reader.GetInt64(6), reader.GetInt64(7), reader.GetInt64(8), reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11), reader.GetInt64(12), reader.GetInt64(13),
        reader.Instant(14), reader.Instant(15), reader.InstantOrNull(16));
}
