using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>What a followed link needs to know of its mail.</summary>
public sealed record LinkedSend(
    Guid Id, short Slot, SubjectRef Subject, long EnrollmentId, string Step, long RecipientId, string Locale, string Correlation, bool IsErased);

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
            var person = (Id: contactId, Slot: (short)0, Hop: 0);
            for (long? next = contactId; next is not null;)
            {
                var found = await connection.QueryAsync(transaction,
                    "select id, slot, hop, merged_into from contacts where id = @id and erased_at is null", [("id", next.Value)],
                    row => (Person: (row.GetInt64(0), row.GetInt16(1), row.GetInt32(2)), MergedInto: row.LongOrNull(3)), ct);
                // A contact that is gone or forgotten has nothing left that could be mailed.
                if (found.Count == 0) return false;
                (person, next) = found[0];
            }

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
}
