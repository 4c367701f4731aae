using Nurture.Contacts;

namespace Nurture.Criteria;

/// <summary>
/// Numbers beside the times: the latest <see cref="Criterion.Keep"/> one by one, so that each leaves the window at its very
/// moment, and older ones together in parts of the window, up to a part late. Without a window nothing leaves, and what
/// has come is kept as one.
/// </summary>
public sealed partial class Counter
{
    /// <summary>What is known to lie in (at − window, at]: the sum, the greatest or the least, and of how many events.</summary>
    public (decimal Value, long Amount) Measure(Criterion criterion, DateTimeOffset at)
    {
        var now = at.ToMilliseconds();
        var (value, amount) = (0m, 0L);
        for (var i = 0; i < Parts.Count; i++)
        {
            if (Parts[i] <= now && LeavesAt(criterion, Parts[i], isPart: true) > now) Take(PartValues[i], PartAmounts[i]);
        }

        var end = CountUpTo(now);
        for (var i = CountUpTo(FloorOf(criterion, now)); i < end; i++) Take(Values[i], 1);
        return (value, amount);

        void Take(decimal next, long of)
        {
            value = amount == 0 ? next : Joined(criterion, value, next);
            amount += of;
        }
    }

    private static decimal Joined(Criterion criterion, decimal one, decimal other) => criterion.Kind switch
    {
        CriterionKind.Max => Math.Max(one, other),
        CriterionKind.Min => Math.Min(one, other),
        CriterionKind.Sum or CriterionKind.Count or CriterionKind.People or CriterionKind.First => one + other,
    };

    private bool AddNumber(Criterion criterion, long time, decimal number)
    {
        // Of one moment the smaller number stands first, so that any order of arrival gives the same.
        var index = CountUpTo(time);
        while (index > 0 && Times[index - 1] == time && Values[index - 1] > number) index--;
        if (index == 0 && Times.Count >= criterion.Keep) return AddToPart(criterion, StartOfBucket(criterion, time), number, 1);
        Times.Insert(index, time);
        Values.Insert(index, number);
        if (Times.Count <= criterion.Keep) return true;
        AddToPart(criterion, StartOfBucket(criterion, Times[0]), Values[0], 1);
        Drop(1);
        return true;
    }

    private bool AddToPart(Criterion criterion, long start, decimal number, long amount)
    {
        var index = Parts.BinarySearch(start);
        if (index >= 0)
        {
            PartValues[index] = Joined(criterion, PartValues[index], number);
            PartAmounts[index] += amount;
            return true;
        }

        index = ~index;
        if (index == 0 && Parts.Count >= MostBuckets) return false;
        Parts.Insert(index, start);
        PartValues.Insert(index, number);
        PartAmounts.Insert(index, amount);
        if (Parts.Count > MostBuckets) DropParts(1);
        return true;
    }

    private long PartLeavesAt(Criterion criterion, long now)
    {
        var next = Never;
        foreach (var start in Parts)
        {
            if (start > now) return Math.Min(next, start);
            if (LeavesAt(criterion, start, isPart: true) is var leaves && leaves > now) next = Math.Min(next, leaves);
        }

        return next;
    }

    private void TrimNumbers(Criterion criterion, long now)
    {
        if (criterion.Window is not null)
        {
            var gone = 0;
            while (gone < Parts.Count && LeavesAt(criterion, Parts[gone], isPart: true) <= now) gone++;
            DropParts(gone);
            return;
        }

        // Nobody asks about an earlier moment any more, so what has come need not be told apart.
        var come = CountUpTo(now);
        for (var i = 0; i < come; i++) AddToPart(criterion, 0, Values[i], 1);
        Drop(come);
    }

    private void DropParts(int oldest)
    {
        Parts.RemoveRange(0, oldest);
        PartValues.RemoveRange(0, oldest);
        PartAmounts.RemoveRange(0, oldest);
    }
}
