using System.Text.Json;
using Nurture.Benchmarks.Measuring;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Harness;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Benchmarks.Loop;

/// <summary>
/// The step loop: from an event in the log to the written decision. Against EF Core with one transaction per event, which
/// loads a state, writes it, a log row, three sends in ten, and its place.
/// </summary>
internal static class LoopBenchmark
{
    public static async Task RunAsync(Setting setting)
    {
        foreach (var (name, scenarios, stateBytes) in new[] { ("scenarios-1", 1, 600), ("scenarios-30", 30, 600), ("scenarios-30-state-4k", 30, 4000) })
        {
            if (setting.Asks(name)) await CompareAsync(setting, name, scenarios, stateBytes);
        }
    }

    private static async Task CompareAsync(Setting setting, string name, int scenarios, int stateBytes)
    {
        var contacts = setting.Few(50_000, 5_000);
        await using var stand = await Stand.CreateAsync(setting.Store, LoopCatalog.Files(scenarios), setting.Cancel);
        var leases = await LeaseAsync(stand, setting.Cancel);
        leases = await SeedAsync(stand, leases, contacts, stateBytes, setting.Cancel);
        var people = await stand.Database.QueryAsync("select id, slot, hop from contacts order by id", row => (Id: row.GetInt64(0), Slot: row.GetInt16(1), Hop: row.GetInt32(2)), setting.Cancel);
        await using var baseline = await EfLoop.CreateAsync(setting.Store, contacts, stateBytes, setting.Cancel);
        var (ourCpu, theirCpu) = (await Cpu.OfAsync(stand.Database, setting.Cancel), await Cpu.OfAsync(baseline.Database, setting.Cancel));
        var random = new Random(1);

        // A first lap warms both up and lets passages begin and end alike.
        leases = await AppendAndRunAsync(setting.Few(20_000, 2_000), null);
        await baseline.RunAsync(setting.Few(500, 100), setting.Cancel);

        await new Comparison(setting.Rounds).RunAsync($"loop.{name}", "event",
            () => theirCpu.TimeAsync(() => baseline.RunAsync(setting.Few(4_000, 500), setting.Cancel)),
            async () =>
            {
                Lap lap = default;
                leases = await AppendAndRunAsync(setting.Few(40_000, 4_000), measured => lap = measured);
                return lap;
            },
            setting.Store == TestDatabase.Postgres ? 20 : 15, usual: setting.Store == TestDatabase.Postgres ? 1000 : 400);

        async Task<IReadOnlyList<LaneLease>> AppendAndRunAsync(int events, Action<Lap>? measured)
        {
            var log = stand.Get<EventLog>();
            for (var done = 0; done < events; done += 1000)
            {
                var now = DateTimeOffset.UtcNow.Truncate();
                await log.AppendAsync([.. Enumerable.Range(0, 1000).Select(_ =>
                {
                    // Each of them uses one thing again and again, so that passages end as often as they begin.
                    var n = random.Next(people.Count);
                    var person = people[n];
                    var happened = new OccurredEvent(0, LoopCatalog.EventOf(n % scenarios), person.Id, 0, now, now, """{"note":"as it came"}"""u8.ToArray());
                    return SignalCodec.Store(new Signal.Occurred(happened, false), person.Slot, new StoredAbout(now, 1, person.Hop, "benchmark"));
                })], setting.Cancel);
            }

            var held = leases;
            var lap = await ourCpu.TimeAsync(async () =>
            {
                (var turned, held) = await TurnAsync(stand, held, setting.Cancel);
                return turned;
            });
            measured?.Invoke(lap);
            return held;
        }
    }

    internal static async Task<IReadOnlyList<LaneLease>> LeaseAsync(Stand stand, CancellationToken cancel) =>
        await stand.Get<SlotStore>().AcquireAsync(TimeSpan.FromHours(6), stand.Get<Database>().Lanes, [], cancel);

    /// <summary>Turns the loop until nothing is left; answers how much that was.</summary>
    internal static async Task<(long Turned, IReadOnlyList<LaneLease> Leases)> TurnAsync(Stand stand, IReadOnlyList<LaneLease> leases, CancellationToken cancel)
    {
        var (runner, total) = (stand.Get<SlotRunner>(), 0L);
        while (true)
        {
            (var done, leases) = await runner.TurnAsync(leases, cancel);
            total += done;
            if (done == 0 && await stand.Get<SlotStore>().UnreadAsync(cancel) == 0) return (total, leases);
        }
    }

    /// <summary>Contacts with a packed state of about that size.</summary>
    private static async Task<IReadOnlyList<LaneLease>> SeedAsync(Stand stand, IReadOnlyList<LaneLease> leases, int contacts, int stateBytes, CancellationToken cancel)
    {
        var random = new Random(1);
        var store = stand.Get<IntakeStore>();
        for (var from = 0; from < contacts; from += 500)
        {
            var batch = Enumerable.Range(from, 500).Select(n => new
            {
                type = "identify", userId = $"user-{n}", messageId = $"seed-{n}",
                traits = new { email = $"user{n}@contacts.test", name = $"User {n}", mailed = n % 5 < 3 ? "yes" : "no", note = Convert.ToHexString(RandomBytes(random, (stateBytes - 150) / 2)) },
            });
            await store.WriteAsync([await stand.ReadAsync(JsonSerializer.Serialize(new { batch }), cancel)], cancel);
            (_, leases) = await TurnAsync(stand, leases, cancel);
        }

        return leases;
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
