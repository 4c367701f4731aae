using System.Buffers.Text;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Unicode;

namespace Nurture.Intake;

/// <summary>What JSON allows and a database or a computation does not: refused here, per item, so that nothing later has to.</summary>
internal static class JsonText
{
    /// <summary>Deeper bodies than any request limit permits still parse, so that depth is one item's fault and not its batch's.</summary>
    public const int UnlimitedDepth = 1_000_000;

    // Shorter numbers without an exponent are below 10^300.
    private const int SurelyFiniteDigits = 300;

    public static ReadOnlySpan<byte> Raw(this JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>The first fault of a whole JSON value; null when it is sound.</summary>
    public static Refusal? FaultOf(ReadOnlySpan<byte> raw)
    {
        if (!Utf8.IsValid(raw)) return Refusal.MalformedText;
        var reader = new Utf8JsonReader(raw, new JsonReaderOptions { MaxDepth = UnlimitedDepth });
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.StartObject or JsonTokenType.StartArray when reader.CurrentDepth >= IntakeLimits.Depth:
                    return Refusal.TooDeep;
                case JsonTokenType.PropertyName or JsonTokenType.String when reader.ValueIsEscaped && FaultOfEscapes(reader.ValueSpan) is { } fault:
                    return fault;
                case JsonTokenType.Number when !IsFinite(reader.ValueSpan):
                    return Refusal.NumberTooLarge;
            }
        }
        return null;
    }

    private static bool IsFinite(ReadOnlySpan<byte> digits) =>
        (digits.Length < SurelyFiniteDigits && digits.IndexOfAny((byte)'e', (byte)'E') < 0)
        || (Utf8Parser.TryParse(digits, out double value, out _) && double.IsFinite(value));

    private static Refusal? FaultOfEscapes(ReadOnlySpan<byte> text)
    {
        var expectsLow = false;
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] != '\\')
            {
                if (expectsLow) return Refusal.MalformedText;
                continue;
            }
            if (text[++i] != 'u')
            {
                if (expectsLow) return Refusal.MalformedText;
                continue;
            }
            // The reader has made sure of four hexadecimal digits.
            var unit = ushort.Parse(text.Slice(i + 1, 4), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            i += 4;
            if (unit == 0) return Refusal.NulCharacter;
            if (char.IsLowSurrogate((char)unit) != expectsLow) return Refusal.MalformedText;
            expectsLow = char.IsHighSurrogate((char)unit);
        }
        return expectsLow ? Refusal.MalformedText : null;
    }
}
