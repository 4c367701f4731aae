using System.Runtime.InteropServices;
using Nurture.Benchmarks.Intake;
using Nurture.Benchmarks.Loop;
using Nurture.Harness;

namespace Nurture.Benchmarks;

internal static class EntryPoint
{
    private const string Usage = """
        dotnet run -c Release --project tests/Nurture.Benchmarks -- NAME [options]
          --store NAME   postgres (default) or sqlite
          --rounds N     how often each contender runs (3)
          --quick        a short look: one round, less of everything
        """;

    public static async Task<int> Main(string[] args)
    {
        var benchmarks = new Dictionary<string, Func<Setting, Task>>
        {
            ["loop"] = LoopBenchmark.RunAsync,
            ["intake-batch"] = IntakeBatchBenchmark.RunAsync,
        };

        using var stopping = new CancellationTokenSource();
        using var onInterrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        using var onTerminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

        try
        {
            if (args is not [var name, .. var options] || !benchmarks.TryGetValue(name, out var run))
                throw new ArgumentException($"Which benchmark? {string.Join(", ", benchmarks.Keys)}.");
            var arguments = new Arguments(options);
            var isQuick = arguments.Flag("quick");
            var setting = new Setting(arguments.Text("store", TestDatabase.Postgres), isQuick, arguments.Number("rounds", isQuick ? 1 : 3), stopping.Token);
            arguments.RequireNoneLeft();
            await run(setting);
            return 0;
        }
        catch (ArgumentException error)
        {
            Console.Error.WriteLine(error.Message);
            Console.Error.WriteLine(Usage);
            return 2;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            Console.Error.WriteLine("stopped");
            return 130;
        }

        void Stop(PosixSignalContext signal)
        {
            signal.Cancel = true;
            stopping.Cancel();
        }
    }
}
