using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Simulation;

namespace Nurture.Tests.Engine;

/// <summary>A question in a mail: who answers is heard, the last answer counts, and a passage hears its own answers alone.</summary>
public class AskTests
{
    private static string Asking(string name, string ask, string steps, string head = "", string subject = "contact") => $$"""
        scenario: {{name}}
        title: Asking
        owner: m@example.com
        subject: {{subject}}
        class: service
        trigger: { event: {{name}} }
        goal: { when: event("done"), within: 90d }
        {{head}}
        steps:
          - ask: {{ask}}
        {{steps}}
        """;

    private static string Nps(string name = "nps") => Asking(name, "{ template: nps, scale: \"0-10\" }", """
          - wait: { for: event("answered"), up_to: 7d }
            timeout: [ end: no_answer ]
          - wait: 30m
          - branch:
              - { if: heard.score <= 6, then: [ send: sorry ] }
              - { if: 'heard.score >= 9 && heard.comment == "great"', then: [ send: advocate ] }
              - else: [ send: thanks ]
        """);

    private static World Answer(World world, string template, string answer, bool isScore = false, string sets = "", string comment = "", long contact = 1)
    {
        var draft = world.Simulator.Sends.Last(send => send.Draft.Template == template && send.Draft.RecipientId == contact).Draft;
        return world.Tell(new Signal.Answered(draft.Subject, draft.EnrollmentId, draft.Id, draft.Scenario, draft.Step, template, contact, answer, isScore, sets, comment, world.Now), contact);
    }

    [Fact]
    public void A_score_is_heard_as_a_number_and_decides_the_way()
    {
        var world = World.Of(Nps()).Person(1).Do(1, "nps");

        Answer(world.Pass("1d"), "nps", "3", isScore: true).Pass("1h");

        Assert.Equal(["nps 1", "sorry 1"], world.Mails);
        Assert.Contains("heard wait-answered", world.Decisions());
    }

    [Fact]
    public void The_last_answer_counts_where_the_passage_still_reads_it()
    {
        var world = World.Of(Nps()).Person(1).Do(1, "nps");

        Answer(world.Pass("1d"), "nps", "3", isScore: true).Pass("10m");
        Answer(world, "nps", "10", isScore: true, comment: "great").Pass("1h");

        Assert.Equal(["nps 1", "advocate 1"], world.Mails);
        Assert.Equal("3", world.Last(Reason.AnswerChanged).Member("before"));
    }

    [Fact]
    public void An_answer_that_comes_when_its_passage_went_on_undoes_nothing_and_is_an_event_all_the_same()
    {
        var world = World.Of(Nps(), """
            scenario: heard
            title: Heard
            owner: m@example.com
            class: service
            trigger: { event: nurture.answered, where: trigger.score == 10 }
            goal: { when: event("done"), within: 90d }
            steps: [ send: late-thanks ]
            """).Person(1).Do(1, "nps");
        Answer(world.Pass("1d"), "nps", "3", isScore: true).Pass("2h");

        Answer(world, "nps", "10", isScore: true).Pass("2h");

        Assert.Equal(["nps 1", "sorry 1", "late-thanks 1"], world.Mails);
    }

    [Fact]
    public void Two_scenarios_that_ask_the_same_person_hear_each_its_own_answer()
    {
        var world = World.Of(
            Asking("one", "{ template: first, answers: [ join, decline ] }", "  - wait: { for: event(\"answered\"), up_to: 9d }\n    timeout: [ send: one-nothing ]\n  - branch: [ { if: heard.answer == \"join\", then: [ send: one-joined ] } ]"),
            Asking("two", "{ template: second, answers: [ join, decline ] }", "  - wait: { for: event(\"answered\"), up_to: 9d }\n    timeout: [ { send: two-nothing }, { end: no_answer } ]\n  - send: two-heard")).Person(1);
        world.Do(1, "one").Do(1, "two");

        Answer(world, "first", "join").Pass("10d");

        Assert.Equal(["first 1", "second 1", "one-joined 1", "two-nothing 1"], world.Mails);
    }

    [Fact]
    public void An_answer_is_written_to_its_attribute_by_its_type()
    {
        var world = World.Of(Asking("setup", "{ template: seats, answers: [ \"1\", \"5\" ], set: contact.seats }", "  - wait: 9d")).Person(1).Do(1, "setup");

        Answer(world, "seats", "5", sets: "contact.seats");

        Assert.Equal(AttributeValue.From(5), world.Simulator.States.Select(pair => pair.State).OfType<ContactState>().Single()["seats"]);
    }

    [Fact]
    public void Rule_23_answered_means_this_passage_by_its_template_or_its_step()
    {
        var world = World.Of(Asking("nps", "{ template: poll, scale: \"1-5\", id: question }", """
              - wait: 1d
              - branch:
                  - if: answered("poll") && answered("question")
                    then: [ send: yes ]
                  - else: [ send: no ]
            """, "reentry: every time")).Person(1).Do(1, "nps");
        Answer(world, "poll", "4", isScore: true).Pass("2d");

        world.Do(1, "nps").Pass("2d");

        Assert.Equal(["poll 1", "yes 1", "poll 1", "no 1"], world.Mails);
    }

    [Fact]
    public void In_an_account_scenario_the_wait_hears_who_answered()
    {
        var world = World.Of(Asking("poll", "{ template: poll, answers: [ a, b ], to: 'role(\"admin\")', nobody: end }", """
              - wait: { for: event("answered"), up_to: 5d }
                timeout: [ end: nobody ]
              - send: { template: thanks, to: heard.contact }
            """, subject: "account")).Person(1, 1, "admin").Person(2, 1, "admin").Person(3, 1);
        world.Do(3, "poll");

        Answer(world, "poll", "b", contact: 2);

        Assert.Equal(["poll 1", "poll 2", "thanks 2"], world.Mails);
    }

    [Fact]
    public void A_wait_for_the_answer_to_a_skipped_question_takes_its_time_out_at_once()
    {
        var world = World.Of(Nps()).Person(1).Tell(new Signal.Refused(1, "*", true, World.Start), 1).Do(1, "nps");

        Assert.Contains("timed_out wait-answered", world.Decisions());
    }

    [Fact]
    public void That_somebody_was_asked_is_an_event_so_that_nobody_is_asked_too_often()
    {
        var world = World.Of(Asking("nps", "{ template: poll, scale: \"1-5\" }", "  - end: done", "reentry: every time\naudience: 'not(ever(\"asked\")) || days_since(\"asked\") > 90'")).Person(1).Do(1, "nps");

        world.Pass("50d").Do(1, "nps").Pass("50d").Do(1, "nps");

        Assert.Equal(["poll 1", "poll 1"], world.Mails);
        Assert.Contains("audience_false", world.Decisions());
    }
}
