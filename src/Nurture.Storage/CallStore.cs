using System.Data.Common;
using System.Globalization;
using System.Text.Json;
using Nurture.Calls;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>The numbers are stored.</summary>
public enum CallState : short
{
    Planned = 1,
    Claimed = 2,
    Answered = 3,
    Failed = 4,
    Cancelled = 5,
}

public sealed record PlannedCall(short Slot, CallDraft Draft);

/// <summary>A call that this node has taken to make an attempt.</summary>
/// <param name="Attempts">Before this one.</param>
public sealed record ClaimedCall(
    Guid Id, short Slot, SubjectRef Subject, long EnrollmentId, string Scenario, string Step, string Endpoint, byte[] Body, IReadOnlyDictionary<string, string> Wanted,
    DateTimeOffset ExpiresAt, int Attempts, long Epoch, string Correlation);

/// <summary>What an attempt came to.</summary>
/// <param name="End">Null where it is tried again at <paramref name="Again"/>.</param>
/// <param name="Excerpt">The beginning of the answer, for whoever looks.</param>
/// <param name="Problem">In words, where nobody answered.</param>
/// <param name="DisablesEndpoint">It said that it is gone.</param>
public sealed record CallAttempt(CallEnd? End, DateTimeOffset? Again, int Status, int Milliseconds, string Excerpt, string Problem, bool DisablesEndpoint = false);

/// <summary>A call as pages show it.</summary>
/// <param name="Scenario">Empty for a test by hand.</param>
public sealed record ShownCall(
    Guid Id, string Scenario, string Step, CallState State, DateTimeOffset PlannedAt, DateTimeOffset DueAt, DateTimeOffset? TriedAt, int Attempts, int? Status, int? Milliseconds, string? Problem, string? Response);

/// <summary>Calls to endpoints, from their plan to their end.</summary>
public sealed class CallStore(Database database, EventLog log)
{
    /// <summary>Of an answer, this much is kept for whoever looks.</summary>
    public const int ExcerptLength = 500;

    private const string Claimable = "id, slot, kind, subject_id, enrollment_id, scenario, step, endpoint, body, wanted, expires_at, attempts, epoch, correlation";

    /// <summary>In the transaction of what decided them. A call that is planned already stays as it is.</summary>
    internal static Task PlanAsync(Database database, DbConnection connection, DbTransaction transaction, IReadOnlyList<PlannedCall> calls, CancellationToken cancel) =>
        database.BulkAsync(connection, transaction, Rows.Of(calls)
                .Uuid("id", c => c.Draft.Id).Short("slot", c => c.Slot).Short("kind", c => (short)c.Draft.Subject.Kind).Long("subject_id", c => c.Draft.Subject.Id)
                .Long("enrollment_id", c => c.Draft.EnrollmentId).Long("contact_id", c => c.Draft.ContactId).Text("scenario", c => c.Draft.Scenario).Int("version", c => c.Draft.Version)
                .Text("step", c => c.Draft.Step).Text("endpoint", c => c.Draft.Endpoint).Bytes("body", c => c.Draft.Body).Text("wanted", c => JsonSerializer.Serialize(c.Draft.Wanted))
                .Instant("planned_at", c => c.Draft.PlannedAt).Instant("expires_at", c => c.Draft.ExpiresAt).Text("correlation", c => c.Draft.Correlation),
            $"""
             insert into calls (id, slot, kind, subject_id, enrollment_id, contact_id, scenario, version, step, endpoint, body, wanted, state, due_at, planned_at, expires_at, correlation)
             select r.id, r.slot, r.kind, r.subject_id, r.enrollment_id, r.contact_id, r.scenario, r.version, r.step, r.endpoint, r.body, r.wanted, {(short)CallState.Planned},
                 r.planned_at, r.planned_at, r.expires_at, r.correlation
             from rows r where true on conflict do nothing
             """, cancel);

    /// <summary>Calls off what an enrollment planned and what nobody has taken yet.</summary>
    internal static Task CancelAsync(Database database, DbConnection connection, DbTransaction transaction, IReadOnlyList<SendCancellation> cancellations, CancellationToken cancel) =>
        database.BulkAsync(connection, transaction, Rows.Of(cancellations)
                .Short("kind", c => (short)c.Subject.Kind).Long("subject_id", c => c.Subject.Id).Long("enrollment_id", c => c.EnrollmentId).Instant("at", c => c.At),
            $"""
             update calls set state = {(short)CallState.Cancelled}, ended_at = r.at
             from rows r where calls.enrollment_id = r.enrollment_id and calls.kind = r.kind and calls.subject_id = r.subject_id and calls.state = {(short)CallState.Planned}
             """, cancel);

    /// <summary>
    /// Takes up to <paramref name="limit"/> due calls for the owner; those of paused scenarios wait, and all while sending is stopped.
    /// A lease that ran out is taken like one that is due: the receiver knows a call again by its id.
    /// </summary>
    /// <param name="underWay">How many are being made, by endpoint; with them no endpoint gets more than the <paramref name="share"/>.</param>
    public Task<IReadOnlyList<ClaimedCall>> ClaimAsync(string owner, int limit, IReadOnlyDictionary<string, int> underWay, int share, TimeSpan lease, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync<IReadOnlyList<ClaimedCall>>(async (connection, transaction, ct) =>
        {
            if (await SendStore.IsStoppedAsync(connection, transaction, ct)) return [];
            var crowded = underWay.Where(endpoint => endpoint.Value >= share).Select(endpoint => endpoint.Key).ToList();
            var found = await connection.QueryAsync(transaction,
                $"""
                 select {Claimable} from calls c
                 where (c.state = {(short)CallState.Planned} and c.due_at <= @now or c.state = {(short)CallState.Claimed} and c.lease_until <= {database.NowSql})
                     and {NotPaused} {string.Concat(crowded.Select((_, i) => string.Create(CultureInfo.InvariantCulture, $"and c.endpoint <> @crowded{i} ")))}
                 order by c.due_at limit @limit{(database.IsPostgres ? " for update of c skip locked" : "")}
                 """, [("now", now), ("limit", limit), .. crowded.Select((name, i) => (string.Create(CultureInfo.InvariantCulture, $"crowded{i}"), (object?)name))], ReadClaimed, ct);
            var due = found.GroupBy(call => call.Endpoint).SelectMany(calls => calls.Take(share - underWay.GetValueOrDefault(calls.Key))).ToList();
            await database.BulkAsync(connection, transaction, Rows.Of(due).Uuid("id", call => call.Id).Scalar("owner", owner).Scalar("lease", (long)lease.TotalMilliseconds),
                $"""
                 update calls set state = {(short)CallState.Claimed}, owner = @owner, epoch = calls.epoch + 1, lease_until = {database.NowSql} + @lease
                 from rows r where calls.id = r.id
                 """, ct);
            return [.. due.Select(call => call with { Epoch = call.Epoch + 1 })];
        }, cancel);

    private const string NotPaused = "not exists (select 1 from scenario_switches w where (w.name = c.scenario or substr(c.scenario, 1, length(w.name) + 1) = w.name || ':') and w.paused_at is not null)";

    /// <summary>When the next call is due, strictly after the moment; null where none waits.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        if (await SendStore.IsStoppedAsync(connection, null, cancel)) return null;
        var due = await connection.ScalarAsync<long?>(null, $"select min(c.due_at) from calls c where c.state = {(short)CallState.Planned} and c.due_at > @after and {NotPaused}",
            [("after", after == DateTimeOffset.MinValue ? long.MinValue : after.ToMilliseconds())], cancel);
        return due is { } at ? Instants.FromMilliseconds(at) : null;
    }

    /// <summary>Writes down what an attempt came to, and tells the enrollment of an end. False where the claim was lost meanwhile.</summary>
    public Task<bool> SettleAsync(ClaimedCall call, CallAttempt attempt, string owner, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var state = attempt.End switch { null => CallState.Planned, { IsAnswered: true } => CallState.Answered, _ => CallState.Failed };
            var changed = await connection.ExecuteAsync(transaction,
                $"""
                 update calls set state = @state, due_at = @due, owner = null, lease_until = null, attempts = attempts + 1, status = @status, milliseconds = @milliseconds,
                     problem = @problem, response = @excerpt, tried_at = @now, ended_at = @ended
                 where id = @id and owner = @owner and epoch = @epoch and state = {(short)CallState.Claimed}
                 """,
                [
                    ("state", (short)state), ("due", attempt.Again ?? now), ("status", attempt.Status), ("milliseconds", attempt.Milliseconds), ("problem", attempt.Problem),
                    ("excerpt", attempt.Excerpt), ("now", now), ("ended", attempt.End is null ? null : now), ("id", call.Id), ("owner", owner), ("epoch", call.Epoch),
                ], ct);
            if (changed == 0) return false;
            if (attempt.DisablesEndpoint)
                await connection.ExecuteAsync(transaction, "update endpoints set disabled_at = @now, disabled_because = 'gone' where name = @name and disabled_at is null", [("now", now), ("name", call.Endpoint)], ct);
            if (attempt.End is { } end)
            {
                await log.AppendAsync(connection, transaction,
                    [SignalCodec.Store(new Signal.CallEnded(call.Subject, call.EnrollmentId, call.Id, call.Step, call.Endpoint, end, now), call.Slot, new StoredAbout(now, Correlation: call.Correlation))], ct);
            }

            return true;
        }, cancel);

    /// <summary>Keeps a test by hand among the endpoint's calls.</summary>
    public Task NoteTestAsync(Guid id, string endpoint, CallAttempt attempt, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            """
            insert into calls (id, slot, kind, subject_id, enrollment_id, contact_id, scenario, version, step, endpoint, body, wanted, state, due_at, attempts, status, milliseconds, problem, response,
                planned_at, tried_at, expires_at, ended_at, correlation)
            values (@id, 0, 0, 0, 0, 0, '', 0, '', @endpoint, @body, '{}', @state, @now, 1, @status, @milliseconds, @problem, @excerpt, @now, @now, @now, @now, '')
            """,
            [
                ("id", id), ("endpoint", endpoint), ("body", Array.Empty<byte>()), ("state", (short)(attempt.End is { IsAnswered: true } ? CallState.Answered : CallState.Failed)), ("status", attempt.Status),
                ("milliseconds", attempt.Milliseconds), ("problem", attempt.Problem), ("excerpt", attempt.Excerpt), ("now", now),
            ], ct), cancel);

    /// <summary>An endpoint's latest calls.</summary>
    public async Task<IReadOnlyList<ShownCall>> RecentAsync(string endpoint, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            """
            select id, scenario, step, state, planned_at, due_at, tried_at, attempts, status, milliseconds, problem, response from calls
            where endpoint = @endpoint order by planned_at desc, id desc limit @limit
            """, [("endpoint", endpoint), ("limit", limit)],
            row => new ShownCall(row.Uuid(0), row.GetString(1), row.GetString(2), (CallState)row.GetInt16(3), row.Instant(4), row.Instant(5), row.InstantOrNull(6), row.GetInt32(7),
                row.IsDBNull(8) ? null : row.GetInt32(8), row.IsDBNull(9) ? null : row.GetInt32(9), row.TextOrNull(10), row.TextOrNull(11)), cancel);
    }

    /// <summary>By endpoint, how many calls are not over.</summary>
    public async Task<IReadOnlyDictionary<string, long>> WaitingAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return (await connection.QueryAsync(null, $"select endpoint, count(*) from calls where state = {(short)CallState.Planned} group by endpoint", [],
            row => (Endpoint: row.GetString(0), Count: row.GetInt64(1)), cancel)).ToDictionary(row => row.Endpoint, row => row.Count);
    }

    /// <summary>Drops some of those that ended before a moment; 0 when none is left.</summary>
    public Task<int> ForgetAsync(DateTimeOffset before, int limit, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            "delete from calls where id in (select id from calls where ended_at < @before order by ended_at limit @limit)", [("before", before), ("limit", limit)], ct), cancel);

    private static ClaimedCall ReadClaimed(DbDataReader row) => new(
        row.Uuid(0), row.GetInt16(1), new((SubjectKind)row.GetInt16(2), row.GetInt64(3)), row.GetInt64(4), row.GetString(5), row.GetString(6), row.GetString(7), row.Bytes(8),
        JsonSerializer.Deserialize<Dictionary<string, string>>(row.GetString(9)) ?? [], row.Instant(10), row.GetInt32(11), row.GetInt64(12), row.GetString(13));
}
