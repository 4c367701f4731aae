using Nurture.Contacts;
using Nurture.Criteria;

namespace Nurture.Conditions;

/// <summary>What a counter's window knows, and since when.</summary>
internal static class Coverage
{
    public static SubjectState? SubjectOf(this in ConditionContext context, SubjectKind kind) =>
        kind == SubjectKind.Contact ? context.Contact : context.Account;

    /// <summary>
    /// Whether everything after <paramref name="floor"/> was counted: since the criterion is covered, or since the subject
    /// exists. A criterion that the catalog does not cover at all was never filled.
    /// </summary>
    public static bool IsCovered(in ConditionContext context, Criterion criterion, SubjectState subject, long floor) =>
        context.Catalog.CoveredSince.TryGetValue(criterion.Key, out var since)
        && (subject.CreatedAt >= since || (floor != long.MinValue && floor + 1 >= since.ToMilliseconds()));

    /// <summary>When a window of that length will be covered by itself; <see cref="Operand.Never"/> when it is, or never will be.</summary>
    public static long CoveredFrom(in ConditionContext context, Criterion criterion, SubjectState subject)
    {
        if (criterion.Window is null || !context.Catalog.CoveredSince.TryGetValue(criterion.Key, out var since)) return Operand.Never;
        if (subject.CreatedAt >= since) return Operand.Never;
        var from = since.ToMilliseconds() - 1 + criterion.WindowMs;
        return from > context.Now() ? from : Operand.Never;
    }
}

/// <summary>
/// <c>count(…)</c> and <c>people(…)</c>: a number where all of the window is known, else at least what was seen.
/// </summary>
internal sealed class Count(Criterion criterion) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject) return Reading.Between(0, double.PositiveInfinity);
        var counter = subject.Counters.GetValueOrDefault(criterion.Key);
        var seen = counter?.Count(criterion, context.At) ?? 0;
        var isAll = counter?.MayHaveMore(criterion, context.At) != true
            && Coverage.IsCovered(context, criterion, subject, Counter.FloorOf(criterion, context.Now()));
        return isAll ? Reading.Of(seen) : Reading.Between(seen, double.PositiveInfinity);
    }

    public override long NextChange(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject) return Never;
        var next = Coverage.CoveredFrom(context, criterion, subject);
        return subject.Counters.TryGetValue(criterion.Key, out var counter) ? Math.Min(next, counter.NextChange(criterion, context.Now())) : next;
    }
}

/// <summary>What a measured criterion is read as.</summary>
internal enum Figure { Sum, Average, Max, Min }

/// <summary>
/// <c>sum(…)</c> and its kin: exact where all of the window is known. Nothing where no event carried a number, except a
/// sum, which is zero then.
/// </summary>
internal sealed class Measured(Criterion criterion, Figure figure) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject) return Reading.Unknown;
        var (value, amount) = subject.Counters.GetValueOrDefault(criterion.Key)?.Measure(criterion, context.At) ?? (0, 0);
        if (!Coverage.IsCovered(context, criterion, subject, Counter.FloorOf(criterion, context.Now())))
        {
            // A sum may have lost what was below zero; the greatest is at least the greatest that was seen.
            return (figure, amount) switch
            {
                (Figure.Max, > 0) => Reading.Between((double)value, double.PositiveInfinity),
                (Figure.Min, > 0) => Reading.Between(double.NegativeInfinity, (double)value),
                _ => Reading.Unknown,
            };
        }

        return (figure, amount) switch
        {
            (Figure.Sum, _) => Reading.Of((double)value),
            (_, 0) => Reading.Absent,
            (Figure.Average, _) => Reading.Of((double)(value / amount)),
            (Figure.Max or Figure.Min, _) => Reading.Of((double)value),
        };
    }

    public override long NextChange(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject) return Never;
        var next = Coverage.CoveredFrom(context, criterion, subject);
        return subject.Counters.TryGetValue(criterion.Key, out var counter) ? Math.Min(next, counter.NextChange(criterion, context.Now())) : next;
    }
}

/// <summary><c>first("x")</c>: when it happened for the first time; nothing for who never did it.</summary>
internal sealed class First(Criterion criterion) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject || !Coverage.IsCovered(context, criterion, subject, long.MinValue)) return Reading.Unknown;
        return subject.Counters.TryGetValue(criterion.Key, out var counter) && counter.Last(context.At) is { } first ? Reading.Instant(first.ToMilliseconds()) : Reading.Absent;
    }

    public override long NextChange(in ConditionContext context) =>
        context.SubjectOf(criterion.Subject) is { } subject && subject.Counters.TryGetValue(criterion.Key, out var counter)
            ? counter.NextChange(criterion, context.Now())
            : Never;
}

/// <summary>When it happened last, for <c>last("x")</c> and <c>days_since("x")</c>; nothing for who never did it.</summary>
internal sealed class Last(Criterion criterion) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        if (context.SubjectOf(criterion.Subject) is not { } subject) return Reading.Unknown;
        if (subject.Counters.TryGetValue(criterion.Key, out var counter) && !counter.IsEmpty)
        {
            // Only the latest is kept: while that is still to come, the one before it is not known.
            return counter.Last(context.At) is { } last ? Reading.Instant(last.ToMilliseconds()) : Reading.Unknown;
        }

        return Coverage.IsCovered(context, criterion, subject, long.MinValue) ? Reading.Absent : Reading.Unknown;
    }

    public override long NextChange(in ConditionContext context) =>
        context.SubjectOf(criterion.Subject) is { } subject && subject.Counters.TryGetValue(criterion.Key, out var counter)
            ? counter.NextChange(criterion, context.Now())
            : Never;
}

/// <summary>
/// <c>silent([…], "14d")</c>: none of the events for that long, counted from the later of the last one and the subject's
/// creation (SEMANTICS.md 12).
/// </summary>
internal sealed class Silent(SubjectKind of, Criterion[] criteria) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        if (context.SubjectOf(of) is not { } subject) return Truth.Unknown;
        var floor = Counter.FloorOf(criteria[0], context.Now());
        if (Since(subject) > floor) return Truth.False;
        foreach (var criterion in criteria)
        {
            if (!Coverage.IsCovered(context, criterion, subject, floor)) return Truth.Unknown;
        }

        return Truth.True;
    }

    public override long NextChange(in ConditionContext context)
    {
        if (context.SubjectOf(of) is not { } subject) return Operand.Never;
        if (Since(subject) is var since && since > Counter.FloorOf(criteria[0], context.Now())) return since + criteria[0].WindowMs;

        // Silent as far as is known: what is not covered yet may be, later.
        var next = long.MinValue;
        foreach (var criterion in criteria)
        {
            if (Coverage.IsCovered(context, criterion, subject, Counter.FloorOf(criterion, context.Now()))) continue;
            next = Math.Max(next, Coverage.CoveredFrom(context, criterion, subject));
        }

        return next == long.MinValue ? Operand.Never : next;
    }

    private long Since(SubjectState subject)
    {
        var since = subject.CreatedAt.ToMilliseconds();
        foreach (var criterion in criteria)
        {
            if (subject.Counters.TryGetValue(criterion.Key, out var counter) && !counter.IsEmpty) since = Math.Max(since, counter.Times[^1]);
        }

        return since;
    }
}
