using Nurture.Benchmarks.Measuring;
using Nurture.Harness;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Benchmarks.Loop;

/// <summary>
/// The step loop: from an event in the log to the written decision. Against EF Core with one transaction per event, which
/// loads a state, writes it, a log row, three sends in ten, and its place.
/// </summary>
internal static class LoopBenchmark
{
    public static async Task RunAsync(Setting setting)
    {
        foreach (var (name, scenarios, segments, stateBytes) in new[] { ("scenarios-1", 1, 0, 600), ("scenarios-30", 30, 0, 600), ("scenarios-30-state-4k", 30, 0, 4000), ("scenarios-30-segments-40", 30, 40, 600) })
        {
            if (setting.Asks(name)) await CompareAsync(setting, name, scenarios, segments, stateBytes);
        }
    }

    private static async Task CompareAsync(Setting setting, string name, int scenarios, int segments, int stateBytes)
    {
        var contacts = setting.Few(50_000, 5_000);
        await using var run = await LoopRun.CreateAsync(setting.Store, scenarios, contacts, stateBytes, areWaiting: false, setting.Cancel, segments);
        await using var baseline = await EfLoop.CreateAsync(setting.Store, contacts, stateBytes, setting.Cancel);
        var theirCpu = await Cpu.OfAsync(baseline.Database, setting.Cancel);

        // A first lap warms both up and lets passages begin and end alike.
        await run.RunAsync(setting.Few(20_000, 2_000), setting.Cancel);
        await baseline.RunAsync(setting.Few(500, 100), setting.Cancel);

        var isPostgres = setting.Store == TestDatabase.Postgres;
        await new Comparison(setting.Rounds).RunAsync($"loop.{name}", "event",
            () => theirCpu.TimeAsync(() => baseline.RunAsync(setting.Few(4_000, 500), setting.Cancel)),
            () => run.RunAsync(setting.Few(40_000, 4_000), setting.Cancel), isPostgres ? 20 : 15, usual: isPostgres ? 1000 : 400);
    }

    internal static async Task<IReadOnlyList<LaneLease>> LeaseAsync(Stand stand, CancellationToken cancel) =>
        await stand.Get<SlotStore>().AcquireAsync(TimeSpan.FromHours(6), stand.Get<Database>().Lanes, [], cancel);

    /// <summary>Turns the loop until nothing is left; answers how much that was.</summary>
    internal static async Task<(long Turned, IReadOnlyList<LaneLease> Leases)> TurnAsync(Stand stand, IReadOnlyList<LaneLease> leases, CancellationToken cancel)
    {
        var (runner, total) = (stand.Get<SlotRunner>(), 0L);
        while (true)
        {
            (var done, leases) = await runner.TurnAsync(leases, cancel);
            total += done;
            if (done == 0 && await stand.Get<SlotStore>().UnreadAsync(cancel) == 0) return (total, leases);
        }
    }
}
