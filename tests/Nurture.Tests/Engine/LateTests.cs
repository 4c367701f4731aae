using Nurture.Engine;

namespace Nurture.Tests.Engine;

/// <summary>What comes after its time: the journal says what it would have changed, and a goal that was reached in time counts.</summary>
public sealed class LateTests
{
    private static string Scenario(string steps, string more = "", string name = "s") => $$"""
        scenario: {{name}}
        title: {{name}}
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: event("done"), within: 5d }
        {{more}}
        steps:
        {{steps}}
        """;

    private static IReadOnlyList<string> Late(World world) =>
        [.. world.Simulator.Journal.Where(entry => entry.Reason is Reason.LateEvent or Reason.Late).Select(entry => $"{entry.Reason.Code()} {entry.Step} {entry.Detail}".Trim())];

    [Rule(21)]
    [Fact]
    public void A_trigger_that_came_too_late_says_whether_it_would_have_entered()
    {
        var world = World.Of(Scenario("- send: hello", "audience: contact.seats >= 5")).Person(1).Say(1, ("seats", 9)).Person(2).Say(2, ("seats", 1));

        world.Do(1, "signed_up", ago: TimeSpan.FromDays(4)).Do(2, "signed_up", ago: TimeSpan.FromDays(4));

        Assert.Equal(["""late  {"would":"entered"}""", """late  {"would":"audience_false"}"""], Late(world));
        Assert.Empty(world.Mails);
    }

    [Rule(21)]
    [Fact]
    public void A_wait_that_had_run_out_is_named_by_the_event_that_would_have_been_heard()
    {
        var world = World.Of(Scenario("""
              - wait: { for: event("login"), up_to: 1d }
                timeout: [ send: help ]
              - wait: 20d
            """)).Person(1).Do(1, "signed_up").Pass("2d");

        world.Do(1, "login", ago: TimeSpan.FromHours(30)).Do(1, "login", ago: TimeSpan.FromHours(29));

        Assert.Equal(["""late_event wait-login {"event":"login","would":"heard"}"""], Late(world));
        Assert.Equal(["help 1"], world.Mails);
    }

    [Fact]
    public void What_happened_after_the_wait_had_run_out_is_not_late()
    {
        var world = World.Of(Scenario("""
              - wait: { for: event("login"), up_to: 1d }
                timeout: [ send: help ]
              - wait: 20d
            """)).Person(1).Do(1, "signed_up").Pass("2d").Do(1, "login", ago: TimeSpan.FromHours(3));

        Assert.Empty(Late(world));
    }

    [Rule(21)]
    [Fact]
    public void A_wait_that_takes_no_event_so_late_says_that_it_would_have_heard_it()
    {
        var world = World.Of(Scenario("""
              - wait: { for: event("login"), up_to: 30d, late: 1d }
                timeout: []
            """)).Person(1).Do(1, "signed_up").Pass("4d").Do(1, "login", ago: TimeSpan.FromDays(2));

        Assert.Equal(["""late_event wait-login {"event":"login","would":"heard"}"""], Late(world));
        Assert.EndsWith("wait-login", world.Decisions()[^1], StringComparison.Ordinal);
    }

    [Rule(21)]
    [Fact]
    public void A_goal_that_was_reached_in_time_counts_though_it_is_told_after_it_was_missed()
    {
        var world = World.Of(Scenario("- send: hello")).Person(1).Do(1, "signed_up").Pass("6d");
        Assert.Equal("goal_missed", world.Decisions()[^1]);

        world.Do(1, "done", ago: TimeSpan.FromDays(2));

        Assert.Equal("goal_reached", world.Decisions()[^1]);
        Assert.Equal("""{"late":"true"}""", world.Last(Reason.GoalReached).Detail);
        Assert.Empty(world.Simulator.States.SelectMany(pair => pair.State.Enrollments));
    }

    [Rule(21)]
    [Fact]
    public void A_goal_of_after_the_deadline_stays_missed_and_the_passage_is_forgotten()
    {
        var world = World.Of(Scenario("- send: hello")).Person(1).Do(1, "signed_up").Pass("6d").Do(1, "done").Pass("1h");
        Assert.Equal("goal_missed", world.Decisions()[^1]);

        world.Pass("3d").Do(1, "done", ago: TimeSpan.FromDays(5));

        Assert.Equal("goal_missed", world.Decisions()[^1]);
        Assert.Empty(world.Simulator.States.SelectMany(pair => pair.State.Enrollments));
    }

    [Rule(21)]
    [Fact]
    public void Of_a_passage_that_goes_on_a_late_goal_is_told_apart_too()
    {
        var world = World.Of(Scenario("- wait: 40d")).Person(1).Do(1, "signed_up").Pass("6d").Do(1, "done", ago: TimeSpan.FromDays(2));

        Assert.Equal("goal_reached wait-40d", world.Decisions()[^1]);
        Assert.Equal("""{"late":"true"}""", world.Last(Reason.GoalReached).Detail);
    }
}
