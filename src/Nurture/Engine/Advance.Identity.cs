using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>Where contacts live: joining accounts, moving between slots, merging, being forgotten (DESIGN.md §4).</summary>
internal sealed partial class Advance
{
    /// <summary>
    /// Whether the row's contact lives in this slot. If not, the row is sent on (the contact left), or kept (the contact
    /// has not arrived yet: its state is on its way).
    /// </summary>
    private bool IsHere(StoredEvent row)
    {
        var key = new SubjectKey(slot, SubjectRef.Contact(row.ContactId));
        var isArrival = row.Kind == SignalKind.Adopted;
        if (set.TombstoneAt(slot, row.ContactId) is { } gone && !(isArrival && row.Hop > gone.Hop && gone.ToContactId == row.ContactId))
        {
            if (gone.ToContactId == row.ContactId && row.Hop > gone.Hop)
            {
                set.KeptOf(slot, row.ContactId).Add(row);
                return false;
            }

            Tell(SignalCodec.SendOn(row) with { Slot = gone.ToSlot, ContactId = gone.ToContactId, Hop = gone.ToContactId == row.ContactId ? gone.Hop + 1 : gone.Hop });
            return false;
        }

        // Whoever is parked is here, though the state may be unreadable.
        if (row.Hop == 0 || isArrival || set.Get(key) is not null || set.IsParked(key)) return true;
        set.KeptOf(slot, row.ContactId).Add(row);
        return false;
    }

    private void Grouped(Signal.Grouped signal)
    {
        var contact = ContactHere(signal.ContactId, signal.At);
        if (contact.Status == ContactStatus.Erased) return;
        CatchUp(contact, signal.At, isInclusive: false);
        isImport = signal.CountsOnly;
        var accountId = signal.AccountId == 0 ? contact.AccountId : NowOf(contact, signal.AccountId);
        if (accountId == 0)
        {
            contact.Roles.UnionWith(signal.Roles);
            set.TouchProfile(contact);
            if (isImport) RememberTriggers(contact, signal.At);
            Settle(contact, signal.At);
            Rest(contact, signal.At);
        }
        else if (contact.AccountId == 0) Join(contact, accountId, signal.AccountSlot, signal.Roles, signal.At);
        else if (contact.AccountId == accountId)
        {
            contact.Roles.UnionWith(signal.Roles);
            set.TouchProfile(contact);
            MemberOf(contact)!.Roles.UnionWith(signal.Roles);
            if (isImport)
            {
                RememberTriggers(contact, signal.At);
                RememberTriggers(AccountOf(contact)!, signal.At);
            }

            Settle(contact, signal.At);
            SettleAccount(AccountOf(contact)!, contact, signal.At);
            Rest(AccountOf(contact), signal.At);
            Rest(contact, signal.At);
        }
        else if (contact.Memberships.Add(signal.AccountId))
        {
            Do(new Effect.MembershipAdded(contact.Id, signal.AccountId, signal.At));
            Note(contact, null, Reason.MembershipAdded, signal.At, detail: Detail(("account", SubjectRef.Account(signal.AccountId).ToString())));
            Rest(contact, signal.At);
        }
    }

    private void Join(ContactState contact, long accountId, short accountSlot, IEnumerable<string> roles, DateTimeOffset at)
    {
        contact.AccountId = accountId;
        contact.IsBroughtIn = isImport;
        contact.Roles.UnionWith(roles);
        Do(new Effect.MembershipAdded(contact.Id, accountId, at));
        Note(contact, null, Reason.AccountJoined, at, detail: Detail(("account", SubjectRef.Account(accountId).ToString())));
        if (accountSlot == slot)
        {
            Do(new Effect.Moved(contact.Id, slot, contact.Hop, accountId));
            Settled(contact, at);
        }
        else Depart(contact, accountSlot, at);
    }

    /// <summary>The contact leaves for its account's slot: one tombstone here, one state on its way there, in one commit.</summary>
    private void Depart(ContactState contact, short toSlot, DateTimeOffset at)
    {
        set.SetTombstone(slot, contact.Id, new Tombstone(toSlot, contact.Id, contact.Hop));
        contact.Hop++;
        Tell(SignalCodec.Store(new Signal.Adopted(contact.Id, contact.Hop, StateCodec.PackWhole(contact)), toSlot, new StoredAbout(now, Correlation: correlation)) with { OccurredAt = at });
        foreach (var enrollment in contact.Enrollments) Do(new Effect.Positioned(contact.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, null, at));
        Do(new Effect.Moved(contact.Id, toSlot, contact.Hop, contact.AccountId));
        set.Remove(new SubjectKey(slot, contact.Ref));
    }

    private void Adopted(Signal.Adopted signal)
    {
        var contact = StateCodec.UnpackWhole(signal.State.Span);
        set.SetTombstone(slot, contact.Id, null);
        set.Put(slot, contact);
        foreach (var enrollment in contact.Enrollments.Where(e => e.Status == EnrollmentStatus.Live)) Stand(contact, enrollment);

        Settled(contact, now);
        var waiting = set.KeptOf(slot, contact.Id);
        var rows = waiting.OrderBy(row => row.Id).ToList();
        waiting.Clear();
        foreach (var row in rows) Take(row);
    }

    /// <summary>The contact is one of its account's people now, and entries that waited for an account go on.</summary>
    private void Settled(ContactState contact, DateTimeOffset at)
    {
        if (contact.AccountId != 0)
        {
            var account = AccountHere(contact.AccountId, at);
            if (HasFollowed(contact, at)) return;
            if (!account.Members.TryGetValue(contact.Id, out var member))
            {
                member = account.Members[contact.Id] = new Member { ContactId = contact.Id, JoinedAt = at };
                foreach (var former in contact.Absorbed) IsNow(account, former, contact);
                foreach (var enrollment in contact.Enrollments.Where(one => one.Status == EnrollmentStatus.Live)) Arrive(contact, account, enrollment);
            }

            set.TouchProfile(contact);
            MarkInternal(contact);
            member.Roles.UnionWith(contact.Roles);
            member.HasLeft = contact.Status == ContactStatus.Left;
            if (contact.LastActiveAt > member.LastActiveAt) member.LastActiveAt = contact.LastActiveAt;
            CatchUp(account, at, isInclusive: false);
            BringHolds(contact, account, at);
            // What is true of it since its account merged starts nothing, nor what an import made true of both.
            if (account.IsGathering || contact.IsBroughtIn) RememberTriggers(contact, at);
            if (contact.IsBroughtIn) RememberTriggers(account, at);
            (isImport, contact.IsBroughtIn) = (contact.IsBroughtIn, false);
            Settle(contact, at);
            SettleAccount(account, contact, at);
            Rest(contact, at);
            Rest(account, at);
        }
        else
        {
            Settle(contact, at);
            Rest(contact, at);
        }
    }

    /// <summary>Who is in a scenario already has one of its places in the account, and what happened there since is heard.</summary>
    private void Arrive(ContactState contact, AccountState account, Enrollment enrollment)
    {
        TakeSeat(contact, VersionOf(enrollment).Scenario);
        if (HeardUntil(account) > enrollment.EnteredAt) RememberPast(contact, enrollment, SubjectKind.Account, happened => !account.LeavesOut(happened.ContactId));
    }

    private void MergedInto(Signal.MergedInto signal)
    {
        var state = set.Contact(slot, signal.ContactId);
        set.SetTombstone(slot, signal.ContactId, new Tombstone(signal.TargetSlot, signal.TargetId, signal.TargetHop));
        if (state is null) return;
        if (AccountOf(state) is { } account && account.Members.Remove(state.Id))
        {
            // Who is somebody else of the account keeps the place.
            if (!account.Members.ContainsKey(signal.TargetId)) LeaveSeats(account, state, signal.At);
            Rest(account, signal.At);
        }

        Note(state, null, Reason.ContactMerged, signal.At, detail: Detail(("into", SubjectRef.Contact(signal.TargetId).ToString())));
        foreach (var enrollment in state.Enrollments) Do(new Effect.Positioned(state.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, null, signal.At));
        Tell(SignalCodec.Store(new Signal.Absorbed(signal.TargetId, state.Id, StateCodec.PackWhole(state)), signal.TargetSlot, new StoredAbout(now, Hop: signal.TargetHop, Correlation: correlation)) with { OccurredAt = signal.At });
        set.Remove(new SubjectKey(slot, state.Ref));
    }

    /// <summary>Two contacts turn out to be one: the later word wins per attribute, refusal beats consent, of two live passages the older goes on (SEMANTICS.md 11).</summary>
    private void Absorbed(Signal.Absorbed signal)
    {
        var from = StateCodec.UnpackWhole(signal.State.Span);
        var into = ContactHere(signal.ContactId, from.CreatedAt);
        if (into.Status == ContactStatus.Erased) return;
        into.Absorbed.UnionWith(from.Absorbed.Append(from.Id));
        foreach (var (name, stamped) in from.Attributes) Say(into, name, stamped.Value, stamped.At);
        catalog.Index.Criteria.Merge(into, from);
        foreach (var former in from.Absorbed.Append(from.Id))
        {
            if (AccountOf(into) is { } account) IsNow(account, former, into);
            from.Rename(former, into.Id);
        }

        foreach (var (topic, at) in from.Refusals)
        {
            if (!into.Refusals.TryGetValue(topic, out var known) || at < known) into.Refusals[topic] = at;
        }

        // The further of two registrations is the one that counts.
        foreach (var (session, part) in from.Sessions)
        {
            var known = into.Sessions.GetValueOrDefault(session);
            into.Sessions[session] = new(part.Registration is Sessions.Registration.None or Sessions.Registration.Cancelled && known.Registration != Sessions.Registration.None ? known.Registration
                : known.Registration == Sessions.Registration.Registered && part.Registration == Sessions.Registration.Waiting ? known.Registration : part.Registration, Math.Max(known.Told, part.Told));
        }

        if (into.Basis == ConsentBasis.None) (into.Basis, into.BasisAt) = (from.Basis, from.BasisAt);
        into.IsKnown |= from.IsKnown;
        if (from.CreatedAt < into.CreatedAt) into.CreatedAt = from.CreatedAt;
        into.CountedSends.AddRange(from.CountedSends);
        into.CountedSends.Sort();
        MergeHolds(into, from);
        into.Memberships.UnionWith(from.Memberships);
        // What they are in another company they are not in this one.
        if (from.AccountId == 0 || NowOf(into, from.AccountId) == into.AccountId) into.Roles.UnionWith(from.Roles);
        var (own, ownPassages, lastActive) = (into.Enrollments.ToList(), into.Passages.ToList(), into.LastActiveAt);
        foreach (var passage in from.Passages) AddPassage(into, passage);
        foreach (var (scenario, was) in from.TriggerMemory) into.TriggerMemory.TryAdd(scenario, was);
        into.Lists.UnionWith(from.Lists);
        foreach (var (split, arm) in from.Splits) into.Splits.TryAdd(split, arm);
        MergePending(into, from, entry => catalog.Live.TryGetValue(entry.Scenario, out var published) && IsPending(into, published.Scenario, entry.Trigger, entry.IsDelayed));
        foreach (var enrollment in from.Enrollments) MergeEnrollment(into, enrollment);
        EndWhatWasThere(into, own, from.Passages);
        EndWhatWasThere(into, from.Enrollments, ownPassages);
        foreach (var enrollment in from.Enrollments.Where(one => one.Status == EnrollmentStatus.Live && into.Enrollments.Contains(one))) TakeSeat(into, VersionOf(enrollment).Scenario);
        HearOther(into, own, from.LastActiveAt, isOfFormer: true);
        HearOther(into, from.Enrollments, lastActive, isOfFormer: false);
        if (from.LastActiveAt > into.LastActiveAt) into.LastActiveAt = from.LastActiveAt;
        if (into.Status == ContactStatus.Left)
        {
            foreach (var enrollment in into.Enrollments.Where(one => one.Status == EnrollmentStatus.Live).ToList()) End(into, enrollment, Reason.ContactLeft, now);
        }

        set.TouchProfile(into);
        Note(into, null, Reason.ContactMerged, now, detail: Detail(("from", SubjectRef.Contact(from.Id).ToString())));

        if (from.AccountId != 0 && NowOf(into, from.AccountId) != into.AccountId)
        {
            if (into.AccountId == 0)
            {
                Join(into, from.AccountId, Slots.OfAccount(from.AccountId), from.Roles, now);
                return;
            }

            if (into.Memberships.Add(from.AccountId)) Do(new Effect.MembershipAdded(into.Id, from.AccountId, now));
        }

        Settled(into, now);
    }

    /// <summary>A passage that came from elsewhere stands here now, in its line too, and waits for what it asked.</summary>
    private void Stand(SubjectState subject, Enrollment enrollment)
    {
        Do(new Effect.Positioned(subject.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, enrollment.Step, enrollment.StepStartedAt));
        if (enrollment is { InLineUntil: { } until, Step: { } step }) Do(new Effect.InLine(subject.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, step, enrollment.Iteration, until, now));
        if (enrollment is { ArmAskedAt: not null, Arm: null, Step: { } asking } && VersionOf(enrollment).Program.Nodes.GetValueOrDefault(asking)?.Step is Step.Send { SubjectTest: { } test } send) AskForArm(subject, enrollment, send, test);
    }

    /// <summary>Of who is one person now, what they did under the other name since a passage of theirs began happened since its entry.</summary>
    /// <param name="lastActive">Until when the other one did something.</param>
    /// <param name="isOfFormer">Whether the other one is who became this one.</param>
    private void HearOther(ContactState into, IReadOnlyList<Enrollment> passages, DateTimeOffset lastActive, bool isOfFormer)
    {
        foreach (var enrollment in passages.Where(one => lastActive > one.EnteredAt && into.Enrollments.Contains(one)))
            RememberPast(into, enrollment, SubjectKind.Contact, happened => into.Absorbed.Contains(happened.ContactId) == isOfFormer);
    }

    /// <summary>A passage that re-entry would have kept out, had it been known that who came through before was the same.</summary>
    private void EndWhatWasThere(SubjectState into, IReadOnlyList<Enrollment> passages, IReadOnlyList<Passage> ofTheOther)
    {
        foreach (var enrollment in passages.Where(one => one.Status == EnrollmentStatus.Live && into.Enrollments.Contains(one)).ToList())
        {
            var reentry = VersionOf(enrollment).Scenario.Reentry;
            if (ofTheOther.Any(over => over.Scenario == enrollment.Scenario && over.Key == enrollment.Key && over.EnteredAt <= enrollment.EnteredAt && (reentry.IsOnce || enrollment.EnteredAt < over.EndedAt + reentry.After)))
                End(into, enrollment, Reason.Merged, now, Detail(("before", "true")));
        }
    }

    /// <summary>For the account who somebody was is who they are now: its passages mail them, and its counters count one person.</summary>
    private void IsNow(AccountState account, long former, ContactState person)
    {
        catalog.Index.Criteria.MergePerson(account, former, person.Id);
        account.Rename(former, person.Id);
        Rekey(account, AttributeValue.From(former).ToString(), AttributeValue.From(person.Id).ToString());
        set.Touch(new SubjectKey(slot, account.Ref));
    }

    /// <summary>Passages of the account, and what re-entry remembers of them, that are told apart by who they are of.</summary>
    private void Rekey(AccountState account, string former, string now)
    {
        foreach (var passage in account.Passages.Where(one => one.Key == former && IsOfActor(catalog.Live.GetValueOrDefault(one.Scenario))).ToList())
        {
            account.Passages.Remove(passage);
            AddPassage(account, passage with { Key = now });
        }

        foreach (var enrollment in account.Enrollments.Where(one => one.Key == former && IsOfActor(VersionOf(one))).ToList())
        {
            account.Enrollments.Remove(enrollment);
            enrollment.Key = now;
            MergeEnrollment(account, enrollment);
        }

        static bool IsOfActor(PublishedScenario? published) => published?.Scenario.Key is { Root: "trigger", Path: KeyExpression.Actor };
    }

    /// <summary>Who may tell a passage about the person by an id that was theirs once.</summary>
    private long IdNow(long contactId) => set.TombstoneAt(slot, contactId) is { } gone && gone.ToContactId != contactId ? IdNow(gone.ToContactId) : contactId;

    private void MergeEnrollment(SubjectState into, Enrollment enrollment)
    {
        var twin = into.Enrollments.Find(e => e.Scenario == enrollment.Scenario && e.Key == enrollment.Key && e.Status == EnrollmentStatus.Live);
        into.Enrollments.Add(enrollment);
        if (enrollment.Status != EnrollmentStatus.Live) return;
        if (twin is null)
        {
            Stand(into, enrollment);
            return;
        }

        var (older, younger) = twin.EnteredAt <= enrollment.EnteredAt ? (twin, enrollment) : (enrollment, twin);
        older.Sends.AddRange(younger.Sends);
        foreach (var (key, happened) in younger.EventsSinceEntry)
        {
            if (!older.EventsSinceEntry.TryGetValue(key, out var known) || known.OccurredAt < happened.OccurredAt) older.EventsSinceEntry[key] = happened;
        }

        if (older == enrollment) Stand(into, older);
        CallInstead(into, younger, older);
        End(into, younger, Reason.Merged, now);
    }

    private void Erased(Signal.Erased signal)
    {
        if (set.Contact(slot, signal.ContactId) is { } contact)
        {
            foreach (var entry in contact.PendingEntries.ToList()) Unqueue(contact, entry);
            foreach (var enrollment in contact.Enrollments.ToList())
            {
                if (enrollment.Status == EnrollmentStatus.Live) End(contact, enrollment, Reason.Erased, signal.At);
            }

            LetGo(contact);
            if (MemberOf(contact) is not null)
            {
                AccountOf(contact)!.Members.Remove(contact.Id);
                Rest(AccountOf(contact), signal.At);
            }

            if (AccountOf(contact) is { } account)
            {
                account.Forget(contact.Id);
                foreach (var person in EnrolledPeople(account).Where(person => person != contact))
                {
                    person.Forget(contact.Id);
                    Rest(person, signal.At);
                }
            }
        }

        // What stays is that there was somebody: a late signal finds nobody to tell.
        var forgotten = new ContactState { Id = signal.ContactId, CreatedAt = signal.At, Status = ContactStatus.Erased, Hop = set.Contact(slot, signal.ContactId)?.Hop ?? 0 };
        set.Put(slot, forgotten);
        set.TouchProfile(forgotten);
        Note(SubjectRef.Contact(signal.ContactId), "", 0, 0, "", Reason.Erased, signal.At, signal.ContactId, "");
    }
}
