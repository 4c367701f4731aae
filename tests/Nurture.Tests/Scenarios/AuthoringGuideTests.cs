using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Contacts;
using Nurture.Intake.Hooks;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Segments;
using Nurture.Templates;

namespace Nurture.Tests.Scenarios;

/// <summary>The examples of scenarios/README.md do what it says.</summary>
public sealed partial class AuthoringGuideTests
{
    private static readonly string Guide = File.ReadAllText(Path.Combine(Fixtures.Root, "scenarios/README.md"));

    [Fact]
    public void Its_scenarios_tests_and_plans_are_read_without_complaint()
    {
        var kinds = Blocks("yaml").Select(block =>
        {
            var (kind, said) =
                block.StartsWith("scenario:") && block.Contains("\ntests:") ? ("test", ScenarioTestParser.Parse(block, "README.md", Fixtures.Environment).Diagnostics)
                : block.StartsWith("scenario:") ? ("scenario", ScenarioLibrary.Check(block, "README.md", Fixtures.Environment).Diagnostics)
                : block.StartsWith("events:") ? ("plan", TrackingPlanReader.Read(block, "README.md").Diagnostics)
                : block.StartsWith("hooks:") ? ("hooks", HooksReader.Read(block, "README.md", Fixtures.Plan).Diagnostics)
                : block.StartsWith("holds:") ? ("escalations", Nurture.Escalations.EscalationTypesReader.Read($"types: {{}}\n{block}", "README.md").Diagnostics)
                : block.StartsWith("service_basis:") ? ("policy", SendPolicyReader.Read($"{block}\nsender: {{ name: A, address: a@example.com, organization: A, postal_address: A }}\n", "README.md").Diagnostics)
                : block.StartsWith("segments:") ? ("segments", SegmentsReader.Read(block, "README.md", Fixtures.Plan).Diagnostics)
                : ("steps", ScenarioLibrary.Check(AsScenario(block), "README.md", Fixtures.Environment).Diagnostics);
            Assert.True(said.Count == 0, $"{string.Join('\n', said)}\n{block}");
            return kind;
        });

        Assert.Equal(["escalations", "hooks", "plan", "policy", "scenario", "scenario", "scenario", "segments", "steps", "steps", "steps", "steps", "steps", "steps", "steps", "test"], kinds.Order());
    }

    private static readonly Dictionary<string, IReadOnlyList<ScenarioKey>> Places = ScenarioGrammar.Places.Concat(HookGrammar.Places).ToDictionary();

    [Fact]
    public void Its_tables_are_those_of_the_grammar()
    {
        var made = TablePattern().Replace(Guide, match => $"<!-- keys: {match.Groups[1].Value} -->\n{ScenarioGrammar.Table(Places[match.Groups[1].Value])}\n<!-- /keys -->");
        if (Environment.GetEnvironmentVariable("NURTURE_ACCEPT") == "1") File.WriteAllText(Path.Combine(Fixtures.Root, "scenarios/README.md"), made);

        Assert.Equal(Places.Keys.Order(), TablePattern().Matches(Guide).Select(match => match.Groups[1].Value).Order());
        Assert.Equal(made, Guide);
    }

    [Fact]
    public void Its_mail_is_read_without_complaint() => Assert.Empty(MailTemplate.Parse(Assert.Single(Blocks("html")), "welcome.en.html").Diagnostics);

    [Rule(4)]
    [Fact]
    public void Its_names_and_functions_are_those_of_conditions()
    {
        var made = ReferencePattern().Replace(Guide, match => $"<!-- conditions: {match.Groups[1].Value} -->\n{(match.Groups[1].Value switch { "names" => ConditionReference.Names(), "functions" => ConditionReference.Functions(), _ => ConditionReference.Places() })}\n<!-- /conditions -->");
        if (Environment.GetEnvironmentVariable("NURTURE_ACCEPT") == "1") File.WriteAllText(Path.Combine(Fixtures.Root, "scenarios/README.md"), made);

        Assert.Equal(["names", "functions", "places"], ReferencePattern().Matches(Guide).Select(match => match.Groups[1].Value));
        Assert.Equal(made, Guide);
    }

    private static IEnumerable<string> Blocks(string language) =>
        Regex.Matches(Guide, $"^```{language}\n(.*?)^```", RegexOptions.Singleline | RegexOptions.Multiline).Select(match => match.Groups[1].Value);

    private static string AsScenario(string steps) =>
        "scenario: test\ntitle: Test\nowner: me\nsubject: account\nclass: service\ntrigger: { event: signed_up }\ngoal: { when: event(\"login\"), within: 14d }\nsteps:\n"
        + string.Concat(steps.Split('\n').Select(line => $"  {line}\n"));

    [GeneratedRegex("<!-- conditions: ([a-z]+) -->\n(?:.*?\n)??<!-- /conditions -->", RegexOptions.Singleline)]
    private static partial Regex ReferencePattern();

    [GeneratedRegex("<!-- keys: ([a-z_-]+) -->\n(?:.*?\n)??<!-- /keys -->", RegexOptions.Singleline)]
    private static partial Regex TablePattern();
}
