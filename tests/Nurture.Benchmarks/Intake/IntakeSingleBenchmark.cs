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
        await using var database = await TestDatabase.CreateAsync(setting.Store, scratch, setting.Cancel);
        await using var server = await StartAsync(scratch, database, setting.Cancel);
        foreach (var (kind, goal) in new[] { ("ef", 6.0), ("plain", 4.0) })
        {
            var folder = Directory.CreateDirectory(scratch[kind]).FullName;
            await using var other = await TestDatabase.CreateAsync(setting.Store, scratch, setting.Cancel);
            var connection = other.Settings["Nurture__Postgres"] is { } postgres ? $"{postgres};Maximum Pool Size=64" : $"Data Source={Path.Combine(folder, "baseline.db")};Default Timeout=60";
            var address = new Uri($"http://127.0.0.1:{Network.FreePort()}");
            await using var baseline = ChildProcess.Start("dotnet", [typeof(IntakeSingleBenchmark).Assembly.Location, BaselineServer.Verb, kind, address.ToString(), connection], scratch[$"{kind}.log"], folder, new Dictionary<string, string?>());
            await ReadyAsync(address, setting.Cancel);
            var (ourCpu, theirCpu) = (await Cpu.OfAsync(database, setting.Cancel, server.Id), await Cpu.OfAsync(other, setting.Cancel, baseline.Id));
            var lap = 0;
            // A first lap warms both up.
            await LoadAsync(address, setting.Few(2_000, 500));
            await LoadAsync(server.Address, setting.Few(60_000, 2_000));
            await new Comparison(setting.Rounds).RunAsync($"intake-single.{kind}", "event",
                () => theirCpu.TimeAsync(() => LoadAsync(address, setting.Few(10_000, 2_000))),
                () => ourCpu.TimeAsync(() => LoadAsync(server.Address, setting.Few(60_000, 5_000))), goal, usual: kind == "ef" ? 1000 : 0);

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

    private static async Task<ServerProcess> StartAsync(ScratchFolder scratch, TestDatabase database, CancellationToken cancel)
    {
        await Catalogs.WriteAsync(scratch, LoopCatalog.Files(1), cancel);
        return await ServerProcess.StartReadyAsync(new ServerSettings
        {
            DataDirectory = scratch["data"], Log = scratch["server.log"], Mode = "Development",
            Environment = new Dictionary<string, string?>(database.Settings)
            {
                ["Nurture__ScenariosDirectory"] = scratch["scenarios"], ["Nurture__TemplatesDirectory"] = scratch["templates"], ["Serilog__MinimumLevel__Default"] = "Warning",
            },
        }, cancel);
    }

    private static async Task ReadyAsync(Uri address, CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = address };
        await Poll.UntilAsync("the baseline is ready", TimeSpan.FromMinutes(1), async () =>
        {
            try
            {
                using var answer = await http.GetAsync("/readyz", cancel);
                return answer.IsSuccessStatusCode;
            }
            catch (HttpRequestException)
            {
                return false;   // nobody listens yet
            }
        }, cancel);
    }
}
