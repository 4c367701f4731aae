using System.Globalization;
using NodaTime;

namespace Nurture.Scenarios;

/// <summary>When a schedule comes: a recurring time or one local moment, on the clock of a zone.</summary>
/// <param name="Zone"><see cref="OfRecipient"/> for each one's own; then it comes when the moment comes to the first of all.</param>
public sealed record Timing(Cron? Cron, LocalDateTime? Once, string Zone)
{
    public const string OfRecipient = "recipient";

    // No clock of the world is ahead of it.
    private const string FirstOfAll = "Etc/GMT-14";

    public bool IsOfRecipient => Zone == OfRecipient;

    /// <summary>The first moment after an instant (exclusive); null where none is to come.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset after) =>
        Cron is not null ? Cron.Next(after, Clock) : OnceAt > after ? OnceAt : null;

    /// <summary>The last moment no later than an instant; null where none has come.</summary>
    public DateTimeOffset? LastUntil(DateTimeOffset instant) =>
        Cron is not null ? Cron.LastUntil(instant, Clock) : OnceAt <= instant ? OnceAt : null;

    private DateTimeZone Clock => DateTimeZoneProviders.Tzdb[IsOfRecipient ? FirstOfAll : Zone];

    private DateTimeOffset OnceAt => Engine.Calendar.At(Once!.Value.Date, Once.Value.TimeOfDay, Clock);

    /// <summary><c>0 9 1 * * Asia/Tokyo</c>, <c>2026-12-01T09:00 Asia/Tokyo</c>.</summary>
    public override string ToString() => $"{Cron?.Text ?? Once!.Value.ToString("uuuu-MM-dd'T'HH:mm", CultureInfo.InvariantCulture)} {Zone}";
}

/// <summary>How many may enter in a time: <c>2000/h</c>.</summary>
public sealed record Pace(int Count, TimeSpan Per)
{
    /// <summary>How many in a minute, counted from the schedule's moment: the same share of every minute, as whole people.</summary>
    public int InMinute(long minute) => (int)(Until(minute + 1) - Until(minute));

    /// <summary>The first minute from one on (inclusive) in which anybody may enter.</summary>
    public long NextMinute(long from) => Math.Max(from, (long)Math.Floor(Until(from) * (decimal)Per.TotalMinutes / Count));

    private long Until(long minute) => (long)Math.Ceiling((decimal)minute * Count / (decimal)Per.TotalMinutes);

    /// <summary>Null for what is none.</summary>
    public static Pace? Parse(string? text)
    {
        var parts = text?.Trim().Split('/') ?? [];
        if (parts.Length != 2 || !int.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is < 1 or > 99_999_999) return null;
        return parts[1] switch
        {
            "m" => new(count, TimeSpan.FromMinutes(1)),
            "h" => new(count, TimeSpan.FromHours(1)),
            "d" => new(count, TimeSpan.FromDays(1)),
            _ => null,
        };
    }

    public override string ToString() => $"{Count}/{(Per == TimeSpan.FromMinutes(1) ? 'm' : Per == TimeSpan.FromHours(1) ? 'h' : 'd')}";
}
