namespace Nurture.Conditions;

internal enum Relation { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual }

internal sealed class Comparison(Relation relation, Operand left, Operand right) : Test
{
    // A counter has at most this many moments at which it changes by itself.
    private const int MostMoments = Criteria.Criterion.MostKept + 4;

    public override Truth Ask(in ConditionContext context) => Compare(relation, left.Read(context), right.Read(context));

    public override long NextChange(in ConditionContext context)
    {
        if (left is Clock ticking && right.NextChange(context) == Operand.Never) return WhenReached(ticking, relation, right, context);
        if (right is Clock other && left.NextChange(context) == Operand.Never) return WhenReached(other, Mirrored(relation), left, context);

        // From one change of a side to the next, until the answer is another one. Where that takes too many, the last
        // moment looked at is early, not wrong.
        var now = Ask(context);
        var next = Math.Min(left.NextChange(context), right.NextChange(context));
        for (var i = 0; i < MostMoments && next != Operand.Never; i++)
        {
            var then = context.AskedAt(next);
            if (Ask(then) != now) return next;
            next = Math.Min(left.NextChange(then), right.NextChange(then));
        }

        return next;
    }

    public static Truth Compare(Relation relation, in Reading left, in Reading right)
    {
        if (left.Kind == ReadingKind.Absent || right.Kind == ReadingKind.Absent) return Of(relation == Relation.NotEqual);
        if (left.Kind == ReadingKind.Unknown || right.Kind == ReadingKind.Unknown) return Truth.Unknown;
        if (left.Kind != right.Kind) return Of(relation == Relation.NotEqual);
        if (left.Kind == ReadingKind.Text)
        {
            var isSame = string.Equals(left.Text, right.Text, StringComparison.Ordinal);
            return Of(relation == Relation.Equal ? isSame : relation == Relation.NotEqual && !isSame);
        }

        return relation switch
        {
            Relation.Equal => Equal(left, right),
            Relation.NotEqual => Equal(left, right) switch { Truth.True => Truth.False, Truth.False => Truth.True, Truth.Unknown => Truth.Unknown },
            Relation.Less => Decide(left.High < right.Low, left.Low >= right.High),
            Relation.LessOrEqual => Decide(left.High <= right.Low, left.Low > right.High),
            Relation.Greater => Decide(left.Low > right.High, left.High <= right.Low),
            Relation.GreaterOrEqual => Decide(left.Low >= right.High, left.High < right.Low),
        };
    }

    private static Truth Equal(in Reading left, in Reading right) =>
        Decide(left.Low == left.High && right.Low == right.High && left.Low == right.Low, left.High < right.Low || left.Low > right.High);

    private static Truth Decide(bool isTrue, bool isFalse) => isTrue ? Truth.True : isFalse ? Truth.False : Truth.Unknown;

    /// <summary>The relation seen from the other side: <c>3 &lt; x</c> is <c>x &gt; 3</c>, and so is <c>-x &lt; -3</c>.</summary>
    public static Relation Mirrored(Relation relation) => relation switch
    {
        Relation.Less => Relation.Greater,
        Relation.LessOrEqual => Relation.GreaterOrEqual,
        Relation.Greater => Relation.Less,
        Relation.GreaterOrEqual => Relation.LessOrEqual,
        Relation.Equal or Relation.NotEqual => relation,
    };

    private static long WhenReached(Clock clock, Relation relation, Operand other, in ConditionContext context)
    {
        if (clock is Days days && !days.IsFixed(context)) return clock.NextChange(context);
        if (clock.Steps(context) is not { } steps) return Operand.Never;
        var read = other.Read(context);
        if (read.Kind is ReadingKind.Absent or ReadingKind.Unknown or ReadingKind.Text or ReadingKind.Boolean) return Operand.Never;
        if (read.Low != read.High) return clock.NextChange(context);

        // Steps only grow, so the answer changes when they first reach the limit, and for equality once more after it.
        var (limit, seen) = clock.IsCountingDown ? (-read.Low, Mirrored(relation)) : (read.Low, relation);
        double? reached = seen switch
        {
            Relation.Less or Relation.GreaterOrEqual => Ahead(steps, Math.Ceiling(limit)),
            Relation.LessOrEqual or Relation.Greater => Ahead(steps, Math.Floor(limit) + 1),
            Relation.Equal or Relation.NotEqual when limit != Math.Floor(limit) => null,
            Relation.Equal or Relation.NotEqual => steps == limit ? limit + 1 : Ahead(steps, limit),
        };
        return reached is { } number ? clock.StartOf(context, number) : Operand.Never;
    }

    private static double? Ahead(double steps, double limit) => steps < limit ? limit : null;
}
