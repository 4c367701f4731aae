using System.Data.Common;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>What is done to many at once; stored by number.</summary>
public enum BulkAct : short
{
    Start = 1,
    Backfill = 2,
    SkipWait = 3,
    TakeOut = 4,
    StartAgain = 5,
    Move = 6,
}

/// <summary>Stored by number.</summary>
public enum BulkState : short
{
    /// <summary>It is looked who they are, and what would come of it.</summary>
    Counting = 1,

    /// <summary>Waits for somebody to confirm the count.</summary>
    Counted = 2,
    Running = 3,
    Paused = 4,
    Done = 5,
    Ended = 6,
    Failed = 7,
}

/// <summary>Who is meant. Kept without addresses: a list is kept as the subjects that it named.</summary>
/// <param name="IsListed">They were given one by one.</param>
/// <param name="Condition">Of everybody, or of those who stand in the scenario; empty asks nothing.</param>
/// <param name="Steps">Of work on passages: only on these; all where empty.</param>
/// <param name="Step">Where to, when moving.</param>
public sealed record BulkChoice(
    bool IsListed, string Condition, IReadOnlyList<string> Steps, int? Version, DateTimeOffset? EnteredAfter, DateTimeOffset? EnteredBefore, string Step);

/// <summary>What the count found: by reason how many, and a few of them.</summary>
public sealed record BulkCount(IReadOnlyDictionary<string, long> Reasons, long HeldOut, long Unreachable, long Unknown, IReadOnlyList<BulkSample> Sample)
{
    public static BulkCount Nothing { get; } = new(new Dictionary<string, long>(), 0, 0, 0, []);
}

public sealed record BulkSample(string Subject, string Reason);

/// <param name="Subjects">How many there are to be looked at.</param>
/// <param name="Chosen">How many are meant.</param>
/// <param name="Told">To how many of those it was done.</param>
/// <param name="Came">What came of it, by the journal's reasons.</param>
/// <param name="LastEventId">No later than this in the log stand the signals so far.</param>
public sealed record BulkWork(
    long Id, string Scenario, BulkAct Act, BulkState State, BulkChoice Choice, string Pace, bool IsForced, string Because, string AskedBy,
    long Subjects, long Looked, long Chosen, BulkCount Counted, short AfterSlot, long AfterId, long Told, IReadOnlyDictionary<string, long> Came,
    long LastEventId, long CountedTo, long Minute, long CameInMinute,
    DateTimeOffset CreatedAt, string? ConfirmedBy, DateTimeOffset? BeganAt, DateTimeOffset MovedAt, DateTimeOffset? EndedAt, string? EndedBy, string Problem)
{
    /// <summary>By which the journal knows what came of it.</summary>
    public string Correlation => $"bulk-{Id}";
}

/// <param name="EnrollmentId">Of work on passages; 0 otherwise.</param>
/// <param name="Step">Where the passage stood when it was counted.</param>
public sealed record BulkSubject(SubjectRef Subject, long EnrollmentId = 0, string Step = "");

/// <summary>One whose turn it is, where it lives now.</summary>
public sealed record BulkTurn(BulkSubject Of, short Slot, int Hop);

/// <summary>Work by hand on many at once: each step is one transaction, and of two nodes that try the same one wins.</summary>
public sealed class BulkStore(Database database, EventLog log)
{
    private const string Columns =
        """
        id, scenario, act, state, choice, pace, is_forced, because, asked_by, subjects, looked, chosen, counted, after_slot, after_id, told, came, last_event_id, counted_to,
        minute, came_in_minute, created_at, confirmed_by, began_at, moved_at, ended_at, ended_by, problem
        """;

    // What an act itself decides, and not what follows from it.
    private static readonly string Outcomes = string.Join(", ", new[]
    {
        Reason.Entered, Reason.AlreadyEnrolled, Reason.ReentryOnce, Reason.ReentryTooSoon, Reason.AudienceFalse, Reason.AudienceUnknown, Reason.GoalAlreadyReached, Reason.ExitAlreadyTrue,
        Reason.ScenarioPaused, Reason.NobodyMatches, Reason.ColleagueEnrolled, Reason.ContactLeft, Reason.KeyMissing, Reason.TriggerNotTrue, Reason.Refreshed,
        Reason.WaitSkipped, Reason.MovedByHand, Reason.Restarted, Reason.Stopped,
    }.Select(reason => ((short)reason).ToString(System.Globalization.CultureInfo.InvariantCulture)));

    /// <param name="listed">Where they were given one by one.</param>
    public Task<long> AddAsync(
        string scenario, BulkAct act, BulkChoice choice, IReadOnlyList<SubjectRef> listed, string pace, bool isForced, string because, string by, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var id = await connection.ScalarAsync<long>(transaction,
                """
                insert into bulk_works (scenario, act, state, choice, pace, is_forced, because, asked_by, chosen, created_at, moved_at)
                values (@scenario, @act, 1, @choice, @pace, @forced, @because, @by, @chosen, @now, @now) returning id
                """,
                [
                    ("scenario", scenario), ("act", act), ("choice", JsonSerializer.Serialize(choice)), ("pace", pace), ("forced", isForced), ("because", because), ("by", by),
                    ("chosen", (long)listed.Count), ("now", now),
                ], ct);
            await AddSubjectsAsync(connection, transaction, id, 0, [.. listed.Select(subject => new BulkSubject(subject))], ct);
            return id;
        }, cancel);

    public async Task<BulkWork?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from bulk_works where id = @id", [("id", id)], Read, cancel);
    }

    /// <summary>Of a scenario, newest first.</summary>
    public async Task<IReadOnlyList<BulkWork>> OfScenarioAsync(string scenario, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from bulk_works where scenario = @scenario order by id desc limit @limit", [("scenario", scenario), ("limit", limit)], Read, cancel);
    }

    /// <summary>What is to be counted or done.</summary>
    public async Task<IReadOnlyList<BulkWork>> UnderWayAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from bulk_works where state in (1, 3) order by id", [], Read, cancel);
    }

    /// <summary>The user ids, addresses and account ids among the values that are known.</summary>
    public async Task<IReadOnlyList<(string Value, SubjectRef Subject)>> ResolveAsync(IReadOnlyList<string> values, SubjectKind kind, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (kind == SubjectKind.Account)
            return await database.BulkAsync(connection, null, Rows.Of(values).Text("value", value => value),
                "select r.value, coalesce(a.merged_into, a.id) from rows r join (select distinct namespace from sources) s on true join accounts a on a.namespace = s.namespace and a.external_id = r.value", reader => (reader.GetString(0), SubjectRef.Account(reader.GetInt64(1))), cancel);
        var known = await database.BulkAsync(connection, null, Rows.Of(values).Text("value", value => value).Text("lower", value => value.ToLowerInvariant()),
            $"""
             select r.value, i.subject_id from rows r
             join (select distinct namespace from sources) s on true
             join identities i on i.namespace = s.namespace and ((i.kind = {(short)IdentityKind.User} and i.value = r.value) or (i.kind = {(short)IdentityKind.Email} and i.value in (r.value, r.lower)))
             """, reader => (Value: reader.GetString(0), Id: reader.GetInt64(1)), cancel);
        var addressed = await database.BulkAsync(connection, null, Rows.Of(values.Where(value => value.Contains('@', StringComparison.Ordinal)).ToList()).Text("value", value => value).Text("lower", value => value.ToLowerInvariant()),
            "select r.value, c.id from rows r join contacts c on lower(c.email) = r.lower where c.erased_at is null and c.merged_into is null",
            reader => (Value: reader.GetString(0), Id: reader.GetInt64(1)), cancel);
        return [.. known.Concat(addressed).Distinct().Select(found => (found.Value, SubjectRef.Contact(found.Id)))];
    }

    /// <summary>Who of a list is still there; a contact that was merged is the other one.</summary>
    public async Task<IReadOnlyList<SubjectRef>> PresentAsync(IReadOnlyList<SubjectRef> subjects, CancellationToken cancel) =>
        [.. (await TurnsAsync(database, [.. subjects.Select(subject => new BulkSubject(subject))], cancel)).Select(turn => turn.Of.Subject).Distinct()];

    /// <summary>Passages to be looked at next, by slot and id.</summary>
    public async Task<IReadOnlyList<Position>> PositionsAsync(BulkWork work, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {EnrollmentStore.Columns} from positions p where {Filter(work.Choice)} and (p.slot, p.enrollment_id) > (@slot, @id)
             order by p.slot, p.enrollment_id limit @limit
             """, [.. Arguments(work), ("slot", work.AfterSlot), ("id", work.Looked == 0 ? long.MinValue : work.AfterId), ("limit", limit)], EnrollmentStore.Read, cancel);
    }

    public async Task<long> CountPositionsAsync(BulkWork work, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, $"select count(*) from positions p where {Filter(work.Choice)}", Arguments(work), cancel);
    }

    /// <summary>Whose turn it is from the n-th on (exclusive), where they live now; who was erased or merged away meanwhile is left out.</summary>
    /// <returns>How many of the list that were, and those of them who are there.</returns>
    public async Task<(int Taken, IReadOnlyList<BulkTurn> Turns)> NextAsync(BulkWork work, long after, int limit, CancellationToken cancel)
    {
        List<BulkSubject> next;
        await using (var connection = await database.OpenAsync(cancel))
        {
            next = await connection.QueryAsync(null,
                "select kind, subject_id, enrollment_id, step from bulk_subjects where bulk_id = @id and n > @after order by n limit @limit",
                [("id", work.Id), ("after", after), ("limit", limit)],
                reader => new BulkSubject(new((SubjectKind)reader.GetInt16(0), reader.GetInt64(1)), reader.GetInt64(2), reader.GetString(3)), cancel);
        }

        return (next.Count, await TurnsAsync(database, next, cancel));
    }

    /// <summary>Keeps how far the counting has come, and who was found; false where another node was faster.</summary>
    public Task<bool> CountAsync(BulkWork work, BulkWork moved, IReadOnlyList<BulkSubject> found, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isOurs = await connection.ExecuteAsync(transaction,
                """
                update bulk_works set state = @state, subjects = @subjects, looked = @looked, chosen = @chosen, counted = @counted, after_slot = @after_slot, after_id = @after_id, moved_at = @moved_at, problem = @problem
                where id = @id and state = 1 and looked = @looked_before and subjects = @subjects_before
                """,
                [
                    ("state", moved.State), ("subjects", moved.Subjects), ("looked", moved.Looked), ("chosen", moved.Chosen), ("counted", JsonSerializer.Serialize(moved.Counted)),
                    ("after_slot", moved.AfterSlot), ("after_id", moved.AfterId), ("moved_at", moved.MovedAt), ("problem", moved.Problem),
                    ("id", work.Id), ("looked_before", work.Looked), ("subjects_before", work.Subjects),
                ], ct) > 0;
            if (isOurs) await AddSubjectsAsync(connection, transaction, work.Id, work.Chosen, found, ct);
            return isOurs;
        }, cancel);

    /// <summary>Confirms the count: from now on it is done.</summary>
    public Task<bool> ConfirmAsync(long id, string by, string because, DateTimeOffset now, AuditNote note, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isConfirmed = await connection.ExecuteAsync(transaction,
                """
                update bulk_works set state = 3, confirmed_by = @by, because = case when @because = '' then because else @because end, began_at = @now, moved_at = @now,
                    counted_to = (select coalesce(max(id), 0) from journal)
                where id = @id and state = 2
                """, [("id", id), ("by", by), ("because", because), ("now", now)], ct) > 0;
            if (!isConfirmed) return false;
            var (scenario, chosen) = await connection.FirstAsync(transaction, "select scenario, chosen from bulk_works where id = @id", [("id", id)], reader => (reader.GetString(0), reader.GetInt64(1)), ct);
            // Whoever saw the count and confirmed it wants that many mails.
            await BreakerStore.AllowAsync(connection, transaction, scenario, chosen, by, $"bulk {id}", now, ct);
            await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return true;
        }, cancel);

    /// <summary>Pauses what runs or lets it go on.</summary>
    public Task<bool> SwitchAsync(long id, BulkState from, BulkState to, DateTimeOffset now, AuditNote note, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isSwitched = await connection.ExecuteAsync(transaction, "update bulk_works set state = @to, moved_at = @now where id = @id and state = @from",
                [("id", id), ("from", from), ("to", to), ("now", now)], ct) > 0;
            if (isSwitched) await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return isSwitched;
        }, cancel);

    /// <summary>Ends what is not over; what was told stays told.</summary>
    public Task<bool> EndAsync(long id, string by, DateTimeOffset now, AuditNote note, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isEnded = await connection.ExecuteAsync(transaction,
                $"update bulk_works set state = {(short)BulkState.Ended}, ended_by = @by, ended_at = @now, moved_at = @now where id = @id and state in (1, 2, 3, 4)",
                [("id", id), ("by", by), ("now", now)], ct) > 0;
            if (!isEnded) return false;
            await ForgetSubjectsAsync(connection, transaction, id, ct);
            await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return true;
        }, cancel);

    /// <summary>Tells the next ones and moves on in one transaction; false, and nothing is written, where another node was faster or somebody stopped it.</summary>
    /// <param name="moved">As it is after the step but for <see cref="BulkWork.LastEventId"/>.</param>
    public Task<bool> MoveAsync(BulkWork work, BulkWork moved, IReadOnlyList<StoredEvent> signals, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var isOurs = await connection.ExecuteAsync(transaction,
                """
                update bulk_works set state = @state, told = @told, came = @came, counted_to = @counted_to, minute = @minute, came_in_minute = @in_minute, moved_at = @moved_at, ended_at = @ended_at
                where id = @id and state = 3 and told = @told_before
                """,
                [
                    ("state", moved.State), ("told", moved.Told), ("came", JsonSerializer.Serialize(moved.Came)), ("counted_to", moved.CountedTo), ("minute", moved.Minute), ("in_minute", moved.CameInMinute),
                    ("moved_at", moved.MovedAt), ("ended_at", moved.EndedAt?.ToMilliseconds()), ("id", work.Id), ("told_before", work.Told),
                ], ct) > 0;
            if (!isOurs) return false;
            if (signals.Count > 0)
            {
                await log.AppendAsync(connection, transaction, signals, ct);
                await connection.ExecuteAsync(transaction, "update bulk_works set last_event_id = (select max(id) from events) where id = @id", [("id", work.Id)], ct);
            }

            if (moved.State == BulkState.Done) await ForgetSubjectsAsync(connection, transaction, work.Id, ct);
            return true;
        }, cancel);

    /// <summary>What came of it since the last look, by the journal.</summary>
    public async Task<(IReadOnlyDictionary<string, long> Came, long CountedTo)> CameAsync(BulkWork work, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var upTo = await connection.ScalarAsync<long>(null, "select coalesce(max(id), @counted) from journal where id > @counted", [("counted", work.CountedTo)], cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select reason, count(*) from journal
             where id > @counted and id <= @up_to and scenario = @scenario and correlation = @correlation and reason in ({Outcomes}) group by reason
             """, [("counted", work.CountedTo), ("up_to", upTo), ("scenario", work.Scenario), ("correlation", work.Correlation)],
            reader => (Reason: (Reason)reader.GetInt16(0), Count: reader.GetInt64(1)), cancel);
        return (found.ToDictionary(one => one.Reason.Code(), one => one.Count), upTo);
    }

    private Task AddSubjectsAsync(DbConnection connection, DbTransaction transaction, long id, long before, IReadOnlyList<BulkSubject> subjects, CancellationToken cancel) =>
        database.BulkAsync(connection, transaction,
            Rows.Of(subjects.Select((subject, n) => (Subject: subject, N: before + n + 1)).ToList())
                .Long("place", s => s.N).Short("kind", s => (short)s.Subject.Subject.Kind).Long("subject_id", s => s.Subject.Subject.Id)
                .Long("enrollment_id", s => s.Subject.EnrollmentId).Text("step", s => s.Subject.Step).Scalar("bulk", id),
            "insert into bulk_subjects (bulk_id, n, kind, subject_id, enrollment_id, step) select @bulk, r.place, r.kind, r.subject_id, r.enrollment_id, r.step from rows r where true on conflict do nothing", cancel);

    private static Task ForgetSubjectsAsync(DbConnection connection, DbTransaction transaction, long id, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "delete from bulk_subjects where bulk_id = @id", [("id", id)], cancel);

    /// <summary>Where subjects live now; who was merged is the other one, who was erased is left out.</summary>
    internal static async Task<IReadOnlyList<BulkTurn>> TurnsAsync(Database database, List<BulkSubject> subjects, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var turns = new BulkTurn?[subjects.Count];
        var open = Enumerable.Range(0, subjects.Count).Where(n => subjects[n].Subject.Kind == SubjectKind.Contact).Select(n => (N: n, subjects[n].Subject.Id)).ToList();
        // Whoever was merged is looked up again as the other one, until nobody is.
        while (open.Count > 0)
        {
            var found = await database.BulkAsync(connection, null, Rows.Of(open).Int("place", one => one.N).Long("id", one => one.Id),
                "select r.place, c.id, c.slot, c.hop, c.merged_into from rows r join contacts c on c.id = r.id where c.erased_at is null",
                reader => (N: reader.GetInt32(0), Id: reader.GetInt64(1), Slot: reader.GetInt16(2), Hop: reader.GetInt32(3), Into: reader.LongOrNull(4)), cancel);
            open = [.. found.Where(one => one.Into is not null).Select(one => (one.N, one.Into!.Value))];
            foreach (var one in found.Where(one => one.Into is null)) turns[one.N] = new(subjects[one.N] with { Subject = SubjectRef.Contact(one.Id) }, one.Slot, one.Hop);
        }

        var accounts = Enumerable.Range(0, subjects.Count).Where(n => subjects[n].Subject.Kind == SubjectKind.Account).Select(n => (N: n, subjects[n].Subject.Id)).ToList();
        foreach (var (n, id, slot) in await database.BulkAsync(connection, null, Rows.Of(accounts).Int("place", one => one.N).Long("id", one => one.Id),
            "select r.place, t.id, t.slot from rows r join accounts a on a.id = r.id join accounts t on t.id = coalesce(a.merged_into, a.id)",
            reader => (reader.GetInt32(0), reader.GetInt64(1), reader.GetInt16(2)), cancel))
            turns[n] = new(subjects[n] with { Subject = SubjectRef.Account(id) }, slot, 0);
        return [.. turns.OfType<BulkTurn>()];
    }

    private static string Filter(BulkChoice choice) =>
        "p.scenario = @scenario"
        + (choice.Steps.Count == 0 ? "" : $" and p.step in ({string.Join(", ", choice.Steps.Select((_, n) => $"@step{n}"))})")
        + (choice.Version is null ? "" : " and p.version = @version")
        + (choice.EnteredAfter is null ? "" : " and p.entered_at >= @entered_after")
        + (choice.EnteredBefore is null ? "" : " and p.entered_at < @entered_before");

    private static (string, object?)[] Arguments(BulkWork work)
    {
        var args = new List<(string, object?)> { ("scenario", work.Scenario) };
        args.AddRange(work.Choice.Steps.Select((step, n) => ($"step{n}", (object?)step)));
        if (work.Choice.Version is { } version) args.Add(("version", version));
        if (work.Choice.EnteredAfter is { } after) args.Add(("entered_after", after));
        if (work.Choice.EnteredBefore is { } before) args.Add(("entered_before", before));
        return [.. args];
    }

    private static BulkWork Read(DbDataReader reader) => new(
        reader.GetInt64(0), reader.GetString(1), (BulkAct)reader.GetInt16(2), (BulkState)reader.GetInt16(3), JsonSerializer.Deserialize<BulkChoice>(reader.GetString(4))!, reader.GetString(5),
        reader.Flag(6), reader.GetString(7), reader.GetString(8), reader.GetInt64(9), reader.GetInt64(10), reader.GetInt64(11),
        reader.GetString(12) is "{}" ? BulkCount.Nothing : JsonSerializer.Deserialize<BulkCount>(reader.GetString(12))!, reader.GetInt16(13), reader.GetInt64(14), reader.GetInt64(15),
        JsonSerializer.Deserialize<Dictionary<string, long>>(reader.GetString(16))!, reader.GetInt64(17), reader.GetInt64(18), reader.GetInt64(19), reader.GetInt64(20),
        reader.Instant(21), reader.TextOrNull(22), reader.InstantOrNull(23), reader.Instant(24), reader.InstantOrNull(25), reader.TextOrNull(26), reader.GetString(27));
}
