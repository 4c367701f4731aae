using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Notices;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 54 and 55: a mail that a human approves, and an account that gets another owner.</summary>
public class ApprovalTests
{
    private static string Proposing(string send = "{ template: proposal, approve: owner, up_to: 3bd }", string steps = "  - send: after", string subject = "contact") => $$"""
        scenario: proposing
        title: Proposing
        owner: m@example.com
        subject: {{subject}}
        class: service
        trigger: { event: near_end }
        goal: { when: event("renewed"), within: 90d }
        steps:
          - send: {{send}}
        {{steps}}
        """;

    private static World Owned(params string[] scenarios) => World.Of(scenarios).Person(1, 1).SayAccount(1, ("owner", "csm@example.com"));

    private static ApprovalRow Asked(World world) => world.Simulator.Carried.OfType<Effect.ApprovalAsked>().Last().Row;

    private static World Answer(World world, bool isApproved, string subject = "", string text = "")
    {
        var row = Asked(world);
        return world.Tell(new Signal.ApprovalGiven(row.Subject, row.RecipientId, row.Id, isApproved, subject, text, "csm@example.com", world.Now), row.RecipientId);
    }

    private static IReadOnlyList<ApprovalState> Ended(World world) => [.. world.Simulator.Carried.OfType<Effect.ApprovalEnded>().Select(ended => ended.State)];

    [Rule(54)]
    [Fact]
    public void It_waits_for_the_owner_who_is_told_and_leaves_when_approved()
    {
        var world = Owned(Proposing()).Do(1, "near_end").Pass("1d");
        Assert.Empty(world.Mails);
        Assert.Equal(("csm@example.com", "proposal"), (Asked(world).Assignee, Asked(world).Template));
        Assert.Equal(NoticeKind.ToApprove, world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Single().Notice.Kind);

        Answer(world, isApproved: true);

        Assert.Equal(["proposal 1", "after 1"], world.Mails);
        Assert.Equal([ApprovalState.Approved], Ended(world));
    }

    [Fact]
    public void What_the_owner_wrote_is_what_leaves()
    {
        var world = Owned(Proposing()).Do(1, "near_end");

        Answer(world, isApproved: true, "Shall we talk?", "Dear Ann,\n\nyour contract ends soon.");

        Assert.Contains("""{"subject":"Shall we talk?","paragraphs":["Dear Ann,","your contract ends soon."]}""", Encoding.UTF8.GetString(world.Simulator.Sends[0].Draft.Inputs), StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_waits_for_approval_too_and_whoever_approves_sees_its_answers()
    {
        var world = Owned(Proposing().Replace("- send: { template: proposal, approve: owner, up_to: 3bd }", "- ask: { template: proposal, answers: [ join, decline ], approve: owner, from: account.owner }", StringComparison.Ordinal)).Do(1, "near_end");
        Assert.Empty(world.Mails);
        Assert.Contains("\"answers\":[{\"value\":\"join\"", Encoding.UTF8.GetString(Asked(world).Inputs), StringComparison.Ordinal);

        Answer(world, isApproved: true, "", "Will you come?");

        Assert.Equal(["proposal 1", "after 1"], world.Mails);
        var inputs = Encoding.UTF8.GetString(world.Simulator.Sends[0].Draft.Inputs);
        Assert.Contains("\"edited\":", inputs, StringComparison.Ordinal);
        Assert.Contains("\"ask\":", inputs, StringComparison.Ordinal);
        Assert.Contains("csm@example.com", inputs, StringComparison.Ordinal);
    }

    [Fact]
    public void Declined_it_is_skipped_and_the_scenario_goes_on()
    {
        var world = Answer(Owned(Proposing()).Do(1, "near_end"), isApproved: false);

        Assert.Equal(["after 1"], world.Mails);
        Assert.Contains("not_approved proposal", world.Decisions());
    }

    [Theory]
    [InlineData("skip", "after 1")]
    [InlineData("send", "proposal 1", "after 1")]
    public void Nobody_answers_in_time(string otherwise, params string[] mails)
    {
        // Three business days after a Monday; an answer that comes later changes nothing.
        var world = Owned(Proposing($"{{ template: proposal, approve: owner, up_to: 3bd, otherwise: {otherwise} }}")).Do(1, "near_end").Pass("4d");

        Answer(world, isApproved: true);

        Assert.Equal(mails, world.Mails);
        Assert.Equal([ApprovalState.Over], Ended(world));
    }

    [Fact]
    public void The_gates_are_asked_after_the_approval()
    {
        var world = Owned(Proposing()).Do(1, "near_end").Pass("1d").Tell(new Signal.Refused(1, "*", true, World.Start), 1);
        Assert.Equal([ApprovalState.Withdrawn], Ended(world));

        Answer(world, isApproved: true);

        Assert.DoesNotContain("proposal 1", world.Mails);
    }

    [Fact]
    public void Nobody_is_asked_about_a_mail_that_may_not_be_sent_at_all()
    {
        var world = Owned(Proposing()).Tell(new Signal.Refused(1, "*", true, World.Start), 1).Do(1, "near_end");

        Assert.Empty(world.Simulator.Carried.OfType<Effect.ApprovalAsked>());
        Assert.Contains("unsubscribed proposal", world.Decisions());
    }

    [Fact]
    public void Rule_42_the_goal_withdraws_the_draft()
    {
        var world = Owned(Proposing()).Do(1, "near_end").Do(1, "renewed");

        Answer(world, isApproved: true);

        Assert.Empty(world.Mails);
        Assert.Equal([ApprovalState.Withdrawn], Ended(world));
    }

    [Fact]
    public void An_accounts_mails_are_approved_each_for_itself()
    {
        var world = Owned(Proposing("{ template: proposal, approve: owner, to: 'role(\"admin\")', nobody: end }", "  - end: done", "account")).Person(2, 1, "admin").Person(3, 1, "admin").Do(1, "near_end");

        Answer(world, isApproved: true);

        Assert.Equal(["proposal 3"], world.Mails);
        Assert.Equal(2, world.Simulator.Carried.OfType<Effect.ApprovalAsked>().Count());
    }

    [Fact]
    public void It_comes_from_the_owner_where_the_policy_lets_it_and_else_only_asks_for_answers_there()
    {
        var policy = SendPolicy.Default with { Sender = new Sender { Name = "Acme", Address = "hello@acme.example" }, SenderDomains = ["example.com"] };

        Assert.Equal(("Ken", "ken@example.com", null), Written(policy.SenderOf("ken@example.com", "Ken")));
        Assert.Equal(("Acme", "hello@acme.example", "ken@elsewhere.example"), Written(policy.SenderOf("ken@elsewhere.example", null)));

        static (string, string, string?) Written(Sender sender) => (sender.Name, sender.Address, sender.ReplyTo);
    }

    [Fact]
    public void An_identity_of_the_policy_writes()
    {
        var (policy, said) = SendPolicyReader.Read("""
            sender: { name: Acme, address: hello@acme.example, organization: Acme, postal_address: Tokyo }
            identities: { support: { name: Support, address: support@acme.example } }
            """, "policy.yaml");
        Assert.Empty(said);
        var world = World.Of(policy, Proposing("{ template: proposal, from: support }")).Person(1, 1).Do(1, "near_end");

        Assert.Contains("\"address\":\"support@acme.example\"", Encoding.UTF8.GetString(world.Simulator.Sends[0].Draft.Inputs), StringComparison.Ordinal);
    }

    [Fact]
    public void Rule_55_a_task_for_which_nobody_waits_goes_to_the_next_owner_too_and_both_are_told_if_it_is_open()
    {
        var world = Owned();

        world.SayAccount(1, ("owner", "new@example.com"));

        var told = world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(told => told.Notice).Where(notice => notice.Kind == NoticeKind.OwnerChanged).ToList();
        Assert.Equal(["csm@example.com", "new@example.com"], told.Select(notice => notice.To));
        Assert.All(told, notice => Assert.Equal("csm@example.com", notice.IfTasksOf?.Owner));
    }

    [Fact]
    public void Rule_55_another_owner_takes_over_what_is_open_and_both_are_told_once()
    {
        var world = Owned(Proposing()).Do(1, "near_end");
        world.TellAccount(1, account => new Signal.HoldRequested(account, world.Now.AddDays(9), "A visit", "csm@example.com", world.Now));

        world.SayAccount(1, ("owner", "new@example.com"));

        Assert.Equal("user:new@example.com", world.Account(1).Holds.Single().Source);
        Assert.Equal(("csm@example.com", "new@example.com"), world.Simulator.Carried.OfType<Effect.OwnerChanged>().Select(owner => (owner.From, owner.To)).Single());
        Assert.Equal(["csm@example.com", "new@example.com"], world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(told => told.Notice).Where(notice => notice.Kind == NoticeKind.OwnerChanged).Select(notice => notice.To));
    }

    [Rule(55)]
    [Fact]
    public void Whose_it_is_is_known_however_the_address_is_written_and_the_same_address_is_no_other_owner()
    {
        var world = Owned(Proposing()).TellAccount(1, account => new Signal.HoldRequested(account, World.Start.AddDays(9), "A visit", "CSM@example.com", World.Start)).SayAccount(1, ("owner", "Csm@Example.com"));
        Assert.Empty(world.Simulator.Carried.OfType<Effect.OwnerChanged>());

        world.SayAccount(1, ("owner", "new@example.com"));

        Assert.Equal("user:new@example.com", world.Account(1).Holds.Single().Source);
    }
}
