using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Sessions;
using Nurture.Simulation;
using Nurture.Templates;

namespace Nurture.Tests.Sessions;

/// <summary>Scenarios about sessions on virtual time: invited, registered, moved, cancelled, come or not.</summary>
public sealed class SessionScenarioTests
{
    private const string Invitation = """
        scenario: invitation
        title: Invitation
        owner: m@example.com
        class: service
        trigger: { session: webinar, before: 14d }
        audience: session.registration == "none"
        goal: { when: event("nurture.session_registered"), within: 14d }
        steps:
          - send: invite
          - wait: { until: session.starts_at, offset: -3d }
          - send: { template: remind, if: not(session.is_full) }
        """;

    private const string Care = """
        scenario: care
        title: Care
        owner: m@example.com
        class: service
        trigger: { event: nurture.session_registered }
        reentry: every time
        exit: [ event("nurture.session_registration_cancelled") ]
        goal: { when: event("nurture.session_attended"), within: 60d, on_goal: continue }
        steps:
          - send: { template: invite, calendar: session }
          - wait: { until: session.starts_at, offset: -1d }
          - send: remind
          - wait: { until: session.starts_at, offset: -1h }
          - send: { template: link, expires: 1h }
          - wait: { for: event("nurture.session_attendance_complete"), until: session.ends_at, offset: 5d }
            timeout: [ end: nobody_said ]
          - branch:
              - if: event("nurture.session_attended")
                then: [ send: thanks ]
              - else: [ send: recording ]
        """;

    private const string Rsvp = """
        scenario: rsvp
        title: RSVP
        owner: m@example.com
        class: service
        trigger: { session: webinar, before: 14d }
        goal: { when: event("nurture.session_attended"), within: 30d, on_goal: continue }
        steps:
          - ask: { template: rsvp, answers: [ join, decline ], registers: join }
          - wait: { for: event("answered"), until: session.starts_at }
            timeout: [ end: no_answer ]
          - branch:
              - { if: session.registration == "registered", then: [ send: thanks ] }
              - { if: session.registration == "waiting", then: [ send: remind ] }
        """;

    private const string Two = "contacts: [ { id: ann, email: ann@acme.example }, { id: bob, email: bob@acme.example } ]";

    [Fact]
    public void Everybody_is_invited_so_long_before_and_who_registers_hears_no_more() => Passes(Invitation, "{ id: demo, starts: 20d }", """
        when:
          - { at: 7d, contact: ann, registers: demo }
        expect:
          - { at: 6d, send: invite, to: ann }
          - { at: 6d, send: invite, to: bob }
          - { at: 7d, ends: goal_reached }
          - { at: 17d, send: remind, to: bob }
          - { not_sent: remind, to: ann }
        """);

    [Fact]
    public void What_is_declared_too_late_for_its_moment_invites_at_once() => Passes(Invitation, "{ id: demo, starts: 5d }", """
        expect:
          - { at: 0m, send: invite, to: ann }
          - { at: 2d, send: remind, to: ann }
        """);

    [Fact]
    public void Two_sessions_of_one_kind_are_two_passages_at_one_moment() => Passes(Invitation, "{ id: one, starts: 20d }, { id: two, starts: 20d }", """
        when:
          - { at: 7d, contact: ann, registers: one }
        expect:
          - { at: 6d, send: invite, to: ann }
          - { at: 6d, send: invite, to: ann }
          - { at: 7d, ends: goal_reached }
          - { at: 17d, send: remind, to: ann }
        """);

    [Fact]
    public void A_full_session_is_not_advertised() => Passes(Invitation, "{ id: demo, starts: 20d, seats: 0 }", """
        expect:
          - { at: 17d, not_sent: remind, because: condition_false }
        """);

    [Fact]
    public void An_answer_takes_the_seat_or_the_place_in_the_line_before_it_is_heard() => Passes(Rsvp, "{ id: demo, starts: 20d, seats: 1 }", """
        when:
          - { at: 7d, contact: ann, answers: rsvp, with: join }
          - { at: 7d, contact: bob, answers: rsvp, with: join }
        expect:
          - { at: 7d, send: thanks, to: ann }
          - { at: 7d, send: remind, to: bob }
        """);

    [Fact]
    public void Another_answer_gives_the_seat_back_and_who_never_had_one_loses_nothing() => Passes(Rsvp, "{ id: demo, starts: 20d, seats: 1 }", """
        when:
          - { at: 7d, contact: bob, answers: rsvp, with: decline }
          - { at: 8d, contact: ann, answers: rsvp, with: join }
          - { at: 9d, contact: ann, answers: rsvp, with: decline }
          - { at: 10d, contact: bob, registers: demo }
        expect:
          - { at: 7d, ends: completed }
          - { at: 8d, send: thanks, to: ann }
          - { not_sent: remind, to: bob }
        """);

    [Theory]
    [InlineData("{ id: demo, starts: 20d, registration_until: 10d }", "{ at: 11d, contact: ann, answers: rsvp, with: join }")]
    [InlineData("{ id: demo, starts: 20d }", "{ at: 7d, session: demo, cancelled: true }\n  - { at: 8d, contact: ann, answers: rsvp, with: join }")]
    public void Who_cannot_register_any_more_cannot_say_that_they_will_come(string session, string when) =>
        Assert.Contains(Run(Rsvp, session, $"when:\n  - {when}\nexpect:\n  - {{ not_sent: thanks }}\n").Failures, failure => failure.Expected.EndsWith("answer  join to rsvp by ann", StringComparison.Ordinal));

    [Fact]
    public void Who_was_there_gets_another_mail_than_who_was_not() => Passes(Care, "{ id: demo, starts: 10d }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 0m, contact: bob, registers: demo }
          - { at: 12d, session: demo, attended: [ ann ] }
        expect:
          - { at: 0m, send: invite, to: ann }
          - { at: 9d, send: remind, to: bob }
          - { at: 9d 23h, send: link, to: ann }
          - { at: 12d, send: thanks, to: ann }
          - { at: 12d, send: recording, to: bob }
        """);

    [Fact]
    public void Nobody_said_who_came() => Passes(Care, "{ id: demo, starts: 10d, lasts: 2h }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
        expect:
          - { at: 15d 2h, ends: ended }
        """);

    [Fact]
    public void A_moved_session_moves_what_waits_for_it() => Passes(Care, "{ id: demo, starts: 10d }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 3d, session: demo, moved_to: 20d }
        expect:
          - { at: 19d, send: remind, to: ann }
          - { at: 19d 23h, send: link, to: ann }
          - { at: 10d, not_sent: link, to: ann }
        """);

    [Fact]
    public void A_session_that_comes_nearer_is_caught_up_with() => Passes(Care, "{ id: demo, starts: 20d }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 3d, session: demo, moved_to: 5d }
        expect:
          - { at: 4d, send: remind, to: ann }
          - { at: 4d 23h, send: link, to: ann }
        """);

    [Fact]
    public void Who_registers_late_starts_at_the_first_step_still_ahead() => Passes(Care, "{ id: demo, starts: 10d }", """
        when:
          - { at: 9d 12h, contact: ann, registers: demo }
        expect:
          - { at: 9d 12h, send: invite, to: ann }
          - { not_sent: remind, to: ann, because: moment_gone }
          - { at: 9d 23h, send: link, to: ann }
        """);

    [Fact]
    public void A_cancelled_session_ends_what_does_not_hear_it() => Passes(Care, "{ id: demo, starts: 10d }, { id: other, starts: 10d }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 0m, contact: bob, registers: other }
          - { at: 3d, session: demo, cancelled: true }
        expect:
          - { at: 3d, ends: session_cancelled }
          - { not_sent: remind, to: ann }
          - { at: 9d, send: remind, to: bob }
        """);

    [Fact]
    public void A_cancelled_session_is_heard_by_those_whom_it_concerns() => Passes("""
        scenario: sorry
        title: Sorry
        owner: m@example.com
        class: transactional
        trigger: { event: [ nurture.session_cancelled, nurture.session_moved ] }
        reentry: every time
        audience: one_of(session.registration, "registered", "waiting")
        goal: none
        purpose: Tells what became of it
        steps:
          - send: { template: thanks, calendar: session }
        """, "{ id: demo, starts: 10d }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 2d, session: demo, moved_to: 11d }
          - { at: 3d, session: demo, cancelled: true }
        expect:
          - { at: 2d, send: thanks, to: ann }
          - { at: 3d, send: thanks, to: ann }
          - { not_sent: thanks, to: bob }
        """);

    [Fact]
    public void Who_waits_moves_up_when_a_seat_is_given_back() => Passes(Care, "{ id: demo, starts: 10d, seats: 1 }", """
        when:
          - { at: 0m, contact: ann, registers: demo }
          - { at: 1h, contact: bob, registers: demo }
          - { at: 1d, contact: ann, cancels: demo }
        expect:
          - { at: 0m, send: invite, to: ann }
          - { at: 1d, ends: exit_true }
          - { at: 1d, send: invite, to: bob }
          - { at: 1h, not_sent: invite, to: bob }
        """);

    [Fact]
    public void A_test_that_registers_too_late_is_told_so()
    {
        var result = Run(Care, "{ id: demo, starts: 2d }", """
            when:
              - { at: 3d, contact: ann, registers: demo }
            expect_nothing_after: 3d
            """);

        Assert.Equal("nobody can register any more", Assert.Single(result.Failures).But);
    }

    [Theory]
    [InlineData("trigger: { event: signed_up }\naudience: session.is_full\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ send: invite ]", DiagnosticCodes.NoSession)]
    [InlineData("trigger: { event: signed_up }\nkey: session.id\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ send: invite ]", DiagnosticCodes.NoSession)]
    [InlineData("trigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ send: { template: invite, calendar: session } ]", DiagnosticCodes.NoSession)]
    [InlineData("trigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ send: link ]", DiagnosticCodes.NoSession)]
    [InlineData("trigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ ask: { template: rsvp, answers: [ join, decline ], registers: join } ]", DiagnosticCodes.NoSession)]
    [InlineData("trigger: { session: webinar, before: 3d }\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ ask: { template: rsvp, answers: [ join, decline ], registers: jion } ]", DiagnosticCodes.Unanswerable)]
    [InlineData("trigger: { session: webinar, before: 3d }\ngoal: { when: event(\"nurture.session_registered\"), within: 3d }\nsteps:\n  - wait: { until: session.starts_at, offset: -7d }\n  - send: invite", DiagnosticCodes.BeforeInvitation)]
    [InlineData("trigger: { session: webinar, before: 3d }\ngoal: { when: session.place == \"x\", within: 3d }\nsteps: [ send: invite ]", "NUR207")]
    [InlineData("subject: account\ntrigger: { session: webinar, before: 3d }\ngoal: { when: event(\"login\"), within: 3d }\nsteps: [ wait: 1d ]", DiagnosticCodes.WrongSubject)]
    public void What_no_session_can_answer_is_refused(string text, string code)
    {
        var parsed = ScenarioLibrary.Check($"scenario: x\ntitle: X\nowner: m@example.com\nclass: service\n{text}\n", "x.yaml", Environment());

        Assert.Contains(parsed.Diagnostics, said => said.Code == code && said.Severity == Severity.Error);
    }

    [Fact]
    public void A_mail_says_when_in_its_readers_clock_and_language()
    {
        var at = new DateTimeOffset(2026, 12, 3, 5, 0, 0, TimeSpan.Zero);

        Assert.Equal("Thursday, 3 December 2026, 14:00–15:30 (Asia/Tokyo, UTC+9)", SessionWords.When(at, at.AddMinutes(90), NodaTime.DateTimeZoneProviders.Tzdb["Asia/Tokyo"], "en"));
        Assert.Equal("2026年12月3日（木）14:00〜15:30（日本時間）", SessionWords.When(at, at.AddMinutes(90), NodaTime.DateTimeZoneProviders.Tzdb["Asia/Tokyo"], "ja-JP"));
        Assert.Equal("Thursday, 3 December 2026, 00:00–01:30 (America/New_York, UTC-5)", SessionWords.When(at, at.AddMinutes(90), NodaTime.DateTimeZoneProviders.Tzdb["America/New_York"], "en"));
    }

    private static void Passes(string scenario, string sessions, string body) => Assert.Empty(Run(scenario, sessions, body).Failures.Select(failure => $"{failure.Expected}: but {failure.But}"));

    private static ParseEnvironment Environment()
    {
        string[] names = ["invite", "remind", "thanks", "recording"];
        var templates = new MailTemplateLibrary(
        [
            .. names.Select(name => MailTemplate.Parse($"---\nsubject: {name}\nlayout: none\n---\n<p>{name}</p>\n", $"{name}.en.html")),
            MailTemplate.Parse("---\nsubject: rsvp\nlayout: none\n---\n<p>{{ for answer in ask.answers }}<a href=\"{{ answer.url }}\">{{ answer.label }}</a>{{ end }}</p>\n", "rsvp.en.html"),
            MailTemplate.Parse("---\nsubject: 'Soon: {{ session.title }}'\nlayout: none\n---\n<p>{{ session.when }} <a href=\"{{ session.link }}\">Come</a> <a href=\"{{ session.cancel_url }}\">No</a></p>\n", "link.en.html"),
        ], "en");
        return new() { Templates = templates.Names, MailTemplates = templates };
    }

    private static ScenarioTestResult Run(string scenario, string sessions, string body)
    {
        var environment = Environment();
        var parsed = ScenarioLibrary.Check(scenario, "scenario.yaml", environment);
        Assert.True(parsed.Scenario is not null, string.Join('\n', parsed.Diagnostics));
        var text = $"scenario: {parsed.Scenario.Name}\ntests:\n  - name: Test\n    start: \"2026-03-02 10:00\"\n    given:\n      {Two}\n      sessions: [ {sessions} ]\n{string.Join('\n', body.Split('\n').Select(line => $"    {line}"))}\n";
        var (file, said) = ScenarioTestParser.Parse(text, "tests/scenario.yaml", environment);
        Assert.True(file is not null, string.Join('\n', said));
        return new ScenarioTestRunner(parsed.Scenario, environment, environment.MailTemplates).Run(Assert.Single(file.Tests));
    }
}
