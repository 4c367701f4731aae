using System.Runtime.InteropServices;

namespace Nurture.Harness;

/// <summary>A program that ends when it is done, when it is told to (Ctrl+C, SIGTERM), or when it was asked wrongly.</summary>
public static class Stoppable
{
    /// <summary>The exit code of the work; 130 when it was stopped, 2 after a wrong argument, of which it says what would be right.</summary>
    public static async Task<int> RunAsync(string usage, Func<CancellationToken, Task<int>> work)
    {
        using var stopping = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
        try
        {
            return await work(stopping.Token);
        }
        catch (ArgumentException error)
        {
            await Console.Error.WriteLineAsync(error.Message);
            await Console.Error.WriteLineAsync(usage);
            return 2;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Console.Error.WriteLineAsync("stopped");
            return 130;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }
}
