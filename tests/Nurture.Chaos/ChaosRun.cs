using System.Diagnostics;
using System.Text.Json.Nodes;
using Nurture.Chaos.Load;
using Nurture.Chaos.Sink;
using Nurture.Harness;

namespace Nurture.Chaos;

public sealed record RunResult(Records Records, IReadOnlyList<AcceptedMail> Mails, IReadOnlyCollection<PlannedEvent> Acknowledged);

/// <summary>One run: a fresh database, a sink and a server of its own, the workload, and what is left when all is quiet.</summary>
public sealed class ChaosRun(ChaosOptions options, int kills, ScratchFolder scratch)
{
    private const string WriteKey = "wk_chaos_write_key_of_a_private_server";
    private const string ApiKey = "nk_chaos_api_key_of_a_private_server";

    public async Task<RunResult> RunAsync(CancellationToken cancel)
    {
        await using var database = await TestDatabase.CreateAsync(options.Store, scratch, cancel);
        var sinkPort = Network.FreePort();
        var mailJournal = scratch["mails.jsonl"];
        await using var sink = ChildProcess.Start("dotnet",
            [typeof(ChaosRun).Assembly.Location, "sink", "--port", $"{sinkPort}", "--journal", mailJournal, "--delay", "5", "--seed", $"{options.Seed}"], scratch["sink.log"]);

        var settings = Settings(database, sinkPort);
        if (kills > 0)
            await KillFirstStartsAsync(settings, cancel);
        var server = await ServerProcess.StartReadyAsync(settings, cancel);
        try
        {
            await PublishAsync(settings.Address, cancel);

            var clock = Stopwatch.StartNew();
            var workload = Strand.Plan(options.Events);
            var pace = new Pace(kills > 0 ? options.EventsPerSecond : double.PositiveInfinity);
            using var loader = new Loader(settings.Address, WriteKey, workload, pace);
            using var stopLoading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            var loading = loader.RunAsync(stopLoading.Token);
            try
            {
                if (kills > 0)
                    server = await new Killer(settings, loader, pace, kills, options.Events, new Random(options.Seed)).RunAsync(server, loading, cancel);
                pace.IsUnbound = true;
                await loading;
            }
            catch
            {
                await stopLoading.CancelAsync();
                throw;
            }
            Console.WriteLine($"{loader.AcknowledgedCount} events acknowledged after {clock.Elapsed.TotalSeconds:0} s, {loader.Retries} attempts were repeated");

            await new Quiet(database).WaitAsync(cancel);
            Console.WriteLine($"all is quiet after {clock.Elapsed.TotalSeconds:0} s");
            var records = await Records.ReadAsync(database, cancel);
            var mails = SinkJournal.Read(mailJournal);
            Console.WriteLine($"{records.Decisions.Values.Sum()} decisions {records.Hash}, {mails.Count} mails, {records.Uncertain.Count} uncertain, {records.Parked} parked, {records.DeadLetters} dead letters");
            return new RunResult(records, mails, loader.Acknowledged);
        }
        catch
        {
            database.IsKept = true;
            throw;
        }
        finally
        {
            await server.DisposeAsync();
        }
    }

    private ServerSettings Settings(TestDatabase database, int sinkPort) => new()
    {
        DataDirectory = scratch["data"],
        Log = scratch["server.log"],
        Mode = "Production",
        Environment = new Dictionary<string, string?>(database.Settings)
        {
            ["Nurture__Bootstrap__WriteKey"] = WriteKey,
            ["Nurture__Bootstrap__ApiKey"] = ApiKey,
            ["Nurture__Mail__Transport"] = "smtp",
            ["Nurture__Mail__Host"] = "127.0.0.1",
            ["Nurture__Mail__Port"] = $"{sinkPort}",
            ["Nurture__Mail__Security"] = "None",
        },
    };

    /// <summary>The database is created under kills too: whatever is left must not keep the next start from finishing it.</summary>
    private async Task KillFirstStartsAsync(ServerSettings settings, CancellationToken cancel)
    {
        var chance = new Random(options.Seed);
        for (var start = 0; start < 3; start++)
        {
            var moment = TimeSpan.FromSeconds(0.3 + 1.2 * chance.NextDouble());
            await using var server = ServerProcess.Start(settings);
            await Task.Delay(moment, cancel);
            await server.KillAsync();
            Console.WriteLine($"killed the first start after {moment.TotalSeconds:0.0} s");
        }
    }

    private static async Task PublishAsync(Uri address, CancellationToken cancel)
    {
        using var client = new NurtureClient(address, WriteKey, ApiKey);
        string[] folders = ["scenarios", "templates"];
        var files = folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(AppContext.BaseDirectory, folder)))
            .Select(file => new JsonObject { ["file"] = Path.GetFileName(file), ["text"] = File.ReadAllText(file) });
        await client.CallAsync(HttpMethod.Post, "/api/v1/scenarios", new JsonObject { ["files"] = new JsonArray([.. files]) }, cancel);
    }
}
