using System.Buffers.Binary;
using System.Numerics;
using Nurture.Templating.Runtime;
using Nurture.Templating.Syntax;

namespace Nurture.Templating.Builtins;

/// <summary><c>math.*</c>. What is drawn comes from the render's seed: a template rendered again gives the same bytes.</summary>
internal static class MathFunctions
{
    public static readonly BuiltinFunction[] All =
    [
        new("math.abs", "value", Abs),
        new("math.ceil", "value", Ceil),
        new("math.divided_by", "value, divisor", DividedBy),
        new("math.floor", "value", Floor),
        new("math.format", "value, format, culture?", Format),
        new("math.is_number", "value", IsNumber),
        new("math.minus", "value, with", Minus),
        new("math.modulo", "value, with", Modulo),
        new("math.plus", "value, with", Plus),
        new("math.random", "minimum, maximum", Random),
        new("math.round", "value, precision?", Round),
        new("math.times", "value, with", Times),
        new("math.uuid", "", Uuid),
    ];

    /// <summary>The value without its sign.</summary>
    /// <example>-15 | math.abs → 15</example>
    public static TemplateValue Abs(in Call call) => call[0].Kind switch
    {
        TemplateValueKind.Null => TemplateValue.Null,
        TemplateValueKind.Int or TemplateValueKind.Long => call[0].AsLong < 0 ? Numbers.Negate(call[0]) : call[0],
        TemplateValueKind.BigInteger => TemplateValue.From(BigInteger.Abs(call[0].AsBigInteger)),
        TemplateValueKind.Float => TemplateValue.From(Math.Abs(call[0].AsFloat)),
        TemplateValueKind.Decimal => Math.Abs(call[0].AsDecimal),
        _ => Math.Abs(call.Double(0)),
    };

    /// <summary>The next whole number upward.</summary>
    /// <example>4.3 | math.ceil → 5</example>
    public static TemplateValue Ceil(in Call call) => call.IsNull(0) ? TemplateValue.Null : Math.Ceiling(call.Double(0));

    /// <summary>The next whole number downward.</summary>
    /// <example>4.6 | math.floor → 4</example>
    public static TemplateValue Floor(in Call call) => call.IsNull(0) ? TemplateValue.Null : Math.Floor(call.Double(0));

    /// <summary>Division; by a whole number it gives a whole number, rounded down.</summary>
    /// <example>8.4 | math.divided_by 2.0 → 4.2</example>
    /// <example>8.4 | math.divided_by 2 → 4</example>
    public static TemplateValue DividedBy(in Call call)
    {
        var result = Apply(BinaryOperator.Divide, call);
        if (call[1].Kind != TemplateValueKind.Int || result.IsNull)
        {
            return result;
        }

        var floor = Math.Floor(Numbers.ToDouble(result));
        // In the compatible profile the result is an int, at most the largest.
        return !call.Context.Template.Options.IsMail ? (int)floor : double.IsFinite(floor) ? TemplateValue.From(new BigInteger(floor)) : int.MaxValue;
    }

    /// <summary>The number in a .NET number format, of the render's culture or of one that is named.</summary>
    /// <example>255 | math.format "X4" → 00FF</example>
    /// <example>1234567.5 | math.format "N2" "de-DE" → 1.234.567,50</example>
    public static TemplateValue Format(in Call call)
    {
        var value = call[0];
        if (value.IsNull)
        {
            return "";
        }

        if (!value.IsNumber)
        {
            throw call.Fail($"Unexpected `{Numbers.TypeName(value)}`. Must be a formattable number");
        }

        return NumberFormat.Write(call, value, call.TextOrNull(1), call.TextOrNull(2));
    }

    /// <summary>Whether the value is a number (a text of digits is not).</summary>
    /// <example>255 | math.is_number → true</example>
    /// <example>"255" | math.is_number → false</example>
    public static TemplateValue IsNumber(in Call call) => call[0].IsNumber;

    /// <summary>Subtraction.</summary>
    /// <example>255 | math.minus 5 → 250</example>
    public static TemplateValue Minus(in Call call) => Apply(BinaryOperator.Subtract, call);

    /// <summary>The remainder of a division.</summary>
    /// <example>11 | math.modulo 10 → 1</example>
    public static TemplateValue Modulo(in Call call) => Apply(BinaryOperator.Modulo, call);

    /// <summary>Addition.</summary>
    /// <example>1 | math.plus 2 → 3</example>
    public static TemplateValue Plus(in Call call) => Apply(BinaryOperator.Add, call);

    /// <summary>A whole number from the minimum to below the maximum.</summary>
    /// <example>math.random 7 8 → 7</example>
    public static TemplateValue Random(in Call call)
    {
        var (minimum, maximum) = (call.Int(0), call.Int(1));
        if (minimum > maximum)
        {
            throw call.Fail("minValue must be greater than maxValue");
        }

        // The bias of the remainder is below 2⁻³².
        var range = (ulong)((long)maximum - minimum);
        return range == 0 ? minimum : (int)(minimum + (long)(call.Context.Draw() % range));
    }

    /// <summary>Rounds to so many decimals; a half goes to the even neighbor.</summary>
    /// <example>4.5612 | math.round 2 → 4.56</example>
    /// <example>2.5 | math.round → 2</example>
    public static TemplateValue Round(in Call call)
    {
        if (call.IsNull(0))
        {
            return TemplateValue.Null;
        }

        var precision = Math.Clamp(call.Int(1), 0, 15);
        return call[0].Kind == TemplateValueKind.Decimal ? Math.Round(call[0].AsDecimal, precision) : Math.Round(call.Double(0), precision);
    }

    /// <summary>Multiplication.</summary>
    /// <example>2 | math.times 3 → 6</example>
    public static TemplateValue Times(in Call call) => Apply(BinaryOperator.Multiply, call);

    /// <summary>A random identifier in the form of a UUID of version 4.</summary>
    /// <example>math.uuid | string.size → 36</example>
    public static TemplateValue Uuid(in Call call)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, call.Context.Draw());
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], call.Context.Draw());
        bytes[6] = (byte)(bytes[6] & 0x0F | 0x40);
        bytes[8] = (byte)(bytes[8] & 0x3F | 0x80);
        return new Guid(bytes, bigEndian: true).ToString();
    }

    private static TemplateValue Apply(BinaryOperator @operator, in Call call) =>
        Operators.Apply(call.Context, @operator, call[0], call[1], call.Span);
}
