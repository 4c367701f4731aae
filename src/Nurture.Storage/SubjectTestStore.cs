using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>A test of subjects is of a step of a version.</summary>
public sealed record SubjectTestKey(string Scenario, int Version, string Step);

/// <param name="DecidedAt">Null until it is decided.</param>
/// <param name="DecidedBy">How the subjects had come off then; empty until it is decided.</param>
public sealed record KeptSubjectTest(SubjectTestKey Of, SubjectTestState State, DateTimeOffset? DecidedAt, IReadOnlyList<ArmResult> DecidedBy);

/// <summary>How a subject came off so far.</summary>
/// <param name="Tested">Among those it is found out with.</param>
/// <param name="Others">Among those who got it since.</param>
public sealed record ArmFigures(ArmResult Tested, ArmResult Others);

/// <summary>
/// Which subject who gets, where a step tests them (the key <c>subject_test</c>). A commit asks for its subjects; answers are given under the
/// test's lock, which whoever gives some holds until they are on disk, and told by signals. So a test is decided once, whichever node does it.
/// Who has been answered asks no more, and has no row here.
/// </summary>
public sealed class SubjectTestStore(Database database, EventLog log)
{
    private const string IsOf = "scenario = @scenario and version = @version and step = @step";
    private const string StateColumns = "scenario, version, step, began_at, decide_at, winner, decided_at, decided_by";

    internal static Task AskAsync(Database database, DbConnection connection, DbTransaction transaction, SlotCommit commit, CancellationToken cancel)
    {
        var asked = commit.ArmsAsked.GroupBy(one => (one.EnrollmentId, one.Step, one.Occurrence)).Select(group => group.Last()).ToList();
        return asked.Count == 0 ? Task.CompletedTask : database.BulkAsync(connection, transaction, Rows.Of(asked)
                .Short("kind", a => (short)a.Subject.Kind).Long("subject_id", a => a.Subject.Id).Long("enrollment_id", a => a.EnrollmentId).Text("scenario", a => a.Scenario).Int("version", a => a.Version)
                .Text("step", a => a.Step).Int("occurrence", a => a.Occurrence).Text("arm", a => a.Arm).Scalar("now", commit.RecordedAt),
            // Who asks again has waited since the first time.
            """
            insert into arm_asks (kind, subject_id, enrollment_id, scenario, version, step, occurrence, arm, asked_at)
            select r.kind, r.subject_id, r.enrollment_id, r.scenario, r.version, r.step, r.occurrence, r.arm, @now from rows r where true order by r.n
            on conflict (enrollment_id, step, occurrence) do update set kind = excluded.kind, subject_id = excluded.subject_id, version = excluded.version, arm = excluded.arm
            """, cancel);
    }

    /// <summary>The tests for which somebody waits, and those whose time is over.</summary>
    public async Task<IReadOnlyList<SubjectTestKey>> OpenAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var open = new HashSet<SubjectTestKey>();
        // From one test to the next, however many wait for each.
        for (var last = new SubjectTestKey("", 0, ""); ;)
        {
            var next = await connection.FirstAsync(null,
                "select scenario, version, step from arm_asks where (scenario, version, step) > (@scenario, @version, @step) order by scenario, version, step limit 1", Arguments(last), ReadKey, cancel);
            if (next is null) break;
            open.Add(last = next);
        }

        open.UnionWith(await connection.QueryAsync(null, "select scenario, version, step from subject_tests where winner is null and decide_at <= @now", [("now", now)], ReadKey, cancel));
        return [.. open];
    }

    /// <summary>When something is to be decided or somebody has waited long enough; null where nothing is. What is over already counts too.</summary>
    public async Task<DateTimeOffset?> NextAsync(SubjectTestKey of, SubjectTest test, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var state = await StateAsync(connection, null, of, cancel);
        var first = await connection.FirstAsync(null, $"select asked_at from arm_asks where {IsOf} order by asked_at, id limit 1", Arguments(of), reader => reader.InstantOrNull(0), cancel);
        var drawn = state.Winner is not null ? first : await connection.FirstAsync(null, $"select asked_at from arm_asks where {IsOf} and arm is not null order by id limit 1", Arguments(of), reader => reader.InstantOrNull(0), cancel);
        if (drawn is not null) return drawn;
        // One that had nothing to compare is asked again when somebody waits.
        var decide = state.Winner is null && (first is not null || SubjectTests.IsRunning(test, state)) ? state.DecideAt : null;
        return first is { } since && SubjectTests.WaitsUntil(test, state, since) is var until && until < DateTimeOffset.MaxValue && !(decide <= until) ? until : decide;
    }

    /// <summary>Decides the test where its time is over, and tells those who wait what is known, in the order of their asking.</summary>
    /// <returns>How many were told.</returns>
    public Task<int> AnswerAsync(SubjectTestKey of, SubjectTest test, int most, DateTimeOffset now, CancellationToken cancel) => database.WriteAsync(async (connection, transaction, ct) =>
    {
        var its = Arguments(of);
        await connection.ExecuteAsync(transaction,
            "insert into subject_tests (scenario, version, step, touched) values (@scenario, @version, @step, @now) on conflict (scenario, version, step) do update set touched = excluded.touched", [.. its, ("now", now)], ct);
        var state = await StateAsync(connection, transaction, of, ct);
        if (state is { Winner: null, DecideAt: { } decide } && decide <= now)
        {
            var results = (await FiguresAsync(connection, transaction, of, ct)).Select(figures => figures.Tested).ToList();
            state = SubjectTests.Decided(test, state, results, now);
            await connection.ExecuteAsync(transaction, $"update subject_tests set decide_at = @decide_at, winner = @winner, decided_at = @decided_at, decided_by = @decided_by where {IsOf}",
                [.. its, ("decide_at", state.DecideAt), ("winner", state.Winner), ("decided_at", state.Winner is null ? null : now), ("decided_by", state.Winner is null ? null : JsonSerializer.Serialize(results))], ct);
        }

        var asked = await connection.QueryAsync(transaction,
            $"select id, kind, subject_id, enrollment_id, occurrence, arm, asked_at from arm_asks where {IsOf} {(state.Winner is null ? "and arm is not null order by id" : "order by asked_at, id")} limit @limit",
            [.. its, ("limit", most)], ReadAsk, ct);
        if (state is { Winner: null, BeganAt: null } && asked.Count > 0)
        {
            state = SubjectTests.Begun(test, now);
            await connection.ExecuteAsync(transaction, $"update subject_tests set began_at = @began_at, decide_at = @decide_at where {IsOf}", [.. its, ("began_at", state.BeganAt), ("decide_at", state.DecideAt)], ct);
        }

        if (state.Winner is null && !SubjectTests.IsRunning(test, state))
        {
            asked.AddRange(await connection.QueryAsync(transaction,
                $"select id, kind, subject_id, enrollment_id, occurrence, arm, asked_at from arm_asks where {IsOf} and arm is null and asked_at <= @since order by asked_at, id limit @limit",
                [.. its, ("since", now - test.After), ("limit", most)], ReadAsk, ct));
        }

        var answers = asked.Select(ask => (Ask: ask, Answer: SubjectTests.Answer(test, state, ask.Arm, ask.AskedAt, now))).Where(one => one.Answer is not null).ToList();
        if (answers.Count == 0) return 0;
        await database.BulkAsync(connection, transaction, Rows.Of(answers).Long("id", one => one.Ask.Id), "delete from arm_asks where id in (select r.id from rows r)", ct);
        var turns = await BulkStore.TurnsAsync(database, [.. answers.Index().Select(one => new BulkSubject(one.Item.Ask.Subject, one.Item.Ask.EnrollmentId, one.Index.ToString(CultureInfo.InvariantCulture)))], ct);
        await log.AppendAsync(connection, transaction, [.. turns.Select(turn =>
        {
            var (ask, answer) = answers[int.Parse(turn.Of.Step, CultureInfo.InvariantCulture)];
            return SignalCodec.Store(new Signal.ArmAnswered(turn.Of.Subject, ask.EnrollmentId, of.Step, ask.Occurrence, answer!.Value.Arm, answer.Value.Ground, now), turn.Slot, new StoredAbout(now, Hop: turn.Hop));
        })], ct);
        return answers.Count;
    }, cancel);

    /// <summary>All tests of a scenario that have begun to be asked, the newest version first.</summary>
    public async Task<IReadOnlyList<KeptSubjectTest>> ListAsync(string scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {StateColumns} from subject_tests where scenario = @scenario order by version desc, step", [("scenario", scenario)],
            reader => new KeptSubjectTest(ReadKey(reader), ReadState(reader), reader.InstantOrNull(6), reader.TextOrNull(7) is { } by ? JsonSerializer.Deserialize<List<ArmResult>>(by)! : []), cancel);
    }

    /// <summary>Of mails that left, to customers (SEMANTICS.md 57).</summary>
    public async Task<IReadOnlyList<ArmFigures>> FiguresAsync(SubjectTestKey of, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await FiguresAsync(connection, null, of, cancel);
    }

    private static async Task<IReadOnlyList<ArmFigures>> FiguresAsync(DbConnection connection, DbTransaction? transaction, SubjectTestKey of, CancellationToken cancel) => await connection.QueryAsync(transaction,
        $"""
         select s.arm, count(s.is_tested), count(case when s.is_tested = 1 then s.clicked_at end), count(*), count(s.clicked_at) from sends s
         where s.scenario = @scenario and s.version = @version and s.step = @step and s.arm is not null and s.state = {(short)SendState.Sent} and {Counted.Person("s.recipient_id")} group by s.arm order by s.arm
         """, Arguments(of),
        reader =>
        {
            var tested = new ArmResult(reader.GetString(0), reader.GetInt64(1), reader.GetInt64(2));
            return new ArmFigures(tested, new(tested.Arm, reader.GetInt64(3) - tested.Left, reader.GetInt64(4) - tested.Clicked));
        }, cancel);

    private static async Task<SubjectTestState> StateAsync(DbConnection connection, DbTransaction? transaction, SubjectTestKey of, CancellationToken cancel) =>
        await connection.FirstAsync(transaction, $"select {StateColumns} from subject_tests where {IsOf}", Arguments(of), ReadState, cancel) ?? SubjectTestState.NotBegun;

    private static SubjectTestState ReadState(DbDataReader reader) => new(reader.InstantOrNull(3), reader.InstantOrNull(4), reader.TextOrNull(5));

    private static SubjectTestKey ReadKey(DbDataReader reader) => new(reader.GetString(0), reader.GetInt32(1), reader.GetString(2));

    private static Ask ReadAsk(DbDataReader reader) =>
        new(reader.GetInt64(0), new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2)), reader.GetInt64(3), reader.GetInt32(4), reader.TextOrNull(5), reader.InstantOrNull(6)!.Value);

    private static (string, object?)[] Arguments(SubjectTestKey of) => [("scenario", of.Scenario), ("version", of.Version), ("step", of.Step)];

    private sealed record Ask(long Id, SubjectRef Subject, long EnrollmentId, int Occurrence, string? Arm, DateTimeOffset AskedAt);
}
