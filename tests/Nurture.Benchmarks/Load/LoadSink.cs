using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Nurture.Harness;

namespace Nurture.Benchmarks.Load;

/// <summary>
/// A mail server that costs next to nothing: takes everything, keeps nothing, and tells of each mail to whom and how long it was.
/// The one of Nurture.Chaos judges, so it reads each line, hashes each mail and is on disk before it answers; that would be
/// measured here.
/// </summary>
/// <param name="accepted">Called after each final dot, before the answer, from many threads.</param>
internal sealed class LoadSink(Action<string, int>? accepted = null) : IAsyncDisposable
{
    public const string Verb = "load-sink";

    private readonly Socket listener = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly CancellationTokenSource stopping = new();
    private long count;
    private long bytes;
    private Task? listening;

    public int Port => ((IPEndPoint)listener.LocalEndPoint!).Port;

    public long Count => Interlocked.Read(ref count);

    public long Bytes => Interlocked.Read(ref bytes);

    /// <param name="port">0 for any that is free.</param>
    public void Start(int port = 0)
    {
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(512);
        listening = ListenAsync();
    }

    /// <summary>In a process of its own, so that its processor time is nobody else's. Answers it and its port.</summary>
    public static async Task<(ChildProcess Process, int Port)> StartProcessAsync(ScratchFolder scratch, CancellationToken cancel)
    {
        var port = Network.FreePort();
        var process = ChildProcess.Start("dotnet", [typeof(LoadSink).Assembly.Location, Verb, port.ToString(CultureInfo.InvariantCulture)], scratch["sink.log"]);
        await Poll.UntilAsync("the mail server listens", TimeSpan.FromMinutes(1), async () =>
        {
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, port, cancel);
                return true;
            }
            catch (SocketException)
            {
                return false;   // not yet
            }
        }, cancel);
        return (process, port);
    }

    public static async Task<int> RunAsync(string[] args, CancellationToken cancel)
    {
        await using var sink = new LoadSink();
        sink.Start(int.Parse(args[0], CultureInfo.InvariantCulture));
        // Serves until it is told to end.
        await Task.Delay(Timeout.Infinite, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return 0;
    }

    private async Task ListenAsync()
    {
        while (true)
        {
            Socket client;
            try
            {
                client = await listener.AcceptAsync(stopping.Token);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            client.NoDelay = true;
            _ = ServeAsync(client);
        }
    }

    private async Task ServeAsync(Socket client)
    {
        using (client)
        {
            try
            {
                var session = new Session(this);
                await client.SendAsync("220 sink.test ESMTP\r\n"u8.ToArray(), stopping.Token);
                while (!session.HasEnded && await client.ReceiveAsync(session.Room, stopping.Token) is > 0 and var read)
                {
                    if (session.Take(read) is { IsEmpty: false } replies) await client.SendAsync(replies, stopping.Token);
                }
            }
            catch (Exception end) when (end is SocketException or OperationCanceledException)
            {
                // Whoever sends has ended, or we are being stopped: no mail is half taken, for it was not answered.
            }
        }
    }

    private void Accept(string recipient, int length)
    {
        accepted?.Invoke(recipient, length);
        Interlocked.Increment(ref count);
        Interlocked.Add(ref bytes, length);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        if (listening is not null) await listening;
        listener.Dispose();
        stopping.Dispose();
    }

    /// <summary>What one connection has said and not been answered for. A pipelining client says much at once and is answered at once.</summary>
    private sealed class Session(LoadSink sink)
    {
        private static readonly byte[] Greeting = Encoding.ASCII.GetBytes("250-sink.test\r\n250-PIPELINING\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE 26214400\r\n");

        private readonly byte[] buffer = new byte[128 * 1024];
        private readonly byte[] replies = new byte[8 * 1024];
        private int start, end, replied;
        private string recipient = "";
        private bool isText;
        private int length;

        public bool HasEnded { get; private set; }

        public Memory<byte> Room => buffer.AsMemory(end);

        public ReadOnlyMemory<byte> Take(int read)
        {
            (end, replied) = (end + read, 0);
            while (isText ? TakeText() : TakeCommand())
            {
            }

            // What is left is less than a line, or the last few bytes of a text.
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            (start, end) = (0, end - start);
            return replies.AsMemory(0, replied);
        }

        private bool TakeText()
        {
            var text = buffer.AsSpan(start, end - start);
            var dot = text.IndexOf("\r\n.\r\n"u8);
            if (dot < 0)
            {
                // The line end before the dot must still be there when the dot comes.
                var known = Math.Max(0, text.Length - 4);
                (start, length) = (start + known, length + known);
                return false;
            }

            start += dot + 5;
            sink.Accept(recipient, length + dot + 2);
            (isText, length) = (false, 0);
            Say("250 2.0.0 Ok: queued as 1\r\n"u8);
            return true;
        }

        private bool TakeCommand()
        {
            var line = buffer.AsSpan(start, end - start);
            var lineEnd = line.IndexOf("\r\n"u8);
            if (lineEnd < 0) return false;
            start += lineEnd + 2;
            line = line[..lineEnd];
            switch (line)
            {
                case [(byte)'E', ..]: Say(Greeting); break;
                case [(byte)'R', (byte)'C', ..]:
                    var (open, close) = (line.IndexOf((byte)'<'), line.IndexOf((byte)'>'));
                    recipient = Encoding.UTF8.GetString(line[(open + 1)..close]);
                    Say("250 2.1.5 Ok\r\n"u8);
                    break;
                case [(byte)'D', ..]:
                    isText = true;
                    Say("354 Go ahead\r\n"u8);
                    break;
                case [(byte)'Q', ..]:
                    HasEnded = true;
                    Say("221 2.0.0 Bye\r\n"u8);
                    break;
                default: Say("250 2.0.0 Ok\r\n"u8); break;
            }

            return true;
        }

        private void Say(ReadOnlySpan<byte> reply)
        {
            reply.CopyTo(replies.AsSpan(replied));
            replied += reply.Length;
        }
    }
}
