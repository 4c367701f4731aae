using System.Globalization;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>A slot that stood still takes what came meanwhile as one batch: colleagues who hear of each other decide as if each had been told in time.</summary>
public sealed class GeneratedBatchTests
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly string[] Names = ["login", "ordered", "paid"];
    private static readonly DateTimeOffset End = World.Start.AddHours(70);

    [Rule(25)]
    [Fact]
    public void Events_of_colleagues_taken_at_once_and_one_by_one_give_the_same_decisions()
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var random = new Random(seed);
            var texts = new[] { Scenario(random, "one", "contact"), Scenario(random, "two", "contact"), Scenario(random, "three", "account") };
            var events = Events(random);

            var (inTime, atOnce) = (Company(texts), Company(texts));
            foreach (var happened in events)
            {
                inTime.AdvanceBefore(happened.OccurredAt);
                inTime.Tell(new Signal.Occurred(happened), happened.ContactId);
                inTime.Drain();
            }

            atOnce.AdvanceClock(End);
            foreach (var happened in events) atOnce.Tell(new Signal.Occurred(happened), happened.ContactId);
            inTime.AdvanceTo(End);
            atOnce.AdvanceTo(End);

            var (one, other) = (Decisions(inTime), Decisions(atOnce));
            Assert.True(one.SequenceEqual(other), $"seed {seed}\n{string.Join("\n", texts)}\n{string.Join("\n", events.Select(happened => $"{happened.OccurredAt:dd HH:mm} {happened.Name} {happened.ContactId}"))}\n{string.Join("\n", one)}\n---\n{string.Join("\n", other)}");
        }
    }

    /// <summary>Three people of one account; each minute of the hour is one event's at most, so that no two moments are the same.</summary>
    private static List<OccurredEvent> Events(Random random)
    {
        var minutes = Enumerable.Range(0, 60).OrderBy(_ => random.Next()).Take(16).Select(minute => (random.Next(0, 60) * 60) + minute).Order().ToList();
        return [.. minutes.Select((minute, i) => new OccurredEvent(i + 1, i < 4 ? "signed_up" : Names[random.Next(Names.Length)], random.Next(1, 4), 0, World.Start.AddMinutes(minute), World.Start.AddMinutes(minute), Encoding.UTF8.GetBytes("{}")))];
    }

    private static Simulator Company(string[] texts)
    {
        var simulator = new Simulator(World.CatalogOf(SendPolicy.Default, texts), World.Start.AddHours(-1));
        for (var person = 1L; person <= 3; person++) simulator.Tell(new Signal.Grouped(person, 1001, Slots.OfAccount(1001), [], World.Start.AddHours(-1)), person);
        simulator.Drain();
        return simulator;
    }

    private static string Scenario(Random random, string name, string subject) => EnteringRuleTests.Scenario(
        string.Join('\n', Enumerable.Range(0, random.Next(2, 6)).Select(i => random.Next(5) switch
        {
            0 => $"- id: s{i}\n  wait: {random.Next(1, 20)}h",
            1 => $"- id: s{i}\n  wait: {{ for: '{Asked(random, subject)}', up_to: {random.Next(1, 30)}h }}",
            2 => $"- id: s{i}\n  branch: [ {{ if: '{Asked(random, subject)}', then: [ {{ id: t{i}, wait: {random.Next(1, 9)}h }} ] }} ]",
            3 => $"- id: s{i}\n  set: {{ account.plan: {(random.Next(2) == 0 ? "pro" : "free")} }}",
            _ => $"- id: s{i}\n  set: {{ account.seats: {random.Next(1, 9)} }}",
        })),
        $"reentry: every time\nexit: [ '{Asked(random, subject)}' ]", trigger: $"{{ event: {(subject == "account" ? "ordered" : "signed_up")} }}", subject: subject,
        goal: $"{{ when: '{Asked(random, subject)}', within: {random.Next(20, 60)}h }}", name: name);

    private static string Asked(Random random, string subject)
    {
        var (of, name) = (subject == "account" ? "" : "account.", Names[random.Next(Names.Length)]);
        return random.Next(4) switch
        {
            0 => $"{of}event(\"{name}\")",
            1 => $"{of}count(\"{name}\", \"{random.Next(2, 30)}h\") >= {random.Next(1, 4)}",
            2 => $"account.plan == \"{(random.Next(2) == 0 ? "pro" : "free")}\"",
            _ => $"account.seats > {random.Next(1, 9)}",
        };
    }

    private static List<string> Decisions(Simulator simulator) =>
        [.. simulator.Journal.Where(entry => entry.Scenario.Length > 0).GroupBy(entry => entry.Subject).OrderBy(of => of.Key.ToString(), StringComparer.Ordinal).SelectMany(of => of).Select(entry => $"{entry.Subject} {entry.At:dd HH:mm:ss.fff} {entry.Scenario} {entry.Step} {entry.Reason.Code()}")];
}
