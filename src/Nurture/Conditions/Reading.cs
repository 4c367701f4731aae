using System.Globalization;
using Nurture.Contacts;

namespace Nurture.Conditions;

/// <summary>How a part of a condition is typed, known before anything runs.</summary>
internal enum PartType
{
    Boolean,
    Number,
    Text,
    Instant,
    Date,

    /// <summary>Several texts at once, compared by membership.</summary>
    Roles,

    /// <summary>A field that the tracking plan does not describe: it is what it turns out to be.</summary>
    Untyped,
}

internal enum ReadingKind : byte
{
    /// <summary>Nothing was ever said. Compared with anything, it is not equal to it and not ordered with it.</summary>
    Absent,

    /// <summary>There may be something, but it is not known.</summary>
    Unknown,

    Boolean,
    Number,
    Text,
    Instant,
    Date,
}

/// <summary>
/// What a part of a condition yields. A number lies between two bounds, which differ when a counter knows only part of
/// its window. Instants are milliseconds, dates days, both since 1970; booleans 0 and 1.
/// </summary>
internal readonly struct Reading
{
    private Reading(ReadingKind kind, double low, double high, string? text) => (Kind, Low, High, Text) = (kind, low, high, text);

    public ReadingKind Kind { get; }

    public double Low { get; }

    public double High { get; }

    public string? Text { get; }

    public static Reading Absent => default;

    public static Reading Unknown => new(ReadingKind.Unknown, 0, 0, null);

    public static Reading Of(bool value) => new(ReadingKind.Boolean, value ? 1 : 0, value ? 1 : 0, null);

    public static Reading Of(double value) => new(ReadingKind.Number, value, value, null);

    public static Reading Of(string value) => new(ReadingKind.Text, 0, 0, value);

    public static Reading Between(double low, double high) =>
        double.IsNaN(low) || double.IsNaN(high) ? Unknown : new(ReadingKind.Number, low, high, null);

    public static Reading Instant(double milliseconds) => new(ReadingKind.Instant, milliseconds, milliseconds, null);

    public static Reading Date(double days) => new(ReadingKind.Date, days, days, null);

    public static Reading Of(AttributeValue value) => value.Kind switch
    {
        ValueKind.Null => Absent,
        ValueKind.Boolean => Of(value.AsBoolean),
        ValueKind.Number => Of(value.AsNumber),
        ValueKind.Text => Of(value.AsText),
        ValueKind.Instant => Instant(value.AsInstant.ToMilliseconds()),
        ValueKind.Date => Date(Days(value.AsDate)),
    };

    public static Reading Of(DateTimeOffset? at) => at is { } instant ? Instant(instant.ToMilliseconds()) : Absent;

    /// <summary>ISO 8601: a day, or a moment, which is UTC unless it has an offset. Absent when it is neither.</summary>
    public static Reading Moment(string text)
    {
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) return Date(Days(day));

        // What is longer than a day begins with one; the framework's parser would take much else, too.
        var isMoment = text.Length > 10 && text[10] is 'T' or ' '
            && DateOnly.TryParseExact(text.AsSpan(0, 10), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _);
        return isMoment && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at)
            ? Instant(at.ToMilliseconds())
            : Absent;
    }

    private static int Days(DateOnly day) => day.DayNumber - DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
