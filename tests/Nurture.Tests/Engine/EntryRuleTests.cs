using System.Collections.Frozen;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using static Nurture.Tests.Engine.EnteringRuleTests;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 6, 7, 9, 12, 18, 19: whom a trigger of the account starts, who follows, and what is no change.</summary>
public sealed class EntryRuleTests
{
    private static World OfAccount(World world, string name, string properties = "{}") =>
        world.TellAccount(1, account => new Signal.Occurred(new OccurredEvent(9000, name, 0, account, world.Now, world.Now, Encoding.UTF8.GetBytes(properties))));

    [Rule(7)]
    [Fact]
    public void An_event_of_the_account_alone_starts_whom_the_trigger_names()
    {
        var world = World.Of(Scenario("- send: sorry", trigger: "{ event: cancelled, for: 'role(\"admin\", 1)' }")).Person(1, 1).Person(2, 1, "admin").Person(3, 1, "admin");

        OfAccount(world, "cancelled");

        Assert.Equal(["sorry 2"], world.Mails);
    }

    [Rule(7)]
    [Fact]
    public void Where_the_event_names_a_person_that_person_enters()
    {
        var world = World.Of(Scenario("- send: sorry", trigger: "{ event: cancelled, for: 'role(\"admin\", 1)' }")).Person(1, 1).Person(2, 1, "admin").Do(1, "cancelled");

        Assert.Equal(["sorry 1"], world.Mails);
    }

    [Rule(7)]
    [Fact]
    public void A_goal_that_an_account_reached_starts_whom_the_trigger_names()
    {
        var world = World.Of(
            Scenario("- send: { template: hello, to: most_active, nobody: end }", subject: "account", name: "first"),
            Scenario("- send: thanks", trigger: "{ goal_of: first, for: 'role(\"admin\", 1)' }", name: "second", goal: "{ when: event(\"never\"), within: 30d }")).Person(1, 1).Person(2, 1, "admin").Do(1, "signed_up").Do(1, "done");

        Assert.Contains("thanks 2", world.Mails);
    }

    [Rule(18, 19)]
    [Fact]
    public void Of_each_key_one_waits_for_what_is_unknown()
    {
        var world = World.Of(Scenario("- send: { template: thanks, to: trigger.contact, nobody: end }", "key: trigger.order_id", "{ event: ordered }", "account")).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "ordered", """{"order_id":"a"}""").Join(1, 1);

        Assert.Equal(["thanks 1", "thanks 1"], world.Mails);
    }

    [Rule(18, 19)]
    [Fact]
    public void Of_each_key_one_waits_for_an_audience_that_is_unknown()
    {
        var world = World.Of(Scenario("- send: thanks", "key: trigger.order_id\naudience: account.seats > 1", "{ event: ordered }")).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").SayAccount(1, ("seats", 5)).Join(1, 1);

        Assert.Equal(["thanks 1", "thanks 1"], world.Mails);
    }

    [Rule(9)]
    [Fact]
    public void A_place_goes_on_to_the_first_in_line_who_may_still_enter()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 1\naudience: contact.seats > 0\nexit: [ 'event(\"out\")' ]"));
        foreach (var id in new[] { 1, 2, 3 }) world.Person(id, 1).Say(id, ("seats", 1)).Do(id, "signed_up");

        world.Say(2, ("seats", 0)).Do(1, "out").Pass("20d");

        Assert.Equal(["hello 3"], world.Mails);
    }

    [Rule(12)]
    [Theory]
    [InlineData("{ tier: tech }")]
    [InlineData("{ changed: account.tier }")]
    [InlineData("{ event: nurture.tier_changed, for: 'role(\"admin\", 1)' }")]
    public void What_is_first_said_as_it_was_taken_to_be_is_no_change(string trigger)
    {
        var world = World.Of(Scenario("- send: hello", trigger: trigger.Replace("{ changed: account.tier }", "{ changed: account.tier, for: 'role(\"admin\", 1)' }").Replace("{ tier: tech }", "{ tier: tech, for: 'role(\"admin\", 1)' }"))).Person(1, 1, "admin");

        world.SayAccount(1, ("tier", "tech"));
        Assert.Empty(world.Mails);

        world.SayAccount(1, ("tier", "high"), ("plan", "pro")).SayAccount(1, ("tier", "tech"));
        Assert.NotEmpty(world.Mails);
    }

    [Rule(6)]
    [Fact]
    public void A_role_is_the_first_who_can_be_reached()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: 'role(\"admin\", 1)', nobody: most_active }", trigger: "{ event: signed_up }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1);
        world.Simulator.Suppress(1);

        Assert.Equal(["hello 2"], world.Do(3, "signed_up").Mails);
    }

    [Rule(6)]
    [Fact]
    public void Where_none_of_a_role_can_be_reached_nobody_is_asked()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: 'role(\"admin\", 1)', nobody: most_active }", trigger: "{ event: signed_up }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1);
        world.Simulator.Suppress(1);
        world.Simulator.Suppress(2);

        Assert.Equal(["hello 3"], world.Do(3, "signed_up").Mails);
    }

    [Rule(23)]
    [Fact]
    public void In_a_repeat_a_click_is_on_the_mail_of_this_turn()
    {
        var world = World.Of(Scenario("""
            - repeat:
                times: 3
                steps:
                  - send: tip
                  - wait: { for: clicked("tip"), up_to: 2d }
            """)).Person(1).Do(1, "signed_up");
        var send = world.Simulator.Sends.Single().Draft;
        world.Tell(new Signal.Hit(send.Subject, send.EnrollmentId, send.Id, send.Step, 1, IsClick: true, world.Now), 1).Pass("30d");

        Assert.Equal(["tip 03-02 10", "tip 03-02 10", "tip 03-04 10"], world.Simulator.Sends.Select(s => $"{s.Draft.Template} {s.Draft.PlannedAt:MM-dd HH}"));
    }

    [Fact]
    public void Moved_back_to_a_mail_that_was_refused_it_is_asked_again()
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 9d\n- send: later")).Person(1);
        world.Tell(new Signal.Refused(1, "*", true, world.Now), 1).Do(1, "signed_up");
        Assert.Empty(world.Mails);

        world.Tell(new Signal.Refused(1, "*", false, world.Now), 1).Pass("1d");
        var enrollment = world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single().Enrollments.Single();
        world.Tell(new Signal.EnrollmentWorked(SubjectRef.Contact(1), enrollment.Id, EnrollmentAct.Move, "hello", "ann@example.com", "", world.Now), 1);

        Assert.Equal(["hello 1"], world.Mails);
    }

    [Rule(7)]
    [Theory]
    [InlineData("{ event: nurture.escalation_closed }", true)]
    [InlineData("{ event: nurture.escalation_closed, for: 'role(\"admin\", 1)' }", false)]
    [InlineData("{ event: cancelled, for: 'role(\"admin\", 1)' }", false)]
    [InlineData("{ event: cancelled }", false)]
    public void What_only_an_account_does_says_whom_of_it_it_starts(string trigger, bool isAsked)
    {
        var environment = new ParseEnvironment { Plan = World.Plan };
        var parsed = ScenarioParser.Parse(Scenario("- send: sorry", trigger: trigger), "test.yaml", environment);

        Assert.Equal(isAsked, parsed.Diagnostics.Concat(ScenarioLinter.Lint(parsed, environment)).Any(said => said.Code == DiagnosticCodes.NoRoleForTrigger));
    }

    [Rule(7)]
    [Theory]
    [InlineData("{ goal_of: first }", true)]
    [InlineData("{ goal_of: first, for: 'role(\"admin\", 1)' }", false)]
    public void The_goal_of_an_account_says_whom_of_it_it_starts(string trigger, bool isAsked)
    {
        var first = ScenarioParser.Parse(Scenario("- send: { template: hello, to: most_active, nobody: end }", subject: "account", name: "first"), "first.yaml", new ParseEnvironment { Plan = World.Plan }).Scenario!;
        var second = ScenarioParser.Parse(Scenario("- send: thanks", trigger: trigger), "second.yaml", new ParseEnvironment { Plan = World.Plan });

        Assert.Equal(isAsked, ScenarioReferences.Check(second, new Dictionary<string, Nurture.Scenarios.Scenario> { ["first"] = first }).Any(said => said.Code == DiagnosticCodes.NoRoleForTrigger));
    }

    [Rule(45)]
    [Fact]
    public void Who_was_to_enter_during_a_pause_enters_when_it_is_over()
    {
        var catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, Scenario("- send: hello", trigger: "{ event: signed_up, delay: 2d }"));
        var world = World.Of(Scenario("- send: hello", trigger: "{ event: signed_up, delay: 2d }")).Person(1).Do(1, "signed_up").Pass("1d");
        var paused = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = true });
        world.Simulator.Catalog = catalog with { Live = paused };
        world.Pass("3d");
        Assert.Empty(world.Mails);

        world.Simulator.Catalog = catalog;
        world.Pass("1h");

        Assert.Equal(["hello 1"], world.Mails);
    }
}
