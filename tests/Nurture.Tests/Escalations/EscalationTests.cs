using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Escalations;

/// <summary>SEMANTICS.md 42, 46 to 49.</summary>
public sealed class EscalationTests
{
    private const string Types = """
        types:
          stalled: { title: Stalled, sla: { acknowledge: 2d }, hold: { max: 21d, quiet: 3d }, cool_down: 14d, outcomes: [ saved, lost ], playbook: [ { task: Call, due: 1bd, required: true }, Look ] }
          silent: { title: Silent, hold: { max: 21d, quiet: 3d } }
          billing: { title: Billing, family: money, hold: none }
        """;

    private static string Scenario(string name, string trigger, string type, string more = "") => $$"""
        scenario: {{name}}
        title: {{name}}
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: {{trigger}} }
        reentry: every time
        goal: { when: event("rescued"), within: 60d }
        steps:
          - escalate: { type: {{type}}, because: They are stuck, up_to: 10d }
            outcome:
              saved:
                - send: { template: thanks-{{name}}, to: trigger.contact, nobody: end }
              not_opened:
                - send: { template: not-opened-{{name}}, to: trigger.contact, nobody: end, class: transactional }
              otherwise:
                - send: { template: otherwise-{{name}}, to: trigger.contact, nobody: end }
        {{more}}
        """;

    private const string Drip = """
        scenario: drip
        title: Drip
        owner: m@example.com
        class: service
        trigger: { event: subscribed }
        goal: { when: event("never"), within: 90d }
        steps:
          - send: { template: one, expires: 30d }
          - wait: 1h
          - send: { template: two, expires: 30d }
        """;

    private static World Company(params string[] scenarios) => World.WithHealth(World.NobodyScored, Types, scenarios).Person(1, account: 1).Person(2, account: 1);

    [Rule(4, 47)]
    [Fact]
    public void A_task_of_a_playbook_is_of_those_cases_whose_account_it_asks_for()
    {
        const string types = """
            types:
              stalled:
                title: Stalled
                playbook:
                  - { task: Call, if: account.plan == "pro" }
                  - { task: Ask the admin, if: has_role("admin") }
                  - { task: Read what they did, if: 'count("login", "14d") >= 2' }
                  - { task: Never, if: account.health.score < 40 }
                  - Look
            """;
        var world = World.WithHealth(World.NobodyScored, types, Scenario("a", "stuck", "stalled")).Person(1, 1, "admin").Person(2, 1).Person(3, 2);

        world.Do(1, "login").Do(2, "login").Do(1, "stuck").SayAccount(2, ("plan", "pro")).Do(3, "stuck");

        Assert.Equal(["Ask the admin", "Read what they did", "Look", "Call", "Look"], world.Simulator.Carried.OfType<Effect.TaskOpened>().Select(task => task.Task.Title));
    }

    [Rule(4)]
    [Fact]
    public void A_question_of_a_playbook_that_cannot_be_asked_is_said_where_it_stands()
    {
        var (types, said) = EscalationTypesReader.Read("types:\n  x:\n    title: X\n    playbook: [ { task: Call, if: contact.role == \"admin\" } ]\n", "escalations.yaml");

        var mistake = Assert.Single(said);
        Assert.Equal(("NUR212", 4, 35), (mistake.Code, mistake.Span.Line, mistake.Span.Column));
        Assert.NotNull(types.Find("x")!.Playbook[0].If);
    }

    [Rule(46)]
    [Fact]
    public void A_case_is_opened_once_and_its_outcome_is_heard()
    {
        var world = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck");
        var opened = Assert.Single(world.Simulator.Carried.OfType<Effect.EscalationOpened>()).Row;
        Assert.Equal(("stalled", "risk"), (opened.Type, opened.Family));
        Assert.Equal(["Call", "Look"], world.Simulator.Carried.OfType<Effect.TaskOpened>().Select(task => task.Task.Title));
        Assert.Empty(world.Mails);

        world.Pass("1d").Work(1, EscalationAct.Acknowledge).Pass("1d").Work(1, EscalationAct.Close, "saved");

        Assert.Equal(["thanks-a 1"], world.Mails);
        Assert.Contains("outcome_heard escalate-stalled", world.Decisions());
        Assert.Empty(world.Account(1).Escalations);
    }

    [Rule(46)]
    [Fact]
    public void An_outcome_without_steps_of_its_own_and_a_timeout_take_otherwise()
    {
        var world = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Pass("1d").Work(1, EscalationAct.Close, "lost");
        Assert.Equal(["otherwise-a 1"], world.Mails);

        var silent = Company(Scenario("a", "stuck", "billing")).Do(1, "stuck").Pass("11d");

        Assert.Equal(["otherwise-a 1"], silent.Mails);
        Assert.Contains("timed_out escalate-billing", silent.Decisions());
        // Nobody closed it, so it is still there for the human.
        Assert.Single(silent.Account(1).Escalations);
    }

    [Rule(46, 47)]
    [Fact]
    public void Two_causes_of_one_family_are_one_case_with_two_pieces_of_evidence()
    {
        var world = Company(Scenario("a", "stuck", "stalled"), Scenario("b", "quiet", "silent")).Do(1, "stuck").Do(2, "quiet");

        Assert.Single(world.Simulator.Carried.OfType<Effect.EscalationOpened>());
        Assert.Equal(["a", "b"], world.Simulator.Carried.OfType<Effect.EscalationNoted>().Where(noted => noted.Kind == "evidence").Select(noted => noted.Detail.Contains("\"a\"") ? "a" : "b"));

        world.Work(1, EscalationAct.Close, "saved");

        Assert.Equal(["thanks-a 1", "thanks-b 2"], world.Mails.Order());
    }

    [Rule(46, 47)]
    [Fact]
    public void After_a_close_the_family_cools_down()
    {
        var world = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Work(1, EscalationAct.Close, "saved").Pass("5d").Do(1, "stuck");

        Assert.Contains("not-opened-a 1", world.Mails);
        Assert.Empty(world.Account(1).Escalations);

        world.Pass("10d").Do(1, "stuck");
        Assert.Single(world.Account(1).Escalations);
    }

    [Rule(48, 49)]
    [Fact]
    public void While_a_case_is_open_mails_to_the_account_wait_and_what_the_human_asked_for_goes_first()
    {
        var world = Company(Scenario("a", "stuck", "stalled"), Drip).Do(1, "stuck").Pass("1h").Do(2, "subscribed");
        Assert.Contains("on_hold one", world.Decisions("drip"));
        Assert.Empty(world.Mails);

        world.Pass("2d").Work(1, EscalationAct.Close, "saved");
        Assert.Equal(["thanks-a 1"], world.Mails);
        var closed = world.Now;

        world.PassTo(closed.AddDays(3).AddMinutes(-1));
        Assert.Equal(["thanks-a 1"], world.Mails);
        world.PassTo(closed.AddDays(3));
        Assert.Equal(["thanks-a 1", "one 2"], world.Mails);
        // One a day at most, however much has become due.
        world.Pass("23h");
        Assert.Equal(["thanks-a 1", "one 2"], world.Mails);
        world.Pass("2h");
        Assert.Equal(["thanks-a 1", "one 2", "two 2"], world.Mails);
    }

    [Rule(48)]
    [Fact]
    public void A_hold_that_runs_out_leaves_its_quiet_time_to_people_s_scenarios_too()
    {
        var world = Company(Scenario("a", "stuck", "stalled"), Drip).Do(1, "stuck").Do(2, "subscribed");

        world.PassTo(World.Start.AddDays(24).AddMinutes(-1));
        Assert.DoesNotContain("one 2", world.Mails);

        world.PassTo(World.Start.AddDays(24));
        Assert.Contains("one 2", world.Mails);
    }

    [Fact]
    public void A_forgotten_case_does_not_silence_an_account_for_ever()
    {
        var world = Company(Scenario("a", "stuck", "stalled"), Drip).Do(1, "stuck").Do(2, "subscribed");

        world.Pass("21d");
        Assert.Empty(world.Account(1).Holds);
        world.Pass("3d");

        Assert.Contains("one 2", world.Mails);
        Assert.Single(world.Account(1).Escalations);
    }

    [Rule(42)]
    [Fact]
    public void A_goal_closes_a_case_that_nobody_took_and_leaves_a_human_s_open()
    {
        var untaken = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Do(1, "rescued");
        Assert.Empty(untaken.Account(1).Escalations);
        Assert.Equal(EscalationTypes.RecoveredByItself, untaken.Simulator.Carried.OfType<Effect.EscalationChanged>().Last().Outcome);
        Assert.Empty(untaken.Account(1).Holds);

        var taken = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Work(1, EscalationAct.Acknowledge).Do(1, "rescued");

        Assert.Single(taken.Account(1).Escalations);
        Assert.Contains(taken.Simulator.Carried.OfType<Effect.EscalationNoted>(), noted => noted.Kind == "left" && noted.Detail.Contains("goal_reached"));
    }

    [Rule(42)]
    [Theory]
    [InlineData(false, "rescued")]
    [InlineData(false, "gone")]
    [InlineData(true, "rescued")]
    public void So_does_the_goal_or_exit_of_a_passage_that_does_not_wait_for_the_outcome(bool timedOut, string happened)
    {
        var calling = timedOut ? Scenario("a", "stuck", "stalled") : World.Calling("stalled") + "\n  - wait: 50d\nexit: [ event(\"gone\") ]\n";
        var world = Company(calling).Do(1, "stuck").Pass(timedOut ? "11d" : "1d");
        Assert.Single(world.Account(1).Escalations);

        world.Do(1, happened);

        Assert.Empty(world.Account(1).Escalations);
        Assert.Equal(EscalationTypes.RecoveredByItself, world.Simulator.Carried.OfType<Effect.EscalationChanged>().Last().Outcome);
        Assert.Empty(world.Account(1).Holds);
    }

    [Rule(42)]
    [Fact]
    public void While_another_passage_calls_the_case_stays_and_has_the_goal_as_evidence()
    {
        var other = World.Calling("silent").Replace("scenario: call", "scenario: other").Replace("event: stuck", "event: quiet").Replace("rescued", "soothed");
        var world = Company(World.Calling("stalled"), other).Do(1, "stuck").Do(1, "quiet").Do(1, "rescued");
        Assert.Single(world.Account(1).Escalations);
        Assert.Contains(world.Simulator.Carried.OfType<Effect.EscalationNoted>(), noted => noted.Kind == "left" && noted.Detail.Contains("goal_reached"));

        world.Do(1, "soothed");
        Assert.Empty(world.Account(1).Escalations);

        var taken = Company(World.Calling("stalled")).Do(1, "stuck").Work(1, EscalationAct.Acknowledge).Do(1, "rescued");
        Assert.Single(taken.Account(1).Escalations);
        Assert.Contains(taken.Simulator.Carried.OfType<Effect.EscalationNoted>(), noted => noted.Kind == "left");
    }

    [Rule(42, 46)]
    [Theory]
    [InlineData("subject: account\n", false, "back 1")]
    [InlineData("", false, "back 1")]
    [InlineData("subject: account\n", true, "")]
    public void Who_goes_on_after_the_goal_hears_that_the_case_resolved_by_itself_where_nobody_took_it(string subject, bool isTaken, string mails)
    {
        var waiting = Scenario("a", "stuck", "stalled").Replace("subject: account\n", subject).Replace("within: 60d }", "within: 60d, on_goal: continue }").Replace("saved:", "recovered_by_itself:").Replace("thanks-a", "back, expires: 9d");
        if (subject.Length == 0) waiting = waiting.Replace(", to: trigger.contact, nobody: end", "");
        var world = Company(waiting).Do(1, "stuck");
        if (isTaken) world.Work(1, EscalationAct.Acknowledge);

        world.Do(1, "rescued").Pass("4d");

        Assert.Equal(mails, string.Join(", ", world.Mails));
        Assert.Equal(isTaken, world.Account(1).Escalations.Count == 1);
    }

    [Rule(47, 48)]
    [Fact]
    public void A_case_holds_for_as_long_as_any_type_of_its_evidence_would_and_no_longer_however_often_that_comes()
    {
        const string types = """
            types:
              stalled: { title: Stalled, hold: none }
              silent: { title: Silent, hold: { max: 9d, quiet: 1d } }
              angry: { title: Angry, hold: { max: 12d, blocks: [ marketing ], quiet: 2d } }
            """;
        var world = World.WithHealth(World.NobodyScored, types, Scenario("a", "stuck", "stalled"), Scenario("b", "quiet", "silent"), Scenario("c", "cross", "angry"), Drip).Person(1, account: 1).Person(2, account: 1).Do(1, "stuck");
        Assert.Empty(world.Account(1).Holds);

        world.Pass("1d").Do(1, "quiet").Pass("1d").Do(1, "cross");
        var hold = Assert.Single(world.Account(1).Holds);
        Assert.Equal((World.Start.AddDays(12), TimeSpan.FromDays(2)), (hold.Until, hold.Quiet));
        Assert.True(hold.Blocks.Includes(SendClass.Service, null));

        world.Pass("9d").Do(1, "quiet").Do(1, "cross").Pass("1d");
        Assert.Empty(world.Account(1).Holds);
        Assert.Single(world.Account(1).Escalations);
    }

    [Rule(47)]
    [Fact]
    public void Evidence_of_a_more_urgent_type_makes_the_case_as_urgent_and_less_urgent_evidence_does_not()
    {
        const string types = """
            types:
              stalled: { title: Stalled, priority: low }
              angry: { title: Angry, priority: urgent }
              silent: { title: Silent }
            """;
        var world = World.WithHealth(World.NobodyScored, types, Scenario("a", "stuck", "stalled"), Scenario("b", "quiet", "silent"), Scenario("c", "cross", "angry")).Person(1, account: 1).Do(1, "stuck").Do(1, "cross").Do(1, "quiet");

        Assert.Equal(EscalationPriority.Urgent, Assert.Single(world.Simulator.Carried.OfType<Effect.EscalationChanged>()).Priority);
        Assert.Equal(EscalationPriority.Urgent, world.Account(1).Escalations[0].Priority);
    }

    [Rule(11, 42)]
    [Fact]
    public void Of_two_people_who_are_one_the_passage_that_goes_on_calls_for_what_the_other_called_for()
    {
        var calling = """
            scenario: call
            title: Call
            owner: m@example.com
            class: service
            trigger: { event: subscribed }
            goal: { when: event("rescued"), within: 60d }
            steps:
              - wait: { for: event("stuck"), up_to: 30d }
              - escalate: stalled
            """;
        var world = Company(calling).Do(1, "subscribed").Pass("1h").Do(2, "subscribed").Do(2, "stuck");

        world.Tell(new Signal.MergedInto(2, 1, world.Simulator.RouteOf(1).Slot, world.Simulator.RouteOf(1).Hop, world.Now), 2).Do(1, "rescued");

        Assert.Empty(world.Account(1).Escalations);
    }

    private static void Pause(World world, bool isPaused)
    {
        var catalog = world.Simulator.Catalog;
        world.Simulator.Catalog = catalog with
        {
            Revision = catalog.Revision + 1,
            Live = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = isPaused }),
            Versions = catalog.Versions.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = isPaused }),
        };
        if (!isPaused) world.TellAccount(1, id => new Signal.Prepared(SubjectRef.Account(id), [], [], world.Now));
    }

    [Rule(45, 53)]
    [Theory]
    [InlineData("escalate: stalled")]
    [InlineData("task: Call them")]
    [InlineData("notify: { who: csm@example.com, about: They are stuck }")]
    public void A_paused_scenario_calls_nobody_until_it_goes_on_and_what_follows_counts_from_there(string step)
    {
        var world = Company(World.Calling("stalled").Replace("- escalate: { type: stalled, because: They are stuck }", $"- wait: 1d\n  - {step}\n  - wait: 24h\n  - send: {{ template: after, to: trigger.contact, nobody: end, class: transactional }}")).Do(1, "stuck");

        Pause(world, true);
        world.Pass("5d").Do(1, "login");
        Assert.DoesNotContain(world.Simulator.Carried, effect => effect is Effect.EscalationOpened or Effect.TaskOpened or Effect.ColleaguesTold);
        Assert.Single(world.Simulator.Journal, entry => entry.Reason == Reason.Paused);

        Pause(world, false);
        Assert.Contains(world.Simulator.Carried, effect => effect is Effect.EscalationOpened or Effect.TaskOpened or Effect.ColleaguesTold);
        Assert.Empty(world.Mails);
        world.Pass("1d");
        Assert.Equal(["after 1"], world.Mails);
    }

    [Rule(42, 45)]
    [Fact]
    public void Who_has_recovered_while_the_scenario_was_paused_is_nobodys_case()
    {
        var world = Company(World.Calling("stalled").Replace("- escalate:", "- wait: 1d\n  - escalate:")).Do(1, "stuck");

        Pause(world, true);
        world.Pass("2d").Do(1, "rescued");
        Pause(world, false);

        Assert.DoesNotContain(world.Simulator.Carried, effect => effect is Effect.EscalationOpened);
    }

    private static World InTwoZones(params string[] scenarios)
    {
        var world = Company(scenarios).Say(1, ("zone", "Asia/Tokyo")).Say(2, ("zone", "Europe/Berlin")).Join(1, 1, "admin").Join(2, 1, "admin");
        world.Simulator.Catalog = world.Simulator.Catalog with
        {
            Policy = new SendPolicy { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new NodaTime.LocalTime(9, 0), new NodaTime.LocalTime(18, 0), Days.All) } },
        };
        return world;
    }

    [Rule(49)]
    [Fact]
    public void The_first_mail_of_an_outcome_passes_the_quiet_time_for_each_of_its_recipients()
    {
        var both = Scenario("a", "stuck", "stalled").Replace("template: thanks-a, to: trigger.contact", "template: thanks-a, to: 'role(\"admin\", 2)'");
        var world = InTwoZones(both).Do(1, "stuck").Work(1, EscalationAct.Close, "saved");
        Assert.Equal(["thanks-a 2"], world.Mails);

        // Nine in Tokyo.
        world.PassTo(new DateTimeOffset(2026, 3, 3, 0, 1, 0, TimeSpan.Zero));

        Assert.Equal(["thanks-a 2", "thanks-a 1"], world.Mails);
    }

    [Rule(49)]
    [Fact]
    public void A_mail_after_an_outcome_that_sends_nothing_waits_for_the_quiet_time()
    {
        var after = Scenario("a", "stuck", "stalled", "  - send: { template: after, to: trigger.contact, nobody: end, expires: 9d }")
            .Replace("saved:\n        - send: { template: thanks-a, to: trigger.contact, nobody: end }", "saved: []");
        var world = Company(after).Do(1, "stuck").Work(1, EscalationAct.Close, "saved");
        Assert.Empty(world.Mails);

        world.Pass("3d");

        Assert.Equal(["after 1"], world.Mails);
    }

    [Rule(48)]
    [Fact]
    public void What_was_held_leaves_to_each_of_its_recipients_before_a_day_is_let_pass()
    {
        const string Both = """
            scenario: both
            title: Both
            owner: m@example.com
            subject: account
            class: service
            trigger: { event: renewed }
            goal: { when: event("never"), within: 90d }
            steps:
              - send: { template: both, to: 'role("admin", 2)', nobody: end }
            """;
        var world = InTwoZones(Both, Drip).TellAccount(1, id => new Signal.HoldRequested(id, World.Start.AddDays(5), "A merger", "csm@example.com", World.Start)).Do(1, "renewed");

        world.TellAccount(1, id => new Signal.HoldReleased(id, "csm@example.com", World.Start)).Pass("1h").Do(2, "subscribed");
        Assert.Equal(["both 2"], world.Mails);

        // Nine in Tokyo: the last of it leaves, and a day is counted from there.
        world.PassTo(new DateTimeOffset(2026, 3, 3, 0, 1, 0, TimeSpan.Zero));
        Assert.Equal(["both 2", "both 1"], world.Mails);
        world.PassTo(World.Start.AddDays(1).AddHours(3));
        Assert.Equal(["both 2", "both 1"], world.Mails);
        world.Pass("1d");
        Assert.Contains("one 2", world.Mails);
    }

    [Fact]
    public void A_contact_s_scenario_calls_for_its_account_and_hears_the_outcome()
    {
        var personal = Scenario("a", "stuck", "stalled").Replace("subject: account\n", "").Replace(", to: trigger.contact, nobody: end", "");
        var world = Company(personal).Do(1, "stuck");
        Assert.Single(world.Account(1).Escalations);

        world.Work(1, EscalationAct.Close, "saved");

        Assert.Equal(["thanks-a 1"], world.Mails);
    }

    [Fact]
    public void Without_an_account_nothing_is_opened()
    {
        var personal = Scenario("a", "stuck", "stalled").Replace("subject: account\n", "").Replace(", to: trigger.contact, nobody: end", "");
        var world = World.WithHealth(World.NobodyScored, Types, personal).Person(7).Do(7, "stuck").Pass("1h");

        Assert.Equal(["not-opened-a 7"], world.Mails);
    }

    [Rule(48)]
    [Fact]
    public void A_hold_by_hand_ends_by_itself_or_by_hand()
    {
        var world = Company(Drip).TellAccount(1, id => new Signal.HoldRequested(id, World.Start.AddDays(5), "A merger", "csm@example.com", World.Start)).Do(2, "subscribed");
        Assert.Empty(world.Mails);

        world.TellAccount(1, id => new Signal.HoldReleased(id, "csm@example.com", World.Start));

        Assert.Equal(["one 2"], world.Mails);
    }

    [Rule(21, 48)]
    [Fact]
    public void Who_was_to_enter_before_a_hold_began_and_is_told_late_is_held()
    {
        var spread = Drip.Replace("event: subscribed", "event: subscribed, spread: 1d", StringComparison.Ordinal);
        var world = Company(spread).Pass("2d").TellAccount(1, id => new Signal.HoldRequested(id, World.Start.AddDays(9), "A visit", "csm@example.com", World.Start.AddDays(2))).Do(2, "subscribed", ago: TimeSpan.FromHours(26));
        Assert.Empty(world.Mails);

        world.TellAccount(1, id => new Signal.HoldReleased(id, "csm@example.com", world.Now));

        Assert.Equal(["one 2"], world.Mails);
    }

    [Fact]
    public void Transactional_mail_is_never_held()
    {
        var receipt = Drip.Replace("class: service", "class: transactional");
        var world = Company(Scenario("a", "stuck", "stalled"), receipt).Do(1, "stuck").Do(2, "subscribed");

        Assert.Equal(["one 2"], world.Mails);
    }

    [Fact]
    public void A_reply_is_a_mail_in_the_human_s_name_and_takes_the_case()
    {
        var world = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Work(1, EscalationAct.Reply, text: "Dear you,\n\nshall we talk?", contact: 2);

        var mail = Assert.Single(world.Simulator.Sends).Draft;
        Assert.Equal((EscalationTypes.MailTemplate, 2), (mail.Template, mail.RecipientId));
        Assert.Contains("\"reply_to\":\"csm@example.com\"", System.Text.Encoding.UTF8.GetString(mail.Inputs));
        Assert.Equal("csm@example.com", world.Account(1).Escalations[0].Assignee);
    }

    [Rule(50)]
    [Fact]
    public void What_the_product_does_is_an_event_that_scenarios_hear()
    {
        const string Follow = """
            scenario: follow
            title: Follow
            owner: m@example.com
            subject: account
            class: transactional
            purpose: x
            goal: none
            trigger: { event: nurture.escalation_closed, where: trigger.outcome == "lost" }
            steps:
              - send: { template: sorry, to: most_active, nobody: end }
            """;
        var world = Company(Scenario("a", "stuck", "stalled"), Follow).Do(1, "stuck").Work(1, EscalationAct.Close, "lost");

        Assert.Contains("sorry 1", world.Mails);
    }

    [Fact]
    public void States_with_cases_and_holds_survive_being_stored()
    {
        var world = Company(Scenario("a", "stuck", "stalled")).Do(1, "stuck").Work(1, EscalationAct.Snooze, text: "x", until: World.Start.AddDays(2));
        var account = world.Account(1);

        var packed = StateCodec.Pack(account);
        var again = StateCodec.UnpackAccount(packed.Doc, packed.Rest);

        Assert.Equal(packed.Doc, StateCodec.Pack(again).Doc);
        Assert.Equal(account.Escalations[0].SnoozedUntil, again.Escalations[0].SnoozedUntil);
        Assert.Equal(account.Escalations[0].Clocks, again.Escalations[0].Clocks);
        Assert.Equal(account.Escalations[0].Pauses, again.Escalations[0].Pauses);
        Assert.Equal(account.Holds[0].Until, again.Holds[0].Until);
        Assert.Equal(account.Escalations[0].Joiners, again.Escalations[0].Joiners);
    }
}
