using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <param name="Events">In cursor order within each lane.</param>
/// <param name="Due">In order of their moments within each lane.</param>
/// <param name="Lanes">What to commit when all of it has been processed.</param>
public sealed record Work(IReadOnlyList<LoggedEvent> Events, IReadOnlyList<DueSubject> Due, IReadOnlyList<LaneAdvance> Lanes)
{
    public bool IsEmpty => Events.Count == 0 && Due.Count == 0;

    public int Count => Events.Count + Due.Count;

    /// <summary>The same in up to <paramref name="most"/> parts that share no lane, so that each can be decided and committed by itself.</summary>
    public IEnumerable<Work> Split(int most)
    {
        if (most < 2 || Lanes.Count < 2) return [this];
        var perPart = (Lanes.Count + most - 1) / most;
        var partOf = Lanes.Select((lane, n) => (lane.Lane, Part: n / perPart)).ToDictionary(at => at.Lane, at => at.Part);
        var (events, due) = (Events.ToLookup(logged => partOf[logged.Lane]), Due.ToLookup(subject => partOf[subject.Lane]));
        return Lanes.Chunk(perPart).Select((lanes, part) => new Work([.. events[part]], [.. due[part]], lanes));
    }
}

/// <summary>An event at its place: <c>Cursor</c> of the lane once it is processed.</summary>
public readonly record struct LoggedEvent(short Lane, LaneCursor Cursor, StoredEvent Event);

public readonly record struct DueSubject(short Lane, SubjectKey Key, DateTimeOffset DueAt);

/// <param name="Rev">0 where there is no state yet.</param>
/// <param name="Rest">The cold part, where it stands in a second row.</param>
/// <param name="Tombstone">Where the contact went, if it left this slot.</param>
/// <param name="IsParked">Whether the subject waits for a human; it takes no signals.</param>
/// <param name="HasKeptSignals">Whether signals wait here for the contact to be adopted; <see cref="SlotStore.ReadKeptAsync"/> reads them.</param>
public sealed record LoadedState(
    SubjectKey Key, int Rev, DateTimeOffset? DueAt, byte[]? Doc, byte[]? Rest, Tombstone? Tombstone, bool IsParked, bool HasKeptSignals);

/// <summary>A tombstone and where it stands.</summary>
public sealed record TombstoneWrite(short Slot, long ContactId, Tombstone Tombstone);
