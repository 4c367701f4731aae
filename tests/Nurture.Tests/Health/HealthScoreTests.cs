using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Criteria;
using Nurture.Engine;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Health;

/// <summary>reference/customer-success.md §3.1: weights, scales, missing data, coverage, caps, bands with a margin.</summary>
public sealed class HealthScoreTests
{
    private const string Text = """
        health: standard
        grace: 3d
        measures:
          - { id: logins, weight: 60, value: 'count("login", "14d")', scale: [[0, 0], [5, 80], [10, 100]], absent: zero }
          - { id: seats, weight: 30, value: account.seats, scale: [[0, 0], [10, 100]] }
          - { id: since, weight: 10, value: 'days_since("login")', scale: [[2, 100], [12, 0]] }
        caps:
          - { when: 'ever("cancelled")', max: 20, because: Cancelled }
        min_coverage: 50%
        margin: 10
        bands:
          healthy: { from: 70, none: x }
          watch: { from: 40, none: x }
          at_risk: { none: x }
          unknown: { none: x }
        """;

    private static readonly HealthDefinition Definition = Read(Text);

    private static HealthDefinition Read(string text)
    {
        var (definition, found) = HealthReader.Read(text, "health.yaml", World.Plan, SegmentSet.None);
        Assert.True(definition is not null, string.Join('\n', found));
        return definition;
    }

    private static World Company(params (string Name, object? Value)[] attributes)
    {
        var world = World.WithHealth(Text, "types: {}");
        world.Person(1, account: 1);
        if (attributes.Length > 0) world.SayAccount(1, attributes);
        return world.Pass("4d");
    }

    private static HealthReading Reading(World world) =>
        HealthScore.Read(Definition, new ConditionContext { Catalog = world.Simulator.Catalog, At = world.Now, Account = world.Account(1) });

    [Fact]
    public void Shares_of_what_is_known_add_up_to_the_score()
    {
        var world = Company(("seats", 5));
        for (var i = 0; i < 5; i++) world.Do(1, "login");

        var reading = Reading(world);

        // (60·80 + 30·50 + 10·100) / 100
        Assert.Equal(73, reading.Score!.Value, 6);
        Assert.Equal(reading.Score.Value, reading.Parts.Sum(part => part.Share), 6);
        Assert.Equal(1, reading.Coverage);
    }

    [Fact]
    public void What_is_absent_weighs_on_the_others_or_counts_as_zero()
    {
        var reading = Reading(Company());

        // Neither seats nor a first login is known; no login in the window is a zero, not a gap.
        Assert.Equal([false, true], new[] { reading.Parts[1], reading.Parts[0] }.Select(part => part.Points is not null));
        Assert.Equal((0, 0.6), (reading.Score!.Value, Math.Round(reading.Coverage, 3)));
    }

    [Fact]
    public void Too_little_known_is_no_score_and_the_band_says_so()
    {
        var strict = Read(Text.Replace("min_coverage: 50%", "min_coverage: 70%"));
        var world = Company();

        var reading = HealthScore.Read(strict, new ConditionContext { Catalog = world.Simulator.Catalog, At = world.Now, Account = world.Account(1) });

        Assert.Null(reading.Score);
        Assert.Equal(HealthBand.Unknown, HealthScore.BandOf(strict, reading.Score, HealthBand.Healthy));
    }

    [Fact]
    public void Nothing_is_said_of_an_account_within_its_grace()
    {
        var world = World.WithHealth(Text, "types: {}").Person(1, account: 1).Do(1, "login");
        Assert.Equal(HealthBand.Unknown, world.Account(1).Health!.Band);

        world.Pass("3d");

        Assert.NotNull(world.Account(1).Health!.Score);
    }

    [Fact]
    public void A_cap_holds_whatever_the_measures_say()
    {
        var world = Company(("seats", 10));
        for (var i = 0; i < 10; i++) world.Do(1, "login");
        Assert.Equal(100, Reading(world).Score!.Value, 6);

        world.Do(1, "cancelled");

        Assert.Equal((20, "Cancelled"), (Reading(world).Score, Reading(world).Caps.Single().Because));
        Assert.Equal(HealthBand.AtRisk, world.Account(1).Health!.Band);
    }

    [Theory]
    [InlineData(HealthBand.Healthy, 65, HealthBand.Healthy)]
    [InlineData(HealthBand.Healthy, 60, HealthBand.Healthy)]
    [InlineData(HealthBand.Healthy, 59.9, HealthBand.Watch)]
    [InlineData(HealthBand.Healthy, 39.9, HealthBand.AtRisk)]
    [InlineData(HealthBand.Watch, 39.9, HealthBand.AtRisk)]
    [InlineData(HealthBand.Watch, 40, HealthBand.Watch)]
    [InlineData(HealthBand.Watch, 79.9, HealthBand.Watch)]
    [InlineData(HealthBand.Watch, 80, HealthBand.Healthy)]
    [InlineData(HealthBand.AtRisk, 49.9, HealthBand.AtRisk)]
    [InlineData(HealthBand.AtRisk, 50, HealthBand.Watch)]
    [InlineData(HealthBand.AtRisk, 75, HealthBand.Watch)]
    [InlineData(HealthBand.AtRisk, 80, HealthBand.Healthy)]
    [InlineData(HealthBand.Unknown, 70, HealthBand.Healthy)]
    public void An_edge_is_passed_by_the_margin_and_the_worst_band_fallen_into_at_once(HealthBand was, double score, HealthBand band) =>
        Assert.Equal(band, HealthScore.BandOf(Definition, score, was));

    [Fact]
    public void Scores_move_at_the_exact_moment()
    {
        var world = Company(("seats", 5));
        for (var i = 0; i < 5; i++) world.Do(1, "login");
        var last = world.Now;

        world.PassTo(last.AddDays(14).AddMilliseconds(-1));
        var before = world.Account(1).Health!;
        world.PassTo(last.AddDays(14));

        // The window excludes its start: at fourteen days to the millisecond the logins are out of it.
        Assert.Equal((60 * 80 + 30 * 50) / 100.0, before.Score!.Value, 6);
        Assert.Equal(30 * 50 / 100.0, world.Account(1).Health!.Score!.Value, 6);
        Assert.Equal(last.AddDays(14), world.Account(1).Health!.BandSince);
    }

    [Fact]
    public void The_next_change_is_never_late()
    {
        // Property: between two moments that the definition names, the reading is what it was.
        for (var seed = 1; seed <= 60; seed++)
        {
            var random = new Random(seed);
            var world = Company(("seats", random.Next(0, 12)));
            for (var i = random.Next(0, 12); i > 0; i--)
            {
                world.Pass($"{random.Next(1, 60)}h");
                world.Do(1, "login");
            }

            var (catalog, account, at) = (world.Simulator.Catalog, world.Account(1), world.Now);
            for (var step = 0; step < 20; step++)
            {
                var next = HealthScore.NextChange(Definition, Context(at));
                var until = next ?? at.AddDays(100);
                Assert.True(until > at, $"seed {seed}");
                var between = at + (until - at) * random.NextDouble();
                if (between >= until) between = until.AddMilliseconds(-1);
                var (one, other) = (HealthScore.Read(Definition, Context(at)), HealthScore.Read(Definition, Context(between)));
                Assert.True(one.Score == other.Score && one.Coverage == other.Coverage, $"seed {seed}: {one.Score} at {at:O}, {other.Score} at {between:O}, and the next change was said to be {next:O}");
                if (next is null) break;
                at = next.Value;
            }

            ConditionContext Context(DateTimeOffset moment) => new() { Catalog = catalog, At = moment, Account = account };
        }
    }

    [Rule(52)]
    [Fact]
    public void A_new_definition_re_bases_the_score_and_starts_nothing()
    {
        var world = World.WithHealth(Text, "types: {}", World.RescuedAtRisk).Person(1, account: 1).SayAccount(1, ("seats", 10));
        for (var i = 0; i < 10; i++) world.Do(1, "login");
        world.Pass("4d");
        Assert.Equal(HealthBand.Healthy, world.Account(1).Health!.Band);

        var stricter = Read(Text.Replace("weight: 30, value: account.seats, scale: [[0, 0], [10, 100]]", "weight: 200, value: account.seats, scale: [[0, 0], [40, 100]]")) with { Version = 2 };
        world.Simulator.Catalog = World.Scored(world.Simulator.Catalog, stricter);
        world.Do(1, "page");

        Assert.Equal((HealthBand.Watch, 2), (world.Account(1).Health!.Band, world.Account(1).Health!.Version));
        Assert.Equal(HealthCause.Definition, world.Simulator.Carried.OfType<Effect.HealthNoted>().Last().Cause);
        Assert.Empty(world.Mails);

        // What the account does from here on counts as ever.
        world.Pass("20d");
        Assert.Equal(["rescue 1"], world.Mails);
    }

    [Rule(52)]
    [Theory]
    [InlineData("{ band: at_risk }")]
    [InlineData("{ condition: account.health.band == \"at_risk\" }")]
    [InlineData("{ crosses: account.health.score, below: 40 }")]
    [InlineData("{ condition: account.health.score < 40 && account.seats > 1 }")]
    [InlineData("{ entered: endangered }")]
    public void A_first_score_and_a_new_definition_start_nothing_however_the_trigger_asks(string trigger)
    {
        const string Seats = """
            health: seats
            measures: [ { id: seats, weight: 1, value: account.seats, scale: [[0, 0], [10, 100]] } ]
            bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: { none: x }, unknown: { none: x } }
            """;
        var segments = SegmentsReader.Read("segments: { endangered: { of: account, is: account.health.score < 40 } }", "segments.yaml", World.Plan).Segments;
        var world = World.Of(segments, World.RescuedAtRisk.Replace("{ band: at_risk }", trigger, StringComparison.Ordinal));
        world.Simulator.Catalog = World.Scored(world.Simulator.Catalog, Read(Seats) with { Version = 1 });

        world.SayAccount(1, ("seats", 3)).Person(1, 1).Pass("1h");
        Assert.Equal(HealthBand.AtRisk, world.Account(1).Health!.Band);
        Assert.Empty(world.Mails);

        world.SayAccount(1, ("seats", 8)).Pass("1h");
        world.Simulator.Catalog = World.Scored(world.Simulator.Catalog, Read(Seats.Replace("[10, 100]", "[40, 100]", StringComparison.Ordinal)) with { Version = 2 });
        world.Do(1, "page").Pass("1h");
        Assert.Equal((HealthBand.AtRisk, 2), (world.Account(1).Health!.Band, world.Account(1).Health!.Version));
        Assert.Empty(world.Mails);

        world.SayAccount(1, ("seats", 40)).Pass("1h").SayAccount(1, ("seats", 3));
        Assert.Equal(["rescue 1"], world.Mails);
    }

    [Rule(20)]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_is_imported_moves_the_band_and_starts_nothing_by_it(bool asEvent)
    {
        const string Told = """
            scenario: told
            title: Told
            owner: m@example.com
            subject: account
            class: transactional
            purpose: x
            goal: none
            reentry: every time
            trigger: { event: [ nurture.band_changed, nurture.tier_changed, nurture.stage_reached ] }
            steps:
              - send: { template: told, to: most_active, nobody: end }
            """;
        var types = "types: {}\nholds: { moved: { title: Moved, opened_by: nurture.band_changed, closed_by: never, up_to: 14d } }";
        var world = World.WithHealth(Text, types, World.RescuedAtRisk, Told).Person(1, account: 1).SayAccount(1, ("seats", 10));
        for (var i = 0; i < 5; i++) world.Do(1, "login");
        world.Pass("4d");
        Assert.Equal(HealthBand.Healthy, world.Account(1).Health!.Band);
        world.TellAccount(1, account => new Signal.HoldReleased(account, "csm@example.com", world.Now));
        var before = world.Mails.Count;

        if (asEvent) world.Tell(new Signal.Occurred(new OccurredEvent(900, "cancelled", 1, 0, world.Now, world.Now, default), CountsOnly: true), 1);
        else world.TellAccount(1, account => new Signal.AccountDescribed(account, new Dictionary<string, AttributeValue> { ["seats"] = AttributeValue.From(0), ["tier"] = AttributeValue.From("high"), ["stage"] = AttributeValue.From("renewal") }, world.Now, CountsOnly: true));
        world.Pass("1h");

        Assert.Equal(asEvent ? HealthBand.AtRisk : HealthBand.Watch, world.Account(1).Health!.Band);
        Assert.Contains(world.Simulator.Carried.OfType<Effect.Append>(), told => told.Event.Name == ProductEvents.BandChanged);
        Assert.Equal(before, world.Mails.Count);
        Assert.Empty(world.Account(1).Holds);

        // What the account does from here on counts as ever.
        world.SayAccount(1, ("tier", "low"));
        Assert.Equal(["told 1"], world.Mails.Skip(before));
    }

    [Theory]
    [InlineData("scale: [[0, 0], [10, 100]] }", "scale: [[0, 0], [10, 100], [5, 20]] }", "The values of a scale rise from corner to corner.")]
    [InlineData("scale: [[0, 0], [10, 100]] }", "scale: [[0, 0], [5, 100], [10, 50]] }", "The points of a scale rise all along, or fall all along.")]
    [InlineData("value: account.seats", "value: account.plan", "account.plan is a text, not a number.")]
    [InlineData("watch: { from: 40", "watch: { from: 80", "Healthy begins above watch, and watch above 0.")]
    [InlineData("value: account.seats", "value: account.chairs", "account.chairs is not in the tracking plan.")]
    public void A_mistake_is_said_where_it_stands(string right, string wrong, string said)
    {
        var (definition, found) = HealthReader.Read(Text.Replace(right, wrong), "health.yaml", World.Plan, SegmentSet.None);

        Assert.Null(definition);
        Assert.Equal(said, Assert.Single(found).Message, ignoreCase: true);
    }

    [Rule(52)]
    [Fact]
    public void A_band_that_nobody_answers_is_refused()
    {
        var open = Read(Text.Replace("at_risk: { none: x }", "at_risk: {}"));

        var said = Assert.Single(BandAnswers.Check(open, "health.yaml", []));

        Assert.Equal((DiagnosticCodes.BandUnanswered, Severity.Error), (said.Code, said.Severity));
    }
}
