using System.Diagnostics;
using Nurture.Chaos.Load;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>
/// Kills the server again and again while the load goes on: mostly at a random point of the load, every fourth time
/// within the first two seconds of a start, migrations included.
/// </summary>
public sealed class Killer(ServerSettings settings, Loader loader, Pace pace, int kills, int events, Random chance)
{
    private int unansweredInAll;

    /// <summary>Returns the server that runs after the last kill.</summary>
    /// <param name="loading">The load; kills stop with it, for there would be nothing unanswered to find.</param>
    public async Task<ServerProcess> RunAsync(ServerProcess server, Task loading, CancellationToken cancel)
    {
        for (var kill = 1; kill <= kills; kill++)
        {
            var duringStart = kill > 1 && chance.Next(4) == 0;
            var started = Stopwatch.StartNew();
            if (kill > 1)
                server = ServerProcess.Start(settings);
            try
            {
                if (duringStart)
                    await Task.Delay(TimeSpan.FromSeconds(2 * chance.NextDouble()), cancel);
                else
                    await WaitForPointAsync(server, kill, loading, cancel);
                await MakeBusyAsync(cancel);
            }
            catch
            {
                await server.DisposeAsync();
                throw;
            }
            var (unanswered, onTheWire) = (loader.Unanswered, loader.OnTheWire);
            await server.KillAsync();
            pace.IsUnbound = false;
            await server.DisposeAsync();
            if (unanswered == 0)
                throw new InvalidOperationException($"Kill {kill} found no unanswered request: the load ended too early.");

            unansweredInAll += unanswered;
            Console.WriteLine($"kill {kill,3}: {started.Elapsed.TotalSeconds,5:0.0} s after the {(kill > 1 ? "start" : "load began")}{(duringStart ? ", while starting" : "")}, "
                + $"{unanswered} requests unanswered ({onTheWire} on the wire), {loader.AcknowledgedCount} events acknowledged");
        }
        Console.WriteLine($"{kills} kills found {unansweredInAll} requests unanswered");
        return await ServerProcess.StartReadyAsync(settings, cancel);
    }

    /// <summary>A random point of the kill's share of the load; the last one comes before the load's end.</summary>
    private async Task WaitForPointAsync(ServerProcess server, int kill, Task loading, CancellationToken cancel)
    {
        await server.WaitUntilReadyAsync(cancel);
        var share = events / (kills + 1.0);
        var point = share * (kill - 0.6 * chance.NextDouble());
        await Poll.UntilAsync($"{point:0} events are acknowledged", TimeSpan.FromMinutes(5), async () =>
        {
            if (loading.IsFaulted)
                await loading;
            return loader.AcknowledgedCount >= point || loading.IsCompleted;
        }, cancel);
    }

    /// <summary>Lifts the pace and lets a random moment pass, so that every sender has a request under way.</summary>
    private async Task MakeBusyAsync(CancellationToken cancel)
    {
        pace.IsUnbound = true;
        await Task.Delay(chance.Next(5, 40), cancel);
        await Poll.UntilAsync("a request is unanswered", TimeSpan.FromSeconds(10), () => Task.FromResult(loader.Unanswered > 0), cancel);
    }
}
