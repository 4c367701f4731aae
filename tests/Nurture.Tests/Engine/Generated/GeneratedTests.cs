using System.Globalization;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;

namespace Nurture.Tests.Engine.Generated;

/// <summary>
/// Properties that hold for every scenario that passes the linter and every history, by seeds. NURTURE_RUNS says how many
/// are drawn (2,000); NURTURE_SEED where they begin. A seed that breaks is said, and draws the same again.
/// </summary>
public sealed class GeneratedTests(ITestOutputHelper output)
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);

    private static readonly SegmentSet Segments = SegmentsReader.Read("""
        segments:
          active: { is: 'count("login", "7d") >= 1' }
          big: { of: account, is: account.seats >= 10 }
          beta: { is: listed }
          partners: { of: account, is: listed }
        """, "segments.yaml", World.Plan).Segments;

    private static readonly EscalationTypes Types = EscalationTypesReader.Read("types: { stalled: { title: Stalled, hold: { blocks: [ service ], max: 9d, quiet: 1d }, cool_down: 5d } }", "escalations.yaml").Types;

    private static readonly SendPolicy Policy = SendPolicyReader.Read("""
        zone: Europe/Berlin
        allowed_hours: { marketing: { from: "09:00", until: "18:00", days: business }, service: { from: "08:00", until: "20:00" } }
        caps: [ { sends: 2, within: 3d } ]
        calendar: own
        calendars: { own: { holidays: [ 2026-03-20, 2026-05-01 ], closures: [ 2026-04-03..2026-04-06 ] } }
        sender: { name: A, address: a@example.com, organization: A, postal_address: A }
        """, "policy.yaml").Policy;

    private static readonly ParseEnvironment Known = new() { Plan = World.Plan, Policy = Policy, Segments = Segments, Escalations = Types };

    [Fact]
    public void The_engine_stumbles_over_no_scenario_that_passes_the_linter()
    {
        var (steps, signals, together) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>(), new HashSet<(string, string)>());
        for (var seed = First; seed < First + Runs; seed++)
        {
            var (texts, history) = Draw(seed);
            var simulator = new Simulator(CatalogOf(texts), World.Start);
            foreach (var happening in history) Play(simulator, happening);
            simulator.AdvanceTo(simulator.Now.AddDays(60));

            Assert.True(simulator.Poisoned.Count == 0, $"seed {seed}: {simulator.Poisoned.FirstOrDefault()?.Step} {simulator.Poisoned.FirstOrDefault()?.Error}\n{string.Join("\n", texts)}");
            var reached = simulator.Carried.OfType<Effect.Positioned>().Select(position => Kind(simulator, position)).OfType<string>().Distinct().ToList();
            foreach (var kind in reached) steps[kind] = steps.GetValueOrDefault(kind) + 1;
            foreach (var signal in history.Select(happening => happening.Kind).Distinct())
            {
                signals[signal] = signals.GetValueOrDefault(signal) + 1;
                foreach (var kind in reached) together.Add((kind, signal));
            }
        }

        output.WriteLine($"{Runs} runs from seed {First}; {together.Count} of {steps.Count * signals.Count} pairs of a kind of step and a signal");
        output.WriteLine($"steps: {string.Join(", ", steps.Select(step => $"{step.Key} {step.Value}"))}");
        output.WriteLine($"signals: {string.Join(", ", signals.Select(signal => $"{signal.Key} {signal.Value}"))}");
        if (Runs >= 2000) Assert.Equal(typeof(Step).GetNestedTypes().Count(type => type.IsSubclassOf(typeof(Step))), steps.Count);
    }

    [Fact]
    public void One_jump_of_the_clock_and_many_small_steps_give_the_same_journal()
    {
        for (var seed = First; seed < First + (Runs / 10); seed++)
        {
            var (texts, history) = Draw(seed);
            var (jumping, stepping) = (new Simulator(CatalogOf(texts), World.Start), new Simulator(CatalogOf(texts), World.Start));
            // The same happenings, each told of its own simulator's states.
            var (again, steps) = (Draw(seed).History, new Random(seed));
            for (var i = 0; i < history.Count; i++)
            {
                Play(jumping, history[i]);
                // At one moment nothing lies between two happenings.
                for (var n = again[i].At > stepping.Now ? steps.Next(30) : 0; n > 0; n--) stepping.AdvanceTo(stepping.Now + ((again[i].At - stepping.Now) * steps.NextDouble() * 0.99));
                Play(stepping, again[i]);
            }

            var end = jumping.Now.AddDays(60);
            jumping.AdvanceTo(end);
            while (stepping.Now < end) stepping.AdvanceTo(stepping.Now.AddHours(steps.Next(1, 40)) is var next && next < end ? next : end);

            Assert.True(Told(jumping).SequenceEqual(Told(stepping)), $"seed {seed}\n{string.Join("\n", texts)}\n{Difference(Told(jumping), Told(stepping))}");
        }
    }

    [Fact]
    public void Nobody_passes_a_cap_or_is_mailed_outside_of_allowed_hours_twice_for_one_step_or_after_an_end()
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var (texts, history) = Draw(seed);
            var simulator = new Simulator(CatalogOf(texts), World.Start);
            foreach (var happening in history) Play(simulator, happening);
            simulator.AdvanceTo(simulator.Now.AddDays(30));

            var sends = simulator.Sends.Where(send => !send.IsCancelled).Select(send => send.Draft).ToList();
            Assert.True(sends.Select(send => send.Id).Distinct().Count() == sends.Count, $"seed {seed}: twice for one step");
            foreach (var recipient in sends.Where(send => send.IsCounted).GroupBy(send => send.RecipientId))
            {
                var times = recipient.Select(send => send.PlannedAt).Order().ToList();
                for (var i = 2; i < times.Count; i++) Assert.True(times[i] - times[i - 2] >= TimeSpan.FromDays(3), $"seed {seed}: three mails to {recipient.Key} from {times[i - 2]:O} to {times[i]:O}\n{string.Join("\n", texts)}");
            }

            // By the order of what was decided: a passage that a late event began is lived through at once, and its mail leaves now.
            var over = new HashSet<long>();
            foreach (var effect in simulator.Carried)
            {
                if (effect is Effect.Positioned position && position.Step is null) over.Add(position.EnrollmentId);
                else if (effect is Effect.Positioned again) over.Remove(again.EnrollmentId);
                else if (effect is Effect.PlanSend { Draft: { EnrollmentId: not 0 } send }) Assert.True(!over.Contains(send.EnrollmentId), $"seed {seed}: {send.Step} of {send.Scenario} left after its end\n{string.Join("\n", texts)}");
            }
        }
    }

    private static IEnumerable<string> Told(Simulator simulator) =>
        simulator.Journal.Select(entry => $"{entry.At:O} {entry.Subject} {entry.Scenario} {entry.Step} {entry.Reason.Code()} {entry.Detail}");

    private static string Difference(IEnumerable<string> one, IEnumerable<string> other)
    {
        var (first, second) = (one.ToList(), other.ToList());
        var at = Enumerable.Range(0, Math.Min(first.Count, second.Count)).FirstOrDefault(i => first[i] != second[i], Math.Min(first.Count, second.Count));
        return $"at {at}\n{string.Join("\n", first.Skip(Math.Max(0, at - 3)).Take(6))}\n---\n{string.Join("\n", second.Skip(Math.Max(0, at - 3)).Take(6))}";
    }

    private static void Play(Simulator simulator, Happening happening)
    {
        simulator.AdvanceBefore(happening.At);
        happening.Tell(simulator);
        simulator.Drain();
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<Happening> History) Draw(int seed)
    {
        var random = new Random(seed);
        var generator = new ScenarioGenerator(random);
        var texts = new List<string>();
        var names = new[] { "one", "two", "three" };
        while (texts.Count < names.Length)
        {
            var text = generator.Draw(names[texts.Count], random.Next(2) == 0, [.. names.Take(texts.Count)]);
            var parsed = ScenarioLibrary.Check(text, "drawn.yaml", Known);
            if (parsed.Scenario is not null) texts.Add(text);
        }

        return (texts, new HistoryGenerator(random, names).Draw(random.Next(20, 60)));
    }

    private static Catalog CatalogOf(IReadOnlyList<string> texts) => World.CatalogOf(Policy, Segments, [.. texts]) with { Escalations = Types };

    private static string? Kind(Simulator simulator, Effect.Positioned position) =>
        position.Step is { } step ? Step.All(simulator.Catalog.Versions[(position.Scenario, position.Version)].Scenario.Steps).First(one => one.Id == step).GetType().Name : null;
}
