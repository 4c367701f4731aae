using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>
/// Each server in turn is asked to end, in the middle of its work, and starts again, as when a new build is rolled out. Nobody
/// is killed, so nothing may be left in doubt either.
/// </summary>
public sealed class RollingRestart(int nodes) : Disturbance
{
    public override string Name => nodes == 1 ? "a restart of the server" : $"{nodes} servers, restarted one after the other";

    public override int Nodes => nodes;

    public override bool LeavesDoubt => false;

    public override TimeSpan LoadFor(ChaosOptions options) => TimeSpan.FromSeconds(5 * nodes + 3);

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        for (var node = 0; node < nodes; node++)
        {
            await stage.LoadedAsync(0.1 + 0.8 * node / nodes, cancel);
            await stage.MakeBusyAsync(cancel);
            var unanswered = stage.Loader.Unanswered;
            var stopping = Stopwatch.StartNew();
            var exitCode = await stage.Servers[node].StopAsync();
            var took = stopping.Elapsed;
            stage.Pace.IsUnbound = false;
            if (exitCode != 0) stage.Faults.Add($"server {node + 1} ended with {exitCode} when it was asked to");
            await stage.Servers[node].DisposeAsync();
            stage.Start(node);
            await stage.Servers[node].WaitUntilReadyAsync(cancel);
            Console.WriteLine($"server {node + 1} ended {took.TotalSeconds:0.0} s after it was asked to, with {unanswered} requests unanswered at all; back after {stopping.Elapsed.TotalSeconds:0.0} s");
        }
        if (stage.Loading.IsCompleted) Console.WriteLine("(the load ended before all of this)");
    }
}
