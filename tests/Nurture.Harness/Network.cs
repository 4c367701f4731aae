using System.Net;
using System.Net.Sockets;

namespace Nurture.Harness;

public static class Network
{
    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
