using Nurture.Contacts;

namespace Nurture.Conditions;

/// <summary>A part of a condition that yields a value. Compiled once, shared by all threads, never allocates when read.</summary>
internal abstract class Operand
{
    /// <summary>Later than every moment there is.</summary>
    public const long Never = long.MaxValue;

    public abstract Reading Read(in ConditionContext context);

    /// <summary>The next moment at which the value may be another one if nothing happens: early at worst, never late.</summary>
    public virtual long NextChange(in ConditionContext context) => Never;
}

/// <summary>
/// A value that is a whole number of steps and only ever grows (or, where <see cref="IsCountingDown"/>, only ever falls)
/// with time: the moment at which it reaches a number can be told in one go.
/// </summary>
internal abstract class Clock : Operand
{
    public virtual bool IsCountingDown => false;

    /// <summary>The steps so far, growing also where the value falls; null where there is no value.</summary>
    public abstract double? Steps(in ConditionContext context);

    /// <summary>When the steps become that many; <see cref="Operand.Never"/> beyond the end of time.</summary>
    public abstract long StartOf(in ConditionContext context, double steps);

    public override long NextChange(in ConditionContext context) =>
        Steps(context) is { } steps ? StartOf(context, steps + 1) : Never;
}

internal sealed class Constant(Reading value) : Operand
{
    public Reading Value => value;

    public override Reading Read(in ConditionContext context) => value;
}

internal sealed class Arithmetic(char operation, Operand left, Operand right) : Operand
{
    public override Reading Read(in ConditionContext context) => Compute(operation, left.Read(context), right.Read(context));

    public override long NextChange(in ConditionContext context) => Math.Min(left.NextChange(context), right.NextChange(context));

    /// <summary>Interval arithmetic; with nothing on one side there is nothing, as there is for a division by zero.</summary>
    public static Reading Compute(char operation, Reading left, Reading right)
    {
        if (left.Kind == ReadingKind.Absent || right.Kind == ReadingKind.Absent) return Reading.Absent;
        if (left.Kind == ReadingKind.Unknown || right.Kind == ReadingKind.Unknown) return Reading.Unknown;

        // Only an untyped field can be no number here.
        if (left.Kind != ReadingKind.Number || right.Kind != ReadingKind.Number) return Reading.Absent;
        switch (operation)
        {
            case '+': return Reading.Between(left.Low + right.Low, left.High + right.High);
            case '-': return Reading.Between(left.Low - right.High, left.High - right.Low);
            case '/' when right.Low == 0 && right.High == 0: return Reading.Absent;
            case '/' when right.Low <= 0 && right.High >= 0: return Reading.Unknown;
        }

        var (a, b, c, d) = operation == '*'
            ? (left.Low * right.Low, left.Low * right.High, left.High * right.Low, left.High * right.High)
            : (left.Low / right.Low, left.Low / right.High, left.High / right.Low, left.High / right.High);
        return Reading.Between(Math.Min(Math.Min(a, b), Math.Min(c, d)), Math.Max(Math.Max(a, b), Math.Max(c, d)));
    }
}

/// <summary>A test in the place of a value: <c>ever("x") == false</c>.</summary>
internal sealed class TestValue(Test test) : Operand
{
    public override Reading Read(in ConditionContext context) => test.Ask(context) switch
    {
        Truth.True => Reading.Of(true),
        Truth.False => Reading.Of(false),
        Truth.Unknown => Reading.Unknown,
    };

    public override long NextChange(in ConditionContext context) => test.NextChange(context);
}

/// <summary><c>now</c>, in milliseconds.</summary>
internal sealed class Now : Clock
{
    public override Reading Read(in ConditionContext context) => Reading.Instant(context.Now());

    public override double? Steps(in ConditionContext context) => context.Now();

    public override long StartOf(in ConditionContext context, double steps) => EndOfTime.Cap(steps);
}

/// <summary><c>now</c> where it is compared with a day.</summary>
internal sealed class Today : Clock
{
    public override Reading Read(in ConditionContext context) => Reading.Date(Calendar.DayOf(context, context.Now()));

    public override double? Steps(in ConditionContext context) => Calendar.DayOf(context, context.Now());

    public override long StartOf(in ConditionContext context, double steps) => Calendar.StartOf(context, steps);
}

/// <summary>
/// <c>days_since(moment)</c>, or <c>days_until</c> when counting down. Days are whole: of 24 hours from an instant, of the
/// calendar from a date. Both functions are the same number with another sign, so <c>days_until(x) &lt;= 3</c> turns true
/// exactly 72 hours before an instant.
/// </summary>
internal sealed class Days(Operand moment, bool isCountingDown) : Clock
{
    private const double DayMs = 86_400_000;

    public override bool IsCountingDown => isCountingDown;

    public override Reading Read(in ConditionContext context)
    {
        var read = moment.Read(context);
        if (read.Kind is ReadingKind.Absent or ReadingKind.Unknown) return read;
        return Steps(context, read) is { } steps ? Reading.Of(isCountingDown ? -steps : steps) : Reading.Absent;
    }

    public override double? Steps(in ConditionContext context) => Steps(context, moment.Read(context));

    public override long StartOf(in ConditionContext context, double steps)
    {
        var read = moment.Read(context);
        return read.Kind == ReadingKind.Instant ? EndOfTime.Cap(read.Low + steps * DayMs) : Calendar.StartOf(context, read.Low + steps);
    }

    public override long NextChange(in ConditionContext context) => Math.Min(moment.NextChange(context), base.NextChange(context));

    public bool IsFixed(in ConditionContext context) => moment.NextChange(context) == Never;

    private static double? Steps(in ConditionContext context, Reading read) => read.Kind switch
    {
        ReadingKind.Instant => Math.Floor((context.Now() - read.Low) / DayMs),
        ReadingKind.Date => Calendar.DayOf(context, context.Now()) - read.Low,
        ReadingKind.Absent or ReadingKind.Unknown or ReadingKind.Boolean or ReadingKind.Number or ReadingKind.Text => null,
    };
}

/// <summary>An instant as the day it falls on, for comparison with a date.</summary>
internal sealed class DayOf(Operand moment) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        var read = moment.Read(context);
        return read.Kind == ReadingKind.Instant ? Reading.Date(Calendar.DayOf(context, read.Low)) : read;
    }

    public override long NextChange(in ConditionContext context) => moment.NextChange(context);
}

/// <summary>
/// An untyped field where a moment is expected: ISO text is read as one, and a day stands for its beginning (or an
/// instant for its day) where the other side is the other kind.
/// </summary>
internal sealed class AsMoment(Operand inner, PartType expected) : Operand
{
    public override Reading Read(in ConditionContext context)
    {
        var read = inner.Read(context);
        if (read.Kind == ReadingKind.Text) read = Reading.Moment(read.Text!);
        return (read.Kind, expected) switch
        {
            (ReadingKind.Instant, PartType.Date) => Reading.Date(Calendar.DayOf(context, read.Low)),
            (ReadingKind.Date, PartType.Instant) => Calendar.StartOf(context, read.Low) is var start and not Never ? Reading.Instant(start) : Reading.Absent,
            (ReadingKind.Boolean or ReadingKind.Number, _) => Reading.Absent,
            _ => read,
        };
    }

    public override long NextChange(in ConditionContext context) => inner.NextChange(context);
}

internal static class EndOfTime
{
    private static readonly double Milliseconds = DateTimeOffset.MaxValue.ToMilliseconds();

    /// <summary>A moment that no calendar has is never reached.</summary>
    public static long Cap(double milliseconds) => milliseconds > Milliseconds || milliseconds < -Milliseconds ? Operand.Never : (long)milliseconds;
}
