using System.Diagnostics;
using System.Text.Json;
using Nurture.Harness;

namespace Nurture.Server.Tests.Delivery;

/// <summary>A mail as the judge took it, written down before it answered.</summary>
public sealed record JudgedMail(string Recipient, string? MessageId, string? Subject, string Sha256);

/// <summary>The fault-injecting SMTP sink of the shared tools, a process of its own: nothing of ours judges itself.</summary>
public sealed class OracleSink : IAsyncDisposable
{
    private readonly Process process;
    private readonly string journal;

    private OracleSink(Process process, int port, string journal) => (this.process, Port, this.journal) = (process, port, journal);

    public int Port { get; }

    public string[] Settings =>
    [
        "--Nurture:Mail:Transport=smtp", "--Nurture:Mail:Host=127.0.0.1", $"--Nurture:Mail:Port={Port}", "--Nurture:Mail:Security=None",
    ];

    public static async Task<OracleSink> StartAsync(params string[] faults) => await StartAtAsync(Network.FreePort(), faults);

    public static async Task<OracleSink> StartAtAsync(int port, params string[] faults)
    {
        var script = Tool("oracle_sink.py");
        var journal = Path.GetTempFileName();
        var process = Process.Start(new ProcessStartInfo("python3", [script, "--port", $"{port}", "--journal", journal, "--strict-state", .. faults])
        {
            RedirectStandardOutput = true,
        })!;
        Assert.StartsWith("listening", await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        return new(process, port, journal);
    }

    public IReadOnlyList<JudgedMail> Accepted() =>
        [.. File.ReadLines(journal).Select(line => JsonDocument.Parse(line).RootElement).Where(entry => entry.GetProperty("ev").GetString() == "accepted")
            .Select(entry => new JudgedMail(
                entry.GetProperty("rcpt")[0].GetString()!, entry.GetProperty("msgid").GetString(), entry.GetProperty("subject").GetString(), entry.GetProperty("sha256").GetString()!))];

    /// <summary>From NURTURE_TOOLS, or <c>shared/tools</c> beside the repository; a test that needs one that is absent skips.</summary>
    public static string Tool(string name)
    {
        var folder = Environment.GetEnvironmentVariable("NURTURE_TOOLS");
        for (var at = AppContext.BaseDirectory; folder is null && at is not null; at = Path.GetDirectoryName(at))
            if (Path.Combine(at, "shared", "tools") is var candidate && Directory.Exists(candidate)) folder = candidate;
        Assert.SkipUnless(folder is not null && File.Exists(Path.Combine(folder, name)), $"shared/tools/{name} is not beside the repository (or set NURTURE_TOOLS).");
        return Path.Combine(folder!, name);
    }

    public async ValueTask DisposeAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        File.Delete(journal);
    }
}
