using System.Data.Common;
using Nurture.Contacts;
using Nurture.Sends;

namespace Nurture.Storage;

/// <param name="MessageId">By which reports about this mail will name it.</param>
public sealed record HandOver(ClaimedSend Send, string MessageId);

/// <summary>What became of a claim.</summary>
public sealed record Completion(ClaimedSend Send, Attempt Attempt);

public sealed partial class SendStore
{
    /// <summary>
    /// Writes down, for many connections in one commit, that mails are about to be handed over, and what became of others.
    /// The results are as <see cref="Ledger.Settle"/> has them, and the enrollments of those that did not leave are told. A claim
    /// that was lost meanwhile changes nothing, but for an answer that came after the mail was given up as uncertain.
    /// </summary>
    /// <param name="lease">Until the answer is expected; renewed by <see cref="RenewAsync"/> while it is waited for.</param>
    /// <returns>
    /// Which mails may be handed over: the others were cancelled, or their lease ran out, and must be abandoned before the final
    /// dot. And how many enrollments have something to hear.
    /// </returns>
    public Task<(IReadOnlySet<Guid> MayGo, int Told)> WriteAsync(
        IReadOnlyList<HandOver> mails, IReadOnlyList<Completion> completions, TimeSpan lease, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteBatchAsync<(IReadOnlySet<Guid>, int)>(async (connection, transaction, ct) =>
        {
            var handed = await database.BulkAsync(connection, transaction,
                Claims(mails, mail => mail.Send).Text("message_id", mail => mail.MessageId).Scalar("now", now).Scalar("lease", (long)lease.TotalMilliseconds),
                $"""
                update outbox set state = 3, handed_at = @now, message_id = r.message_id, lease_until = {database.NowSql} + @lease
                from rows r
                where outbox.slot = r.slot and outbox.id = r.id and outbox.owner = r.owner and outbox.epoch = r.epoch
                    and outbox.state {In(Ledger.Before(SendState.Handed))} and outbox.lease_until > {database.NowSql}
                returning outbox.id
                """,
                row => row.Uuid(0), ct);
            return (handed.ToHashSet(), await SettleAsync(connection, transaction, completions, "", now, ct));
        }, cancel);

    /// <summary>Keeps mails whose answer is still waited for from being taken for unanswered.</summary>
    public Task RenewAsync(IReadOnlyList<ClaimedSend> sends, TimeSpan lease, CancellationToken cancel) =>
        database.WriteBatchAsync((connection, transaction, ct) => database.BulkAsync(connection, transaction,
            Claims(sends, send => send).Scalar("lease", (long)lease.TotalMilliseconds),
            $"""
            update outbox set lease_until = {database.NowSql} + @lease
            from rows r where outbox.slot = r.slot and outbox.id = r.id and outbox.owner = r.owner and outbox.epoch = r.epoch
            """, ct), cancel);

    /// <summary>
    /// Takes back what dead or frozen owners hold: what was only claimed is planned again, since nothing was handed over;
    /// of what was being handed over nobody can know, and <see cref="Ledger.Settle"/> says what that means.
    /// </summary>
    /// <returns>How many were planned again, and how many enrollments have something to hear.</returns>
    public Task<(int Found, int Told)> RecoverAsync(DateTimeOffset now, int limit, CancellationToken cancel) =>
        database.WriteBatchAsync(async (connection, transaction, ct) =>
        {
            var lost = await connection.QueryAsync(transaction,
                $"select {ClaimedColumns}, o.state from {OutboxSends} where o.owner is not null and o.lease_until <= {database.NowSql} order by o.lease_until limit @limit{SkipLocked}",
                [("limit", limit)],
                row => new Completion(ReadClaimed(row), (SendState)row.GetInt16(26) == SendState.Claimed
                    ? new Attempt.NotTried("the lease ran out before anything was handed over", TimeSpan.Zero)
                    : new Attempt.Unanswered("the sender ended between the final dot and the answer")), ct);
            var told = await SettleAsync(connection, transaction, lost, $"and outbox.lease_until <= {database.NowSql}", now, ct);
            return (lost.Count, told);
        }, cancel);

    private async Task<int> SettleAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<Completion> completions, string guard, DateTimeOffset now, CancellationToken cancel)
    {
        var settled = completions.Select(completion => (completion.Send, Settlement: Ledger.Settle(
            completion.Attempt, completion.Send.Class, completion.Send.Attempts, completion.Send.MayHaveLeft, completion.Send.Seed, now, completion.Send.ExpiresAt))).ToList();
        var left = (await LeaveOutboxAsync(connection, transaction, settled, guard, cancel)).ToDictionary(row => row.Id);
        var done = await database.BulkAsync(connection, transaction,
            Rows.Of(settled).Short("slot", end => end.Send.Slot).Uuid("id", end => end.Send.Id).Long("epoch", end => end.Send.Epoch)
                .Flag("is_ours", end => left.ContainsKey(end.Send.Id))
                .Short("state", end => (short)end.Settlement.State)
                .Short("not_sent", end => NotSent(end.Settlement.State))
                .Short("reason", end => (short?)end.Settlement.Reason)
                .Instant("not_before", end => end.Settlement.NotBefore)
                .Int("attempts", end => end.Send.Attempts + (end.Settlement.IsAttempt ? 1 : 0))
                .Text("reply", end => end.Settlement.Reply)
                .Long("handed_at", end => left.GetValueOrDefault(end.Send.Id).HandedAt)
                .Text("message_id", end => left.GetValueOrDefault(end.Send.Id).MessageId)
                .Instant("ended_at", end => Ledger.IsOver(end.Settlement.State) ? now : null)
                .Instant("bounced_at", end => end.Settlement.Suppresses ? now : null),
            $"""
            update sends set state = r.state, not_sent = r.not_sent, reason = r.reason, not_before = coalesce(r.not_before, sends.not_before), attempts = r.attempts,
                reply = r.reply, epoch = r.epoch, handed_at = coalesce(r.handed_at, sends.handed_at), message_id = coalesce(r.message_id, sends.message_id),
                ended_at = r.ended_at, bounced_at = r.bounced_at
            from rows r
            where sends.slot = r.slot and sends.id = r.id
                and (r.is_ours = 1 or r.state = {(short)SendState.Sent} and sends.state = {(short)SendState.Uncertain} and sends.epoch = r.epoch)
            returning sends.id
            """, row => row.Uuid(0), cancel);

        var changed = done.ToHashSet();
        settled.RemoveAll(end => !changed.Contains(end.Send.Id));
        var suppressed = settled.Where(end => end.Settlement.Suppresses).ToList();
        await database.BulkAsync(connection, transaction,
            Rows.Of(suppressed).Bytes("hash", end => end.Send.AddressHash).Text("address", end => end.Send.Address)
                .Text("note", end => end.Settlement.Reply).Scalar("now", now),
            """
            insert into suppressions (hash, reason, source, at, address, note)
            select r.hash, 'hard_bounce', 'smtp', @now, r.address, r.note from rows r where true on conflict (hash) do nothing
            """, cancel);
        var told = settled.Where(end => Ledger.IsTold(end.Settlement.State)).ToList();
        await TellAsync(connection, transaction, told.Select(end => (end.Send, end.Settlement.Reason!.Value, end.Settlement.Suppresses)), now, cancel);
        return told.Count;
    }

    /// <summary>Gives the rows of those claims that still hold back to be claimed again, or takes them out; answers what they said of the hand-over.</summary>
    private async Task<List<(Guid Id, long? HandedAt, string? MessageId)>> LeaveOutboxAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<(ClaimedSend Send, Settlement Settlement)> settled, string guard, CancellationToken cancel)
    {
        var again = settled.Where(end => !Ledger.IsOver(end.Settlement.State)).ToList();
        var planned = await database.BulkAsync(connection, transaction, Claims(again, end => end.Send).Instant("not_before", end => end.Settlement.NotBefore!.Value),
            $"""
            update outbox set state = 1, owner = null, lease_until = null, not_before = r.not_before
            from rows r
            where outbox.slot = r.slot and outbox.id = r.id and outbox.owner = r.owner and outbox.epoch = r.epoch
                and outbox.state {In(Ledger.Before(SendState.Planned))} {guard}
            returning outbox.id, outbox.handed_at, outbox.message_id
            """, ReadHandOver, cancel);
        // A row for each state that the end may follow.
        var over = settled.Where(end => Ledger.IsOver(end.Settlement.State))
            .SelectMany(end => Ledger.Before(end.Settlement.State).Where(before => !Ledger.IsOver(before)), (end, before) => (end.Send, Before: before)).ToList();
        var gone = await database.BulkAsync(connection, transaction, Claims(over, end => end.Send).Short("state", end => (short)end.Before),
            $"""
            delete from outbox where (slot, id, owner, epoch, state) in (select r.slot, r.id, r.owner, r.epoch, r.state from rows r) {guard}
            returning id, handed_at, message_id
            """, ReadHandOver, cancel);
        return [.. planned, .. gone];

        static (Guid, long?, string?) ReadHandOver(DbDataReader row) => (row.Uuid(0), row.LongOrNull(1), row.TextOrNull(2));
    }

    private static Rows<T> Claims<T>(IReadOnlyList<T> items, Func<T, ClaimedSend> send) => Rows.Of(items)
        .Short("slot", item => send(item).Slot).Uuid("id", item => send(item).Id)
        .Text("owner", item => send(item).Owner).Long("epoch", item => send(item).Epoch);
}
