using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>Colleagues and test people: mailed, never counted, scored or escalated.</summary>
public sealed class InternalTests
{
    private const string Calls = """
        health: standard
        measures: [ { id: logins, weight: 1, value: 'count("login", "14d")', scale: [[0, 0], [4, 100]] } ]
        bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: { none: x }, unknown: { none: x } }
        """;

    private const string Types = """
        types:
          onboarding_stalled:
            title: Onboarding stalled
            playbook: []
            outcomes: [ saved ]
        """;

    private const string Answered = """
        scenario: answered
        title: Answered
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up }
        goal: { when: event("set_up"), within: 30d }
        steps:
          - send: { template: hello, to: trigger.contact, nobody: end }
          - wait: 20d
        """;

    private static World Mixed(params string[] scenarios)
    {
        var world = World.WithHealth(Calls, Types, scenarios);
        world.Simulator.Catalog = world.Simulator.Catalog with { Policy = new SendPolicy { OwnDomains = ["ours.example"] } };
        return world.Person(1, 1).Say(2, ("email", "csm@ours.example")).Join(2, 1);
    }

    [Rule(57)]
    [Fact]
    public void What_a_colleague_does_in_a_customers_account_moves_neither_its_score_nor_its_passages()
    {
        var world = Mixed(Answered).Do(1, "signed_up").Do(1, "login").Pass("1h");
        var before = world.Account(1).Health!.Score;

        world.Do(2, "login").Do(2, "login").Do(2, "set_up").Pass("1h");

        Assert.Equal(before, world.Account(1).Health!.Score);
        Assert.DoesNotContain("goal_reached", string.Join(' ', world.Decisions("answered")), StringComparison.Ordinal);
        world.Do(1, "set_up");
        Assert.Contains("goal_reached", string.Join(' ', world.Decisions("answered")), StringComparison.Ordinal);
    }

    [Rule(57)]
    [Fact]
    public void A_colleague_starts_no_passage_of_a_customers_account_and_the_journal_says_why()
    {
        var world = Mixed(Answered).Do(2, "signed_up");

        Assert.Empty(world.Mails);
        Assert.Equal(["internal_contact"], world.Decisions("answered"));
    }

    [Rule(57)]
    [Fact]
    public void Whoever_is_marked_by_hand_is_internal_and_whoever_is_unmarked_is_not()
    {
        var world = Mixed(Answered).Say(1, (SubjectState.InternalAttribute, true)).Say(2, (SubjectState.InternalAttribute, false));

        world.Do(2, "signed_up").Do(1, "set_up");

        Assert.Equal(["hello 2"], world.Mails);
        Assert.DoesNotContain("goal_reached", string.Join(' ', world.Decisions("answered")), StringComparison.Ordinal);
        Assert.True(world.Account(1).Members.Values.Single(member => member.ContactId == 1).IsInternal);
    }

    [Rule(57)]
    [Fact]
    public void An_account_of_our_own_people_is_mailed_and_neither_scored_nor_escalated()
    {
        var world = World.WithHealth(Calls, Types, Answered, World.Calling("onboarding_stalled"));
        world.Simulator.Catalog = world.Simulator.Catalog with { Policy = new SendPolicy { OwnDomains = ["ours.example"] } };
        world.Say(1, ("email", "test@ours.example")).Join(1, 1).Do(1, "signed_up").Do(1, "login").Do(1, "stuck").Pass("1h");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Null(world.Account(1).Health);
        Assert.Empty(world.Account(1).Escalations);
        Assert.Contains("internal", world.Last(Reason.EscalationNotOpened).Detail, StringComparison.Ordinal);

        world.Person(3, 1).Do(3, "login").Do(3, "stuck").Pass("1h");
        Assert.NotNull(world.Account(1).Health);
        Assert.Single(world.Account(1).Escalations);
    }

    [Rule(57)]
    [Fact]
    public void A_colleagues_own_passage_opens_no_case_of_a_customer()
    {
        var calling = World.Calling("onboarding_stalled").Replace("subject: account\n", "", StringComparison.Ordinal).Replace("subject: account\r\n", "", StringComparison.Ordinal);
        var world = Mixed(calling).Do(2, "stuck");

        Assert.Empty(world.Account(1).Escalations);
        world.Do(1, "stuck");
        Assert.Single(world.Account(1).Escalations);
    }

    [Rule(57)]
    [Fact]
    public void A_new_criterion_is_counted_from_history_without_colleagues()
    {
        var world = Mixed().Do(1, "login").Do(2, "login").Do(2, "login");
        var key = world.Simulator.Catalog.Health!.Criteria.Single().Key;
        var account = world.Account(1);
        OccurredEvent[] history = [.. new long[] { 1, 2, 2 }.Select((contact, i) => new OccurredEvent(i + 1, "login", contact, account.Id, world.Now, world.Now, default))];

        world.Simulator.Catalog.Index.Criteria.Fill([key], history, account);

        Assert.Single(account.Counters[key].Times);
    }
}
