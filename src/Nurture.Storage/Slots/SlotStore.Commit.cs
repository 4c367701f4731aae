using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Storage;

public sealed partial class SlotStore
{
    /// <summary>
    /// Writes all of a batch in one transaction, with the lanes' cursors. What was planned, kept or placed twice stays
    /// once.
    /// </summary>
    /// <exception cref="LostOwnershipException">A lane's epoch or a state's revision is not what it was: nothing was written.</exception>
    public Task CommitAsync(SlotCommit commit, CancellationToken cancel) =>
        database.WriteBatchAsync(async (connection, transaction, ct) =>
        {
            var write = new Writing(database, connection, transaction, commit, ct);
            var turn = await write.TurnAsync();
            // Before all the rest, so that two owners never write in one lane: whoever waits here finds the epoch raised.
            await write.LanesAsync(turn);
            await write.StatesAsync();
            await write.MovesAsync();
            await write.ProfilesAsync();
            await write.PositionsAsync();
            await write.JournalAsync();
            var withdrawn = await write.SendsAsync();
            await write.HumansAsync();
            await log.AppendAsync(connection, transaction, [.. commit.Events, .. withdrawn.Select(send => send.Ended(Reason.Cancelled, commit.RecordedAt))], ct);
            await write.ParkedAsync();
            await ThrottleStore.AskAsync(database, connection, transaction, commit, ct);
            await CaseBudgetStore.AskAsync(database, connection, transaction, commit, ct);
            await SubjectTestStore.AskAsync(database, connection, transaction, commit, ct);
            if (commit.Breaker is { } breaker) await BreakerStore.CountAsync(database, connection, transaction, commit, breaker, ct);
        }, cancel);

    /// <summary>
    /// Puts states in the place of others, with what pages show of them: what a commit writes of its states, by whoever
    /// holds the lanes in this transaction.
    /// </summary>
    internal async Task ReplaceAsync(DbConnection connection, DbTransaction transaction, SlotCommit commit, CancellationToken cancel)
    {
        var write = new Writing(database, connection, transaction, commit, cancel);
        await write.StatesAsync();
        await write.MovesAsync();
        await write.ProfilesAsync();
        await write.HumansAsync();
    }

    // In milliseconds.
    private const long FloorBehind = 60_000;

    private sealed class Writing(Database database, DbConnection connection, DbTransaction transaction, SlotCommit commit, CancellationToken cancel)
    {
        private Task<int> BulkAsync(Rows rows, string sql) => database.BulkAsync(connection, transaction, rows, sql, cancel);

        private async Task OwnedAsync(Rows rows, string sql, string what)
        {
            var affected = await BulkAsync(rows, sql);
            if (affected != rows.Count) throw new LostOwnershipException($"{affected} of {rows.Count} {what} were as this batch had read them; another node has them now.");
        }

        /// <summary>Returns its id; 0 where nothing is recorded. Ids of one lane's turns ascend: its owner commits one after another.</summary>
        public async Task<long> TurnAsync()
        {
            var lanes = commit.Lanes.Where(lane => lane.HasWork).ToList();
            if (commit.Turn is not { } turn || lanes.Count == 0) return 0;
            var packed = (turn with { Lanes = [.. lanes.Select(lane => new TurnLane(lane.Lane, lane.Cursor.Xid, lane.Cursor.EventId, lane.Events, lane.LastDue))] }).Pack();
            return await connection.ScalarAsync<long>(transaction, "insert into turns (lanes, doc) values (@lanes, @doc) returning id",
                [("lanes", lanes.Aggregate(0, (bits, lane) => bits | TurnStore.BitOf(lane.Lane))), ("doc", packed)], cancel);
        }

        public Task LanesAsync(long turn)
        {
            var written = commit.States.Select(state => database.LaneOf(state.Key.Slot)).Concat(commit.DeletedStates.Select(state => database.LaneOf(state.Key.Slot))).ToHashSet();
            var earliest = commit.States.Where(state => state.DueAt is not null)
                .GroupBy(state => database.LaneOf(state.Key.Slot))
                .ToDictionary(ofLane => ofLane.Key, ofLane => ofLane.Min(state => state.DueAt!.Value.ToMilliseconds()));
            // Where nothing happens the floor may stay behind for a while: what became due meanwhile is all that a reader passes over.
            var lanes = commit.Lanes.Where(l => l.HasWork || written.Contains(l.Lane) || l.Floor - l.FloorRead > FloorBehind).ToList();
            return OwnedAsync(Rows.Of(lanes)
                    .Short("lane", l => l.Lane).Long("epoch", l => l.Epoch)
                    .Long("from_xid", l => l.From.Xid).Long("from_event_id", l => l.From.EventId).Long("xid", l => l.Cursor.Xid).Long("event_id", l => l.Cursor.EventId)
                    .Long("floor_read", l => l.FloorRead).Long("due_floor", l => Math.Min(l.Floor, earliest.GetValueOrDefault(l.Lane, long.MaxValue)))
                    .Scalar("me", database.Node).Scalar("turn", turn),
                """
                update lanes set xid = r.xid, event_id = r.event_id, turn = case when @turn > lanes.turn then @turn else lanes.turn end,
                    due_floor = case when lanes.due_floor < r.floor_read and lanes.due_floor < r.due_floor then lanes.due_floor else r.due_floor end
                from rows r where lanes.lane = r.lane and lanes.epoch = r.epoch and lanes.owner = @me
                    and lanes.xid = r.from_xid and lanes.event_id = r.from_event_id
                """, "lanes");
        }

        public async Task StatesAsync()
        {
            var writes = commit.States.OrderBy(s => s.Key.Slot).ThenBy(s => s.Key.Subject.Kind).ThenBy(s => s.Key.Subject.Id).ToList();
            await OwnedAsync(StateRows(writes.Where(state => state.Rev == 0)),
                """
                insert into states (slot, kind, subject_id, lane, rev, due_at, doc)
                select r.slot, r.kind, r.subject_id, r.lane, 1, r.due_at, r.doc from rows r where true on conflict do nothing
                """, "new states");
            // PostgreSQL compares the indexed columns itself: where due_at is what it was, the update touches no index.
            await OwnedAsync(StateRows(writes.Where(state => state.Rev != 0)),
                """
                update states set rev = states.rev + 1, due_at = r.due_at, doc = r.doc
                from rows r where states.slot = r.slot and states.kind = r.kind and states.subject_id = r.subject_id and states.rev = r.rev
                """, "states");
            await BulkAsync(Rows.Of(writes.Where(state => state is { IsRestChanged: true, Rest: not null }).ToList())
                    .Short("slot", s => s.Key.Slot).Short("kind", s => (short)s.Key.Subject.Kind).Long("subject_id", s => s.Key.Subject.Id).Bytes("doc", s => s.Rest),
                """
                insert into state_rests (slot, kind, subject_id, doc) select r.slot, r.kind, r.subject_id, r.doc from rows r where true
                on conflict (slot, kind, subject_id) do update set doc = excluded.doc
                """);

            var deletes = commit.DeletedStates;
            await OwnedAsync(Rows.Of(deletes).Short("slot", s => s.Key.Slot).Short("kind", s => (short)s.Key.Subject.Kind)
                    .Long("subject_id", s => s.Key.Subject.Id).Int("rev", s => s.Rev),
                "delete from states where (slot, kind, subject_id, rev) in (select r.slot, r.kind, r.subject_id, r.rev from rows r)", "states to delete");
            SubjectKey[] restless = [.. writes.Where(state => state is { IsRestChanged: true, Rest: null }).Select(state => state.Key), .. deletes.Select(state => state.Key)];
            await BulkAsync(KeyRows(restless), "delete from state_rests where (slot, kind, subject_id) in (select r.slot, r.kind, r.subject_id from rows r)");
        }

        private Rows<StateWrite> StateRows(IEnumerable<StateWrite> states) => Rows.Of(states.ToList())
            .Short("slot", s => s.Key.Slot).Short("kind", s => (short)s.Key.Subject.Kind).Long("subject_id", s => s.Key.Subject.Id)
            .Short("lane", s => database.LaneOf(s.Key.Slot)).Int("rev", s => s.Rev).Instant("due_at", s => s.DueAt).Bytes("doc", s => s.Doc);

        public async Task MovesAsync()
        {
            await BulkAsync(ContactRows(commit.LiftedTombstones), "delete from tombstones where (slot, contact_id) in (select r.slot, r.contact_id from rows r)");
            await BulkAsync(Rows.Of(LastOf(commit.Tombstones, t => (t.Slot, t.ContactId)))
                    .Short("slot", t => t.Slot).Long("contact_id", t => t.ContactId).Short("to_slot", t => t.Tombstone.ToSlot).Long("to_contact_id", t => t.Tombstone.ToContactId).Int("hop", t => t.Tombstone.Hop),
                """
                insert into tombstones (slot, contact_id, to_slot, to_contact_id, hop)
                select r.slot, r.contact_id, r.to_slot, r.to_contact_id, r.hop from rows r where true
                on conflict (slot, contact_id) do update set to_slot = excluded.to_slot, to_contact_id = excluded.to_contact_id, hop = excluded.hop
                """);
            await BulkAsync(ContactRows(commit.ReleasedSignals), "delete from kept_signals where (slot, contact_id) in (select r.slot, r.contact_id from rows r)");
            await BulkAsync(Rows.Of(commit.KeptSignals).Short("slot", k => k.Slot).Long("contact_id", k => k.ContactId).Long("event_id", k => k.EventId),
                "insert into kept_signals (slot, contact_id, event_id) select r.slot, r.contact_id, r.event_id from rows r where true on conflict do nothing");
            await BulkAsync(Rows.Of(LastOf(commit.Routes, r => r.ContactId))
                    .Long("id", r => r.ContactId).Short("slot", r => r.Slot).Int("hop", r => r.Hop).Long("account_id", r => r.AccountId)
                    .Long("merged_into", r => r.MergedInto).Scalar("now", commit.RecordedAt),
                """
                update contacts set slot = r.slot, hop = r.hop, account_id = r.account_id, merged_into = coalesce(r.merged_into, contacts.merged_into), updated_at = @now
                from rows r where contacts.id = r.id and contacts.hop <= r.hop
                """);
            await BulkAsync(Rows.Of(commit.Memberships).Long("contact_id", m => m.ContactId).Long("account_id", m => m.AccountId).Instant("joined_at", m => m.JoinedAt),
                "insert into memberships (contact_id, account_id, joined_at) select r.contact_id, r.account_id, r.joined_at from rows r where true on conflict do nothing");
        }

        public async Task ProfilesAsync()
        {
            await BulkAsync(Rows.Of(LastOf(commit.Contacts, c => c.ContactId))
                    .Long("id", c => c.ContactId).Text("email", c => c.Email).Text("name", c => c.Name).Text("locale", c => c.Locale).Text("zone", c => c.Zone)
                    .Short("status", c => (short)c.Status).Text("roles", c => c.Roles).Text("attributes", c => c.Attributes)
                    .Short("basis", c => (short)c.Basis).Text("refusals", c => c.Refusals).Instant("last_active_at", c => c.LastActiveAt)
                    .Short("is_internal", c => c.IsInternal ? (short)1 : (short)0).Scalar("now", commit.RecordedAt),
                // An erased contact stays empty, whatever a signal that was on its way still says.
                """
                update contacts set email = r.email, name = r.name, locale = r.locale, zone = r.zone, status = r.status, roles = r.roles,
                    attributes = r.attributes, basis = r.basis, refusals = r.refusals, last_active_at = r.last_active_at,
                    is_internal = r.is_internal, updated_at = @now
                from rows r where contacts.id = r.id and contacts.erased_at is null
                """);
            // By far the most frequent change, and one that leaves the indexes and the long texts alone.
            await BulkAsync(Rows.Of(LastOf(commit.Activity, a => a.ContactId)).Long("id", a => a.ContactId).Instant("last_active_at", a => a.LastActiveAt),
                "update contacts set last_active_at = r.last_active_at from rows r where contacts.id = r.id and contacts.erased_at is null");
            await BulkAsync(Rows.Of(LastOf(commit.Accounts, a => a.AccountId))
                    .Long("id", a => a.AccountId).Text("name", a => a.Name).Text("tier", a => a.Tier).Text("stage", a => a.Stage).Text("owner", a => a.Owner)
                    .Text("attributes", a => a.Attributes)
                    .Double("health_score", a => a.HealthScore).Short("health_band", a => (short?)a.HealthBand).Instant("health_since", a => a.HealthSince)
                    .Instant("hold_until", a => a.HoldUntil).Long("escalation_id", a => a.EscalationId)
                    .Short("is_internal", a => a.IsInternal ? (short)1 : (short)0).Scalar("now", commit.RecordedAt),
                """
                update accounts set name = r.name, tier = r.tier, stage = r.stage, owner = r.owner, attributes = r.attributes,
                    health_score = r.health_score, health_band = r.health_band, health_since = r.health_since,
                    hold_until = r.hold_until, escalation_id = r.escalation_id, is_internal = r.is_internal, updated_at = @now
                from rows r where accounts.id = r.id
                """);
        }

        public async Task PositionsAsync()
        {
            var positions = LastOf(commit.Positions, p => (p.Key.Slot, p.EnrollmentId));
            await BulkAsync(Rows.Of(positions.Where(p => p.Step is null).ToList()).Short("slot", p => p.Key.Slot).Long("enrollment_id", p => p.EnrollmentId),
                "delete from positions where (slot, enrollment_id) in (select r.slot, r.enrollment_id from rows r)");
            await BulkAsync(Rows.Of(positions.Where(p => p.Step is not null).ToList())
                    .Short("slot", p => p.Key.Slot).Long("enrollment_id", p => p.EnrollmentId).Short("kind", p => (short)p.Key.Subject.Kind)
                    .Long("subject_id", p => p.Key.Subject.Id).Text("scenario", p => p.Scenario).Int("version", p => p.Version)
                    .Text("step", p => p.Step).Instant("since", p => p.At),
                """
                insert into positions (slot, enrollment_id, kind, subject_id, scenario, version, step, since, entered_at)
                select r.slot, r.enrollment_id, r.kind, r.subject_id, r.scenario, r.version, r.step, r.since, r.since from rows r where true
                on conflict (slot, enrollment_id) do update set kind = excluded.kind, subject_id = excluded.subject_id, version = excluded.version, step = excluded.step, since = excluded.since
                """);
        }

        public Task JournalAsync() => database.AppendAsync(connection, transaction, "journal", Rows.Of(commit.Journal)
                .Short("slot", j => j.Slot).Instant("at", j => j.Entry.At).Instant("recorded_at", _ => commit.RecordedAt).Short("kind", j => (short)j.Entry.Subject.Kind)
                .Long("subject_id", j => j.Entry.Subject.Id).Long("contact_id", j => j.Entry.ContactId).Text("scenario", j => j.Entry.Scenario)
                .Int("version", j => j.Entry.Version).Long("enrollment_id", j => j.Entry.EnrollmentId).Text("step", j => j.Entry.Step)
                .Short("reason", j => (short)j.Entry.Reason).Text("detail", j => j.Entry.Detail).Long("cause_id", j => j.Entry.CauseId)
                .Text("correlation", j => j.Entry.Correlation), cancel);

        /// <returns>Mails that counted for caps and are called off.</returns>
        public async Task<IReadOnlyList<ClaimedSend>> SendsAsync()
        {
            await SendStore.PlanAsync(database, connection, transaction, commit.Sends, cancel);
            await NoticeStore.PlanAsync(database, connection, transaction, await NoticesAsync(), cancel);
            await CallStore.PlanAsync(database, connection, transaction, commit.Calls, cancel);
            await CallStore.CancelAsync(database, connection, transaction, commit.CancelledSends, cancel);
            return await SendStore.CancelAsync(database, connection, transaction, commit.CancelledSends, Rows.Of(commit.CancelledSends)
                    .Short("kind", c => (short)c.Subject.Kind).Long("subject_id", c => c.Subject.Id).Long("enrollment_id", c => c.EnrollmentId),
                "s.enrollment_id = r.enrollment_id and s.kind = r.kind and s.subject_id = r.subject_id", c => (c.Reason, c.At), cancel);
        }

        /// <summary>Without those that are only about open tasks where there is none; asked before the tasks change hands.</summary>
        private async Task<List<PlannedNotice>> NoticesAsync()
        {
            var asked = commit.Notices.FindAll(notice => notice.IfTasksOf is not null);
            if (asked.Count == 0) return commit.Notices;
            var open = await database.BulkAsync(connection, transaction, Rows.Of(asked).Long("account_id", n => n.IfTasksOf!.Value.AccountId).Text("owner", n => n.IfTasksOf!.Value.Owner),
                "select r.n from rows r where exists (select 1 from csm_tasks t where t.account_id = r.account_id and lower(t.assignee) = lower(r.owner) and t.done_at is null)",
                row => asked[(int)row.GetInt64(0) - 1], cancel);
            return commit.Notices.FindAll(notice => notice.IfTasksOf is not { } of || open.Contains(notice) || commit.Tasks.Exists(task => task.AccountId == of.AccountId && string.Equals(task.Assignee, of.Owner, StringComparison.OrdinalIgnoreCase)));
        }

        public async Task HumansAsync()
        {
            await BulkAsync(Rows.Of(commit.HealthPoints).Long("account_id", p => p.AccountId).Instant("at", p => p.At).Double("score", p => p.Score)
                    .Short("band", p => (short)p.Band).Short("cause", p => (short)p.Cause),
                "insert into health_history (account_id, at, score, band, cause) select r.account_id, r.at, r.score, r.band, r.cause from rows r where true on conflict do nothing");
            await BulkAsync(Rows.Of(commit.Escalations)
                    .Long("id", e => e.Id).Long("account_id", e => e.AccountId).Text("type", e => e.Type).Text("family", e => e.Family).Text("title", e => e.Title)
                    .Short("priority", e => (short)e.Priority).Text("queue", e => e.Queue).Text("assignee", e => e.Assignee).Instant("opened_at", e => e.OpenedAt)
                    .Instant("acknowledge_by", e => e.AcknowledgeBy).Instant("resolve_by", e => e.ResolveBy).Instant("remind_at", e => e.RemindAt)
                    .Text("scenario", e => e.Scenario).Long("enrollment_id", e => e.EnrollmentId),
                """
                insert into escalations (id, account_id, type, family, title, priority, queue, assignee, opened_at, acknowledge_by, resolve_by, remind_at, scenario, enrollment_id)
                select r.id, r.account_id, r.type, r.family, r.title, r.priority, r.queue, r.assignee, r.opened_at, r.acknowledge_by, r.resolve_by, r.remind_at, r.scenario, r.enrollment_id
                from rows r where true on conflict do nothing
                """);
            await BulkAsync(Rows.Of(LastOf(commit.EscalationChanges, c => c.EscalationId))
                    .Long("id", c => c.EscalationId).Text("assignee", c => c.Assignee).Instant("acknowledged_at", c => c.AcknowledgedAt).Instant("snoozed_until", c => c.SnoozedUntil)
                    .Instant("closed_at", c => c.ClosedAt).Text("outcome", c => c.Outcome).Text("closed_by", c => c.ClosedBy)
                    .Instant("acknowledge_by", c => c.Clocks.AcknowledgeBy).Instant("resolve_by", c => c.Clocks.ResolveBy).Instant("remind_at", c => c.Clocks.RemindAt)
                    .Text("pauses", c => EscalationStore.Written(c.Pauses)).Short("priority", c => (short?)c.Priority),
                // What was called to mind is not called again.
                """
                update escalations set assignee = r.assignee, acknowledged_at = r.acknowledged_at, snoozed_until = r.snoozed_until,
                    closed_at = r.closed_at, outcome = r.outcome, closed_by = r.closed_by, pauses = r.pauses, priority = coalesce(r.priority, escalations.priority),
                    acknowledge_by = coalesce(r.acknowledge_by, escalations.acknowledge_by), resolve_by = coalesce(r.resolve_by, escalations.resolve_by),
                    remind_at = case when escalations.remind_at is null then null else coalesce(r.remind_at, escalations.remind_at) end
                from rows r where escalations.id = r.id and escalations.closed_at is null
                """);
            await BulkAsync(Rows.Of(commit.EscalationEntries)
                    .Long("escalation_id", e => e.EscalationId).Instant("at", e => e.At).Text("kind", e => e.Kind).Text("actor", e => e.By).Text("body", e => e.Text).Text("detail", e => e.Detail).Long("contact_id", e => e.ContactId),
                """
                insert into escalation_entries (escalation_id, at, kind, actor, body, detail, contact_id)
                select r.escalation_id, r.at, r.kind, r.actor, r.body, r.detail, r.contact_id from rows r where true order by r.n
                """);
            await BulkAsync(Rows.Of(commit.Tasks)
                    .Long("id", t => t.Id).Long("account_id", t => t.AccountId).Long("escalation_id", t => t.EscalationId == 0 ? null : t.EscalationId).Text("title", t => t.Title)
                    .Int("place", t => t.Position).Flag("is_required", t => t.IsRequired).Text("assignee", t => t.Assignee).Instant("due_at", t => t.DueAt).Instant("opened_at", t => t.OpenedAt)
                    .Text("scenario", t => t.Scenario).Text("step", t => t.Step)
                    .Long("contact_id", t => t.ContactId).Text("queue", t => t.Queue).Text("outcomes", t => string.Join(' ', t.Outcomes)),
                """
                insert into csm_tasks (id, account_id, escalation_id, title, place, is_required, assignee, due_at, opened_at, scenario, step, contact_id, queue, outcomes)
                select r.id, r.account_id, r.escalation_id, r.title, r.place, r.is_required, r.assignee, r.due_at, r.opened_at, r.scenario, r.step, r.contact_id, r.queue, r.outcomes
                from rows r where true on conflict do nothing
                """);
            await BulkAsync(Rows.Of(commit.Approvals)
                    .Long("id", a => a.Id).Long("account_id", a => a.AccountId).Short("kind", a => (short)a.Subject.Kind).Long("subject_id", a => a.Subject.Id).Long("recipient_id", a => a.RecipientId)
                    .Long("enrollment_id", a => a.EnrollmentId).Text("scenario", a => a.Scenario).Int("version", a => a.Version).Text("step", a => a.Step).Text("template", a => a.Template)
                    .Text("locale", a => a.Locale).Bytes("inputs", a => a.Inputs).Text("assignee", a => a.Assignee).Instant("opened_at", a => a.OpenedAt).Instant("due_at", a => a.DueAt)
                    .Flag("sends_unanswered", a => a.SendsUnanswered),
                $"""
                insert into approvals (id, account_id, kind, subject_id, recipient_id, enrollment_id, scenario, version, step, template, locale, inputs, assignee, opened_at, due_at, sends_unanswered, state)
                select r.id, r.account_id, r.kind, r.subject_id, r.recipient_id, r.enrollment_id, r.scenario, r.version, r.step, r.template, r.locale, r.inputs, r.assignee, r.opened_at, r.due_at, r.sends_unanswered, {(short)ApprovalState.Waiting}
                from rows r where true on conflict do nothing
                """);
            // What it was made from is personal, and needed only until somebody has answered.
            await BulkAsync(Rows.Of(LastOf(commit.ApprovalsEnded, a => a.ApprovalId)).Long("id", a => a.ApprovalId).Short("state", a => (short)a.State).Text("decided_by", a => a.By).Instant("decided_at", a => a.At).Bytes("inputs", _ => []),
                "update approvals set state = r.state, decided_by = r.decided_by, decided_at = r.decided_at, inputs = r.inputs from rows r where approvals.id = r.id");
            await MergedAsync();
            foreach (var table in new[] { "csm_tasks", "approvals" })
            {
                await BulkAsync(Rows.Of(commit.OwnersChanged).Long("account_id", o => o.AccountId).Text("old", o => o.From).Text("next", o => o.To),
                    $"update {table} set assignee = r.next from rows r where {table}.account_id = r.account_id and lower({table}.assignee) = lower(r.old) and {(table == "csm_tasks" ? "done_at is null" : $"state = {(short)ApprovalState.Waiting}")}");
            }

            await BulkAsync(Rows.Of(commit.Forgotten).Long("id", id => id), $"update contacts set is_erasing = {ErasureStore.Asked} from rows r where contacts.id = r.id and contacts.erased_at is null");
            await HoldsAsync();
        }

        /// <summary>What is written of accounts and cases anew each time goes over to those that they are now; what is only ever added to stays where it is.</summary>
        private async Task MergedAsync()
        {
            var cases = Rows.Of(commit.EscalationMerges).Long("id", m => m.EscalationId).Long("into_id", m => m.IntoId);
            await BulkAsync(cases, "update escalations set merged_into = r.into_id from rows r where escalations.merged_into = r.id");
            await BulkAsync(cases, "update escalations set merged_into = r.into_id from rows r where escalations.id = r.id");
            await BulkAsync(cases, "update escalation_entries set escalation_id = r.into_id from rows r where escalation_entries.escalation_id = r.id");
            // What both ask for is asked once.
            await BulkAsync(cases,
                "delete from csm_tasks where done_at is null and exists (select 1 from rows r join csm_tasks t on t.escalation_id = r.into_id where csm_tasks.escalation_id = r.id and t.title = csm_tasks.title)");
            await BulkAsync(cases, "update csm_tasks set escalation_id = r.into_id from rows r where csm_tasks.escalation_id = r.id");

            var accounts = Rows.Of(commit.AccountMerges).Long("id", m => m.AccountId).Long("into_id", m => m.IntoId);
            foreach (var table in new[] { "escalations", "csm_tasks", "approvals" })
                await BulkAsync(accounts, $"update {table} set account_id = r.into_id from rows r where {table}.account_id = r.id");
            await BulkAsync(accounts, "update case_asks set account_id = r.into_id from rows r where case_asks.account_id = r.id");
            foreach (var table in new[] { "case_asks", "arm_asks" })
                await BulkAsync(accounts, $"update {table} set subject_id = r.into_id from rows r where {table}.kind = {(short)SubjectKind.Account} and {table}.subject_id = r.id");
            await BulkAsync(accounts, "insert into memberships (contact_id, account_id, joined_at) select m.contact_id, r.into_id, m.joined_at from rows r join memberships m on m.account_id = r.id where true on conflict do nothing");
            await BulkAsync(accounts, "delete from memberships where account_id in (select r.id from rows r)");
            await BulkAsync(accounts, "delete from holds where account_id in (select r.id from rows r)");
            await BulkAsync(accounts, "update accounts set health_score = null, health_band = null, health_since = null, hold_until = null, escalation_id = null from rows r where accounts.id = r.id");
        }

        private async Task HoldsAsync()
        {
            var changed = LastOf(commit.Holds, h => h.Subject);
            await HoldsAsync(changed.FindAll(h => h.Subject.Kind == SubjectKind.Account), "holds", "account_id", "c.account_id");
            await HoldsAsync(changed.FindAll(h => h.Subject.Kind == SubjectKind.Contact), "contact_holds", "contact_id", "c.id");
        }

        private async Task HoldsAsync(List<Effect.HoldsChanged> changed, string table, string holder, string ofPerson)
        {
            if (changed.Count == 0) return;
            await BulkAsync(Rows.Of(changed).Long("holder", h => h.Subject.Id), $"delete from {table} where {holder} in (select r.holder from rows r)");
            var holds = changed.SelectMany(h => h.Holds.Select(hold => (h.Subject, Hold: hold))).ToList();
            await BulkAsync(Rows.Of(holds)
                    .Long("holder", h => h.Subject.Id).Text("source", h => h.Hold.Source).Instant("since", h => h.Hold.Since).Instant("until", h => h.Hold.Until)
                    .Text("because", h => h.Hold.Because).Short("blocks", h => SendStore.Bits(h.Hold.Blocks.Classes)).Text("topics", h => string.Join(',', h.Hold.Blocks.Topics)),
                $"insert into {table} ({holder}, source, since, until, because, blocks, topics) select r.holder, r.source, r.since, r.until, r.because, r.blocks, r.topics from rows r where true");
            // What the claim had put off until the end of a hold may leave as soon as nothing holds it any more.
            var released = changed.Where(h => h.Holds.Count == 0).ToList();
            var held = await database.BulkAsync(connection, transaction, Rows.Of(released).Long("holder", h => h.Subject.Id).Scalar("now", commit.RecordedAt),
                $"""
                 select s.slot, s.id from rows r join contacts c on {ofPerson} = r.holder join sends s on s.recipient_id = c.id
                 where s.state = {(short)SendState.Planned} and s.reason = {(short)Reason.OnHold} and s.not_before > @now
                 """, row => (Slot: row.GetInt16(0), Id: row.Uuid(1)), cancel);
            var freed = await database.BulkAsync(connection, transaction, Rows.Of(held).Short("slot", send => send.Slot).Uuid("id", send => send.Id).Scalar("now", commit.RecordedAt),
                "update outbox set not_before = @now from rows r where outbox.slot = r.slot and outbox.id = r.id and outbox.state = 1 returning outbox.slot, outbox.id",
                row => (Slot: row.GetInt16(0), Id: row.Uuid(1)), cancel);
            await BulkAsync(Rows.Of(freed).Short("slot", send => send.Slot).Uuid("id", send => send.Id).Scalar("now", commit.RecordedAt),
                "update sends set not_before = @now from rows r where sends.slot = r.slot and sends.id = r.id");
        }

        public async Task ParkedAsync()
        {
            var parked = LastOf(commit.Parked, p => p.Key);
            await BulkAsync(Rows.Of(parked)
                    .Short("slot", p => p.Key.Slot).Short("kind", p => (short)p.Key.Subject.Kind).Long("subject_id", p => p.Key.Subject.Id)
                    .Instant("at", p => p.At).Text("error", p => p.Error).Text("step", p => p.Step)
                    .Text("event_ids", p => string.Concat(p.EventIds.Select(id => $"{id} "))),
                """
                insert into parked (slot, kind, subject_id, at, error, step, event_ids)
                select r.slot, r.kind, r.subject_id, r.at, r.error, r.step, r.event_ids from rows r where true
                on conflict (slot, kind, subject_id) do update set
                    at = case when excluded.error = '' then parked.at else excluded.at end,
                    error = case when excluded.error = '' then parked.error else excluded.error end,
                    step = case when excluded.error = '' then parked.step else excluded.step end,
                    event_ids = case when parked.resumed_at is null then parked.event_ids else '' end || excluded.event_ids, resumed_at = null
                """);
            // Or it would be due again with every batch.
            await BulkAsync(KeyRows(parked.Select(p => p.Key).ToList()),
                """
                update states set due_at = null
                from rows r where states.slot = r.slot and states.kind = r.kind and states.subject_id = r.subject_id and states.due_at is not null
                """);
        }

        private static List<T> LastOf<T, TKey>(List<T> changes, Func<T, TKey> key)
            where TKey : notnull
        {
            if (changes.Count < 2) return changes;
            var last = new Dictionary<TKey, T>(changes.Count);
            foreach (var change in changes) last[key(change)] = change;
            return last.Count == changes.Count ? changes : [.. last.Values];
        }
    }
}
