using System.Collections.Frozen;
using System.Globalization;
using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Sessions;
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
        var (steps, signals, together) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>(), new Dictionary<(string, string), int>());
        for (var seed = First; seed < First + Runs; seed++)
        {
            var (texts, history) = Draw(seed);
            var simulator = new Simulator(CatalogOf(texts), World.Start);
            var stage = new Stage(simulator);
            foreach (var happening in history) stage.Play(happening);
            stage.AdvanceTo(simulator.Now.AddDays(60));

            Assert.True(simulator.Poisoned.Count == 0, $"seed {seed}: {simulator.Poisoned.FirstOrDefault()?.Step} {simulator.Poisoned.FirstOrDefault()?.Error}\n{string.Join("\n", texts)}");
            var reached = simulator.Carried.OfType<Effect.Positioned>().SelectMany(position => Kinds(simulator, position)).Distinct().ToList();
            foreach (var kind in reached) steps[kind] = steps.GetValueOrDefault(kind) + 1;
            // The simulator itself lets those go on who stand in line.
            if (simulator.Journal.Any(entry => entry.Reason == Reason.Throttled)) stage.Told.Add("admitted");
            if (simulator.Journal.Any(entry => entry.Reason == Reason.SubjectTested)) stage.Told.Add("arm answered");
            foreach (var signal in stage.Told)
            {
                signals[signal] = signals.GetValueOrDefault(signal) + 1;
                foreach (var kind in reached) together[(kind, signal)] = together.GetValueOrDefault((kind, signal)) + 1;
            }
        }

        output.WriteLine($"{Runs} runs from seed {First}; {together.Count} of {steps.Count * signals.Count} pairs of a kind of step and a signal; how many runs had both:");
        foreach (var signal in signals) output.WriteLine($"{signal.Key,-18} {string.Join(' ', steps.Keys.Select(step => together.GetValueOrDefault((step, signal.Key)).ToString(CultureInfo.InvariantCulture).PadLeft(Math.Max(5, step.Length))))}");
        output.WriteLine($"{"",-18} {string.Join(' ', steps.Keys.Select(step => step.PadLeft(Math.Max(5, step.Length))))}");
        output.WriteLine($"steps: {string.Join(", ", steps.Select(step => $"{step.Key} {step.Value}"))}");
        if (Runs < 2000) return;
        Assert.Equal(typeof(Step).GetNestedTypes().Where(type => type.IsSubclassOf(typeof(Step))).Select(type => type.Name).Concat(Manners).Order(StringComparer.Ordinal), steps.Keys.Order(StringComparer.Ordinal));
        // What is rare on both sides takes more runs to meet.
        if (Runs >= 50_000) Assert.DoesNotContain(steps.Keys.SelectMany(_ => signals.Keys, (step, signal) => (step, signal)), pair => !together.ContainsKey(pair));
    }

    [Fact]
    public void One_jump_of_the_clock_and_many_small_steps_give_the_same()
    {
        for (var seed = First; seed < First + (Runs / 10); seed++)
        {
            var (texts, history) = Draw(seed);
            var (jumping, stepping) = (new Stage(new Simulator(CatalogOf(texts), World.Start)), new Stage(new Simulator(CatalogOf(texts), World.Start)));
            // The same happenings, each told of its own simulator's states.
            var (again, steps) = (Draw(seed).History, new Random(seed));
            for (var i = 0; i < history.Count; i++)
            {
                jumping.Play(history[i]);
                // At one moment nothing lies between two happenings.
                for (var n = again[i].At > stepping.Now ? steps.Next(30) : 0; n > 0; n--) stepping.AdvanceTo(stepping.Now + ((again[i].At - stepping.Now) * steps.NextDouble() * 0.99));
                stepping.Play(again[i]);
            }

            var end = jumping.Now.AddDays(60);
            jumping.AdvanceTo(end);
            while (stepping.Now < end) stepping.AdvanceTo(stepping.Now.AddHours(steps.Next(1, 40)) is var next && next < end ? next : end);

            var (one, other) = (Told(jumping.Simulator), Told(stepping.Simulator));
            Assert.True(one.SequenceEqual(other), $"seed {seed}\n{string.Join("\n", texts)}\n{Difference(one, other)}");
        }
    }

    [Lesson(1, 16, 23, 24)]
    [Fact]
    public void Nobody_passes_a_cap_or_is_mailed_outside_of_allowed_hours_twice_for_one_step_or_after_an_end()
    {
        var mails = 0;
        for (var seed = First; seed < First + Runs; seed++)
        {
            var (texts, history) = Draw(seed);
            var judge = Judge();
            var stage = new Stage(new Simulator(CatalogOf(texts), World.Start), judge);
            foreach (var happening in history) stage.Play(happening);
            stage.AdvanceTo(stage.Now.AddDays(30));

            Assert.True(judge.Complaints.Count == 0, $"seed {seed}\n{string.Join("\n", judge.Complaints)}\n{string.Join("\n", texts)}");
            mails += judge.Mails;
        }

        output.WriteLine($"{mails} mails in {Runs} runs from seed {First}");
        Assert.True(mails > Runs / 2, $"{mails} mails are too few to judge by.");
    }

    /// <summary>It knows the policy by heart and not from its reader.</summary>
    private static MailJudge Judge() => new(
        "Europe/Berlin",
        new Dictionary<SendClass, AllowedHours> { [SendClass.Marketing] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.Business), [SendClass.Service] = new(new LocalTime(8, 0), new LocalTime(20, 0), Days.All) },
        new Cap(2, TimeSpan.FromDays(3)),
        date => date.DayOfWeek is not (IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday)
            && date != new LocalDate(2026, 3, 20) && date != new LocalDate(2026, 5, 1) && (date < new LocalDate(2026, 4, 3) || date > new LocalDate(2026, 4, 6)));

    /// <summary>All that was decided, and where everybody stands in the end.</summary>
    private static List<string> Told(Simulator simulator) =>
    [
        .. simulator.Carried.Select(effect => effect is Effect.Journal said ? $"{said.Slot} {said.Entry}" : Dump.Of(effect)),
        .. simulator.Sends.Select(send => $"{send.Draft.Id} {send.LeftAt:O} {send.IsCancelled}"),
        .. simulator.States.OrderBy(pair => pair.Key.Subject.Kind).ThenBy(pair => pair.Key.Subject.Id).Select(pair => $"{pair.Key} {Convert.ToHexString(StateCodec.Pack(pair.State).Doc)}"),
    ];

    private static string Difference(List<string> first, List<string> second)
    {
        var at = Enumerable.Range(0, Math.Min(first.Count, second.Count)).FirstOrDefault(i => first[i] != second[i], Math.Min(first.Count, second.Count));
        return $"at {at}\n{string.Join("\n", first.Skip(Math.Max(0, at - 3)).Take(6))}\n---\n{string.Join("\n", second.Skip(Math.Max(0, at - 3)).Take(6))}";
    }

    private static (IReadOnlyList<string> Texts, IReadOnlyList<Happening> History) Draw(int seed)
    {
        var random = new Random(seed);
        var generator = new ScenarioGenerator(random);
        var (texts, live) = (new List<string>(), new List<string>());
        var names = new[] { "one", "two", "three" };
        while (texts.Count < names.Length)
        {
            var text = generator.Draw(names[texts.Count], random.Next(2) == 0, [.. names.Take(texts.Count)], live);
            if (ScenarioLibrary.Check(text, "drawn.yaml", Known).Scenario is not { } scenario) continue;
            texts.Add(text);
            live.AddRange(scenario.Each().Select(one => one.Name));
        }

        return (texts, new HistoryGenerator(random, live).Draw(random.Next(20, 60)));
    }

    private static Catalog CatalogOf(IReadOnlyList<string> texts) => World.CatalogOf(Policy, Segments, [.. texts]) with { Escalations = Types, Sessions = Sessions };

    private static readonly FrozenDictionary<string, Session> Sessions = new[] { Held("demo", "webinar", 18, null), Held("lab", "lab", 50, 5) }.ToFrozenDictionary(session => session.Id);

    private static Session Held(string id, string kind, int days, int? seats) => new()
    {
        Id = id,
        Kind = kind,
        Titles = new Dictionary<string, string> { ["en"] = id },
        StartsAt = World.Start.AddDays(days),
        EndsAt = World.Start.AddDays(days).AddHours(1),
        Zone = "Asia/Tokyo",
        Seats = seats,
        Taken = seats is null ? 0 : 3,
        ScheduledAt = World.Start,
        Version = 1,
    };

    // In what manner a step may be written that the engine goes another way for.
    private static readonly string[] Manners = ["+approve", "+ask", "+calendar", "+registers", "+row", "+session", "+subject_test", "+throttle"];

    /// <summary>The step's kind, and the manners in which it is one.</summary>
    private static IEnumerable<string> Kinds(Simulator simulator, Effect.Positioned position)
    {
        if (position.Step is not { } id) return [];
        var scenario = simulator.Catalog.Versions[(position.Scenario, position.Version)].Scenario;
        var step = Step.All(scenario.Steps).First(one => one.Id == id);
        var send = step as Step.Send;
        var manners = new[]
        {
            send?.Approve is not null, send?.Asks is not null, send?.HasCalendar == true, send?.Asks?.Registers is not null,
            scenario.Row is not null, scenario.Trigger.EventNames is { Count: > 0 } names && names.All(SessionEvents.IsOne), send?.SubjectTest is not null, send?.Throttle is not null,
        };
        return Manners.Where((_, i) => manners[i]).Prepend(step.GetType().Name);
    }
}
