using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Segments;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 23, 40, 44: ways that are drawn or gone again, and steps that change something.</summary>
public class StepTests
{
    private static string Doing(string steps, string head = "", string name = "doing", string subject = "contact") => $"""
        scenario: {name}
        title: Doing
        owner: m@example.com
        subject: {subject}
        class: transactional
        goal: none
        purpose: x
        trigger: {(head.Contains("manual") ? "manual" : "{ event: signed_up }")}
        {head.Replace("manual", "")}
        steps:
        {steps}
        """;

    private const string Halves = """
          - split:
              - { share: 50%, then: [ send: a ] }
              - { share: 50%, then: [ send: b ] }
        """;

    [Rule(40)]
    [Fact]
    public void Rule_40_a_split_divides_by_its_shares_and_colleagues_go_one_way()
    {
        var world = World.Of(Doing(Halves));
        for (var account = 1; account <= 100; account++)
        {
            world.Person(account, account).Person(1000 + account, account);
            world.Do(account, "signed_up").Do(1000 + account, "signed_up");
        }

        var byAccount = world.Simulator.Sends.GroupBy(send => send.Draft.RecipientId % 1000).ToList();
        Assert.All(byAccount, sends => Assert.Single(sends.Select(send => send.Draft.Template).Distinct()));
        Assert.InRange(world.Mails.Count(mail => mail.StartsWith("a ", StringComparison.Ordinal)), 60, 140);
    }

    [Rule(40)]
    [Fact]
    public void Rule_40_the_way_stays_the_same_over_reentry_and_changed_shares()
    {
        var world = World.Of(Doing(Halves, "reentry: every time"));
        for (var person = 1; person <= 40; person++) world.Person(person).Do(person, "signed_up");
        var first = world.Mails.ToList();

        world.Simulator.Catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, Doing(Halves.Replace("- { share: 50%, then: [ send: a ] }", "- { share: 1%, then: [ send: a ] }").Replace("share: 50%", "share: 99%"), "reentry: every time")) with { Revision = 2 };
        for (var person = 1; person <= 60; person++) world.Person(person).Do(person, "signed_up");

        Assert.Equal(first, world.Mails.Skip(40).Take(40));
        Assert.True(world.Mails.Skip(80).Count(mail => mail.StartsWith("b ", StringComparison.Ordinal)) >= 17, string.Join(", ", world.Mails.Skip(80)));
    }

    [Rule(40)]
    [Fact]
    public void Rule_40_the_way_of_one_row_is_the_way_of_all_though_the_shares_changed_meanwhile()
    {
        static string Rows(string share, string other) => Doing(Halves.Replace("50%, then: [ send: a", $"{share}, then: [ send: a").Replace("50%, then: [ send: b", $"{other}, then: [ send: b"), "audience: contact.seats == row.seats\nfor_each: [ { id: one, seats: 1 }, { id: two, seats: 2 } ]");
        var world = World.Of(Rows("99%", "1%"));
        for (var person = 1; person <= 20; person++) world.Person(person).Say(person, ("seats", 1)).Do(person, "signed_up");
        var first = world.Mails.ToList();

        world.Simulator.Catalog = World.CatalogOf(Nurture.Sends.SendPolicy.Default, Rows("1%", "99%")) with { Revision = 2 };
        for (var person = 1; person <= 20; person++) world.Say(person, ("seats", 2)).Do(person, "signed_up");

        Assert.Equal(first, world.Mails.Skip(20));
    }

    [Fact]
    public void A_repeat_sends_its_mail_each_time_and_no_more_often_than_it_says()
    {
        var world = World.Of(Doing("""
              - repeat:
                  times: 3
                  steps:
                    - send: reminder
                    - wait: 7d
              - send: last
            """)).Person(1).Do(1, "signed_up").Pass("30d");

        Assert.Equal(["reminder 1", "reminder 1", "reminder 1", "last 1"], world.Mails);
        Assert.Equal([0, 7, 14, 21], world.Simulator.Sends.Select(send => (send.Draft.PlannedAt - World.Start).Days));
    }

    [Rule(23)]
    [Fact]
    public void Rule_23_inside_a_repeat_an_event_means_since_the_turn_began()
    {
        var world = World.Of(Doing("""
              - repeat:
                  times: 4
                  until: contact.onboarded
                  steps:
                    - wait: { for: event("login"), up_to: 7d }
                      timeout: [ send: missing ]
                    - wait: 1d
            """)).Person(1).Do(1, "signed_up");

        // In the first turn they sign in after two days, in the second never; in the third they are done.
        world.Pass("2d").Do(1, "login").Pass("8.5d").Say(1, ("onboarded", true)).Pass("30d");

        Assert.Equal(["missing 1"], world.Mails);
        Assert.Equal(World.Start.AddDays(10), world.Simulator.Sends.Single().Draft.PlannedAt);
        Assert.Equal("completed repeat", world.Decisions()[^1]);
    }

    [Rule(44)]
    [Fact]
    public void Rule_44_a_start_gives_values_to_the_other_scenario_which_decides_itself()
    {
        var world = World.Of(
            Doing("  - start: { scenario: other, with: { plan: trigger.plan, count: 3 } }\n  - send: after"),
            Doing("  - send: hello", "manual\naudience: trigger.plan == \"pro\" && trigger.count == 3", "other")).Person(1).Person(2);

        world.Do(1, "signed_up", """{"plan":"pro"}""").Do(2, "signed_up", """{"plan":"free"}""");

        Assert.Equal(["after 1", "hello 1", "after 2"], world.Mails);
        Assert.Equal(["entered", "released hello", "completed hello", "audience_false"], world.Decisions("other"));
    }

    [Rule(44)]
    [Fact]
    public void Rule_44_an_account_starts_people_by_role_and_a_person_the_account()
    {
        var world = World.Of(
            Doing("  - start: { scenario: person, for: 'role(\"admin\")' }", subject: "account"),
            Doing("  - send: hello\n  - start: account", "manual", "person"),
            Doing("  - send: { template: all, to: most_active, nobody: end }", "manual", "account", "account")).Person(1, 1, "admin").Person(2, 1);

        world.Do(2, "signed_up");

        Assert.Equal(["hello 1", "all 2"], world.Mails);
    }

    [Rule(44)]
    [Fact]
    public void Rule_44_a_stop_ends_other_passages_of_the_account_and_its_people()
    {
        var world = World.Of(
            Doing("  - wait: 10d", name: "own", subject: "account"), Doing("  - wait: 10d", name: "persons"),
            Doing("  - stop: [ own, persons ]", "trigger: { event: promoted }", "stops", "account").Replace("trigger: { event: signed_up }\n", "")).Person(1, 1).Do(1, "signed_up");

        world.Pass("1d").Do(1, "promoted");

        Assert.Equal("stopped_by wait-10d", world.Decisions("own")[^1]);
        Assert.Equal("stopped_by wait-10d", world.Decisions("persons")[^1]);
    }

    [Rule(44)]
    [Fact]
    public void Rule_44_a_stop_takes_what_is_about_to_begin_with_it()
    {
        var world = World.Of(
            Doing("  - send: delayed", "trigger: { event: signed_up, delay: 3d }", "later").Replace("trigger: { event: signed_up }\n", ""),
            Doing("  - send: placed\n  - wait: 20d", "per_account: 1", "seated"),
            Doing("  - stop: [ later, seated ]", "trigger: { event: promoted }", "stops", "account").Replace("trigger: { event: signed_up }\n", "")).Person(1, 1).Person(2, 1).Do(1, "signed_up").Do(2, "signed_up");
        Assert.Equal(["placed 1"], world.Mails);

        world.Pass("1h").Do(1, "promoted").Pass("9d");

        Assert.Equal(["placed 1"], world.Mails);
        Assert.Equal(["entry_delayed", "entry_delayed", "stopped_by", "stopped_by"], world.Decisions("later"));
        Assert.Equal(["entered", "released placed", "colleague_enrolled", "stopped_by", "stopped_by wait-20d"], world.Decisions("seated"));
    }

    [Rule(44)]
    [Fact]
    public void Rule_44_a_stop_takes_an_entry_that_waits_for_an_account_with_it()
    {
        var world = World.Of(
            Doing("  - wait: 3d", "trigger: { event: signed_up, settle: 2d }", "company", "account").Replace("trigger: { event: signed_up }\n", ""),
            Doing("  - stop: company", "trigger: { event: promoted }", "stops").Replace("trigger: { event: signed_up }\n", "")).Person(7).Do(7, "signed_up");

        world.Do(7, "promoted").Join(7, 1).Pass("3d");

        Assert.Equal(["waiting_to_settle", "stopped_by"], world.Decisions("company"));
    }

    [Rule(22)]
    [Fact]
    public void Rule_22_who_is_held_out_stops_and_forgets_nothing()
    {
        var world = World.Of(
            Doing("  - wait: 10d", "", "other"),
            Doing("  - stop: [ other ]\n  - forget: unconfirmed", "holdout: 100%\ntrigger: { event: promoted }", "stops").Replace("trigger: { event: signed_up }\n", "")).Person(1).Do(1, "signed_up");

        world.Do(1, "promoted").Pass("1d").Do(1, "signed_up");

        Assert.Equal(["entered", "already_enrolled"], world.Decisions("other"));
        Assert.Equal(["entered", "held_out stop-other", "held_out forget-unconfirmed", "ended forget-unconfirmed"], world.Decisions("stops"));
        Assert.Empty(world.Simulator.Carried.OfType<Effect.Forget>());
    }

    [Fact]
    public void A_list_is_a_segment_that_steps_write()
    {
        var segments = new SegmentSet(SegmentsReader.Read("""
            segments:
              beta: { is: listed }
            """, "segments.yaml", World.Plan).Segments.ByName);
        var world = World.Of(segments,
            Doing("  - add_to: beta\n  - wait: 3d\n  - remove_from: beta"),
            Doing("  - send: hello", "trigger: { entered: beta }", "entered").Replace("trigger: { event: signed_up }\n", ""),
            Doing("  - send: bye", "trigger: { left: beta }", "left").Replace("trigger: { event: signed_up }\n", "")).Person(1);

        world.Do(1, "signed_up");
        Assert.Equal(["hello 1"], world.Mails);
        world.Pass("4d");
        Assert.Equal(["hello 1", "bye 1"], world.Mails);
    }

    [Fact]
    public void A_scenario_takes_a_topic_for_refused_and_the_mails_of_it_stop()
    {
        var world = World.Of(Doing("  - unsubscribe: { topic: newsletter, because: sunset }"), """
            scenario: letter
            title: Letter
            owner: m@example.com
            class: marketing
            topic: newsletter
            goal: none
            trigger: { event: letter }
            reentry: every time
            steps:
              - send: letter
            """).Person(1).Do(1, "letter").Do(1, "signed_up").Do(1, "letter");

        Assert.Equal(["letter 1"], world.Mails);
        Assert.Contains("topic_refused letter", world.Decisions());
    }

    [Fact]
    public void Who_is_being_forgotten_is_mailed_by_nobody_at_that_very_moment()
    {
        var account = """
            scenario: whole
            title: Whole
            owner: m@example.com
            subject: account
            class: transactional
            trigger: { event: signed_up }
            goal: { when: event("done"), within: 90d }
            steps:
              - wait: 7d
              - send: { template: hello, to: trigger.contact }
            """;
        var world = World.Of(Doing("  - wait: 7d\n  - forget: unconfirmed"), Doing("  - wait: 7d\n  - send: hello", name: "other"), account).Person(1, 1).Do(1, "signed_up");

        world.Pass("8d");

        Assert.Empty(world.Mails);
    }

    [Fact]
    public void A_forgotten_person_ends_everywhere()
    {
        var world = World.Of(Doing("  - wait: 7d\n  - forget: unconfirmed"), Doing("  - wait: 30d\n  - send: hello", name: "other")).Person(1).Do(1, "signed_up");

        world.Pass("60d");

        Assert.Empty(world.Mails);
        Assert.Equal(ContactStatus.Erased, world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single(contact => contact.Id == 1).Status);
    }

    [Fact]
    public void What_a_forgotten_person_said_is_forgotten_by_the_passages_of_colleagues()
    {
        var listening = """
            scenario: listening
            title: Listening
            owner: m@example.com
            class: transactional
            trigger: { event: signed_up }
            goal: { when: 'account.event("praised")', within: 90d, on_goal: continue }
            steps:
              - wait: { for: 'account.event("praised")', up_to: 30d }
              - wait: 30d
            """;
        var world = World.Of(listening).Person(1, 1).Person(2, 1).Do(1, "signed_up").Do(2, "praised", """{"word": "Hanako's secret"}""");
        Assert.Contains("Hanako", Remembered());

        world.Tell(new Signal.Erased(2, world.Now), 2);

        Assert.DoesNotContain("Hanako", Remembered());

        string Remembered()
        {
            var passage = Assert.Single(world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single(contact => contact.Id == 1).Enrollments);
            return string.Concat(passage.EventsSinceEntry.Values.Append(passage.Heard).OfType<OccurredEvent>().Select(happened => System.Text.Encoding.UTF8.GetString(happened.Properties.Span)));
        }
    }

    [Fact]
    public void An_account_is_given_to_one_of_the_pool_who_speaks_its_language_and_always_to_the_same()
    {
        var (types, mistakes) = EscalationTypesReader.Read("""
            types: { any: { title: Any } }
            pools:
              low: [ { address: a@example.com, languages: [ en ] }, { address: b@example.com, languages: [ ja ] }, c@example.com ]
            """, "escalations.yaml");
        Assert.Empty(mistakes);
        var world = World.Of(Doing("  - assign: { pool: low }", "reentry: every time", subject: "account")).Person(1, 1).Person(2, 2);
        world.Simulator.Catalog = world.Simulator.Catalog with { Escalations = types, Revision = 2 };

        world.SayAccount(1, ("locale", "ja-JP")).Do(1, "signed_up").Do(2, "signed_up").Do(2, "signed_up");

        Assert.Equal("b@example.com", world.Account(1)["owner"].ToString());
        Assert.Contains("@example.com", world.Account(2)["owner"].ToString());
        Assert.Single(world.Simulator.Journal.Where(entry => entry.Reason == Reason.OwnerAssigned).Select(entry => entry.Detail).Skip(1).Distinct());
    }

    [Rule(21)]
    [Fact]
    public void Rule_21_a_wait_hears_no_event_that_arrived_too_late()
    {
        var world = World.Of(Doing("""
              - wait: { for: event("login"), up_to: 30d, late: 1d }
                timeout: [ send: missing ]
            """)).Person(1).Do(1, "signed_up").Pass("10d");

        world.Do(1, "login", ago: TimeSpan.FromDays(2)).Pass("21d");

        Assert.Equal(["missing 1"], world.Mails);
    }

    [Fact]
    public void A_wait_for_something_ends_at_a_date()
    {
        var world = World.Of(Doing("""
              - wait: { for: event("answered"), until: trigger.starts_at, offset: -1d }
                timeout: [ send: too_late ]
              - send: after
            """)).Person(1).Do(1, "signed_up", """{"starts_at":"2026-03-12T10:00:00Z"}""");

        world.Pass("12d");

        Assert.Equal(["too_late 1", "after 1"], world.Mails);
        Assert.Equal(new DateTimeOffset(2026, 3, 11, 10, 0, 0, TimeSpan.Zero), world.Simulator.Sends[0].Draft.PlannedAt);
    }
}
