using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Simulation;
using Nurture.Tests.Recipes;

namespace Nurture.Tests.Scenarios;

public sealed class ShippedTests
{
    private static readonly ScenarioLibrary Library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));

    [Fact]
    public void What_ships_has_nothing_to_complain_about() => Assert.Empty(Library.Diagnostics);

    public static TheoryData<string> Names => [.. Library.Scenarios.Select(parsed => parsed.Name!)];

    [Fact]
    public void Scenarios_ship_for_every_part_of_a_customer_s_life() => Assert.Superset(
        new HashSet<string> { "feature-not-used", "first-value", "health-drop", "invite-colleagues", "limit-near", "payment-failed", "re-engagement", "renewal", "silence-after-onboarding", "trial-onboarding", "win-back" },
        Library.Scenarios.Select(parsed => parsed.Name!).ToHashSet());

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_scenario_does_what_its_tests_say_and_they_come_to_every_step_and_way(string name)
    {
        var scenario = Library.Scenarios.Single(parsed => parsed.Name == name).Scenario!;
        var results = Library.Tests.Where(file => file.Scenario == name).SelectMany(file => file.Tests).Select(new ScenarioTestRunner(scenario, Library.Environment, Library.Templates).Run).ToList();

        Assert.NotEmpty(results);
        Assert.All(results, RecipeTests.Passes);
        Assert.Empty(ScenarioCoverage.Of(scenario, results).Missed);
    }

    [Fact]
    public void Every_mail_ships_in_English_and_Japanese() =>
        Assert.All(Library.Templates.Names, name => Assert.Equal(["en", "ja"], Library.Templates.LocalesOf(name).Order()));

    [Fact]
    public void Every_mail_that_ships_is_sent_by_a_scenario_or_offered_by_the_gallery()
    {
        var offered = Directory.GetFiles(Path.Combine(Fixtures.Root, "scenarios", "gallery"), "*.yaml").SelectMany(file => GalleryEntry.Read(File.ReadAllText(file), file).Entry!.Parameters)
            .Where(parameter => parameter.Kind == ParameterKind.Template).Select(parameter => parameter.Default);
        var sent = Library.Scenarios.SelectMany(s => Step.All(s.Scenario!.Steps)).OfType<Step.Send>().Select(send => send.Template).Concat(offered).Append(EscalationTypes.MailTemplate);

        Assert.Equal(Library.Templates.Names.Order(), sent.Distinct().Order());
    }
}
