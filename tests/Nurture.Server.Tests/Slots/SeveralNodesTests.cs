using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Scheduling;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Server.Tests.Slots;

public sealed class SeveralNodesTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly ScratchFolder scratch = new("nodes");
    private TestDatabase? database;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => database = await TestDatabase.CreateAsync(TestDatabase.Postgres, scratch, Cancel);

    public async ValueTask DisposeAsync()
    {
        await database!.DisposeAsync();
        scratch.Dispose();
    }

    [Fact]
    public async Task Who_joins_gets_a_fair_share_and_who_stops_gives_its_lanes_up_before_it_is_gone()
    {
        await using var first = await StartAsync("first");
        await HoldsAsync(first, 16);
        await using var second = await StartAsync("second");
        await HoldsAsync(first, 8);
        await HoldsAsync(second, 8);

        var its = first.Database.Node;
        await first.StopAsync();

        Assert.Equal(0, await database!.CountAsync($"select count(*) from lanes where owner = '{its}'", Cancel));
        await HoldsAsync(second, 16);
    }

    [Fact]
    public async Task What_one_node_raises_is_heard_by_the_others_while_their_lines_are_cut_and_opened_again()
    {
        await using var here = Database.Create(new() { Postgres = Settings });
        await using var there = Database.Create(new() { Postgres = Settings });
        var (mine, theirs) = (new WorkSignals(), new WorkSignals());
        using var speaking = new OtherNodes(here, mine, new Lifetime(), NullLogger<OtherNodes>.Instance);
        using var listening = new OtherNodes(there, theirs, new Lifetime(), NullLogger<OtherNodes>.Instance);
        await speaking.StartAsync(Cancel);
        await listening.StartAsync(Cancel);
        await Poll.UntilAsync("the lines are open", Patience, () => Task.FromResult(speaking.Count == 2 && listening.Count == 2), Cancel);
        // Whoever opens a line looks once by itself.
        await theirs.Sends.WaitAsync(Patience, Cancel);

        await HeardAsync(mine, theirs);
        await database!.QueryAsync("select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()", _ => 0, Cancel);
        await theirs.Sends.WaitAsync(Patience, Cancel);
        await HeardAsync(mine, theirs);

        await speaking.StopAsync(Cancel);
        await listening.StopAsync(Cancel);
    }

    [Fact]
    public async Task A_moment_of_a_schedule_that_several_nodes_see_is_run_by_one_of_them_and_by_another_when_that_one_stops_in_the_middle()
    {
        var diary = new Diary();
        var before = await StartAsync("first", diary);
        var first = before.Services.GetRequiredService<Timetable>().NextOfJob("diary")!.Value;
        // As if the machines had been off for three days: the business clock has gone on, and nobody looked.
        await before.Services.GetRequiredService<ClockStore>().SaveAsync(first.AddDays(2).AddHours(1) - TimeProvider.System.GetUtcNow(), Cancel);
        await before.StopAsync();
        diary.StopsAt = first.AddDays(1);

        var nodes = new Dictionary<string, RunningServer> { ["second"] = await StartAsync("second", diary), ["third"] = await StartAsync("third", diary) };
        var stopped = await diary.Standing.Task.WaitAsync(Patience, Cancel);
        await nodes[stopped].DisposeAsync();
        await Poll.UntilAsync("the other node has run what is left", Patience, () => Task.FromResult(diary.Written.Count >= 3), Cancel);

        Assert.Equal([first, first.AddDays(1), first.AddDays(2)], diary.Written.Select(entry => entry.Moment));
        Assert.All(diary.Written.Skip(1), entry => Assert.NotEqual(stopped, entry.Node));
        foreach (var node in nodes.Where(node => node.Key != stopped)) await node.Value.DisposeAsync();
    }

    private string Settings => database!.Settings["Nurture__Postgres"]!;

    private Task<RunningServer> StartAsync(string name, Diary? diary = null) => RunningServer.StartAsync(
        Directory.CreateDirectory(scratch[name]).FullName,
        builder =>
        {
            if (diary is not null) builder.AddRecurringJob<BusinessClock>("diary", "0 9 * * *", Misfire.Each, (_, at, cancel) => diary.WriteAsync(name, at, cancel));
        },
        $"--Nurture:Postgres={Settings}");

    private static Task HoldsAsync(RunningServer server, int lanes) => Poll.UntilAsync(
        $"{lanes} lanes are held", Patience, () => Task.FromResult(server.Services.GetRequiredService<SlotWorker>().LaneCount == lanes), Cancel);

    private static Task HeardAsync(WorkSignals speaking, WorkSignals listening)
    {
        var heard = listening.Sends.WaitAsync(Timeout.InfiniteTimeSpan, Cancel);
        // A call that finds a broken connection is lost, as it may be; it is called again until it is heard.
        return Poll.UntilAsync("the call is heard", Patience, () =>
        {
            speaking.Sends.Raise();
            return Task.FromResult(heard.IsCompleted);
        }, Cancel);
    }

    private sealed class Diary
    {
        private readonly Lock gate = new();
        private readonly List<(string Node, DateTimeOffset Moment)> written = [];

        /// <summary>The first run for this moment stands still until its server stops; its node is told by <see cref="Standing"/>.</summary>
        public DateTimeOffset? StopsAt { get; set; }

        public TaskCompletionSource<string> Standing { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public IReadOnlyList<(string Node, DateTimeOffset Moment)> Written
        {
            get
            {
                lock (gate) return [.. written];
            }
        }

        public async Task WriteAsync(string node, DateTimeOffset moment, CancellationToken cancel)
        {
            if (moment == StopsAt && Standing.TrySetResult(node)) await Task.Delay(Timeout.InfiniteTimeSpan, cancel);
            lock (gate) written.Add((node, moment));
        }
    }

    private sealed class Lifetime : IHostApplicationLifetime
    {
        public CancellationToken ApplicationStarted => default;

        public CancellationToken ApplicationStopping => default;

        public CancellationToken ApplicationStopped => default;

        public void StopApplication() => throw new InvalidOperationException("Nobody stops.");
    }
}
