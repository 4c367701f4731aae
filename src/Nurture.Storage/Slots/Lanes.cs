using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>
/// A place in the event log. Transaction ids order it on PostgreSQL, where ids alone would lose what several writers
/// append at once; on SQLite they are 0.
/// </summary>
public readonly record struct LaneCursor(long Xid, long EventId);

/// <summary>A range of slots that is ours: until somebody takes it over, and so raises the epoch.</summary>
/// <param name="Cursor">The last event that was read and committed.</param>
public sealed record LaneLease(short Lane, long Epoch, LaneCursor Cursor);

/// <summary>How far a batch has come with a lane, to be committed with it.</summary>
/// <param name="From">The cursor that was read from. A batch that another of the same owner overtook is void.</param>
/// <param name="HasWork">Whether anything was read in the lane.</param>
/// <param name="FloorRead">What the floor was when the due subjects were read; if it was lowered meanwhile, it stays low.</param>
/// <param name="Floor">Nothing in the lane is due before it, in milliseconds.</param>
public sealed record LaneAdvance(short Lane, long Epoch, LaneCursor From, LaneCursor Cursor, bool HasWork, long FloorRead, long Floor)
{
    /// <summary>How many were read between the two cursors.</summary>
    public int Events { get; init; }

    /// <summary>Where the due subjects were cut off; null where all were read.</summary>
    public DuePlace? LastDue { get; init; }
}

/// <summary>The lane was taken over, or a state was written by another: the batch is void, and this process must not go on with it.</summary>
public sealed class LostOwnershipException(string message) : Exception(message);
