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

/// <param name="Before">Go on after a page: sends that were planned before.</param>
public sealed record SendQuery(long? RecipientId, string? Scenario, SendState? State, long? EnrollmentId, SendPlace? Before, int Limit);

public sealed partial class SendStore
{
    private const string ListColumns =
        """
        s.id, s.kind, s.subject_id, s.enrollment_id, s.scenario, s.version, s.step, s.recipient_id, s.address, s.class, s.topic, s.template, s.locale, s.state,
        s.reason, s.planned_at, s.not_before, s.expires_at, s.attempts, s.handed_at, s.ended_at, s.reply, s.message_id, s.opened_at, s.clicked_at, s.bounced_at,
        s.correlation
        """;

    /// <summary>Newest first. Without a recipient or an enrollment it reads all sends that there are.</summary>
    public async Task<Page<SendRow, SendPlace>> ListAsync(SendQuery query, CancellationToken cancel)
    {
        var where = new List<string> { "(s.planned_at, s.id) < (@at, @id)" };
        if (query.RecipientId is not null) where.Add("s.recipient_id = @recipient");
        if (query.EnrollmentId is not null) where.Add("s.enrollment_id = @enrollment");
        if (query.Scenario is not null) where.Add("s.scenario = @scenario");
        if (query.State is not null) where.Add("s.state = @state");
        (string, object?)[] args =
        [
            ("at", query.Before?.PlannedAt.ToMilliseconds() ?? long.MaxValue), ("id", query.Before?.Id ?? Guid.Empty), ("recipient", query.RecipientId ?? 0),
            ("enrollment", query.EnrollmentId ?? 0), ("scenario", query.Scenario ?? ""), ("state", (short)(query.State ?? 0)), ("limit", query.Limit + 1),
        ];
        await using var connection = await database.OpenAsync(cancel);
        var found = await connection.QueryAsync(null,
            $"select {ListColumns} from sends s where {string.Join(" and ", where)} order by s.planned_at desc, s.id desc limit @limit", args, ReadListed, cancel);
        return Page.Of(found, query.Limit, send => new SendPlace(send.PlannedAt, send.Id));
    }

    /// <summary>All that the enrollments have planned, in the order of planning.</summary>
    public async Task<IReadOnlyList<SendRow>> OfEnrollmentsAsync(IReadOnlyList<long> enrollmentIds, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var found = await database.BulkAsync(connection, null, Rows.Of(enrollmentIds).Long("id", id => id),
            $"select {ListColumns} from rows r join sends s on s.enrollment_id = r.id", ReadListed, cancel);
        return [.. found.OrderBy(send => send.PlannedAt).ThenBy(send => send.Id)];
    }

    /// <summary>How many are in each state; those that are over for good are counted through, so not for every page.</summary>
    public async Task<IReadOnlyDictionary<SendState, long>> CountAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var counts = await connection.QueryAsync(null, "select state, count(*) from sends group by state", [],
            row => (State: (SendState)row.GetInt16(0), Count: row.GetInt64(1)), cancel);
        var found = counts.ToDictionary(count => count.State, count => count.Count);
        return Enum.GetValues<SendState>().ToDictionary(state => state, state => found.GetValueOrDefault(state));
    }

    private static SendRow ReadListed(DbDataReader row) => new(
        row.Uuid(0), new((SubjectKind)row.GetInt16(1), row.GetInt64(2)), row.GetInt64(3), row.GetString(4), row.GetInt32(5), row.GetString(6), row.GetInt64(7),
        row.TextOrNull(8), (SendClass)row.GetInt16(9), row.TextOrNull(10), row.GetString(11), row.GetString(12), (SendState)row.GetInt16(13),
        row.IsDBNull(14) ? null : (Reason)row.GetInt16(14), row.Instant(15), row.Instant(16), row.Instant(17), row.GetInt32(18), row.InstantOrNull(19),
        row.InstantOrNull(20), row.TextOrNull(21), row.TextOrNull(22), row.InstantOrNull(23), row.InstantOrNull(24), row.InstantOrNull(25), row.GetString(26));
}
