using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <param name="Events">In cursor order within each lane.</param>
/// <param name="Due">In order of their moments within each lane.</param>
/// <param name="Lanes">What to commit when all of it has been processed.</param>
public sealed record Work(IReadOnlyList<LoggedEvent> Events, IReadOnlyList<DueSubject> Due, IReadOnlyList<LaneAdvance> Lanes)
{
    public bool IsEmpty => Events.Count == 0 && Due.Count == 0;
}

/// <summary>An event at its place: <c>Cursor</c> of the lane once it is processed.</summary>
public readonly record struct LoggedEvent(short Lane, LaneCursor Cursor, StoredEvent Event);

public readonly record struct DueSubject(short Lane, StateKey Key, DateTimeOffset DueAt);

/// <summary>Where a subject's state is kept.</summary>
public readonly record struct StateKey(short Slot, SubjectRef Subject);

/// <param name="Rev">0 where there is no state yet.</param>
/// <param name="Rest">The cold part, where it stands in a second row.</param>
/// <param name="Tombstone">Where the contact went, if it left this slot.</param>
/// <param name="IsParked">Whether the subject waits for a human; it takes no signals.</param>
/// <param name="HasKeptSignals">Whether signals wait here for the contact to be adopted; <see cref="SlotStore.ReadKeptAsync"/> reads them.</param>
public sealed record LoadedState(
    StateKey Key, int Rev, DateTimeOffset? DueAt, byte[]? Doc, byte[]? Rest, TombstoneRow? Tombstone, bool IsParked, bool HasKeptSignals);

/// <summary>Left where a contact was, so that late signals are sent on: to another slot, or to the contact it merged into.</summary>
public sealed record TombstoneRow(short Slot, long ContactId, short ToSlot, long ToContactId, int Hop);
