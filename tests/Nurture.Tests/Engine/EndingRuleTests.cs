using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 42 to 57: goals, exits, pauses, tiers and colleagues.</summary>
public sealed class EndingRuleTests
{
    private static string Scenario(string steps, string more = "", string trigger = "{ event: signed_up }", string subject = "contact", string goal = "{ when: event(\"done\"), within: 30d }", string name = "s") =>
        EnteringRuleTests.Scenario(steps, more, trigger, subject, "service", goal, name);

    [Rule(42)]
    [Theory]
    [InlineData("done", Reason.GoalReached)]
    [InlineData("cancelled", Reason.ExitTrue)]
    public void Goal_and_exit_withdraw_what_has_not_been_handed_over(string happened, Reason reason)
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 5d", "exit: [ event(\"cancelled\") ]")).Person(1).Do(1, "signed_up").Pass("1h").Do(1, happened);

        var cancelled = Assert.Single(world.Simulator.Carried.OfType<Effect.CancelSends>());
        Assert.Equal((world.Simulator.Sends.Single().Draft.EnrollmentId, reason), (cancelled.EnrollmentId, cancelled.Reason));
    }

    [Rule(42)]
    [Fact]
    public void What_simply_came_to_its_end_withdraws_nothing()
    {
        var world = World.Of(Scenario("- send: hello")).Person(1).Do(1, "signed_up");

        Assert.Empty(world.Simulator.Carried.OfType<Effect.CancelSends>());
    }

    [Rule(43)]
    [Fact]
    public void A_goal_may_leave_the_passage_to_go_on()
    {
        var world = World.Of(Scenario("- wait: 2d\n- send: hello", goal: "{ when: event(\"done\"), within: 30d, on_goal: continue }")).Person(1).Do(1, "signed_up").Do(1, "done").Do(1, "done").Pass("3d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Single(world.Decisions(), decision => decision.StartsWith("goal_reached", StringComparison.Ordinal));
    }

    [Rule(43)]
    [Theory]
    [InlineData(13, "goal_reached")]
    [InlineData(15, "goal_missed")]
    public void A_goal_is_measured_until_its_time_is_over_though_the_subject_is_out(int day, string last)
    {
        var world = World.Of(Scenario("- wait: 20d", "exit: [ event(\"cancelled\") ]", goal: "{ when: event(\"done\"), within: 14d }")).Person(1).Do(1, "signed_up").Pass("1d").Do(1, "cancelled");

        world.PassTo(World.Start.AddDays(day)).Do(1, "done").Pass("9d");

        Assert.Equal(last, world.Decisions()[^1]);
    }

    [Rule(45)]
    [Fact]
    public void A_pause_stops_entries_and_mails_and_not_hearing_and_afterwards_one_mail_leaves()
    {
        var world = World.Of(Scenario("- wait: { for: event(\"login\"), up_to: 9d }\n- send: { template: heard, expires: 9d }\n- wait: 1d\n- send: next")).Person(1).Person(2).Do(1, "signed_up");

        Pause(world, true);
        world.Do(1, "login").Do(2, "signed_up").Pass("5d");
        Assert.Empty(world.Mails);
        Assert.Equal(["entered", "heard wait-login", "paused heard", "scenario_paused"], world.Decisions());

        Pause(world, false);
        world.Tell(new Signal.Prepared(SubjectRef.Contact(1), [], [], world.Now), 1).Pass("1m");
        Assert.Equal(["heard 1"], world.Mails);
        world.Pass("1d");
        Assert.Equal(["heard 1", "next 1"], world.Mails);
    }

    [Rule(45)]
    [Fact]
    public void What_is_resumed_asks_its_goal_first()
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: { template: hello, expires: 9d }", goal: "{ when: contact.onboarded, within: 30d }")).Person(1).Do(1, "signed_up");

        Pause(world, true);
        world.Pass("2d").Say(1, ("onboarded", true));
        Pause(world, false);
        world.Tell(new Signal.Prepared(SubjectRef.Contact(1), [], [], world.Now), 1).Pass("5d");

        Assert.Empty(world.Mails);
    }

    [Rule(55)]
    [Fact]
    public void Another_tier_ends_nothing_by_itself()
    {
        const string steps = "- wait: 1d\n- send: { template: hello, to: most_active, nobody: end }";
        var world = World.Of(Scenario(steps, "audience: account.tier == \"tech\"", subject: "account", name: "stays"), Scenario(steps, "audience: account.tier == \"tech\"\nexit: [ audience_lost ]", subject: "account", name: "leaves")).Person(1, 1).Do(1, "signed_up");

        world.Pass("1h").SayAccount(1, ("tier", "high")).Pass("2d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal("completed hello", world.Decisions("stays")[^1]);
        Assert.Equal("audience_lost wait-1d", world.Decisions("leaves")[^1]);
    }

    [Rule(57)]
    [Fact]
    public void Colleagues_are_mailed_and_count_for_no_cap()
    {
        var policy = new SendPolicy { OwnDomains = ["example.com"], Caps = [new Cap(1, TimeSpan.FromDays(9))] };
        var world = World.Of(policy, Scenario("- send: one\n- wait: 1d\n- send: two")).Person(1).Say(2, ("email", "reader@customer.example")).Do(1, "signed_up").Do(2, "signed_up").Pass("2d");

        Assert.Equal(["one 1", "one 2", "two 1"], world.Mails);
    }

    [Rule(50)]
    [Theory]
    [InlineData(true, "hard")]
    [InlineData(false, "soft")]
    public void A_mail_that_comes_back_is_told_once_though_its_passage_is_over(bool isHard, string kind)
    {
        var world = World.Of(Scenario("- send: hello"), Scenario("- send: again", trigger: $"{{ event: nurture.send_bounced, where: 'trigger.template == \"hello\" && trigger.kind == \"{kind}\"' }}", name: "other")).Person(1).Do(1, "signed_up");
        var send = Assert.Single(world.Simulator.Sends).Draft;

        world.Tell(new Signal.SendEnded(send.Subject, send.EnrollmentId, send.Id, send.Step, 1, Reason.Bounced, world.Now) { Bounce = new("s", send.Template, isHard) }, 1).Pass("1h");

        Assert.Equal(["hello 1", "again 1"], world.Mails);
    }

    private static void Pause(World world, bool isPaused)
    {
        var catalog = world.Simulator.Catalog;
        world.Simulator.Catalog = catalog with
        {
            Revision = catalog.Revision + 1,
            Live = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = isPaused }),
            Versions = catalog.Versions.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = isPaused }),
        };
    }
}
