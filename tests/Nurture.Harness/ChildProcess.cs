using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Nurture.Harness;

/// <summary>A program that we started, with its output in a file; only ever signalled by its own id.</summary>
public sealed partial class ChildProcess : IAsyncDisposable
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int SigStop = 19;
    private const int SigContinue = 18;

    private readonly Process process;
    private readonly Task copying;
    private bool isDisposed;

    private ChildProcess(Process process, Task copying) => (this.process, this.copying) = (process, copying);

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <param name="log">Takes standard output and standard error, appended.</param>
    public static ChildProcess Start(string program, IEnumerable<string> arguments, string log,
        string? folder = null, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string?>())
            start.Environment[name] = value;

        var process = Process.Start(start)!;
        process.StandardInput.Close();
        return new ChildProcess(process, CopyAsync(process, log));
    }

    /// <summary>Runs to the end and returns what it printed.</summary>
    public static async Task<(int ExitCode, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken cancel,
        string? folder = null, string input = "")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = folder ?? "",
        };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync(cancel);
        var errors = process.StandardError.ReadToEndAsync(cancel);
        try
        {
            await process.StandardInput.WriteAsync(input.AsMemory(), cancel);
            process.StandardInput.Close();
            await process.WaitForExitAsync(cancel);
            return (process.ExitCode, await output + await errors);
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    /// <summary><c>kill -9</c>, and waits until the process is gone.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync();
    }

    /// <summary>Holds it still as it stands, until <see cref="Thaw"/>.</summary>
    public void Freeze() => Signal(process.Id, SigStop);

    public void Thaw() => Signal(process.Id, SigContinue);

    /// <summary><c>kill -9</c> of a process that somebody else started for us.</summary>
    internal static void Kill(int process) => Signal(process, SigKill);

    /// <summary>Asks it to end, and insists after half a minute.</summary>
    public async Task StopAsync()
    {
        if (process.HasExited)
            return;
        Signal(process.Id, SigTerm);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            await KillAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (isDisposed)
            return;
        isDisposed = true;
        await StopAsync();
        await copying;
        process.Dispose();
    }

    private static async Task CopyAsync(Process process, string log)
    {
        await using var file = new FileStream(log, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
        using var turn = new SemaphoreSlim(1);
        await Task.WhenAll(CopyStreamAsync(process.StandardOutput.BaseStream), CopyStreamAsync(process.StandardError.BaseStream));

        async Task CopyStreamAsync(Stream from)
        {
            var buffer = new byte[8192];
            while (await from.ReadAsync(buffer) is > 0 and var read)
            {
                await turn.WaitAsync();
                await file.WriteAsync(buffer.AsMemory(0, read));
                await file.FlushAsync();
                turn.Release();
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Signal(int process, int signal);
}
