using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Health;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Segments;

/// <summary>Scenarios and scores that ask segments, on virtual time.</summary>
public sealed class SegmentScenarioTests
{
    private const string Trial = """
        scenario: trial
        title: Trial
        owner: m@example.com
        class: transactional
        trigger: { event: signed_up, where: not(segment("big")) }
        audience: segment("active")
        exit: [ audience_lost ]
        goal: { when: segment("big"), within: 60d }
        steps:
          - wait: 30d
          - send: welcome
        """;

    private const string Active = "active: { is: 'count(\"login\", \"14d\") >= 1' }";

    [Lesson(4, 18)]
    [Fact]
    public void Whoever_falls_out_of_a_segment_leaves_at_the_very_moment()
    {
        var world = World.Of(Segments(Active, "big: { is: contact.seats > 10 }"), Trial).Person(1).Do(1, "login").Do(1, "signed_up");

        world.PassTo(World.Start.AddDays(14).AddMilliseconds(-1));
        Assert.Equal(["entered"], world.Decisions());

        world.PassTo(World.Start.AddDays(14));
        Assert.Equal("audience_lost wait-30d", world.Decisions().Last());
    }

    [Fact]
    public void A_triggers_where_asks_a_segment_too()
    {
        var world = World.Of(Segments(Active, "big: { is: 'count(\"order\", \"1d\") >= 1' }"), Trial).Person(1).Person(2).Do(1, "login").Do(2, "login").Do(1, "order");

        world.Do(1, "signed_up").Do(2, "signed_up");

        Assert.Equal([2], world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered).Select(entry => entry.Subject.Id));
    }

    [Fact]
    public void A_new_definition_is_what_those_who_are_in_it_are_asked()
    {
        var world = World.Of(Segments(Active, "big: { is: contact.seats > 10 }"), Trial).Person(1).Say(1, ("seats", 5)).Do(1, "login").Do(1, "signed_up");
        world.Pass("1d");
        Assert.DoesNotContain("goal_reached wait-30d", world.Decisions());

        world.Simulator.Catalog = World.CatalogOf(SendPolicy.Default, Segments(Active, "big: { is: contact.seats > 4 }"), Trial);
        world.Tell(new Signal.Prepared(SubjectRef.Contact(1), [], [], world.Now), 1);

        Assert.Equal("goal_reached wait-30d", world.Decisions().Last());
    }

    [Fact]
    public void A_segment_that_is_defined_anew_re_bases_a_score_that_asks_it_and_starts_nothing()
    {
        var world = World.Of(SegmentSet.None, World.RescuedAtRisk).Person(1, account: 1).SayAccount(1, ("seats", 10));
        Score(world, "small: { of: account, is: account.seats < 5 }");
        world.Do(1, "page").Pass("1d");
        Assert.Equal(HealthBand.Healthy, world.Account(1).Health!.Band);

        Score(world, "small: { of: account, is: account.seats < 50 }");
        world.Do(1, "page").Pass("1d");

        Assert.Equal(HealthBand.AtRisk, world.Account(1).Health!.Band);
        Assert.Equal(HealthCause.Definition, world.Simulator.Carried.OfType<Effect.HealthNoted>().Last().Cause);
        Assert.Empty(world.Mails);
    }

    [Fact]
    public void A_score_keeps_what_its_segments_meant()
    {
        var account = new AccountState { Id = 7, CreatedAt = World.Start, Health = new HealthState("standard", 1, 50, HealthBand.Watch, World.Start, Meaning: -1234567890123456789) };

        var packed = StateCodec.Pack(account);

        Assert.Equal(account.Health, StateCodec.UnpackAccount(packed.Doc, packed.Rest).Health);
    }

    [Fact]
    public void A_refusal_says_what_the_segment_asks()
    {
        var segments = Segments("active: { title: Active people, is: 'count(\"login\", \"14d\") >= 1' }", "big: { is: contact.seats > 10 }");
        var world = World.Of(segments, Trial).Person(1).Do(1, "signed_up");
        var refused = world.Last(Reason.AudienceFalse);
        var scenario = world.Simulator.Catalog.Live["trial"].Scenario;

        Assert.Equal("Did not enter trial: is not in its audience (`segment(\"active\")`; the segment “Active people” is `count(\"login\", \"14d\") >= 1`).", Explanation.Sentence(refused, scenario));
        Assert.Contains("(`segment(\"active\")`。セグメント「Active people」は `count(\"login\", \"14d\") >= 1`)", Explanation.Sentence(refused, scenario, Language.Japanese));
    }

    [Fact]
    public void An_invented_contact_is_in_the_segments_that_let_them_in()
    {
        var scenario = World.Of(Segments(Active, "big: { is: contact.seats > 10 }"), Trial).Simulator.Catalog.Live["trial"].Scenario;

        Assert.Equal(["login"], Invention.For(scenario, World.Plan, SendPolicy.Default, World.Start).Past.Select(past => past.Event));
    }

    private static void Score(World world, string segment)
    {
        const string Health = """
            health: standard
            measures: [ { id: seats, weight: 1, value: account.seats, scale: [[0, 0], [10, 100]] } ]
            caps: [ { when: segment("small"), max: 10, because: Small } ]
            bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: {}, unknown: { none: x } }
            """;
        var (definition, said) = HealthReader.Read(Health, "health.yaml", World.Plan, Segments(segment));
        Assert.True(definition is not null, string.Join('\n', said));
        world.Simulator.Catalog = World.Scored(world.Simulator.Catalog, definition with { Version = 1 });
    }

    private static SegmentSet Segments(params string[] segments) => SegmentTexts.Read(World.Plan, segments);
}
