using Nurture.Contacts;

namespace Nurture.Engine;

/// <summary>Where a subject's state lives.</summary>
public readonly record struct SubjectKey(short Slot, SubjectRef Subject)
{
    public override string ToString() => $"{Subject} in slot {Slot}";
}

/// <summary>What is left where a contact was: signals that arrive late are sent on.</summary>
/// <param name="ToContactId">The contact itself after a move; another one after a merge.</param>
/// <param name="Hop">After a move the hop that the contact left with: a signal resolved later than that is early, not late. After a merge the other one's.</param>
public sealed record Tombstone(short ToSlot, long ToContactId, int Hop);

/// <summary>
/// The subjects that one batch reads and changes. Whoever loads fills it; asking for what was not loaded throws
/// <see cref="SubjectNeededException"/>, and the batch is decided anew from the stored bytes with that one loaded too.
/// </summary>
public sealed class WorkingSet
{
    private readonly Dictionary<SubjectKey, SubjectState?> states = [];
    private readonly Dictionary<(short Slot, long ContactId), Tombstone?> tombstones = [];
    private readonly Dictionary<(short Slot, long ContactId), List<StoredEvent>> kept = [];
    private readonly HashSet<SubjectKey> suppressed = [];
    private readonly HashSet<SubjectKey> touched = [];
    private readonly HashSet<SubjectKey> removed = [];
    private readonly HashSet<(short, long)> changedTombstones = [];
    private readonly HashSet<SubjectKey> parked = [];
    private readonly HashSet<SubjectKey> sealedKeys = [];
    private readonly HashSet<SubjectRef> profiles = [];
    private readonly HashSet<SubjectRef> seen = [];
    private readonly List<(SubjectKey Subject, StoredEvent Event)> missed = [];
    private readonly Dictionary<long, IReadOnlyList<StoredEvent>> histories = [];
    private readonly Dictionary<SubjectKey, Past> pasts = [];
    private readonly Dictionary<SubjectKey, Past> neededPasts = [];

    /// <summary>The events that belong to a row of the batch: a preparation's history, what a parked subject missed.</summary>
    public void AddHistory(long rowId, IReadOnlyList<StoredEvent> history) => histories[rowId] = history;

    internal IReadOnlyList<StoredEvent> HistoryOf(long rowId) => histories.GetValueOrDefault(rowId) ?? [];

    public void AddPast(SubjectKey subject, Past past) => pasts[subject] = past;

    /// <summary>Pasts that were asked for and not there: the decision is void, and made anew with them.</summary>
    public IReadOnlyDictionary<SubjectKey, Past> NeededPasts => neededPasts;

    /// <summary>The occurred events of those names from that moment on.</summary>
    internal IEnumerable<OccurredEvent> PastOf(SubjectKey subject, DateTimeOffset since, IReadOnlyCollection<string> names)
    {
        var known = pasts.GetValueOrDefault(subject);
        if (known is not null && known.Since <= since && names.All(known.Names.Contains))
            return known.Events.Where(row => row.OccurredAt >= since && names.Contains(row.Name)).Select(SignalCodec.ReadEvent).Where(happened => Advance.IsPastOf(Get(subject), happened));
        var asked = neededPasts.GetValueOrDefault(subject) ?? known ?? new Past(since, new HashSet<string>(), []);
        neededPasts[subject] = new Past(since < asked.Since ? since : asked.Since, asked.Names.Union(names).ToHashSet(), []);
        return [];
    }

    /// <param name="state">Null where the database holds none.</param>
    /// <param name="isSuppressed">The contact's address may not be mailed; so it is too where its state arrives only in this batch.</param>
    public void AddLoaded(SubjectKey key, SubjectState? state, bool isSuppressed)
    {
        states[key] = state;
        if (!isSuppressed) return;
        suppressed.Add(key);
        if (state is ContactState contact) contact.IsSuppressed = true;
    }

    public void AddTombstone(short slot, long contactId, Tombstone? tombstone) => tombstones[(slot, contactId)] = tombstone;

    /// <summary>Signals that were kept for a contact that had not been adopted yet, in the log's order.</summary>
    public void AddKept(short slot, long contactId, StoredEvent kept) => KeptOf(slot, contactId).Add(kept);

    /// <summary>The subject gets no signals until it is resumed; what it misses is listed in <see cref="Missed"/>.</summary>
    public void Park(SubjectKey key) => parked.Add(key);

    public bool IsParked(SubjectKey key) => parked.Contains(key);

    /// <summary>What is stored of the subject cannot be read: it is not written, however much its people do, so that it can be mended.</summary>
    public void Seal(SubjectKey key) => sealedKeys.Add(key);

    internal void Miss(SubjectKey key, StoredEvent row)
    {
        if (!missed.Contains((key, row))) missed.Add((key, row));
    }

    public bool IsLoaded(SubjectKey key) => states.ContainsKey(key);

    public bool IsTombstoneLoaded(short slot, long contactId) => tombstones.ContainsKey((slot, contactId));

    public ContactState? Contact(short slot, long id) => (ContactState?)Get(new SubjectKey(slot, SubjectRef.Contact(id)));

    public AccountState? Account(short slot, long id) => (AccountState?)Get(new SubjectKey(slot, SubjectRef.Account(id)));

    public SubjectState? Get(SubjectKey key) =>
        states.TryGetValue(key, out var state) ? state : throw new SubjectNeededException([key]);

    internal void Put(short slot, SubjectState state)
    {
        var key = new SubjectKey(slot, state.Ref);
        if (state is ContactState contact && suppressed.Contains(key)) contact.IsSuppressed = true;
        states[key] = state;
        removed.Remove(key);
        touched.Add(key);
    }

    internal void Remove(SubjectKey key)
    {
        states[key] = null;
        touched.Remove(key);
        removed.Add(key);
    }

    internal void Touch(SubjectKey key) => touched.Add(key);

    /// <summary>What pages show of the subject is to be written anew.</summary>
    internal void TouchProfile(SubjectState subject) => profiles.Add(subject.Ref);

    public bool IsProfileChanged(SubjectRef subject) => profiles.Contains(subject);

    /// <summary>Of what pages show only when the contact was last seen is to be written anew.</summary>
    internal void TouchActivity(ContactState contact) => seen.Add(contact.Ref);

    public bool IsActivityChanged(SubjectRef subject) => seen.Contains(subject);

    internal Tombstone? TombstoneAt(short slot, long contactId) =>
        tombstones.TryGetValue((slot, contactId), out var tombstone)
            ? tombstone
            : throw new SubjectNeededException([new SubjectKey(slot, SubjectRef.Contact(contactId))]);

    internal void SetTombstone(short slot, long contactId, Tombstone? tombstone)
    {
        tombstones[(slot, contactId)] = tombstone;
        changedTombstones.Add((slot, contactId));
    }

    internal List<StoredEvent> KeptOf(short slot, long contactId) =>
        kept.TryGetValue((slot, contactId), out var list) ? list : kept[(slot, contactId)] = [];

    /// <summary>States to write, in a fixed order.</summary>
    public IEnumerable<(SubjectKey Key, SubjectState State)> Changed =>
        touched.Where(key => !sealedKeys.Contains(key)).OrderBy(key => key.Slot).ThenBy(key => key.Subject.Kind).ThenBy(key => key.Subject.Id).Select(key => (key, states[key]!));

    public IEnumerable<SubjectKey> Removed => removed;

    public IEnumerable<(short Slot, long ContactId, Tombstone? Tombstone)> ChangedTombstones =>
        changedTombstones.Select(at => (at.Item1, at.Item2, tombstones[at]));

    /// <summary>What parked subjects were not told.</summary>
    public IReadOnlyList<(SubjectKey Subject, StoredEvent Event)> Missed => missed;

    public IEnumerable<(short Slot, long ContactId, IReadOnlyList<StoredEvent> Events)> Kept =>
        kept.Select(pair => (pair.Key.Slot, pair.Key.ContactId, (IReadOnlyList<StoredEvent>)pair.Value));
}

/// <summary>What a subject did from a moment on, by the names of the events: for a passage that begins earlier than what was heard already.</summary>
/// <param name="Since">Inclusive.</param>
/// <param name="Events">In the order in which they occurred.</param>
public sealed record Past(DateTimeOffset Since, IReadOnlySet<string> Names, IReadOnlyList<StoredEvent> Events);

/// <summary>A decision needs subjects that were not loaded.</summary>
public sealed class SubjectNeededException(IReadOnlyList<SubjectKey> keys) : Exception($"{string.Join(", ", keys)} was not loaded.")
{
    public IReadOnlyList<SubjectKey> Keys { get; } = keys;
}

/// <summary>A subject on which the engine stumbles: it is parked, and everybody else goes on.</summary>
public sealed class PoisonException(SubjectKey key, string? step, Exception cause) : Exception($"{key}{(step is null ? "" : $" at step {step}")}: {cause.Message}", cause)
{
    public SubjectKey Key { get; } = key;

    public string? Step { get; } = step;
}
