using System.Collections.Frozen;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Sends;
using Nurture.Simulation;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Scenarios;

/// <summary><c>for_each</c>: one text, and a scenario of its own for each row.</summary>
public sealed class RowTests
{
    private const string Tip = """
        scenario: tip
        title: 'Try {{ row.title }}'
        owner: m@example.com
        class: service
        for_each:
          - { id: reports, title: Reports, event: opened_report, template: tip-reports, plans: [ pro, team ], quiet: 2d, urgent: true }
          - { id: exports, title: Exports, event: exported, template: tip-exports, plans: [ pro ], quiet: 5d, urgent: false }
        trigger: { event: signed_up }
        audience: one_of(trigger.plan, row.plans)
        reentry: every time
        goal: { when: event(row.event), within: 30d }
        steps:
          - branch:
              - if: row.urgent
                then: [ { send: { template: row.template, id: at-once } } ]
          - wait: row.quiet
          - send: row.template
          - wait: 3d
          - task: Ask about {{ row.title }}
        """;

    private static ContactState Contact(World world, long id) => (ContactState)world.Simulator.States.Select(pair => pair.State).Single(state => state is ContactState && state.Id == id);

    private static ParsedScenario Read(string text) => ScenarioParser.Parse(text, "test.yaml", new ParseEnvironment());

    private const string FromFile = """
        scenario: tip
        title: 'Try {{ row.title }}'
        owner: m@example.com
        class: service
        for_each: features.csv     # one a line
        trigger: { event: signed_up }
        audience: one_of(trigger.plan, row.plans)
        reentry: every time
        goal: { when: event(row.event), within: 30d }
        steps:
          - branch:
              - if: row.urgent
                then: [ { send: { template: row.template, id: at-once } } ]
          - wait: row.quiet
          - send: row.template
          - wait: 3d
          - task: Ask about {{ row.title }}
        """;

    private const string Csv = """
        id,title,event,template,plans,quiet,urgent
        reports,Reports,opened_report,tip-reports,pro | team,2d,true

        exports,"Exports, ""all"" of them",exported,tip-exports,pro,5d,false

        """;

    private const string Yaml = """
        # What is tried.
        - { id: reports, title: Reports, event: opened_report, template: tip-reports, plans: [ pro, team ], quiet: 2d, urgent: true }
        - id: exports
          title: "Exports, \"all\" of them"
          event: exported
          template: tip-exports
          plans: [ pro ]
          quiet: 5d
          urgent: false
        """;

    [Theory]
    [InlineData("features.csv", Csv)]
    [InlineData("features.yaml", Yaml)]
    public void Rows_of_a_file_are_written_into_the_text_and_mean_what_they_mean_there(string file, string rows)
    {
        var text = FromFile.Replace("features.csv", file, StringComparison.Ordinal);
        Assert.Equal(file, RowFile.NamedBy(text));

        var filled = RowFile.Read(text, "tip.yaml", rows, file);

        Assert.Empty(filled.Diagnostics);
        var parsed = Read(filled.Text);
        Assert.Empty(parsed.Diagnostics);
        Assert.Equal(filled.Text, parsed.Scenario!.Text);
        Assert.Null(RowFile.NamedBy(filled.Text));
        Assert.Equal(["Try Reports", "Try Exports, \"all\" of them"], parsed.Scenario.Rows.Select(row => row.Title));
        Assert.Equal(["tip-reports", "tip-exports"], parsed.Scenario.Rows.Select(row => Step.All(row.Steps).OfType<Step.Send>().Last().Template));
        Assert.Equal("one_of(trigger.plan, \"pro\", \"team\")", parsed.Scenario.Rows[0].Audience!.Text);
        Assert.Equal("one_of(trigger.plan, \"pro\")", parsed.Scenario.Rows[1].Audience!.Text);
        // What stood there before stands on its line still.
        Assert.Equal(text.Split('\n').Index().First(line => line.Item.StartsWith("steps:", StringComparison.Ordinal)).Index, filled.Text.Split('\n').Index().First(line => line.Item.StartsWith("steps:", StringComparison.Ordinal)).Index);
    }

    [Theory]
    [InlineData("features.csv", "id,title\nreports,Reports\nexports\n", "features.csv", 3)]
    [InlineData("features.csv", "id,title\na,A\n\n\na,B\n", "features.csv", 5)]
    [InlineData("features.yaml", "- { id: a, title: A }\n\n- id: b\n", "features.yaml", 3)]
    [InlineData("features.yaml", "- { id: a, title: A }\n- { id: b, titel: B }\n", "features.yaml", 2)]
    [InlineData("features.csv", "id,titel\na,A\n", "tip.yaml", 2)]
    public void What_is_wrong_with_a_row_is_said_of_its_line_in_the_file(string file, string rows, string said, int line)
    {
        var filled = RowFile.Read($"scenario: tip\ntitle: '{{{{ row.title }}}}'\nowner: m@example.com\nclass: service\nfor_each: {file}\ntrigger: {{ event: signed_up }}\ngoal: {{ when: event(\"login\"), within: 3d }}\nsteps: [ wait: 1d ]\n", "tip.yaml", rows, file);
        Assert.Empty(filled.Diagnostics);

        var placed = ScenarioParser.Parse(filled.Text, "tip.yaml", new ParseEnvironment { Rows = filled }).Diagnostics.Select(filled.Place).ToList();

        Assert.Equal((said, line), placed.Select(one => (one.File, one.Span.Line)).First());
        Assert.DoesNotContain(placed, one => one.Message.Contains("line 1", StringComparison.Ordinal));
    }

    [Fact]
    public void Where_the_file_is_not_at_hand_that_is_said() =>
        Assert.Contains(Read(FromFile).Diagnostics, said => said is { Code: DiagnosticCodes.BadRows, Span.Line: 5 } && said.Message.Contains("features.csv, which is not here", StringComparison.Ordinal));

    [Fact]
    public void Each_row_is_a_scenario_of_its_own_with_its_values_written_out()
    {
        var parsed = Read(Tip);

        Assert.Empty(parsed.Diagnostics);
        var rows = parsed.Scenario!.Rows;
        Assert.Equal("tip", parsed.Scenario.Name);
        Assert.Equal(["tip:reports", "tip:exports"], rows.Select(row => row.Name));
        Assert.Equal(["Try Reports", "Try Exports"], rows.Select(row => row.Title));
        Assert.Equal(["one_of(trigger.plan, \"pro\", \"team\")", "one_of(trigger.plan, \"pro\")"], rows.Select(row => row.Audience!.Text));
        Assert.Equal(["event(\"opened_report\")", "event(\"exported\")"], rows.Select(row => row.Goal!.When.Text));
        Assert.Equal(["Ask about Reports", "Ask about Exports"], rows.Select(row => row.Steps.OfType<Step.Task>().Single().Title));
    }

    [Fact]
    public void Steps_are_called_the_same_in_every_row()
    {
        var ids = Read(Tip).Scenario!.Rows.Select(row => Step.All(row.Steps).Select(step => step.Id).ToArray()).ToList();

        Assert.Equal(ids[0], ids[1]);
        Assert.Contains("row-template", ids[0]);
    }

    [Fact]
    public void Somebody_is_in_several_rows_at_a_time_and_each_reaches_its_own_goal()
    {
        var world = World.Of(Tip).Person(1);
        world.Do(1, "signed_up", "{\"plan\":\"pro\"}");
        world.Pass("3d");

        Assert.Equal(["tip:exports", "tip:reports"], Contact(world, 1).Enrollments.Select(one => one.Scenario).Order());
        Assert.Equal(["tip-reports 1", "tip-reports 1"], world.Mails);

        world.Do(1, "opened_report");

        Assert.Equal(["tip:exports"], Contact(world, 1).Enrollments.Where(one => one.Status == EnrollmentStatus.Live).Select(one => one.Scenario));
        Assert.Equal("tip:reports", Assert.Single(world.Simulator.Journal, entry => entry.Reason == Reason.GoalReached).Scenario);
    }

    [Fact]
    public void Who_is_not_in_a_rows_audience_is_told_which()
    {
        var world = World.Of(Tip).Person(1);
        world.Do(1, "signed_up", "{\"plan\":\"team\"}");

        Assert.Equal("tip:exports", Assert.Single(world.Simulator.Journal, entry => entry.Reason == Reason.AudienceFalse).Scenario);
        Assert.Equal(["tip:reports"], Contact(world, 1).Enrollments.Select(one => one.Scenario));
    }

    [Fact]
    public void A_mail_reads_the_row()
    {
        var world = World.Of(Tip).Person(1);
        world.Do(1, "signed_up", "{\"plan\":\"team\"}");

        var inputs = System.Text.Encoding.UTF8.GetString(world.Simulator.Sends[0].Draft.Inputs);
        Assert.Contains("\"row\":{\"id\":\"reports\",\"title\":\"Reports\",\"event\":\"opened_report\",\"template\":\"tip-reports\",\"plans\":[\"pro\",\"team\"],\"quiet\":\"2d\",\"urgent\":true}", inputs, StringComparison.Ordinal);
    }

    [Fact]
    public void A_scenario_stops_all_rows_or_one()
    {
        const string stops = """
            scenario: stops
            class: service
            trigger: { event: help_requested }
            goal: { when: event("x"), within: 3d }
            steps: [ stop: WHICH ]
            """;
        foreach (var (which, left) in new[] { ("tip", Array.Empty<string>()), ("tip:reports", ["tip:exports"]) })
        {
            var world = World.Of(Tip, stops.Replace("WHICH", which, StringComparison.Ordinal)).Person(1);
            world.Do(1, "signed_up", "{\"plan\":\"pro\"}");
            world.Do(1, "help_requested");
            Assert.Equal(left, Contact(world, 1).Enrollments.Where(one => one.Status == EnrollmentStatus.Live).Select(one => one.Scenario));
        }
    }

    [Fact]
    public void The_goal_of_any_row_or_of_one_starts_another_scenario()
    {
        const string follows = """
            scenario: NAME
            class: service
            trigger: { goal_of: WHICH }
            goal: { when: event("x"), within: 3d }
            steps: [ send: well-done ]
            """;
        var world = World.Of(Tip, follows.Replace("NAME", "any", StringComparison.Ordinal).Replace("WHICH", "tip", StringComparison.Ordinal),
            follows.Replace("NAME", "one", StringComparison.Ordinal).Replace("WHICH", "tip:exports", StringComparison.Ordinal)).Person(1);
        world.Do(1, "signed_up", "{\"plan\":\"pro\"}");
        world.Do(1, "opened_report");

        Assert.Equal(["any"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered && !entry.Scenario.StartsWith("tip", StringComparison.Ordinal)).Select(entry => entry.Scenario));
    }

    [Fact]
    public void A_holdout_is_drawn_once_for_all_rows()
    {
        var world = World.Of(Tip.Replace("class: service", "class: service\nholdout: 50%", StringComparison.Ordinal));
        for (var id = 1; id <= 20; id++)
        {
            world.Person(id);
            world.Do(id, "signed_up", "{\"plan\":\"pro\"}");
        }

        var heldOut = Enumerable.Range(1, 20).Select(id => Contact(world, id).Enrollments.Select(one => one.IsHeldOut).Distinct().ToList()).ToList();
        Assert.All(heldOut, one => Assert.Single(one));
        Assert.Equal(2, heldOut.Select(one => one[0]).Distinct().Count());
    }

    [Fact]
    public void A_mistake_in_the_seventh_row_stands_in_the_seventh_row()
    {
        var plan = TrackingPlanReader.Read($"events: {{ signed_up: {{ }}, {string.Join(", ", Enumerable.Range(1, 20).Select(i => $"used_{i}: {{ }}"))} }}\naccount: {{ plan: text }}", "events.yaml").Plan;
        var rows = string.Concat(Enumerable.Range(1, 20).Select(i => $"  - {{ id: f{i}, event: used_{(i == 7 ? "seven" : i)}, plans: [ pro ] }}\n"));
        var text = $"scenario: tip\ntitle: Tip\nowner: m@example.com\nsubject: account\nclass: service\nfor_each:\n{rows}trigger: {{ condition: 'account.count(row.event, \"90d\") == 0' }}\n"
            + "audience: one_of(account.plan, row.plans)\ngoal: { when: event(row.event), within: 30d }\nsteps:\n  - task: Show it\n";

        var parsed = ScenarioLibrary.Check(text, "tip.yaml", new ParseEnvironment { Plan = plan });

        Assert.All(parsed.Diagnostics, said => Assert.Equal((7 + 6, "NUR208"), (said.Span.Line, said.Code)));
        Assert.NotEmpty(parsed.Diagnostics);
    }

    [Fact]
    public void What_is_wrong_in_every_row_is_said_once_and_in_some_rows_with_their_names()
    {
        var everywhere = Read(Tip.Replace("wait: 3d", "wait: 3 days", StringComparison.Ordinal)).Diagnostics;
        Assert.Equal("NUR011", Assert.Single(everywhere).Code);

        var somewhere = Read(Tip.Replace("quiet: 5d, ", "", StringComparison.Ordinal)).Diagnostics;
        Assert.Equal(("NUR138", 7), (somewhere[0].Code, somewhere[0].Span.Line));
    }

    [Fact]
    public void Who_stands_in_a_row_that_a_new_version_lacks_goes_on_by_the_old_one()
    {
        var world = World.Of(Tip).Person(1);
        world.Do(1, "signed_up", "{\"plan\":\"pro\"}");
        var then = world.Simulator.Catalog;
        var without = World.CatalogOf(SendPolicy.Default, string.Join('\n', Tip.Split('\n').Where(line => !line.Contains("id: exports", StringComparison.Ordinal))));
        var next = without.Live.Values.Select(one => one with { Scenario = one.Scenario with { Version = 2 } }).ToList();
        world.Simulator.Catalog = then with
        {
            Revision = 2,
            Live = next.ToFrozenDictionary(one => one.Scenario.Name),
            Versions = then.Versions.Values.Concat(next).ToFrozenDictionary(one => (one.Scenario.Name, one.Scenario.Version)),
        };
        world.Do(1, "signed_up", "{\"plan\":\"pro\"}");
        world.Pass("6d");

        Assert.Contains("tip-exports 1", world.Mails);
        Assert.Equal(["tip:exports"], world.Simulator.Journal.Where(entry => entry.Reason == Reason.Entered && entry.Scenario == "tip:exports").Select(entry => entry.Scenario));
    }

    [Fact]
    public void Tests_name_rows_and_coverage_counts_each_row_that_let_somebody_in()
    {
        var scenario = Read(Tip).Scenario!;
        var (file, said) = ScenarioTestParser.Parse("""
            scenario: tip
            tests:
              - name: Team
                start: "2026-03-02 10:00"
                given:
                  contacts: [ { id: ann, email: ann@acme.example } ]
                when:
                  - { at: 0m, contact: ann, event: signed_up, properties: { plan: team } }
                expect:
                  - { at: 0m, entered: true, row: reports }
                  - { entered: false, row: exports, because: audience_false }
                  - { at: 5d, ends: completed, row: reports }
            """, "tests/tip.yaml", new ParseEnvironment());
        Assert.Empty(said);

        var result = new ScenarioTestRunner(scenario, new ParseEnvironment(), null).Run(Assert.Single(file!.Tests));

        Assert.Empty(result.Failures);
        Assert.Contains(result.Trace, line => line.Contains("enter", StringComparison.Ordinal) && line.EndsWith("[reports]", StringComparison.Ordinal));
        Assert.Equal(["branch: none", "row exports"], ScenarioCoverage.Of(scenario, [result]).Missed);
    }
}
