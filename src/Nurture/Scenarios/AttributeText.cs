using System.Globalization;
using Nurture.Contacts;
using NodaTime.Text;

namespace Nurture.Scenarios;

/// <summary>Attribute values as files write them: <c>3</c>, <c>true</c>, <c>2026-03-02</c>, <c>2026-03-02T09:00:00Z</c>.</summary>
public static class AttributeText
{
    /// <param name="type">Null where nothing says: then a plain word's form decides, and a quoted one is text.</param>
    public static bool TryRead(string written, ValueKind? type, bool isPlain, out AttributeValue value)
    {
        value = default;
        switch (type)
        {
            case ValueKind.Text:
                value = AttributeValue.From(written);
                return true;
            case ValueKind.Boolean:
                if (written is not ("true" or "false")) return false;
                value = AttributeValue.From(written == "true");
                return true;
            case ValueKind.Number:
                if (!double.TryParse(written, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)) return false;
                value = AttributeValue.From(number);
                return true;
            case ValueKind.Date:
                if (LocalDatePattern.Iso.Parse(written) is not { Success: true } date) return false;
                value = AttributeValue.From(date.Value.ToDateOnly());
                return true;
            case ValueKind.Instant:
                if (OffsetDateTimePattern.Rfc3339.Parse(written) is not { Success: true } instant) return false;
                value = AttributeValue.From(instant.Value.ToDateTimeOffset());
                return true;
            default:
                foreach (var guess in isPlain ? Guesses : [])
                {
                    if (TryRead(written, guess, true, out value)) return true;
                }

                value = AttributeValue.From(written);
                return true;
        }
    }

    public static Wording Example(ValueKind type) => type switch
    {
        ValueKind.Boolean => "Write true or false.",
        ValueKind.Number => "Write a number: 3, -1.5.",
        ValueKind.Date => "Write a day: 2026-03-02.",
        ValueKind.Instant => "Write a moment with its offset: 2026-03-02T09:00:00Z.",
        ValueKind.Text or ValueKind.Null => "Write a text.",
    };

    private static readonly ValueKind[] Guesses = [ValueKind.Boolean, ValueKind.Number, ValueKind.Date, ValueKind.Instant];
}
