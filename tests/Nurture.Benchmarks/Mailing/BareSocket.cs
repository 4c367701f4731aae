using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Nurture.Benchmarks.Mailing;

/// <summary>
/// The least that can carry mails over a connection: commands in one write, text and final dot in another, replies counted and
/// not read. It cannot tell what was refused.
/// </summary>
internal static class BareSocket
{
    public static async Task<long> RunAsync(int port, int connections, int mails, ReadOnlyMemory<byte> message, CancellationToken cancel)
    {
        var left = mails;
        var commands = "MAIL FROM:<bench@sender.test>\r\nRCPT TO:<user@contacts.test>\r\nDATA\r\n"u8.ToArray();
        byte[] text = [.. message.Span, .. ".\r\n"u8];
        await Task.WhenAll(Enumerable.Range(0, connections).Select(async _ =>
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            await socket.ConnectAsync(IPAddress.Loopback, port, cancel);
            var replies = new byte[4096];
            await ReadAsync(1);
            await socket.SendAsync("EHLO bench.test\r\n"u8.ToArray(), cancel);
            await ReadAsync(6);
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await socket.SendAsync(commands, cancel);
                await ReadAsync(3);
                await socket.SendAsync(text, cancel);
                await ReadAsync(1);
            }

            async Task ReadAsync(int lines)
            {
                while (lines > 0)
                {
                    var read = await socket.ReceiveAsync(replies, cancel);
                    if (read == 0) throw new IOException("The mail server closed the connection.");
                    if (replies[0] is (byte)'4' or (byte)'5') throw new IOException($"Answered: {Encoding.ASCII.GetString(replies, 0, read)}");
                    lines -= replies.AsSpan(0, read).Count((byte)'\n');
                }
            }
        }));
        return mails;
    }
}
