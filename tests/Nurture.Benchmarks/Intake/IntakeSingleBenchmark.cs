using System.Globalization;
using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Measuring;
using Nurture.Harness;

namespace Nurture.Benchmarks.Intake;

/// <summary>
/// One event a request, answered after the commit, from 64 clients, server and clients on one machine. The server does all its
/// work meanwhile: the slots read what came. Against an insert per request, by EF Core and plain.
/// </summary>
internal static class IntakeSingleBenchmark
{
    private const int Clients = 64;

    public static async Task RunAsync(Setting setting)
    {
        using var scratch = new ScratchFolder("single");
        await using var server = await ServerStand.StartAsync(setting.Store, LoopCatalog.Files(1), new Dictionary<string, string>(), setting.Cancel);
        foreach (var (kind, goal) in new[] { ("ef", 6.0), ("plain", 4.0) })
        {
            var folder = Directory.CreateDirectory(scratch[kind]).FullName;
            await using var other = await TestDatabase.CreateAsync(setting.Store, scratch, setting.Cancel);
            var connection = other.Settings["Nurture__Postgres"] is { } postgres ? $"{postgres};Maximum Pool Size=64" : $"Data Source={Path.Combine(folder, "baseline.db")};Default Timeout=60";
            var address = new Uri($"http://127.0.0.1:{Network.FreePort()}");
            await using var baseline = await BaselineProcess.StartReadyAsync(address, [BaselineServer.Verb, kind, address.ToString(), connection], scratch[$"{kind}.log"], setting.Cancel);
            var (ourCpu, theirCpu) = (await Cpu.OfAsync(server.Database, setting.Cancel, server.ProcessId), await Cpu.OfAsync(other, setting.Cancel, baseline.Id));
            var lap = 0;
            // A first lap warms both up.
            await LoadAsync(address, setting.Few(2_000, 500));
            await LoadAsync(server.Address, setting.Few(60_000, 2_000));
            await new Comparison(setting.Rounds).RunAsync($"intake-single.{kind}", "event",
                () => theirCpu.TimeAsync(() => LoadAsync(address, setting.Few(10_000, 2_000))),
                () => ourCpu.TimeAsync(() => LoadAsync(server.Address, setting.Few(60_000, 5_000))), goal, usual: kind == "ef" ? 3200 : 5700);

            Task<long> LoadAsync(Uri to, int requests)
            {
                lap++;
                // As an SDK says it. No scenario waits for the event, as for most: what scenarios cost is the loop's figure.
                var now = DateTimeOffset.UtcNow.ToString("O", CultureInfo.InvariantCulture);
                return HttpLoad.RunAsync(to, "/v1/track", Clients, requests, n =>
                    $$$"""{"type":"track","event":"viewed","userId":"user-{{{n % 5000}}}","messageId":"{{{kind}}}-{{{lap}}}-{{{n}}}","timestamp":"{{{now}}}","sentAt":"{{{now}}}","properties":{"note":"as it came"}}""", setting.Cancel);
            }
        }
    }
}
