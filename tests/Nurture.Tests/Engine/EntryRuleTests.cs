using System.Collections.Frozen;
using System.Text;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using static Nurture.Tests.Engine.EnteringRuleTests;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 6, 7, 9, 12, 18, 19: whom a trigger of the account starts, who follows, and what is no change.</summary>
public sealed class EntryRuleTests
{
    private static World OfAccount(World world, string name, string properties = "{}") =>
        world.TellAccount(1, account => new Signal.Occurred(new OccurredEvent(9000, name, 0, account, world.Now, world.Now, Encoding.UTF8.GetBytes(properties))));

    [Rule(7)]
    [Fact]
    public void An_event_of_the_account_alone_starts_whom_the_trigger_names()
    {
        var world = World.Of(Scenario("- send: sorry", trigger: "{ event: cancelled, for: 'role(\"admin\", 1)' }")).Person(1, 1).Person(2, 1, "admin").Person(3, 1, "admin");

        OfAccount(world, "cancelled");

        Assert.Equal(["sorry 2"], world.Mails);
    }

    [Rule(7)]
    [Fact]
    public void Where_the_event_names_a_person_that_person_enters()
    {
        var world = World.Of(Scenario("- send: sorry", trigger: "{ event: cancelled, for: 'role(\"admin\", 1)' }")).Person(1, 1).Person(2, 1, "admin").Do(1, "cancelled");

        Assert.Equal(["sorry 1"], world.Mails);
    }

    [Rule(7)]
    [Fact]
    public void A_goal_that_an_account_reached_starts_whom_the_trigger_names()
    {
        var world = World.Of(
            Scenario("- send: { template: hello, to: most_active, nobody: end }", subject: "account", name: "first"),
            Scenario("- send: thanks", trigger: "{ goal_of: first, for: 'role(\"admin\", 1)' }", name: "second", goal: "{ when: event(\"never\"), within: 30d }")).Person(1, 1).Person(2, 1, "admin").Do(1, "signed_up").Do(1, "done");

        Assert.Contains("thanks 2", world.Mails);
    }

    [Rule(18, 19)]
    [Fact]
    public void Of_each_key_one_waits_for_what_is_unknown()
    {
        var world = World.Of(Scenario("- send: { template: thanks, to: trigger.contact, nobody: end }", "key: trigger.order_id", "{ event: ordered }", "account")).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "ordered", """{"order_id":"a"}""").Join(1, 1);

        Assert.Equal(["thanks 1", "thanks 1"], world.Mails);
    }

    [Rule(18, 19)]
    [Fact]
    public void Of_each_key_one_waits_for_an_audience_that_is_unknown()
    {
        var world = World.Of(Scenario("- send: thanks", "key: trigger.order_id\naudience: account.seats > 1", "{ event: ordered }")).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").SayAccount(1, ("seats", 5)).Join(1, 1);

        Assert.Equal(["thanks 1", "thanks 1"], world.Mails);
    }

    [Rule(9)]
    [Fact]
    public void A_place_goes_on_to_the_first_in_line_who_may_still_enter()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 1\naudience: contact.seats > 0\nexit: [ 'event(\"out\")' ]"));
        foreach (var id in new[] { 1, 2, 3 }) world.Person(id, 1).Say(id, ("seats", 1)).Do(id, "signed_up");

        world.Say(2, ("seats", 0)).Do(1, "out").Pass("20d");

        Assert.Equal(["hello 3"], world.Mails);
    }

    [Rule(12)]
    [Theory]
    [InlineData("{ tier: tech }")]
    [InlineData("{ changed: account.tier }")]
    [InlineData("{ event: nurture.tier_changed, for: 'role(\"admin\", 1)' }")]
    public void What_is_first_said_as_it_was_taken_to_be_is_no_change(string trigger)
    {
        var world = World.Of(Scenario("- send: hello", trigger: trigger.Replace("{ changed: account.tier }", "{ changed: account.tier, for: 'role(\"admin\", 1)' }").Replace("{ tier: tech }", "{ tier: tech, for: 'role(\"admin\", 1)' }"))).Person(1, 1, "admin");

        world.SayAccount(1, ("tier", "tech"));
        Assert.Empty(world.Mails);

        world.SayAccount(1, ("tier", "high"), ("plan", "pro")).SayAccount(1, ("tier", "tech"));
        Assert.NotEmpty(world.Mails);
    }

    [Rule(6)]
    [Fact]
    public void A_role_is_the_first_who_can_be_reached()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: 'role(\"admin\", 1)', nobody: most_active }", trigger: "{ event: signed_up }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1);
        world.Simulator.Suppress(1);

        Assert.Equal(["hello 2"], world.Do(3, "signed_up").Mails);
    }

    [Rule(6)]
    [Fact]
    public void Who_has_had_a_mail_and_left_before_the_others_had_it_leaves_the_place_to_nobody()
    {
        var policy = new Nurture.Sends.SendPolicy { Caps = [new Nurture.Sends.Cap(1, TimeSpan.FromDays(2))] };
        var world = World.Of(policy, Scenario("- send: note", trigger: "{ event: ordered }", name: "o"), Scenario("- send: { template: hello, to: 'role(\"admin\", 2)', nobody: end }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1, "admin").Do(2, "ordered").Do(1, "signed_up");
        Assert.Equal(["note 2", "hello 1"], world.Mails);

        world.Tell(new Signal.Left(1, world.Now), 1).Pass("3d");

        Assert.Equal(["note 2", "hello 1", "hello 2"], world.Mails);
    }

    [Rule(6)]
    [Fact]
    public void Where_none_of_a_role_can_be_reached_nobody_is_asked()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: 'role(\"admin\", 1)', nobody: most_active }", trigger: "{ event: signed_up }", subject: "account"))
            .Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1);
        world.Simulator.Suppress(1);
        world.Simulator.Suppress(2);

        Assert.Equal(["hello 3"], world.Do(3, "signed_up").Mails);
    }

    [Rule(23)]
    [Fact]
    public void In_a_repeat_a_click_is_on_the_mail_of_this_turn()
    {
        var world = World.Of(Scenario("""
            - repeat:
                times: 3
                steps:
                  - send: tip
                  - wait: { for: clicked("tip"), up_to: 2d }
            """)).Person(1).Do(1, "signed_up");
        var send = world.Simulator.Sends.Single().Draft;
        world.Tell(new Signal.Hit(send.Subject, send.EnrollmentId, send.Id, send.Step, 1, IsClick: true, world.Now), 1).Pass("30d");

        Assert.Equal(["tip 03-02 10", "tip 03-02 10", "tip 03-04 10"], world.Simulator.Sends.Select(s => $"{s.Draft.Template} {s.Draft.PlannedAt:MM-dd HH}"));
    }

    [Fact]
    public void Moved_back_to_a_mail_that_was_refused_it_is_asked_again()
    {
        var world = World.Of(Scenario("- send: hello\n- wait: 9d\n- send: later")).Person(1);
        world.Tell(new Signal.Refused(1, "*", true, world.Now), 1).Do(1, "signed_up");
        Assert.Empty(world.Mails);

        world.Tell(new Signal.Refused(1, "*", false, world.Now), 1).Pass("1d");
        var enrollment = world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single().Enrollments.Single();
        world.Tell(new Signal.EnrollmentWorked(SubjectRef.Contact(1), enrollment.Id, EnrollmentAct.Move, "hello", "ann@example.com", "", world.Now), 1);

        Assert.Equal(["hello 1"], world.Mails);
    }

    [Rule(7)]
    [Theory]
    [InlineData("{ event: nurture.escalation_closed }", true)]
    [InlineData("{ event: nurture.escalation_closed, for: 'role(\"admin\", 1)' }", false)]
    [InlineData("{ event: cancelled, for: 'role(\"admin\", 1)' }", false)]
    [InlineData("{ event: cancelled }", false)]
    public void What_only_an_account_does_says_whom_of_it_it_starts(string trigger, bool isAsked)
    {
        var environment = new ParseEnvironment { Plan = World.Plan };
        var parsed = ScenarioParser.Parse(Scenario("- send: sorry", trigger: trigger), "test.yaml", environment);

        Assert.Equal(isAsked, parsed.Diagnostics.Concat(ScenarioLinter.Lint(parsed, environment)).Any(said => said.Code == DiagnosticCodes.NoRoleForTrigger));
    }

    [Rule(7)]
    [Theory]
    [InlineData("{ goal_of: first }", true)]
    [InlineData("{ goal_of: first, for: 'role(\"admin\", 1)' }", false)]
    public void The_goal_of_an_account_says_whom_of_it_it_starts(string trigger, bool isAsked)
    {
        var first = ScenarioParser.Parse(Scenario("- send: { template: hello, to: most_active, nobody: end }", subject: "account", name: "first"), "first.yaml", new ParseEnvironment { Plan = World.Plan }).Scenario!;
        var second = ScenarioParser.Parse(Scenario("- send: thanks", trigger: trigger), "second.yaml", new ParseEnvironment { Plan = World.Plan });

        Assert.Equal(isAsked, ScenarioReferences.Check(second, new Dictionary<string, Nurture.Scenarios.Scenario> { ["first"] = first }).Any(said => said.Code == DiagnosticCodes.NoRoleForTrigger));
    }

    [Rule(7, 10)]
    [Fact]
    public void What_somebody_does_for_another_company_starts_them_and_nobody_there()
    {
        var world = World.Of(Scenario("- send: sorry", trigger: "{ event: cancelled, for: 'role(\"admin\", 1)' }"), Scenario("- send: plain", trigger: "{ event: cancelled }", name: "plain"))
            .Person(1, 1).Person(2, 2, "admin").Join(1, 2);

        world.Tell(new Signal.Occurred(new OccurredEvent(900, "cancelled", 1, 1002, world.Now, world.Now, "{}"u8.ToArray())), 1);

        Assert.Equal(["plain 1", "sorry 1"], world.Mails.Order());
        Assert.DoesNotContain(world.Simulator.Journal, entry => entry.Reason == Reason.NobodyMatches);
    }

    [Rule(9)]
    [Fact]
    public void Who_joins_the_account_in_the_midst_of_a_passage_has_a_place()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 1")).Person(1).Do(1, "signed_up").Join(1, 1).Person(2, 1);

        world.Do(2, "signed_up").Pass("10d");

        Assert.Equal(["hello 1"], world.Mails);
        Assert.Contains("colleague_enrolled", world.Decisions());
    }

    [Rule(9, 45)]
    [Fact]
    public void A_place_that_becomes_free_during_a_pause_is_taken_when_it_is_over()
    {
        var text = Scenario("- wait: 9d\n- send: hello", "per_account: 1\nexit: [ 'event(\"out\")' ]");
        var catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, text);
        var world = World.Of(text).Person(1, 1).Person(2, 1).Person(3, 1).Do(1, "signed_up").Do(2, "signed_up").Do(3, "signed_up");
        world.Simulator.Catalog = catalog with { Revision = 2, Live = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = true }) };
        world.Do(1, "out").Pass("2d");

        world.Simulator.Catalog = catalog with { Revision = 3 };
        world.Pass("2h");
        Assert.Equal(2, world.Decisions().Count(decision => decision == "entered"));

        world.Do(2, "out").Pass("20d");
        Assert.Equal(["hello 3"], world.Mails);
    }

    [Rule(9, 18)]
    [Fact]
    public void The_place_is_held_until_the_last_of_several_passages_is_over()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: hello", "per_account: 1\nkey: trigger.order_id\nexit: [ 'event(\"out\")' ]", "{ event: ordered }")).Person(1, 1).Person(2, 1)
            .Do(1, "ordered", """{"order_id":"a"}""").Do(1, "ordered", """{"order_id":"b"}""").Do(1, "out", """{"order_id":"a"}""").Do(2, "ordered", """{"order_id":"c"}""");

        Assert.Equal("colleague_enrolled", world.Decisions()[^1]);
        Assert.Equal("entered", world.Do(1, "out", """{"order_id":"b"}""").Decisions()[^1]);
    }

    [Rule(8, 23)]
    [Fact]
    public void Who_joins_the_account_in_the_midst_of_a_passage_hears_what_happened_there_since()
    {
        var world = World.Of(Scenario("- wait: 9d\n- send: late", goal: "{ when: account.event(\"done\"), within: 30d }")).Person(2, 1).Person(1).Do(1, "signed_up").Pass("1h").Do(2, "done").Pass("1h");

        world.Join(1, 1);

        Assert.Equal("goal_reached wait-9d", world.Decisions()[^1]);
    }

    [Rule(15)]
    [Theory]
    [InlineData("refresh")]
    [InlineData("restart")]
    public void A_trigger_that_is_older_than_the_passages_own_is_no_newer_word(string whileLive)
    {
        var world = World.Of(Scenario("- wait: 2d\n- branch: [ { if: trigger.plan == \"pro\", then: [ end: pro ] } ]\n- end: free", $"while_live: {whileLive}")).Person(1);

        world.Do(1, "signed_up", """{"plan":"pro"}""").Pass("1h").Do(1, "signed_up", """{"plan":"free"}""", ago: TimeSpan.FromHours(2)).Pass("3d");

        Assert.Equal("""{"reason":"pro"}""", world.Last(Reason.Ended).Detail);
        Assert.Equal(World.Start.AddDays(2), world.Last(Reason.Ended).At);
        Assert.Equal("already_enrolled", world.Decisions()[1].Split(' ')[0]);
    }

    [Rule(15)]
    [Theory]
    [InlineData("ignore", "free", 2.0)]
    [InlineData("refresh", "pro", 2.0)]
    [InlineData("restart", "pro", 3.0)]
    public void A_trigger_of_who_waits_for_its_delay_is_ignored_or_restarts_or_refreshes(string whileLive, string plan, double days)
    {
        var world = World.Of(Scenario("- branch: [ { if: trigger.plan == \"pro\", then: [ end: pro ] } ]\n- end: free", $"while_live: {whileLive}", "{ event: signed_up, delay: 2d }")).Person(1);

        world.Do(1, "signed_up", """{"plan":"free"}""").Pass("1d").Do(1, "signed_up", """{"plan":"pro"}""").Do(1, "signed_up", """{"plan":"free"}""", ago: TimeSpan.FromHours(2)).Pass("9d");

        Assert.Equal($$"""{"reason":"{{plan}}"}""", world.Last(Reason.Ended).Detail);
        Assert.Equal(World.Start.AddDays(days), world.Last(Reason.Entered).At);
    }

    [Rule(15, 23)]
    [Theory]
    [InlineData("a", "thanks 1")]
    [InlineData("b", "reminder 1")]
    public void What_was_heard_of_another_trigger_is_not_heard_of_the_one_that_took_its_place(string second, string mail)
    {
        var world = World.Of(Scenario("- wait: 1d\n- wait: { for: 'event(\"paid\", where: event.order_id == trigger.order_id)', up_to: 5d }\n  timeout: [ send: reminder, end: over ]\n- send: thanks", "while_live: refresh", "{ event: ordered }")).Person(1)
            .Do(1, "ordered", """{"order_id":"a"}""").Pass("1h").Do(1, "paid", """{"order_id":"a"}""").Pass("1h").Do(1, "ordered", $$"""{"order_id":"{{second}}"}""").Pass("9d");

        Assert.Equal([mail], world.Mails);
    }

    [Rule(19)]
    [Theory]
    [InlineData("trial", "waiting_to_settle, entered, released hello, completed hello")]
    [InlineData("pro", "waiting_to_settle, trigger_not_true")]
    [InlineData(null, "waiting_to_settle, audience_unknown")]
    public void A_trigger_that_asks_an_account_waits_for_it(string? plan, string decisions)
    {
        var world = World.Of(Scenario("- send: hello", trigger: "{ event: signed_up, where: account.plan == \"trial\" }")).Person(1).Do(1, "signed_up");

        if (plan is not null) world.SayAccount(1, ("plan", plan)).Join(1, 1);
        world.Pass("1h");

        Assert.Equal(decisions, string.Join(", ", world.Decisions()));
    }

    [Rule(19)]
    [Theory]
    [InlineData("audience: 'reachable(\"mail\", \"service\")'", "")]
    [InlineData("audience: exists(contact.email)", "")]
    [InlineData("", ", where: 'reachable(\"mail\", \"service\")'")]
    public void Who_asks_for_an_address_waits_for_it(string audience, string where)
    {
        var world = World.Of(Scenario("- send: hello", audience, $"{{ event: signed_up{where} }}")).Say(1, ("seats", 1)).Say(2, ("seats", 1)).Do(1, "signed_up").Do(2, "signed_up").Pass("1m");
        Assert.Equal(["waiting_to_settle", "waiting_to_settle"], world.Decisions());

        world.Person(1);
        Assert.Equal(["hello 1"], world.Mails);

        world.Pass("10m");
        Assert.Equal(audience.Length > 0 ? "audience_false" : "trigger_not_true", world.Decisions()[^1]);
    }

    [Rule(19)]
    [Fact]
    public void Who_waited_for_their_account_waits_for_the_triggers_delay_too()
    {
        var world = World.Of(Scenario("- send: { template: hello, to: trigger.contact, nobody: end }", trigger: "{ event: signed_up, delay: 2d }", subject: "account")).Person(1).Do(1, "signed_up").Pass("1m").Join(1, 1);
        Assert.Equal("entry_delayed", world.Decisions()[^1]);

        Assert.Empty(world.PassTo(World.Start.AddDays(2).AddSeconds(-1)).Mails);
        Assert.Equal(["hello 1"], world.Pass("1s").Mails);
    }

    [Rule(20)]
    [Theory]
    [InlineData(0, true)]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(0, false)]
    public void Who_an_import_brings_to_an_account_or_gives_a_role_starts_nothing(int before, bool isImport)
    {
        var world = World.Of(
            Scenario("- send: person", trigger: "{ condition: contact.role == \"admin\" }", name: "a"),
            Scenario("- send: { template: account, to: most_active, nobody: end }", trigger: "{ condition: 'has_role(\"admin\")' }", subject: "account", name: "b")).Person(1).Pass("1h");
        if (before == 1) world.Join(1, 1);
        if (before == 2) world.Person(2, 1);

        world.Tell(new Signal.Grouped(1, 1001, Slots.OfAccount(1001), ["admin"], world.Now, CountsOnly: isImport), 1).Pass("1d").Say(1, ("seats", 3));

        Assert.Equal(isImport ? [] : ["account 1", "person 1"], world.Mails.Order());
    }

    [Rule(22)]
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Who_is_held_out_stays_so_in_the_account_that_they_join_and_with_another_share(bool isHeldOut)
    {
        var text = Scenario("- send: hello", "holdout: 50%\nreentry: every time");
        bool IsDrawn(SubjectRef of) => Draws.Share("holdout", "s", of) < 0.5;
        var person = Enumerable.Range(1, 100).First(one => IsDrawn(SubjectRef.Contact(one)) == isHeldOut);
        var account = Enumerable.Range(1, 100).First(one => IsDrawn(SubjectRef.Account(1000 + one)) != isHeldOut);
        var world = World.Of(text).Person(person).Do(person, "signed_up").Join(person, account).Pass("1d").Do(person, "signed_up");

        world.Simulator.Catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, text.Replace("50%", isHeldOut ? "1%" : "99%", StringComparison.Ordinal)) with { Revision = 2 };
        world.Pass("1d").Do(person, "signed_up");

        Assert.Equal(Enumerable.Repeat(isHeldOut ? "held_out hello" : "released hello", 3), world.Decisions().Where(decision => decision.EndsWith(" hello", StringComparison.Ordinal) && !decision.StartsWith("completed", StringComparison.Ordinal)));
    }

    [Rule(45)]
    [Fact]
    public void Who_was_to_enter_during_a_pause_enters_when_it_is_over()
    {
        var catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, Scenario("- send: hello", trigger: "{ event: signed_up, delay: 2d }"));
        var world = World.Of(Scenario("- send: hello", trigger: "{ event: signed_up, delay: 2d }")).Person(1).Do(1, "signed_up").Pass("1d");
        var paused = catalog.Live.ToFrozenDictionary(pair => pair.Key, pair => pair.Value with { IsPaused = true });
        world.Simulator.Catalog = catalog with { Live = paused };
        world.Pass("3d");
        Assert.Empty(world.Mails);

        world.Simulator.Catalog = catalog;
        world.Pass("1h");

        Assert.Equal(["hello 1"], world.Mails);
    }
}
