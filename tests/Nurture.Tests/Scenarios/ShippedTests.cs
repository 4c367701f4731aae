using Nurture.Escalations;
using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

public sealed class ShippedTests
{
    private static readonly ScenarioLibrary Library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));

    [Fact]
    public void What_ships_has_nothing_to_complain_about() => Assert.Empty(Library.Diagnostics);

    [Fact]
    public void Three_scenarios_ship_with_tests()
    {
        Assert.Equal(["health-drop", "silence-after-onboarding", "trial-onboarding"], Library.Scenarios.Select(s => s.Name).Order());
        Assert.All(Library.Scenarios, scenario => Assert.Contains(Library.Tests, file => file.Scenario == scenario.Name && file.Tests.Count > 0));
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
