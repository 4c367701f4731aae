using System.Data.Common;
using System.Text.Json;
using Nurture.Escalations;
using Nurture.Scenarios;

namespace Nurture.Storage;

/// <summary>A case with the account it is about.</summary>
public sealed record EscalationView(EscalationRow Row, string? AccountName, string? Owner, double? HealthScore, int? HealthBand, string AccountAttributes)
{
    /// <summary>When its clocks stood still, the last one perhaps still.</summary>
    public IReadOnlyList<CasePause> Pauses { get; init; } = [];

    /// <summary>The case that this one became a part of; null while it is one.</summary>
    public long? MergedInto { get; init; }
}

public sealed record EscalationEntry(long Id, long EscalationId, DateTimeOffset At, string Kind, string By, string Text, string Detail);

/// <param name="Outcome">How it was done; null where it is not.</param>
public sealed record TaskRow(CsmTask Task, DateTimeOffset? DoneAt, string? DoneBy, string? Outcome, string? AccountName, string? ContactName);

/// <param name="AccountId">0 of a person without an account.</param>
public sealed record HoldRow(long AccountId, string? AccountName, string Source, DateTimeOffset Since, DateTimeOffset Until, string Because, Blocked Blocks);

/// <summary>Which cases a list shows.</summary>
/// <param name="Assignee">Only those of this user; empty for those of nobody.</param>
public sealed record EscalationFilter(bool IsOpen, long? AccountId = null, string? Assignee = null, string? Queue = null, string? Type = null)
{
    /// <summary>Only those that nobody took.</summary>
    public bool IsUntaken { get; init; }

    /// <summary>Only those past what was promised.</summary>
    public bool IsOverdue { get; init; }
}

/// <summary>Where a page of cases ends: the sort keys of its last one.</summary>
public readonly record struct EscalationPlace(long Rank, long At, long Id);

/// <summary>Cases, their story, tasks and holds: projections, written by the accounts' slots.</summary>
public sealed class EscalationStore(Database database)
{
    private const string Columns =
        """
        e.id, e.account_id, e.type, e.family, e.title, e.priority, e.queue, e.assignee, e.opened_at, e.acknowledge_by, e.resolve_by, e.remind_at,
        e.acknowledged_at, e.snoozed_until, e.closed_at, e.outcome, e.closed_by, e.scenario, e.enrollment_id, a.name, a.owner, a.health_score, a.health_band, a.attributes, e.pauses, e.merged_into
        """;

    private const string Overdue = "((e.acknowledged_at is null and e.acknowledge_by < @now) or e.resolve_by < @now)";

    /// <summary>Open ones by priority and age, closed ones with the latest first.</summary>
    public async Task<Page<EscalationView, EscalationPlace>> ListAsync(EscalationFilter filter, EscalationPlace? after, int limit, DateTimeOffset now, CancellationToken cancel)
    {
        var args = new List<(string, object?)> { ("limit", limit + 1), ("now", now) };
        var where = new List<string> { filter.IsOpen ? "e.closed_at is null" : "e.closed_at is not null" };
        if (filter.AccountId is { } account) Add("e.account_id = @account", "account", account);
        if (filter.Assignee is { Length: > 0 } assignee) Add("e.assignee = @assignee", "assignee", assignee);
        if (filter.Assignee is "") where.Add("e.assignee is null");
        if (filter.Queue is { } queue) Add("e.queue = @queue", "queue", queue);
        if (filter.Type is { } type) Add("e.type = @type", "type", type);
        if (filter.IsUntaken) where.Add("e.acknowledged_at is null");
        if (filter.IsOverdue) where.Add(Overdue);
        if (after is { } place)
        {
            args.AddRange([("rank", place.Rank), ("at", place.At), ("id", place.Id)]);
            where.Add(filter.IsOpen
                ? "(e.priority < @rank or (e.priority = @rank and (e.opened_at > @at or (e.opened_at = @at and e.id > @id))))"
                : "(e.closed_at < @at or (e.closed_at = @at and e.id < @id))");
        }

        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select {Columns} from escalations e join accounts a on a.id = e.account_id
             where {string.Join(" and ", where)}
             order by {(filter.IsOpen ? "e.priority desc, e.opened_at, e.id" : "e.closed_at desc, e.id desc")} limit @limit
             """, [.. args], Read, cancel);
        return Page.Of(found, limit, view => new EscalationPlace((long)view.Row.Priority, (view.Row.ClosedAt ?? view.Row.OpenedAt).ToUnixTimeMilliseconds(), view.Row.Id));

        void Add(string condition, string name, object value)
        {
            where.Add(condition);
            args.Add((name, value));
        }
    }

    public async Task<EscalationView?> FindAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {Columns} from escalations e join accounts a on a.id = e.account_id where e.id = @id", [("id", id)], Read, cancel);
    }

    /// <summary>How many are open, waiting for somebody, and past what was promised.</summary>
    public async Task<(long Open, long Unassigned, long Unacknowledged, long Overdue)> CountAsync(DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null,
            $"""
            select count(*), coalesce(sum(case when assignee is null then 1 else 0 end), 0), coalesce(sum(case when acknowledged_at is null then 1 else 0 end), 0),
                coalesce(sum(case when {Overdue} then 1 else 0 end), 0)
            from escalations e where closed_at is null
            """, [("now", now)], row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2), row.GetInt64(3)), cancel);
    }

    /// <summary>A case's story in the order in which it was told.</summary>
    public async Task<IReadOnlyList<EscalationEntry>> EntriesAsync(long escalationId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, "select id, escalation_id, at, kind, actor, body, detail from escalation_entries where escalation_id = @id order by at, id",
            [("id", escalationId)], ReadEntry, cancel);
    }

    /// <summary>The first evidence of each case: why it was opened.</summary>
    public async Task<IReadOnlyDictionary<long, EscalationEntry>> CausesAsync(IReadOnlyList<long> ids, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(ids).Long("id", id => id),
            """
            select e.id, e.escalation_id, e.at, e.kind, e.actor, e.body, e.detail from rows r join escalation_entries e on e.escalation_id = r.id
            where e.kind = 'evidence' and not exists (select 1 from escalation_entries o where o.escalation_id = r.id and o.kind = 'evidence' and o.id < e.id)
            """, ReadEntry, cancel);
        return found.ToDictionary(entry => entry.EscalationId);
    }

    public async Task<IReadOnlyList<TaskRow>> TasksAsync(long escalationId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {TaskColumns} from {TaskJoined} where t.escalation_id = @id order by t.place, t.id", [("id", escalationId)], ReadTask, cancel);
    }

    /// <summary>Open tasks by their due day; of one user, or of everybody.</summary>
    public async Task<Page<TaskRow, (long, long)>> OpenTasksAsync(string? assignee, long? accountId, (long DueAt, long Id)? after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"""
             select {TaskColumns} from {TaskJoined}
             where t.done_at is null {(assignee is null ? "" : "and t.assignee = @assignee")} {(accountId is null ? "" : "and t.account_id = @account")}
                 {(after is null ? "" : "and (coalesce(t.due_at, 9223372036854775807) > @due or (coalesce(t.due_at, 9223372036854775807) = @due and t.id > @id))")}
             order by coalesce(t.due_at, 9223372036854775807), t.id limit @limit
             """,
            [
                ("limit", limit + 1),
                .. assignee is null ? Array.Empty<(string, object?)>() : [("assignee", assignee)],
                .. accountId is null ? Array.Empty<(string, object?)>() : [("account", accountId)],
                .. after is { } place ? [("due", place.DueAt), ("id", place.Id)] : Array.Empty<(string, object?)>(),
            ], ReadTask, cancel);
        return Page.Of(found, limit, row => (row.Task.DueAt?.ToUnixTimeMilliseconds() ?? long.MaxValue, row.Task.Id));
    }

    public async Task<TaskRow?> FindTaskAsync(long id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, $"select {TaskColumns} from {TaskJoined} where t.id = @id", [("id", id)], ReadTask, cancel);
    }

    /// <summary>False where it stands so already.</summary>
    public Task<bool> MarkTaskAsync(long id, bool isDone, string outcome, string by, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            $"update csm_tasks set done_at = {(isDone ? "@now, done_by = @by, outcome = @outcome" : "null, done_by = null, outcome = null")} where id = @id and done_at is {(isDone ? "" : "not")} null",
            isDone ? [("id", id), ("now", now), ("by", by), ("outcome", outcome)] : [("id", id)], ct) > 0, cancel);

    public async Task<IReadOnlyList<HoldRow>> HoldsAsync(long? accountId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select h.account_id, a.name, h.source, h.since, h.until, h.because, h.blocks, h.topics from holds h join accounts a on a.id = h.account_id
             {(accountId is null ? "" : "where h.account_id = @account")} order by h.until, h.account_id limit 1000
             """, accountId is null ? [] : [("account", accountId)],
            row => new HoldRow(row.GetInt64(0), row.TextOrNull(1), row.GetString(2), row.Instant(3), row.Instant(4), row.GetString(5), SendStore.Blocks(row, 6)), cancel);
    }

    /// <summary>What holds a person who has no account.</summary>
    public async Task<IReadOnlyList<HoldRow>> HoldsOfContactAsync(long contactId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, "select source, since, until, because, blocks, topics from contact_holds where contact_id = @contact order by until, source", [("contact", contactId)],
            row => new HoldRow(0, null, row.GetString(0), row.Instant(1), row.Instant(2), row.GetString(3), SendStore.Blocks(row, 4)), cancel);
    }

    private const string IsUntaken = "e.closed_at is null and e.acknowledged_at is null";

    /// <summary>When a case that nobody took is called to mind next, after an instant.</summary>
    public async Task<DateTimeOffset?> NextReminderAsync(DateTimeOffset after, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return (await connection.QueryAsync(null,
            $"""
             select min(case when e.snoozed_until > e.remind_at then e.snoozed_until else e.remind_at end) from escalations e
             where {IsUntaken} and e.remind_at is not null and (e.remind_at > @after or e.snoozed_until > @after)
             """, [("after", after)], row => row.InstantOrNull(0), cancel))[0];
    }

    /// <summary>Marks up to <paramref name="limit"/> cases that nobody took as called to mind, says so in their story and writes the notices; answers the cases.</summary>
    public Task<IReadOnlyList<EscalationView>> RemindAsync(
        DateTimeOffset now, int limit, Func<EscalationView, IReadOnlyList<PlannedNotice>> noticesOf, CancellationToken cancel) =>
        database.WriteAsync<IReadOnlyList<EscalationView>>(async (connection, transaction, ct) =>
        {
            var due = await connection.QueryAsync(transaction,
                $"""
                 select {Columns} from escalations e join accounts a on a.id = e.account_id
                 where {IsUntaken} and e.remind_at <= @now and (e.snoozed_until is null or e.snoozed_until <= @now)
                 order by e.remind_at limit @limit {(database.IsPostgres ? "for update of e skip locked" : "")}
                 """, [("now", now), ("limit", limit)], Read, ct);
            var rows = Rows.Of(due).Long("id", view => view.Row.Id).Instant("at", view => view.Row.RemindAt!.Value);
            await database.BulkAsync(connection, transaction, rows,
                "insert into escalation_entries (escalation_id, at, kind, actor, body, detail) select r.id, r.at, 'reminder', '', '', '' from rows r where true", ct);
            await database.BulkAsync(connection, transaction, rows, "update escalations set remind_at = null from rows r where escalations.id = r.id", ct);
            await NoticeStore.PlanAsync(database, connection, transaction, [.. due.SelectMany(noticesOf)], ct);
            return due;
        }, cancel);

    private const string TaskColumns =
        "t.id, t.account_id, t.escalation_id, t.title, t.place, t.is_required, t.assignee, t.due_at, t.opened_at, t.scenario, t.step, t.done_at, t.done_by, t.contact_id, t.queue, t.outcomes, t.outcome, a.name, coalesce(c.name, c.email)";

    private const string TaskJoined = "csm_tasks t left join accounts a on a.id = t.account_id left join contacts c on c.id = t.contact_id";

    private static TaskRow ReadTask(DbDataReader row) => new(
        new CsmTask(row.GetInt64(0), row.GetInt64(1), row.LongOrNull(2) ?? 0, row.GetString(3), row.GetInt32(4), row.Flag(5), row.TextOrNull(6), row.InstantOrNull(7),
            row.Instant(8), row.GetString(9), row.GetString(10))
        {
            ContactId = row.GetInt64(13),
            Queue = row.GetString(14),
            Outcomes = row.GetString(15).Split(' ', StringSplitOptions.RemoveEmptyEntries),
        },
        row.InstantOrNull(11), row.TextOrNull(12), row.TextOrNull(16), row.TextOrNull(17), row.TextOrNull(18));

    private static EscalationEntry ReadEntry(DbDataReader row) =>
        new(row.GetInt64(0), row.GetInt64(1), row.Instant(2), row.GetString(3), row.GetString(4), row.GetString(5), row.GetString(6));

    private static EscalationView Read(DbDataReader row) => new(
        new EscalationRow(
            row.GetInt64(0), row.GetInt64(1), row.GetString(2), row.GetString(3), row.GetString(4), (EscalationPriority)row.GetInt16(5), row.GetString(6), row.TextOrNull(7),
            row.Instant(8), row.InstantOrNull(9), row.InstantOrNull(10), row.InstantOrNull(11), row.InstantOrNull(12), row.InstantOrNull(13), row.InstantOrNull(14),
            row.TextOrNull(15), row.TextOrNull(16), row.GetString(17), row.GetInt64(18)),
        row.TextOrNull(19), row.TextOrNull(20), row.IsDBNull(21) ? null : row.GetDouble(21), row.IsDBNull(22) ? null : row.GetInt16(22), row.GetString(23))
    {
        Pauses = JsonSerializer.Deserialize<List<CasePause>>(row.GetString(24))!,
        MergedInto = row.LongOrNull(25),
    };

    internal static string Written(IReadOnlyList<CasePause> pauses) => JsonSerializer.Serialize(pauses);
}
