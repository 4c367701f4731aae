using System.Data.Common;
using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>Who waits at a throttled send.</summary>
/// <param name="Version">The newest of those who wait.</param>
/// <param name="Open">How many of them may leave at this moment but for the throttle.</param>
public sealed record ThrottleQueue(string Scenario, string Step, int Version, long Waiting, long Open);

/// <param name="Used">Places that count at this moment.</param>
/// <param name="NextAt">When the first of them counts no more; null where places are free.</param>
public sealed record ThrottleUse(long Used, DateTimeOffset? NextAt);

/// <summary>Who waits to enter.</summary>
/// <param name="LastAt">When the last of them may come; with a trigger's delay later than now.</param>
/// <param name="NextAt">When the next one comes whose delay is not over.</param>
/// <param name="Line">Those who have come; null where nobody has.</param>
public sealed record EntryQueue(string Scenario, long Waiting, DateTimeOffset LastAt, DateTimeOffset? NextAt, EntryLine? Line);

/// <summary>
/// The lines at throttled sends, and of those who wait to enter. A commit puts its subjects in line; places are given under the line's lock, which whoever gives
/// some holds until that is on disk, so the bound holds over all nodes. A subject is told by a signal, so what it decides is
/// decided again alike.
/// </summary>
public sealed class ThrottleStore(Database database, EventLog log)
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(2);

    internal static async Task AskAsync(Database database, DbConnection connection, DbTransaction transaction, SlotCommit commit, CancellationToken cancel)
    {
        var asked = commit.InLine.GroupBy(one => (one.EnrollmentId, one.Step, one.Occurrence)).Select(group => group.Last()).ToList();
        if (asked.Count > 0)
        {
            await database.BulkAsync(connection, transaction, Rows.Of(asked)
                .Text("scenario", a => a.Scenario).Text("step", a => a.Step).Int("version", a => a.Version).Short("kind", a => (short)a.Subject.Kind).Long("subject_id", a => a.Subject.Id)
                .Long("enrollment_id", a => a.EnrollmentId).Int("occurrence", a => a.Occurrence).Instant("open_until", a => a.OpenUntil).Instant("came_at", a => a.CameAt).Scalar("now", commit.RecordedAt),
            // Who comes again, since another gate was closed when the turn came, keeps the old place in line.
            """
            insert into throttle_line (scenario, step, version, kind, subject_id, enrollment_id, occurrence, open_until, asked_at, came_at)
            select r.scenario, r.step, r.version, r.kind, r.subject_id, r.enrollment_id, r.occurrence, r.open_until, @now, r.came_at from rows r where true order by r.n
            on conflict (enrollment_id, step, occurrence) do update set open_until = excluded.open_until, version = excluded.version, kind = excluded.kind, subject_id = excluded.subject_id, admitted_at = null
            """, cancel);
        }

        if (commit.LeftLine.Count > 0)
        {
            await database.BulkAsync(connection, transaction, Rows.Of([.. commit.LeftLine]).Long("id", id => id),
                "delete from throttle_line where step = '' and occurrence = 0 and enrollment_id in (select r.id from rows r)", cancel);
        }
    }

    public async Task<IReadOnlyList<ThrottleQueue>> WaitingAsync(DateTimeOffset now, string? scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select scenario, step, max(version), count(*), sum(case when open_until > @now then 1 else 0 end) from throttle_line
             where admitted_at is null and step <> '' {(scenario is null ? "" : "and scenario = @scenario")} group by scenario, step order by scenario, step
             """, [("now", now), ("scenario", scenario ?? "")],
            reader => new ThrottleQueue(reader.GetString(0), reader.GetString(1), reader.GetInt32(2), reader.GetInt64(3), Convert.ToInt64(reader.GetValue(4), CultureInfo.InvariantCulture)), cancel);
    }

    /// <summary>Who waits to enter each scenario.</summary>
    public async Task<IReadOnlyList<EntryQueue>> EnteringAsync(DateTimeOffset now, string? scenario, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await EnteringAsync(connection, null, now, scenario, cancel);
    }

    /// <summary>Lets those in whose turn it is, and tells them.</summary>
    /// <returns>How many were let in.</returns>
    public Task<int> LetInAsync(string scenario, TimeSpan spread, AllowedHours? hours, LocalClock clock, int most, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            (string, object?)[] line = [("scenario", scenario), ("now", now)];
            await connection.ExecuteAsync(transaction,
                "insert into throttles (scenario, step, touched) values (@scenario, '', @now) on conflict (scenario, step) do update set touched = excluded.touched", line, ct);
            if ((await EnteringAsync(connection, transaction, now, scenario, ct)).FirstOrDefault()?.Line is not { } waiting) return 0;
            var due = waiting.DueAt(now, most, spread, hours, clock);
            if (due == 0) return 0;
            var next = await connection.QueryAsync(transaction,
                "select id, kind, subject_id, enrollment_id from throttle_line where scenario = @scenario and step = '' and admitted_at is null and came_at <= @now order by came_at, id limit @limit",
                [.. line, ("limit", due)],
                reader => (Id: reader.GetInt64(0), Subject: new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2)), Place: reader.GetInt64(3)), ct);
            // Only the last turn counts for those who follow.
            await connection.ExecuteAsync(transaction, "delete from throttle_tickets where scenario = @scenario and step = ''", line[..1], ct);
            await connection.ExecuteAsync(transaction, "insert into throttle_tickets (scenario, step, at, n) values (@scenario, '', @at, @n)",
                [("scenario", scenario), ("at", waiting.TurnOf(due - 1, spread, hours, clock)), ("n", (long)due)], ct);
            await database.BulkAsync(connection, transaction, Rows.Of(next).Long("id", one => one.Id).Scalar("now", now), "update throttle_line set admitted_at = @now from rows r where throttle_line.id = r.id", ct);
            // Who was erased or merged away meanwhile is found nowhere, and leaves no row behind.
            await connection.ExecuteAsync(transaction, "delete from throttle_line where scenario = @scenario and step = '' and admitted_at < @before", [line[0], ("before", now - Kept)], ct);
            var turns = await BulkStore.TurnsAsync(database, [.. next.Select(one => new BulkSubject(one.Subject, one.Place))], ct);
            await log.AppendAsync(connection, transaction, [.. turns.Select(turn => SignalCodec.Store(
                new Signal.Admitted(turn.Of.Subject, turn.Of.EnrollmentId, "", 0, now, now), turn.Slot, new StoredAbout(now, Hop: turn.Hop)))], ct);
            return next.Count;
        }, cancel);

    private static async Task<List<EntryQueue>> EnteringAsync(DbConnection connection, DbTransaction? transaction, DateTimeOffset now, string? scenario, CancellationToken cancel) => await connection.QueryAsync(transaction,
        $"""
         select l.scenario, count(*), sum(case when came_at <= @now then 1 else 0 end), min(came_at), max(case when came_at <= @now then came_at end), max(came_at), min(case when came_at > @now then came_at end),
             (select max(t.at) from throttle_tickets t where t.scenario = l.scenario and t.step = '')
         from throttle_line l where admitted_at is null and step = '' {(scenario is null ? "" : "and l.scenario = @scenario")} group by l.scenario order by l.scenario
         """, [("now", now), ("scenario", scenario ?? "")],
        reader => new EntryQueue(reader.GetString(0), reader.GetInt64(1), reader.InstantOrNull(5)!.Value, reader.InstantOrNull(6),
            reader.InstantOrNull(4) is { } last ? new EntryLine(Convert.ToInt64(reader.GetValue(2), CultureInfo.InvariantCulture), reader.InstantOrNull(3)!.Value, last, reader.InstantOrNull(7)) : null), cancel);

    public async Task<ThrottleUse> UseAsync(string scenario, string step, Pace pace, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await UseAsync(connection, null, scenario, step, pace, now, cancel);
    }

    /// <summary>Gives the first in line the places that are free, and tells them.</summary>
    /// <param name="pace">Null where the send is throttled no more: all go.</param>
    /// <returns>How many were let through.</returns>
    public Task<int> AdmitAsync(string scenario, string step, Pace? pace, int most, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            (string, object?)[] line = [("scenario", scenario), ("step", step), ("now", now)];
            await connection.ExecuteAsync(transaction,
                "insert into throttles (scenario, step, touched) values (@scenario, @step, @now) on conflict (scenario, step) do update set touched = excluded.touched", line, ct);
            var free = pace is null ? most : (int)Math.Min(most, pace.Count - (await UseAsync(connection, transaction, scenario, step, pace, now, ct)).Used);
            if (free <= 0) return 0;
            var leeway = pace is null ? TimeSpan.FromHours(1) : Throttle.LeewayOf(pace);
            // Who stands elsewhere by now leaves the line.
            await connection.ExecuteAsync(transaction,
                """
                delete from throttle_line where id in (
                    select l.id from (select id, kind, subject_id, enrollment_id from throttle_line where scenario = @scenario and step = @step and admitted_at is null order by id limit @limit) l
                    where not exists (select 1 from positions p where p.subject_id = l.subject_id and p.kind = l.kind and p.enrollment_id = l.enrollment_id and p.step = @step))
                """, [.. line, ("limit", free * 2)], ct);
            var next = await connection.QueryAsync(transaction,
                """
                select id, kind, subject_id, enrollment_id, occurrence from throttle_line
                where scenario = @scenario and step = @step and admitted_at is null and open_until > @now order by id limit @limit
                """, [.. line, ("limit", free)],
                reader => (Id: reader.GetInt64(0), Subject: new SubjectRef((SubjectKind)reader.GetInt16(1), reader.GetInt64(2)), Enrollment: reader.GetInt64(3), Occurrence: reader.GetInt32(4)), ct);
            if (next.Count == 0) return 0;
            await connection.ExecuteAsync(transaction,
                "insert into throttle_tickets (scenario, step, at, n) values (@scenario, @step, @now, @n) on conflict (scenario, step, at) do update set n = throttle_tickets.n + excluded.n",
                [.. line, ("n", (long)next.Count)], ct);
            await database.BulkAsync(connection, transaction, Rows.Of(next).Long("id", one => one.Id).Scalar("now", now), "update throttle_line set admitted_at = @now from rows r where throttle_line.id = r.id", ct);
            await connection.ExecuteAsync(transaction, "delete from throttle_tickets where scenario = @scenario and step = @step and at < @before", [.. line[..2], ("before", now - Kept)], ct);
            await connection.ExecuteAsync(transaction, "delete from throttle_line where scenario = @scenario and step = @step and admitted_at < @before", [.. line[..2], ("before", now - Kept)], ct);
            var turns = await BulkStore.TurnsAsync(database, [.. next.Select(one => new BulkSubject(one.Subject, one.Enrollment, one.Occurrence.ToString(CultureInfo.InvariantCulture)))], ct);
            await log.AppendAsync(connection, transaction, [.. turns.Select(turn => SignalCodec.Store(
                new Signal.Admitted(turn.Of.Subject, turn.Of.EnrollmentId, step, int.Parse(turn.Of.Step, CultureInfo.InvariantCulture), now + leeway, now), turn.Slot, new StoredAbout(now, Hop: turn.Hop)))], ct);
            return next.Count;
        }, cancel);

    private static async Task<ThrottleUse> UseAsync(DbConnection connection, DbTransaction? transaction, string scenario, string step, Pace pace, DateTimeOffset now, CancellationToken cancel)
    {
        var (used, first) = await connection.FirstAsync(transaction,
            "select coalesce(sum(n), 0), min(at) from throttle_tickets where scenario = @scenario and step = @step and at > @since",
            [("scenario", scenario), ("step", step), ("since", Throttle.CountsSince(pace, now))],
            reader => (Convert.ToInt64(reader.GetValue(0), CultureInfo.InvariantCulture), reader.InstantOrNull(1)), cancel);
        return new(used, used >= pace.Count && first is { } given ? Throttle.FreeAgain(pace, given) : null);
    }
}
