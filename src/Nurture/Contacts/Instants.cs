namespace Nurture.Contacts;

/// <summary>Instants are UTC, truncated to milliseconds, and stored as milliseconds since 1970.</summary>
public static class Instants
{
    public static long ToMilliseconds(this DateTimeOffset at) => at.ToUnixTimeMilliseconds();

    public static DateTimeOffset FromMilliseconds(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds);

    public static DateTimeOffset Truncate(this DateTimeOffset at) => FromMilliseconds(at.ToUnixTimeMilliseconds());
}
