using System.Net;
using System.Net.Sockets;

namespace Nurture.Server.Webhooks;

/// <summary>A call would have gone to where this server does not call.</summary>
public sealed class RefusedAddressException(string message) : Exception(message);

/// <summary>
/// Which addresses calls may reach. It is decided when the connection is made, on the very address that is connected to, so a name
/// that answers otherwise a moment later changes nothing.
/// </summary>
/// <param name="resolve">A name's addresses.</param>
public sealed class Egress(WebhookOptions options, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    // IANA's special-purpose registries (RFC 6890 and later), and multicast.
    private static readonly IPNetwork[] NotPublic =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork GlobalUnicast = IPNetwork.Parse("2000::/3");

    private readonly IReadOnlyList<IPNetwork> allowed = options.AllowedRanges;

    /// <summary>What is wrong with an address to call, as far as its text tells; null where it may be tried.</summary>
    public string? Complaint(string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http")) return "It is no address of a web server, such as https://crm.example.com/hooks/nurture.";
        if (uri.UserInfo.Length > 0) return "A name and password do not belong into it; calls are signed.";
        if (MayBePrivate(uri)) return null;
        if (uri.Scheme == "http") return "It begins with http://, and what is sent could be read on its way. Use https://; an operator may allow a host of your own network (Nurture__Webhooks__Allow).";
        if (uri.Port is not 443 and < 1024) return $"The port {uri.Port} belongs to something else than a web server.";
        if (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && !IsReachable(address)) return $"{address} is not an address of the public internet. An operator may allow it (Nurture__Webhooks__Allow).";
        return null;
    }

    public bool IsReachable(IPAddress address)
    {
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        if (allowed.Any(range => range.Contains(address))) return true;
        return (address.AddressFamily == AddressFamily.InterNetwork || GlobalUnicast.Contains(address)) && !NotPublic.Any(range => range.Contains(address));
    }

    /// <summary>For <see cref="SocketsHttpHandler.ConnectCallback"/>: resolves, refuses, and connects to an address that was looked at.</summary>
    /// <exception cref="RefusedAddressException">None of the name's addresses may be reached.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancel)
    {
        var (host, port) = (context.DnsEndPoint.Host, context.DnsEndPoint.Port);
        var found = IPAddress.TryParse(host.Trim('[', ']'), out var literal) ? [literal] : await resolve(host, cancel);
        var reachable = options.AllowsHost(host) ? found : [.. found.Where(IsReachable)];
        if (reachable.Length == 0)
            throw new RefusedAddressException(found.Length == 0 ? $"{host} has no address." : $"{host} is {string.Join(", ", found.Select(address => address.ToString()))}, which is not of the public internet; an operator may allow it (Nurture__Webhooks__Allow).");
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(reachable, port, cancel);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private bool MayBePrivate(Uri uri) =>
        options.AllowsHost(uri.Host) || (IPAddress.TryParse(uri.Host.Trim('[', ']'), out var address) && allowed.Any(range => range.Contains(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address)));
}
