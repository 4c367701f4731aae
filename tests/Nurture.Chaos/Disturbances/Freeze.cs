using System.Diagnostics;
using Nurture.Harness;

namespace Nurture.Chaos.Disturbances;

/// <summary>
/// Several servers on one PostgreSQL: one is frozen for longer than its leases and wakes in a world that went on without
/// it, one is killed and comes back.
/// </summary>
public sealed class Freeze(int nodes) : Disturbance
{
    private static readonly TimeSpan Promised = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public override string Name => $"{nodes} servers, one frozen and one killed";

    public override int Nodes => nodes;

    public override TimeSpan LoadFor(ChaosOptions options) => FrozenFor(options) * 1.5 + TimeSpan.FromSeconds(12);

    public override Task<string?> WhyNotAsync(ChaosOptions options, ScratchFolder scratch, CancellationToken cancel) => Task.FromResult(
        options.Store != TestDatabase.Postgres ? "SQLite has one server; --store postgres" : nodes < 3 ? "of fewer than three servers none is left" : null);

    // The quick form leaves out that mails lose their leases too, which have half a minute.
    private static TimeSpan FrozenFor(ChaosOptions options) => TimeSpan.FromSeconds(options.IsQuick ? 8 : 40);

    public override async Task RunAsync(Stage stage, CancellationToken cancel)
    {
        await SharedAsync(stage, nodes, "since all are ready", cancel);

        await stage.LoadedAsync(0.1, cancel);
        await stage.MakeBusyAsync(cancel);
        stage.Servers[1].Freeze();
        var frozen = Stopwatch.StartNew();
        stage.Pace.IsUnbound = false;
        await RelievedAsync(stage, stage.Servers[1].Id, "frozen", cancel);
        var left = FrozenFor(stage.Options) - frozen.Elapsed;
        if (left > TimeSpan.Zero) await Task.Delay(left, cancel);
        stage.Servers[1].Thaw();
        Console.WriteLine($"woken after {frozen.Elapsed.TotalSeconds:0.0} s");
        await SharedAsync(stage, nodes, "since it woke", cancel);

        await stage.MakeBusyAsync(cancel);
        var unanswered = stage.Loader.Unanswered;
        var killed = stage.Servers[2].Id;
        await stage.KillAsync(2);
        stage.Pace.IsUnbound = false;
        Console.WriteLine($"killed one with {unanswered} requests unanswered at all");
        await RelievedAsync(stage, killed, "killed", cancel);
        stage.Start(2);
        await stage.Servers[2].WaitUntilReadyAsync(cancel);
        await SharedAsync(stage, nodes, "since it came back", cancel);
        if (stage.Loading.IsCompleted) Console.WriteLine("(the load ended before all of this)");
    }

    private static async Task RelievedAsync(Stage stage, int process, string how, CancellationToken cancel)
    {
        var since = Stopwatch.StartNew();
        // The name of a node has the id of its process in its middle.
        await Poll.UntilAsync($"others hold the lanes of the node that was {how}", Patience, async () =>
            await stage.Database.CountAsync($"select count(*) from lanes where owner is null or owner like '%-{process}-%'", cancel) == 0, cancel);
        Console.WriteLine($"others held all lanes of the node that was {how} after {since.Elapsed.TotalSeconds:0.0} s");
        // The short form runs beside whatever else the machine is doing, so there it is only said.
        if (since.Elapsed > Promised && !stage.Options.IsQuick) stage.Faults.Add($"the lanes of the node that was {how} were taken over only after {since.Elapsed.TotalSeconds:0.0} s");
    }

    private static async Task SharedAsync(Stage stage, int nodes, string since, CancellationToken cancel)
    {
        var started = Stopwatch.StartNew();
        await Poll.UntilAsync($"{nodes} nodes share the lanes", Patience, async () =>
            await stage.Database.CountAsync("select case when count(owner) = 16 and max(n) - min(n) <= 2 then count(distinct owner) else 0 end from (select owner, count(*) over (partition by owner) as n from lanes) l", cancel) == nodes, cancel);
        var shares = await stage.Database.QueryAsync("select count(*) from lanes group by owner order by 1 desc", row => row.GetInt64(0), cancel);
        Console.WriteLine($"lanes shared {string.Join(" + ", shares)}, {started.Elapsed.TotalSeconds:0.0} s {since}");
    }
}
