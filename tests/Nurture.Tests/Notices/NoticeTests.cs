using System.Text.Json.Nodes;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Notices;
using Nurture.Scenarios.Yaml;
using Nurture.Sends;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Notices;

/// <summary>Who among the colleagues is told what, and when nobody needs to be told any more.</summary>
public sealed class NoticeTests
{
    private const string Types = """
        types:
          stalled: { title: Stalled, sla: { acknowledge: 4h }, hold: none }
          pooled: { title: Pooled, family: pool, assign: queue, hold: none }
        """;

    private static World Company(string type = "stalled") =>
        World.WithHealth(World.NobodyScored, Types, World.Calling(type)).Person(1, account: 1).SayAccount(1, ("owner", "ann@example.com"), ("name", "Acme")).Do(1, "stuck");

    private static IReadOnlyList<Notice> Told(World world) => [.. world.Simulator.Carried.OfType<Effect.ColleaguesTold>().Select(told => told.Notice)];

    [Fact]
    public void No_scenario_can_be_called_as_what_no_scenario_sends() =>
        Assert.All([Notice.Scenario, EscalationTypes.MailScenario], name => Assert.False(Values.IsName(name)));

    [Fact]
    public void The_owner_is_told_of_a_case_that_was_opened_for_her()
    {
        var notice = Assert.Single(Told(Company()));

        Assert.Equal((NoticeKind.Assigned, "ann@example.com", "opened"), (notice.Kind, notice.To, notice.Cause));
        Assert.Equal(new NoticeFacts("Stalled", "Acme") { Because = "They are stuck", AcknowledgeBy = "2026-03-02 14:00 (UTC)" }, notice.Facts);
    }

    [Fact]
    public void A_case_in_a_queue_is_nobodys_yet() => Assert.Empty(Told(Company("pooled")));

    [Fact]
    public void Who_is_handed_a_case_is_told_and_who_takes_it_himself_is_not()
    {
        var world = Company();

        world.Work(1, EscalationAct.Assign, assignee: "bob@example.com").Work(1, EscalationAct.Assign, assignee: "BOB@example.com");
        world.Work(1, EscalationAct.Assign, assignee: "csm@example.com").Work(1, EscalationAct.Assign);

        var handed = Assert.Single(Told(world), notice => notice.Kind == NoticeKind.HandedOver);
        Assert.Equal(("bob@example.com", "csm@example.com"), (handed.To, handed.Facts.By));
    }

    [Fact]
    public void A_colleague_gets_one_mail_for_one_cause_in_her_language()
    {
        var notice = Assert.Single(Told(Company()));
        var policy = SendPolicy.Default with { Locale = "ja", Sender = new() { Address = "hello@example.com" } };

        var (ann, again, bob) = (notice.DraftFor(Named(1, "en"), policy), notice.DraftFor(Named(1, "en"), policy), notice.DraftFor(Named(2, null), policy));

        Assert.Equal((ann.Id, "en"), (again.Id, ann.Locale));
        Assert.NotEqual(ann.Id, bob.Id);
        Assert.Equal("ja", bob.Locale);
        Assert.Equal("Acme", JsonNode.Parse(ann.Inputs)!["notice"]!["account"]!.GetValue<string>());
    }

    private static Colleague Named(long id, string? locale) => new(id, $"c{id}@example.com", "Ann", "csm", locale);

    private static readonly NoticeStanding Needed = new(NoticeKind.Assigned, true, "ann@example.com", true, false, false, "Ann@example.com", true);

    public static TheoryData<NoticeStanding, Reason?> Standings => new()
    {
        { Needed, null },
        { Needed with { MayComeIn = false }, Reason.ColleagueLeft },
        { Needed with { WantsCaseMails = false }, Reason.CaseMailsOff },
        { Needed with { IsClosed = true }, Reason.CaseClosed },
        { Needed with { IsTaken = true }, Reason.CaseTaken },
        { Needed with { Assignee = "bob@example.com" }, Reason.CaseTaken },
        { Needed with { Kind = NoticeKind.HandedOver, IsTaken = true }, null },
        { Needed with { Kind = NoticeKind.HandedOver, Assignee = null }, Reason.CaseTaken },
        { Needed with { Kind = NoticeKind.Untaken, Assignee = null }, null },
        { Needed with { Kind = NoticeKind.Untaken, IsTaken = true }, Reason.CaseTaken },
        { Needed with { Kind = NoticeKind.Invited, WantsCaseMails = false }, null },
        { Needed with { Kind = NoticeKind.Invited, IsLinkLive = false }, Reason.LinkOver },
    };

    [Theory]
    [MemberData(nameof(Standings))]
    public void A_notice_that_nobody_needs_any_more_says_why(NoticeStanding standing, Reason? expected) => Assert.Equal(expected, standing.Moot);
}
