using System.Globalization;

namespace Nurture.Contacts;

/// <summary>The numbers are stored in packed states.</summary>
public enum ValueKind : byte
{
    Null = 0,
    Boolean = 1,
    Number = 2,
    Text = 3,
    Instant = 4,
    Date = 5,
}

/// <summary>
/// A typed value that a condition can read: an attribute, or a field of an event. Numbers are doubles, instants
/// milliseconds since 1970 (UTC), dates days since 1970 without a zone.
/// </summary>
public readonly struct AttributeValue : IEquatable<AttributeValue>
{
    private readonly double number;
    private readonly object? text;

    private AttributeValue(ValueKind kind, double number, string? text)
    {
        Kind = kind;
        this.number = number;
        this.text = text;
    }

    public ValueKind Kind { get; }

    public bool IsNull => Kind == ValueKind.Null;

    public static AttributeValue Null => default;

    public static AttributeValue From(bool value) => new(ValueKind.Boolean, value ? 1 : 0, null);

    public static AttributeValue From(double value) => new(ValueKind.Number, value, null);

    public static AttributeValue From(string value) => new(ValueKind.Text, 0, value);

    public static AttributeValue From(DateTimeOffset value) => new(ValueKind.Instant, value.ToUnixTimeMilliseconds(), null);

    public static AttributeValue From(DateOnly value) => new(ValueKind.Date, value.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber, null);

    public bool AsBoolean => Expect(ValueKind.Boolean).number != 0;

    public double AsNumber => Expect(ValueKind.Number).number;

    public string AsText => (string)Expect(ValueKind.Text).text!;

    public DateTimeOffset AsInstant => Instants.FromMilliseconds((long)Expect(ValueKind.Instant).number);

    public DateOnly AsDate => DateOnly.FromDateTime(DateTime.UnixEpoch).AddDays((int)Expect(ValueKind.Date).number);

    private AttributeValue Expect(ValueKind kind) =>
        Kind == kind ? this : throw new InvalidOperationException($"The value is {Kind}, not {kind}.");

    public bool Equals(AttributeValue other) =>
        Kind == other.Kind && number.Equals(other.number) && string.Equals((string?)text, (string?)other.text, StringComparison.Ordinal);

    public override bool Equals(object? obj) => obj is AttributeValue other && Equals(other);

    public override int GetHashCode() => HashCode.Combine(Kind, number, text);

    public static bool operator ==(AttributeValue left, AttributeValue right) => left.Equals(right);

    public static bool operator !=(AttributeValue left, AttributeValue right) => !left.Equals(right);

    public override string ToString() => Kind switch
    {
        ValueKind.Null => "",
        ValueKind.Boolean => AsBoolean ? "true" : "false",
        ValueKind.Number => number.ToString("R", CultureInfo.InvariantCulture),
        ValueKind.Text => AsText,
        ValueKind.Instant => AsInstant.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture),
        ValueKind.Date => AsDate.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };
}
