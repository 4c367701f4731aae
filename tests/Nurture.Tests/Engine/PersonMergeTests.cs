using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using static Nurture.Tests.Engine.EnteringRuleTests;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 11: two people turn out to be one, in the midst of passages of theirs and of their account's.</summary>
public sealed class PersonMergeTests
{
    private const string OfAccount = "- wait: 1d\n- send: { template: hello, to: trigger.contact, nobody: end }";

    [Rule(6, 11)]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void An_accounts_passage_mails_who_started_it_by_whatever_name(bool isColleague)
    {
        var world = World.Of(Scenario(OfAccount, subject: "account")).Person(1, 1).Person(2, isColleague ? 1 : 0).Do(1, "signed_up");

        Merge(world, 1, 2).Pass("2d");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(6, 11)]
    [Fact]
    public void An_accounts_passage_hears_a_click_on_what_was_sent_under_the_former_name()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: trigger.contact, nobody: end }\n- wait: { for: clicked(\"hello\"), up_to: 5d }\n- send: { template: clicked, to: trigger.contact, nobody: end }", subject: "account"))
            .Person(1, 1).Person(2, 1).Do(1, "signed_up");
        var sent = world.Simulator.Sends.Single().Draft;

        Merge(world, 1, 2);
        world.TellAccount(1, _ => new Signal.Hit(sent.Subject, sent.EnrollmentId, sent.Id, sent.Step, 1, IsClick: true, world.Now));

        Assert.Equal(["hello 1", "clicked 2"], world.Mails);
    }

    [Rule(6, 11)]
    [Fact]
    public void A_role_that_both_have_is_mailed_once()
    {
        var policy = new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(2))] };
        var world = World.Of(policy, Scenario("- send: note", trigger: "{ event: ordered }", name: "o"), Scenario("- send: { template: hello, to: 'role(\"admin\")', nobody: end }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Do(2, "ordered").Do(1, "signed_up");
        Assert.Equal(["note 2", "hello 1"], world.Mails);

        Merge(world, 1, 2).Pass("3d");

        Assert.Equal(["note 2", "hello 1"], world.Mails);
    }

    [Rule(11)]
    [Fact]
    public void Roles_of_both_in_one_company_are_theirs()
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: { template: hello, to: 'role(\"admin\")', nobody: end }", subject: "account")).Person(1, 1, "admin").Person(2, 1, "user").Do(2, "signed_up");

        Merge(world, 1, 2).Pass("2d");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(11, 23)]
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void What_was_done_under_the_other_name_since_entry_is_heard(long from, long into)
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: late")).Person(1).Person(2).Do(2, "done").Pass("1h").Do(1, "signed_up").Pass("1d");
        Assert.Equal("entered", world.Decisions()[^1]);

        world.Do(2, "done");
        Merge(world, from, into).Pass("20d");

        Assert.Equal("goal_reached wait-9d", world.Decisions()[^1]);
        Assert.Empty(world.Mails);
    }

    [Rule(11, 23)]
    [Fact]
    public void What_was_done_before_entry_under_the_other_name_is_not_heard()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: late")).Person(1).Person(2).Do(2, "done").Pass("1h").Do(1, "signed_up").Pass("1d").Do(2, "login");

        Merge(world, 2, 1).Pass("10d");

        Assert.Equal(["late 1"], world.Mails);
    }

    [Rule(11, 24)]
    [Fact]
    public void A_wait_hears_what_was_done_under_the_other_name()
    {
        var world = World.Of(Scenario("- wait: { for: event(\"ordered\"), up_to: 9d }\n- send: { template: thanks, if: heard.total == 5 }")).Person(1).Person(2).Do(1, "signed_up").Pass("1h").Do(2, "ordered", """{"total":5}""");

        Merge(world, 2, 1);

        Assert.Equal(["thanks 1"], world.Mails);
    }

    [Rule(11, 15)]
    [Theory]
    [InlineData("once", 1, 2)]
    [InlineData("once", 2, 1)]
    [InlineData("after 30d", 1, 2)]
    [InlineData("after 30d", 2, 1)]
    public void Who_came_through_before_under_another_name_does_not_come_through_again(string reentry, long from, long into)
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: hello", $"reentry: {reentry}")).Person(1).Do(1, "signed_up").Pass("5d").Person(2).Do(2, "signed_up").Pass("1h");

        Merge(world, from, into).Pass("20d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal("merged wait-1d", world.Decisions()[^1]);
    }

    [Rule(11, 15)]
    [Theory]
    [InlineData("every time")]
    [InlineData("after 3d")]
    public void Who_may_enter_again_goes_on(string reentry)
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: hello", $"reentry: {reentry}")).Person(1).Do(1, "signed_up").Pass("5d").Person(2).Do(2, "signed_up").Pass("1h");

        Merge(world, 2, 1).Pass("20d");

        Assert.Equal(["hello 1", "hello 1"], world.Mails);
    }

    [Rule(11, 18)]
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void An_accounts_passage_for_each_person_is_of_who_they_are_now(long from, long into)
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: { template: hello, to: trigger.contact, nobody: end }", "key: trigger.contact.id", subject: "account")).Person(1, 1).Person(2, 1).Do(1, "signed_up").Pass("1h").Do(2, "signed_up");

        Merge(world, from, into).Do(into, "signed_up");
        Assert.Equal(["entered", "entered", "merged", "already_enrolled"], world.Decisions().Select(decision => decision.Split(' ')[0]));

        world.Pass("20d").Do(into, "signed_up");
        Assert.Equal([$"hello {into}"], world.Mails);
        Assert.Equal("reentry_once", world.Decisions()[^1]);
    }

    [Rule(10, 11)]
    [Fact]
    public void Who_turns_out_to_be_somebody_who_left_exits_all()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: late")).Person(1).Person(2).Do(1, "signed_up").Tell(new Signal.Left(2, World.Start), 2);

        Merge(world, 1, 2);

        Assert.Equal("contact_left wait-9d", world.Decisions()[^1]);
    }

    [Rule(9, 11)]
    [Fact]
    public void Two_places_of_who_is_one_are_one()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 2\nexit: [ 'event(\"out\")' ]"));
        foreach (var id in new[] { 1, 2, 3, 4 }) world.Person(id, 1).Do(id, "signed_up");

        Merge(world, 2, 1).Pass("1d");
        Assert.Equal(["entered", "entered", "colleague_enrolled", "colleague_enrolled", "merged wait-9d", "entered"], world.Decisions());

        world.Do(1, "out").Pass("20d");
        Assert.Equal(["hello 3", "hello 4"], world.Mails);
    }

    [Rule(9, 11)]
    [Fact]
    public void The_place_of_who_turns_out_to_be_of_another_company_goes_to_the_next()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 1")).Person(1, 1).Do(1, "signed_up").Person(2, 1).Do(2, "signed_up").Person(3, 2);

        Merge(world, 1, 3).Pass("20d");

        Assert.Equal(["hello 2", "hello 3"], world.Mails.Order());
    }

    private static World Merge(World world, long from, long into)
    {
        var (slot, hop) = world.Simulator.RouteOf(into);
        return world.Tell(new Signal.MergedInto(from, into, slot, hop, world.Now), from);
    }
}
