using NodaTime;
using Nurture.Scenarios;
using Nurture.Simulation;

namespace Nurture.Server.Api;

/// <summary>For whom sentences are written: in what language, and on whose clock moments are said.</summary>
internal static class Reader
{
    /// <summary>Null where no locale is asked for: the sentence then names scenarios as their author types them.</summary>
    public static Language? Asked(string? locale) => string.IsNullOrEmpty(locale) ? null : Languages.Of(locale);

    /// <summary>The one that was asked for; else the company's.</summary>
    public static DateTimeZone Zone(Catalog catalog, string? asked = null) =>
        (string.IsNullOrEmpty(asked) ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(asked)) ?? DateTimeZoneProviders.Tzdb.GetZoneOrNull(catalog.Policy.Zone) ?? DateTimeZone.Utc;

    /// <summary>When the company's day began.</summary>
    public static DateTimeOffset DayOf(DateTimeOffset now, Catalog catalog)
    {
        var zone = Zone(catalog);
        return Instant.FromDateTimeOffset(now).InZone(zone).Date.AtStartOfDayInZone(zone).ToInstant().ToDateTimeOffset();
    }
}
