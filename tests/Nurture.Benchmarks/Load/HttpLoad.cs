using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace Nurture.Benchmarks.Load;

/// <summary>
/// Many clients that each send a request and wait for its answer, over sockets of their own: what a general HTTP client costs
/// would take the processor from the server that is measured.
/// </summary>
internal static class HttpLoad
{
    /// <param name="body">The n-th request's JSON.</param>
    /// <returns>How many were answered with 200; another answer fails the run.</returns>
    public static async Task<long> RunAsync(Uri address, string path, int clients, int requests, Func<int, string> body, CancellationToken cancel)
    {
        var next = -1;
        await Task.WhenAll(Enumerable.Range(0, clients).Select(async _ =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(address.Host, address.Port, cancel);
            var answer = new byte[4096];
            while (Interlocked.Increment(ref next) is var n && n < requests)
            {
                await socket.SendAsync(Request(address, path, body(n)), cancel);
                await ReadAnswerAsync(socket, answer, cancel);
            }
        }));
        return requests;
    }

    private static byte[] Request(Uri address, string path, string body) => Encoding.UTF8.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {address.Authority}\r\nAuthorization: Basic ZGV2Og==\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\n\r\n{body}");

    private static async Task ReadAnswerAsync(Socket socket, byte[] answer, CancellationToken cancel)
    {
        var (read, end) = (0, -1);
        while (true)
        {
            var came = await socket.ReceiveAsync(answer.AsMemory(read), cancel);
            if (came == 0) throw new IOException("The server closed the connection.");
            read += came;
            if (end < 0) end = answer.AsSpan(0, read).IndexOf("\r\n\r\n"u8);
            if (end < 0) continue;
            var head = Encoding.ASCII.GetString(answer, 0, end);
            if (!head.StartsWith("HTTP/1.1 200", StringComparison.Ordinal)) throw new IOException($"Answered: {Encoding.UTF8.GetString(answer, 0, read)}");
            const string Length = "Content-Length: ";
            var at = head.IndexOf(Length, StringComparison.OrdinalIgnoreCase);
            var length = int.Parse(head.AsSpan(at + Length.Length, Math.Max(head.IndexOf('\r', at), 0) is var stop and > 0 ? stop - at - Length.Length : head.Length - at - Length.Length), CultureInfo.InvariantCulture);
            if (read >= end + 4 + length) return;
        }
    }
}
