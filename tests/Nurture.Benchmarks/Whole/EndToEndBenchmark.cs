using Nurture.Benchmarks.Load;
using Nurture.Benchmarks.Mailing;
using Nurture.Benchmarks.Measuring;
using Nurture.Harness;

namespace Nurture.Benchmarks.Whole;

/// <summary>
/// The whole way on a started server: a sign-up over HTTP, the question whether the scenario is for it, the signed mail, and its
/// acceptance by a mail server. That and the clients are in this process.
/// </summary>
internal static class EndToEndBenchmark
{
    private const int Clients = 64;
    private const double LeastPerSecond = 2000;
    private const double MostMicroseconds = 700;

    public static async Task RunAsync(Setting setting)
    {
        using var scratch = new ScratchFolder("whole");
        await using var sink = new LoadSink();
        sink.Start();
        var key = await SigningKey.WriteAsync(scratch, setting.Cancel);
        await using var server = await ServerStand.StartAsync(setting.Store, SignUps.Files(), SigningKey.Settings(key, sink.Port), setting.Cancel);
        Directory.CreateDirectory(scratch["data"]);
        await using var database = await TestDatabase.CreateAsync(setting.Store, scratch, setting.Cancel);
        var connection = database.Settings["Nurture__Postgres"] is { } postgres ? $"{postgres};Maximum Pool Size=64" : $"Data Source={scratch["data/baseline.db"]};Default Timeout=60";
        var address = new Uri($"http://127.0.0.1:{Network.FreePort()}");
        await using var baseline = await BaselineProcess.StartReadyAsync(address, [EfSignUps.Verb, address.ToString(), connection, key, $"{sink.Port}"], scratch["baseline.log"], setting.Cancel);
        var (ourCpu, theirCpu) = (await Cpu.OfAsync(server.Database, setting.Cancel, server.ProcessId), await Cpu.OfAsync(database, setting.Cancel, baseline.Id));
        var lap = 0;

        // Until the code of both has been compiled for speed.
        await SignUpAsync(address, setting.Few(3_000, 1_000));
        for (var warm = 0; warm < 2; warm++) await SignUpAsync(server.Address, setting.Few(10_000, 4_000));
        var (_, own) = await new Comparison(setting.Rounds).RunAsync("end-to-end", "contact",
            () => theirCpu.TimeAsync(() => SignUpAsync(address, setting.Few(5_000, 1_000))), () => ourCpu.TimeAsync(() => SignUpAsync(server.Address, setting.Few(20_000, 5_000))), null);
        Comparison.Row("end-to-end", own.PerSecond / LeastPerSecond, "of the goal", $"goal {LeastPerSecond} contacts/s");
        Comparison.Row("end-to-end", own.Microseconds, "µs/contact", $"goal at most {MostMicroseconds}, server and database");

        async Task<long> SignUpAsync(Uri to, int contacts)
        {
            var (before, run) = (sink.Count, lap++);
            await HttpLoad.RunAsync(to, "/v1/batch", Clients, contacts, n => SignUps.Json($"{run}-{n}"), setting.Cancel);
            await Poll.UntilAsync("every mail has been accepted", TimeSpan.FromMinutes(2), () => Task.FromResult(sink.Count == before + contacts), setting.Cancel);
            return contacts;
        }
    }
}
