using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;

namespace Nurture.Intake;

/// <summary>Values as they arrive, to the types of the tracking plan (SEMANTICS.md 3).</summary>
public static class Coercion
{
    /// <summary>The value in its planned type; null when it cannot be read as that. JSON's null is <see cref="AttributeValue.Null"/> in every type.</summary>
    public static AttributeValue? To(ValueKind type, JsonElement value) => (type, value.ValueKind) switch
    {
        (_, JsonValueKind.Null) => AttributeValue.Null,
        (ValueKind.Boolean, JsonValueKind.True or JsonValueKind.False) => AttributeValue.From(value.GetBoolean()),
        (ValueKind.Boolean, JsonValueKind.String) => bool.TryParse(value.GetString(), out var flag) ? AttributeValue.From(flag) : null,
        (ValueKind.Number, JsonValueKind.Number) => AttributeValue.From(value.GetDouble()),
        (ValueKind.Number, JsonValueKind.String) => Number(value.GetString()!),
        (ValueKind.Text, JsonValueKind.String) => AttributeValue.From(value.GetString()!),
        (ValueKind.Text, JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False) => AttributeValue.From(value.GetRawText()),
        (ValueKind.Instant, JsonValueKind.String or JsonValueKind.Number) =>
            ClientTime.Read(value) is { } at ? AttributeValue.From(at.Truncate()) : null,
        (ValueKind.Date, JsonValueKind.String) => Date(value.GetString()!),
        _ => null,
    };

    /// <summary>A value that no plan types; null for arrays and objects.</summary>
    public static AttributeValue? AsItIs(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => AttributeValue.Null,
        JsonValueKind.True or JsonValueKind.False => AttributeValue.From(value.GetBoolean()),
        JsonValueKind.Number => AttributeValue.From(value.GetDouble()),
        JsonValueKind.String => AttributeValue.From(value.GetString()!),
        _ => null,
    };

    private static AttributeValue? Number(string text) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? AttributeValue.From(number)
            : null;

    // An instant is the day that it falls on in UTC.
    private static AttributeValue? Date(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? AttributeValue.From(date)
        : ClientTime.Parse(text) is { } at ? AttributeValue.From(DateOnly.FromDateTime(at.UtcDateTime))
        : null;
}
