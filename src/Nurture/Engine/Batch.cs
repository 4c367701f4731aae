using Nurture.Contacts;
using Nurture.Scenarios;

namespace Nurture.Engine;

/// <summary>A subject as loaded: null bytes where the database holds none.</summary>
/// <param name="Kept">Signals kept for a contact that had not arrived, by the log's order.</param>
/// <param name="IsSuppressed">Whether the contact's address may not be mailed.</param>
public sealed record LoadedSubject(
    SubjectKey Key, PackedState? State, DateTimeOffset? DueAt, int Revision, Tombstone? Tombstone, IReadOnlyList<StoredEvent> Kept, bool IsParked, bool IsSuppressed);

/// <summary>A subject that broke the engine in this batch: to be parked with what it missed.</summary>
public sealed record Poisoned(SubjectKey Key, string? Step, string Error);

/// <summary>What a batch came to.</summary>
public sealed record Decided(WorkingSet Set, IReadOnlyList<Effect> Effects, IReadOnlyList<Poisoned> Poisoned);

/// <summary>
/// One batch on its way to a decision. Whoever runs it loads what <see cref="Needs"/> and <see cref="NeedsPasts"/> name and
/// adds it, until <see cref="Outcome"/> stands. The decision itself is made from the stored bytes, again from the start
/// when a subject was missing or has to be parked, so no half-made change survives.
/// </summary>
public sealed class Batch
{
    private readonly IReadOnlyList<StoredEvent> events;
    private readonly IReadOnlyList<SubjectKey> due;
    private readonly Catalog catalog;
    private readonly DateTimeOffset now;
    private readonly Dictionary<SubjectKey, LoadedSubject> loaded = [];
    private readonly Dictionary<long, IReadOnlyList<StoredEvent>> histories = [];
    private readonly List<Poisoned> poisoned = [];
    private readonly Dictionary<SubjectKey, Past> pasts = [];

    // Unpacked and only looked at: still what the stored bytes say.
    private WorkingSet? looked;

    public Batch(IReadOnlyList<StoredEvent> events, IReadOnlyList<SubjectKey> due, Catalog catalog, DateTimeOffset now)
    {
        (this.events, this.due, this.catalog, this.now) = (events, due, catalog, now);
        var named = new HashSet<SubjectKey>(due);
        foreach (var row in events)
        {
            if (row.ContactId != 0) named.Add(new SubjectKey(row.Slot, SubjectRef.Contact(row.ContactId)));
            else named.Add(new SubjectKey(row.Slot, SubjectRef.Account(row.AccountId)));
        }

        Needs = named;
    }

    /// <summary>Subjects to load next; empty once decided.</summary>
    public IReadOnlyCollection<SubjectKey> Needs { get; private set; }

    /// <summary>Events of subjects to load next, by names and from a moment on; empty once decided.</summary>
    public IReadOnlyDictionary<SubjectKey, Past> NeedsPasts { get; private set; } = new Dictionary<SubjectKey, Past>();

    /// <summary>Rows whose events must be loaded first: a preparation's history, what a parked subject missed.</summary>
    public IEnumerable<StoredEvent> RowsWithHistory => events.Where(row => row.Kind is SignalKind.Prepared or SignalKind.Resumed);

    public Decided? Outcome { get; private set; }

    public void AddHistory(long rowId, IReadOnlyList<StoredEvent> history) => histories[rowId] = history;

    public void AddPast(SubjectKey subject, Past past) => pasts[subject] = past;

    /// <summary>Before anything is added: the batch was decided once already, and then parked the subject.</summary>
    public void Park(SubjectKey key) => poisoned.Add(new Poisoned(key, null, ""));

    /// <summary>Takes what was loaded and goes on as far as it can.</summary>
    public void Add(IEnumerable<LoadedSubject> subjects)
    {
        var arrived = subjects.ToList();
        var named = arrived.Select(subject => subject.Key).ToHashSet();
        arrived.AddRange(Needs.Where(key => !loaded.ContainsKey(key) && !named.Contains(key)).Select(key => new LoadedSubject(key, null, null, 0, null, [], false, false)));
        foreach (var subject in arrived) loaded[subject.Key] = subject;

        if (looked is null) looked = Unpack();
        else foreach (var subject in arrived) UnpackInto(looked, subject);
        IReadOnlyList<SubjectKey> wanted = [.. Engine.Wanted(looked, loaded.Keys, catalog).Union(WhoFollows(looked))];
        if (wanted.Count > 0)
        {
            Needs = wanted;
            return;
        }

        var set = looked;
        looked = null;
        Decide(set);
    }

    /// <summary>The revision that the subject's row was loaded with; 0 where there was none.</summary>
    public int RevisionOf(SubjectKey key) => loaded.TryGetValue(key, out var subject) ? subject.Revision : 0;

    /// <summary>What was loaded for the subject, to tell what changed.</summary>
    public LoadedSubject? Loaded(SubjectKey key) => loaded.GetValueOrDefault(key);

    private void Decide(WorkingSet unpacked)
    {
        for (var set = unpacked; ; set = Unpack())
        {
            try
            {
                foreach (var (id, history) in histories) set.AddHistory(id, history);
                foreach (var (subject, past) in pasts) set.AddPast(subject, past);
                var effects = Engine.Advance(set, events, due, catalog, now);
                Needs = [];
                NeedsPasts = set.NeededPasts;
                if (NeedsPasts.Count == 0) Outcome = new Decided(set, effects, poisoned);
                return;
            }
            catch (SubjectNeededException needed)
            {
                Needs = needed.Keys;
                return;
            }
            catch (PoisonException poison) when (!poisoned.Exists(known => known.Key == poison.Key))
            {
                // Each turn parks one more subject, so this ends.
                poisoned.Add(new Poisoned(poison.Key, poison.Step, poison.InnerException?.ToString() ?? poison.Message));
            }
        }
    }

    /// <summary>People of accounts that merge: all of them are asked, so they are not loaded one by one.</summary>
    private IEnumerable<SubjectKey> WhoFollows(WorkingSet set)
    {
        foreach (var row in events.Where(row => row.Kind is SignalKind.AccountMergedInto or SignalKind.AccountGathered))
        {
            var key = new SubjectKey(row.Slot, SubjectRef.Account(row.AccountId));
            if (!set.IsLoaded(key) || set.Get(key) is not AccountState account) continue;
            foreach (var member in account.Members.Values.Where(member => row.Kind == SignalKind.AccountMergedInto || member.IsEnrolled))
            {
                var person = new SubjectKey(row.Slot, SubjectRef.Contact(member.ContactId));
                if (!set.IsLoaded(person)) yield return person;
            }
        }
    }

    private WorkingSet Unpack()
    {
        var set = new WorkingSet();
        foreach (var subject in loaded.Values) UnpackInto(set, subject);
        return set;
    }

    private void UnpackInto(WorkingSet set, LoadedSubject subject)
    {
        var isParked = subject.IsParked || poisoned.Exists(p => p.Key == subject.Key);
        if (subject.IsParked && events.Any(row => row.Kind == SignalKind.Resumed && Names(row, subject.Key)) && !poisoned.Exists(p => p.Key == subject.Key)) isParked = false;
        if (isParked) set.Park(subject.Key);
        SubjectState? state = null;
        if (subject.State is { } packed)
        {
            try
            {
                state = subject.Key.Subject.Kind == SubjectKind.Contact
                    ? StateCodec.UnpackContact(packed.Doc, packed.Rest)
                    : StateCodec.UnpackAccount(packed.Doc, packed.Rest);
            }
            catch (Packing.PackedFormatException e)
            {
                if (!isParked) poisoned.Add(new Poisoned(subject.Key, null, e.Message));
                set.Park(subject.Key);
                set.Seal(subject.Key);
            }
        }

        state?.DueAt = subject.DueAt;
        set.AddLoaded(subject.Key, state, subject.IsSuppressed);
        if (subject.Key.Subject.Kind != SubjectKind.Contact) return;
        set.AddTombstone(subject.Key.Slot, subject.Key.Subject.Id, subject.Tombstone);
        foreach (var row in subject.Kept) set.AddKept(subject.Key.Slot, subject.Key.Subject.Id, row);
    }

    private static bool Names(StoredEvent row, SubjectKey key) =>
        key.Slot == row.Slot && key.Subject == (row.ContactId != 0 ? SubjectRef.Contact(row.ContactId) : SubjectRef.Account(row.AccountId));
}
