using System.Text;
using Nurture.Benchmarks.Loop;
using Nurture.Benchmarks.Measuring;
using Nurture.Contacts;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Benchmarks.Timers;

/// <summary>
/// Subjects whose waits end, taken by the loop: the wait ends, three in ten are mailed, all stand on the next wait, and it is in
/// the journal. Against a trigger of Quartz per follow-up; and on PostgreSQL, while somebody's old transaction keeps the
/// database from forgetting what is done, against the same without it.
/// </summary>
internal static class TimersBenchmark
{
    // Each lap takes the subjects through so many waits: with an old transaction the last of them meet the remains of the first.
    private const int WaitsPerLap = 4;

    // Until the code has been compiled for speed.
    private const int WarmLaps = 3;

    public static async Task RunAsync(Setting setting)
    {
        if (setting.Asks("quartz")) await AgainstQuartzAsync(setting, "quartz", LoopCatalog.Files(1));
        if (setting.Asks("quartz-scenarios-30")) await AgainstQuartzAsync(setting, "quartz-scenarios-30", LoopCatalog.Files(30, segments: 40));
        if (setting.Asks("old-transaction") && setting.Store == TestDatabase.Postgres) await WithOldTransactionAsync(setting);
    }

    /// <param name="catalog">What is published beside the scenario whose waits end.</param>
    private static async Task AgainstQuartzAsync(Setting setting, string name, Dictionary<string, string> catalog)
    {
        await using var waiting = await Waiting.CreateAsync(setting, catalog, setting.Rounds + WarmLaps);
        await using var quartz = await QuartzFollowUps.CreateAsync(setting.Store, setting.Cancel);
        var theirCpu = await Cpu.OfAsync(quartz.Database, setting.Cancel);
        var triggers = setting.Few(3_000, 500);
        await waiting.WarmAsync();
        await quartz.ScheduleAsync(100, setting.Cancel);
        await quartz.RunAsync(100, setting.Cancel);
        await new Comparison(setting.Rounds).RunAsync($"timers.{name}", "due",
            async () =>
            {
                await quartz.ScheduleAsync(triggers, setting.Cancel);
                return await theirCpu.TimeAsync(() => quartz.RunAsync(triggers, setting.Cancel));
            },
            waiting.LapAsync, 20, usual: setting.Store == TestDatabase.Postgres ? 700 : 0);
    }

    private static async Task WithOldTransactionAsync(Setting setting)
    {
        await using var waiting = await Waiting.CreateAsync(setting, LoopCatalog.Files(1), 2 * setting.Rounds + WarmLaps);
        await waiting.WarmAsync();
        await new Comparison(setting.Rounds).RunAsync("timers.old-transaction", "due",
            waiting.LapAsync,
            async () =>
            {
                await using var report = await waiting.Database.OpenAsync(setting.Cancel);
                await using var reading = await report.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, setting.Cancel);
                await using var look = report.CreateCommand();
                (look.CommandText, look.Transaction) = ("select count(*) from lanes", reading);
                await look.ExecuteScalarAsync(setting.Cancel);
                return await waiting.LapAsync();
            }, 0.8);
    }

    /// <summary>People on a chain of waits of an hour, and a clock that is moved on.</summary>
    private sealed class Waiting : IAsyncDisposable
    {
        private readonly Setting setting;
        private readonly Stand stand;
        private readonly Cpu cpu;
        private readonly int people;
        private IReadOnlyList<LaneLease> leases;

        private Waiting(Setting setting, Stand stand, Cpu cpu, int people, IReadOnlyList<LaneLease> leases) =>
            (this.setting, this.stand, this.cpu, this.people, this.leases) = (setting, stand, cpu, people, leases);

        public TestDatabase Database => stand.Database;

        public static async Task<Waiting> CreateAsync(Setting setting, Dictionary<string, string> catalog, int laps)
        {
            var stand = await Stand.CreateAsync(setting.Store, Files(catalog, laps * WaitsPerLap + 1), setting.Cancel);
            var leases = await LoopBenchmark.LeaseAsync(stand, setting.Cancel);
            const string First = """
                {"batch":[{"type":"identify","userId":"first","messageId":"1","traits":{"email":"first@contacts.test","name":"First","mailed":"no"}},
                          {"type":"track","userId":"first","messageId":"2","event":"used_00","properties":{"note":"as it came"}}]}
                """;
            await stand.Get<IntakeStore>().WriteAsync([await stand.ReadAsync(First, setting.Cancel)], setting.Cancel);
            (_, leases) = await LoopBenchmark.TurnAsync(stand, leases, setting.Cancel);
            var seeding = new Seeding(stand.Get<Database>());
            var first = await seeding.ReadAsync(1, setting.Cancel) ?? throw new InvalidOperationException("Nobody waits.");
            var people = setting.Few(10_000, 2_000);
            await seeding.AddAsync(first, people - 1, state =>
            {
                if (state.Id % 10 < 3) state.Set("mailed", AttributeValue.From("yes"), DateTimeOffset.UtcNow);
            }, setting.Cancel);
            return new Waiting(setting, stand, await Cpu.OfAsync(stand.Database, setting.Cancel), people, leases);
        }

        public async Task WarmAsync()
        {
            for (var lap = 0; lap < WarmLaps; lap++) await LapAsync();
        }

        public Task<Lap> LapAsync() => cpu.TimeAsync(async () =>
        {
            var clock = stand.Get<BusinessClock>();
            var total = 0L;
            for (var wait = 0; wait < WaitsPerLap; wait++)
            {
                clock.SetOffset(clock.Offset + TimeSpan.FromMinutes(61));
                (var turned, leases) = await LoopBenchmark.TurnAsync(stand, leases, setting.Cancel);
                if (turned != people) throw new InvalidOperationException($"{turned} were due where {people} wait.");
                total += turned;
            }

            return total;
        });

        private static Dictionary<string, string> Files(Dictionary<string, string> files, int waits)
        {
            var steps = new StringBuilder();
            for (var n = 0; n < waits; n++)
            {
                steps.Append($"""
                      - id: hour-{n}
                        wait: 1h
                      - id: mailed-{n}
                        branch:
                          - if: contact.mailed == "yes"
                            then:
                              - send: {"{"} template: bench, id: nudge-{n} {"}"}

                    """);
            }

            files["scenarios/bench-00.yaml"] = $$"""
                scenario: bench-00
                title: Measured waits
                owner: bench@bench.test
                class: transactional
                purpose: To be measured
                trigger: { event: used_00 }
                reentry: once
                goal: none
                steps:
                {{steps}}
                """;
            return files;
        }

        public ValueTask DisposeAsync() => stand.DisposeAsync();
    }
}
