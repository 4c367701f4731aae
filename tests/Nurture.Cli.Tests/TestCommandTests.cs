using Nurture.Harness;

namespace Nurture.Cli.Tests;

public sealed class TestCommandTests : IDisposable
{
    private readonly ScratchFolder scratch = new("cli-test");

    public void Dispose() => scratch.Dispose();

    [Fact]
    public async Task What_ships_passes_its_own_tests()
    {
        var said = await Terminal.TypeAsync("test", Terminal.Scenarios);

        Assert.Equal(0, said.Exit);
        Assert.Contains("✓ Without an admin the help goes to whoever signed up", said.Output);
        Assert.EndsWith(" passed, 0 failed.", said.Output[^1]);
    }

    [Fact]
    public async Task One_scenario_can_be_asked_for()
    {
        var said = await Terminal.TypeAsync("test", Terminal.Scenarios, "--scenario", "silence-after-onboarding");

        Assert.Equal((0, "3 tests of 1 scenario: 3 passed, 0 failed."), (said.Exit, said.Output[^1]));
    }

    [Fact]
    public async Task A_test_that_fails_is_told_whole()
    {
        Write("""
            scenario: trial-onboarding
            tests:
              - name: Help comes on the third day
                start: "2026-03-02 10:00"
                zone: Asia/Tokyo
                given:
                  account: { id: acme }
                  contacts:
                    - { id: ann, email: ann@acme.example }
                when:
                  - { at: 0m, contact: ann, event: signed_up, properties: { plan: trial } }
                  - { at: 5d, contact: ann, event: subscription_cancelled }
                expect:
                  - { at: 3d, send: setup-help, to: ann }
            """);

        var said = await Terminal.TypeAsync("test", scratch["scenarios"], "--templates", Terminal.Templates);

        Assert.Equal(1, said.Exit);
        Assert.Equal(
            $$"""
            {{scratch["scenarios"]}}/tests/trial-onboarding.yaml
            ✗ Help comes on the third day
                {{scratch["scenarios"]}}/tests/trial-onboarding.yaml(14,11)
                expected  day 3 10:00  send  setup-help to ann
                but       day 4 09:00  send  setup-help to ann
                what happened:
                   day 0 10:00  event     signed_up by ann {"plan":"trial"}
                   day 0 10:00  enter     acme
                   day 0 10:00  send      welcome to ann
                   day 0 10:00  wait      for event("setup_completed"), up to 3d
                   day 3 10:00  time out  event("setup_completed") did not come
                   day 3 10:00  wait      until 09:00 on a business day
                   day 4 09:00  go on     after wait-until-0900
                   day 4 09:00  send      setup-help to ann
                   day 4 09:00  wait      4d
                   day 5 10:00  event     subscription_cancelled by ann
                   day 5 10:00  end       exit_true: event("subscription_cancelled")
                  day 14 10:00  goal      missed
              reached 6 of 16 steps and ways; no test comes to
                next-morning
                branch-login
                branch-login: account.count("login", "7d") == 0
                branch-login: else
                escalate-onboarding_stalled
                escalate-onboarding_stalled: saved
                escalate-onboarding_stalled: otherwise
                good-to-see-you
                still-there
                next-steps

            1 test of 1 scenario: 0 passed, 1 failed.
            """.ReplaceLineEndings("\n"), string.Join('\n', said.Output));
    }

    [Fact]
    public async Task A_build_server_is_told_in_its_own_form()
    {
        var said = await Terminal.TypeAsync("test", Terminal.Scenarios, "--scenario", "silence-after-onboarding", "--junit", scratch["report.xml"]);

        var report = System.Xml.Linq.XDocument.Load(scratch["report.xml"]).Root!;
        Assert.Equal(0, said.Exit);
        Assert.Equal(("testsuites", "3", "0"), (report.Name.LocalName, report.Attribute("tests")!.Value, report.Attribute("failures")!.Value));
        var suite = Assert.Single(report.Elements("testsuite"));
        Assert.Equal("silence-after-onboarding", suite.Attribute("name")!.Value);
        Assert.All(suite.Elements("testcase"), one => Assert.Equal("silence-after-onboarding", one.Attribute("classname")!.Value));
    }

    [Fact]
    public async Task A_file_that_cannot_be_read_fails_with_its_line()
    {
        Write("scenario: trial-onboarding\ntests:\n  - name: Nobody\n    begin: now\n");

        var said = await Terminal.TypeAsync("test", scratch["scenarios"], "--templates", Terminal.Templates);

        Assert.Equal(1, said.Exit);
        Assert.Contains(said.Output, line => line.Contains("tests/trial-onboarding.yaml(4,5)", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_scenario_that_does_not_exist_is_said_with_those_that_do()
    {
        var said = await Terminal.TypeAsync("test", Terminal.Scenarios, "--scenario", "trial");

        Assert.Equal(2, said.Exit);
        Assert.StartsWith("There is no scenario \"trial\". There are feature-not-used, first-value, health-drop, ", said.Error, StringComparison.Ordinal);
    }

    private void Write(string tests)
    {
        Directory.CreateDirectory(scratch["scenarios/tests"]);
        foreach (var file in new[] { "events.yaml", "policy.yaml", "escalations.yaml", "trial-onboarding.yaml" }) File.Copy(Path.Combine(Terminal.Scenarios, file), scratch[$"scenarios/{file}"]);
        File.WriteAllText(scratch["scenarios/tests/trial-onboarding.yaml"], tests);
    }
}
