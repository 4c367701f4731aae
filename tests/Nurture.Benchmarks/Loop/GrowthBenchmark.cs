using Nurture.Benchmarks.Measuring;

namespace Nurture.Benchmarks.Loop;

/// <summary>What an event costs where few wait, and where a hundred times as many do.</summary>
internal static class GrowthBenchmark
{
    private const double MostTimes = 1.3;

    public static async Task RunAsync(Setting setting)
    {
        var (few, many) = (setting.Few(10_000, 2_000), setting.Few(1_000_000, 100_000));
        await using var small = await LoopRun.CreateAsync(setting.Store, 1, few, 600, areWaiting: true, setting.Cancel);
        await using var large = await LoopRun.CreateAsync(setting.Store, 1, many, 600, areWaiting: true, setting.Cancel);
        Comparison.Row("growth.baseline", few, "subjects");
        Comparison.Row("growth", many, "subjects");
        foreach (var run in new[] { small, large }) await run.RunAsync(setting.Few(10_000, 4_000), setting.Cancel);
        var events = setting.Few(30_000, 4_000);
        var (before, after) = await new Comparison(setting.Rounds).RunAsync("growth", "event", () => small.RunAsync(events, setting.Cancel), () => large.RunAsync(events, setting.Cancel), null);
        Comparison.Row("growth.cost", after.Microseconds / before.Microseconds, "times", $"goal at most {MostTimes}");
    }
}
