using Nurture.Benchmarks.Measuring;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Storage;

namespace Nurture.Benchmarks.Loop;

/// <summary>A stand whose loop is turned by hand over events of many people.</summary>
internal sealed class LoopRun : IAsyncDisposable
{
    private readonly Random random = new(1);
    private readonly Stand stand;
    private readonly Cpu cpu;
    private readonly int scenarios;
    private readonly IReadOnlyList<(long Id, short Slot, int Hop)> people;
    private IReadOnlyList<LaneLease> leases;

    private LoopRun(Stand stand, Cpu cpu, int scenarios, IReadOnlyList<(long, short, int)> people, IReadOnlyList<LaneLease> leases) =>
        (this.stand, this.cpu, this.scenarios, this.people, this.leases) = (stand, cpu, scenarios, people, leases);

    /// <param name="contacts">So many, with a packed state of about <paramref name="stateBytes"/>.</param>
    /// <param name="areWaiting">Whether all stand on a step; else nobody has entered.</param>
    public static async Task<LoopRun> CreateAsync(string store, int scenarios, int contacts, int stateBytes, bool areWaiting, CancellationToken cancel, int segments = 0)
    {
        var stand = await Stand.CreateAsync(store, LoopCatalog.Files(scenarios, segments), cancel);
        var leases = await LoopBenchmark.LeaseAsync(stand, cancel);
        await stand.Get<IntakeStore>().WriteAsync([await stand.ReadAsync(areWaiting ? $$"""{"batch":[{{Introduced}},{{Used}}]}""" : $$"""{"batch":[{{Introduced}}]}""", cancel)], cancel);
        (_, leases) = await LoopBenchmark.TurnAsync(stand, leases, cancel);
        var seeding = new Seeding(stand.Get<Database>());
        var first = await seeding.ReadAsync(1, cancel) ?? throw new InvalidOperationException("There is nobody to be like.");
        var random = new Random(1);
        var said = DateTimeOffset.UtcNow.Truncate();
        await seeding.AddAsync(first, contacts - 1, state =>
        {
            state.Set("mailed", AttributeValue.From(state.Id % 5 < 3 ? "yes" : "no"), said);
            // Of random digits, or the database would press it together.
            var note = new byte[(stateBytes - 150) / 2];
            random.NextBytes(note);
            state.Set("note", AttributeValue.From(Convert.ToHexString(note)), said);
        }, cancel);
        var people = await stand.Database.QueryAsync("select id, slot, hop from contacts order by id", row => (row.GetInt64(0), row.GetInt16(1), row.GetInt32(2)), cancel);
        return new LoopRun(stand, await Cpu.OfAsync(stand.Database, cancel), scenarios, people, leases);
    }

    private const string Introduced = """{"type":"identify","userId":"first","messageId":"1","traits":{"email":"first@contacts.test","name":"First","mailed":"no"}}""";

    private static readonly string Used = $$$"""{"type":"track","userId":"first","messageId":"2","event":"{{{LoopCatalog.EventOf(0)}}}","properties":{"note":"as it came"}}""";

    /// <summary>Appends that many events, then turns the loop until nothing is left: that alone is timed.</summary>
    public async Task<Lap> RunAsync(int events, CancellationToken cancel)
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
            })], cancel);
        }

        return await cpu.TimeAsync(async () =>
        {
            (var turned, leases) = await LoopBenchmark.TurnAsync(stand, leases, cancel);
            return turned;
        });
    }

    public ValueTask DisposeAsync() => stand.DisposeAsync();
}
