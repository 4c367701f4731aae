using System.Globalization;
using System.Numerics;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Runtime;

/// <summary>Arithmetic on numbers: both sides are promoted to the wider kind, whole results shrink to the narrowest.</summary>
internal static class Numbers
{
    // A result beyond this could only come from a template that means harm.
    private const int MaxBits = 1_048_640;

    public static string TypeName(TemplateValue value) => value.Kind switch
    {
        TemplateValueKind.Null => "null",
        TemplateValueKind.Boolean => "bool",
        TemplateValueKind.Int => "int",
        TemplateValueKind.Long => "long",
        TemplateValueKind.BigInteger => "bigint",
        TemplateValueKind.Float => "float",
        TemplateValueKind.Double => "double",
        TemplateValueKind.Decimal => "decimal",
        TemplateValueKind.Text => value.IsCharacter ? "char" : "string",
        TemplateValueKind.Date => "datetime",
        TemplateValueKind.Duration => "timespan",
        TemplateValueKind.List => value.AsList.IsSequence ? "range" : "array",
        TemplateValueKind.Object => "object",
        TemplateValueKind.Function => "function",
        TemplateValueKind.Empty => "object",
    };

    public static TemplateValue FromBoxed(object? value) => value switch
    {
        null => TemplateValue.Null,
        bool boolean => boolean,
        int number => number,
        long number => number,
        BigInteger number => TemplateValue.From(number),
        float number => TemplateValue.From(number),
        double number => number,
        decimal number => number,
        string text => text,
        _ => throw new ArgumentException($"A literal cannot be a {value.GetType().Name}."),
    };

    public static double ToDouble(TemplateValue value) => value.Kind switch
    {
        TemplateValueKind.Boolean or TemplateValueKind.Int or TemplateValueKind.Long => value.AsLong,
        TemplateValueKind.BigInteger => (double)value.AsBigInteger,
        TemplateValueKind.Float => value.AsFloat,
        TemplateValueKind.Double => value.AsDouble,
        TemplateValueKind.Decimal => (double)value.AsDecimal,
        _ => throw new TemplateFault($"`{TypeName(value)}` is not a number."),
    };

    public static BigInteger ToBigInteger(TemplateValue value) =>
        value.Kind == TemplateValueKind.BigInteger ? value.AsBigInteger : value.AsLong;

    /// <summary>The words of 64 bits that a whole number takes.</summary>
    public static long Limbs(TemplateValue value) => value.Kind == TemplateValueKind.BigInteger ? 1 + value.AsBigInteger.GetBitLength() / 64 : 1;

    private static decimal ToDecimal(TemplateValue value)
    {
        try
        {
            return value.Kind switch
            {
                TemplateValueKind.Decimal => value.AsDecimal,
                TemplateValueKind.Boolean or TemplateValueKind.Int or TemplateValueKind.Long => value.AsLong,
                TemplateValueKind.BigInteger => (decimal)value.AsBigInteger,
                _ => (decimal)ToDouble(value),
            };
        }
        catch (OverflowException)
        {
            throw new TemplateFault("This number is too large for a decimal.");
        }
    }

    /// <summary>Both are numbers, or one of them a boolean that counts as 0 or 1.</summary>
    public static TemplateValue Calculate(BinaryOperator @operator, TemplateValue left, TemplateValue right)
    {
        var kind = left.Kind > right.Kind ? left.Kind : right.Kind;
        return kind switch
        {
            TemplateValueKind.Decimal => OnDecimals(@operator, ToDecimal(left), ToDecimal(right)),
            TemplateValueKind.Double => OnDoubles(@operator, ToDouble(left), ToDouble(right)),
            TemplateValueKind.Float => OnFloats(@operator, (float)ToDouble(left), (float)ToDouble(right)),
            TemplateValueKind.BigInteger => OnBig(@operator, ToBigInteger(left), ToBigInteger(right)),
            _ => OnLongs(@operator, left.AsLong, right.AsLong),
        };
    }

    private static TemplateValue OnLongs(BinaryOperator @operator, long a, long b)
    {
        long result;
        switch (@operator)
        {
            case BinaryOperator.Add:
                result = unchecked(a + b);
                return ((a ^ result) & (b ^ result)) < 0 ? TemplateValue.From((BigInteger)a + b) : TemplateValue.From(result);
            case BinaryOperator.Subtract:
                result = unchecked(a - b);
                return ((a ^ b) & (a ^ result)) < 0 ? TemplateValue.From((BigInteger)a - b) : TemplateValue.From(result);
            case BinaryOperator.Multiply:
                var high = Math.BigMul(a, b, out result);
                return high == result >> 63 ? TemplateValue.From(result) : TemplateValue.From((BigInteger)a * b);
            case BinaryOperator.Divide:
                return (double)a / b;
            case BinaryOperator.DivideInteger when b == -1:
                return TemplateValue.From(-(BigInteger)a);
            case BinaryOperator.DivideInteger:
                return TemplateValue.From(b == 0 ? throw DivisionByZero() : a / b);
            case BinaryOperator.Modulo:
                return TemplateValue.From(b == 0 ? throw DivisionByZero() : b == -1 ? 0 : a % b);
            default:
                return OnBig(@operator, a, b);
        }
    }

    private static TemplateValue OnBig(BinaryOperator @operator, BigInteger a, BigInteger b)
    {
        switch (@operator)
        {
            case BinaryOperator.Add: return Bounded(a + b);
            case BinaryOperator.Subtract: return Bounded(a - b);
            case BinaryOperator.Multiply:
                return a.GetBitLength() + b.GetBitLength() > MaxBits ? throw TooLarge() : TemplateValue.From(a * b);
            case BinaryOperator.Divide: return (double)a / (double)b;
            case BinaryOperator.DivideInteger: return TemplateValue.From(b.IsZero ? throw DivisionByZero() : BigInteger.Divide(a, b));
            case BinaryOperator.Modulo: return TemplateValue.From(b.IsZero ? throw DivisionByZero() : BigInteger.Remainder(a, b));
            case BinaryOperator.ShiftLeft or BinaryOperator.ShiftRight:
                if (BigInteger.Abs(b) > 1_048_576)
                {
                    throw new TemplateFault("Shift amount is too large: it may be 1048576 at most.");
                }

                return Bounded(@operator == BinaryOperator.ShiftLeft ? a << (int)b : a >> (int)b);
            default: throw new TemplateFault($"Operator `{Operators.Sign(@operator)}` is not supported on numbers");
        }
    }

    private static TemplateValue Bounded(BigInteger value) => value.GetBitLength() > MaxBits ? throw TooLarge() : TemplateValue.From(value);

    private static TemplateValue OnDoubles(BinaryOperator @operator, double a, double b) => @operator switch
    {
        BinaryOperator.Add => a + b,
        BinaryOperator.Subtract => a - b,
        BinaryOperator.Multiply => a * b,
        BinaryOperator.Divide => a / b,
        BinaryOperator.DivideInteger => Math.Round(a / b),
        BinaryOperator.Modulo => a % b,
        BinaryOperator.ShiftLeft => a * Math.Pow(2, b),
        BinaryOperator.ShiftRight => a / Math.Pow(2, b),
        _ => throw new TemplateFault($"Operator `{Operators.Sign(@operator)}` is not supported on numbers"),
    };

    private static TemplateValue OnFloats(BinaryOperator @operator, float a, float b) => @operator switch
    {
        BinaryOperator.Add => TemplateValue.From(a + b),
        BinaryOperator.Subtract => TemplateValue.From(a - b),
        BinaryOperator.Multiply => TemplateValue.From(a * b),
        BinaryOperator.Divide => TemplateValue.From(a / b),
        BinaryOperator.DivideInteger => TemplateValue.From(MathF.Truncate(a / b)),
        BinaryOperator.Modulo => TemplateValue.From(a % b),
        BinaryOperator.ShiftLeft => TemplateValue.From(a * MathF.Pow(2, b)),
        BinaryOperator.ShiftRight => TemplateValue.From(a / MathF.Pow(2, b)),
        _ => throw new TemplateFault($"Operator `{Operators.Sign(@operator)}` is not supported on numbers"),
    };

    private static TemplateValue OnDecimals(BinaryOperator @operator, decimal a, decimal b)
    {
        try
        {
            return @operator switch
            {
                BinaryOperator.Add => a + b,
                BinaryOperator.Subtract => a - b,
                BinaryOperator.Multiply => a * b,
                BinaryOperator.Divide => a / b,
                BinaryOperator.DivideInteger => Math.Round(a / b),
                BinaryOperator.Modulo => a % b,
                BinaryOperator.ShiftLeft => a * (decimal)Math.Pow(2, (double)b),
                BinaryOperator.ShiftRight => a / (decimal)Math.Pow(2, (double)b),
                _ => throw new TemplateFault($"Operator `{Operators.Sign(@operator)}` is not supported on numbers"),
            };
        }
        catch (DivideByZeroException)
        {
            throw DivisionByZero();
        }
        catch (OverflowException)
        {
            throw new TemplateFault("The result is too large for a decimal.");
        }
    }

    /// <summary>Negative, zero or positive; null when one of them is not a number (NaN).</summary>
    public static int? Compare(TemplateValue left, TemplateValue right)
    {
        var kind = left.Kind > right.Kind ? left.Kind : right.Kind;
        switch (kind)
        {
            case TemplateValueKind.Decimal: return ToDecimal(left).CompareTo(ToDecimal(right));
            case TemplateValueKind.Double or TemplateValueKind.Float:
                var (a, b) = (ToDouble(left), ToDouble(right));
                return a < b ? -1 : a > b ? 1 : a == b ? 0 : null;
            case TemplateValueKind.BigInteger: return ToBigInteger(left).CompareTo(ToBigInteger(right));
            default: return left.AsLong.CompareTo(right.AsLong);
        }
    }

    public static TemplateValue Negate(TemplateValue value) => value.Kind switch
    {
        TemplateValueKind.Int or TemplateValueKind.Long => value.AsLong == long.MinValue ? TemplateValue.From(-(BigInteger)value.AsLong) : TemplateValue.From(-value.AsLong),
        TemplateValueKind.BigInteger => TemplateValue.From(-value.AsBigInteger),
        TemplateValueKind.Float => TemplateValue.From(-value.AsFloat),
        TemplateValueKind.Double => -value.AsDouble,
        _ => -value.AsDecimal,
    };

    public static TemplateFault DivisionByZero() => new("Attempted to divide by zero.");

    private static TemplateFault TooLarge() => new("The result is a number of more than a million binary digits.");
}
