using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Mail;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Slots;

/// <summary>A decided batch as the rows that one transaction writes.</summary>
internal static class Committing
{
    public static SlotCommit Of(Batch batch, Work work, PublishedCatalog published, AddressHash hash, DateTimeOffset now)
    {
        var decided = batch.Outcome ?? throw new InvalidOperationException("The batch is not decided yet.");
        var commit = new SlotCommit { RecordedAt = now, Breaker = published.Catalog.Policy.Breaker };
        commit.Lanes.AddRange(work.Lanes);
        foreach (var (key, state) in decided.Set.Changed) AddState(commit, batch, decided, key, state);
        foreach (var poisoned in decided.Poisoned) AddParked(commit, batch, decided, poisoned, now);
        foreach (var (key, missed) in decided.Set.Missed.Where(missed => !decided.Poisoned.Any(p => p.Key == missed.Subject)).GroupBy(missed => missed.Subject, missed => missed.Event.Id).Select(g => (g.Key, g.ToList())))
        {
            commit.Parked.Add(new ParkedSubject(key, now, "", null, missed));
        }

        foreach (var key in decided.Set.Removed)
        {
            if (batch.RevisionOf(key) is > 0 and var revision) commit.DeletedStates.Add(new StateDelete(key, revision));
        }

        foreach (var (slot, contactId, tombstone) in decided.Set.ChangedTombstones)
        {
            if (tombstone is null) commit.LiftedTombstones.Add((slot, contactId));
            else commit.Tombstones.Add(new TombstoneWrite(slot, contactId, tombstone));
        }

        foreach (var (slot, contactId, events) in decided.Set.Kept) AddKept(commit, batch, slot, contactId, events);
        foreach (var effect in decided.Effects) AddEffect(commit, effect, published, hash, now);
        return commit;
    }

    /// <summary>What is no address is hashed as it stands: delivery will refuse it.</summary>
    public static byte[] HashOf(AddressHash hash, string address) =>
        hash.Of(EmailAddress.TryParse(address, out var read, out _) ? read!.Key : address.Trim().ToLowerInvariant());

    private static void AddState(SlotCommit commit, Batch batch, Decided decided, SubjectKey key, SubjectState state)
    {
        var packed = StateCodec.Pack(state);
        var loaded = batch.Loaded(key)?.State;
        var isRestChanged = loaded is not { } before || !(before.Rest ?? []).AsSpan().SequenceEqual(packed.Rest ?? []);
        commit.States.Add(new StateWrite(key, batch.RevisionOf(key), state.DueAt, packed.Doc, packed.Rest, isRestChanged));
        switch (state)
        {
            case ContactState contact when decided.Set.IsProfileChanged(key.Subject): commit.Contacts.Add(Profiles.Of(contact)); break;
            // What was written of an account last stays, where it has gone into another one.
            case AccountState { MergedInto: 0 } account when decided.Set.IsProfileChanged(key.Subject): commit.Accounts.Add(Profiles.Of(account)); break;
            case ContactState contact when decided.Set.IsActivityChanged(key.Subject): commit.Activity.Add(new ContactActivity(contact.Id, contact.LastActiveAt)); break;
        }
    }

    private static void AddParked(SlotCommit commit, Batch batch, Decided decided, Poisoned poisoned, DateTimeOffset now)
    {
        commit.Parked.Add(new ParkedSubject(
            poisoned.Key, now, poisoned.Error, poisoned.Step, [.. decided.Set.Missed.Where(missed => missed.Subject == poisoned.Key).Select(missed => missed.Event.Id)]));
        // Nothing is due for it any more until it is resumed; its bytes stay as they were.
        if (batch.Loaded(poisoned.Key) is { State: { } packed, Revision: > 0 and var revision } && !commit.States.Exists(state => state.Key == poisoned.Key))
        {
            commit.States.Add(new StateWrite(poisoned.Key, revision, null, packed.Doc, packed.Rest, false));
        }
    }

    private static void AddKept(SlotCommit commit, Batch batch, short slot, long contactId, IReadOnlyList<StoredEvent> events)
    {
        var before = batch.Loaded(new SubjectKey(slot, SubjectRef.Contact(contactId)))?.Kept ?? [];
        if (events.Count == 0 && before.Count > 0) commit.ReleasedSignals.Add((slot, contactId));
        var known = before.Select(row => row.Id).ToHashSet();
        commit.KeptSignals.AddRange(events.Where(row => !known.Contains(row.Id)).Select(row => new KeptSignal(slot, contactId, row.Id)));
    }

    private static void AddEffect(SlotCommit commit, Effect effect, PublishedCatalog published, AddressHash hash, DateTimeOffset now)
    {
        switch (effect)
        {
            case Effect.Journal said: commit.Journal.Add(new JournalWrite(effect.Slot, said.Entry)); break;
            case Effect.PlanSend plan:
                commit.Sends.Add(new PlannedSend(effect.Slot, plan.Draft, published.DocumentsOf(plan.Draft.Template, plan.Draft.Locale), HashOf(hash, plan.Draft.Address)));
                break;
            case Effect.PlanCall call: commit.Calls.Add(new PlannedCall(effect.Slot, call.Draft)); break;
            case Effect.CancelSends cancel: commit.CancelledSends.Add(new SendCancellation(cancel.Subject, cancel.EnrollmentId, cancel.Reason, now)); break;
            case Effect.Positioned at:
                commit.Positions.Add(new PositionChange(new SubjectKey(effect.Slot, at.Subject), at.EnrollmentId, at.Scenario, at.Version, at.Step, at.At));
                break;
            case Effect.InLine asked:
                commit.InLine.Add(asked);
                commit.LeftLine.Remove(asked.EnrollmentId);
                break;
            case Effect.CaseAsked asked: commit.CasesAsked.Add(asked); break;
            case Effect.ArmAsked asked: commit.ArmsAsked.Add(asked); break;
            case Effect.LeftLine left:
                commit.InLine.RemoveAll(one => one.Step.Length == 0 && one.EnrollmentId == left.PlaceId);
                commit.LeftLine.Add(left.PlaceId);
                break;
            case Effect.Forget forget: commit.Forgotten.Add(forget.ContactId); break;
            case Effect.Append append: commit.Events.Add(append.Event with { ReceivedAt = now }); break;
            case Effect.Moved moved: commit.Routes.Add(new ContactRoute(moved.ContactId, moved.ToSlot, moved.Hop, moved.AccountId == 0 ? null : moved.AccountId, null)); break;
            case Effect.MembershipAdded joined: commit.Memberships.Add(new Membership(joined.ContactId, joined.AccountId, joined.At)); break;
            case Effect.HealthNoted point: commit.HealthPoints.Add(point); break;
            case Effect.EscalationOpened opened: commit.Escalations.Add(opened.Row); break;
            case Effect.EscalationChanged changed: commit.EscalationChanges.Add(changed); break;
            case Effect.EscalationMerged merged: commit.EscalationMerges.Add(merged); break;
            case Effect.AccountMerged merged: commit.AccountMerges.Add(merged); break;
            case Effect.EscalationNoted noted: commit.EscalationEntries.Add(noted); break;
            case Effect.TaskOpened task: commit.Tasks.Add(task.Task); break;
            case Effect.ApprovalAsked asked: commit.Approvals.Add(asked.Row); break;
            case Effect.ApprovalEnded ended: commit.ApprovalsEnded.Add(ended); break;
            case Effect.OwnerChanged owner: commit.OwnersChanged.Add(owner); break;
            // Addressed by the runner: who is a colleague is not decided here.
            case Effect.ColleaguesTold: break;
            case Effect.HoldsChanged holds: commit.Holds.Add(holds); break;
            default: throw new InvalidOperationException($"No row for {effect.GetType().Name}.");
        }
    }
}
