using System.Globalization;
using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 24 to 39: waits, lengths, gates, zones and classes.</summary>
public sealed class InsideRuleTests
{
    /// <summary>Service mails leave from 9 to 18 on business days, marketing mails from 14 to 16.</summary>
    private static readonly SendPolicy Served = SendPolicyReader.Read("""
        service_basis: days_until(account.contract_end) >= 0 || days_until(account.trial_ends_on) >= 0
        sender: { name: A, address: a@example.com, organization: O, postal_address: P }
        """, "policy.yaml", TrackingPlanReader.Read("account: { contract_end: date, trial_ends_on: date }", "events.yaml").Plan).Policy;

    private static readonly SendPolicy Office = new()
    {
        AllowedHours = new Dictionary<SendClass, AllowedHours>
        {
            [SendClass.Service] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.Business),
            [SendClass.Marketing] = new(new LocalTime(14, 0), new LocalTime(16, 0), Days.All),
        },
    };

    private static string Scenario(string steps, string more = "", string trigger = "{ event: signed_up }", string subject = "contact", string of = "service", string goal = "{ when: event(\"done\"), within: 30d }", string name = "s") =>
        EnteringRuleTests.Scenario(steps, more, trigger, subject, of, goal, name);

    private static DateTimeOffset At(string moment) => DateTimeOffset.Parse(moment, CultureInfo.InvariantCulture);

    private static IEnumerable<string> Left(World world) => world.Simulator.Sends.Select(send => $"{send.Draft.Template} {send.LeftAt:ddd HH:mm}");

    [Rule(33, 35)]
    [Theory]
    [InlineData("- wait: { until: account.contract_end, offset: -5d }\n- send: due")]
    [InlineData("- wait: { for: event(\"never\"), until: account.contract_end, offset: -5d }\n- send: due")]
    public void A_date_of_the_account_that_moves_re_plans_what_its_people_wait_for(string steps)
    {
        var world = World.Of(Scenario(steps)).Person(1, 1).SayAccount(1, ("contract_end", new DateOnly(2026, 4, 1))).Do(1, "signed_up").Pass("1d");

        world.SayAccount(1, ("contract_end", new DateOnly(2026, 3, 12)));

        // Five days before it, at nine.
        world.PassTo(new DateTimeOffset(2026, 3, 7, 12, 0, 0, TimeSpan.Zero));
        Assert.Equal(["due 1"], world.Mails);
    }

    [Rule(35)]
    [Fact]
    public void Another_zone_of_the_account_re_plans_what_its_people_wait_for()
    {
        var world = World.Of(Scenario("- wait: { until: \"09:00\" }\n- send: morning")).Person(1, 1).SayAccount(1, ("zone", "Asia/Tokyo")).Do(1, "signed_up").Pass("1h");

        world.SayAccount(1, ("zone", "America/New_York"));

        // Nine in New York, ten hours before it is nine in Tokyo.
        world.PassTo(new DateTimeOffset(2026, 3, 2, 14, 0, 0, TimeSpan.Zero));
        Assert.Equal(["morning 1"], world.Mails);
    }

    [Rule(51)]
    [Fact]
    public void A_churned_account_ends_what_its_people_wait_for_at_once()
    {
        var world = World.Of(Scenario("- wait: 20d\n- send: late")).Person(1, 1).Do(1, "signed_up").Pass("1d");

        world.SayAccount(1, ("stage", "churned"));

        Assert.Equal("churned wait-20d", world.Decisions()[^1]);
        Assert.Equal(world.Now, world.Last(Reason.Churned).At);
    }

    [Rule(24)]
    [Fact]
    public void What_has_happened_since_entry_or_is_true_is_not_waited_for()
    {
        var world = World.Of(Scenario("""
            - wait: 1d
            - wait: { for: event("ordered"), up_to: 9d }
            - branch: [ { if: heard.total == 5, then: [ send: five ] } ]
            - wait: { for: contact.seats > 3, up_to: 9d }
            - send: seats
            """)).Person(1).Do(1, "signed_up").Pass("1h").Say(1, ("seats", 5)).Do(1, "ordered", """{"total":5}""");

        world.Pass("1d");

        Assert.Equal(["five 1", "seats 1"], world.Mails);
        Assert.Equal(2, world.Simulator.Journal.Count(entry => entry.Reason == Reason.AlreadyTrue && entry.At == World.Start.AddDays(1)));
    }

    [Rule(25)]
    [Theory]
    [InlineData("goal: { when: event(\"x\"), within: 30d }\nexit: [ event(\"x\") ]", "goal_reached wait-x")]
    [InlineData("goal: { when: event(\"y\"), within: 30d }\nexit: [ event(\"x\") ]", "exit_true wait-x")]
    [InlineData("goal: { when: event(\"y\"), within: 30d }", "heard wait-x")]
    public void Goal_goes_before_exit_and_exit_before_what_a_wait_hears(string ends, string decision)
    {
        var world = World.Of(Scenario("- wait: { for: event(\"x\"), up_to: 9d }\n- wait: 5d").Replace("goal: { when: event(\"done\"), within: 30d }", ends, StringComparison.Ordinal)).Person(1).Do(1, "signed_up").Pass("1d");

        world.Do(1, "x");

        Assert.Equal(decision, world.Decisions()[1]);
    }

    [Rule(25)]
    [Fact]
    public void At_the_instant_of_a_time_out_a_refusal_a_stop_and_the_goal_go_first()
    {
        World Waiting()
        {
            var world = World.Of(Scenario("- wait: { for: event(\"login\"), up_to: 3d }\n  timeout: [ send: help ]\n- wait: 5d", goal: "{ when: event(\"done\"), within: 3d }")).Person(1).Do(1, "signed_up");
            world.Simulator.AdvanceBefore(World.Start.AddDays(3));
            return world;
        }

        var refused = Waiting().Tell(new Signal.Refused(1, Consent.Everything, true, World.Start.AddDays(3)), 1).Pass("1h");
        Assert.Equal(["timed_out wait-login", "unsubscribed help"], refused.Decisions().Where(decision => !decision.StartsWith("goal", StringComparison.Ordinal)).Skip(1));

        var stopped = Waiting();
        stopped.Tell(new Signal.StopRequested(SubjectRef.Contact(1), stopped.Simulator.Journal.First(entry => entry.Reason == Reason.Entered).EnrollmentId, "ann", World.Start.AddDays(3)), 1).Pass("1h");
        Assert.Equal("stopped wait-login", stopped.Decisions()[1]);
        Assert.Empty(stopped.Mails);

        // The last moment of `within` is in time too.
        var reached = Waiting().Do(1, "done").Pass("1h");
        Assert.Equal(["entered", "goal_reached wait-login"], reached.Decisions());
    }

    [Rule(26)]
    [Theory]
    [InlineData("2026-03-07T17:00:00Z", "1d", "2026-03-08T17:00:00Z")]
    [InlineData("2026-03-07T17:00:00Z", "2w", "2026-03-21T17:00:00Z")]
    [InlineData("2026-03-07T17:00:00Z", "{ until: \"11:59\" }", "2026-03-08T15:59:00Z")]
    [InlineData("2026-03-07T17:00:00Z", "1bd", "2026-03-09T16:00:00Z")]
    [InlineData("2026-03-07T17:00:00Z", "1mo", "2026-04-07T16:00:00Z")]
    [InlineData("2026-05-31T12:00:00Z", "1mo", "2026-06-30T12:00:00Z")]
    public void Days_are_exact_business_days_and_months_and_local_times_are_the_calendars(string start, string wait, string left)
    {
        var world = World.Of(Scenario($"- wait: {wait}\n- send: hello", of: "transactional")).Person(1).Say(1, ("zone", "America/New_York")).PassTo(At(start)).Do(1, "signed_up");

        world.Pass("40d");

        Assert.Equal(At(left), world.Simulator.Sends.Single().LeftAt);
    }

    [Rule(27, 28)]
    [Fact]
    public void A_held_mail_and_its_follow_up_never_leave_together_and_no_deadline_is_stretched()
    {
        var world = World.Of(Office, Scenario("- wait: { for: event(\"login\"), up_to: 1d }\n- send: help\n- wait: 1d\n- send: more", goal: "{ when: event(\"done\"), within: 5d }")).Person(1).PassTo(At("2026-03-06T20:00:00Z")).Do(1, "signed_up");

        world.Pass("10d");

        Assert.Equal(At("2026-03-07T20:00:00Z"), world.Last(Reason.TimedOut).At);
        Assert.Equal(["help Mon 09:00", "more Tue 09:00"], Left(world));
        Assert.Equal(At("2026-03-11T20:00:00Z"), world.Last(Reason.GoalMissed).At);
    }

    [Rule(29)]
    [Theory]
    [InlineData("- send: { template: a, if: contact.onboarded }\n- send: next", "next")]
    [InlineData("- send: { template: a, if: contact.onboarded }\n  skipped: end\n- send: next", "")]
    [InlineData("- send: { template: a, if: contact.onboarded }\n  skipped: [ send: instead ]\n- branch: [ { if: 'sent(\"a\")', then: [ send: sent ] } ]\n- send: next", "instead, next")]
    [InlineData("- send: { template: a, if: contact.onboarded }\n- wait: { for: clicked(\"a\"), up_to: 9d }\n  timeout: [ send: unclicked ]", "unclicked")]
    [InlineData("- send: { template: a, if: contact.onboarded }\n- wait: { for: clicked(\"a\") && contact.seats > 3, up_to: 9d }\n  timeout: [ send: unclicked ]", "unclicked")]
    [InlineData("- send: { template: a, if: contact.onboarded }\n- wait: { for: clicked(\"a\") || contact.seats > 3, up_to: 9d }\n  timeout: [ send: unclicked ]\n- send: next", "")]
    public void A_skipped_mail_goes_on_or_says_otherwise_and_no_click_on_it_is_waited_for(string steps, string mails)
    {
        var world = World.Of(Scenario(steps)).Person(1).Do(1, "signed_up");

        Assert.Equal(mails, string.Join(", ", world.Simulator.Sends.Select(send => send.Draft.Template)));
    }

    [Rule(30)]
    [Theory]
    [InlineData(1, "quiet_hours hello")]
    [InlineData(2, "cap_reached hello")]
    [InlineData(3, "stream_busy hello")]
    [InlineData(4, "on_hold hello")]
    [InlineData(5, "unsubscribed hello")]
    [InlineData(6, "suppressed hello")]
    [InlineData(7, "exit_true wait-1h")]
    public void The_first_gate_that_refuses_is_the_reason(int gates, string decision)
    {
        var policy = new SendPolicy
        {
            Caps = [new Cap(1, TimeSpan.FromDays(30))],
            AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new LocalTime(20, 0), new LocalTime(21, 0), Days.All) },
        };
        var world = World.Of(policy, Scenario("- wait: 1h\n- send: hello", "stream: one\nexit: [ contact.onboarded ]"), Scenario("- send: early", trigger: "{ event: ordered }", name: "early"), Scenario("- wait: 20d", "stream: one\npriority: 2", "{ event: promoted }", name: "high")).Person(1, 1);
        if (gates > 1) world.Do(1, "ordered");
        world.Pass("1d");
        if (gates > 2) world.Do(1, "promoted");
        if (gates > 3) world.TellAccount(1, id => new Signal.HoldRequested(id, world.Now.AddDays(9), "visit", "csm@example.com", world.Now));
        if (gates > 4) world.Tell(new Signal.Refused(1, Consent.Everything, true, world.Now), 1);
        if (gates > 5) world.Simulator.Suppress(1);
        world.Do(1, "signed_up").Pass("1m");
        if (gates > 6) world.Say(1, ("onboarded", true));

        world.Pass("2h");

        Assert.Equal(decision, world.Decisions("s").Skip(1).First(one => !one.StartsWith("wait_over", StringComparison.Ordinal)));
    }

    [Rule(30)]
    [Fact]
    public void A_cap_is_given_back_when_nothing_left()
    {
        var world = World.Of(new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(30))] }, Scenario("- send: first\n- wait: 1d\n- send: second\n- wait: 24h\n- send: third")).Person(1).Do(1, "signed_up");

        var first = world.Simulator.Sends.Single().Draft;
        world.Tell(first.Ended(Reason.Refused, world.Now), 1).Pass("9d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
        Assert.Contains("cap_reached third", world.Decisions());
    }

    [Rule(30)]
    [Fact]
    public void A_mail_that_ends_when_it_counts_no_more_gives_back_no_other_mails_count()
    {
        var world = World.Of(new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(3))] }, Scenario("- send: first\n- wait: 4d\n- send: second\n- wait: 1d\n- send: { template: third, expires: 1d }")).Person(1).Do(1, "signed_up").Pass("4d");

        world.Tell(world.Simulator.Sends[0].Draft.Ended(Reason.Refused, world.Now), 1).Pass("9d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
    }

    [Rule(30)]
    [Theory]
    [InlineData(Reason.Cancelled)]
    [InlineData(Reason.Refused)]
    public void A_cap_is_given_back_when_the_passage_is_over_already(Reason reason)
    {
        var (mailing, other) = (Scenario("- send: first"), Scenario("- wait: 1d\n- send: second", goal: "{ when: event(\"never\"), within: 30d }", name: "other"));
        var world = World.Of(new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(30))] }, mailing, other).Person(1).Do(1, "signed_up").Do(1, "done");

        world.Tell(world.Simulator.Sends.Single().Draft.Ended(reason, world.Now), 1).Pass("2d");

        Assert.Equal(["first 1", "second 1"], world.Mails);
    }

    [Rule(32)]
    [Theory]
    [InlineData("service", "", 72)]
    [InlineData("marketing", "", 168)]
    [InlineData("service", ", expires: 5h", 5)]
    public void What_waited_too_long_is_not_sent_any_more(string of, string expires, int hours)
    {
        var world = World.Of(Scenario($"- send: {{ template: hello{expires} }}\n- send: {{ template: next, class: transactional }}", of: of)).Person(1, 1);
        world.TellAccount(1, id => new Signal.HoldRequested(id, world.Now.AddDays(30), "visit", "csm@example.com", world.Now)).Do(1, "signed_up").Pass("9d");

        var expired = world.Last(Reason.Expired);
        Assert.Equal(("hello", World.Start.AddHours(hours)), (expired.Step, expired.At));
        Assert.Equal(["next 1"], world.Mails);
    }

    [Rule(32)]
    [Fact]
    public void A_receipt_is_of_use_for_a_day() =>
        Assert.Equal(World.Start.AddDays(1), World.Of(Scenario("- send: receipt", of: "transactional")).Person(1).Do(1, "signed_up").Simulator.Sends.Single().Draft.ExpiresAt);

    [Rule(32)]
    [Theory]
    [InlineData("before: 1d", "2026-03-21T15:00:00Z")]
    [InlineData("before: 9d", "2026-03-18T01:00:00Z")]
    [InlineData("after: 1d", "2026-03-28T01:00:00Z")]
    public void No_mail_is_of_use_after_the_day_that_it_speaks_of(string offset, string expires)
    {
        // The day is the 21st in Tokyo, where it ends at 15:00 UTC.
        var world = World.Of(Scenario("- wait: 1h\n- send: { template: renew, to: most_active, nobody: end, expires: 6d }", trigger: $"{{ date: account.contract_end, {offset} }}", subject: "account"))
            .Person(1, 1).SayAccount(1, ("zone", "Asia/Tokyo")).SayAccount(1, ("contract_end", new DateOnly(2026, 3, 21)));

        world.Pass("40d");

        Assert.Equal(At(expires), world.Simulator.Sends.Single().Draft.ExpiresAt);
    }

    [Rule(35)]
    [Theory]
    [InlineData("Asia/Tokyo", "America/New_York", "Europe/Berlin", "2026-03-03T00:00:00Z")]
    [InlineData(null, "America/New_York", "Europe/Berlin", "2026-03-02T14:00:00Z")]
    [InlineData(null, null, "Europe/Berlin", "2026-03-03T08:00:00Z")]
    [InlineData(null, null, null, "2026-03-03T09:00:00Z")]
    public void The_persons_own_zone_goes_before_the_accounts_the_browsers_and_the_policys(string? own, string? account, string? browser, string left)
    {
        var world = World.Of(Scenario("- wait: { until: \"09:00\" }\n- send: hello")).Person(1, 1).Say(1, ("zone", own), ("browser_zone", browser)).SayAccount(1, ("zone", account)).Do(1, "signed_up").Pass("2d");

        Assert.Equal(At(left), world.Simulator.Sends.Single().LeftAt);
    }

    [Rule(35)]
    [Fact]
    public void A_change_of_zone_plans_a_wait_for_a_local_time_anew()
    {
        var world = World.Of(Scenario("- wait: { until: \"09:00\" }\n- send: hello")).Person(1).Do(1, "signed_up").Pass("3h").Say(1, ("zone", "America/New_York"));

        // It is 08:00 there.
        world.Pass("2d");

        Assert.Equal(At("2026-03-02T14:00:00Z"), world.Simulator.Sends.Single().LeftAt);
    }

    [Rule(35)]
    [Fact]
    public void A_mail_to_a_role_goes_by_each_ones_own_zone()
    {
        var world = World.Of(Office, Scenario("- send: { template: hello, to: 'role(\"admin\")', nobody: end }\n- wait: 1d", subject: "account")).Person(1, 1, "admin").Person(2, 1, "admin").Say(1, ("zone", "Asia/Tokyo")).Say(2, ("zone", "America/New_York"));

        world.Do(1, "signed_up").Pass("3d");

        Assert.Equal(["2 Mon 14:00", "1 Tue 00:00"], world.Simulator.Sends.Select(send => $"{send.Draft.RecipientId} {send.LeftAt:ddd HH:mm}"));
        // What follows counts from the last of them.
        Assert.Equal(At("2026-03-04T00:00:00Z"), world.Last(Reason.WaitOver).At);
    }

    [Rule(36)]
    [Theory]
    [InlineData("marketing", "send: hello", ConsentBasis.None, "", "no_consent hello")]
    [InlineData("marketing", "send: hello", ConsentBasis.OptIn, "", "released hello")]
    [InlineData("marketing", "send: hello", ConsentBasis.OptIn, "news", "topic_refused hello")]
    [InlineData("service", "send: hello", ConsentBasis.None, "", "released hello")]
    [InlineData("service", "send: { template: hello, topic: news }", ConsentBasis.None, "news", "topic_refused hello")]
    [InlineData("service", "send: hello", ConsentBasis.OptIn, "*", "unsubscribed hello")]
    [InlineData("service", "send: { template: hello, class: marketing, topic: news }", ConsentBasis.None, "", "no_consent hello")]
    [InlineData("transactional", "send: hello", ConsentBasis.None, "*", "released hello")]
    public void Each_class_has_its_ground(string of, string send, ConsentBasis basis, string refused, string decision)
    {
        var world = World.Of(Scenario($"- {send}", of: of)).Tell(new Signal.Described(1, new Dictionary<string, AttributeValue> { ["email"] = AttributeValue.From("a@example.com") }, World.Start, true, basis), 1);
        if (refused.Length > 0) world.Tell(new Signal.Refused(1, refused, true, World.Start), 1);

        world.Do(1, "signed_up");

        Assert.Equal(decision, world.Decisions()[1]);
    }

    [Rule(36)]
    [Theory]
    [InlineData("service", "", "released hello")]
    [InlineData("service", "plan=trial", "released hello")]
    [InlineData("service", "contract_end=2026-03-02", "released hello")]
    [InlineData("service", "contract_end=2026-03-01", "no_contract hello")]
    [InlineData("service", "trial_ends_on=2026-03-01", "no_contract hello")]
    [InlineData("service", "trial_ends_on=2026-03-01 contract_end=2027-01-31", "released hello")]
    [InlineData("marketing", "contract_end=2026-03-01", "released hello")]
    [InlineData("transactional", "contract_end=2026-03-01", "released hello")]
    public void A_service_mail_asks_for_a_live_trial_or_contract(string of, string told, string decision)
    {
        var world = World.Of(Served, Scenario("- send: hello", of: of)).Person(1, 1);
        foreach (var (name, value) in told.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(one => (one.Split('=')[0], one.Split('=')[1])))
            world.SayAccount(1, (name, name == "plan" ? value : DateOnly.Parse(value, System.Globalization.CultureInfo.InvariantCulture)));

        world.Do(1, "signed_up");

        Assert.Equal(decision, world.Decisions()[1]);
    }

    [Rule(36)]
    [Fact]
    public void Who_has_no_account_is_asked_for_no_contract_and_a_contract_that_ends_meanwhile_is_asked_at_the_release()
    {
        var world = World.Of(Served, Scenario("- wait: 2d\n- send: hello")).Person(1).Person(2, 2);
        world.SayAccount(2, ("contract_end", new DateOnly(2026, 3, 3)));

        world.Do(1, "signed_up").Do(2, "signed_up").Pass("3d");

        Assert.Equal(["no_contract", "released"], world.Simulator.Journal.Where(entry => entry.Reason is Reason.Released or Reason.NoContract).Select(entry => entry.Reason.Code()).Order());
        Assert.Equal(1, Assert.Single(world.Simulator.Sends).Draft.RecipientId);
    }

    [Rule(36)]
    [Fact]
    public void Whose_contract_is_over_is_not_reachable_for_service_mails()
    {
        var world = World.Of(Served, Scenario("- branch:\n    - if: 'reachable(\"mail\", \"service\")'\n      then: [ send: hello ]\n    - else: [ end: nobody-to-reach ]")).Person(1, 1);
        world.SayAccount(1, ("contract_end", new DateOnly(2026, 3, 1)));

        world.Do(1, "signed_up");

        Assert.Empty(world.Simulator.Sends);
        Assert.Contains("ended", world.Decisions()[^1], StringComparison.Ordinal);
    }

    [Rule(37)]
    [Fact]
    public void A_cap_counts_what_left_over_all_scenarios_and_knows_no_transactional_mail()
    {
        var world = World.Of(new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(7))] },
            Scenario("- send: receipt", of: "transactional", trigger: "{ event: ordered }", name: "receipt").Replace("trigger:", "reentry: every time\ntrigger:", StringComparison.Ordinal),
            Scenario("- send: { template: one, expires: 1h }"), Scenario("- send: { template: two, expires: 1h }", trigger: "{ event: upgraded }", name: "t")).Person(1);

        world.Do(1, "ordered").Do(1, "signed_up").Do(1, "ordered").Do(1, "upgraded").Pass("2h");

        Assert.Equal(["receipt 1", "one 1", "receipt 1"], world.Mails);
        Assert.Equal(["entered", "cap_reached two", "expired two"], world.Decisions("t").Take(3));
    }

    [Rule(39)]
    [Fact]
    public void A_service_mail_that_answers_at_once_keeps_no_hours_and_the_next_one_does()
    {
        var world = World.Of(Office, Scenario("- send: { template: welcome, hours: any }\n- wait: 1h\n- send: tips")).Person(1).PassTo(At("2026-03-02T22:00:00Z")).Do(1, "signed_up");

        world.Pass("2d");

        Assert.Equal(["welcome Mon 22:00", "tips Tue 09:00"], Left(world));
    }

    [Rule(36, 39)]
    [Fact]
    public void A_marketing_mail_keeps_its_hours()
    {
        var parsed = Nurture.Scenarios.ScenarioParser.Parse(Scenario("- send: { template: welcome, hours: any }", of: "marketing"), "s.yaml", new());

        Assert.Contains(parsed.Diagnostics, said => said.Code == "NUR016" && said.Message.Contains("allowed hours", StringComparison.Ordinal));
    }

    [Rule(39)]
    [Fact]
    public void The_hours_of_a_class_need_no_wait_in_the_scenario()
    {
        var world = World.Of(Office, Scenario("- send: service", name: "a"), Scenario("- send: marketing", of: "marketing", name: "b"), Scenario("- send: receipt", of: "transactional", name: "c")).Person(1).Do(1, "signed_up").Person(2).PassTo(At("2026-03-02T22:00:00Z")).Do(2, "signed_up");

        world.Pass("2d");

        Assert.Equal(["service Mon 10:00", "receipt Mon 10:00", "marketing Mon 14:00", "receipt Mon 22:00", "service Tue 09:00", "marketing Tue 14:00"], Left(world));
    }
}
