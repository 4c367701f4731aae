using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 7, 12, 14, 20, 33: what starts a scenario without an event.</summary>
public class TriggerTests
{
    /// <summary>A scenario that mails as soon as it is entered.</summary>
    private static string By(string trigger, string head = "", string subject = "contact", string goal = "goal: none\npurpose: x") => $"""
        scenario: by
        title: By
        owner: m@example.com
        subject: {subject}
        class: transactional
        {goal}
        {(head.Length == 0 ? "reentry: every time" : head)}
        trigger: {trigger}
        steps:
          - send: {(subject == "account" ? "{ template: hello, to: most_active, nobody: end }" : "hello")}
        """;

    [Rule(12)]
    [Fact]
    public void Rule_12_a_condition_starts_when_it_turns_true_and_again_only_after_it_was_false()
    {
        var world = World.Of(By("{ condition: contact.seats >= 10 }")).Person(1);

        world.Say(1, ("seats", 9));
        Assert.Empty(world.Mails);
        world.Say(1, ("seats", 10)).Say(1, ("seats", 11));
        Assert.Single(world.Mails);
        world.Pass("1h").Say(1, ("seats", 3)).Say(1, ("seats", 12));
        Assert.Equal(2, world.Mails.Count);
    }

    [Rule(12)]
    [Fact]
    public void Rule_12_a_condition_over_a_window_turns_true_at_its_very_moment()
    {
        var world = World.Of(By("{ condition: 'ever(\"login\") && count(\"login\", \"14d\") == 0' }")).Person(1).Do(1, "login");

        world.Pass("20d");

        Assert.Equal(World.Start.AddDays(14), world.Last(Reason.Entered).At);
    }

    [Rule(12)]
    [Fact]
    public void Rule_12_a_crossing_fires_again_only_after_it_was_armed_again()
    {
        var world = World.Of(By("{ crosses: account.seats, above: 80, rearm_below: 70 }", subject: "account")).Person(1, 1);

        world.SayAccount(1, ("seats", 79)).SayAccount(1, ("seats", 80)).SayAccount(1, ("seats", 75)).SayAccount(1, ("seats", 85));
        Assert.Single(world.Mails);
        world.Pass("1h").SayAccount(1, ("seats", 69)).SayAccount(1, ("seats", 75)).SayAccount(1, ("seats", 81));
        Assert.Equal(2, world.Mails.Count);
    }

    [Fact]
    public void A_crossing_downwards_is_written_below()
    {
        var world = World.Of(By("{ crosses: account.seats, below: 5 }", subject: "account")).Person(1, 1);

        world.SayAccount(1, ("seats", 5));
        Assert.Empty(world.Mails);
        world.SayAccount(1, ("seats", 4));
        Assert.Single(world.Mails);
    }

    [Fact]
    public void Coming_into_a_segment_starts_and_leaving_another_does()
    {
        var segments = new SegmentSet(SegmentsReader.Read("""
            segments:
              big: { is: contact.seats >= 10 }
            """, "segments.yaml", World.Plan).Segments.ByName);
        var entering = World.Of(segments, By("{ entered: big }")).Person(1).Say(1, ("seats", 12));
        var leaving = World.Of(segments, By("{ left: big }")).Person(1);

        Assert.Single(entering.Mails);
        // Who never was in it does not leave it.
        leaving.Say(1, ("seats", 12));
        Assert.Empty(leaving.Mails);
        leaving.Say(1, ("seats", 2));
        Assert.Single(leaving.Mails);
    }

    [Fact]
    public void A_change_starts_by_what_it_was_and_what_it_is_and_both_can_be_read()
    {
        var world = World.Of(By("{ changed: account.plan, from: trial, to: [ pro, team ] }", "audience: trigger.to == \"pro\"\nreentry: every time", "account")).Person(1, 1);

        world.SayAccount(1, ("plan", "free")).SayAccount(1, ("plan", "pro"));
        Assert.Empty(world.Decisions("by"));
        world.SayAccount(1, ("plan", "trial")).SayAccount(1, ("plan", "pro"));
        Assert.Single(world.Mails);
        world.Pass("1h").SayAccount(1, ("plan", "trial")).SayAccount(1, ("plan", "team"));
        Assert.Equal("audience_false", world.Decisions("by")[^1]);
        world.SayAccount(1, ("plan", "team"));
        Assert.Equal("audience_false", world.Decisions("by")[^1]);
    }

    [Fact]
    public void A_step_that_sets_an_attribute_starts_what_waits_for_the_change()
    {
        var world = World.Of("""
            scenario: first
            title: First
            owner: m@example.com
            subject: account
            class: transactional
            goal: none
            purpose: x
            trigger: { event: signed_up }
            steps:
              - set: { account.plan: pro }
            """, By("{ changed: account.plan, to: pro }", subject: "account")).Person(1, 1).Do(1, "signed_up");

        Assert.Equal(["hello 1"], world.Mails);
    }

    [Rule(50)]
    [Fact]
    public void Rule_50_a_tier_and_a_stage_start_scenarios_and_are_facts_that_others_hear()
    {
        var world = World.Of(By("{ tier: low }", subject: "account"), """
            scenario: heard
            title: Heard
            owner: m@example.com
            subject: account
            class: transactional
            goal: none
            purpose: x
            trigger: { event: nurture.stage_reached, where: trigger.to == "renewal" }
            steps:
              - send: { template: renewal, to: most_active, nobody: end }
            """).Person(1, 1);

        world.SayAccount(1, ("tier", "low")).SayAccount(1, ("stage", "renewal"));

        Assert.Equal(["hello 1", "renewal 1"], world.Mails);
    }

    [Fact]
    public void A_reached_goal_starts_the_scenario_that_follows_it_and_no_other_goal_does()
    {
        var world = World.Of(Onboarding("onboarding", "done"), Onboarding("other", "else"), By("{ goal_of: onboarding }")).Person(1).Person(2);

        world.Do(1, "signed_up").Do(1, "done").Do(2, "signed_up").Do(2, "else");

        Assert.Equal(["hello 1"], world.Mails);

        static string Onboarding(string name, string goal) => $$"""
            scenario: {{name}}
            title: x
            owner: m@example.com
            class: service
            trigger: { event: signed_up }
            goal: { when: event("{{goal}}"), within: 14d }
            steps:
              - wait: 3d
            """;
    }

    [Fact]
    public void What_the_product_did_is_no_activity_of_the_person()
    {
        var world = World.Of(By("{ goal_of: onboarding }"), """
            scenario: onboarding
            title: x
            owner: m@example.com
            class: service
            trigger: { event: signed_up }
            goal: { when: contact.onboarded, within: 14d }
            steps:
              - wait: 3d
            """).Person(1, 1).Do(1, "signed_up").Pass("5h").Say(1, ("onboarded", true));

        Assert.Equal(World.Start, world.Account(1).Members[1].LastActiveAt);
    }

    [Rule(51)]
    [Fact]
    public void Rule_51_a_churned_account_leaves_what_does_not_name_it_and_enters_nothing_but_that()
    {
        var world = World.Of("""
            scenario: care
            title: Care
            owner: m@example.com
            subject: account
            class: service
            trigger: { event: signed_up }
            reentry: every time
            goal: { when: event("done"), within: 14d }
            steps:
              - wait: 3d
            """, By("{ stage: churned }", subject: "account")).Person(1, 1).Do(1, "signed_up");

        world.SayAccount(1, ("stage", "churned")).Do(1, "signed_up");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal(["entered", "churned wait-3d", "exit_already_true"], world.Decisions("care"));
    }

    [Rule(51)]
    [Theory]
    [InlineData("account.stage == \"churned\" && account.seats > 1", true)]
    [InlineData("one_of(account.stage, \"churned\", \"lost\")", true)]
    [InlineData("segment(\"lost\")", true)]
    [InlineData("not(segment(\"customers\"))", true)]
    [InlineData("account.stage != \"churned\" || account.seats > 1", false)]
    [InlineData("not(segment(\"lost\")) || account.seats > 1", false)]
    [InlineData("account.seats > 1", false)]
    public void Rule_51_who_asks_for_other_accounts_than_churned_ones_does_not_name_them(string audience, bool enters)
    {
        var segments = SegmentsReader.Read("segments: { lost: { of: account, is: account.stage == \"churned\" }, customers: { of: account, is: account.stage != \"churned\" } }", "segments.yaml", World.Plan).Segments;
        var world = World.Of(segments, By("{ event: came_back }", $"audience: '{audience}'", "account")).SayAccount(1, ("stage", "churned"), ("seats", 2)).Person(1, 1);

        world.Do(1, "came_back");

        Assert.Equal(enters ? ["hello 1"] : [], world.Mails);
    }

    [Rule(7)]
    [Fact]
    public void Rule_7_what_is_the_accounts_starts_the_people_of_the_role()
    {
        var world = World.Of(By("""{ condition: account.seats >= 10, for: 'role("admin")' }""")).Person(1, 1, "admin").Person(2, 1).Person(3, 1, "admin");

        world.SayAccount(1, ("seats", 10));

        Assert.Equal(["hello 1", "hello 3"], world.Mails);
    }

    [Rule(20)]
    [Fact]
    public void Rule_20_what_is_imported_starts_nothing_and_is_not_news_later()
    {
        var world = World.Of(By("{ condition: contact.seats >= 10 }"), """
            scenario: dated
            title: Dated
            owner: m@example.com
            class: transactional
            goal: none
            purpose: x
            trigger: { changed: contact.seats }
            steps:
              - send: changed
            """).Person(1);

        world.Tell(new Signal.Described(1, new Dictionary<string, AttributeValue> { ["seats"] = AttributeValue.From(20) }, world.Now, true, ConsentBasis.OptIn, CountsOnly: true), 1).Pass("1d").Say(1, ("locale", "ja"));

        Assert.Empty(world.Mails);
    }

    [Fact]
    public void A_delayed_trigger_asks_when_the_delay_is_over()
    {
        var world = World.Of(By("{ event: cancelled, delay: 60d }", "audience: contact.seats > 5")).Person(1).Do(1, "cancelled").Pass("59d").Say(1, ("seats", 6));
        Assert.Equal(["entry_delayed"], world.Decisions());

        world.Pass("2d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal(World.Start.AddDays(60), world.Last(Reason.Entered).At);
    }

    [Theory]
    [InlineData("exit: [ event(\"came_back\") ]", "exit_already_true")]
    [InlineData("reentry: once", "goal_already_reached")]
    public void What_ends_the_scenario_during_the_delay_keeps_it_from_beginning(string head, string reason)
    {
        var goal = head.StartsWith("exit", StringComparison.Ordinal) ? "goal: none\npurpose: x" : "goal: { when: event(\"came_back\"), within: 30d }";
        var world = World.Of(By("{ event: cancelled, delay: 60d }", head, goal: goal)).Person(1).Do(1, "came_back").Pass("1d").Do(1, "cancelled");

        world.Pass("10d").Do(1, "came_back").Pass("60d");

        Assert.Empty(world.Mails);
        Assert.Equal(reason, world.Decisions()[^1]);
    }

    [Rule(31)]
    [Fact]
    public void Entries_are_spread_evenly_over_the_time_in_the_order_of_coming()
    {
        var world = World.Of(By("{ event: signed_up, spread: 4h }"));
        for (var person = 1; person <= 40; person++) world.Person(person).Do(person, "signed_up");

        world.Pass("4h");

        var entered = Entered(world);
        Assert.Equal(Enumerable.Range(1, 40).Select(person => (long)person), entered.Select(entry => entry.Person));
        Assert.Equal(Enumerable.Range(0, 40).Select(place => World.Start + (place * TimeSpan.FromMinutes(6))), entered.Select(entry => entry.At));
    }

    [Rule(31)]
    [Fact]
    public void Whoever_comes_while_others_wait_enters_after_them_and_within_the_spread()
    {
        var chance = new Random(31);
        var world = World.Of(By("{ event: signed_up, delay: 1h, spread: 4h }"));
        var came = new List<DateTimeOffset>();
        for (var person = 1; person <= 40; person++)
        {
            world.Person(person).Do(person, "signed_up");
            came.Add(world.Now);
            if (person % 3 == 0) world.Pass($"{chance.Next(1, 40)}m");
        }

        world.Pass("6h");

        var entered = Entered(world);
        Assert.Equal(Enumerable.Range(1, 40).Select(person => (long)person), entered.Select(entry => entry.Person));
        Assert.All(entered, entry => Assert.InRange(entry.At - came[(int)entry.Person - 1], TimeSpan.FromHours(1), TimeSpan.FromHours(5)));
    }

    [Rule(31)]
    [Fact]
    public void A_spread_keeps_the_hours_of_the_class_and_a_day_of_it_is_as_long_as_they_are()
    {
        var policy = new SendPolicy { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.Business) } };
        var world = World.Of(policy, By("{ event: signed_up, spread: 2d }").Replace("class: transactional", "class: service", StringComparison.Ordinal));
        // Friday at 17:00: one hour of that day, all of Monday, and eight hours of Tuesday.
        world.PassTo(World.Start.AddDays(4).AddHours(7));
        for (var person = 1; person <= 36; person++) world.Person(person).Do(person, "signed_up");

        world.Pass("10d");

        var entered = Entered(world);
        Assert.Equal(Enumerable.Range(1, 36).Select(person => (long)person), entered.Select(entry => entry.Person));
        Assert.Equal([2, 18, 16], entered.GroupBy(entry => entry.At.Day).Select(day => day.Count()));
        Assert.All(entered, entry => Assert.InRange(entry.At.Hour, 9, 17));
    }

    [Rule(31)]
    [Fact]
    public void Whoever_is_erased_while_it_waits_leaves_the_line()
    {
        var world = World.Of(By("{ event: signed_up, spread: 4h }"));
        for (var person = 1; person <= 4; person++) world.Person(person).Do(person, "signed_up");
        world.Tell(new Signal.Erased(2, world.Now), 2);

        world.Pass("5h");

        Assert.Equal([1, 3, 4], Entered(world).Select(entry => entry.Person));
    }

    private static List<(long Person, DateTimeOffset At)> Entered(World world) =>
        [.. world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered).Select(entry => (entry.Subject.Id, entry.At))];

    [Rule(33)]
    [Fact]
    public void Rule_33_a_date_comes_again_after_months_also_on_the_31st_and_says_which_time_it_is()
    {
        var world = World.Of(By("{ every: 1mo, from: account.contract_end, before: 3d }", "key: trigger.occurrence", "account")).Person(1, 1)
            .SayAccount(1, ("contract_end", new DateOnly(2026, 1, 31)));

        world.PassTo(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["2026-03-28", "2026-04-27", "2026-05-28"],
            world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered).Select(entry => entry.At.ToString("yyyy-MM-dd")));
    }

    [Rule(33)]
    [Fact]
    public void Rule_33_an_anniversary_of_29_february_is_the_28th_in_other_years()
    {
        var world = World.Of(By("{ every: 12mo, from: account.contract_end }", subject: "account")).Person(1, 1).SayAccount(1, ("contract_end", new DateOnly(2024, 2, 29)));

        world.PassTo(new(2028, 3, 2, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["2027-02-28", "2028-02-29"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered).Select(entry => entry.At.ToString("yyyy-MM-dd")));
    }

    [Rule(26)]
    [Fact]
    public void Days_before_a_date_keep_the_local_time_over_a_change_of_the_clocks()
    {
        // Germany's clocks go forward on 29 March 2026: 09:00 is 08:00 UTC before it and 07:00 after.
        var world = World.Of(By("{ date: account.contract_end, before: 30d }", subject: "account")).Person(1, 1)
            .SayAccount(1, ("zone", "Europe/Berlin"), ("contract_end", new DateOnly(2026, 4, 20)));

        world.PassTo(new(2026, 4, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(new DateTimeOffset(2026, 3, 21, 8, 0, 0, TimeSpan.Zero), world.Last(Reason.Entered).At);
    }

    private const string Renewal = """
        scenario: renewal
        title: Renewal
        owner: m@example.com
        subject: account
        class: transactional
        goal: none
        purpose: x
        trigger: { date: account.contract_end, before: 180d }
        key: account.contract_end
        steps:
          - send: { template: first, to: most_active, nobody: end }
          - wait: { until: account.contract_end, offset: -90d, at: "10:00" }
          - send: { template: ninety, to: most_active, nobody: end }
          - wait: { until: account.contract_end, offset: -30d, at: "10:00" }
          - send: { template: thirty, to: most_active, nobody: end }
        """;

    [Rule(33)]
    [Fact]
    public void Rule_33_who_comes_late_begins_with_the_first_step_that_is_still_ahead()
    {
        // 60 days are left when the date becomes known: the mails of 180 and 90 days are left out.
        var world = World.Of(Renewal).Person(1, 1).SayAccount(1, ("contract_end", DateOnly.FromDateTime(World.Start.UtcDateTime.AddDays(60))));

        world.Pass("60d");

        Assert.Equal(["thirty 1"], world.Mails);
        Assert.Equal(new DateTimeOffset(2026, 4, 1, 10, 0, 0, TimeSpan.Zero), world.Simulator.Sends.Single().Draft.PlannedAt);
        Assert.Contains("moment_gone first", world.Decisions());
    }

    [Rule(33)]
    [Fact]
    public void Rule_33_a_moved_date_plans_anew_what_is_still_ahead()
    {
        var end = DateOnly.FromDateTime(World.Start.UtcDateTime.AddDays(200));
        var world = World.Of(Renewal.Replace("key: account.contract_end\n", "")).Person(1, 1).SayAccount(1, ("contract_end", end)).Pass("25d");
        Assert.Equal(["first 1"], world.Mails);

        // 90 days before the new date is in 185 days instead of 85.
        world.SayAccount(1, ("contract_end", end.AddDays(100))).Pass("150d");
        Assert.Equal(["first 1"], world.Mails);
        world.Pass("40d");

        Assert.Equal(["first 1", "ninety 1"], world.Mails);
    }

    [Fact]
    public void A_wait_until_a_date_that_nobody_has_said_waits_for_the_date()
    {
        var world = World.Of("""
            scenario: dated
            title: Dated
            owner: m@example.com
            subject: account
            class: transactional
            goal: none
            purpose: x
            trigger: { event: signed_up }
            steps:
              - wait: { until: account.contract_end, offset: 1d }
              - send: { template: after, to: most_active, nobody: end }
            """).Person(1, 1).Do(1, "signed_up").Pass("10d");
        Assert.Empty(world.Mails);

        world.SayAccount(1, ("contract_end", DateOnly.FromDateTime(world.Now.UtcDateTime.AddDays(3)))).Pass("4d");

        Assert.Equal(["after 1"], world.Mails);
    }

    [Fact]
    public void Nothing_but_a_hand_starts_what_says_manual()
    {
        var world = World.Of(By("manual")).Person(1).Do(1, "signed_up").Pass("30d");
        Assert.Empty(world.Mails);

        world.Tell(new Signal.EnrollRequested(SubjectRef.Contact(1), "by", false, "ann@example.com", "they asked", world.Now), 1);

        Assert.Equal(["hello 1"], world.Mails);
    }
}
