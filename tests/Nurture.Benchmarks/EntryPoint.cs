using Nurture.Benchmarks.Intake;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Mailing;
using Nurture.Benchmarks.Measuring;
using Nurture.Benchmarks.Rendering;
using Nurture.Benchmarks.Size;
using Nurture.Benchmarks.Timers;
using Nurture.Benchmarks.Whole;
using Nurture.Harness;

namespace Nurture.Benchmarks;

internal static class EntryPoint
{
    private const string Usage = """
        dotnet run -c Release --project tests/Nurture.Benchmarks -- NAME [options]
          --store NAME   postgres (default) or sqlite
          --rounds N     how often each contender runs (3)
          --only CASE    one case of a benchmark that has several: loop --only scenarios-30
          --quick        a short look: one round, less of everything
        """;

    private static readonly Dictionary<string, Func<Setting, Task>> Benchmarks = new()
    {
        ["loop"] = LoopBenchmark.RunAsync,
        ["intake-single"] = IntakeSingleBenchmark.RunAsync,
        ["intake-batch"] = IntakeBatchBenchmark.RunAsync,
        ["render"] = RenderBenchmark.RunAsync,
        ["timers"] = TimersBenchmark.RunAsync,
        ["mail"] = MailBenchmark.RunAsync,
        ["bytes"] = BytesBenchmark.RunAsync,
        ["growth"] = GrowthBenchmark.RunAsync,
        ["memory"] = MemoryBenchmark.RunAsync,
        ["end-to-end"] = EndToEndBenchmark.RunAsync,
        ["wave"] = WaveBenchmark.RunAsync,
    };

    public static Task<int> Main(string[] args) => Stoppable.RunAsync(Usage, async cancel =>
    {
        if (args is [BaselineServer.Verb, .. var served]) return await BaselineServer.RunAsync(served, cancel);
        if (args is [EfSignUps.Verb, .. var welcomed]) return await EfSignUps.RunAsync(welcomed, cancel);
        if (args is [LoadSink.Verb, .. var port]) return await LoadSink.RunAsync(port, cancel);
        if (args is not [var name, .. var options] || !Benchmarks.TryGetValue(name, out var run))
            throw new ArgumentException($"Which benchmark? {string.Join(", ", Benchmarks.Keys)}.");
        var arguments = new Arguments(options);
        var isQuick = arguments.Flag("quick");
        var setting = new Setting(arguments.Text("store", TestDatabase.Postgres), isQuick, arguments.Number("rounds", isQuick ? 1 : 3), arguments.Text("only", ""), cancel);
        arguments.RequireNoneLeft();
        await Machine.DescribeAsync(name, setting);
        await run(setting);
        return 0;
    });
}
