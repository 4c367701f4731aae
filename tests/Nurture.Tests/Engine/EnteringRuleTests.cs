using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Segments;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 2 to 22: what a scenario reads, whom it is about, and who enters.</summary>
public sealed class EnteringRuleTests
{
    internal static string Scenario(
        string steps, string more = "", string trigger = "{ event: signed_up }", string subject = "contact", string of = "service", string goal = "{ when: event(\"done\"), within: 30d }", string name = "s") => $"""
        scenario: {name}
        title: {name}
        owner: m@example.com
        subject: {subject}
        class: {of}
        {(of == "marketing" ? "topic: news" : "")}
        trigger: {trigger}
        goal: {goal}
        {more}
        steps:
        {string.Join('\n', steps.Split('\n').Select(line => $"  {line}"))}
        """;

    [Rule(2)]
    [Fact]
    public void The_trigger_is_frozen_what_was_heard_is_the_last_and_the_contact_is_of_now()
    {
        var world = World.Of(Scenario("""
            - wait: { for: event("ordered"), up_to: 9d }
            - { id: again, wait: { for: 'event("ordered", since: "step")', up_to: 9d } }
            - branch:
                - if: trigger.plan == "pro" && heard.total == 5 && contact.seats == 9
                  then: [ send: right ]
                - else: [ send: wrong ]
            """)).Person(1).Say(1, ("seats", 1)).Do(1, "signed_up", """{"plan":"pro"}""");

        world.Pass("1d").Do(1, "signed_up", """{"plan":"free"}""").Do(1, "ordered", """{"total":4}""").Pass("1d").Say(1, ("seats", 9)).Do(1, "ordered", """{"total":5}""");

        Assert.Equal(["right 1"], world.Mails);
    }

    [Rule(4)]
    [Theory]
    [InlineData(2, 5, true)]
    [InlineData(1, 5, false)]
    [InlineData(2, 3, false)]
    public void One_condition_means_the_same_wherever_it_stands(int logins, int seats, bool isTrue)
    {
        const string asked = "'count(\"login\", \"7d\") >= 2 && contact.seats > 3'";
        var world = World.Of(SegmentsReader.Read($"segments: {{ same: {{ is: {asked} }} }}", "segments.yaml", World.Plan).Segments,
            Scenario("- send: audience", $"audience: {asked}", name: "a"),
            Scenario("- send: segment", "audience: segment(\"same\")", name: "b"),
            Scenario("- send: where", trigger: $"{{ event: signed_up, where: {asked} }}", name: "c"),
            Scenario($"- branch: [ {{ if: {asked}, then: [ send: branch ] }} ]", name: "d"),
            Scenario($"- send: {{ template: if, if: {asked} }}", name: "e"),
            Scenario($"- wait: {{ for: {asked}, up_to: 1m }}\n  timeout: [ end: no ]\n- send: wait", name: "f")).Person(1).Say(1, ("seats", seats));

        for (var i = 0; i < logins; i++) world.Do(1, "login");
        world.Do(1, "signed_up");

        Assert.Equal(isTrue ? ["audience 1", "branch 1", "if 1", "segment 1", "wait 1", "where 1"] : [], world.Mails.Order(StringComparer.Ordinal));
    }

    [Rule(10)]
    [Fact]
    public void A_second_company_is_read_only_and_moves_nobody()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: most_active, nobody: end }", trigger: "{ event: ordered }", subject: "account")).Person(1, 1).Person(2, 2).Join(1, 2);

        Assert.Equal(1001, Contact(world, 1).AccountId);
        Assert.Equal([1002L], Contact(world, 1).Memberships);
        // What names the other company belongs to it, and starts nothing of the first.
        world.Tell(new Signal.Occurred(new OccurredEvent(900, "ordered", 1, 1002, world.Now, world.Now, "{}"u8.ToArray())), 1);

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(10)]
    [Fact]
    public void Who_left_the_company_is_no_recipient()
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: { template: hello, to: 'role(\"admin\", 1)', nobody: most_active }", subject: "account")).Person(1, 1, "admin").Person(2, 1).Do(1, "signed_up");

        world.Tell(new Signal.Left(1, world.Now), 1).Pass("2d");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(11)]
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void Of_two_passages_of_who_turns_out_to_be_one_the_older_goes_on(long from, long into)
    {
        var world = World.Of(new SendPolicy { Caps = [new Cap(2, TimeSpan.FromDays(9))] }, Scenario("- send: first\n- wait: 4d\n- send: { template: second, expires: 12h }"), Scenario("- send: { template: order, expires: 1h }", trigger: "{ event: ordered }", name: "o")).Person(1).Person(2).Do(1, "signed_up").Pass("1d").Do(2, "signed_up").Pass("1d");

        world.Tell(new Signal.MergedInto(from, into, Slots.OfContact(into), 0, world.Now), from);

        Assert.Equal("merged", world.Decisions("s")[^1].Split(' ')[0]);
        // Both have been mailed, so one person has had two.
        world.Do(into, "ordered").Pass("2h");
        Assert.Contains("expired order", world.Decisions("o"));
        // The older entered on the first day.
        world.PassTo(World.Start.AddDays(4).AddMinutes(1));
        Assert.Equal(World.Start.AddDays(4), world.Last(Reason.WaitOver).At);
    }

    [Rule(11)]
    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 1)]
    public void What_was_sent_to_one_of_two_is_not_sent_again_to_who_they_turn_out_to_be(long from, long into)
    {
        var world = World.Of(Scenario("- wait: { for: event(\"login\"), up_to: 4d }\n- send: welcome\n- wait: 9d")).Person(1).Person(2).Do(1, "signed_up").Pass("1d").Do(2, "signed_up").Do(2, "login");

        world.Tell(new Signal.MergedInto(from, into, Slots.OfContact(into), 0, world.Now), from).Pass("5d");

        Assert.Equal(["welcome 2"], world.Mails);
        Assert.Equal(2, world.Decisions().Count(decision => decision == "heard wait-login"));
    }

    [Rule(11, 42)]
    [Fact]
    public void What_was_planned_under_a_former_name_is_cancelled_with_the_passage()
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 9d")).Person(1).Person(2).Do(1, "signed_up");

        world.Tell(new Signal.MergedInto(1, 2, Slots.OfContact(2), 0, world.Now), 1).Do(2, "done");

        Assert.Equal([SubjectRef.Contact(1), SubjectRef.Contact(2)], world.Simulator.Carried.OfType<Effect.CancelSends>().Select(cancel => cancel.Subject).OrderBy(subject => subject.Id));
    }

    private static World Merge(World world, long from, long into) => world.Tell(new Signal.MergedInto(from, into, world.Simulator.RouteOf(into).Slot, world.Simulator.RouteOf(into).Hop, world.Now), from);

    [Rule(6, 11)]
    [Theory]
    [InlineData("trigger.contact")]
    [InlineData("heard.contact")]
    public void Who_started_an_accounts_passage_or_was_heard_by_it_is_mailed_as_who_they_turned_out_to_be(string to)
    {
        var world = World.Of(Scenario($"- wait: {{ for: event(\"login\"), up_to: 9d }}\n- wait: 1d\n- send: {{ template: hello, to: {to}, nobody: end }}", subject: "account")).Person(1, 1).Person(2, 1);
        world.Do(1, "signed_up").Do(1, "login");

        Merge(world, 1, 2).Pass("2d");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(6, 11)]
    [Fact]
    public void Who_turns_out_to_be_of_an_account_enters_its_scenario_by_what_they_did_and_is_mailed()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: trigger.contact, nobody: end }", subject: "account")).Person(1).Person(2, 1).Do(1, "signed_up");
        Assert.Empty(world.Mails);

        Merge(world, 1, 2).Pass("10m");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(6, 11)]
    [Fact]
    public void Who_has_had_an_accounts_mail_is_not_mailed_again_as_somebody_else_and_their_click_is_heard()
    {
        var policy = new SendPolicy { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new NodaTime.LocalTime(9, 0), new NodaTime.LocalTime(18, 0), Days.All) } };
        var world = World.Of(policy, Scenario("- send: { template: hello, to: 'role(\"admin\")', nobody: end }\n- wait: { for: clicked(\"hello\"), up_to: 9d }\n  timeout: [ end: no ]\n- send: { template: thanks, to: 'role(\"admin\", 1)', nobody: end }", subject: "account"));
        world.Person(1, 1, "admin").Person(2, 1).Person(3, 1, "admin").Say(3, ("zone", "Asia/Tokyo")).Do(1, "signed_up");
        var first = Assert.Single(world.Simulator.Sends).Draft;

        Merge(world, 1, 2).Pass("1d");
        Assert.Equal(["hello 1", "hello 3"], world.Mails);

        world.Simulator.Tell(new Signal.Hit(first.Subject, first.EnrollmentId, first.Id, first.Step, first.RecipientId, true, world.Now, false), accountId: first.Subject.Id);
        world.Pass("1m");
        Assert.Equal("thanks 2", world.Mails[^1]);
    }

    [Rule(11, 54)]
    [Theory]
    [InlineData("contact", "")]
    [InlineData("account", ", to: trigger.contact, nobody: end")]
    public void A_mail_that_waits_for_approval_is_asked_for_once_and_leaves_to_who_they_turned_out_to_be(string subject, string to)
    {
        var world = World.Of(Scenario($"- send: {{ template: hello, approve: csm@example.com{to} }}", subject: subject)).Person(1, 1).Person(2, 1).Do(1, "signed_up");
        Merge(world, 1, 2).Pass("1h");

        var asked = Assert.Single(world.Simulator.Carried.OfType<Effect.ApprovalAsked>()).Row;
        world.Tell(new Signal.ApprovalGiven(asked.Subject, asked.RecipientId, asked.Id, true, "", "", "csm@example.com", world.Now), asked.RecipientId);

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(11)]
    [Fact]
    public void Who_turns_out_to_be_one_has_the_roles_of_both_in_their_account()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: 'role(\"admin\")', nobody: end }", subject: "account")).Person(1, 1, "admin").Person(2, 1, "user").Person(3, 2, "admin");

        Merge(Merge(world, 1, 2), 3, 2).Do(2, "signed_up");

        Assert.Equal(["hello 2"], world.Mails);
        Assert.Equal(["admin", "user"], world.Account(1).Members[2].Roles);
    }

    [Rule(11)]
    [Fact]
    public void Passages_of_an_account_that_are_told_apart_by_who_started_them_are_one_when_those_are()
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: { template: hello, to: trigger.contact, nobody: end }", "key: trigger.contact.id", subject: "account")).Person(1, 1).Person(2, 1).Do(1, "signed_up").Do(2, "signed_up");

        Merge(world, 1, 2).Do(2, "signed_up").Pass("2d").Do(2, "signed_up").Pass("2d");

        Assert.Equal(["hello 2"], world.Mails);
    }

    [Rule(8, 11)]
    [Fact]
    public void Two_people_who_turn_out_to_be_one_are_one_person_of_the_account_though_the_other_joins_it_by_that()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: most_active, nobody: end }", "audience: 'account.people(\"login\", \"28d\") >= 2'", subject: "account")).Person(1, 1).Person(2).Do(1, "login");

        Merge(world, 1, 2).Do(2, "login").Do(2, "signed_up");

        Assert.Equal(["audience_false"], world.Decisions());
    }

    [Rule(9, 11)]
    [Fact]
    public void Of_two_places_of_one_person_one_is_anothers()
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 9d", "per_account: 2")).Person(1, 1).Person(2, 1).Person(3, 1).Person(4, 1);
        world.Do(1, "signed_up").Do(2, "signed_up").Do(3, "signed_up").Do(4, "signed_up");
        Assert.Equal(["hello 1", "hello 2"], world.Mails);

        Merge(world, 1, 2);

        Assert.Equal(["hello 1", "hello 2", "hello 3"], world.Mails);
    }

    [Rule(11)]
    [Fact]
    public void A_refusal_of_one_is_the_refusal_of_both()
    {
        var world = World.Of(Scenario("- wait: 1d\n- send: hello")).Person(1).Person(2).Do(1, "signed_up").Tell(new Signal.Refused(2, Consent.Everything, true, World.Start), 2);

        world.Tell(new Signal.MergedInto(2, 1, Slots.OfContact(1), 0, world.Now), 2).Pass("2d");

        Assert.Equal("unsubscribed hello", world.Decisions()[^2]);
        Assert.Empty(world.Mails);
    }

    [Rule(12)]
    [Fact]
    public void Publishing_enrolls_nobody_for_whom_it_is_true_already()
    {
        var text = Scenario("- send: hello", "reentry: every time", trigger: "{ condition: contact.seats > 3 }");
        var world = World.Of().Person(1).Say(1, ("seats", 5)).Person(2).Pass("1d");

        var catalog = World.CatalogOf(SendPolicy.Default, text);
        var published = catalog.Live["s"] with { LiveSince = world.Now };
        world.Simulator.Catalog = catalog with { Revision = 2, Live = new[] { published }.ToFrozenDictionary(p => "s"), Versions = new[] { published }.ToFrozenDictionary(p => ("s", 1)) };
        world.Pass("1h").Say(1, ("seats", 6)).Say(2, ("seats", 6));
        Assert.Equal(["hello 2"], world.Mails);

        world.Say(1, ("seats", 1)).Say(1, ("seats", 7));
        Assert.Equal(["hello 2", "hello 1"], world.Mails);
    }

    [Rule(13)]
    [Fact]
    public void What_reaches_further_back_than_was_counted_lets_nobody_in()
    {
        var world = World.Of(Scenario("- send: hello", "audience: 'count(\"login\", \"14d\") == 0'"));
        world.Simulator.Catalog = world.Simulator.Catalog with { Revision = 2, CoveredSince = world.Simulator.Catalog.CoveredSince.ToFrozenDictionary(c => c.Key, _ => World.Start.AddDays(1)) };
        world.Person(1, 1).Pass("2d");

        world.Do(1, "signed_up").Pass("1h");
        Assert.Equal("audience_unknown", world.Decisions()[^1]);
        Assert.Empty(world.Mails);
    }

    [Rule(14)]
    [Theory]
    [InlineData("goal_already_reached", "{ when: contact.onboarded, within: 9d }", "")]
    [InlineData("exit_already_true", "{ when: event(\"done\"), within: 9d }", "exit: [ contact.onboarded ]")]
    public void Whose_goal_or_exit_is_true_already_does_not_enter(string reason, string goal, string exit)
    {
        var world = World.Of(Scenario("- send: hello", exit, goal: goal)).Person(1).Say(1, ("onboarded", true)).Do(1, "signed_up");

        Assert.Equal([reason], world.Decisions());
    }

    [Rule(15)]
    [Theory]
    [InlineData("ignore", "hello 1", "free")]
    [InlineData("refresh", "hello 1", "pro")]
    [InlineData("restart", "hello 1, hello 1", "pro")]
    public void A_trigger_of_who_is_in_it_is_ignored_or_restarts_or_refreshes(string whileLive, string mails, string plan)
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 2d\n- branch: [ { if: trigger.plan == \"pro\", then: [ end: pro ] } ]\n- end: free", $"while_live: {whileLive}")).Person(1);

        world.Do(1, "signed_up", """{"plan":"free"}""").Pass("1d").Do(1, "signed_up", """{"plan":"pro"}""").PassTo(World.Start.AddDays(4));

        Assert.Equal(mails, string.Join(", ", world.Mails));
        Assert.Equal($$"""{"reason":"{{plan}}"}""", world.Last(Reason.Ended).Detail);
        Assert.Equal(World.Start.AddDays(whileLive == "restart" ? 3 : 2), world.Last(Reason.Ended).At);
    }

    [Rule(15)]
    [Fact]
    public void After_a_time_counts_from_the_end()
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 5d", "reentry: after 10d")).Person(1).Do(1, "signed_up").Pass("12d").Do(1, "signed_up");
        Assert.Equal("reentry_too_soon", world.Decisions()[^1]);

        world.PassTo(World.Start.AddDays(15)).Do(1, "signed_up");

        Assert.Equal(["hello 1", "hello 1"], world.Mails);
    }

    [Rule(15, 22)]
    [Fact]
    public void A_passage_that_was_held_out_is_the_one_of_once()
    {
        var world = World.Of(Scenario("- send: hello", "holdout: 50%"));
        var (heldOut, let) = (HeldOut(true), HeldOut(false));

        foreach (var person in new[] { heldOut, let }) world.Person(person).Do(person, "signed_up").Pass("1d").Do(person, "signed_up");

        Assert.Equal([$"hello {let}"], world.Mails);
        Assert.Equal(2, world.Decisions().Count(decision => decision == "reentry_once"));
    }

    [Rule(22)]
    [Fact]
    public void Who_is_held_out_stays_so_at_reentry_is_changed_nothing_of_and_counts_for_no_cap()
    {
        var policy = new SendPolicy { Caps = [new Cap(1, TimeSpan.FromDays(30))] };
        var world = World.Of(policy, Scenario("- send: hello\n- set: { contact.onboarded: true }\n- task: Call", "holdout: 50%\nreentry: every time"), Scenario("- send: order", trigger: "{ event: ordered }", name: "o"));
        // It is drawn by the account of who has one.
        var account = Enumerable.Range(1, 100).First(one => Draws.Share("holdout", "s", SubjectRef.Account(1000 + one)) < 0.5);
        world.Person(1, account).Do(1, "signed_up").Pass("1d").Do(1, "signed_up").Do(1, "ordered");

        Assert.Equal(["order 1"], world.Mails);
        Assert.Equal(2, world.Decisions("s").Count(decision => decision == "held_out hello"));
        Assert.True(Contact(world, 1)["onboarded"].IsNull);
        // Humans are not withheld.
        Assert.Equal(2, world.Simulator.Carried.OfType<Effect.TaskOpened>().Count());
    }

    [Rule(16)]
    [Fact]
    public void The_audience_is_asked_once_unless_its_loss_is_an_exit()
    {
        const string steps = "- wait: 1d\n- send: hello";
        var world = World.Of(Scenario(steps, "audience: contact.seats > 3", name: "once"), Scenario(steps, "audience: contact.seats > 3\nexit: [ audience_lost ]", name: "watched"), Scenario("- wait: 1d\n- send: { template: asked, if: contact.seats > 3 }", name: "step"));

        world.Person(1).Say(1, ("seats", 5)).Do(1, "signed_up").Say(1, ("seats", 2)).Pass("2d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal("completed hello", world.Decisions("once")[^1]);
        Assert.Equal("audience_lost wait-1d", world.Decisions("watched")[^1]);
        Assert.Contains("condition_false asked", world.Decisions("step"));
    }

    [Rule(17)]
    [Fact]
    public void Who_cannot_be_mailed_enters_all_the_same_unless_that_is_asked()
    {
        const string steps = "- send: hello\n- task: Call";
        var world = World.Of(Scenario(steps, name: "all"), Scenario(steps, "audience: 'reachable(\"mail\", \"service\")'", name: "asked")).Person(1, 1).Tell(new Signal.Refused(1, Consent.Everything, true, World.Start), 1);

        world.Do(1, "signed_up");

        Assert.Equal(["entered", "unsubscribed hello", "task_opened task-call", "completed task-call"], world.Decisions("all"));
        Assert.Equal(["audience_false"], world.Decisions("asked"));
    }

    [Rule(18)]
    [Fact]
    public void Each_key_has_a_passage_that_hears_only_its_own_events()
    {
        var world = World.Of(Scenario("- wait: { for: event(\"delivered\"), up_to: 9d }\n  timeout: [ send: late ]\n- send: arrived", "key: trigger.order_id", "{ event: ordered }", goal: "{ when: event(\"returned\"), within: 30d }")).Person(1);

        world.Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered");
        Assert.Equal(["entered", "entered", "already_enrolled", "key_missing"], world.Decisions());

        world.Pass("1d").Do(1, "delivered", """{"order_id":"b"}""").Do(1, "returned", """{"order_id":"c"}""").Pass("10d").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "ordered", """{"order_id":"d"}""");

        Assert.Equal(["arrived 1", "late 1", "arrived 1"], world.Mails);
        Assert.Equal(["reentry_once", "entered"], world.Decisions().TakeLast(2));
    }

    [Rule(18)]
    [Fact]
    public void What_Nurture_tells_of_the_person_is_heard_by_the_passages_of_all_keys()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: late", "key: trigger.order_id", "{ event: ordered }", goal: "{ when: event(\"nurture.replied\"), within: 30d }")).Person(1);
        world.Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Pass("1d");

        world.Tell(new Signal.Replied(1, false, "", "", "", world.Now), 1);

        Assert.Equal(2, world.Decisions().Count(decision => decision.StartsWith("goal_reached", StringComparison.Ordinal)));
    }

    [Rule(18)]
    [Fact]
    public void A_renewal_is_told_apart_by_its_date()
    {
        var world = World.Of(Scenario("- send: { template: renew, to: most_active, nobody: end }", "key: account.contract_end", "{ date: account.contract_end, before: 30d }", "account")).Person(1, 1).SayAccount(1, ("contract_end", new DateOnly(2026, 5, 1)));

        world.Pass("60d").SayAccount(1, ("contract_end", new DateOnly(2027, 5, 1))).Pass("365d");

        Assert.Equal(["renew 1", "renew 1"], world.Mails);
    }

    [Rule(19)]
    [Fact]
    public void When_all_is_known_nothing_is_waited_for()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: trigger.contact }", "audience: account.tier == \"tech\"", subject: "account")).Person(1, 1).Do(1, "signed_up");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Equal(["entered", "released hello", "completed hello"], world.Decisions());
    }

    [Rule(20)]
    [Fact]
    public void A_start_by_hand_obeys_reentry_and_goal_may_be_forced_and_passes_no_refusal()
    {
        var world = World.Of(Scenario("- send: hello", goal: "{ when: contact.onboarded, within: 30d }")).Person(1).Person(2).Do(1, "signed_up");
        void Ask(long person, bool isForced) => world.Tell(new Signal.EnrollRequested(SubjectRef.Contact(person), "s", isForced, "ann", "they asked", world.Now), person);

        world.Pass("1h");
        Ask(1, false);
        Assert.Equal("reentry_once", world.Decisions()[^1]);
        Ask(1, true);
        Assert.Equal(["hello 1", "hello 1"], world.Mails);

        world.Say(2, ("onboarded", true));
        Ask(2, false);
        Assert.Equal("goal_already_reached", world.Decisions()[^1]);
        world.Say(2, ("onboarded", false)).Tell(new Signal.Refused(2, Consent.Everything, true, world.Now), 2);
        Ask(2, true);
        Assert.Equal(2, world.Mails.Count);
        Assert.Contains("unsubscribed hello", world.Decisions());
    }

    [Rule(21)]
    [Fact]
    public void A_late_event_counts_for_the_goal_and_for_counts_and_takes_no_mail_back()
    {
        var world = World.Of(Scenario("- wait: { for: event(\"login\"), up_to: 2d, late: 6h }\n  timeout: [ send: help ]\n- wait: 20d"), Scenario("- send: counted", "audience: 'count(\"login\", \"7d\") >= 1'", "{ event: ordered }", name: "o")).Person(1).Do(1, "signed_up").Pass("3d");
        Assert.Equal(["help 1"], world.Mails);

        world.Do(1, "login", ago: TimeSpan.FromDays(2)).Do(1, "ordered").Do(1, "done", ago: TimeSpan.FromDays(2.5));

        Assert.Equal(["help 1", "counted 1"], world.Mails);
        Assert.Equal("goal_reached wait-20d", world.Decisions("s")[^1]);
    }

    /// <summary>Somebody whom scenario s holds out of a half, or does not.</summary>
    private static long HeldOut(bool isHeldOut) =>
        Enumerable.Range(1, 100).First(person => Draws.Share("holdout", "s", SubjectRef.Contact(person)) < 0.5 == isHeldOut);

    private static ContactState Contact(World world, long id) => world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single(contact => contact.Id == id);
}
