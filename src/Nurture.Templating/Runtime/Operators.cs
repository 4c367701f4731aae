using System.Text;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>What the binary operators mean for each pairing of kinds. Faults carry no place; the node adds it.</summary>
internal static class Operators
{
    private static readonly Wording JoinedText = "The joined text";
    private static readonly Wording RepeatedText = "The repeated text";

    public static TemplateValue Apply(RenderContext context, BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span)
    {
        if (left.Kind == TemplateValueKind.Int && right.Kind == TemplateValueKind.Int)
        {
            switch (@operator)
            {
                case BinaryOperator.Add: return TemplateValue.From(left.AsLong + right.AsLong);
                case BinaryOperator.Subtract: return TemplateValue.From(left.AsLong - right.AsLong);
                case BinaryOperator.Multiply: return TemplateValue.From(left.AsLong * right.AsLong);
                case BinaryOperator.Equal: return left.AsLong == right.AsLong;
                case BinaryOperator.NotEqual: return left.AsLong != right.AsLong;
                case BinaryOperator.Less: return left.AsLong < right.AsLong;
                case BinaryOperator.LessOrEqual: return left.AsLong <= right.AsLong;
                case BinaryOperator.Greater: return left.AsLong > right.AsLong;
                case BinaryOperator.GreaterOrEqual: return left.AsLong >= right.AsLong;
            }
        }

        return IsComparison(@operator)
            ? Compares(context, @operator, left, right, span, 0)
            : Calculate(context, @operator, left, right, span);
    }

    public static bool AreEqual(RenderContext context, TemplateValue left, TemplateValue right, SourceSpan span) =>
        Compares(context, BinaryOperator.Equal, left, right, span, 0);

    private static bool IsComparison(BinaryOperator @operator) => @operator is >= BinaryOperator.Less and <= BinaryOperator.NotEqual;

    private static bool Compares(RenderContext context, BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span, int depth)
    {
        var (a, b) = (left.Kind, right.Kind);
        if (a == TemplateValueKind.Null || b == TemplateValueKind.Null)
        {
            return a == b ? @operator == BinaryOperator.Equal : @operator == BinaryOperator.NotEqual;
        }

        if (!context.Template.Options.IsMail && (a, b) is (TemplateValueKind.Text, TemplateValueKind.Empty) or (TemplateValueKind.Empty, TemplateValueKind.Text))
        {
            // As published: texts compare as texts, and no text is that of `empty`.
            return @operator == BinaryOperator.NotEqual;
        }

        if (a == TemplateValueKind.Text || b == TemplateValueKind.Text)
        {
            var (first, second) = (context.Print(left, span), context.Print(right, span));
            context.Charge(Math.Min(first.Length, second.Length) / 32, span);
            return Holds(@operator, string.CompareOrdinal(first, second));
        }

        if (a == TemplateValueKind.Empty || b == TemplateValueKind.Empty)
        {
            var isEqual = a == b || IsEmpty(context, a == TemplateValueKind.Empty ? right : left);
            return @operator switch { BinaryOperator.Equal => isEqual, BinaryOperator.NotEqual => !isEqual, _ => throw Unsupported(@operator, "empty") };
        }

        if (left.IsNumber && right.IsNumber || left.IsNumber && b == TemplateValueKind.Boolean || a == TemplateValueKind.Boolean && right.IsNumber)
        {
            return Numbers.Compare(left, right) is { } order ? Holds(@operator, order) : @operator == BinaryOperator.NotEqual;
        }

        if (!context.Template.Options.IsMail && (a == TemplateValueKind.List) != (b == TemplateValueKind.List))
        {
            throw ListOperators.NotAList(@operator, a == TemplateValueKind.List ? right : left, isLeft: a != TemplateValueKind.List);
        }

        return (a, b) switch
        {
            (TemplateValueKind.Date, TemplateValueKind.Date) => Holds(@operator, left.AsDate.CompareTo(right.AsDate)),
            (TemplateValueKind.Duration, TemplateValueKind.Duration) => Holds(@operator, left.AsDuration.CompareTo(right.AsDuration)),
            (TemplateValueKind.List, TemplateValueKind.List) => CompareLists(context, @operator, left.AsList, right.AsList, span, depth),
            _ => @operator switch
            {
                BinaryOperator.Equal => left.IsSameReference(right),
                BinaryOperator.NotEqual => !left.IsSameReference(right),
                _ => throw Unsupported(@operator, Numbers.TypeName(left)),
            },
        };
    }

    private static bool CompareLists(RenderContext context, BinaryOperator @operator, TemplateList left, TemplateList right, SourceSpan span, int depth)
    {
        if (depth > context.Limits.ObjectDepth)
        {
            throw new TemplateFault("Structure is too deeply nested or contains reference loops.");
        }

        (left, right) = (left.Settled(), right.Settled());
        context.Charge(Math.Min(left.Count, right.Count) + 1, span);
        if (left.Count != right.Count)
        {
            return @operator == BinaryOperator.NotEqual || @operator != BinaryOperator.Equal && Holds(@operator, left.Count.CompareTo(right.Count));
        }

        if (@operator == BinaryOperator.NotEqual)
        {
            return !CompareLists(context, BinaryOperator.Equal, left, right, span, depth);
        }

        for (var i = 0; i < left.Count; i++)
        {
            if (!Compares(context, @operator, left[i], right[i], span, depth + 1))
            {
                return false;
            }
        }

        return true;
    }

    private static bool Holds(BinaryOperator @operator, int order) => @operator switch
    {
        BinaryOperator.Equal => order == 0,
        BinaryOperator.NotEqual => order != 0,
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessOrEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };

    public static bool IsEmpty(RenderContext context, TemplateValue value) => value.Kind switch
    {
        TemplateValueKind.Text => value.AsText.Length == 0,
        TemplateValueKind.List => !value.AsList.Any(),
        TemplateValueKind.Object => value.AsObject.Count == 0,
        TemplateValueKind.Empty => true,

        // As published: what has members without being a list is empty.
        TemplateValueKind.Date or TemplateValueKind.Duration => !context.Template.Options.IsMail,
        _ => false,
    };

    private static TemplateValue Calculate(RenderContext context, BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span)
    {
        var (a, b) = (left.Kind, right.Kind);
        if (a == TemplateValueKind.Text || b == TemplateValueKind.Text)
        {
            return OnTexts(context, @operator, left, right, span);
        }

        if (a == TemplateValueKind.List || b == TemplateValueKind.List)
        {
            return ListOperators.Apply(context, @operator, left, right, span);
        }

        if (a == TemplateValueKind.Null || b == TemplateValueKind.Null)
        {
            return TemplateValue.Null;
        }

        if (@operator is BinaryOperator.RangeInclusive or BinaryOperator.RangeExclusive)
        {
            return ListOperators.Range(context, left, right, isInclusive: @operator == BinaryOperator.RangeInclusive, span);
        }

        if (left.IsNumber && right.IsNumber || left.IsNumber && b == TemplateValueKind.Boolean || a == TemplateValueKind.Boolean && right.IsNumber)
        {
            context.ChargeArithmetic(@operator, left, right, span);
            var result = Numbers.Calculate(@operator, left, right);
            if (result.Kind == TemplateValueKind.BigInteger)
            {
                context.Charge(Numbers.Limbs(result), span);
            }

            return result;
        }

        return (a, b, @operator) switch
        {
            (TemplateValueKind.Date, TemplateValueKind.Date, BinaryOperator.Subtract) => TemplateValue.From(left.AsDate - right.AsDate),
            (TemplateValueKind.Date, TemplateValueKind.Duration, BinaryOperator.Add) => Dates.Add(left.AsDate, right.AsDuration),
            (TemplateValueKind.Date, TemplateValueKind.Duration, BinaryOperator.Subtract) => Dates.Add(left.AsDate, Dates.Negated(right.AsDuration)),
            (TemplateValueKind.Duration, TemplateValueKind.Duration, BinaryOperator.Add) => Dates.Add(left.AsDuration, right.AsDuration),
            (TemplateValueKind.Duration, TemplateValueKind.Duration, BinaryOperator.Subtract) => Dates.Add(left.AsDuration, Dates.Negated(right.AsDuration)),
            _ => throw Unsupported(@operator, Numbers.TypeName(left)),
        };
    }

    private static TemplateValue OnTexts(RenderContext context, BinaryOperator @operator, TemplateValue left, TemplateValue right, SourceSpan span)
    {
        if (@operator == BinaryOperator.Add)
        {
            var (first, second) = (context.Print(left, span), context.Print(right, span));
            if (context.Template.Options.IsMail)
            {
                context.CheckText((long)first.Length + second.Length, span, JoinedText);
            }

            context.Charge(1 + ((long)first.Length + second.Length) / RenderContext.CharactersPerStep, span);
            return first + second;
        }

        if (@operator == BinaryOperator.Multiply)
        {
            var (text, times) = left.Kind == TemplateValueKind.Text ? (left, right) : (right, left);
            if (!times.IsInteger)
            {
                throw new TemplateFault("Expecting an integer. The operator `*` is not supported for the expression. Only working on string x int or int x string") { IsAtLeftSide = true };
            }

            return Repeat(context, text.AsText, Numbers.ToBigInteger(times) is var n && n > int.MaxValue ? int.MaxValue : n < 0 ? 0 : (int)n, span);
        }

        throw new TemplateFault($"Operator `{Sign(@operator)}` is not supported on string objects");
    }

    private static TemplateValue Repeat(RenderContext context, string text, int times, SourceSpan span)
    {
        if (text.Length == 0 || times == 0)
        {
            return "";
        }

        context.ChargeText((long)text.Length * times, span, RepeatedText);
        return new StringBuilder(text.Length * times).Insert(0, text, times).ToString();
    }

    private static TemplateFault Unsupported(BinaryOperator @operator, string type) =>
        new($"The operator `{Sign(@operator)}` is not supported for a value of type `{type}`");

    public static string Sign(BinaryOperator @operator) => @operator switch
    {
        BinaryOperator.Multiply => "*",
        BinaryOperator.Divide => "/",
        BinaryOperator.DivideInteger => "//",
        BinaryOperator.Modulo => "%",
        BinaryOperator.ShiftLeft => "<<",
        BinaryOperator.ShiftRight => ">>",
        BinaryOperator.Add => "+",
        BinaryOperator.Subtract => "-",
        BinaryOperator.Less => "<",
        BinaryOperator.LessOrEqual => "<=",
        BinaryOperator.Greater => ">",
        BinaryOperator.GreaterOrEqual => ">=",
        BinaryOperator.Equal => "==",
        BinaryOperator.NotEqual => "!=",
        BinaryOperator.And => "&&",
        BinaryOperator.Or => "||",
        BinaryOperator.Coalesce => "??",
        BinaryOperator.CoalesceNotNull => "?!",
        BinaryOperator.RangeInclusive => "..",
        BinaryOperator.RangeExclusive => "..<",
    };
}
