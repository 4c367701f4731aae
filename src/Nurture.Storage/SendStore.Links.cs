using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>What a followed link needs to know of its mail.</summary>
public sealed record LinkedSend(
    Guid Id, short Slot, SubjectRef Subject, long EnrollmentId, string Step, long RecipientId, string Locale, string Correlation, bool IsErased);

/// <summary>A mail that asked something.</summary>
/// <param name="Answer">What was answered last; null where nothing was.</param>
public sealed record AskingSend(LinkedSend Send, string Scenario, string Template, byte[] Inputs, string? Answer);

public sealed partial class SendStore
{
    /// <summary>The mail that a link stands in; null once it has been deleted by retention.</summary>
    public async Task<LinkedSend?> FindLinkedAsync(short slot, Guid id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null,
            """
            select s.kind, s.subject_id, s.enrollment_id, s.step, s.recipient_id, s.locale, s.correlation, s.address is null or c.erased_at is not null
            from sends s left join contacts c on c.id = s.recipient_id where s.slot = @slot and s.id = @id
            """,
            [("slot", slot), ("id", id)],
            row => new LinkedSend(id, slot, new((SubjectKind)row.GetInt16(0), row.GetInt64(1)), row.GetInt64(2), row.GetString(3), row.GetInt64(4),
                row.GetString(5), row.GetString(6), row.GetBoolean(7)), cancel);
    }

    /// <summary>Records that a mail was opened or a link in it followed, and nothing else.</summary>
    /// <param name="isMachine">Surely no person: it shows in the log of events only.</param>
    public Task RecordHitAsync(LinkedSend send, bool isClick, bool isMachine, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await log.AppendAsync(connection, transaction,
                [SignalCodec.Store(
                    new Signal.Hit(send.Subject, send.EnrollmentId, send.Id, send.Step, send.RecipientId, isClick, now, isMachine), send.Slot, new StoredAbout(now, Correlation: send.Correlation))],
                ct);
            if (isMachine) return;
            var column = isClick ? "clicked_at" : "opened_at";
            await connection.ExecuteAsync(transaction, $"update sends set {column} = @now where slot = @slot and id = @id and {column} is null",
                [("now", now), ("slot", send.Slot), ("id", send.Id)], ct);
        }, cancel);

    /// <summary>
    /// The person refuses the topic (<c>*</c>: everything but transactional mail), or takes that back. The row that claims
    /// look at and the signal to the person's slot stand in one transaction, so nothing that is claimed later leaves.
    /// </summary>
    /// <returns>Whether anything changed: a second identical will is none.</returns>
    public Task<bool> RefuseAsync(long contactId, string topic, bool isRefused, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            // A contact that is gone or forgotten has nothing left that could be mailed.
            if (await PersonAsync(connection, transaction, contactId, ct) is not { } person) return false;

            var changed = isRefused
                ? await connection.ExecuteAsync(transaction,
                    "insert into refusals (contact_id, topic, at) values (@contact, @topic, @now) on conflict (contact_id, topic) do nothing",
                    [("contact", person.Id), ("topic", topic), ("now", now)], ct)
                : await connection.ExecuteAsync(transaction, "delete from refusals where contact_id = @contact and topic = @topic",
                    [("contact", person.Id), ("topic", topic)], ct);
            if (changed == 0) return false;
            await log.AppendAsync(connection, transaction,
                [SignalCodec.Store(new Signal.Refused(person.Id, topic, isRefused, now), person.Slot, new StoredAbout(now, Hop: person.Hop, Correlation: correlation))], ct);
            return true;
        }, cancel);

    /// <summary>The mail whose question a link answers; null where it is gone, or asks nothing any more.</summary>
    public async Task<AskingSend?> FindAskingAsync(short slot, Guid id, CancellationToken cancel)
    {
        if (await FindLinkedAsync(slot, id, cancel) is not { IsErased: false } send) return null;
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null, "select scenario, template, inputs, answer from sends where slot = @slot and id = @id", [("slot", slot), ("id", id)],
            row => row.Bytes(2) is { Length: > 0 } inputs ? new AskingSend(send, row.GetString(0), row.GetString(1), inputs, row.IsDBNull(3) ? null : row.GetString(3)) : null, cancel);
    }

    /// <summary>Keeps the answer, and tells the person's slot. The last one counts.</summary>
    /// <param name="sets">The attribute that it is written to; empty for none.</param>
    /// <returns>Whether anything changed: the same answer again is none, unless it says more.</returns>
    public Task<bool> AnswerAsync(AskingSend asking, string answer, bool isScore, string sets, string comment, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var send = asking.Send;
            if (await PersonAsync(connection, transaction, send.RecipientId, ct) is not { } person) return false;
            var changed = await connection.ExecuteAsync(transaction,
                """
                update sends set answer = @answer, answered_at = @now, clicked_at = coalesce(clicked_at, @now)
                where slot = @slot and id = @id and (answer is null or answer <> @answer or @says_more = 1)
                """,
                [("answer", answer), ("now", now), ("slot", send.Slot), ("id", send.Id), ("says_more", comment.Length > 0 ? 1 : 0)], ct);
            if (changed == 0) return false;
            var subject = send.Subject.Kind == SubjectKind.Contact ? SubjectRef.Contact(person.Id) : send.Subject;
            await log.AppendAsync(connection, transaction,
                [SignalCodec.Store(
                    new Signal.Answered(subject, send.EnrollmentId, send.Id, asking.Scenario, send.Step, asking.Template, person.Id, answer, isScore, sets, comment, now),
                    person.Slot, new StoredAbout(now, Hop: person.Hop, Correlation: send.Correlation))], ct);
            return true;
        }, cancel);

    /// <summary>Who the contact is now, and where they live; null for who is gone or forgotten.</summary>
    private static async Task<(long Id, short Slot, int Hop)?> PersonAsync(DbConnection connection, DbTransaction? transaction, long contactId, CancellationToken cancel)
    {
        var person = (Id: contactId, Slot: (short)0, Hop: 0);
        for (long? next = contactId; next is not null;)
        {
            var found = await connection.QueryAsync(transaction,
                "select id, slot, hop, merged_into from contacts where id = @id and erased_at is null", [("id", next.Value)],
                row => (Person: (row.GetInt64(0), row.GetInt16(1), row.GetInt32(2)), MergedInto: row.LongOrNull(3)), cancel);
            if (found.Count == 0) return null;
            (person, next) = found[0];
        }

        return person;
    }
}
