using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>
/// Kills the server again and again while the load goes on: mostly at a random point of the load, every fourth time
/// within the first two seconds of a start, migrations included.
/// </summary>
public sealed class ServerKills : Disturbance
{
    public override string Name => "kills of the server";

    /// <summary>The database is created under kills too: whatever is left must not keep the next start from finishing it.</summary>
    public override async Task BeforeStartAsync(ServerSettings settings, ChaosOptions options, CancellationToken cancel)
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

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        var unansweredInAll = 0;
        var kills = stage.Options.Kills;
        for (var kill = 1; kill <= kills; kill++)
        {
            var duringStart = kill > 1 && stage.Chance.Next(4) == 0;
            var started = Stopwatch.StartNew();
            if (kill > 1) stage.Start(0);
            if (duringStart) await Task.Delay(TimeSpan.FromSeconds(2 * stage.Chance.NextDouble()), cancel);
            else
            {
                await stage.Servers[0].WaitUntilReadyAsync(cancel);
                // A random point of the kill's share of the load; the last one comes before the load's end.
                await stage.LoadedAsync((kill - 0.6 * stage.Chance.NextDouble()) / (kills + 1.0), cancel);
            }
            await stage.MakeBusyAsync(cancel);
            var (unanswered, onTheWire) = (stage.Loader.Unanswered, stage.Loader.OnTheWire);
            await stage.KillAsync(0);
            stage.Pace.IsUnbound = false;
            if (unanswered == 0) throw new InvalidOperationException($"Kill {kill} found no unanswered request: the load ended too early.");

            unansweredInAll += unanswered;
            Console.WriteLine($"kill {kill,3}: {started.Elapsed.TotalSeconds,5:0.0} s after the {(kill > 1 ? "start" : "load began")}{(duringStart ? ", while starting" : "")}, "
                + $"{unanswered} requests unanswered ({onTheWire} on the wire), {stage.Loader.AcknowledgedCount} events acknowledged");
        }
        Console.WriteLine($"{kills} kills found {unansweredInAll} requests unanswered");
        stage.Start(0);
        await stage.Servers[0].WaitUntilReadyAsync(cancel);
    }
}
