using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine;

/// <summary>
/// Contacts move between slots while signals about them are under way (DESIGN.md §4). Whatever order the slots run in,
/// the end is that of a model with a single slot.
/// </summary>
public class MovingTests
{
    private const string Watching = """
        scenario: watching
        title: Watching
        owner: m@example.com
        class: transactional
        trigger: { event: started }
        audience: count("used", "365d") < 60
        goal: none
        purpose: test
        steps:
          - wait: { for: event("used"), up_to: 30d }
            timeout: []
        """;

    [Rule(11)]
    [Theory]
    [InlineData(0)]
    [InlineData(1000)]
    [InlineData(2000)]
    public void Random_interleavings_end_as_one_slot_would(int firstSeed)
    {
        for (var seed = firstSeed; seed < firstSeed + 150; seed++) Run(seed);
    }

    private static void Run(int seed)
    {
        var random = new Random(seed);
        var simulator = new Simulator(World.CatalogOf(SendPolicy.Default, Watching), World.Start);
        var model = new Model();
        var now = World.Start;
        var people = Enumerable.Range(1, 6).Select(id => (long)id).ToList();
        for (var step = 0; step < 60; step++)
        {
            now += TimeSpan.FromSeconds(random.Next(1, 100));
            simulator.AdvanceClock(now);
            var person = model.Of(people[random.Next(people.Count)]);
            switch (random.Next(8))
            {
                case 0 or 1:
                    // Said at some earlier moment: arrival order is no order.
                    var said = now - TimeSpan.FromSeconds(random.Next(0, 300));
                    var value = AttributeValue.From(random.Next(100));
                    simulator.Tell(new Signal.Described(person, new Dictionary<string, AttributeValue> { ["seats"] = value }, said, true, ConsentBasis.None), person);
                    model.Say(person, value, said);
                    break;
                case 2 or 3:
                    var account = 1000L + random.Next(4);
                    simulator.Tell(new Signal.Grouped(person, account, Slots.OfAccount(account), ["admin"], now), person);
                    model.Join(person, account);
                    break;
                case 4 when random.Next(3) == 0:
                    var other = model.Of(people[random.Next(people.Count)]);
                    if (other == person) break;
                    var (slot, hop) = simulator.RouteOf(other);
                    simulator.Tell(new Signal.MergedInto(person, other, slot, hop, now), person);
                    model.Merge(person, other);
                    break;
                default:
                    simulator.Tell(new Signal.Occurred(new OccurredEvent(0, "used", person, 0, now, now, Encoding.UTF8.GetBytes("{}"))), person);
                    model.Use(person, now);
                    break;
            }

            // Some slots run, in any order, while others lag behind.
            for (var turns = random.Next(4); turns > 0 && simulator.WaitingSlots.Any(); turns--) RunOne(simulator, random);
        }

        while (simulator.WaitingSlots.Any()) RunOne(simulator, random);

        Assert.True(simulator.Poisoned.Count == 0, $"seed {seed}: {string.Join('\n', simulator.Poisoned)}");
        var states = simulator.States.ToList();
        var contacts = states.Select(s => s.State).OfType<ContactState>().ToDictionary(c => c.Id);
        var accounts = states.Select(s => s.State).OfType<AccountState>().ToDictionary(a => a.Id);
        foreach (var (id, expected) in model.People)
        {
            Assert.True(contacts.TryGetValue(id, out var contact), $"seed {seed}: contact {id} is lost");
            Assert.True(expected.Seats.Value == contact["seats"], $"seed {seed}: contact {id} says {contact["seats"]}, not {expected.Seats.Value}");
            Assert.True(expected.Uses.SetEquals(contact.Counters.Values.SelectMany(c => c.Times)), $"seed {seed}: contact {id} used {contact.Counters.Values.Sum(c => c.Times.Count)} times, not {expected.Uses.Count}");
            var belongs = contact.Memberships.Append(contact.AccountId).Where(a => a != 0).ToHashSet();
            Assert.True(expected.Accounts.SetEquals(belongs), $"seed {seed}: contact {id} belongs to {string.Join(',', belongs)}, not {string.Join(',', expected.Accounts)}");
            var home = contact.AccountId == 0 ? Slots.OfContact(id) : Slots.OfAccount(contact.AccountId);
            Assert.True(states.Exists(s => s.Key == new SubjectKey(home, contact.Ref)), $"seed {seed}: contact {id} is not where its account is");
        }

        Assert.Equal(model.People.Keys.Order(), contacts.Keys.Order());
        foreach (var account in accounts.Values)
        {
            var primary = contacts.Values.Where(c => c.AccountId == account.Id).Select(c => c.Id).Order();
            Assert.True(primary.SequenceEqual(account.Members.Keys.Order()), $"seed {seed}: account {account.Id} has {string.Join(',', account.Members.Keys)}");
        }
    }

    private static void RunOne(Simulator simulator, Random random)
    {
        var waiting = simulator.WaitingSlots.Order().ToList();
        simulator.DrainOne(waiting[random.Next(waiting.Count)]);
    }

    /// <summary>One slot: what was said is true at once.</summary>
    private sealed class Model
    {
        private readonly Dictionary<long, long> mergedInto = [];

        public Dictionary<long, Person> People { get; } = [];

        public long Of(long id) => mergedInto.TryGetValue(id, out var into) ? Of(into) : id;

        public void Say(long id, AttributeValue value, DateTimeOffset at)
        {
            var person = Get(id);
            if (at >= person.Seats.At) person.Seats = new(value, at);
        }

        public void Join(long id, long account) => Get(id).Accounts.Add(account);

        public void Use(long id, DateTimeOffset at) => Get(id).Uses.Add(at.ToUnixTimeMilliseconds());

        public void Merge(long from, long into)
        {
            mergedInto[from] = into;
            if (!People.Remove(from, out var gone)) return;
            var person = Get(into);
            if (gone.Seats.At > person.Seats.At) person.Seats = gone.Seats;
            person.Accounts.UnionWith(gone.Accounts);
            person.Uses.UnionWith(gone.Uses);
        }

        private Person Get(long id) => People.TryGetValue(id, out var person) ? person : People[id] = new Person();
    }

    private sealed class Person
    {
        public StampedValue Seats { get; set; }

        public HashSet<long> Accounts { get; } = [];

        public HashSet<long> Uses { get; } = [];
    }
}
