using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>Kills PostgreSQL with all its processes again and again; the server stays, and has to find back by itself.</summary>
public sealed class DatabaseKills : Disturbance
{
    public override string Name => "kills of the database";

    public override bool OwnsDatabase => true;

    public override TimeSpan LoadFor(ChaosOptions options) => TimeSpan.FromSeconds(5 * KillsOf(options));

    public override Task<string?> WhyNotAsync(ChaosOptions options, ScratchFolder scratch, CancellationToken cancel) =>
        Task.FromResult(options.Store == TestDatabase.Postgres ? null : "SQLite has no process of its own; --store postgres");

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        var database = (PostgresDatabase)stage.Database;
        var kills = KillsOf(stage.Options);
        var recovered = new List<double>();
        for (var kill = 1; kill <= kills; kill++)
        {
            await stage.LoadedAsync((kill - 0.6 * stage.Chance.NextDouble()) / (kills + 1.0), cancel);
            await stage.MakeBusyAsync(cancel);
            var unanswered = stage.Loader.Unanswered;
            await database.CrashClusterAsync(cancel);
            stage.Pace.IsUnbound = false;
            // Long enough that requests come while nobody can take them.
            var down = TimeSpan.FromSeconds(0.2 + 1.5 * stage.Chance.NextDouble());
            await Task.Delay(down, cancel);
            var started = Stopwatch.StartNew();
            await database.StartClusterAsync(cancel);
            var up = started.Elapsed;
            await stage.GoesOnAsync(cancel);
            if (stage.Servers[0].HasExited) throw new InvalidOperationException("The server ended with its database.");

            recovered.Add((started.Elapsed - up).TotalSeconds);
            Console.WriteLine($"database kill {kill,3}: {unanswered} requests unanswered, away for {down.TotalSeconds:0.0} s, up after {up.TotalSeconds:0.0} s, "
                + $"events acknowledged again {recovered[^1]:0.0} s later");
        }
        Console.WriteLine($"{kills} kills of the database; the server took events again after {recovered.Max():0.0} s at most");
    }

    private static int KillsOf(ChaosOptions options) => options.IsQuick ? Math.Min(options.Kills, 3) : options.Kills;
}
