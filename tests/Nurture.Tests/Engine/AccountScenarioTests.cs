using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 5, 6, 8, 19, 22.</summary>
public class AccountScenarioTests
{
    private const string Trial = """
        scenario: trial
        title: Trial
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up, where: trigger.plan == "trial" }
        audience: account.tier == "tech"
        goal: { when: event("setup_completed"), within: 14d }
        exit: [ event("cancelled") ]
        steps:
          - send: { template: welcome, to: trigger.contact, nobody: end }
          - wait: { for: event("setup_completed"), up_to: 3d }
            timeout:
              - send: { template: help, to: 'role("admin", 2)', nobody: trigger.contact }
        """;

    private const string SignedUp = """{"plan":"trial"}""";

    [Rule(5, 8)]
    [Fact]
    public void The_passage_is_the_accounts_and_hears_all_its_people()
    {
        var world = World.Of(Trial).Person(1, account: 1).Person(2, account: 1, "admin");
        world.Do(1, "signed_up", SignedUp).Do(2, "signed_up", SignedUp);
        Assert.Equal(["welcome 1"], world.Mails);
        Assert.Contains("already_enrolled", world.Decisions());

        world.Do(2, "setup_completed");

        Assert.Equal("goal_reached wait-setup_completed", world.Decisions()[^1]);
    }

    [Rule(6)]
    [Fact]
    public void Recipients_are_chosen_by_role_when_the_mail_is_released()
    {
        var world = World.Of(Trial).Person(1, account: 1).Do(1, "signed_up", SignedUp);
        world.Person(2, account: 1, "admin").Person(3, account: 1, "admin").Person(4, account: 1, "admin");

        world.Pass("4d");

        Assert.Equal(["welcome 1", "help 2", "help 3"], world.Mails);
    }

    [Fact]
    public void A_mail_that_waits_for_its_recipients_address_leaves_as_soon_as_that_is_known()
    {
        // SDKs send in parallel: what was said of the person may come last.
        var world = World.Of(Trial).Join(1, account: 1).Do(1, "signed_up", SignedUp);
        Assert.Empty(world.Mails);

        world.Say(1, ("email", "c1@example.com"));

        Assert.Equal(["welcome 1"], world.Mails);
    }

    [Rule(6)]
    [Fact]
    public void Nobody_with_the_role_falls_back()
    {
        var world = World.Of(Trial).Person(1, account: 1).Do(1, "signed_up", SignedUp).Pass("4d");

        Assert.Equal(["welcome 1", "help 1"], world.Mails);
    }

    [Rule(19)]
    [Fact]
    public void A_sign_up_that_arrives_before_its_company_waits_for_it()
    {
        var world = World.Of(Trial).Person(1).Do(1, "signed_up", SignedUp);
        Assert.Empty(world.Mails);

        world.Pass("1s").Join(1, account: 1);

        Assert.Equal(["welcome 1"], world.Mails);
    }

    [Rule(19)]
    [Fact]
    public void A_sign_up_without_a_company_ends_as_such()
    {
        var world = World.Of(Trial).Person(1).Do(1, "signed_up", SignedUp).Pass("10m");

        Assert.Equal("no_account", world.Decisions()[^1]);
    }

    [Rule(16)]
    [Fact]
    public void The_audience_is_asked_at_entry()
    {
        var world = World.Of(Trial).SayAccount(1, ("tier", "high")).Person(1, account: 1).Do(1, "signed_up", SignedUp);

        Assert.Equal(["audience_false"], world.Decisions());
    }

    [Rule(22, 43)]
    [Fact]
    public void A_held_out_account_runs_silently_and_its_goal_is_measured()
    {
        var heldOut = Enumerable.Range(1, 100).First(account => Draws.Share("holdout", "trial", SubjectRef.Account(1000 + account)) < 0.1);
        var world = World.Of(Trial.Replace("steps:", "holdout: 10%\nsteps:", StringComparison.Ordinal)).Person(1, heldOut).Do(1, "signed_up", SignedUp).Pass("1d");

        world.Do(1, "setup_completed");

        Assert.Empty(world.Mails);
        Assert.Equal(["entered", "held_out welcome", "goal_reached wait-setup_completed"], world.Decisions());
    }
}
