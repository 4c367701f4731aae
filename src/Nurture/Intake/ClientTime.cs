using System.Globalization;
using System.Text.Json;
using Nurture.Contacts;

namespace Nurture.Intake;

/// <summary>When something happened, by clients whose clocks are wrong.</summary>
public static class ClientTime
{
    // Of whole numbers, which are seconds below and milliseconds from here on: 1973 in milliseconds, 5138 in seconds.
    private const double FirstMilliseconds = 1e11;

    /// <summary>
    /// <c>receivedAt − (sentAt − timestamp)</c> where the client gave both, so that its clock's error drops out; a
    /// timestamp without <c>sentAt</c> is history and taken as it is; neither is the moment of reception. What would lie
    /// in the future is clamped to the reception.
    /// </summary>
    public static DateTimeOffset Correct(DateTimeOffset? timestamp, DateTimeOffset? sentAt, DateTimeOffset receivedAt)
    {
        var received = receivedAt.Truncate();
        if (timestamp is not { } at) return received;
        if (sentAt is { } sent)
        {
            var age = sent - at;
            if (age <= TimeSpan.Zero) return received;
            return (age < received - DateTimeOffset.MinValue ? received - age : DateTimeOffset.MinValue).Truncate();
        }
        return at < received ? at.Truncate() : received;
    }

    /// <summary>An ISO 8601 date or instant (UTC where it names no offset), or seconds or milliseconds since 1970; null when it is neither.</summary>
    public static DateTimeOffset? Read(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => Parse(value.GetString()!),
        JsonValueKind.Number => FromNumber(value.GetDouble()),
        _ => null,
    };

    public static DateTimeOffset? Parse(string text)
    {
        // The parser alone would take "5" and "May".
        var looksIso = text.Length is >= 10 and <= 40 && text[4] == '-' && text[7] == '-' && text.AsSpan(0, 4).IndexOfAnyExceptInRange('0', '9') < 0;
        return looksIso && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var at)
            ? at
            : null;
    }

    private static DateTimeOffset? FromNumber(double number)
    {
        var milliseconds = Math.Abs(number) < FirstMilliseconds ? number * 1000 : number;
        return milliseconds >= DateTimeOffset.MinValue.ToUnixTimeMilliseconds() && milliseconds <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()
            ? Instants.FromMilliseconds((long)milliseconds)
            : null;
    }
}
