using System.Globalization;
using Nurture.Contacts;
using Nurture.Escalations;
using Nurture.Notices;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>
/// Two accounts turn out to be one (SEMANTICS.md 11). The one leaves a note of where it went; its state goes to the
/// other's slot and its people after it, in one commit; what comes later for it is sent on.
/// </summary>
internal sealed partial class Advance
{
    /// <summary>Whether the row's account went into another one. The row is sent on then.</summary>
    private bool IsElsewhere(StoredEvent row)
    {
        // Who stood still when its account went has to hear of it here.
        if (row.Kind == SignalKind.Resumed || set.Account(slot, row.AccountId) is not { MergedInto: not 0 and var into }) return false;
        Tell(SignalCodec.SendOn(row) with { Slot = Slots.OfAccount(into), AccountId = into });
        return true;
    }

    /// <summary>The account that is meant: the person's own, where the id was once that of an account which is theirs now.</summary>
    private long NowOf(ContactState person, long accountId) => AccountOf(person) is { } own && own.Is(accountId) ? own.Id : accountId;

    /// <summary>The subject by all its names: the ids of what it planned and sent before are made of the name that it had then.</summary>
    private static IEnumerable<SubjectRef> NamesOf(SubjectState subject) => (subject switch
    {
        AccountState account => account.Absorbed.Select(SubjectRef.Account),
        ContactState contact => contact.Absorbed.Select(SubjectRef.Contact),
        _ => throw new InvalidOperationException($"No names of {subject.GetType().Name}."),
    }).Prepend(subject.Ref);

    /// <summary>Of an account's history what names another account counts only once that one is this one.</summary>
    internal static bool IsPastOf(SubjectState? subject, OccurredEvent happened) => subject is not AccountState account || happened.AccountId == 0 || account.Is(happened.AccountId);

    private void AccountMergedInto(Signal.AccountMergedInto signal)
    {
        var (from, at) = (AccountHere(signal.AccountId, signal.At), signal.At);
        if (from.MergedInto != 0) return;
        CatchUp(from, at, isInclusive: false);
        // Who stands still follows when they are resumed.
        foreach (var parked in from.Members.Keys.Where(id => set.IsParked(new SubjectKey(slot, SubjectRef.Contact(id)))).ToList()) from.Members.Remove(parked);
        var people = from.Members.Keys.Order().Select(id => set.Contact(slot, id)).OfType<ContactState>().Where(person => person.AccountId == from.Id).ToList();
        foreach (var person in people) CatchUp(person, at, isInclusive: false);
        foreach (var enrollment in from.Enrollments) Do(new Effect.Positioned(from.Ref, enrollment.Id, enrollment.Scenario, enrollment.Version, null, at));
        Note(from, null, Reason.AccountMerged, at, detail: Detail(("into", SubjectRef.Account(signal.TargetId).ToString())));

        var gone = new AccountState { Id = from.Id, CreatedAt = from.CreatedAt, MergedInto = signal.TargetId, LivedUntil = from.LivedUntil };
        set.Put(slot, gone);
        var isHere = signal.TargetSlot == slot && !set.IsParked(new SubjectKey(slot, SubjectRef.Account(signal.TargetId)));
        var about = new StoredAbout(now, Correlation: correlation);
        if (isHere) Absorb(AccountHere(signal.TargetId, from.CreatedAt), from);
        else Tell(SignalCodec.Store(new Signal.AccountAbsorbed(signal.TargetId, from.Id, StateCodec.PackWhole(from)), signal.TargetSlot, about) with { OccurredAt = at });
        foreach (var person in people) Follow(person, gone, from.Members[person.Id].JoinedAt, at);
        if (isHere) Gathered(AccountHere(signal.TargetId, from.CreatedAt));
        else Tell(SignalCodec.Store(new Signal.AccountGathered(signal.TargetId), signal.TargetSlot, about) with { OccurredAt = at });
    }

    /// <summary>Goes after the account, where that has gone into another one.</summary>
    private bool HasFollowed(ContactState person, DateTimeOffset at)
    {
        if (AccountOf(person) is not { MergedInto: not 0 } gone) return false;
        Follow(person, gone, at, at);
        return true;
    }

    private void Follow(ContactState person, AccountState gone, DateTimeOffset joinedAt, DateTimeOffset at)
    {
        person.AccountId = gone.MergedInto;
        Do(new Effect.MembershipAdded(person.Id, person.AccountId, joinedAt));
        Note(person, null, Reason.AccountJoined, at, detail: Detail(("account", SubjectRef.Account(person.AccountId).ToString())));
        if (Slots.OfAccount(person.AccountId) is var toSlot && toSlot != slot)
        {
            Depart(person, toSlot, at);
            return;
        }

        Do(new Effect.Moved(person.Id, slot, person.Hop, person.AccountId));
        Settled(person, at);
    }

    private void AccountAbsorbed(Signal.AccountAbsorbed signal)
    {
        var from = StateCodec.UnpackWholeAccount(signal.State.Span);
        Absorb(AccountHere(signal.AccountId, from.CreatedAt), from);
    }

    private void AccountGathered(Signal.AccountGathered signal)
    {
        if (set.Account(slot, signal.AccountId) is { } account) Gathered(account);
    }

    /// <summary>All are here. What has become true of the account ends and moves on what runs, and starts nothing: nobody did anything.</summary>
    private void Gathered(AccountState account)
    {
        account.IsGathering = false;
        ScoreHealth(account, now, isMerged: true);
        RememberTriggers(account, now);
        Settle(account, now);
        SettlePeople(account, now);
        Rest(account, now);
    }

    /// <summary>The later word wins per attribute; of two live passages the older goes on, of two open cases of a family one; the longer silence stays.</summary>
    private void Absorb(AccountState into, AccountState from)
    {
        CatchUp(into, now, isInclusive: false);
        into.IsGathering = true;
        into.Absorbed.UnionWith(from.Absorbed.Append(from.Id));
        if (from.CreatedAt < into.CreatedAt) into.CreatedAt = from.CreatedAt;
        foreach (var (id, member) in from.Members) MergeMember(into, id, member);
        catalog.Index.Criteria.Merge(into, from);
        var (own, ownPassages) = (into.Enrollments.ToList(), into.Passages.ToList());
        foreach (var passage in from.Passages) AddPassage(into, passage);
        foreach (var (scenario, was) in from.TriggerMemory) into.TriggerMemory.TryAdd(scenario, was);
        into.Lists.UnionWith(from.Lists);
        foreach (var (split, arm) in from.Splits) into.Splits.TryAdd(split, arm);
        MergePending(into, from, entry => into.PendingEntries.Exists(own => own.Scenario == entry.Scenario && own.IsDelayed == entry.IsDelayed && KeyOf(own) == KeyOf(entry)));
        into.Seats.AddRange(from.Seats.Where(seat => !into.Seats.Exists(own => own.Scenario == seat.Scenario && own.ContactId == seat.ContactId)));
        MergeClosedFamilies(into, from);
        var merged = MergeCases(into, from);
        MergeHolds(into, from, merged);
        foreach (var enrollment in from.Enrollments) MergeEnrollment(into, enrollment);
        EndWhatWasThere(into, own, from.Passages);
        EndWhatWasThere(into, from.Enrollments, ownPassages);
        var owners = new[] { Text(into, "owner"), Text(from, "owner") };
        foreach (var (name, stamped) in from.Attributes) into.Set(name, stamped.Value, stamped.At);
        // What was the other owner's goes along as with any change of owner (SEMANTICS.md 55).
        foreach (var before in owners.OfType<string>().Where(owner => !string.Equals(owner, Text(into, "owner"), StringComparison.OrdinalIgnoreCase))) HandOver(into, before, Text(into, "owner"), now);
        foreach (var one in merged) TellBoth(into, one, owners);
        Do(new Effect.AccountMerged(from.Id, into.Id));
        Note(into, null, Reason.AccountMerged, now, detail: Detail(("from", SubjectRef.Account(from.Id).ToString())));
        set.TouchProfile(into);
        Rest(into, now);

        string KeyOf(PendingEntry entry) => catalog.Live.TryGetValue(entry.Scenario, out var published) ? this.KeyOf(published.Scenario, into, entry.Trigger) : "";
    }

    private static void MergeMember(AccountState into, long id, Member member)
    {
        if (!into.Members.TryAdd(id, member)) into.Members[id].Roles.UnionWith(member.Roles);
    }

    private static void MergeClosedFamilies(AccountState into, AccountState from)
    {
        foreach (var closed in from.ClosedFamilies)
        {
            var own = into.ClosedFamilies.Find(known => known.Family == closed.Family);
            if (own is not null) into.ClosedFamilies.Remove(own);
            into.ClosedFamilies.Add(new ClosedFamily(closed.Family, Math.Max(closed.Count, own?.Count ?? 0), Later(closed.CoolUntil, own?.CoolUntil ?? default)));
        }
    }

    /// <param name="Gone">The case that is part of the other one now.</param>
    /// <param name="Colleagues">Whose the two were.</param>
    private sealed record MergedCase(long Gone, EscalationState Stays, IReadOnlyList<string> Colleagues);

    private List<MergedCase> MergeCases(AccountState into, AccountState from)
    {
        var merged = new List<MergedCase>();
        foreach (var theirs in from.Escalations)
        {
            for (var i = 0; i < theirs.Joiners.Count; i++)
            {
                if (theirs.Joiners[i].Subject == from.Ref) theirs.Joiners[i] = theirs.Joiners[i] with { Subject = into.Ref };
            }

            if (into.Escalations.Find(open => open.Family == theirs.Family) is not { } own)
            {
                into.Escalations.Add(theirs);
                continue;
            }

            // Somebody's work goes before nobody's, and the older case before the younger.
            var isOwnFirst = own.AcknowledgedAt is null == theirs.AcknowledgedAt is null ? own.OpenedAt <= theirs.OpenedAt : own.AcknowledgedAt is not null;
            var (stays, goes) = isOwnFirst ? (own, theirs) : (theirs, own);
            if (!isOwnFirst) into.Escalations[into.Escalations.IndexOf(own)] = theirs;
            merged.Add(new(goes.Id, stays, [.. new[] { stays.Assignee, goes.Assignee }.OfType<string>().Distinct(StringComparer.OrdinalIgnoreCase)]));
            MergeCase(into, stays, goes);
        }

        return merged;
    }

    /// <summary>Of two who worked on cases that are one now, each learns whose it is; who is told of another owner knows it by that.</summary>
    private void TellBoth(AccountState account, MergedCase merged, string?[] owners)
    {
        if (merged.Colleagues.Count < 2) return;
        var title = catalog.Escalations.Find(merged.Stays.Type)?.Title ?? merged.Stays.Type;
        foreach (var colleague in merged.Colleagues.Where(colleague => !owners.Contains(colleague, StringComparer.OrdinalIgnoreCase)))
            TellColleague(NoticeKind.CaseMerged, colleague, account, merged.Stays, $"merged-{merged.Gone}", now, new(title, Text(account, "name")) { By = merged.Stays.Assignee });
    }

    private void MergeCase(AccountState account, EscalationState stays, EscalationState goes)
    {
        stays.Absorbed.AddRange(goes.Absorbed.Append(goes.Id));
        stays.Joiners.AddRange(goes.Joiners);
        var isAwake = goes.SnoozedUntil is null || goes.SnoozedUntil <= now;
        TakeUp(goes, now);
        // As with new evidence: what one of the two still waits for is not put aside with the other.
        if (isAwake) TakeUp(stays, now);
        stays.Assignee ??= goes.Assignee;
        Do(new Effect.EscalationNoted(stays.Id, account.Id, now, "merged", "", "", Detail(("type", goes.Type), ("escalation", goes.Id.ToString(CultureInfo.InvariantCulture)))));
        Do(new Effect.EscalationChanged(goes.Id, goes.Assignee, goes.AcknowledgedAt, null, now, EscalationTypes.Merged, "", goes.Clocks, [.. goes.Pauses]));
        Do(new Effect.EscalationMerged(goes.Id, stays.Id));
        Changed(stays);
    }

    /// <summary>Of two holds for one reason the longer one; a case holds as long as those that are part of it would have.</summary>
    private void MergeHolds(AccountState into, AccountState from, List<MergedCase> merged)
    {
        into.QuietUntil = Later(into.QuietUntil, from.QuietUntil);
        var holds = into.Holds.Concat(from.Holds).GroupBy(SourceNow).Select(ofSource => ofSource.OrderByDescending(hold => hold.Until).First() with
        {
            Source = ofSource.Key,
            Since = ofSource.Min(hold => hold.Since),
            Blocks = ofSource.Select(hold => hold.Blocks).Aggregate((one, other) => one.And(other)),
            Quiet = ofSource.Max(hold => hold.Quiet),
        }).ToList();
        into.Holds.Clear();
        into.Holds.AddRange(holds);
        HoldsChanged(into);

        string SourceNow(Hold hold) => merged.Find(one => Hold.SourceOf(one.Gone) == hold.Source) is { Stays: { } stays } ? Hold.SourceOf(stays.Id) : hold.Source;
    }
}
