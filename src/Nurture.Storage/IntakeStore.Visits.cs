using System.Data.Common;
using Nurture.Contacts;
using Nurture.Sends;

namespace Nurture.Storage;

public sealed partial class IntakeStore
{
    /// <summary>The evidence's word for a browser that came by a link in a mail.</summary>
    public const string MailLinkWord = "mail link";

    /// <summary>The evidence's reason: which mail.</summary>
    public static string MailReason(Guid sendId) => $"send:{sendId}";

    /// <summary>
    /// Finds of each browser that came by a link in a mail whose mail that was, where it may be believed: the click is
    /// fresh and the mail not old, its reader is still somebody who could be written to, no other browser came by this mail
    /// before (a mail that was passed on), and nobody has said that this browser is not theirs.
    /// </summary>
    private async Task AddVisitsAsync(
        DbConnection connection, DbTransaction transaction, List<Message> messages, IdentityBook book, Dictionary<long, Identified> contacts, CancellationToken cancel)
    {
        if (tokens is null) return;
        var browserOf = new Dictionary<Guid, IdentityKey>();
        foreach (var message in messages)
        {
            if (message.Item is not { VisitedFrom: { } address, UserId: null, AnonymousId: { } id } || tokens.ReadVisit(address) is not { } visit) continue;
            var age = message.Submission.ReceivedAt - visit.At;
            if (age > MailLink.Visit.Lasts || age < -MailLink.Visit.Lasts) continue;
            var browser = new IdentityKey(message.Submission.Namespace, IdentityKind.Anonymous, id);
            if (browserOf.TryGetValue(visit.SendId, out var first) && first != browser) continue;
            if (await ReaderAsync(connection, transaction, visit, browser, contacts, cancel) is not { } reader) continue;
            if (book.Recorded.TryGetValue(browser, out var holder) && holder.Contact.Id != reader.Id && !holder.Contact.IsKnown && await HasAddressAsync(connection, transaction, holder.Contact.Id, cancel)) continue;
            browserOf[visit.SendId] = browser;
            message.Visit = (reader, MailReason(visit.SendId));
        }
    }

    private async Task<Identified?> ReaderAsync(
        DbConnection connection, DbTransaction transaction, MailLink.Visit visit, IdentityKey browser, Dictionary<long, Identified> contacts, CancellationToken cancel)
    {
        var mailed = await connection.FirstAsync(transaction,
            "select recipient_id, ended_at from sends where slot = @slot and id = @id and state in (@sent, @uncertain)",
            [("slot", visit.Slot), ("id", visit.SendId), ("sent", SendState.Sent), ("uncertain", SendState.Uncertain)],
            row => (RecipientId: row.GetInt64(0), LeftAt: row.InstantOrNull(1)), cancel);
        if (mailed.LeftAt is not { } leftAt || visit.At - leftAt > MailLink.Visit.MailLasts) return null;

        // Held to the end, so that of two browsers that come by one mail at one moment one is the first.
        var lockIt = database.IsPostgres ? " for no key update" : "";
        (long Id, short Slot, int Hop, long? MergedInto, bool IsThere) person = default;
        for (long? next = mailed.RecipientId; next is { } id;)
        {
            person = await connection.FirstAsync(transaction,
                $"select id, slot, hop, merged_into, status, erased_at from contacts where id = @id{lockIt}", [("id", id)],
                row => (row.GetInt64(0), row.GetInt16(1), row.GetInt32(2), row.LongOrNull(3), row.GetInt16(4) == (short)ContactStatus.Active && row.IsDBNull(5)), cancel);
            next = person.MergedInto;
        }

        if (!person.IsThere) return null;
        var isRefused = await connection.ScalarAsync<long>(transaction,
            """
            select count(*) from identity_links where contact_id in (@reader, @recipient)
                and ((how = @how and message_id = @reason and not (namespace = @namespace and value = @value))
                    or (undone_at is not null and namespace = @namespace and kind = @kind and value = @value))
            """,
            [
                ("reader", person.Id), ("recipient", mailed.RecipientId), ("how", MailLinkWord), ("reason", MailReason(visit.SendId)),
                ("namespace", browser.Namespace), ("kind", browser.Kind), ("value", browser.Value),
            ], cancel) > 0;
        if (isRefused) return null;
        if (contacts.TryGetValue(person.Id, out var known)) return known;
        var isKnown = await connection.ScalarAsync<long>(transaction,
            "select count(*) from identities where subject_id = @id and kind = @user", [("id", person.Id), ("user", IdentityKind.User)], cancel) > 0;
        return contacts[person.Id] = new Identified { Id = person.Id, Slot = person.Slot, Hop = person.Hop, IsKnown = isKnown, WasKnown = isKnown };
    }

    // Who left an address without a user id is somebody too.
    private static async Task<bool> HasAddressAsync(DbConnection connection, DbTransaction transaction, long contactId, CancellationToken cancel) =>
        await connection.ScalarAsync<string>(transaction, "select email from contacts where id = @id", [("id", contactId)], cancel) is not null;
}
