using System.Text.Json;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>Postfix's smtp-sink: a mail server that we did not write, keeping each mail in a file as it came.</summary>
internal sealed class SmtpSink : IMailbox, IAsyncDisposable
{
    private readonly string folder;
    private readonly ChildProcess process;

    private SmtpSink(string folder, int port, ChildProcess process) => (this.folder, Port, this.process) = (folder, port, process);

    public int Port { get; }

    public static SmtpSink Start(ScratchFolder scratch)
    {
        var folder = scratch["mails"];
        // smtp-sink gives up being root before it writes.
        Directory.CreateDirectory(folder, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(folder, (UnixFileMode)0b111_111_111);
        var port = Network.FreePort();
        string[] asNobody = Environment.UserName == "root" ? ["-u", "nobody"] : [];
        var process = ChildProcess.Start("/usr/sbin/smtp-sink", [.. asNobody, "-d", "mail-%H%M%S.", $"127.0.0.1:{port}", "100"], scratch["smtp-sink.log"], folder);
        return new SmtpSink(folder, port, process);
    }

    public async Task<IReadOnlyList<CaughtMail>> ReadAsync(CancellationToken cancel)
    {
        var (exitCode, output) = await ChildProcess.RunAsync("python3", [Path.Combine(Repository.Root, "tests", "Nurture.EndToEnd", "read_mails.py"), folder], cancel);
        if (exitCode != 0)
            throw new InvalidOperationException(output);
        return JsonSerializer.Deserialize<List<CaughtMail>>(output, JsonSerializerOptions.Web)!;
    }

    public ValueTask DisposeAsync() => process.DisposeAsync();
}
