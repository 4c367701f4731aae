using System.Globalization;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Measuring;

namespace Nurture.Benchmarks.Size;

/// <summary>What the server's process keeps in memory while a million subjects wait and events come, and while a thousand do.</summary>
internal static class MemoryBenchmark
{
    private const double MostMegabytes = 300;
    private const int Clients = 64;

    // Prime, so that one after another comes everybody, and neighbours are far apart.
    private const long Stride = 7919;

    public static async Task RunAsync(Setting setting)
    {
        var (few, many) = (1_000, setting.Few(1_000_000, 100_000));
        await using var small = await StartAsync(setting, few);
        await using var large = await StartAsync(setting, many);
        var (before, after) = (new List<double>(), new List<double>());
        for (var round = 0; round < setting.Rounds; round++)
        {
            before.Add(await LoadAsync(setting, small, few, round));
            after.Add(await LoadAsync(setting, large, many, round));
        }

        Comparison.Row($"memory.waiting-{few}", Comparison.Median(before), "MB", Spread(before));
        Comparison.Row($"memory.waiting-{many}", Comparison.Median(after), "MB", $"{Spread(after)}, goal at most {MostMegabytes}");
        Comparison.Row("memory", Comparison.Median(after) / Comparison.Median(before), "ratio");
    }

    private static async Task<ServerStand> StartAsync(Setting setting, int waiting)
    {
        var server = await ServerStand.StartAsync(setting.Store, LoopCatalog.Files(1), new Dictionary<string, string>(), setting.Cancel);
        await HttpLoad.RunAsync(server.Address, "/v1/batch", 1, 1, _ => $$$"""
            {"batch":[{"type":"identify","userId":"first","messageId":"1","traits":{"email":"first@contacts.test","name":"First","mailed":"no"}},
                      {"type":"track","userId":"first","messageId":"2","event":"{{{LoopCatalog.EventOf(0)}}}","properties":{"note":"as it came"}}]}
            """, setting.Cancel);
        await server.UntilSomebodyWaitsAsync(setting.Cancel);
        await server.SeedAsync(async seeding =>
        {
            var first = await seeding.ReadAsync(1, setting.Cancel) ?? throw new InvalidOperationException("Nobody waits.");
            await seeding.AddAsync(first, waiting - 1, null, setting.Cancel);
        }, setting.Cancel);
        return server;
    }

    /// <summary>Events of people all over, then what is resident.</summary>
    private static async Task<double> LoadAsync(Setting setting, ServerStand server, int people, int round)
    {
        await HttpLoad.RunAsync(server.Address, "/v1/track", Clients, setting.Few(30_000, 5_000), n =>
            $$$"""{"type":"track","event":"{{{LoopCatalog.EventOf(0)}}}","userId":"user-{{{2 + (n + round) * Stride % (people - 1)}}}","messageId":"{{{round}}}-{{{n}}}","properties":{"note":"as it came"}}""", setting.Cancel);
        var line = (await File.ReadAllLinesAsync($"/proc/{server.ProcessId}/status", setting.Cancel)).Single(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024 / 1e6;
    }

    private static string Spread(List<double> values) => string.Create(CultureInfo.InvariantCulture, $"{values.Min():0} to {values.Max():0}");
}
