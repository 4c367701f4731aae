using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

public sealed class ScenarioLibraryTests : IDisposable
{
    private const string Welcome = "---\nsubject: Hello\npreheader: To you\nlayout: none\n---\n<p>Hello</p>\n";

    private readonly string folder = Directory.CreateTempSubdirectory("nurture-library-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public void A_folder_is_read_as_one()
    {
        Write("scenarios/events.yaml", "events:\n  signed_up:\n  login:\n");
        Write("scenarios/policy.yaml", "locale: ja\nsender: { name: A, address: a@example.com, organization: O, postal_address: P }\n");
        Write("scenarios/first.yaml", Scenario("first"));
        Write("scenarios/tests/first.yaml", Test("first", "wait-3d"));
        Write("templates/welcome.ja.html", Welcome);

        var library = Load();

        Assert.Empty(library.Diagnostics);
        Assert.False(library.HasErrors);
        Assert.Equal("first", Assert.Single(library.Scenarios).Scenario!.Name);
        Assert.Equal("first", Assert.Single(library.Tests).Scenario);
        Assert.Equal(("ja", "ja"), (library.Policy.Locale, library.Templates.DefaultLocale));
        Assert.Contains("signed_up", library.PlanText);
    }

    [Fact]
    public void Scenarios_and_health_ask_the_segments_beside_them()
    {
        Write("scenarios/segments.yaml", "segments:\n  busy: { is: 'count(\"login\", \"7d\") > 2' }\n  paying: { of: account, is: account.plan == \"pro\" }\n");
        Write("scenarios/health.yaml", "health: x\nfor: segment(\"paying\")\nmeasures: [ { id: a, weight: 1, value: segment(\"paying\"), scale: [[0, 0], [1, 100]] } ]\n"
            + "caps: [ { when: segment(\"busy\"), max: 5, because: x } ]\nbands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: { none: x }, unknown: { none: x } }\n");
        Write("scenarios/first.yaml", Scenario("first") + "audience: segment(\"buzy\")\n");
        Write("templates/welcome.en.html", Welcome);

        var library = Load();

        Assert.Equal(
            [("first.yaml", "NUR221", "Did you mean \"busy\"?"), ("health.yaml", "NUR212", "\"busy\" is a segment of contacts; an account is asked by a segment that says of: account.")],
            library.Diagnostics.Select(d => (Path.GetFileName(d.File), d.Code, d.Hint)));
        Assert.Contains("busy", library.SegmentsText);
    }

    [Fact]
    public void Names_of_files_and_scenarios_are_held_against_each_other()
    {
        Write("scenarios/a.yaml", Scenario("first"));
        Write("scenarios/first.yaml", Scenario("first"));
        Write("scenarios/second-one.yaml", Scenario("second"));
        Write("templates/welcome.en.html", Welcome);

        Assert.Equal(
            [("a.yaml", "NUR124"), ("first.yaml", "NUR125"), ("second-one.yaml", "NUR124")],
            Load().Diagnostics.Select(d => (Path.GetFileName(d.File), d.Code)));
    }

    [Fact]
    public void A_test_of_nothing_is_said()
    {
        Write("scenarios/first.yaml", Scenario("first"));
        Write("scenarios/tests/a.yaml", Test("frist", "wait-3d"));
        Write("scenarios/tests/b.yaml", Test("first", "wait-4d"));
        Write("templates/welcome.en.html", Welcome);

        Assert.Equal(
            [("NUR126", "Did you mean \"first\"?"), ("NUR126", "Did you mean \"wait-3d\"?")],
            Load().Diagnostics.Select(d => (d.Code, d.Hint)));
    }

    [Theory]
    [InlineData("welcome.ja.html", "next.en.html", Severity.Error)]
    [InlineData("welcome.en.html", "next.ja.html", Severity.Error)]
    public void A_mail_must_be_written_in_the_default_locale(string welcome, string next, Severity severity)
    {
        Write("scenarios/first.yaml", Scenario("first") + "  - send: next\n");
        Write($"templates/{welcome}", Welcome);
        Write($"templates/{next}", Welcome);

        Assert.Contains(Load().Diagnostics, d => d.Code == "NUR106" && d.Severity == severity);
    }

    [Fact]
    public void A_mail_that_lacks_a_language_of_its_scenario_is_a_warning()
    {
        Write("scenarios/first.yaml", Scenario("first") + "  - send: next\n");
        Write("templates/welcome.en.html", Welcome);
        Write("templates/welcome.ja.html", Welcome);
        Write("templates/next.en.html", Welcome);

        var warning = Assert.Single(Load().Diagnostics);

        Assert.Equal(("NUR106", Severity.Warning, "Its readers would get it in en; add templates/next.ja.html."), (warning.Code, warning.Severity, warning.Hint));
    }

    [Fact]
    public void A_folder_that_is_not_there_is_said()
    {
        var library = ScenarioLibrary.Load(Path.Combine(folder, "nowhere"), null);

        Assert.True(library.HasErrors);
        Assert.Equal(DiagnosticCodes.Unreadable, Assert.Single(library.Diagnostics).Code);
    }

    private ScenarioLibrary Load() => ScenarioLibrary.Load(Path.Combine(folder, "scenarios"), Path.Combine(folder, "templates"));

    private void Write(string file, string text)
    {
        var path = Path.Combine(folder, file);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string Scenario(string name) =>
        $"scenario: {name}\ntitle: Test\nowner: me\nclass: service\ntrigger: {{ event: signed_up }}\ngoal: {{ when: event(\"login\"), within: 14d }}\nsteps:\n  - wait: 3d\n  - send: welcome\n";

    private static string Test(string scenario, string step) =>
        $"scenario: {scenario}\ntests:\n  - name: One\n    start: \"2026-03-02 10:00\"\n    given: {{ contacts: [ {{ id: ann }} ] }}\n    expect: [ {{ step: {step} }} ]\n";
}
