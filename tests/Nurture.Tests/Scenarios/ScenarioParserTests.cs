using Nurture.Contacts;
using Nurture.Scenarios;
using NodaTime;

using Duration = Nurture.Scenarios.Duration;

namespace Nurture.Tests.Scenarios;

public sealed class ScenarioParserTests
{
    [Theory]
    [InlineData("steps: [ $, { if: !trigger.plan } ]", DiagnosticCodes.Tag)]
    [InlineData("steps: [ $, { if: f(a, \"b\") } ]", DiagnosticCodes.CutApart)]
    [InlineData("steps: { $: [ }", DiagnosticCodes.NotYaml)]
    public void A_line_of_any_length_is_answered(string line, string code)
    {
        var parsed = ScenarioParser.Parse($"scenario: long\n{line.Replace("$", new string('a', 200_000), StringComparison.Ordinal)}\n", "long.yaml", Fixtures.Environment);

        Assert.Contains(parsed.Diagnostics, said => said.Code == code);
    }

    [Fact]
    public void Every_key_of_a_scenario_is_read()
    {
        var scenario = Fixtures.Scenario(
            """
            scenario: everything
            title: Everything
            owner: marketing@example.com
            purpose: To show each key
            subject: account
            class: service
            topic: product-news
            trigger:
              event: [ signed_up, subscription_started ]
              late: 5d
              settle: 5m
            audience: 'account.tier == "tech"'
            reentry: after 30d
            while_live: refresh
            key: account.contract_end
            holdout: 12.5%
            goal: { when: event("setup_completed"), within: 2w, target: 60%, on_goal: continue }
            exit:
              - event("subscription_cancelled")
              - audience_lost
            steps:
              - send: { id: hello, template: welcome, to: trigger.contact, class: marketing, topic: tips, expires: 12h, if: account.tier == "tech" }
                skipped:
                  - wait: 1h
              - send: { template: setup-help, to: 'roles("admin", "operator", 3)', nobody: most_active }
                skipped: end
              - wait: { for: event("login"), up_to: 3bd, id: until-login }
                timeout:
                  - set: { account.setup_done: false }
              - send: { template: still-there, to: heard.contact, nobody: end }
              - wait: { until: "09:30", days: business, zone: account }
              - branch:
                  - if: 'account.count("login", "7d") == 0'
                    then: []
                  - else:
                      - set: { attribute: account.plan, value: null }
                      - end: done
              - wait: 1mo
              - send: { template: next-steps, to: most_active }
            """);

        Assert.Equal(("everything", "Everything", "marketing@example.com", "To show each key"), (scenario.Name, scenario.Title, scenario.Owner, scenario.Purpose));
        Assert.Equal((SubjectKind.Account, SendClass.Service, "product-news", 0.125), (scenario.Subject, scenario.Class, scenario.Topic, scenario.Holdout));
        var trigger = Assert.IsType<Trigger.Event>(scenario.Trigger);
        Assert.Equal(["signed_up", "subscription_started"], trigger.Names);
        Assert.Equal((TimeSpan.FromDays(5), TimeSpan.FromMinutes(5)), (trigger.Late, trigger.Settle));
        Assert.Equal(new Reentry(false, TimeSpan.FromDays(30)), scenario.Reentry);
        Assert.Equal(WhileLive.Refresh, scenario.WhileLive);
        Assert.Equal(new KeyExpression("account", "contract_end"), scenario.Key);
        Assert.Equal((TimeSpan.FromDays(14), 0.6, false), (scenario.Goal!.Within, scenario.Goal.Target, scenario.Goal.EndsEnrollment));
        Assert.Equal([true, false], scenario.Exits.Select(exit => exit.When is not null));

        var hello = Assert.IsType<Step.Send>(scenario.Steps[0]);
        Assert.Equal(("hello", "welcome", SendClass.Marketing, "tips", TimeSpan.FromHours(12)), (hello.Id, hello.Template, hello.Class, hello.Topic, hello.Expires));
        Assert.IsType<Recipients.TriggerContact>(hello.To);
        Assert.Equal("wait-1h", Assert.Single(hello.Skipped).Id);
        var help = Assert.IsType<Step.Send>(scenario.Steps[1]);
        var roles = Assert.IsType<Recipients.Roles>(help.To);
        Assert.Equal(["admin", "operator"], roles.Names);
        Assert.Equal(3, roles.Limit);
        Assert.IsType<Recipients.MostActive>(help.Nobody!.Instead);
        Assert.True(help.EndsWhenSkipped);
        Assert.Equal(("product-news", SendClass.Service), (help.Topic, help.Class));
        var wait = Assert.IsType<Step.WaitFor>(scenario.Steps[2]);
        Assert.Equal(("until-login", null, new Duration(default, BusinessDays: 3)), (wait.Id, wait.UpTo, wait.UpToDuration));
        Assert.Equal(AttributeValue.From(false), Assert.IsType<Step.Set>(Assert.Single(wait.Timeout)).Value);
        Assert.True(Assert.IsType<Step.Send>(scenario.Steps[3]).Nobody!.EndsEnrollment);
        var until = Assert.IsType<Step.WaitUntil>(scenario.Steps[4]);
        Assert.Equal((new LocalTime(9, 30), Days.Business, ZoneOf.Account), (until.Time, until.Days, until.Zone.Of));
        var branch = Assert.IsType<Step.Branch>(scenario.Steps[5]);
        Assert.Equal(("branch-login", 2), (branch.Id, branch.Arms.Count));
        Assert.True(Assert.IsType<Step.Set>(branch.Arms[1].Then[0]).Value.IsNull);
        Assert.Equal("end-done", branch.Arms[1].Then[1].Id);
        Assert.Equal(new Duration(default, Months: 1), Assert.IsType<Step.WaitLength>(scenario.Steps[6]).Length);
    }

    [Fact]
    public void An_inactivity_trigger_asks_for_silence()
    {
        var scenario = Fixtures.Scenario(Minimal("trigger: { inactive: [ login, ordered ], for: 14d }"));

        var trigger = Assert.IsType<Trigger.Inactivity>(scenario.Trigger);
        Assert.Equal(new Duration(TimeSpan.FromDays(14)), trigger.For);
        Assert.Equal("silent([\"login\", \"ordered\"], \"14d\")", trigger.When.Text);
    }

    [Fact]
    public void A_date_trigger_before_the_date_has_a_negative_offset()
    {
        var scenario = Fixtures.Scenario(Minimal("trigger: { date: account.contract_end, before: 30d, at: \"10:00\", days: business, for: 'role(\"admin\", 1)' }"));

        var trigger = Assert.IsType<Trigger.DateAttribute>(scenario.Trigger);
        Assert.Equal((SubjectKind.Account, "contract_end", new Duration(TimeSpan.FromDays(-30))), (trigger.Of, trigger.Attribute, trigger.Offset));
        Assert.Equal((new LocalTime(10, 0), Days.Business), (trigger.At, trigger.Days));
        Assert.IsType<Recipients.Roles>(trigger.ForRole);
    }

    [Theory]
    [InlineData("- send: welcome", "welcome")]
    [InlineData("- wait: 3d", "wait-3d")]
    [InlineData("- wait: { for: event(\"Order Placed\"), up_to: 1d }", "wait-order-placed")]
    [InlineData("- wait: { for: contact.onboarded, up_to: 1d }", "wait-onboarded")]
    [InlineData("- wait: { until: \"09:00\" }", "wait-until-0900")]
    [InlineData("- branch: [ { if: 'count(\"login\", \"7d\") == 0', then: [] } ]", "branch-login")]
    [InlineData("- branch: [ { if: account.tier == \"tech\", then: [] } ]", "branch-tier")]
    [InlineData("- set: { contact.onboarded: true }", "set-onboarded")]
    [InlineData("- end: not_interested", "end-not_interested")]
    public void A_step_is_named_by_what_it_does(string step, string id)
    {
        var parsed = ScenarioParser.Parse(Minimal("trigger: { event: signed_up }", step), "test.yaml", Fixtures.Environment);

        Assert.Equal(id, Assert.Single(parsed.Scenario!.Steps).Id);
    }

    [Theory]
    [InlineData("audience: account.tire == \"tech\"", 11)]
    [InlineData("audience: 'account.tire == \"tech\"'", 12)]
    [InlineData("audience: \"account.tire == \\\"tech\\\"\"", 12)]
    [InlineData("audience: |\n  account.tire == \"tech\"", 3)]
    [InlineData("audience: >-\n  contact.onboarded &&\n  account.tire == \"tech\"", 3)]
    [InlineData("audience: contact.onboarded\n  && account.tire == \"tech\"", 6)]
    [InlineData("audience: '\"it''s\" == contact.name || account.tire == \"tech\"'", 39)]
    public void A_mistake_in_a_condition_is_at_its_own_column_in_every_style(string audience, int column)
    {
        var text = Minimal("trigger: { event: signed_up }\n" + audience);

        var mistake = Assert.Single(ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment).Diagnostics, d => d.Code == "NUR206");

        var line = text.Split('\n').Index().First(l => l.Item.Contains("account.tire")).Index + 1;
        Assert.Equal((line, column), (mistake.Span.Line, mistake.Span.Column));
        Assert.Equal("account.tire", text.Substring(mistake.Span.Start, mistake.Span.Length));
    }

    [Theory]
    [InlineData("audience: account.tier == \"tech\"   # only those")]
    [InlineData("exit: [ event(\"login\"), contact.onboarded ]   # two of them")]
    [InlineData("audience: 'contact.name == \"#1, really: yes\"'")]
    public void A_comment_behind_a_whole_condition_and_quoted_signs_are_fine(string line)
    {
        Fixtures.Scenario(Minimal("trigger: { event: signed_up }\n" + line));
    }

    [Fact]
    public void Line_ends_of_two_characters_change_no_position()
    {
        var text = Minimal("trigger: { event: signed_up }\naudience: account.tire == \"tech\"").Replace("\n", "\r\n");

        var mistake = Assert.Single(ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment).Diagnostics);

        Assert.Equal((6, 11), (mistake.Span.Line, mistake.Span.Column));
    }

    [Fact]
    public void A_wait_hears_for_the_steps_after_it_and_not_for_its_time_out()
    {
        var parsed = ScenarioParser.Parse(Minimal("trigger: { event: signed_up }",
            """
            - wait: { for: event("ordered"), up_to: 3d }
                timeout: [ send: { template: welcome, if: heard.total > 1 } ]
              - send: { template: next-steps, if: heard.total > 1 }
            """), "test.yaml", Fixtures.Environment);

        Assert.Equal(9, Assert.Single(parsed.Diagnostics).Span.Line);
    }

    [Theory]
    [InlineData("")]
    [InlineData("# a comment alone\n")]
    [InlineData("---\n...\n")]
    [InlineData("just text")]
    [InlineData("- a\n- list\n")]
    [InlineData("scenario: [\n")]
    [InlineData("{{{{{{")]
    [InlineData("a: *unknown")]
    [InlineData("\0")]
    [InlineData("key: |\n\tx")]
    public void Nothing_that_is_no_scenario_is_taken_for_one(string text)
    {
        var parsed = ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment);

        Assert.Null(parsed.Scenario);
        Assert.Contains(parsed.Diagnostics, d => d.Severity == Severity.Error);
    }

    [Fact]
    public void Nesting_without_end_is_refused()
    {
        var text = "scenario: " + new string('[', 5000);

        Assert.Null(ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment).Scenario);
    }

    [Fact]
    public void Traps_without_end_are_not_all_told()
    {
        var text = string.Concat(Enumerable.Repeat("- !a\n", 50_000));

        Assert.InRange(ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment).Diagnostics.Count, 1, 100);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void However_a_file_is_spoiled_the_answer_is_diagnostics_inside_of_it(int seed)
    {
        var random = new Random(seed);
        var folder = Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/Broken");
        var texts = Directory.GetFiles(folder, "*.yaml").Concat(Directory.GetFiles(Path.Combine(Fixtures.Root, "scenarios"), "*.yaml")).Select(File.ReadAllText).ToArray();

        for (var i = 0; i < 400; i++)
        {
            var text = Spoil(texts[random.Next(texts.Length)], random);
            var parsed = ScenarioParser.Parse(text, "test.yaml", Fixtures.Environment);
            var said = parsed.Diagnostics.Concat(ScenarioLinter.Lint(parsed, Fixtures.Environment)).ToArray();

            Assert.Equal(parsed.Scenario is null, parsed.Diagnostics.Any(d => d.Severity == Severity.Error));
            var lines = text.Split('\n').Length;
            Assert.All(said, d => Assert.True(d.Span.Line >= 1 && d.Span.Line <= lines && d.Span.Column >= 1 && d.Span.Start <= text.Length && d.Message.Length > 0, $"seed {seed}, round {i}: {d}\n{text}"));
        }
    }

    private static string Spoil(string text, Random random)
    {
        const string Pieces = "{}[]\"'#!&*:,-|>%@`\t\n ()=.0aZ\u00e9\u65e5";
        var spoiled = new System.Text.StringBuilder(text);
        for (var n = random.Next(1, 6); n > 0 && spoiled.Length > 0; n--)
        {
            var at = random.Next(spoiled.Length);
            switch (random.Next(4))
            {
                case 0: spoiled.Remove(at, Math.Min(random.Next(1, 8), spoiled.Length - at)); break;
                case 1: spoiled.Insert(at, Pieces[random.Next(Pieces.Length)]); break;
                case 2: spoiled[at] = Pieces[random.Next(Pieces.Length)]; break;
                case 3: spoiled.Insert(at, spoiled.ToString(random.Next(at + 1), random.Next(Math.Min(12, spoiled.Length - at)))); break;
            }
        }

        return spoiled.ToString();
    }

    private static string Minimal(string head, string steps = "- send: welcome") =>
        $$"""
        scenario: test
        title: Test
        owner: marketing@example.com
        class: service
        {{head}}
        goal: { when: event("login"), within: 14d }
        steps:
          {{steps}}
        """;
}
