using Nurture.Contacts;
using Nurture.Packing;

namespace Nurture.Engine;

/// <summary>
/// What a batch was decided by besides events and states: with these few bytes, which its commit records, the same events
/// and states come to the same decision again.
/// </summary>
/// <param name="At">What the business clock showed.</param>
/// <param name="Revision">Of the catalog.</param>
public sealed record Turn(DateTimeOffset At, long Revision)
{
    public IReadOnlyList<TurnLane> Lanes { get; init; } = [];

    /// <summary>Contacts whose address might not be mailed.</summary>
    public IReadOnlyCollection<long> Suppressed { get; init; } = [];

    /// <summary>Subjects that stood still already.</summary>
    public IReadOnlyCollection<SubjectKey> Parked { get; init; } = [];

    /// <summary>Subjects on which this batch stumbled.</summary>
    public IReadOnlyCollection<SubjectKey> Poisoned { get; init; } = [];

    /// <summary>Whose events the history of a subject was, where it was more than its own: an account's people, and who had merged.</summary>
    public IReadOnlyDictionary<SubjectRef, IReadOnlyList<long>> People { get; init; } = new Dictionary<SubjectRef, IReadOnlyList<long>>();

    public byte[] Pack()
    {
        var packed = new PackedWriter();
        packed.Instant(1, At);
        packed.Number(2, Revision);
        foreach (var lane in Lanes)
        {
            packed.Message(3, w =>
            {
                w.Number(1, lane.Lane);
                w.Number(2, lane.Xid);
                w.Number(3, lane.EventId);
                w.Number(4, lane.Events);
                w.Instant(5, lane.LastDue?.At);
                w.Number(6, lane.LastDue?.SubjectId ?? 0);
            });
        }

        packed.Ascending(4, [.. Suppressed.Order()]);
        foreach (var key in Parked) packed.Message(5, w => Write(w, key));
        foreach (var key in Poisoned) packed.Message(6, w => Write(w, key));
        foreach (var (subject, people) in People)
        {
            packed.Message(7, w =>
            {
                Write(w, new SubjectKey(0, subject));
                w.Ascending(4, [.. people.Order()]);
            });
        }

        return packed.ToArray();
    }

    public static Turn Unpack(ReadOnlySpan<byte> bytes)
    {
        var (at, revision) = (default(DateTimeOffset), 0L);
        var (lanes, suppressed, parked, poisoned) = (new List<TurnLane>(), new List<long>(), new List<SubjectKey>(), new List<SubjectKey>());
        var people = new Dictionary<SubjectRef, IReadOnlyList<long>>();
        var packed = new PackedReader(bytes);
        while (packed.Next())
        {
            switch (packed.Field)
            {
                case 1: at = packed.Instant; break;
                case 2: revision = packed.Number; break;
                case 3: lanes.Add(ReadLane(packed.Bytes)); break;
                case 4: packed.Ascending(suppressed); break;
                case 5: parked.Add(ReadKey(packed.Bytes).Key); break;
                case 6: poisoned.Add(ReadKey(packed.Bytes).Key); break;
                case 7:
                    var (key, ids) = ReadKey(packed.Bytes);
                    people[key.Subject] = ids;
                    break;
            }
        }

        return new Turn(at, revision) { Lanes = lanes, Suppressed = suppressed, Parked = parked, Poisoned = poisoned, People = people };
    }

    private static void Write(PackedWriter packed, SubjectKey key)
    {
        packed.Number(1, key.Slot);
        packed.Number(2, (long)key.Subject.Kind);
        packed.Number(3, key.Subject.Id);
    }

    private static (SubjectKey Key, List<long> People) ReadKey(ReadOnlySpan<byte> bytes)
    {
        var (slot, kind, id, people) = (0L, 0L, 0L, new List<long>());
        var packed = new PackedReader(bytes);
        while (packed.Next())
        {
            switch (packed.Field)
            {
                case 1: slot = packed.Number; break;
                case 2: kind = packed.Number; break;
                case 3: id = packed.Number; break;
                case 4: packed.Ascending(people); break;
            }
        }

        return (new SubjectKey((short)slot, new SubjectRef((SubjectKind)kind, id)), people);
    }

    private static TurnLane ReadLane(ReadOnlySpan<byte> bytes)
    {
        var lane = new TurnLane(0, 0, 0, 0, null);
        var packed = new PackedReader(bytes);
        while (packed.Next())
        {
            lane = packed.Field switch
            {
                1 => lane with { Lane = (short)packed.Number },
                2 => lane with { Xid = packed.Number },
                3 => lane with { EventId = packed.Number },
                4 => lane with { Events = (int)packed.Number },
                5 => lane with { LastDue = new DuePlace(packed.Instant, lane.LastDue?.SubjectId ?? 0) },
                6 => lane with { LastDue = lane.LastDue is { } due ? due with { SubjectId = packed.Number } : null },
                _ => lane,
            };
        }

        return lane;
    }
}

/// <summary>How far a batch came in a lane of the log.</summary>
/// <param name="Xid">With <paramref name="EventId"/>, the place of the last event that was read.</param>
/// <param name="Events">How many it took: where fewer are found later, some are gone.</param>
/// <param name="LastDue">Whom it woke last, of more that were due; null where it woke everybody who was due.</param>
public sealed record TurnLane(short Lane, long Xid, long EventId, int Events, DuePlace? LastDue);

/// <summary>A place in the order in which subjects that are due are woken.</summary>
public readonly record struct DuePlace(DateTimeOffset At, long SubjectId) : IComparable<DuePlace>
{
    public int CompareTo(DuePlace other) => (At, SubjectId).CompareTo((other.At, other.SubjectId));
}
