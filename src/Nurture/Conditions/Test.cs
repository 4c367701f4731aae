namespace Nurture.Conditions;

/// <summary>A part of a condition that is true, false or unknown. Compiled once, shared by all threads, never allocates when asked.</summary>
internal abstract class Test
{
    public abstract Truth Ask(in ConditionContext context);

    /// <summary>The next moment at which the answer may be another one if nothing happens: early at worst, never late.</summary>
    public virtual long NextChange(in ConditionContext context) => Operand.Never;

    protected static Truth Of(bool value) => value ? Truth.True : Truth.False;
}

internal sealed class Always(bool value) : Test
{
    public override Truth Ask(in ConditionContext context) => Of(value);
}

/// <summary>A question that could not be read.</summary>
internal sealed class Unanswerable : Test
{
    public override Truth Ask(in ConditionContext context) => Truth.Unknown;
}

internal sealed class Not(Test inner) : Test
{
    public override Truth Ask(in ConditionContext context) => inner.Ask(context) switch
    {
        Truth.True => Truth.False,
        Truth.False => Truth.True,
        Truth.Unknown => Truth.Unknown,
    };

    public override long NextChange(in ConditionContext context) => inner.NextChange(context);
}

/// <summary>
/// Kleene's and (or, with <paramref name="deciding"/> true, his or): one part that is <paramref name="deciding"/> decides,
/// whatever the others are.
/// </summary>
internal sealed class Junction(bool deciding, Test[] parts) : Test
{
    private readonly Truth decided = Of(deciding);

    public override Truth Ask(in ConditionContext context)
    {
        var isUnknown = false;
        foreach (var part in parts)
        {
            var truth = part.Ask(context);
            if (truth == decided) return decided;
            isUnknown |= truth == Truth.Unknown;
        }

        return isUnknown ? Truth.Unknown : Of(!deciding);
    }

    public override long NextChange(in ConditionContext context)
    {
        // While one part decides, the others may do what they like: the answer holds as long as the most lasting of those.
        var (lasting, next) = (long.MinValue, Operand.Never);
        foreach (var part in parts)
        {
            var change = part.NextChange(context);
            if (part.Ask(context) == decided) lasting = Math.Max(lasting, change);
            next = Math.Min(next, change);
        }

        return lasting == long.MinValue ? next : lasting;
    }
}

/// <summary>A yes-or-no value: what nobody ever said is no.</summary>
internal sealed class IsTrue(Operand value) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        var read = value.Read(context);
        return read.Kind == ReadingKind.Unknown ? Truth.Unknown : Of(read.Kind == ReadingKind.Boolean && read.Low != 0);
    }

    public override long NextChange(in ConditionContext context) => value.NextChange(context);
}

internal sealed class Exists(Operand value) : Test
{
    public override Truth Ask(in ConditionContext context) => value.Read(context).Kind switch
    {
        ReadingKind.Absent => Truth.False,
        ReadingKind.Unknown => Truth.Unknown,
        ReadingKind.Boolean or ReadingKind.Number or ReadingKind.Text or ReadingKind.Instant or ReadingKind.Date => Truth.True,
    };

    public override long NextChange(in ConditionContext context) => value.NextChange(context);
}

internal sealed class OneOf(Operand value, Reading[] choices) : Test
{
    public override Truth Ask(in ConditionContext context)
    {
        var read = value.Read(context);
        var isUnknown = false;
        foreach (var choice in choices)
        {
            var truth = Comparison.Compare(Relation.Equal, read, choice);
            if (truth == Truth.True) return Truth.True;
            isUnknown |= truth == Truth.Unknown;
        }

        return isUnknown ? Truth.Unknown : Truth.False;
    }

    public override long NextChange(in ConditionContext context) => value.NextChange(context);
}
