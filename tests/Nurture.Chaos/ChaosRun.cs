using System.Diagnostics;
using System.Text.Json.Nodes;
using Nurture.Chaos.Disturbances;
using Nurture.Chaos.Load;
using Nurture.Chaos.Sink;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <param name="Faults">What must not be and the records do not show.</param>
public sealed record RunResult(Records Records, IReadOnlyList<AcceptedMail> Mails, IReadOnlyCollection<PlannedEvent> Acknowledged, IReadOnlyList<string> Faults);

/// <summary>One run: a fresh database, a sink and servers of its own, the workload, and what is left when all is quiet.</summary>
/// <param name="disturbance">What goes wrong; null for the run that all others are held against.</param>
public sealed class ChaosRun(ChaosOptions options, Disturbance? disturbance, ScratchFolder scratch)
{
    public const string WriteKey = "wk_chaos_write_key_of_a_private_server";
    public const string ApiKey = "nk_chaos_api_key_of_a_private_server";

    private readonly string place = disturbance?.PlaceOf(scratch) ?? scratch.Path;

    public async Task<RunResult> RunAsync(CancellationToken cancel)
    {
        await using var database = await TestDatabase.CreateAsync(options.Store, place, disturbance?.OwnsDatabase ?? false, cancel);
        var sinkPort = Network.FreePort();
        var mailJournal = scratch["mails.jsonl"];
        await using var sink = ChildProcess.Start("dotnet",
            [typeof(ChaosRun).Assembly.Location, "sink", "--port", $"{sinkPort}", "--journal", mailJournal, "--delay", "5", "--seed", $"{options.Seed}"], scratch["sink.log"]);

        ServerSettings[] settings = [.. Enumerable.Range(0, disturbance?.Nodes ?? 1).Select(node => Settings(database, sinkPort, node))];
        var pace = new Pace(disturbance is null ? double.PositiveInfinity : RateFor(disturbance));
        using var loader = new Loader([.. settings.Select(node => node.Address)], WriteKey, Strand.Plan(options.Events), pace);
        await using var stage = new Stage(options, scratch, database, settings, loader, pace);
        try
        {
            if (disturbance is not null) await disturbance.BeforeStartAsync(settings[0], options, cancel);
            for (var node = 0; node < settings.Length; node++) stage.Start(node);
            foreach (var server in stage.Servers) await server.WaitUntilReadyAsync(cancel);
            await PublishAsync(settings[0].Address, cancel);

            var clock = Stopwatch.StartNew();
            using var stopLoading = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            stage.Loading = loader.RunAsync(stopLoading.Token);
            try
            {
                if (disturbance is not null) await disturbance.RunAsync(stage, cancel);
                pace.IsUnbound = true;
                await stage.Loading;
            }
            catch
            {
                await stopLoading.CancelAsync();
                throw;
            }
            Console.WriteLine($"{loader.AcknowledgedCount} events acknowledged after {clock.Elapsed.TotalSeconds:0} s, {loader.Retries} attempts were repeated{loader.Refusals}");
            if (disturbance is not null) await disturbance.AfterLoadAsync(stage, cancel);

            await new Quiet(database).WaitAsync(cancel);
            Console.WriteLine($"all is quiet after {clock.Elapsed.TotalSeconds:0} s");
            var records = await Records.ReadAsync(database, cancel);
            var mails = SinkJournal.Read(mailJournal);
            Console.WriteLine($"{records.Decisions.Values.Sum()} decisions {records.Hash}, {mails.Count} mails, {records.Uncertain.Count} uncertain, {records.Parked} parked, {records.DeadLetters} dead letters");
            stage.Faults.AddRange(await StatesMadeAgain.FaultsAsync(database, settings[0].DataDirectory, cancel));
            return new RunResult(records, mails, loader.Acknowledged, stage.Faults);
        }
        catch
        {
            database.IsKept = true;
            throw;
        }
    }

    private double RateFor(Disturbance disturbance) => disturbance.LoadFor(options) is { Ticks: > 0 } atLeast
        ? Math.Min(options.EventsPerSecond, options.Events / atLeast.TotalSeconds)
        : options.EventsPerSecond;

    private ServerSettings Settings(TestDatabase database, int sinkPort, int node)
    {
        var environment = new Dictionary<string, string?>(database.Settings)
        {
            ["Nurture__Bootstrap__WriteKey"] = WriteKey,
            ["Nurture__Bootstrap__ApiKey"] = ApiKey,
            ["Nurture__Mail__Transport"] = "smtp",
            ["Nurture__Mail__Host"] = "127.0.0.1",
            ["Nurture__Mail__Port"] = $"{sinkPort}",
            ["Nurture__Mail__Security"] = "None",
        };
        foreach (var (name, value) in disturbance?.Environment(scratch) ?? new Dictionary<string, string?>()) environment[name] = value;
        return new()
        {
            DataDirectory = Path.Combine(place, node == 0 ? "data" : $"data-{node}"),
            Log = scratch[node == 0 ? "server.log" : $"server-{node}.log"],
            Mode = "Production",
            Environment = environment,
        };
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
