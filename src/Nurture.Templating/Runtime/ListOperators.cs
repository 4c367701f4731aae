using System.Numerics;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>Operators on lists, each giving a new list, and ranges.</summary>
internal static class ListOperators
{
    private static readonly Wording ListOperator = "list operator";

    public static TemplateValue Apply(RenderContext context, BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span)
    {
        switch (@operator)
        {
            case BinaryOperator.Add:
                return Joined(context, ListOf(left, isLeft: true, @operator), ListOf(right, isLeft: false, @operator), span);
            case BinaryOperator.ShiftLeft:
                return Joined(context, ListOf(left, isLeft: true, @operator), [right], span);
            case BinaryOperator.ShiftRight:
                return Joined(context, [left], ListOf(right, isLeft: false, @operator), span);
            case BinaryOperator.Multiply when right.IsInteger || left.IsInteger:
                return left.Kind == TemplateValueKind.List ? Repeated(context, left.AsList, right, span) : Repeated(context, right.AsList, left, span);
            case BinaryOperator.Divide or BinaryOperator.DivideInteger when right.IsInteger:
                return Divided(context, left.AsList.Settled(), Numbers.ToBigInteger(right), span);
            case BinaryOperator.Modulo when right.IsInteger:
                return Sliced(context, left.AsList.Settled(), step: Math.Max(Count(right), 1), count: int.MaxValue, span);
            default:
                throw new TemplateFault($"The operator `{Operators.Sign(@operator)}` is not supported between {Numbers.TypeName(left)} and {Numbers.TypeName(right)}.");
        }
    }

    private static TemplateList ListOf(TemplateValue value, bool isLeft, BinaryOperator @operator) =>
        value.Kind == TemplateValueKind.List ? value.AsList.Settled() : throw NotAList(@operator, value, isLeft);

    public static TemplateFault NotAList(BinaryOperator @operator, TemplateValue value, bool isLeft) => new(isLeft
        ? (Wording)$"The left side of the operator `{Operators.Sign(@operator)}` is not a list but {Numbers.TypeName(value)}."
        : $"The right side of the operator `{Operators.Sign(@operator)}` is not a list but {Numbers.TypeName(value)}.");

    private static int Count(TemplateValue value) => (int)BigInteger.Min(int.MaxValue, BigInteger.Max(0, Numbers.ToBigInteger(value)));

    private static TemplateList Joined(RenderContext context, IReadOnlyList<TemplateValue> first, IReadOnlyList<TemplateValue> second, SourceSpan span)
    {
        context.CountIterations(first.Count + second.Count, span, ListOperator);
        var joined = new TemplateList(first.Count + second.Count) { Owner = context };
        foreach (var item in first)
        {
            joined.Add(item);
        }

        foreach (var item in second)
        {
            joined.Add(item);
        }

        return joined;
    }

    private static TemplateList Repeated(RenderContext context, TemplateList list, TemplateValue times, SourceSpan span)
    {
        var count = Count(times);
        if (list.IsMadeAtUse)
        {
            return RepeatedAtUse(context, list, count, span);
        }

        if ((long)list.Count * count > Array.MaxLength)
        {
            throw new TemplateFault("The result exceeds the maximum supported array length.");
        }

        // An empty list counts its repetitions, so that repeating it for ever is refused too.
        context.CountIterations(Math.Max(list.Count, 1L) * count, span, ListOperator);

        var repeated = new TemplateList(list.Count * count) { Owner = context };
        for (var i = 0; i < count; i++)
        {
            foreach (var item in list)
            {
                repeated.Add(item);
            }
        }

        return repeated;
    }

    /// <summary>Made anew for each repetition, of which each counts as well as what is done for it.</summary>
    private static TemplateList RepeatedAtUse(RenderContext context, TemplateList list, int count, SourceSpan span)
    {
        var repeated = new TemplateList { Owner = context };
        context.EnterLoop();
        try
        {
            for (var i = 0; i < count; i++)
            {
                context.CountIteration(span, ListOperator);
                foreach (var item in list)
                {
                    repeated.Add(item);
                }
            }

            return repeated;
        }
        finally
        {
            context.LeaveLoop();
        }
    }

    /// <summary>The part of the list that stands at its front when it is cut into so many.</summary>
    private static TemplateList Divided(RenderContext context, TemplateList list, BigInteger parts, SourceSpan span) =>
        parts.IsZero ? throw Numbers.DivisionByZero() : Sliced(context, list, step: 1, (int)BigInteger.Max(0, list.Count / parts), span);

    private static TemplateList Sliced(RenderContext context, TemplateList list, int step, int count, SourceSpan span)
    {
        context.CountIterations(list.Count, span, ListOperator);
        var sliced = new TemplateList { Owner = context };
        for (long i = 0; i < list.Count && sliced.Count < count; i += step)
        {
            sliced.Add(list[(int)i]);
        }

        return sliced;
    }

    /// <summary>Both ends are whole numbers; counts down where the left one is the larger.</summary>
    public static TemplateValue Range(RenderContext context, TemplateValue left, TemplateValue right, bool isInclusive, SourceSpan span)
    {
        if (!left.IsInteger || !right.IsInteger)
        {
            throw new TemplateFault("A range needs whole numbers on both sides.");
        }

        var (from, to) = (Numbers.ToBigInteger(left), Numbers.ToBigInteger(right));
        var size = BigInteger.Abs(to - from) + (isInclusive ? 1 : 0);
        var limit = context.Limits.LoopIterations;
        if (limit > 0 && size > limit)
        {
            throw new TemplateFault($"Range expression exceeds LoopLimit `{limit}`.");
        }

        context.Charge(size > int.MaxValue ? int.MaxValue : (int)size, span);
        var range = new TemplateList((int)size) { Owner = context, IsSequence = true };
        var step = to >= from ? 1 : -1;
        for (var i = BigInteger.Zero; i < size; i++)
        {
            range.Add(TemplateValue.From(from + i * step));
        }

        return range;
    }
}
