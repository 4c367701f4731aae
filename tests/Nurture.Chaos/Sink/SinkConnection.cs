using System.Security.Cryptography;
using System.Text;

namespace Nurture.Chaos.Sink;

/// <summary>One SMTP session (RFC 5321), as strict about the order of commands as the servers one meets.</summary>
internal sealed class SinkConnection(Stream stream, int number, SinkJournal journal, SinkFaults faults)
{
    private static readonly string[] Extensions = ["sink.test", "PIPELINING", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES", "SIZE 26214400"];

    private readonly LineReader lines = new(stream);
    private readonly Random chance = new(HashCode.Combine(faults.Seed, number));
    private readonly List<string> recipients = [];
    private string? sender;

    public async Task RunAsync(CancellationToken cancel)
    {
        await SayAsync("220 sink.test ESMTP", cancel);
        while (await lines.ReadAsync(cancel) is { } line)
        {
            var command = Encoding.Latin1.GetString(line);
            var verb = command.Split(' ', 2)[0].ToUpperInvariant();
            if (verb == "QUIT")
            {
                await SayAsync("221 2.0.0 Bye", cancel);
                return;
            }
            if (verb == "DATA" ? !await TakeMailAsync(cancel) : !await AnswerAsync(verb, command, cancel))
                return;
        }
    }

    private async Task<bool> AnswerAsync(string verb, string command, CancellationToken cancel)
    {
        switch (verb)
        {
            case "EHLO":
                Forget();
                await SayAsync(string.Join("\r\n", Extensions.Select((text, i) => (i < Extensions.Length - 1 ? "250-" : "250 ") + text)), cancel);
                break;
            case "HELO":
                Forget();
                await SayAsync("250 sink.test", cancel);
                break;
            case "MAIL" when sender is not null:
                await SayAsync("503 5.5.1 Sender already specified", cancel);
                break;
            case "MAIL":
                sender = Path(command);
                await SayAsync("250 2.1.0 Ok", cancel);
                break;
            case "RCPT" when sender is null:
                await SayAsync("503 5.5.1 Need MAIL before RCPT", cancel);
                break;
            case "RCPT":
                recipients.Add(Path(command));
                await SayAsync("250 2.1.5 Ok", cancel);
                break;
            case "RSET":
                Forget();
                await SayAsync("250 2.0.0 Ok", cancel);
                break;
            case "NOOP":
                await SayAsync("250 2.0.0 Ok", cancel);
                break;
            default:
                await SayAsync("500 5.5.2 What?", cancel);
                break;
        }
        return true;
    }

    /// <summary>False when a fault ends the connection.</summary>
    private async Task<bool> TakeMailAsync(CancellationToken cancel)
    {
        if (recipients.Count == 0)
        {
            await SayAsync("554 5.5.1 No valid recipients", cancel);
            return true;
        }
        await SayAsync("354 Go ahead", cancel);
        if (Happens(faults.DropInData))
            return false;
        if (await ReadMailAsync(cancel) is not { } mail)
            return false;
        if (Happens(faults.RefuseForNow))
        {
            Forget();
            await SayAsync("451 4.3.0 Try again later", cancel);
            return true;
        }

        var entry = Describe(mail);
        await journal.AppendAsync(entry);
        if (faults.AnswerDelay > TimeSpan.Zero)
            await Task.Delay(faults.AnswerDelay * chance.NextDouble(), cancel);
        if (Happens(faults.DropBeforeAnswer))
            return false;
        Forget();
        await SayAsync($"250 2.0.0 Ok, queued as {number}-{entry.Sha256}", cancel);
        await journal.AppendAsync(new SinkEntry { Ev = SinkEntry.Acknowledged, Conn = number, Msgid = entry.Msgid });
        return true;
    }

    /// <summary>The text up to the final dot, with dot-stuffing undone; null when the connection ended before it.</summary>
    private async Task<byte[]?> ReadMailAsync(CancellationToken cancel)
    {
        using var mail = new MemoryStream();
        while (await lines.ReadAsync(cancel) is { } line)
        {
            if (line is [(byte)'.'])
                return mail.ToArray();
            mail.Write(line is [(byte)'.', ..] ? line.AsSpan(1) : line);
            mail.Write("\r\n"u8);
        }
        return null;
    }

    private SinkEntry Describe(byte[] mail)
    {
        var text = Encoding.Latin1.GetString(mail);
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var headers = (end < 0 ? text : text[..end]).Replace("\r\n ", " ").Replace("\r\n\t", " ").Split("\r\n");
        var lines = text.Split("\r\n");
        return new SinkEntry
        {
            Ev = SinkEntry.Accepted,
            Conn = number,
            Frm = sender ?? "",
            Rcpt = [.. recipients],
            Subject = Header(headers, "Subject") ?? "",
            Msgid = Header(headers, "Message-ID"),
            Bytes = mail.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(mail))[..16],
            BareLf = lines.Any(line => line.AsSpan().IndexOfAny('\r', '\n') >= 0),
            LongLine = lines.Max(line => line.Length),
        };
    }

    private static string? Header(string[] headers, string name) =>
        headers.FirstOrDefault(header => header.StartsWith(name + ":", StringComparison.OrdinalIgnoreCase)) is { } found ? found[(name.Length + 1)..].Trim() : null;

    private static string Path(string command)
    {
        var open = command.IndexOf('<');
        var close = command.IndexOf('>', open + 1);
        return open >= 0 && close > open ? command[(open + 1)..close] : "";
    }

    private bool Happens(double share) => share > 0 && chance.NextDouble() < share;

    private void Forget()
    {
        sender = null;
        recipients.Clear();
    }

    private async Task SayAsync(string reply, CancellationToken cancel) =>
        await stream.WriteAsync(Encoding.Latin1.GetBytes(reply + "\r\n"), cancel);
}
