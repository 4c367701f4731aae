namespace Nurture.Storage;

internal static class SettingNames
{
    public const string CatalogRevision = "catalog_revision";
    public const string ClockOffset = "clock_offset_ms";
    public const string StopAll = "stop_all";
    public const string AddressKey = "address_key";
    public const string LinkKey = "link_key";
    public const string SystemIdentifier = "system_identifier";
    public const string Era = "era";
    public const string EraAfter = "era_after";
    public const string Place = "place";
    public const string Restored = "restored";
    public const string MayHaveLeft = "may_have_left";
    public const string EventsGiven = "events_given";
    public const string SourcesCounted = "sources_counted";
    public const string EventsKeptSince = "events_kept_since";
}
