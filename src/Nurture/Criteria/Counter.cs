using System.Runtime.InteropServices;
using Nurture.Contacts;

namespace Nurture.Criteria;

/// <summary>
/// The kept times of one criterion for one subject: the latest <see cref="Criterion.Keep"/>, in milliseconds, oldest first.
/// It never knows whether more happened before it was there: that is the catalog's <c>CoveredSince</c>.
/// </summary>
public sealed partial class Counter
{
    // A window of 64 buckets touches 65 when it does not begin with one.
    private const int MostBuckets = Criterion.MostKept + 1;

    public List<long> Times { get; } = [];

    /// <summary>Beside <see cref="Times"/> for <see cref="CriterionKind.People"/>: who it was, each person once with the latest time. Empty otherwise.</summary>
    public List<long> People { get; } = [];

    /// <summary>Beside <see cref="Times"/> where the criterion is bucketed: how many in the bucket that begins then. Empty otherwise.</summary>
    public List<long> Amounts { get; } = [];

    /// <summary>Beside <see cref="Times"/> where the criterion is measured: the number that came then. Empty otherwise.</summary>
    public List<decimal> Values { get; } = [];

    /// <summary>Beginnings of the parts of the window in which numbers are kept together that are older than the kept times.</summary>
    public List<long> Parts { get; } = [];

    /// <summary>Beside <see cref="Parts"/>: the sum, the greatest or the least of each.</summary>
    public List<decimal> PartValues { get; } = [];

    /// <summary>Beside <see cref="Parts"/>: of how many events.</summary>
    public List<long> PartAmounts { get; } = [];

    public bool IsEmpty => Times.Count == 0 && Parts.Count == 0;

    /// <summary>Counts an event that <see cref="Criterion.Matches"/>; says whether anything kept changed. Any order of arrival gives the same.</summary>
    public bool Add(Criterion criterion, OccurredEvent occurred) => criterion switch
    {
        { IsMeasured: true } => criterion.NumberOf(occurred) is { } number && AddNumber(criterion, occurred.OccurredAt.ToMilliseconds(), number),
        { Kind: CriterionKind.First } => AddFirst(occurred.OccurredAt.ToMilliseconds()),
        { IsBucketed: true } => AddToBucket(StartOfBucket(criterion, occurred.OccurredAt.ToMilliseconds()), 1),
        { Kind: CriterionKind.People } => AddPerson(occurred.ContactId, occurred.OccurredAt.ToMilliseconds(), criterion.Keep),
        _ => AddTime(occurred.OccurredAt.ToMilliseconds(), criterion.Keep),
    };

    /// <summary>
    /// How many are known to lie in (at − window, at]. Where <see cref="MayHaveMore"/>, this is a lower bound: it is at
    /// least <see cref="Criterion.Keep"/>, which decides the comparison that the criterion was made for.
    /// </summary>
    public long Count(Criterion criterion, DateTimeOffset at)
    {
        var now = at.ToMilliseconds();
        if (!criterion.IsBucketed) return CountUpTo(now) - CountUpTo(FloorOf(criterion, now));

        var count = 0L;
        for (var i = 0; i < Times.Count; i++)
        {
            if (Times[i] <= now && LeavesAt(criterion, Times[i]) > now) count += Amounts[i];
        }

        return count;
    }

    /// <summary>Whether an older one, dropped to keep only the latest, may lie in the window too.</summary>
    public bool MayHaveMore(Criterion criterion, DateTimeOffset at)
    {
        if (criterion.IsBucketed || Times.Count == 0) return false;

        // A person whose latest time is still to come may have been there before as well.
        var now = at.ToMilliseconds();
        if (criterion.Kind == CriterionKind.People && Times[^1] > now) return true;
        return Times.Count >= criterion.Keep && Times[0] > FloorOf(criterion, now);
    }

    /// <summary>The latest known time up to <paramref name="at"/>; null for none.</summary>
    public DateTimeOffset? Last(DateTimeOffset at)
    {
        var known = CountUpTo(at.ToMilliseconds());
        return known == 0 ? null : Instants.FromMilliseconds(Times[known - 1]);
    }

    /// <summary>The next moment at which a kept time enters or leaves the window by itself; null for never.</summary>
    public DateTimeOffset? NextChange(Criterion criterion, DateTimeOffset at)
    {
        var next = NextChange(criterion, at.ToMilliseconds());
        return next == Never ? null : Instants.FromMilliseconds(next);
    }

    internal const long Never = long.MaxValue;

    internal long NextChange(Criterion criterion, long now)
    {
        var entering = CountUpTo(now);
        var next = entering < Times.Count ? Times[entering] : Never;
        if (criterion.Window is null) return next;
        if (criterion.IsMeasured) next = Math.Min(next, PartLeavesAt(criterion, now));

        var leaving = criterion.IsBucketed ? FirstBucketIn(criterion, now) : CountUpTo(FloorOf(criterion, now));
        return leaving < Times.Count ? Math.Min(next, LeavesAt(criterion, Times[leaving])) : next;
    }

    /// <summary>
    /// Adds what another counter of the same criterion counted: two contacts turn out to be one. Their events are
    /// different ones, so nothing is counted twice.
    /// </summary>
    public void Merge(Criterion criterion, Counter other)
    {
        for (var i = 0; i < other.Times.Count; i++)
        {
            if (criterion.IsMeasured) AddNumber(criterion, other.Times[i], other.Values[i]);
            else if (criterion.Kind == CriterionKind.First) AddFirst(other.Times[i]);
            else if (criterion.IsBucketed) AddToBucket(other.Times[i], other.Amounts[i]);
            else if (criterion.Kind == CriterionKind.People) AddPerson(other.People[i], other.Times[i], criterion.Keep);
            else AddTime(other.Times[i], criterion.Keep);
        }

        for (var i = 0; i < other.Parts.Count; i++) AddToPart(criterion, other.Parts[i], other.PartValues[i], other.PartAmounts[i]);
    }

    /// <summary>Two contacts turn out to be one, for an account that counted both as persons.</summary>
    public void MergePerson(long from, long into)
    {
        var index = People.IndexOf(from);
        if (index < 0) return;
        var time = Times[index];
        Times.RemoveAt(index);
        People.RemoveAt(index);
        AddPerson(into, time, int.MaxValue);
    }

    /// <summary>Drops what has left the window by <paramref name="at"/>, never to return as long as nobody asks about an earlier moment.</summary>
    public void Trim(Criterion criterion, DateTimeOffset at)
    {
        var now = at.ToMilliseconds();
        if (criterion.IsMeasured) TrimNumbers(criterion, now);
        if (criterion.Window is null) return;
        var gone = criterion.IsBucketed ? FirstBucketIn(criterion, now) : CountUpTo(FloorOf(criterion, now));
        Drop(gone);
    }

    /// <summary>Forgets everything, before it is filled from history.</summary>
    public void Clear()
    {
        Drop(Times.Count);
        DropParts(Parts.Count);
    }

    internal static long FloorOf(Criterion criterion, long now) => criterion.Window is null ? long.MinValue : now - criterion.WindowMs;

    private static long StartOfBucket(Criterion criterion, long time) =>
        criterion.Window is null ? 0 : time - Modulo(time, criterion.BucketMs);

    private static long Modulo(long value, long by) => ((value % by) + by) % by;

    /// <summary>The first moment at which a time that is kept is out of the window: the window excludes its start.</summary>
    private static long LeavesAt(Criterion criterion, long time) => LeavesAt(criterion, time, criterion.IsBucketed);

    private static long LeavesAt(Criterion criterion, long time, bool isPart) =>
        criterion.Window is null ? Never
        : isPart ? time + criterion.BucketMs - 1 + criterion.WindowMs
        : time + criterion.WindowMs;

    private int FirstBucketIn(Criterion criterion, long now)
    {
        var index = 0;
        while (index < Times.Count && LeavesAt(criterion, Times[index]) <= now) index++;
        return index;
    }

    /// <summary>How many of the kept times are not after the moment.</summary>
    private int CountUpTo(long moment)
    {
        var times = CollectionsMarshal.AsSpan(Times);
        var (low, high) = (0, times.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (times[middle] <= moment) low = middle + 1;
            else high = middle;
        }

        return low;
    }

    private bool AddTime(long time, int keep)
    {
        var index = CountUpTo(time);
        if (index == 0 && Times.Count >= keep) return false;
        Times.Insert(index, time);
        if (Times.Count > keep) Times.RemoveAt(0);
        return true;
    }

    private bool AddFirst(long time)
    {
        if (Times.Count > 0 && Times[0] <= time) return false;
        Times.Clear();
        Times.Add(time);
        return true;
    }

    private bool AddPerson(long person, long time, int keep)
    {
        var known = People.IndexOf(person);
        if (known >= 0)
        {
            if (Times[known] >= time) return false;
            Times.RemoveAt(known);
            People.RemoveAt(known);
        }

        var index = CountUpTo(time);
        if (index == 0 && Times.Count >= keep) return false;
        Times.Insert(index, time);
        People.Insert(index, person);
        if (Times.Count > keep) Drop(1);
        return true;
    }

    private bool AddToBucket(long start, long amount)
    {
        var index = CountUpTo(start);
        if (index > 0 && Times[index - 1] == start)
        {
            Amounts[index - 1] += amount;
            return true;
        }

        if (index == 0 && Times.Count >= MostBuckets) return false;
        Times.Insert(index, start);
        Amounts.Insert(index, amount);
        if (Times.Count > MostBuckets) Drop(1);
        return true;
    }

    private void Drop(int oldest)
    {
        Times.RemoveRange(0, oldest);
        if (People.Count > 0) People.RemoveRange(0, oldest);
        if (Amounts.Count > 0) Amounts.RemoveRange(0, oldest);
        if (Values.Count > 0) Values.RemoveRange(0, oldest);
    }
}
