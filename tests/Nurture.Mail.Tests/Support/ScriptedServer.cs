using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace Nurture.Mail.Tests.Support;

/// <summary>An SMTP server on loopback that behaves, until a test tells it how not to.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    /// <summary>An answer that hangs up instead.</summary>
    public const string Drop = "(drop)";

    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly Lock gate = new();
    private readonly List<string> commands = [];
    private readonly List<string> messages = [];
    private readonly List<Task> sessions = [];
    private readonly Task accepting;
    private int connections;

    public ScriptedServer()
    {
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    public List<string> Extensions { get; } = ["PIPELINING", "8BITMIME", "ENHANCEDSTATUSCODES", "SIZE 1000000"];

    /// <summary>Offers STARTTLS (or speaks TLS at once) with it.</summary>
    public X509Certificate2? Certificate { get; init; }

    public bool IsImplicitTls { get; init; }

    /// <summary>Sent in one packet with the answer to STARTTLS.</summary>
    public string? Injection { get; init; }

    /// <summary>Announced before STARTTLS and not after it.</summary>
    public string? ClearTextExtension { get; init; }

    /// <summary>Keeps replies back until this command has come, which only a client that pipelines survives.</summary>
    public string? HoldUntil { get; init; }

    /// <summary>An own answer to a command of a connection (the first is 1); "." is the final dot. Null is the ordinary answer.</summary>
    public Func<int, string, string?> Answer { get; set; } = (_, _) => null;

    /// <summary>Told of the final dot before it is answered; the answer waits.</summary>
    public Func<Task> BeforeAnsweringDot { get; set; } = () => Task.CompletedTask;

    public bool HasSeenPipelining { get; private set; }

    public int Connections => Volatile.Read(ref connections);

    /// <summary>All commands of all connections, in order.</summary>
    public IReadOnlyList<string> Commands
    {
        get
        {
            lock (gate)
                return [.. commands];
        }
    }

    /// <summary>The accepted messages, dots undone.</summary>
    public IReadOnlyList<string> Messages
    {
        get
        {
            lock (gate)
                return [.. messages];
        }
    }

    /// <summary>Ends when every connection has ended.</summary>
    public Task AllClosedAsync()
    {
        lock (gate)
            return Task.WhenAll(sessions);
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await accepting;
        listener.Stop();
        await AllClosedAsync();
        stop.Dispose();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var client = await listener.AcceptTcpClientAsync(stop.Token);
                lock (gate)
                    sessions.Add(ServeAsync(client, Interlocked.Increment(ref connections)));
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException)
        {
            // stopped
        }
    }

    private async Task ServeAsync(TcpClient client, int number)
    {
        using (client)
        {
            try
            {
                await new Session(this, client, number).RunAsync();
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // the client hung up, or did not like us
            }
        }
    }

    private sealed class Session(ScriptedServer server, TcpClient client, int number)
    {
        private readonly StringBuilder held = new();
        private Stream stream = client.GetStream();
        private byte[] buffer = [];
        private bool isHolding = server.HoldUntil is not null;
        private bool isEncrypted;

        public async Task RunAsync()
        {
            if (server.IsImplicitTls)
                await EncryptAsync();
            if (!await SayAsync(server.Answer(number, "CONNECT") ?? "220 test ESMTP"))
                return;
            while (await ReadLineAsync() is { } line)
            {
                lock (server.gate)
                    server.commands.Add(line);
                var verb = line.Split(' ')[0];
                if (verb == server.HoldUntil)
                    isHolding = false;
                server.HasSeenPipelining |= buffer.Length > 0;
                var answer = server.Answer(number, line);
                if (!await SayAsync(answer ?? Ordinary(verb)) || verb == "QUIT")
                    return;
                if (verb == "STARTTLS" && server.Certificate is not null)
                    await EncryptAsync();
                if (verb == "DATA" && answer is null && !await ReceiveAsync())
                    return;
            }
        }

        private string Ordinary(string verb) => verb switch
        {
            "EHLO" => Hello(),
            "STARTTLS" when server.Certificate is not null => "220 go" + (server.Injection is null ? "" : "\r\n" + server.Injection),
            "DATA" => "354 go",
            "QUIT" => "221 2.0.0 bye",
            "AUTH" => "235 2.7.0 welcome",
            "MAIL" or "RCPT" or "RSET" or "NOOP" or "HELO" => "250 2.0.0 Ok",
            _ => "500 5.5.2 what",
        };

        private string Hello()
        {
            var extensions = new List<string>(server.Extensions);
            if (server.Certificate is not null && !isEncrypted && !server.IsImplicitTls)
                extensions.Add("STARTTLS");
            if (server.ClearTextExtension is { } clear && !isEncrypted)
                extensions.Add(clear);
            return string.Concat(extensions.Prepend("test").Select((e, i) => i < extensions.Count ? $"250-{e}\r\n" : $"250 {e}"));
        }

        private async Task<bool> ReceiveAsync()
        {
            var message = new StringBuilder();
            while (await ReadLineAsync() is { } line)
            {
                if (line != ".")
                {
                    message.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
                    continue;
                }
                await server.BeforeAnsweringDot();
                var answer = server.Answer(number, ".");
                if (answer is null || answer == Drop || answer.StartsWith('2'))
                    lock (server.gate)
                        server.messages.Add(message.ToString());
                return await SayAsync(answer ?? $"250 2.0.0 Ok: queued as Q{server.messages.Count}");
            }
            return false;
        }

        private async Task<bool> SayAsync(string reply)
        {
            if (reply == Drop)
                return false;
            held.Append(reply).Append("\r\n");
            if (isHolding && !reply.StartsWith("250-") && !reply.StartsWith("220"))
                return true;
            await stream.WriteAsync(Encoding.UTF8.GetBytes(held.ToString()), server.stop.Token);
            held.Clear();
            return !reply.StartsWith("421");
        }

        private async Task<string?> ReadLineAsync()
        {
            var more = new byte[4096];
            while (true)
            {
                var end = buffer.AsSpan().IndexOf("\r\n"u8);
                if (end >= 0)
                {
                    var line = Encoding.UTF8.GetString(buffer, 0, end);
                    buffer = buffer[(end + 2)..];
                    return line;
                }
                var read = await stream.ReadAsync(more, server.stop.Token);
                if (read == 0)
                    return null;
                buffer = [.. buffer, .. more[..read]];
            }
        }

        private async Task EncryptAsync()
        {
            var encrypted = new SslStream(stream);
            await encrypted.AuthenticateAsServerAsync(server.Certificate!);
            (stream, isEncrypted) = (encrypted, true);
        }
    }
}
