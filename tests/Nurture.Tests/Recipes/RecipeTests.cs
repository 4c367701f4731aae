using Nurture.Scenarios;
using Nurture.Simulation;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Recipes;

/// <summary>What a lifecycle marketer and a head of customer success run in a first month, as scenarios with tests.</summary>
public sealed class RecipeTests
{
    private static readonly ScenarioLibrary Library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Recipes"), null);

    public static TheoryData<string> Names => [.. Library.Scenarios.Select(parsed => parsed.Name!)];

    [Fact]
    public void They_can_be_written_without_complaint() => Assert.Empty(Library.Diagnostics);

    [Theory]
    [MemberData(nameof(Names))]
    public void Each_does_what_its_tests_say_and_they_come_to_every_step_and_way(string name)
    {
        var (scenario, file) = (Library.Scenarios.Single(parsed => parsed.Name == name).Scenario!, Library.Tests.Single(file => file.Scenario == name));

        var results = file.Tests.Select(new ScenarioTestRunner(scenario, Library.Environment, null).Run).ToList();

        Assert.All(results, Passes);
        Assert.Empty(ScenarioCoverage.Of(scenario, results).Missed);
    }

    /// <summary>With what was wrong, and the whole story.</summary>
    internal static void Passes(ScenarioTestResult result) => Assert.True(result.IsPassed,
        $"{result.Test.Name}\n{string.Join('\n', result.Failures.Select(failure => $"line {failure.Span.Line}: expected {failure.Expected}, but {failure.But}"))}\n{string.Join('\n', result.Trace)}");
}
