using Nurture.Engine;
using Nurture.Sends;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Escalations;

/// <summary>A human's reply: from there a human goes on.</summary>
public sealed class ReplyTests
{
    private static string Nurturing(string name, string sendClass) => $$"""
        scenario: {{name}}
        title: {{name}}
        owner: m@example.com
        class: {{sendClass}}
        trigger: { event: subscribed }
        goal: { when: event("bought"), within: 90d }
        steps:
          - wait: 1d
          - send: { template: {{name}}-mail, expires: 30d{{(sendClass == "marketing" ? ", topic: news" : "")}} }
        """;

    private static World Company(string types = "types: { stalled: { title: Stalled } }") =>
        World.WithHealth(World.NobodyScored, types, Nurturing("offers", "marketing"), Nurturing("guide", "service")).Person(1, account: 1).Person(2, account: 1).Do(1, "subscribed").Do(2, "subscribed");

    private static World Reply(World world, bool isAutomatic = false) => world.Tell(new Signal.Replied(1, isAutomatic, "offers", "offers-mail", "offers-mail", world.Now), 1);

    [Rule(41)]
    [Fact]
    public void A_human_reply_ends_the_persons_marketing_and_nobody_elses()
    {
        var world = Reply(Company());

        Assert.Equal(["replied"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.Replied && entry.EnrollmentId != 0).Select(entry => entry.Reason.Code()));
        Assert.Equal("offers", world.Last(Reason.Replied).Scenario);
        Assert.Equal(1, world.Last(Reason.Replied).Subject.Id);
    }

    [Rule(41)]
    [Fact]
    public void A_reply_that_is_told_late_ends_nothing_that_began_after_it()
    {
        var world = Company().Pass("1h").Tell(new Signal.Replied(1, false, "offers", "offers-mail", "offers-mail", World.Start.AddDays(-1)), 1);

        Assert.DoesNotContain(world.Simulator.Journal, entry => entry.Reason == Reason.Replied && entry.EnrollmentId != 0);
    }

    [Rule(41)]
    [Fact]
    public void It_holds_the_account_for_three_business_days()
    {
        var world = Reply(Company()).Pass("2d");
        Assert.Empty(world.Mails);
        var hold = Assert.Single(world.Account(1).Holds);
        // From Monday at ten.
        Assert.Equal(World.Start.AddDays(3), hold.Until);

        world.Pass("6d");

        Assert.Equal(["guide-mail 1", "guide-mail 2", "offers-mail 2"], world.Mails.Order());
    }

    [Rule(41)]
    [Fact]
    public void Who_has_no_account_is_held_alone()
    {
        var world = Company().Person(3).Do(3, "subscribed").Tell(new Signal.Replied(3, false, "guide", "guide-mail", "guide-mail", World.Start), 3).Pass("2d");
        Assert.DoesNotContain("guide-mail 3", world.Mails);
        Assert.Equal(4, world.Mails.Count);

        world.Pass("6d");

        Assert.Contains("guide-mail 3", world.Mails);
    }

    [Rule(41)]
    [Fact]
    public void Its_owner_releases_the_account()
    {
        var world = Reply(Company()).Pass("2d").TellAccount(1, id => new Signal.HoldReleased(id, "csm@example.com", World.Start.AddDays(2)));

        Assert.Empty(world.Account(1).Holds);
        Assert.NotEmpty(world.Mails);
    }

    [Rule(41)]
    [Fact]
    public void What_a_mailbox_answers_by_itself_moves_nothing()
    {
        var world = Reply(Company(), isAutomatic: true).Pass("2d");

        Assert.Equal(4, world.Mails.Count);
        Assert.Empty(world.Account(1).Holds);
        Assert.Equal(Reason.AnsweredByMachine, world.Last(Reason.AnsweredByMachine).Reason);
    }

    [Fact]
    public void How_long_it_holds_and_what_is_declared()
    {
        var world = Reply(Company("types: { stalled: { title: Stalled } }\nreplies: { title: They wrote, up_to: 1d, blocks: [ marketing ], quiet: 0h }"));

        var hold = Assert.Single(world.Account(1).Holds);
        Assert.Equal(("They wrote", World.Start.AddDays(1)), (hold.Because, hold.Until));
        Assert.Equal(["guide-mail 1", "guide-mail 2"], world.Pass("1d").Mails.Where(mail => mail.StartsWith("guide", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public void Scenarios_hear_it()
    {
        const string Thanks = """
            scenario: thanks
            title: Thanks
            owner: m@example.com
            class: transactional
            purpose: x
            goal: none
            trigger: { event: nurture.replied, where: trigger.scenario == "offers" }
            steps:
              - send: thanks
            """;
        var world = Reply(World.WithHealth(World.NobodyScored, "types: { stalled: { title: Stalled } }", Thanks).Person(1, account: 1));

        Assert.Equal(["thanks 1"], world.Mails);
    }
}
