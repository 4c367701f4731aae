using System.Globalization;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>SDKs shuffle what they send, and a telephone may be off for days: within the lateness limit the order of arrival changes no goal and no count.</summary>
public sealed class GeneratedOrderTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly string[] Names = ["login", "ordered", "paid", "setup_completed"];

    [Rule(21, 23, 24)]
    [Lesson(9)]
    [Fact]
    public void Events_in_any_order_of_arrival_give_the_same_goals_and_counts()
    {
        var goals = 0;
        for (var seed = First; seed < First + Runs; seed++)
        {
            var random = new Random(seed);
            var texts = new[] { Scenario(random, "one", "contact"), Scenario(random, "two", "account") };
            var events = Events(random);

            var inOrder = Play(texts, events.Select(happened => (happened, happened.OccurredAt)));
            // Each comes up to 70 hours after it happened; the limit is 72.
            var shuffled = Play(texts, events.Select(happened => (happened, At: happened.OccurredAt + (TimeSpan.FromHours(70) * (random.Next(3) == 0 ? 0 : random.NextDouble())))).OrderBy(arrival => arrival.At).ThenBy(_ => random.Next()));

            Assert.True(inOrder.SequenceEqual(shuffled), $"seed {seed}\n{string.Join("\n", texts)}\n{string.Join("\n", events.Select(happened => $"{happened.OccurredAt:O} {happened.Name} {happened.ContactId}"))}\n{string.Join("\n", inOrder)}\n---\n{string.Join("\n", shuffled)}");
            goals += inOrder.Count(line => line.StartsWith("goal", StringComparison.Ordinal));
        }

        output.WriteLine($"{goals} goals in {Runs} runs from seed {First}");
    }

    /// <summary>What happens in some hours: each of two companies signs up once.</summary>
    private static List<OccurredEvent> Events(Random random)
    {
        var moments = Enumerable.Range(1, 600).OrderBy(_ => random.Next()).Take(18).Select(minute => World.Start.AddMinutes(minute)).ToList();
        return [.. moments.Select((at, i) => Event(i + 1, i switch { 0 => "signed_up", 1 => "signed_up", _ => Names[random.Next(Names.Length)] }, i switch { 0 => random.Next(1, 3), 1 => 3, _ => random.Next(1, 4) }, at)).OrderBy(happened => happened.OccurredAt)];
    }

    private static OccurredEvent Event(long id, string name, long contact, DateTimeOffset at) => new(id, name, contact, 0, at, at, Encoding.UTF8.GetBytes($$"""{"total":{{id}}}"""));

    /// <summary>A goal that events since entry decide; waits that outlast the lateness limit or do not matter to it.</summary>
    private static string Scenario(Random random, string name, string subject) => EnteringRuleTests.Scenario(
        string.Join('\n', Enumerable.Range(0, random.Next(1, 4)).Select(i => random.Next(4) switch
        {
            0 => $"- id: s{i}\n  wait: {random.Next(4, 9)}d",
            1 => $"- id: s{i}\n  wait: {{ for: '{Happened(random)}', up_to: {random.Next(1, 9)}d }}",
            // Of windows that are not over in the end: what has left one is forgotten when its subject is next looked at.
            2 => $"- id: s{i}\n  branch: [ {{ if: 'count(\"{Names[random.Next(4)]}\", \"{random.Next(5, 15)}d\") >= {random.Next(1, 5)}', then: [ {{ id: t{i}, wait: 1d }} ] }} ]",
            _ => $"- id: s{i}\n  send: {{ template: t{(subject == "account" ? ", to: most_active, nobody: end" : "")} }}",
        })),
        trigger: "{ event: signed_up }", subject: subject, goal: $"{{ when: '{Goal(random)}', within: 40d{(random.Next(3) == 0 ? ", on_goal: continue" : "")} }}", name: name);

    private static string Goal(Random random) => random.Next(3) switch
    {
        0 => Happened(random),
        1 => $"{Happened(random)} && {Happened(random)}",
        _ => $"({Happened(random)} || {Happened(random)}) && {Happened(random)}",
    };

    private static string Happened(Random random) => $"event(\"{Names[random.Next(4)]}\")";

    private static List<string> Play(IReadOnlyList<string> texts, IEnumerable<(OccurredEvent Event, DateTimeOffset At)> arrivals)
    {
        var simulator = new Simulator(World.CatalogOf(SendPolicy.Default, [.. texts]), World.Start);
        foreach (var (person, account) in new[] { (1L, 1001L), (2L, 1001L), (3L, 1002L) })
        {
            simulator.Tell(new Signal.Described(person, new Dictionary<string, AttributeValue> { ["email"] = AttributeValue.From($"p{person}@example.com") }, World.Start, true, ConsentBasis.OptIn), person);
            simulator.Tell(new Signal.Grouped(person, account, Slots.OfAccount(account), [], World.Start), person);
        }

        simulator.Drain();
        foreach (var (happened, at) in arrivals)
        {
            simulator.AdvanceBefore(at);
            simulator.Tell(new Signal.Occurred(happened with { ReceivedAt = simulator.Now }), happened.ContactId);
            simulator.Drain();
        }

        simulator.AdvanceTo(World.Start.AddDays(4));
        var states = simulator.States.OrderBy(pair => pair.Key.Subject.Kind).ThenBy(pair => pair.Key.Subject.Id).Select(pair => pair.State).ToList();
        return
        [
            .. simulator.Journal.Where(entry => entry.Reason == Reason.GoalReached).Select(entry => $"goal {entry.Subject} {entry.Scenario}").Order(StringComparer.Ordinal),
            .. states.Select(state => $"{state.Ref} counts {Dump.Of(state.Counters)}"),
            .. states.OfType<ContactState>().Select(contact => $"{contact.Ref} seen {contact.LastActiveAt:O}"),
        ];
    }
}
