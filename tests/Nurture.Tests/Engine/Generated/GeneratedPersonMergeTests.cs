using System.Globalization;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>Whether somebody did all under one name, or under two that turn out to be one: the goals are the same, and no scenario is gone through twice.</summary>
public sealed class GeneratedPersonMergeTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "1000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly string[] Names = ["signed_up", "login", "ordered", "paid"];

    [Rule(11, 15, 23)]
    [Fact]
    public void Two_names_of_one_person_come_to_the_goals_of_one()
    {
        var goals = 0;
        for (var seed = First; seed < First + Runs; seed++)
        {
            var random = new Random(seed);
            var texts = new[] { Scenario(random, "one", "contact"), Scenario(random, "two", "account") };
            var events = Enumerable.Range(1, 14).Select(i => (At: World.Start.AddMinutes(random.Next(1, 500)), Name: i == 1 ? "signed_up" : Names[random.Next(4)], Person: random.Next(1, 3))).OrderBy(happened => happened.At).ToList();
            var (account, mergedAt, into) = (random.Next(3), random.Next(events.Count + 1), random.Next(1, 3));

            var asOne = Play(texts, events, account, null, 1);
            var asTwo = Play(texts, events, account, mergedAt, into);

            Assert.True(asOne.SequenceEqual(asTwo), $"seed {seed}: merged at {mergedAt} into {into}, account {account}\n{string.Join("\n", texts)}\n{string.Join("\n", events)}\n{string.Join("\n", asOne)}\n---\n{string.Join("\n", asTwo)}");
            goals += asOne.Count;
        }

        Assert.True(goals > Runs / 4, $"{goals} goals in {Runs} runs");
        output.WriteLine($"{goals} goals in {Runs} runs from seed {First}");
    }

    private static string Scenario(Random random, string name, string subject) => EnteringRuleTests.Scenario(
        string.Join('\n', Enumerable.Range(0, random.Next(1, 4)).Select(i => random.Next(3) switch
        {
            0 => $"- id: s{i}\n  wait: {random.Next(1, 9)}h",
            1 => $"- id: s{i}\n  wait: {{ for: '{Happened(random)}', up_to: {random.Next(1, 9)}h }}",
            _ => $"- id: s{i}\n  send: {{ template: t{(subject == "account" ? ", to: trigger.contact, nobody: end" : "")} }}",
        })),
        trigger: "{ event: signed_up }", subject: subject, goal: $"{{ when: '{Goal(random)}', within: 40d }}", name: name);

    private static string Goal(Random random) => random.Next(3) switch
    {
        0 => Happened(random),
        1 => $"{Happened(random)} && {Happened(random)}",
        _ => $"({Happened(random)} || {Happened(random)}) && {Happened(random)}",
    };

    private static string Happened(Random random) => $"event(\"{Names[random.Next(1, 4)]}\")";

    /// <param name="account">0 for none, 1 for the first person's, 2 for both's.</param>
    /// <param name="mergedAt">Before which event; null where all is one person's from the beginning.</param>
    private static List<string> Play(string[] texts, List<(DateTimeOffset At, string Name, int Person)> events, int account, int? mergedAt, long into)
    {
        var simulator = new Simulator(World.CatalogOf(SendPolicy.Default, texts), World.Start);
        foreach (var person in mergedAt is null ? new[] { 1L } : [1L, 2L])
        {
            simulator.Tell(new Signal.Described(person, new Dictionary<string, AttributeValue> { ["email"] = AttributeValue.From("p@example.com") }, World.Start, true, ConsentBasis.OptIn), person);
            if (account >= person) simulator.Tell(new Signal.Grouped(person, 1001, Slots.OfAccount(1001), [], World.Start), person);
        }

        simulator.Drain();
        var isOne = mergedAt is null;
        for (var i = 0; i <= events.Count; i++)
        {
            if (i == mergedAt)
            {
                var from = 3 - into;
                var (slot, hop) = simulator.RouteOf(into);
                simulator.Tell(new Signal.MergedInto(from, into, slot, hop, simulator.Now), from);
                simulator.Drain();
                isOne = true;
            }

            if (i == events.Count) break;
            simulator.AdvanceTo(events[i].At);
            var person = !isOne ? events[i].Person : mergedAt is null ? 1 : into;
            simulator.Tell(new Signal.Occurred(new OccurredEvent(i + 1, events[i].Name, person, 0, simulator.Now, simulator.Now, Encoding.UTF8.GetBytes("{}"))), person);
            simulator.Drain();
        }

        simulator.AdvanceTo(World.Start.AddDays(3));
        Assert.Empty(simulator.Poisoned);
        var live = simulator.States.Select(pair => pair.State).SelectMany(state => state.Enrollments.Where(one => one.Status == EnrollmentStatus.Live).GroupBy(one => one.Scenario)).Where(passages => passages.Count() > 1);
        Assert.Empty(live);
        return [.. simulator.Journal.Where(entry => entry.Reason == Reason.GoalReached && (account != 1 || entry.Scenario == "one")).Select(entry => entry.Scenario).Distinct().Order(StringComparer.Ordinal)];
    }
}
