using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>A send as pages show it.</summary>
/// <param name="Reply">What the other side said last.</param>
public sealed record SendRow(
    Guid Id, SubjectRef Subject, long EnrollmentId, string Scenario, int Version, string Step, long RecipientId, string? Address, SendClass Class, string? Topic,
    string Template, string Locale, SendState State, Reason? Reason, DateTimeOffset PlannedAt, DateTimeOffset NotBefore, DateTimeOffset ExpiresAt, int Attempts,
    DateTimeOffset? HandedAt, DateTimeOffset? EndedAt, string? Reply, string? MessageId, DateTimeOffset? OpenedAt, DateTimeOffset? ClickedAt, DateTimeOffset? BouncedAt,
    string Correlation);

/// <summary>A place in a list of sends.</summary>
public readonly record struct SendPlace(DateTimeOffset PlannedAt, Guid Id);

/// <summary>How a send stands, in the words of pages.</summary>
public enum SendStanding
{
    Scheduled,
    Retrying,
    Sending,
    Sent,
    Bounced,
    Unclear,
    NotSent,
}

/// <param name="Before">Go on after a page: sends that were planned before.</param>
public sealed record SendQuery(long? RecipientId, ScenarioNames? Scenario, SendState? State, long? EnrollmentId, SendPlace? Before, int Limit)
{
    public SendStanding? Standing { get; init; }

    public string? Template { get; init; }

    /// <summary>Planned then or later.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Without those to our own people, as figures count.</summary>
    public bool IsOfCustomers { get; init; }
}

/// <summary>A send with the documents and inputs that it is rendered from.</summary>
public sealed record SendContent(SendRow Send, string Documents, byte[] Inputs);

public sealed partial class SendStore
{
    internal const string ListColumns =
        """
        s.id, s.kind, s.subject_id, s.enrollment_id, s.scenario, s.version, s.step, s.recipient_id, s.address, s.class, s.topic, s.template, s.locale, coalesce(o.state, s.state) as state,
        s.reason, s.planned_at, s.not_before, s.expires_at, s.attempts, coalesce(o.handed_at, s.handed_at) as handed_at, s.ended_at, s.reply,
        coalesce(o.message_id, s.message_id) as message_id, s.opened_at, s.clicked_at, s.bounced_at,
        s.correlation
        """;

    /// <summary>Over, and not by having left; also the condition of an index.</summary>
    internal const string IsNotSent = "s.not_sent is not null";

    /// <summary><see cref="SendStanding"/> in SQL, by its number: two words for planned, and a refusal by the other side is one of ours.</summary>
    internal static string StandingSql { get; } =
        $"""
        case when {StateSql} = {(int)SendState.Planned} and s.attempts = 0 then {(int)SendStanding.Scheduled}
             when {StateSql} = {(int)SendState.Planned} then {(int)SendStanding.Retrying}
             when o.state is not null then {(int)SendStanding.Sending}
             when s.state = {(int)SendState.Sent} then {(int)SendStanding.Sent}
             when s.state = {(int)SendState.Failed} and s.reason in ({(int)Reason.Bounced}, {(int)Reason.Refused}) then {(int)SendStanding.Bounced}
             when s.state = {(int)SendState.Uncertain} then {(int)SendStanding.Unclear}
             else {(int)SendStanding.NotSent} end
        """;

    // Beside the word itself, what lets an index answer.
    private static string IsStanding(SendStanding standing) => standing switch
    {
        SendStanding.Scheduled => "o.state = 1 and s.attempts = 0",
        SendStanding.Retrying => "o.state = 1 and s.attempts > 0",
        SendStanding.Sending => "o.state in (2, 3)",
        SendStanding.Sent => "s.state = 4",
        SendStanding.Bounced => $"s.not_sent = 5 and s.reason in ({(int)Reason.Bounced}, {(int)Reason.Refused})",
        SendStanding.Unclear => "s.not_sent = 8",
        SendStanding.NotSent => $"{IsNotSent} and s.not_sent <> 8 and (s.not_sent <> 5 or s.reason is null or s.reason not in ({(int)Reason.Bounced}, {(int)Reason.Refused}))",
    };

    // What is not over is found by the outbox, however much is over.
    private static bool IsOpen(SendQuery query) =>
        query.State is { } state && !Ledger.IsOver(state) || query.Standing is SendStanding.Scheduled or SendStanding.Retrying or SendStanding.Sending;

    public static SendStanding StandingOf(SendRow send) => send.State switch
    {
        SendState.Planned => send.Attempts == 0 ? SendStanding.Scheduled : SendStanding.Retrying,
        SendState.Claimed or SendState.Handed => SendStanding.Sending,
        SendState.Sent => SendStanding.Sent,
        SendState.Failed => send.Reason is Reason.Bounced or Reason.Refused ? SendStanding.Bounced : SendStanding.NotSent,
        SendState.Uncertain => SendStanding.Unclear,
        SendState.Expired or SendState.Skipped or SendState.Cancelled => SendStanding.NotSent,
    };

    /// <summary>Newest first.</summary>
    public async Task<Page<SendRow, SendPlace>> ListAsync(SendQuery query, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var where = new List<string> { "(s.planned_at, s.id) < (@at, @id)" };
        // What was sent to them when they were known as somebody else is theirs.
        if (query.RecipientId is { } recipient) where.Add($"s.recipient_id in ({string.Join(", ", await ContactStore.WithMergedAsync(connection, null, [recipient], cancel))})");
        if (query.EnrollmentId is not null) where.Add("s.enrollment_id = @enrollment");
        if (query.Scenario is { } names) where.Add(names.Are("s.scenario"));
        if (query.State is { } state) where.Add(Ledger.IsOver(state) ? state == SendState.Sent ? "s.state = @state" : "s.not_sent = @state" : "o.state = @state");
        if (query.Standing is { } standing) where.Add(IsStanding(standing));
        if (query.Template is not null) where.Add("s.template = @template");
        if (query.Since is not null) where.Add("s.planned_at >= @since");
        if (query.IsOfCustomers) where.Add(Counted.Person("s.recipient_id"));
        (string, object?)[] args =
        [
            ("at", query.Before?.PlannedAt.ToMilliseconds() ?? long.MaxValue), ("id", query.Before?.Id ?? Guid.Empty),
            ("enrollment", query.EnrollmentId ?? 0), ("state", (short)(query.State ?? 0)), ("limit", query.Limit + 1),
            ("template", query.Template ?? ""), ("since", query.Since?.ToMilliseconds() ?? 0), .. query.Scenario?.Arguments ?? [],
        ];
        var found = await connection.QueryAsync(null,
            $"select {ListColumns} from {(IsOpen(query) ? OutboxSends : AllSends)} where {string.Join(" and ", where)} order by s.planned_at desc, s.id desc limit @limit", args, ReadListed, cancel);
        return Page.Of(found, query.Limit, send => new SendPlace(send.PlannedAt, send.Id));
    }

    /// <summary>One send, with what its mail is made of; null where there is none, or retention has deleted it.</summary>
    public async Task<SendContent?> FindContentAsync(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        // The slot leads the key, and the id does not say it: each is looked into, rather than all sends read.
        var slots = Enumerable.Range(0, Slots.Count).Select(slot => (short)slot).ToList();
        var found = await database.BulkAsync(connection, null, Rows.Of(slots).Short("slot", slot => slot).Scalar("id", id),
            $"select {ListColumns}, s.documents, s.inputs from rows r join sends s on s.slot = r.slot and s.id = @id {OfOutbox}",
            row => new SendContent(ReadListed(row), row.GetString(27), row.Bytes(28)), cancel);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>What the mails of a list are made of.</summary>
    public async Task<IReadOnlyList<SendContent>> ContentsAsync(IReadOnlyList<SendRow> sends, CancellationToken cancel)
    {
        if (sends.Count == 0) return [];
        var byId = sends.DistinctBy(send => send.Id).ToDictionary(send => send.Id);
        await using var connection = await database.OpenAsync(cancel);
        // Found by the recipient's index; the id alone has none.
        return await database.BulkAsync(connection, null,
            Rows.Of(byId.Values.ToList()).Long("recipient_id", send => send.RecipientId).Instant("planned_at", send => send.PlannedAt).Uuid("id", send => send.Id),
            "select s.id, s.documents, s.inputs from rows r join sends s on s.recipient_id = r.recipient_id and s.planned_at = r.planned_at and s.id = r.id",
            row => new SendContent(byId[row.Uuid(0)], row.GetString(1), row.Bytes(2)), cancel);
    }

    /// <summary>Templates of mails, by their keys.</summary>
    public async Task<IReadOnlyDictionary<Guid, string>> TemplatesAsync(IReadOnlyList<(short Slot, Guid Id)> sends, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(sends).Short("slot", send => send.Slot).Uuid("id", send => send.Id),
            "select s.id, s.template from rows r join sends s on s.slot = r.slot and s.id = r.id", row => (Id: row.Uuid(0), Template: row.GetString(1)), cancel);
        return found.ToDictionary(send => send.Id, send => send.Template);
    }

    /// <summary>The latest mails of a template that a person was to get, the newest first.</summary>
    public async Task<IReadOnlyList<SendRow>> OfTemplateAsync(long recipientId, string template, int limit, CancellationToken cancel) =>
        (await ListAsync(new(recipientId, null, null, null, null, limit) { Template = template }, cancel)).Items;

    /// <summary>All that the enrollments have planned, in the order of planning.</summary>
    public async Task<IReadOnlyList<SendRow>> OfEnrollmentsAsync(IReadOnlyList<long> enrollmentIds, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(enrollmentIds).Long("id", id => id),
            $"select {ListColumns} from rows r join sends s on s.enrollment_id = r.id {OfOutbox}", ReadListed, cancel);
        return [.. found.OrderBy(send => send.PlannedAt).ThenBy(send => send.Id)];
    }

    /// <summary>What the account's people were sent, the newest first; those not planned yet left out.</summary>
    public async Task<IReadOnlyList<SendRow>> OfAccountAsync(long accountId, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            $"""
             select {ListColumns} from contacts c join sends s on s.recipient_id = c.id {OfOutbox}
             where c.account_id = @account order by s.planned_at desc, s.id limit @limit
             """, [("account", accountId), ("limit", limit)], ReadListed, cancel);
    }

    /// <summary>How many of those that are not over are in each state. What is over is counted as it happens (<c>nurture_sends_total</c>).</summary>
    public async Task<IReadOnlyDictionary<SendState, long>> CountAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var counts = await connection.QueryAsync(null, "select state, count(*) from outbox group by state", [],
            row => (State: (SendState)row.GetInt16(0), Count: row.GetInt64(1)), cancel);
        var found = counts.ToDictionary(count => count.State, count => count.Count);
        return Enum.GetValues<SendState>().Where(state => !Ledger.IsOver(state)).ToDictionary(state => state, state => found.GetValueOrDefault(state));
    }

    internal static SendRow ReadListed(DbDataReader row) => new(
        row.Uuid(0), new((SubjectKind)row.GetInt16(1), row.GetInt64(2)), row.GetInt64(3), row.GetString(4), row.GetInt32(5), row.GetString(6), row.GetInt64(7),
        row.TextOrNull(8), (SendClass)row.GetInt16(9), row.TextOrNull(10), row.GetString(11), row.GetString(12), (SendState)row.GetInt16(13),
        row.IsDBNull(14) ? null : (Reason)row.GetInt16(14), row.Instant(15), row.Instant(16), row.Instant(17), row.GetInt32(18), row.InstantOrNull(19),
        row.InstantOrNull(20), row.TextOrNull(21), row.TextOrNull(22), row.InstantOrNull(23), row.InstantOrNull(24), row.InstantOrNull(25), row.GetString(26));
}
