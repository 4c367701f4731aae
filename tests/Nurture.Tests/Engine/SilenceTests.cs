using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Tests.Engine;

/// <summary>While a source is silent nobody is taken for inactive by its events (SEMANTICS.md 53).</summary>
public sealed class SilenceTests
{
    private const string Quiet = """
        scenario: quiet
        title: Quiet
        owner: m@example.com
        class: transactional
        purpose: x
        goal: none
        trigger: { inactive: [ login ], for: 2d }
        steps:
          - send: miss-you
        """;

    private const string Stalled = """
        scenario: stalled
        title: Stalled
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up }
        goal: { when: event("rescued"), within: 60d }
        steps:
          - wait: { for: event("login"), up_to: 1d }
            timeout:
              - escalate: { type: onboarding_stalled, because: Nobody logs in }
        """;

    private const string Types = """
        types:
          onboarding_stalled: { title: Onboarding stalled, priority: normal, playbook: [ Call them ] }
        """;

    [Fact]
    public void Who_turns_inactive_while_the_source_is_silent_starts_only_as_long_after_its_return_as_it_was_silent()
    {
        var world = Silent(World.Of(Quiet).Person(1).Do(1, "login"), fromDay: 1, toDay: 4);

        world.Pass("6d").Pass("23h");
        Assert.Empty(world.Mails);

        world.Pass("2h");
        Assert.Equal(["miss-you 1"], world.Mails);
        world.Pass("30d");
        Assert.Single(world.Mails);
    }

    [Fact]
    public void Who_comes_back_with_the_source_is_not_taken_for_inactive_and_later_as_ever()
    {
        var world = Silent(World.Of(Quiet).Person(1).Do(1, "login"), fromDay: 1, toDay: 4);

        world.Pass("6d").Do(1, "login").Pass("47h");
        Assert.Empty(world.Mails);

        world.Pass("2h");
        Assert.Equal(["miss-you 1"], world.Mails);
    }

    [Fact]
    public void While_nobody_knows_when_it_will_be_back_everybody_waits_and_other_events_count_as_ever()
    {
        var world = Silent(World.Of(Quiet).Person(1).Do(1, "login"), fromDay: 1, toDay: null);
        world.Pass("20d");
        Assert.Empty(world.Mails);

        var other = World.Of(Quiet).Person(1).Do(1, "login");
        other.Simulator.Catalog = other.Simulator.Catalog with { Silences = [new Silence("web", World.Start.AddDays(1), null, ["page_viewed"])] };
        other.Pass("3d");
        Assert.Equal(["miss-you 1"], other.Mails);
    }

    [Fact]
    public void Nobody_is_called_for_the_silence_and_whoever_still_has_done_nothing_is_called_for_afterwards()
    {
        var world = Silent(World.WithHealth(World.NobodyScored, Types, Stalled).Person(1, account: 1).Person(2, account: 2), fromDay: 0.5, toDay: 4);
        world.Do(1, "signed_up").Do(2, "signed_up");

        world.Pass("7d");
        Assert.Empty(world.Account(1).Escalations);
        Assert.Equal(2, world.Simulator.Journal.Count(entry => entry.Reason == Reason.SourceSilent));
        world.Do(2, "rescued");

        world.Pass("13h");
        Assert.Single(world.Account(1).Escalations);
        Assert.Empty(world.Account(2).Escalations);
    }

    [Fact]
    public void A_score_that_rests_on_it_stays_what_it_was()
    {
        const string health = """
            health: usage
            measures: [ { id: x, weight: 1, value: 'count("login", "2d")', scale: [[0, 0], [1, 100]] } ]
            bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: {}, unknown: { none: x } }
            """;
        var world = World.WithHealth(health, Types, World.RescuedAtRisk).Person(1, account: 1).Do(1, "login").SayAccount(1, ("plan", "gold"));
        Assert.Equal(Nurture.Health.HealthBand.Healthy, world.Account(1).Health!.Band);
        Silent(world, fromDay: 1, toDay: 3);

        world.Pass("4d");
        Assert.Equal(Nurture.Health.HealthBand.Healthy, world.Account(1).Health!.Band);
        Assert.Empty(world.Mails);

        world.Pass("2d");
        Assert.Equal(Nurture.Health.HealthBand.AtRisk, world.Account(1).Health!.Band);
    }

    private static World Silent(World world, double fromDay, double? toDay)
    {
        world.Simulator.Catalog = world.Simulator.Catalog with { Silences = [new Silence("app", World.Start.AddDays(fromDay), toDay is { } end ? World.Start.AddDays(end) : null, ["login"])] };
        return world;
    }
}
