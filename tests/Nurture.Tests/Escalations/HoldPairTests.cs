using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Simulation;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Escalations;

/// <summary>Holds that one event opens and another one closes.</summary>
public sealed class HoldPairTests
{
    private const string Types = """
        types: { stalled: { title: Stalled } }
        holds:
          support: { title: A ticket is open, opened_by: ticket_opened, closed_by: ticket_closed, key: ticket, up_to: 14d, quiet: 0h }
        """;

    private const string Drip = """
        scenario: drip
        title: Drip
        owner: m@example.com
        class: service
        trigger: { event: subscribed }
        goal: { when: event("solved"), within: 90d }
        steps:
          - send: { template: one, expires: 30d }
        """;

    private static World Company(string types = Types) => World.WithHealth(World.NobodyScored, types, Drip).Person(1, account: 1).Person(2, account: 1);

    private static string Ticket(int number) => $$"""{"ticket":"{{number}}"}""";

    [Rule(48)]
    [Fact]
    public void An_event_opens_a_hold_and_another_one_closes_it()
    {
        var world = Company().Do(1, "ticket_opened", Ticket(7)).Do(2, "subscribed").Pass("2d");
        Assert.Empty(world.Mails);
        Assert.Contains("A ticket is open", world.Last(Reason.HoldStarted).Detail, StringComparison.Ordinal);

        world.Do(1, "ticket_closed", Ticket(7));

        Assert.Equal(["one 2"], world.Mails);
        Assert.Contains("event:support/7", world.Last(Reason.HoldEnded).Detail, StringComparison.Ordinal);
    }

    [Rule(48)]
    [Fact]
    public void Who_has_no_account_is_held_alone_until_the_ticket_is_closed()
    {
        var world = Company().Person(3).Person(4).Do(3, "ticket_opened", Ticket(7)).Do(3, "subscribed").Do(4, "subscribed").Pass("2d");
        Assert.Equal(["one 4"], world.Mails);
        Assert.StartsWith("Automatic mail to the person is on hold until 16 Mar 2026", Explanation.Sentence(world.Last(Reason.HoldStarted), null), StringComparison.Ordinal);
        Assert.Equal("コンタクトへの自動配信を 2026年3月16日まで保留しました(A ticket is open)。", Explanation.Sentence(world.Last(Reason.HoldStarted), null, Language.Japanese));

        world.Do(3, "ticket_closed", Ticket(7));

        Assert.Equal(["one 4", "one 3"], world.Mails);
    }

    [Rule(48)]
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_persons_hold_ends_by_itself_or_by_hand(bool isByHand)
    {
        var world = Company().Person(3).Do(3, "ticket_opened", Ticket(7)).Do(3, "subscribed").Pass("13d");
        Assert.Empty(world.Mails);

        if (isByHand) world.Tell(new Signal.HoldReleased(0, "csm@example.com", world.Now) { ContactId = 3 }, 3);
        else world.Pass("2d");

        Assert.Equal(["one 3"], world.Mails);
    }

    [Rule(10, 48)]
    [Fact]
    public void What_held_a_person_holds_the_account_that_they_join_and_is_closed_there()
    {
        var world = Company().Person(3).Do(3, "ticket_opened", Ticket(7)).Join(3, 1).Do(2, "subscribed").Do(3, "subscribed").Pass("1d");
        Assert.Empty(world.Mails);

        world.Do(2, "ticket_closed", Ticket(7)).Pass("3d");

        Assert.Equal(["one 2", "one 3"], world.Mails.Order());
        Assert.Empty(world.Account(1).Holds);
    }

    [Rule(11, 48)]
    [Fact]
    public void What_held_one_of_two_holds_who_they_turn_out_to_be()
    {
        var world = Company().Person(3).Person(4).Do(3, "ticket_opened", Ticket(7)).Do(4, "subscribed", "{}");
        Assert.Equal(["one 4"], world.Mails);

        world.Tell(new Signal.MergedInto(3, 5, Slots.OfContact(5), 0, world.Now), 3).Person(5).Do(5, "subscribed").Pass("2d");
        Assert.Equal(["one 4"], world.Mails);

        world.Do(5, "ticket_closed", Ticket(7));
        Assert.Equal(["one 4", "one 5"], world.Mails);
    }

    [Rule(48)]
    [Fact]
    public void Each_key_holds_by_itself()
    {
        var world = Company().Do(1, "ticket_opened", Ticket(7)).Do(1, "ticket_opened", Ticket(8)).Do(2, "subscribed").Do(1, "ticket_closed", Ticket(7)).Do(1, "ticket_closed", Ticket(9));
        Assert.Empty(world.Mails);

        world.Do(2, "ticket_closed", Ticket(8));

        Assert.Equal(["one 2"], world.Mails);
    }

    [Rule(48)]
    [Fact]
    public void A_hold_that_nobody_closes_ends_by_itself()
    {
        var world = Company().Do(1, "ticket_opened", Ticket(7)).Do(2, "subscribed").Pass("13d");
        Assert.Empty(world.Mails);

        world.Pass("2d");

        Assert.Equal(["one 2"], world.Mails);
        Assert.Empty(world.Account(1).Holds);
    }

    [Rule(36)]
    [Theory]
    [InlineData("[ tips ]", "plain 2")]
    [InlineData("[ service ]", "")]
    [InlineData("[ marketing ]", "plain 2,tip 2")]
    [InlineData("[ marketing, news ]", "plain 2,tip 2")]
    public void A_hold_blocks_classes_or_topics(string blocks, string mails)
    {
        var world = World.WithHealth(World.NobodyScored, Types.Replace("up_to: 14d", $"blocks: {blocks}, up_to: 14d", StringComparison.Ordinal),
            Drip.Replace("template: one,", "template: plain,", StringComparison.Ordinal),
            Drip.Replace("drip", "tips", StringComparison.Ordinal).Replace("template: one,", "template: tip, topic: tips,", StringComparison.Ordinal)).Person(1, account: 1).Person(2, account: 1);

        world.Do(1, "ticket_opened", Ticket(7)).Do(2, "subscribed");
        Assert.Equal(mails, string.Join(',', world.Mails));

        world.Do(1, "ticket_closed", Ticket(7)).Pass("3d");
        Assert.Equal(["plain 2", "tip 2"], world.Mails.Order());
    }

    [Theory]
    [InlineData("[ transactional ]", DiagnosticCodes.Contradiction)]
    [InlineData("[ marketting ]", DiagnosticCodes.UnknownWord)]
    [InlineData("[ 'two words' ]", DiagnosticCodes.BadName)]
    public void What_a_hold_cannot_block_is_said(string blocks, string code) =>
        Assert.Equal(code, Assert.Single(EscalationTypesReader.Read($"types: {{ stalled: {{ title: Stalled, hold: {{ blocks: {blocks} }} }} }}", "escalations.yaml").Diagnostics).Code);

    [Fact]
    public void The_goal_is_asked_before_what_the_end_of_a_hold_lets_go()
    {
        var world = Company(Types.Replace("closed_by: ticket_closed", "closed_by: solved", StringComparison.Ordinal)).Do(2, "ticket_opened", Ticket(7)).Do(2, "subscribed");

        world.Do(2, "solved", Ticket(7));

        Assert.Empty(world.Mails);
        Assert.StartsWith("goal_reached", world.Decisions("drip")[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void What_was_closed_already_is_not_opened_by_an_event_that_comes_late()
    {
        var world = Company().Pass("3d").Do(1, "ticket_closed", Ticket(7), ago: TimeSpan.FromHours(1)).Do(1, "ticket_opened", Ticket(7), ago: TimeSpan.FromHours(2)).Do(2, "subscribed");

        Assert.Equal(["one 2"], world.Mails);
        Assert.Empty(world.Account(1).Holds);
    }

    [Fact]
    public void A_late_closing_event_does_not_end_what_was_opened_after_it()
    {
        var world = Company().Pass("3d").Do(1, "ticket_opened", Ticket(7)).Do(1, "ticket_closed", Ticket(7), ago: TimeSpan.FromHours(2)).Do(2, "subscribed");

        Assert.Empty(world.Mails);
        Assert.Single(world.Account(1).Holds);
    }

    [Fact]
    public void History_opens_no_hold()
    {
        var world = Company();
        world.Tell(new Signal.Occurred(new OccurredEvent(90, "ticket_opened", 1, 0, world.Now, world.Now, default), CountsOnly: true), 1).Do(2, "subscribed");

        Assert.Equal(["one 2"], world.Mails);
    }

    [Fact]
    public void So_many_tickets_do_not_make_the_account_endless()
    {
        var world = Company();
        for (var i = 0; i < 60; i++) world.Do(1, "ticket_opened", Ticket(i));

        Assert.Equal(20, world.Account(1).Holds.Count);
        Assert.Contains(world.Account(1).Holds, hold => hold.Source == "event:support/59");
    }

    [Fact]
    public void A_hold_says_which_events_when_it_ends_and_why()
    {
        const string Wrong = """
            types: { stalled: { title: Stalled } }
            holds:
              support: { opened_by: ticket_opened, closed_by: ticket_opened, key: number }
            """;
        var plan = new TrackingPlan
        {
            Events = new Dictionary<string, PlannedEvent> { ["ticket_opend"] = new("ticket_opend", "", false, new Dictionary<string, PlannedAttribute>()) },
        };

        var (types, said) = EscalationTypesReader.Read(Wrong, "escalations.yaml", plan);

        Assert.Empty(types.Holds);
        Assert.Equal(
            [DiagnosticCodes.MissingKey, DiagnosticCodes.MissingKey, DiagnosticCodes.Contradiction, DiagnosticCodes.NotInPlan, DiagnosticCodes.NotInPlan],
            said.Select(one => one.Code).Order());
    }
}
