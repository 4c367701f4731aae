using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Packing;

namespace Nurture.Storage.Rebuilding;

/// <param name="State">Empty bytes where an erasure took them out of the checkpoint.</param>
/// <param name="Rev">Of the row in <c>states</c>; 0 where it comes from elsewhere.</param>
internal sealed record HeldState(PackedState State, DateTimeOffset? DueAt, int Rev = 0)
{
    /// <summary>The primary account of a contact whose state can be read; null where there is none.</summary>
    public long? AccountId
    {
        get
        {
            try
            {
                return StateCodec.UnpackContact(State.Doc, State.Rest).AccountId is not 0 and var account ? account : null;
            }
            catch (PackedFormatException)
            {
                return null;
            }
        }
    }

    public SubjectState Unpack(SubjectKey key) => key.Subject.Kind == SubjectKind.Contact
        ? StateCodec.UnpackContact(State.Doc, State.Rest)
        : StateCodec.UnpackAccount(State.Doc, State.Rest);
}

/// <summary>All that the database holds of the subjects of some slots: from a checkpoint and then decision by decision, or as it stands.</summary>
internal sealed class StateBook
{
    private readonly Dictionary<SubjectKey, HeldState> states = [];
    private readonly Dictionary<(short Slot, long ContactId), Tombstone> tombstones = [];
    private readonly Dictionary<(short Slot, long ContactId), SortedSet<long>> kept = [];
    private readonly SortedSet<(DateTimeOffset At, long SubjectId, short Slot, SubjectKind Kind)> due = [];

    public IEnumerable<SubjectKey> Subjects => states.Keys;

    /// <summary>Contacts of which there is something but no state: they left, or signals came before them.</summary>
    public IEnumerable<SubjectKey> Absent => tombstones.Keys.Concat(kept.Keys).Distinct()
        .Select(at => new SubjectKey(at.Slot, SubjectRef.Contact(at.ContactId))).Where(key => !states.ContainsKey(key));

    public HeldState? Find(SubjectKey key) => states.GetValueOrDefault(key);

    public Tombstone? TombstoneOf(SubjectKey key) => key.Subject.Kind == SubjectKind.Contact ? tombstones.GetValueOrDefault((key.Slot, key.Subject.Id)) : null;

    /// <summary>The events that wait for the contact, by their ids.</summary>
    public IReadOnlyCollection<long> KeptFor(SubjectKey key) =>
        key.Subject.Kind == SubjectKind.Contact && kept.TryGetValue((key.Slot, key.Subject.Id), out var ids) ? ids : [];

    public void Put(SubjectKey key, HeldState held)
    {
        Forget(key);
        states[key] = held;
        if (held.DueAt is { } at) due.Add((at, key.Subject.Id, key.Slot, key.Subject.Kind));
    }

    public void Remove(SubjectKey key)
    {
        Forget(key);
        states.Remove(key);
    }

    public void SetTombstone(short slot, long contactId, Tombstone? tombstone)
    {
        if (tombstone is null) tombstones.Remove((slot, contactId));
        else tombstones[(slot, contactId)] = tombstone;
    }

    public void Keep(short slot, long contactId, IEnumerable<long> eventIds)
    {
        if (!kept.TryGetValue((slot, contactId), out var ids)) kept[(slot, contactId)] = ids = [];
        ids.UnionWith(eventIds);
    }

    public void Release(short slot, long contactId) => kept.Remove((slot, contactId));

    /// <summary>Who is due at a moment, in the order in which a batch wakes them.</summary>
    /// <param name="last">Where the batch was cut off (inclusive).</param>
    public IReadOnlyList<SubjectKey> DueAt(DateTimeOffset at, DuePlace? last) =>
        [.. due.TakeWhile(next => next.At <= at && (last is not { } cut || new DuePlace(next.At, next.SubjectId).CompareTo(cut) <= 0))
            .Select(next => new SubjectKey(next.Slot, new SubjectRef(next.Kind, next.SubjectId)))];

    /// <summary>Takes a batch's decision in, as its commit writes it.</summary>
    public void Take(Decided decided)
    {
        foreach (var (key, state) in decided.Set.Changed) Put(key, new HeldState(StateCodec.Pack(state), state.DueAt));
        // Nothing is due for who stands still.
        foreach (var key in decided.Poisoned.Select(poisoned => poisoned.Key).Concat(decided.Set.Missed.Select(missed => missed.Subject)).ToList())
        {
            if (Find(key) is { DueAt: not null } held) Put(key, held with { DueAt = null });
        }

        foreach (var key in decided.Set.Removed) Remove(key);
        foreach (var (slot, contactId, tombstone) in decided.Set.ChangedTombstones) SetTombstone(slot, contactId, tombstone);
        foreach (var (slot, contactId, events) in decided.Set.Kept)
        {
            if (events.Count == 0) Release(slot, contactId);
            else Keep(slot, contactId, events.Select(row => row.Id));
        }
    }

    private void Forget(SubjectKey key)
    {
        if (states.TryGetValue(key, out var before) && before.DueAt is { } at) due.Remove((at, key.Subject.Id, key.Slot, key.Subject.Kind));
    }
}
