using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using Nurture.Templating.Runtime;

namespace Nurture.Templating;

public enum TemplateValueKind
{
    Null, Boolean, Int, Long, BigInteger, Float, Double, Decimal, Text, Date, Duration, List, Object, Function, Empty,
}

/// <summary>
/// A value as templates see it. Numbers, booleans and dates are kept without boxing: the reference says what the bits mean.
/// </summary>
public readonly partial struct TemplateValue
{
    private readonly object? _reference;
    private readonly long _bits;

    private TemplateValue(object? reference, long bits = 0)
    {
        _reference = reference;
        _bits = bits;
    }

    public static TemplateValue Null => default;

    /// <summary>The language's <c>empty</c>: false, prints nothing, equals empty lists and objects.</summary>
    internal static TemplateValue Empty { get; } = new(new Tag(TemplateValueKind.Empty));

    public static TemplateValue From(bool value) => new(Tag.Boolean, value ? 1 : 0);

    public static TemplateValue From(int value) => new(Tag.Int, value);

    public static TemplateValue From(long value) => value is >= int.MinValue and <= int.MaxValue ? From((int)value) : new(Tag.Long, value);

    public static TemplateValue From(BigInteger value) =>
        value >= long.MinValue && value <= long.MaxValue ? From((long)value) : new(new Boxed<BigInteger>(TemplateValueKind.BigInteger, value));

    public static TemplateValue From(float value) => new(Tag.Float, BitConverter.SingleToInt32Bits(value));

    public static TemplateValue From(double value) => new(Tag.Double, BitConverter.DoubleToInt64Bits(value));

    public static TemplateValue From(decimal value) => new(new Boxed<decimal>(TemplateValueKind.Decimal, value));

    public static TemplateValue From(string? value) => new(value);

    public static TemplateValue From(DateTimeOffset value) => new(DateTag.Of(value.Offset), value.Ticks);

    public static TemplateValue From(TimeSpan value) => new(Tag.Duration, value.Ticks);

    public static TemplateValue From(TemplateList? value) => new(value);

    public static TemplateValue From(TemplateObject? value) => new(value);

    /// <summary>Text that HTML templates print as it stands, because it is markup already.</summary>
    public static TemplateValue Markup(string html) => new(new CapturedText(html, isMarkup: true));

    internal static TemplateValue From(CapturedText value) => new(value);

    /// <summary>One of a text's characters: a text, but for its name and its form inside of a list, which has no quotes.</summary>
    internal static TemplateValue From(char value) => new(CapturedText.Of(value));

    internal bool IsCharacter => _reference is CapturedText { IsCharacter: true };

    internal static TemplateValue From(TemplateFunction value) => new(value);

    public static implicit operator TemplateValue(bool value) => From(value);

    public static implicit operator TemplateValue(int value) => From(value);

    public static implicit operator TemplateValue(long value) => From(value);

    public static implicit operator TemplateValue(double value) => From(value);

    public static implicit operator TemplateValue(decimal value) => From(value);

    public static implicit operator TemplateValue(string? value) => From(value);

    public static implicit operator TemplateValue(DateTimeOffset value) => From(value);

    public static implicit operator TemplateValue(TemplateList? value) => From(value);

    public static implicit operator TemplateValue(TemplateObject? value) => From(value);

    public TemplateValueKind Kind
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => _reference switch
        {
            null => TemplateValueKind.Null,
            string => TemplateValueKind.Text,

            // Whatever else the constructors above let in derives from ReferenceValue.
            _ => Unsafe.As<ReferenceValue>(_reference).Kind,
        };
    }

    public bool IsNull => _reference is null;

    public bool IsNumber => Kind is >= TemplateValueKind.Int and <= TemplateValueKind.Decimal;

    internal bool IsInteger => Kind is TemplateValueKind.Int or TemplateValueKind.Long or TemplateValueKind.BigInteger;

    /// <summary>Only null, false and <c>empty</c> are false: 0 and "" are true.</summary>
    public bool IsTrue => _reference is not null && (!ReferenceEquals(_reference, Tag.Boolean) || _bits != 0) && Kind != TemplateValueKind.Empty;

    internal bool AsBoolean => _bits != 0;

    internal long AsLong => _bits;

    internal int AsInt => (int)_bits;

    internal double AsDouble => BitConverter.Int64BitsToDouble(_bits);

    internal float AsFloat => BitConverter.Int32BitsToSingle((int)_bits);

    internal decimal AsDecimal => ((Boxed<decimal>)_reference!).Value;

    internal BigInteger AsBigInteger => ((Boxed<BigInteger>)_reference!).Value;

    internal TimeSpan AsDuration => new(_bits);

    internal DateTimeOffset AsDate => new(_bits, ((DateTag)_reference!).Offset);

    /// <summary>The text itself; only for values of kind Text.</summary>
    internal string AsText => _reference as string ?? ((CapturedText)_reference!).Text;

    internal TemplateList AsList => (TemplateList)_reference!;

    internal TemplateObject AsObject => (TemplateObject)_reference!;

    internal TemplateFunction AsFunction => (TemplateFunction)_reference!;

    internal CapturedText? AsCaptured => _reference as CapturedText;

    internal string? AsPlainString => _reference as string;

    public bool TryGetObject([NotNullWhen(true)] out TemplateObject? value)
    {
        value = _reference as TemplateObject;
        return value is not null;
    }

    public bool TryGetList([NotNullWhen(true)] out TemplateList? value)
    {
        value = _reference as TemplateList;
        return value is not null;
    }

    internal bool TryGetFunction([NotNullWhen(true)] out TemplateFunction? value)
    {
        value = _reference as TemplateFunction;
        return value is not null;
    }

    internal bool IsSameReference(TemplateValue other) => ReferenceEquals(_reference, other._reference) && _bits == other._bits;

    /// <summary>The value printed with the invariant culture, as at the top level of a template.</summary>
    public override string ToString() => ValuePrinter.Print(this, CultureInfo.InvariantCulture, RenderLimits.Default);
}
