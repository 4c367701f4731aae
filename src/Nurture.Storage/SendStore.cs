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

    public required string TemplateHash { get; init; }

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
/// over and ended. Every statement names the state, the owner and the claim it rests on, so who was taken for dead can
/// do no harm. Leases run on the database's clock, everything else on the business clock that the caller passes.
/// </summary>
public sealed partial class SendStore(Database database)
{
    private readonly EventLog log = new(database);

    private const string ClaimedColumns =
        """
        s.id, s.slot, s.kind, s.subject_id, s.enrollment_id, s.scenario, s.version, s.step, s.recipient_id, s.address, s.address_hash,
        s.class, s.topic, s.template, s.template_hash, s.locale, s.inputs, s.seed, s.planned_at, s.expires_at, s.correlation,
        s.owner, s.epoch, s.attempts, s.reason
        """;

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
        TemplateHash = row.GetString(14),
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
    };

    private Task TellAsync(
        DbConnection connection, DbTransaction transaction, IEnumerable<(ClaimedSend Send, Reason Reason)> ended, DateTimeOffset now, CancellationToken cancel) =>
        log.AppendAsync(connection, transaction,
            // No enrollment waits for what became of a mail to a colleague.
            [.. ended.Where(end => !IsNotice(end.Send)).Select(end => SignalCodec.Store(
                new Signal.SendEnded(end.Send.Subject, end.Send.EnrollmentId, end.Send.Id, end.Send.Step, end.Send.RecipientId, end.Reason, now),
                end.Send.Slot, new StoredAbout(now, Correlation: end.Send.Correlation)))],
            cancel);

    /// <summary>
    /// The state and reason of a planned or claimed send that is called off, for a <c>set</c> clause: what an earlier attempt
    /// may have delivered stays uncertain.
    /// </summary>
    internal static string Cancelled(string reason)
    {
        const int uncertain = (int)Reason.Uncertain;
        return $"""
            state = case when sends.reason = {uncertain} then {(int)SendState.Uncertain} else {(int)SendState.Cancelled} end,
            reason = case when sends.reason = {uncertain} then {uncertain} else {reason} end
            """;
    }

    private static string In(IEnumerable<SendState> states) =>
        $"in ({string.Join(", ", states.Select(state => ((int)state).ToString(CultureInfo.InvariantCulture)))})";
}
