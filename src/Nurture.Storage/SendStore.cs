using System.Data.Common;
using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>A send that its owner may try once: what rendering needs, and the claim that guards every later statement about it.</summary>
public sealed record ClaimedSend
{
    public required Guid Id { get; init; }

    public required short Slot { get; init; }

    public required SubjectRef Subject { get; init; }

    public required long EnrollmentId { get; init; }

    public required string Scenario { get; init; }

    public required int Version { get; init; }

    public required string Step { get; init; }

    public required long RecipientId { get; init; }

    public required string Address { get; init; }

    /// <summary>The key of <c>suppressions</c>.</summary>
    public required byte[] AddressHash { get; init; }

    public required SendClass Class { get; init; }

    public required string? Topic { get; init; }

    public required string Template { get; init; }

    /// <summary>By <see cref="PublishedCatalog.DocumentsOf"/>.</summary>
    public required string Documents { get; init; }

    public required string Locale { get; init; }

    public required byte[] Inputs { get; init; }

    public required long Seed { get; init; }

    public required DateTimeOffset PlannedAt { get; init; }

    public required DateTimeOffset ExpiresAt { get; init; }

    public required string Correlation { get; init; }

    public required string Owner { get; init; }

    /// <summary>Counts this send's claims: whoever claimed it before cannot speak for it any more.</summary>
    public required long Epoch { get; init; }

    /// <summary>Made before this claim.</summary>
    public required int Attempts { get; init; }

    /// <summary>An earlier attempt ended without an answer.</summary>
    public required bool MayHaveLeft { get; init; }

    /// <summary>For caps.</summary>
    public required bool IsCounted { get; init; }

    /// <summary>What its passage is told when it did not simply leave.</summary>
    /// <param name="isHardBounce">Of one that came back: there is no such address.</param>
    internal StoredEvent Ended(Reason reason, DateTimeOffset now, bool isHardBounce = false) => SignalCodec.Store(
        new Signal.SendEnded(Subject, EnrollmentId, Id, Step, RecipientId, reason, now)
        {
            CountedAt = IsCounted && reason != Reason.Uncertain ? PlannedAt : null,
            Bounce = reason == Reason.Bounced ? new(Scenario, Template, isHardBounce) : null,
        },
        Slot, new StoredAbout(now, Correlation: Correlation));
}

/// <param name="Ends">Of those that may not leave after all (expired, skipped, uncertain): their enrollments have something to hear.</param>
public sealed record Claim(IReadOnlyList<ClaimedSend> Sends, IReadOnlyList<SendState> Ends)
{
    public static Claim Nothing { get; } = new([], []);

    public int Ended => Ends.Count;
}

/// <summary>Who stopped all sending, and when.</summary>
public sealed record SendingStop(string By, DateTimeOffset At)
{
    /// <summary>Nobody: the database was restored from a backup, and whoever knows what left since has not said so yet.</summary>
    public RestoredDatabase? Restored { get; init; }
}

/// <summary>
/// The send ledger (DESIGN.md §6). Rows are planned and cancelled with the decisions of slots; here they are claimed, handed
/// over and ended. What moves meanwhile stands in <c>outbox</c>, a narrow row for each mail that is not over. Every statement names the state, the owner and the claim it rests on, so who was taken for dead can
/// do no harm. Leases run on the database's clock, everything else on the business clock that the caller passes.
/// </summary>
public sealed partial class SendStore(Database database)
{
    private readonly EventLog log = new(database);

    private const string ClaimedColumns =
        """
        s.id, s.slot, s.kind, s.subject_id, s.enrollment_id, s.scenario, s.version, s.step, s.recipient_id, s.address, s.address_hash,
        s.class, s.topic, s.template, s.documents, s.locale, s.inputs, s.seed, s.planned_at, s.expires_at, s.correlation,
        o.owner, o.epoch, s.attempts, s.reason, s.is_counted
        """;

    /// <summary>Those that are not over. Whoever moves one of them changes the row of <c>outbox</c> first, and so locks it.</summary>
    internal const string OutboxSends = "outbox o join sends s on s.slot = o.slot and s.id = o.id";

    /// <summary>All of them; <c>o.state</c> is null for those that are over.</summary>
    internal const string AllSends = $"sends s {OfOutbox}";

    private const string OfOutbox = "left join outbox o on o.slot = s.slot and o.id = s.id";

    /// <summary>In <c>sends</c> a mail is planned until it is over.</summary>
    internal const string StateSql = "coalesce(o.state, s.state)";

    private static ClaimedSend ReadClaimed(DbDataReader row) => new()
    {
        Id = row.Uuid(0),
        Slot = row.GetInt16(1),
        Subject = new((SubjectKind)row.GetInt16(2), row.GetInt64(3)),
        EnrollmentId = row.GetInt64(4),
        Scenario = row.GetString(5),
        Version = row.GetInt32(6),
        Step = row.GetString(7),
        RecipientId = row.GetInt64(8),
        Address = row.TextOrNull(9) ?? "",
        AddressHash = row.Bytes(10),
        Class = (SendClass)row.GetInt16(11),
        Topic = row.TextOrNull(12),
        Template = row.GetString(13),
        Documents = row.GetString(14),
        Locale = row.GetString(15),
        Inputs = row.Bytes(16),
        Seed = row.GetInt64(17),
        PlannedAt = row.Instant(18),
        ExpiresAt = row.Instant(19),
        Correlation = row.GetString(20),
        Owner = row.TextOrNull(21) ?? "",
        Epoch = row.GetInt64(22),
        Attempts = row.GetInt32(23),
        MayHaveLeft = !row.IsDBNull(24) && (Reason)row.GetInt16(24) == Reason.Uncertain,
        IsCounted = row.Flag(25),
    };

    private Task TellAsync(
        DbConnection connection, DbTransaction transaction, IEnumerable<(ClaimedSend Send, Reason Reason, bool IsHardBounce)> ended, DateTimeOffset now, CancellationToken cancel) =>
        log.AppendAsync(connection, transaction,
            // No enrollment waits for what became of a mail to a colleague.
            [.. ended.Where(end => !IsNotice(end.Send)).Select(end => end.Send.Ended(end.Reason, now, end.IsHardBounce))],
            cancel);

    /// <summary>Calls off those of the sends that <paramref name="which"/> finds which were not handed over; what an earlier attempt may have delivered stays uncertain.</summary>
    /// <param name="which">What joins <c>rows r</c> and <c>sends s</c>.</param>
    /// <param name="rows">The reason and moment of each, beside what it is found by.</param>
    /// <returns>Those that counted for caps and are called off: who they were for has something to hear.</returns>
    internal static async Task<IReadOnlyList<ClaimedSend>> CancelAsync<T>(
        Database database, DbConnection connection, DbTransaction transaction, IReadOnlyList<T> items, Rows<T> rows, string which, Func<T, (Reason Reason, DateTimeOffset At)> end, CancellationToken cancel)
    {
        var open = await database.BulkAsync(connection, transaction, rows,
            $"select {ClaimedColumns}, r.n from rows r join sends s on {which} {OfOutbox} where s.state = {(short)SendState.Planned}",
            row => (Send: ReadClaimed(row), Item: items[(int)row.GetInt64(26) - 1]), cancel);
        var over = (await database.BulkAsync(connection, transaction, Rows.Of(open).Short("slot", open => open.Send.Slot).Uuid("id", open => open.Send.Id),
            $"delete from outbox where (slot, id) in (select r.slot, r.id from rows r) and state {In(Ledger.Before(SendState.Cancelled))} returning id", row => row.Uuid(0), cancel)).ToHashSet();
        const int uncertain = (int)Reason.Uncertain;
        // No claim of before speaks for it any more.
        await database.BulkAsync(connection, transaction,
            Rows.Of(open.Where(open => over.Contains(open.Send.Id)).ToList()).Short("slot", open => open.Send.Slot).Uuid("id", open => open.Send.Id)
                .Short("reason", open => (short)end(open.Item).Reason).Instant("at", open => end(open.Item).At),
            $"""
            update sends set ended_at = r.at, epoch = 0,
                state = case when sends.reason = {uncertain} then {(int)SendState.Uncertain} else {(int)SendState.Cancelled} end,
                not_sent = case when sends.reason = {uncertain} then {(int)SendState.Uncertain} else {(int)SendState.Cancelled} end,
                reason = case when sends.reason = {uncertain} then {uncertain} else r.reason end
            from rows r where sends.slot = r.slot and sends.id = r.id
            """, cancel);
        return [.. open.Select(open => open.Send).Where(send => over.Contains(send.Id) && send is { IsCounted: true, MayHaveLeft: false })];
    }

    /// <summary>What the index of those that did not leave has; null for the others, whose end changes nothing that is indexed.</summary>
    private static short? NotSent(SendState state) => Ledger.IsOver(state) && state != SendState.Sent ? (short)state : null;

    private static string In(IEnumerable<SendState> states) =>
        $"in ({string.Join(", ", states.Select(state => ((int)state).ToString(CultureInfo.InvariantCulture)))})";
}
