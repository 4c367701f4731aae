using System.Data.Common;
using System.Globalization;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Storage;

public sealed partial class SendStore
{
    // Enough to get past expired and refused mails quickly, however few are wanted.
    private const int LeastLooked = 64;

    /// <param name="HasBasis">Whether there is a ground for marketing; true of somebody who is somebody else by now, who is asked instead.</param>
    private readonly record struct Recipient(ClaimedSend Send, long ContactId, ContactStatus Status, bool HasBasis);

    private readonly record struct Lane(SendClass Class, string Scenario, DateTimeOffset FirstDue);

    /// <summary>
    /// Takes up to <paramref name="limit"/> due sends for the owner, in the order of <see cref="Rounds"/>, and asks of each
    /// once more, in the same transaction, what may have changed since it was planned. What may not leave is ended here.
    /// </summary>
    /// <param name="lease">On the database's clock; without <see cref="WriteAsync"/> within it the claim is void.</param>
    /// <param name="isAllowed">The allow-list; null lets every address through.</param>
    /// <param name="mayBeServed">Of an account's attributes: whether its trial or contract lives; null where that is not asked.</param>
    public Task<Claim> ClaimAsync(
        string owner, int limit, TimeSpan lease, DateTimeOffset now, Func<string, bool>? isAllowed, Func<AccountState, bool>? mayBeServed, CancellationToken cancel) =>
        database.WriteBatchAsync(async (connection, transaction, ct) =>
        {
            var (stop, left) = await ReadSwitchAsync(connection, transaction, ct);
            if (stop is not null) return Claim.Nothing;
            var lanes = (await LanesAsync(connection, transaction, DateTimeOffset.MinValue, ct)).Where(lane => lane.FirstDue <= now).ToList();
            if (lanes.Count == 0) return Claim.Nothing;

            var due = await DueAsync(connection, transaction, lanes, Math.Max(limit, LeastLooked), now, ct);
            var aside = await SetAsideAsync(connection, transaction, due, ct);
            if (aside.Count > 0) due = [.. due.Where(send => !aside.Contains(send.Id))];
            var people = await PeopleAsync(connection, transaction, due, ct);
            var refusals = await RefusalsAsync(connection, transaction, due, people, ct);
            if (mayBeServed is not null) await AddUnservedAsync(connection, transaction, people, mayBeServed, refusals, ct);
            await AddMootAsync(connection, transaction, due, refusals, ct);
            var held = await HeldAsync(connection, transaction, people, now, ct);
            var mayHaveLeft = await MayHaveLeftAsync(connection, transaction, due, left, ct);

            var claimed = new List<ClaimedSend>(limit);
            var ended = new List<(ClaimedSend Send, SendState State, Reason Reason)>();
            foreach (var send in due)
            {
                if (mayHaveLeft.Contains(send.Id)) ended.Add(Ended(send, Ledger.OnLostTrack));
                else if (send.ExpiresAt <= now) ended.Add(Ended(send, Ledger.OnExpiry(send.MayHaveLeft)));
                else if (refusals.GetValueOrDefault(send.Id) is var refusal && refusal != default) ended.Add(Ended(send, Ledger.OnSkip(send.MayHaveLeft, refusal)));
                else if (send.Address.Length == 0) ended.Add(Ended(send, Ledger.OnSkip(send.MayHaveLeft, Reason.NoAddress)));
                else if (isAllowed is not null && !isAllowed(send.Address)) ended.Add(Ended(send, Ledger.OnSkip(send.MayHaveLeft, Reason.NotAllowListed)));
                else if (!held.ContainsKey(send.Id) && claimed.Count < limit) claimed.Add(send);
            }

            await PutOffAsync(connection, transaction, held.Where(put => !ended.Exists(end => end.Send.Id == put.Key)), ct);

            await EndAsync(connection, transaction, ended, mayHaveLeft, now, ct);
            return new Claim(await TakeAsync(connection, transaction, claimed, owner, lease, ct), [.. ended.Select(end => end.State)]);
        }, cancel);

    private static (ClaimedSend, SendState, Reason) Ended(ClaimedSend send, (SendState State, Reason Reason) end) => (send, end.State, end.Reason);

    /// <summary>When the next send is due, strictly after the moment; null where none waits, or all sending is stopped.</summary>
    public async Task<DateTimeOffset?> NextDueAsync(DateTimeOffset after, CancellationToken cancel)
    {
        await using var connection = await database.OpenForBatchesAsync(cancel);
        if (await ReadStopAsync(connection, null, cancel) is not null) return null;
        var lanes = await LanesAsync(connection, null, after, cancel);
        return lanes.Count == 0 ? null : lanes.Min(lane => lane.FirstDue);
    }

    /// <summary>
    /// The classes and scenarios that have planned sends, with their first due moment after the given one; paused scenarios
    /// left out. One probe of the index each, however many sends wait.
    /// </summary>
    private static Task<List<Lane>> LanesAsync(DbConnection connection, DbTransaction? transaction, DateTimeOffset after, CancellationToken cancel) =>
        connection.QueryAsync(transaction,
            """
            with recursive lanes (class, scenario) as (
                select c.class, (select min(o.scenario) from outbox o where o.owner is null and o.class = c.class)
                from (select 1 as class union all select 2 union all select 3) c
                union all
                select l.class, (select min(o.scenario) from outbox o where o.owner is null and o.class = l.class and o.scenario > l.scenario)
                from lanes l where l.scenario is not null),
            due as (
                select l.class, l.scenario,
                    (select min(o.not_before) from outbox o
                     where o.owner is null and o.class = l.class and o.scenario = l.scenario and o.not_before > @after) as first_due
                from lanes l
                where l.scenario is not null
                    and not exists (select 1 from scenario_switches w where (w.name = l.scenario or substr(l.scenario, 1, length(w.name) + 1) = w.name || ':') and w.paused_at is not null))
            select class, scenario, first_due from due where first_due is not null
            """,
            [("after", after == DateTimeOffset.MinValue ? long.MinValue : after.ToMilliseconds())],
            row => new Lane((SendClass)row.GetInt32(0), row.GetString(1), row.Instant(2)), cancel);

    /// <summary>Due sends in the order in which they should leave; each lane gives its share of fresh ones and of its backlog.</summary>
    private async Task<IReadOnlyList<ClaimedSend>> DueAsync(
        DbConnection connection, DbTransaction transaction, List<Lane> lanes, int limit, DateTimeOffset now, CancellationToken cancel)
    {
        // Never fewer than a few, or many scenarios would make many claims of one mail each.
        var share = Math.Max(8, (limit + lanes.Count - 1) / lanes.Count);
        var freshSince = (now - Rounds.Fresh).ToMilliseconds();
        var sql = new StringBuilder();
        var args = new List<(string, object?)> { ("now", now), ("fresh", freshSince) };
        for (var i = 0; i < lanes.Count; i++)
        {
            args.Add(($"scenario{i}", lanes[i].Scenario));
            var of = string.Create(CultureInfo.InvariantCulture, $"o.owner is null and o.class = {(int)lanes[i].Class} and o.scenario = @scenario{i}");
            foreach (var (range, most) in new[]
            {
                ("o.not_before > @fresh and o.not_before <= @now", lanes[i].Class == SendClass.Transactional ? limit : share),
                ("o.not_before <= @fresh", share),
            })
            {
                if (sql.Length > 0) sql.Append(" union all ");
                sql.Append(CultureInfo.InvariantCulture,
                    $"select * from (select {ClaimedColumns}, o.not_before from {OutboxSends} where {of} and {range} order by o.not_before limit {most}{SkipLocked}) q{sql.Length}");
            }
        }

        var found = new Dictionary<Guid, ClaimedSend>();
        var candidates = await connection.QueryAsync(transaction, sql.ToString(), [.. args], row =>
        {
            var send = ReadClaimed(row);
            found[send.Id] = send;
            var notBefore = row.GetInt64(26);
            return new Candidate(send.Id, send.Class, send.Scenario, Instants.FromMilliseconds(notBefore), notBefore <= freshSince);
        }, cancel);
        return [.. Rounds.Order(candidates, limit).Select(candidate => found[candidate.Id])];
    }

    // Two nodes that claim at once take different rows instead of waiting for each other. SQLite has one writer.
    private string SkipLocked => database.IsPostgres ? " for update of o skip locked" : "";

    /// <summary>By send: why it may not leave after all. The narrow rows were written by whoever answered the refusal.</summary>
    private async Task<Dictionary<Guid, Reason>> RefusalsAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<ClaimedSend> sends,
        List<Recipient> people, CancellationToken cancel)
    {
        var reasons = new Dictionary<Guid, Reason>();
        var suppressed = await database.BulkAsync(connection, transaction, Rows.Of(sends).Bytes("hash", send => send.AddressHash),
            "select r.n from rows r join suppressions p on p.hash = r.hash", row => (int)row.GetInt64(0) - 1, cancel);
        foreach (var n in suppressed) reasons[sends[n].Id] = Reason.Suppressed;

        foreach (var (send, _, status, _) in people)
        {
            if (status == ContactStatus.Erased) reasons[send.Id] = Reason.Erased;
            else if (status == ContactStatus.Left) reasons.TryAdd(send.Id, Reason.ContactLeft);
        }

        var refusable = people.Where(person => person.Send.Class != SendClass.Transactional).ToList();
        var refused = await database.BulkAsync(connection, transaction,
            Rows.Of(refusable).Long("contact_id", person => person.ContactId).Text("topic", person => person.Send.Topic),
            "select r.n, f.topic from rows r join refusals f on f.contact_id = r.contact_id and (f.topic = '*' or f.topic = r.topic)",
            row => (N: (int)row.GetInt64(0) - 1, Topic: row.GetString(1)), cancel);
        foreach (var (n, topic) in refused) reasons.TryAdd(refusable[n].Send.Id, topic == "*" ? Reason.Unsubscribed : Reason.TopicRefused);
        foreach (var person in people.Where(person => person.Send.Class == SendClass.Marketing && !person.HasBasis)) reasons.TryAdd(person.Send.Id, Reason.NoConsent);
        return reasons;
    }

    /// <summary>Service mails to people whose account's trial and contract are over (SEMANTICS.md 36).</summary>
    private async Task AddUnservedAsync(
        DbConnection connection, DbTransaction transaction, List<Recipient> people, Func<AccountState, bool> mayBeServed, Dictionary<Guid, Reason> reasons, CancellationToken cancel)
    {
        var served = people.Where(person => person.Send.Class == SendClass.Service).ToList();
        var accounts = await database.BulkAsync(connection, transaction, Rows.Of(served).Long("contact_id", person => person.ContactId),
            "select r.n, a.id, a.attributes from rows r join contacts c on c.id = r.contact_id join accounts a on a.id = c.account_id where c.merged_into is null",
            row => (N: (int)row.GetInt64(0) - 1, Id: row.GetInt64(1), Attributes: row.GetString(2)), cancel);
        foreach (var account in accounts.GroupBy(account => account.Id).Where(account => !mayBeServed(Profiles.Account(account.Key, account.First().Attributes))))
        {
            foreach (var (n, _, _) in account) reasons.TryAdd(served[n].Send.Id, Reason.NoContract);
        }
    }

    /// <summary>The recipients, and who they turned out to be: a refusal by the one that a contact was merged into holds for its mails too.</summary>
    private async Task<List<Recipient>> PeopleAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<ClaimedSend> sends, CancellationToken cancel)
    {
        var people = new List<Recipient>(sends.Count);
        var open = sends.Select(send => (Send: send, ContactId: send.RecipientId)).ToList();
        while (open.Count > 0)
        {
            var found = await database.BulkAsync(connection, transaction, Rows.Of(open).Long("id", person => person.ContactId),
                "select r.n, c.merged_into, c.status, c.basis from rows r join contacts c on c.id = r.id",
                row => (N: (int)row.GetInt64(0) - 1, MergedInto: row.LongOrNull(1), Status: (ContactStatus)row.GetInt16(2), Basis: (ConsentBasis)row.GetInt16(3)), cancel);
            people.AddRange(found.Select(person => new Recipient(open[person.N].Send, open[person.N].ContactId, person.Status, person.MergedInto is not null || person.Basis != ConsentBasis.None)));
            open = [.. found.Where(person => person.MergedInto is not null).Select(person => (open[person.N].Send, person.MergedInto!.Value))];
        }
        return people;
    }

    /// <summary>Sends whose account, or recipient without one, was put on hold after they were planned, and until when (SEMANTICS.md 30, 48).</summary>
    private async Task<Dictionary<Guid, (ClaimedSend Send, DateTimeOffset Until)>> HeldAsync(
        DbConnection connection, DbTransaction transaction, List<Recipient> people, DateTimeOffset now, CancellationToken cancel)
    {
        var holdable = people.Where(person => person.Send.Class != SendClass.Transactional).ToList();
        var found = await database.BulkAsync(connection, transaction,
            Rows.Of(holdable).Long("contact_id", person => person.ContactId).Scalar("now", now),
            """
            select r.n, h.until, h.blocks, h.topics from rows r join contacts c on c.id = r.contact_id join holds h on h.account_id = c.account_id where h.until > @now
            union all
            select r.n, h.until, h.blocks, h.topics from rows r join contact_holds h on h.contact_id = r.contact_id where h.until > @now
            """,
            row => (N: (int)row.GetInt64(0) - 1, Until: row.Instant(1), Blocks: Blocks(row, 2)), cancel);
        var held = new Dictionary<Guid, (ClaimedSend Send, DateTimeOffset Until)>();
        foreach (var (n, until, blocks) in found)
        {
            var send = holdable[n].Send;
            if (blocks.Includes(send.Class, send.Topic) && (!held.TryGetValue(send.Id, out var known) || known.Until < until)) held[send.Id] = (send, until);
        }

        return held;
    }

    /// <summary>
    /// Sends of a restored database that may have left before it was: planned by then, or for something that happened by then
    /// and was told again since. A transactional one leaves again, with the same Message-ID (DESIGN.md §7).
    /// </summary>
    private async Task<IReadOnlySet<Guid>> MayHaveLeftAsync(
        DbConnection connection, DbTransaction transaction, IReadOnlyList<ClaimedSend> sends, MayHaveLeft? left, CancellationToken cancel)
    {
        if (left is null) return new HashSet<Guid>();
        var asked = sends.Where(send => send.Class != SendClass.Transactional).ToList();
        var found = asked.Where(send => send.PlannedAt <= left.Until).Select(send => send.Id).ToHashSet();
        var later = asked.Where(send => !found.Contains(send.Id)).ToList();
        found.UnionWith(await database.BulkAsync(connection, transaction,
            Rows.Of(later).Short("slot", send => send.Slot).Uuid("id", send => send.Id).Scalar("until", left.Until),
            """
            select r.n from rows r join sends s on s.slot = r.slot and s.id = r.id join events e on e.id = s.cause_id
            where s.cause_id > 0 and e.occurred_at <= @until
            """, row => later[(int)row.GetInt64(0) - 1].Id, cancel));
        return found;
    }

    private async Task PutOffAsync(
        DbConnection connection, DbTransaction transaction, IEnumerable<KeyValuePair<Guid, (ClaimedSend Send, DateTimeOffset Until)>> held, CancellationToken cancel)
    {
        var rows = Rows.Of(held.Select(put => put.Value).ToList()).Short("slot", put => put.Send.Slot).Uuid("id", put => put.Send.Id)
            .Instant("not_before", put => put.Until < put.Send.ExpiresAt ? put.Until : put.Send.ExpiresAt);
        await database.BulkAsync(connection, transaction, rows,
            "update outbox set not_before = r.not_before from rows r where outbox.slot = r.slot and outbox.id = r.id and outbox.state = 1", cancel);
        await database.BulkAsync(connection, transaction, rows,
            $"update sends set not_before = r.not_before, reason = {(short)Reason.OnHold} from rows r where sends.slot = r.slot and sends.id = r.id and sends.state = 1", cancel);
    }

    private static int Bit(SendClass of) => 1 << (int)of;

    /// <summary>A set of classes as stored.</summary>
    internal static short Bits(IEnumerable<SendClass> classes) => (short)classes.Aggregate(0, (bits, of) => bits | Bit(of));

    /// <summary>What a hold blocks, in two columns: the bits of its classes, and its topics with a comma between.</summary>
    internal static Blocked Blocks(DbDataReader row, int first)
    {
        var bits = row.GetInt16(first);
        return new([.. Enum.GetValues<SendClass>().Where(of => (bits & Bit(of)) != 0)], row.GetString(first + 1).Split(',', StringSplitOptions.RemoveEmptyEntries));
    }

    private async Task<IReadOnlyList<ClaimedSend>> TakeAsync(
        DbConnection connection, DbTransaction transaction, List<ClaimedSend> sends, string owner, TimeSpan lease, CancellationToken cancel)
    {
        var epochs = await database.BulkAsync(connection, transaction,
            Rows.Of(sends).Short("slot", send => send.Slot).Uuid("id", send => send.Id)
                .Scalar("owner", owner).Scalar("lease", (long)lease.TotalMilliseconds),
            $"""
            update outbox set state = 2, owner = @owner, epoch = outbox.epoch + 1, lease_until = {database.NowSql} + @lease
            from rows r where outbox.slot = r.slot and outbox.id = r.id and outbox.state {In(Ledger.Before(SendState.Claimed))}
            returning outbox.id, outbox.epoch
            """,
            row => (Id: row.Uuid(0), Epoch: row.GetInt64(1)), cancel);
        var byId = epochs.ToDictionary(taken => taken.Id, taken => taken.Epoch);
        return [.. sends.Where(send => byId.ContainsKey(send.Id)).Select(send => send with { Owner = owner, Epoch = byId[send.Id] })];
    }

    private async Task EndAsync(
        DbConnection connection, DbTransaction transaction, List<(ClaimedSend Send, SendState State, Reason Reason)> ended,
        IReadOnlySet<Guid> mayHaveLeft, DateTimeOffset now, CancellationToken cancel)
    {
        var over = (await database.BulkAsync(connection, transaction, Rows.Of(ended).Short("slot", end => end.Send.Slot).Uuid("id", end => end.Send.Id),
            "delete from outbox where (slot, id) in (select r.slot, r.id from rows r) and state = 1 returning id", row => row.Uuid(0), cancel)).ToHashSet();
        ended.RemoveAll(end => !over.Contains(end.Send.Id));
        await database.BulkAsync(connection, transaction,
            Rows.Of(ended).Short("slot", end => end.Send.Slot).Uuid("id", end => end.Send.Id)
                .Short("state", end => (short)end.State).Short("reason", end => (short)end.Reason)
                .Text("reply", end => mayHaveLeft.Contains(end.Send.Id) ? "the database was restored from a backup; it may have left before" : null).Scalar("now", now),
            """
            update sends set state = r.state, not_sent = r.state, reason = r.reason, ended_at = @now, reply = coalesce(r.reply, sends.reply)
            from rows r where sends.slot = r.slot and sends.id = r.id
            """, cancel);
        await TellAsync(connection, transaction, ended.Select(end => (end.Send, end.Reason, false)), now, cancel);
    }
}
