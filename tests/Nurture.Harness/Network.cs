using System.Net;
using System.Net.Sockets;

namespace Nurture.Harness;

public static class Network
{
    // Below the ports that Linux gives to whoever asks for any (32768 and on): a server of another test that takes any port
    // would now and then get the one that was free a moment ago, and hear from strangers.
    private const int First = 10_000;
    private const int Count = 22_000;

    // Programs that run beside each other begin far apart.
    private static int tried = Environment.ProcessId * 101;

    /// <summary>A loopback port that nobody listens on now, and that nobody gets by chance: each call of a process answers another.</summary>
    public static int FreePort()
    {
        while (true)
        {
            var port = First + (int)((uint)Interlocked.Increment(ref tried) % Count);
            try
            {
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
            {
                // Somebody has it; the next one.
            }
        }
    }
}
