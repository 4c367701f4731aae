using System.Globalization;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Text;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary>The mail server as the server's own environment names it.</summary>
internal sealed record MailServer(string Transport, string? Host, int Port, string Security)
{
    public static MailServer FromEnvironment()
    {
        var security = Variable("Security") ?? "Required";
        var isImplicit = security.Equals("Implicit", StringComparison.OrdinalIgnoreCase);
        var port = int.TryParse(Variable("Port"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given : isImplicit ? 465 : 587;
        return new(Variable("Transport") ?? "", Variable("Host"), port, security);
    }

    public bool IsImplicit => Security.Equals("Implicit", StringComparison.OrdinalIgnoreCase);

    public bool NeedsTls => IsImplicit || Security.Equals("Required", StringComparison.OrdinalIgnoreCase);

    private static string? Variable(string name) => Environment.GetEnvironmentVariable($"Nurture__Mail__{name}") is { Length: > 0 } value ? value : null;
}

/// <summary>Knocks: connects, hears the greeting, says EHLO and takes its leave (RFC 5321 §4.1.1.1). No mail is sent.</summary>
internal static class MailServerCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public static async Task<Finding> RunAsync(MailServer server, CancellationToken cancel)
    {
        if (!server.Transport.Equals("smtp", StringComparison.OrdinalIgnoreCase))
            return new("mail", FindingLevel.Good, server.Transport.Length == 0 ? "no mail server is configured here (Nurture__Mail__Transport)" : $"mail goes to the {server.Transport.ToLowerInvariant()}, no mail server is needed");
        if (server.Host is not { } host) return new("mail", FindingLevel.Bad, "the transport is smtp and no server is named. Set Nurture__Mail__Host");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        deadline.CancelAfter(Patience);
        var place = $"{host}:{server.Port}";
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, server.Port, deadline.Token);
            await using var stream = await OpenAsync(client, server, host, deadline.Token);
            using var reader = new StreamReader(stream, Encoding.ASCII);
            var greeting = await ReplyAsync(reader, deadline.Token);
            if (!greeting[^1].StartsWith("220", StringComparison.Ordinal)) return new("mail", FindingLevel.Bad, $"{place} does not want us: {greeting[^1]}");
            var answer = await SayAsync(stream, reader, $"EHLO {Environment.MachineName}", deadline.Token);
            await SayAsync(stream, reader, "QUIT", deadline.Token);
            if (!answer[^1].StartsWith("250", StringComparison.Ordinal)) return new("mail", FindingLevel.Bad, $"{place} refuses EHLO: {answer[^1]}");
            var offersTls = answer.Any(line => line.Length > 4 && line[4..].StartsWith("STARTTLS", StringComparison.OrdinalIgnoreCase));
            return server.NeedsTls && !server.IsImplicit && !offersTls
                ? new("mail", FindingLevel.Bad, $"{place} offers no STARTTLS, which Nurture__Mail__Security={server.Security} asks for. Use its TLS port, or set Opportunistic")
                : new("mail", FindingLevel.Good, $"{place} answers: {greeting[^1][Math.Min(4, greeting[^1].Length)..]}{(offersTls ? ", with STARTTLS" : "")}");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return new("mail", FindingLevel.Bad, $"{place} did not answer within {Patience.TotalSeconds:0} s. Is the port right, and open from here?");
        }
        catch (Exception e) when (e is SocketException or IOException or AuthenticationException)
        {
            return new("mail", FindingLevel.Bad, $"{place} cannot be reached: {e.Message.TrimEnd('.')}. See Nurture__Mail__Host, Port and Security");
        }
    }

    private static async Task<Stream> OpenAsync(TcpClient client, MailServer server, string host, CancellationToken cancel)
    {
        if (!server.IsImplicit) return client.GetStream();
        var secured = new SslStream(client.GetStream());
        await secured.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = host }, cancel);
        return secured;
    }

    private static async Task<List<string>> SayAsync(Stream stream, StreamReader reader, string command, CancellationToken cancel)
    {
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{command}\r\n"), cancel);
        return await ReplyAsync(reader, cancel);
    }

    /// <summary>The lines of one reply: all but the last have a hyphen after the code.</summary>
    private static async Task<List<string>> ReplyAsync(StreamReader reader, CancellationToken cancel)
    {
        var lines = new List<string>();
        while (await reader.ReadLineAsync(cancel) is { } line)
        {
            lines.Add(line);
            if (line.Length < 4 || line[3] != '-' || lines.Count == 100) return lines;
        }

        throw new IOException("the connection was closed");
    }
}
