using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>What one request brought, and by whom.</summary>
/// <param name="Basis">On what ground people whom this source makes known may be mailed.</param>
public sealed record Submission(int SourceId, string Namespace, ConsentBasis Basis, IntakeBatch Batch, DateTimeOffset ReceivedAt, string Correlation)
{
    /// <summary>An import: it updates states and starts nothing (SEMANTICS.md 20).</summary>
    public bool CountsOnly { get; init; }
}

/// <param name="Events">Rows in the event log; messages can be none (a repetition) or several.</param>
public readonly record struct IntakeCounts(int Messages, int Duplicates, int Events, int Refused, int NewContacts, int Merges);

/// <summary>
/// Takes messages in: each once, its people and accounts found or made, as signals in the event log. All of a call is one
/// transaction, on disk when it returns.
/// </summary>
/// <param name="tokens">Null where no link of a mail is believed.</param>
public sealed partial class IntakeStore(Database database, EventLog log, LinkTokens? tokens = null)
{
    // Two nodes that meet the same people at the same moment retry; more often than this is no coincidence.
    private const int Attempts = 10;

    public async Task<IntakeCounts> WriteAsync(IReadOnlyList<Submission> submissions, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return (await database.WriteBatchAsync((connection, transaction, ct) => WriteAsync(connection, transaction, submissions, ct), cancel)).Counts;
            }
            catch (IdentitiesChangedException) when (attempt < Attempts)
            {
                // Another node was faster; its transaction has ended, so this one sees what it did.
            }
        }
    }

    /// <summary>What writing them would come to: all of it is done and taken back.</summary>
    /// <returns>And what would be told, by ids that nobody has afterwards.</returns>
    public async Task<(IntakeCounts Counts, IReadOnlyList<StoredEvent> Signals)> PreviewAsync(IReadOnlyList<Submission> submissions, CancellationToken cancel)
    {
        try
        {
            await database.WriteBatchAsync(async (connection, transaction, ct) =>
                throw new PreviewedException(await WriteAsync(connection, transaction, submissions, ct)), cancel);
        }
        catch (PreviewedException previewed)
        {
            return previewed.Written;
        }

        throw new InvalidOperationException("A preview must not be committed.");
    }

    private async Task<(IntakeCounts Counts, IReadOnlyList<StoredEvent> Signals)> WriteAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<Submission> submissions, CancellationToken cancel)
    {
        var all = submissions.SelectMany(submission => submission.Batch.Items.Select(item => new Message(submission, item))).ToList();
        var messages = await WithoutRepetitionsAsync(connection, transaction, all, cancel);
        var (book, keys) = await LoadBookAsync(connection, transaction, messages, cancel);
        var accounts = await LoadAccountsAsync(connection, transaction, messages, cancel);

        foreach (var message in messages) message.Resolve(book);

        await CreateAccountsAsync(connection, transaction, accounts, messages, cancel);
        await WriteIdentitiesAsync(connection, transaction, book, keys, submissions[0].ReceivedAt, cancel);
        var events = Signals.Of(messages, book, accounts);
        await log.AppendAsync(connection, transaction, events, cancel);
        var refused = await WriteDeadLettersAsync(connection, transaction, submissions, cancel);

        return (new(all.Count, all.Count - messages.Count, events.Count, refused,
            book.Changes.OfType<IdentityChange.Created>().Count(created => created.Contact.MergedInto is null), book.Changes.OfType<IdentityChange.Merged>().Count()), events);
    }

    private async Task<int> WriteDeadLettersAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<Submission> submissions, CancellationToken cancel)
    {
        var letters = submissions.SelectMany(submission => submission.Batch.Refused.Select(letter => (Submission: submission, Letter: letter))).ToList();
        var rows = Rows.Of(letters)
            .Int("source_id", l => l.Submission.SourceId).Instant("received_at", l => l.Submission.ReceivedAt)
            .Text("reason", l => l.Letter.Refusal.Code()).Text("detail", l => l.Letter.Detail).Text("message_id", l => l.Letter.MessageId)
            .Bytes("payload", l => l.Letter.Payload).Text("correlation", l => l.Submission.Correlation);
        return await database.BulkAsync(connection, transaction, rows,
            """
            insert into dead_letters (source_id, received_at, reason, detail, message_id, payload, correlation)
            select r.source_id, r.received_at, r.reason, r.detail, r.message_id, r.payload, r.correlation from rows r where true order by r.n
            """, cancel);
    }

    /// <summary>As many ids as asked for, given to nobody else.</summary>
    private async Task<IReadOnlyList<long>> NextIdsAsync(DbConnection connection, DbTransaction transaction, string table, int count, CancellationToken cancel)
    {
        if (count == 0) return [];
        if (database.IsPostgres)
            return await connection.QueryAsync(transaction, $"select nextval(pg_get_serial_sequence('{table}', 'id')) from generate_series(1, @count)",
                [("count", count)], reader => reader.GetInt64(0), cancel);
        // One writer: nobody takes these before the rows are in, which raises the sequence.
        var last = await connection.ScalarAsync<long>(transaction, $"select coalesce(max(seq), 0) from sqlite_sequence where name = '{table}'", [], cancel);
        return [.. Enumerable.Range(1, count).Select(n => last + n)];
    }

    /// <summary>A message on its way through one transaction.</summary>
    private sealed class Message(Submission submission, IntakeItem item)
    {
        public Submission Submission => submission;

        public IntakeItem Item => item;

        /// <summary>Whom it is about; null for an account alone.</summary>
        public Identified? Contact { get; private set; }

        /// <summary>To whom the mail was whose link led its browser here, and the reason to keep; null without such a mail.</summary>
        public (Identified Reader, string Reason)? Visit { get; set; }

        public string? GroupId => item switch
        {
            IntakeItem.Occurred occurred => occurred.GroupId,
            IntakeItem.Described described => described.GroupId,
            IntakeItem.Grouped grouped => grouped.GroupId,
            _ => null,
        };

        public void AddKeys(HashSet<IdentityKey> keys)
        {
            if (item.UserId is { } user) keys.Add(new(submission.Namespace, IdentityKind.User, user));
            if (item.AnonymousId is { } browser) keys.Add(new(submission.Namespace, IdentityKind.Anonymous, browser));
            if (item is not IntakeItem.Aliased alias) return;
            keys.Add(new(submission.Namespace, IdentityKind.User, alias.PreviousId));
            keys.Add(new(submission.Namespace, IdentityKind.Anonymous, alias.PreviousId));
        }

        public void Resolve(IdentityBook book)
        {
            if (item is IntakeItem.Aliased alias)
            {
                // What the browser SDK sends for alias after identify: nothing is meant by it.
                if (alias.PreviousId == item.UserId) return;
                Contact = book.Alias(submission.Namespace, alias.PreviousId, item.UserId!, item.OccurredAt, item.MessageId);
            }
            if (Visit is { } visit) book.Visit(new(submission.Namespace, IdentityKind.Anonymous, item.AnonymousId!), visit.Reader.Now, item.OccurredAt, visit.Reason);
            if (item.UserId is not null || item.AnonymousId is not null)
                Contact = book.Resolve(submission.Namespace, item.UserId, item.AnonymousId, item.OccurredAt, item.MessageId);
        }
    }

    private sealed class IdentitiesChangedException : Exception;

    /// <summary>Ends a preview's transaction, so that nothing of it stays.</summary>
    private sealed class PreviewedException((IntakeCounts Counts, IReadOnlyList<StoredEvent> Signals) written) : Exception
    {
        public (IntakeCounts Counts, IReadOnlyList<StoredEvent> Signals) Written => written;
    }
}
