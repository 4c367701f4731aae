using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Nurture.Harness;

namespace Nurture.Mail.Tests.Support;

/// <summary>An SMTP server of others, as a process that ends with the test.</summary>
internal sealed class Sinks : IAsyncDisposable
{
    private readonly Process process;
    private readonly TempFolder folder;

    private Sinks(Process process, TempFolder folder, int port) => (this.process, this.folder, Port) = (process, folder, port);

    public int Port { get; }

    /// <summary>tools/oracle_sink.py, which writes down each mail before it answers.</summary>
    public static async Task<Sinks> OracleAsync(params string[] faults)
    {
        var (script, python) = (Judges.Tool("oracle_sink.py"), Judges.Program("python3"));
        var (folder, port) = (new TempFolder(), Network.FreePort());
        var process = Judges.Start(python, [script, "--port", $"{port}", "--journal", folder.File("journal.jsonl"), "--no-fsync", .. faults]);
        return await new Sinks(process, folder, port).ReadyAsync();
    }

    /// <summary>Postfix's smtp-sink.</summary>
    public static async Task<Sinks> PostfixAsync(params string[] options)
    {
        var program = Judges.Program("smtp-sink");
        var port = Network.FreePort();
        string[] user = Environment.UserName == "root" ? ["-u", "nobody"] : [];
        var process = Judges.Start(program, [.. user, .. options, $"127.0.0.1:{port}", "100"]);
        return await new Sinks(process, new TempFolder(), port).ReadyAsync();
    }

    /// <summary>The oracle's journal: every line of one kind.</summary>
    public IReadOnlyList<JsonElement> Journal(string kind) =>
    [
        .. File.ReadLines(folder.File("journal.jsonl"))
            .Select(line => JsonElement.Parse(line))
            .Where(entry => entry.GetProperty("ev").GetString() == kind),
    ];

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        folder.Dispose();
    }

    private async Task<Sinks> ReadyAsync()
    {
        while (true)
        {
            Assert.False(process.HasExited, "The sink did not start.");
            try
            {
                using var probe = new TcpClient();
                await probe.ConnectAsync(IPAddress.Loopback, Port, TestContext.Current.CancellationToken);
                return this;
            }
            catch (SocketException)
            {
                await Task.Yield(); // not listening yet
            }
        }
    }
}
