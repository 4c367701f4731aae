using Nurture.Mail;

namespace Nurture.Server.Delivery;

/// <summary>The addresses and domains that may be mailed, where a deployment is limited to some.</summary>
public sealed class AllowList
{
    private readonly HashSet<string> keys;

    public AllowList(IEnumerable<string> entries) => keys = [.. entries.Select(entry => TryRead(entry, out var key) ? key : throw new ArgumentException(entry))];

    public bool IsLimited => keys.Count > 0;

    public int Count => keys.Count;

    public bool Allows(string address) =>
        EmailAddress.TryParse(address, out var read, out _) && (keys.Contains(read!.Key) || keys.Contains($"@{read.WireDomain}"));

    /// <param name="key">An address's key, or <c>@</c> and a domain as it goes over the wire.</param>
    public static bool TryRead(string entry, out string key)
    {
        var isDomain = entry.StartsWith('@');
        var isRead = EmailAddress.TryParse(isDomain ? $"x{entry}" : entry, out var address, out _);
        key = !isRead ? "" : isDomain ? $"@{address!.WireDomain}" : address!.Key;
        return isRead;
    }
}
