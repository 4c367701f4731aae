using Nurture.Contacts;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Templates;

namespace Nurture.Tests.Simulation;

public class ScenarioTestRunnerTests
{
    private const string Welcome = """
        scenario: welcome
        title: Welcome
        owner: marketing@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: 'event("setup_completed")', within: 30d }
        steps:
          - send: { template: hello }
          - wait:
              for: 'event("login")'
              up_to: 3d
            timeout:
              - send: { template: help }
          - wait: 1d
          - send: { template: bye }
        """;

    private const string Silence = """
        scenario: silence
        title: Silence
        owner: marketing@example.com
        class: service
        trigger: { inactive: [ login ], for: 14d }
        reentry: every time
        goal: { when: 'event("login")', within: 21d }
        steps:
          - send: { template: help }
        """;

    private const string Cancelled = """
        scenario: sorry
        title: Sorry
        owner: marketing@example.com
        subject: account
        class: service
        trigger: { event: subscription_cancelled, where: trigger.reason == "too_dear" }
        goal: { when: 'event("subscription_started")', within: 30d }
        steps:
          - branch:
              - if: account.plan == "free"
                then: [ { send: { template: sorry, to: most_active, nobody: end } } ]
        """;

    private static readonly TrackingPlan Subscriptions = TrackingPlanReader.Read("""
        events:
          subscription_cancelled: { account_fact: true, properties: { reason: text, seats: number } }
          subscription_started: { account_fact: true }
        contact: { name: text }
        account: { plan: text }
        """, "events.yaml").Plan;

    private static readonly ParseEnvironment Hooked = new()
    {
        Plan = Subscriptions,
        Hooks = HooksReader.Read("""
            hooks:
              billing:
                signature: standard-webhooks
                events:
                  - when: body.type == "cancelled"
                    event: subscription_cancelled
                    email: body.by
                    account: body.company
                    properties: { reason: body.why, seats: body.seats }
                    account_traits: { plan: body.plan }
            """, "hooks.yaml", Subscriptions).Hooks,
    };

    [Theory]
    [InlineData("- { at: 1d, contact: ann, event: login, imported: true }", "- { entered: false }")]
    [InlineData("- { at: 1d, contact: ann, event: login, imported: true, ago: 3d }\n      - { at: 1d 1h, contact: ann, event: login }", "- { at: 1d 1h, send: second, to: ann }")]
    [InlineData("- { at: 1d, contact: ann, event: login }", "- { at: 1d, send: first, to: ann }")]
    public void What_is_imported_counts_and_starts_nothing(string when, string expect) =>
        Passes("""
            scenario: counts
            title: Counts
            owner: m@example.com
            class: service
            trigger: { event: login }
            goal: { when: event("setup_completed"), within: 30d }
            steps:
              - branch:
                  - if: count("login", "30d") >= 2
                    then: [ send: second ]
                  - else: [ send: first ]
            """, "contacts: [ { id: ann, email: ann@acme.example } ]", when, expect);

    [Fact]
    public void Attributes_of_an_import_start_nothing() =>
        Passes("""
            scenario: counts
            title: Counts
            owner: m@example.com
            class: service
            trigger: { condition: contact.score > 3 }
            reentry: every time
            goal: { when: event("setup_completed"), within: 30d }
            steps: [ send: first ]
            """, "contacts: [ { id: ann, email: ann@acme.example }, { id: bob, email: bob@acme.example } ]",
            "- { at: 1d, contact: ann, set: { score: 5 }, imported: true }\n      - { at: 1d, contact: bob, set: { score: 5 } }", "- { not_sent: first, to: ann }\n      - { at: 1d, send: first, to: bob }");

    [Fact]
    public void Who_was_alone_joins_the_account_later() =>
        Passes("""
            scenario: counts
            title: Counts
            owner: m@example.com
            subject: account
            class: service
            trigger: { event: login }
            goal: { when: event("setup_completed"), within: 30d }
            steps: [ send: { template: first, to: 'role("admin", 1)', nobody: end } ]
            """, "account: { id: acme }\n      contacts: [ { id: ann, email: ann@acme.example, in_account: false } ]",
            "- { at: 1h, contact: ann, event: login }\n      - { at: 1d, contact: ann, joins: acme, roles: [ admin ] }\n      - { at: 2d, contact: ann, event: login }", "- { at: 2d, send: first, to: ann }");

    [Fact]
    public void A_scenario_is_paused_and_goes_on() =>
        Passes("""
            scenario: counts
            title: Counts
            owner: m@example.com
            class: service
            trigger: { event: login }
            goal: { when: event("setup_completed"), within: 30d }
            steps: [ wait: 1d, send: first ]
            """.Replace("[ wait: 1d, send: first ]", "[ { wait: 1d }, { send: first } ]", StringComparison.Ordinal), "contacts: [ { id: ann, email: ann@acme.example }, { id: bob, email: bob@acme.example } ]",
            "- { at: 0m, contact: ann, event: login }\n      - { at: 1h, paused: true }\n      - { at: 2h, contact: bob, event: login }\n      - { at: 2d, paused: false }",
            "- { at: 2d, send: first, to: ann }\n      - { not_sent: first, to: bob }");

    [Fact]
    public void An_approval_names_whose_mail_it_is() =>
        Passes("""
            scenario: counts
            title: Counts
            owner: m@example.com
            subject: account
            class: service
            trigger: { event: login }
            goal: { when: event("setup_completed"), within: 30d }
            steps: [ { send: { template: first, to: 'role("admin")', nobody: end, approve: csm@example.com, up_to: 2d } } ]
            """, "account: { id: acme }\n      contacts: [ { id: ann, email: ann@acme.example, roles: [ admin ] }, { id: bob, email: bob@acme.example, roles: [ admin ] } ]",
            "- { at: 0m, contact: ann, event: login }\n      - { at: 1h, approves: first, to: ann }\n      - { at: 1h, declines: first, to: bob }", "- { at: 1h, send: first, to: ann }\n      - { not_sent: first, to: bob }");

    private static void Passes(string scenario, string given, string when, string expect)
    {
        var parsed = ScenarioParser.Parse(scenario, "counts.yaml", new ParseEnvironment());
        Assert.True(parsed.Scenario is not null, string.Join('\n', parsed.Diagnostics));
        var (file, said) = ScenarioTestParser.Parse($$"""
            scenario: counts
            tests:
              - name: It does
                start: "2026-03-02 10:00"
                given:
                  {{given}}
                when:
                  {{when}}
                expect:
                  {{expect}}
            """, "tests/counts.yaml", new ParseEnvironment());
        Assert.True(file is not null, string.Join('\n', said));

        Assert.Equal([], new ScenarioTestRunner(parsed.Scenario, new ParseEnvironment(), null).Run(Assert.Single(file.Tests)).Failures);
    }

    [Fact]
    public void What_a_hook_makes_of_a_body_is_typed_and_heard()
    {
        var result = RunHooked("{ type: cancelled, by: ann@acme.example, company: acme, why: too_dear, seats: 3, plan: free }", "{ at: 1d, send: sorry, to: ann }");

        Assert.Empty(result.Failures);
        Assert.Contains(" day 1 10:00  hook    billing: subscription_cancelled", result.Trace);
    }

    [Theory]
    [InlineData("{ type: opened, by: ann@acme.example, company: acme }")]
    [InlineData("{ type: cancelled, by: ann@acme.example, company: acme, why: moved_on }")]
    public void A_body_that_makes_nothing_of_it_starts_nothing(string body) => Assert.Empty(RunHooked(body, "{ entered: false }").Failures);

    [Theory]
    [InlineData("billing", "{ type: cancelled, by: bob@acme.example }", DiagnosticCodes.TestNamesNothing)]
    [InlineData("billing", "{ type: cancelled, by: ann@acme.example, company: other }", DiagnosticCodes.TestNamesNothing)]
    [InlineData("billing", "{ type: cancelled }", DiagnosticCodes.BadHook)]
    [InlineData("billing", "{ type: cancelled, by: ann@acme.example, company: acme, seats: many }", DiagnosticCodes.BadHook)]
    [InlineData("biling", "{ type: cancelled }", DiagnosticCodes.BadHook)]
    public void A_body_that_the_server_would_refuse_or_that_speaks_of_others_is_said(string hook, string body, string code) =>
        Assert.Contains(ReadHooked(hook, body, "{ entered: false }").Diagnostics, said => said.Code == code);

    private static (ScenarioTestFile? File, IReadOnlyList<Diagnostic> Diagnostics) ReadHooked(string hook, string body, string expect) => ScenarioTestParser.Parse(
        $"scenario: sorry\ntests:\n  - name: A test\n    start: \"2026-03-02 10:00\"\n    given: {{ account: {{ id: acme }}, contacts: [ {{ id: ann, email: ann@acme.example }} ] }}\n    when: [ {{ at: 1d, hook: {hook}, body: {body} }} ]\n    expect: [ {expect} ]\n", "tests/sorry.yaml", Hooked);

    private static ScenarioTestResult RunHooked(string body, string expect)
    {
        var (scenario, (file, said)) = (ScenarioParser.Parse(Cancelled, "sorry.yaml", Hooked), ReadHooked("billing", body, expect));
        Assert.True(scenario.Scenario is not null && file is not null, string.Join('\n', scenario.Diagnostics.Concat(said)));
        return new ScenarioTestRunner(scenario.Scenario, Hooked, null).Run(Assert.Single(file.Tests));
    }

    private const string Tip = """
        scenario: tip
        title: Tip
        owner: marketing@example.com
        subject: account
        class: service
        trigger: { event: signed_up }
        goal: { when: 'event("setup_completed")', within: 30d }
        steps:
          - send: { template: help, to: 'role("operator")', nobody: end }
        """;

    private const string Abroad = """
          given:
            account: { id: acme, zone: America/New_York }
            contacts:
              - { id: ann, email: ann@acme.example, roles: [ operator ] }
              - { id: ben, email: ben@acme.example, roles: [ operator ], zone: Europe/Berlin }
              - { id: mei, email: mei@acme.example, roles: [ operator ], zone: Asia/Tokyo }
          when:
            - { at: "2026-03-02 19:30", zone: Asia/Tokyo, contact: mei, event: signed_up }
        """;

    [Rule(35, 39)]
    [Fact]
    public void Several_people_of_one_account_are_mailed_each_in_their_own_hours()
    {
        var result = RunAbroad("""
              expect:
                - { at: "2026-03-02 11:30", zone: recipient, send: help, to: ben }
                - { at: "2026-03-02 09:00", zone: recipient, send: help, to: ann }
                - { at: "2026-03-03 09:00", zone: recipient, send: help, to: mei }
                - { at: "2026-03-02 23:00", zone: Asia/Tokyo, send: help }
            """);

        // Each mail answers one expectation: the fourth asks for a second one at New York's nine o'clock.
        Assert.Equal("day 0 23:00 (Monday 2026-03-02 23:00 Asia/Tokyo)  send  help", Assert.Single(result.Failures).Expected);
    }

    [Theory]
    [InlineData("{ at: 1d, zone: Asia/Tokyo, send: help }", DiagnosticCodes.Contradiction)]
    [InlineData("{ at: \"2026-03-02 10:00\", zone: recipient, send: help }", DiagnosticCodes.MissingKey)]
    [InlineData("{ at: \"2026-03-02 10:00\", zone: Asia/Tokio, send: help }", DiagnosticCodes.BadValue)]
    public void Whose_clock_is_meant_has_to_be_known(string expectation, string code)
    {
        var (_, said) = ScenarioTestParser.Parse($"scenario: tip\ntests:\n  - name: A test\n    start: \"2026-03-02 10:00\"\n    given: {{ contacts: [ {{ id: ann, email: ann@acme.example }} ] }}\n    expect:\n      - {expectation}\n", "tests/tip.yaml", Abroads);

        Assert.Equal(code, Assert.Single(said).Code);
    }

    private static readonly ParseEnvironment Abroads = new()
    {
        Policy = SendPolicyReader.Read("allowed_hours: { service: { from: \"09:00\", until: \"18:00\", days: business } }\nsender: { name: A, address: a@example.com, organization: A, postal_address: A }\n", "policy.yaml").Policy,
    };

    private static ScenarioTestResult RunAbroad(string expect)
    {
        var scenario = ScenarioParser.Parse(Tip, "tip.yaml", Abroads);
        var (file, said) = ScenarioTestParser.Parse($"scenario: tip\ntests:\n  - name: A test\n    start: \"2026-03-02 10:00\"\n    zone: Asia/Tokyo\n{string.Join('\n', (Abroad + "\n" + expect).Split('\n').Select(line => "  " + line))}\n", "tests/tip.yaml", Abroads);
        Assert.True(scenario.Scenario is not null && file is not null, string.Join('\n', scenario.Diagnostics.Concat(said)));
        return new ScenarioTestRunner(scenario.Scenario, Abroads, null).Run(Assert.Single(file.Tests));
    }

    [Fact]
    public void A_test_passes_when_all_is_as_it_expects_and_its_trace_tells_the_story()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
              expect:
                - { at: 0m, send: hello, to: ann }
                - { at: 3d, send: help, to: ann }
                - { at: 3d 1h, step: wait-1d }
                - { at: 4d, ends: completed }
            """);

        Assert.Empty(result.Failures);
        Assert.Equal(
            """
             day 0 10:00  event     signed_up by ann
             day 0 10:00  enter     ann
             day 0 10:00  send      hello to ann
             day 0 10:00  wait      for event("login"), up to 3d (ann)
             day 3 10:00  time out  event("login") did not come (ann)
             day 3 10:00  send      help to ann
             day 3 10:00  wait      1d (ann)
             day 4 10:00  go on     after wait-1d (ann)
             day 4 10:00  send      bye to ann
             day 4 10:00  end       completed (ann)
            day 30 10:00  goal      missed (ann)
            """.ReplaceLineEndings("\n"), string.Join('\n', result.Trace));
    }

    [Theory]
    [InlineData("{ at: 2d, send: help }", "day 2 10:00  send  help", "day 3 10:00  send  help to ann")]
    [InlineData("{ send: help, to: bob }", "at any time  send  help to bob", "day 3 10:00  send  help to ann")]
    [InlineData("{ not_sent: help }", "at any time  not sent  help", "day 3 10:00  send  help to ann")]
    [InlineData("{ not_sent: help, to: bob, because: unsubscribed }", "at any time  not sent  help to bob because of unsubscribed", "day 3 10:00  send  help to ann")]
    [InlineData("{ at: 1d, step: wait-1d }", "day 1 10:00  step  wait-1d", "they stand on wait-login")]
    [InlineData("{ at: 1d, ends: completed }", "day 1 10:00  end  completed", "it ended day 4 10:00 by completed")]
    [InlineData("{ entered: false }", "at any time  no entry", "ann entered at day 0 10:00")]
    [InlineData("{ at: 1d, entered: true }", "day 1 10:00  enter", "the entry was at day 0 10:00")]
    public void A_failure_says_what_was_instead(string expectation, string expected, string but)
    {
        var result = Run(Welcome, $"""
              when:
                - {OpenBrace} at: 0m, contact: ann, event: signed_up {CloseBrace}
              expect:
                - {expectation}
            """);

        var failure = Assert.Single(result.Failures);
        Assert.Equal((expected, but), (failure.Expected, failure.But));
        Assert.Equal(13, failure.Span.Line);
    }

    [Fact]
    public void Each_mail_answers_one_expectation()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
              expect:
                - { send: hello }
                - { at: 0m, send: hello }
            """);

        Assert.Equal("at any time  send  hello", Assert.Single(result.Failures).Expected);
    }

    [Rule(25)]
    [Fact]
    public void An_event_exactly_at_the_deadline_is_in_time()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
                - { at: 3d, contact: ann, event: login }
              expect:
                - { not_sent: help }
                - { at: 4d, send: bye }
            """);

        Assert.Empty(result.Failures);
    }

    [Fact]
    public void Nothing_may_leave_after_the_end_that_is_named()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
              expect_nothing_after: 3d
            """);

        var failure = Assert.Single(result.Failures);
        Assert.Equal(("nothing after day 3 10:00", "day 4 10:00  send  bye to ann"), (failure.Expected, failure.But));
    }

    [Fact]
    public void What_is_clicked_must_have_left()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
                - { at: 1d, contact: ann, clicks: help }
              expect:
                - { send: hello }
            """);

        var failure = Assert.Single(result.Failures);
        Assert.Equal(("day 1 10:00  click  in help by ann", "no such mail had left by then"), (failure.Expected, failure.But));
    }

    [Fact]
    public void A_mail_that_cannot_be_rendered_fails_the_test()
    {
        var result = Run(Welcome, """
              when:
                - { at: 0m, contact: ann, event: signed_up }
              expect:
                - { send: hello }
            """, hello: "{{ contact.name.first.letter }}");

        var failure = Assert.Single(result.Failures);
        Assert.Equal("hello to ann can be rendered", failure.Expected);
        Assert.Contains("hello.en(1,", failure.But);
    }

    [Fact]
    public void Whoever_was_known_before_the_start_enters_by_falling_silent_after_it()
    {
        var result = Run(Silence, """
              when:
                - { at: 1d, contact: ann, event: login }
              expect:
                - { at: 15d, send: help }
            """, known: "known_for: 60d", history: "history: [ { ago: 3d, contact: ann, event: login } ]");

        Assert.Empty(result.Failures);
    }

    [Rule(12)]
    [Fact]
    public void Whoever_was_silent_before_the_start_does_not_enter_by_that()
    {
        var result = Run(Silence, """
              when: []
              expect:
                - { not_sent: help, to: ann }
            """, known: "known_for: 60d", history: "history: [ { ago: 20d, contact: ann, event: login } ]");

        Assert.Empty(result.Failures);
    }

    [Fact]
    public void A_holdout_holds_nobody_out_of_a_test()
    {
        var result = Run(Welcome.Replace("class: service", "class: service\nholdout: 99%"), """
              when:
                - { at: 0m, contact: ann, event: signed_up }
              expect:
                - { send: hello }
            """);

        Assert.Empty(result.Failures);
    }

    [Fact]
    public void A_schedule_comes_at_each_of_its_moments_in_the_test_and_says_so()
    {
        var result = Run("""
            scenario: news
            title: News
            owner: m@example.com
            class: service
            trigger: { schedule: "0 9 1 * *", zone: Asia/Tokyo }
            reentry: every time
            goal: none
            purpose: News
            steps:
              - send: help
            """, """
              when:
                - { at: 40d, contact: bob, refuses: all }
              expect:
                - { at: "2026-04-01 00:00", send: help, to: ann }
                - { at: "2026-04-01 00:00", send: help, to: bob }
                - { at: "2026-05-01 00:00", send: help, to: ann }
                - { at: "2026-05-01 00:00", not_sent: help, to: bob, because: unsubscribed }
            """);

        Assert.Empty(result.Failures);
        Assert.Equal(2, result.Trace.Count(line => line.Contains("schedule  0 9 1 * * Asia/Tokyo", StringComparison.Ordinal)));
    }

    private const string OpenBrace = "{";
    private const string CloseBrace = "}";

    private static ScenarioTestResult Run(string scenario, string body, string hello = "<p>Hello {{ contact.name }}</p>", string known = "known_for: 0m", string history = "history: []")
    {
        var templates = new MailTemplateLibrary([Mail("hello", hello), Mail("help", "<p>Help</p>"), Mail("bye", "<p>Bye</p>")], "en");
        var environment = new ParseEnvironment { Templates = templates.Names, MailTemplates = templates };
        var parsed = ScenarioParser.Parse(scenario, "scenario.yaml", environment);
        Assert.True(parsed.Scenario is not null, string.Join('\n', parsed.Diagnostics));
        var text = $"""
            scenario: {parsed.Scenario.Name}
            tests:
              - name: Test
                start: "2026-03-02 10:00"
                given:
                  contacts:
                    - {OpenBrace} id: ann, email: ann@acme.example, name: Ann, {known} {CloseBrace}
                    - {OpenBrace} id: bob, email: bob@acme.example {CloseBrace}
                  {history}
            {string.Join('\n', body.Split('\n').Select(line => $"  {line}"))}
            """;
        var (file, said) = ScenarioTestParser.Parse(text, "tests/scenario.yaml", environment);
        Assert.True(file is not null, string.Join('\n', said));
        return new ScenarioTestRunner(parsed.Scenario, new ParseEnvironment(), templates).Run(Assert.Single(file.Tests));
    }

    private static MailTemplate Mail(string name, string body)
    {
        var template = MailTemplate.Parse($"---\nsubject: {name}\nlayout: none\n---\n{body}\n", $"{name}.en.html");
        Assert.True(template.IsValid, string.Join('\n', template.Diagnostics));
        return template;
    }
}
