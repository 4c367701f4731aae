using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

/// <summary>
/// Each file in Broken beside the answer that its author gets. NURTURE_ACCEPT=1 writes the answers anew, to be read before
/// they are committed.
/// </summary>
public sealed class BrokenScenarioTests
{
    private static readonly string Folder = Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/Broken");

    public static TheoryData<string> Files => [.. Directory.GetFiles(Folder, "*.yaml").Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Rule(1)]
    [Theory]
    [MemberData(nameof(Files))]
    public void An_author_is_told_what_is_wrong_where_and_what_would_be_right(string file)
    {
        var text = File.ReadAllText(Path.Combine(Folder, file));

        var environment = Fixtures.Environment with { Now = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero) };
        var parsed = ScenarioParser.Parse(text, file, environment);
        var answer = string.Join('\n', parsed.Diagnostics.Concat(ScenarioLinter.Lint(parsed, environment))) + "\n";

        var expected = Path.Combine(Folder, Path.ChangeExtension(file, ".txt"));
        if (Environment.GetEnvironmentVariable("NURTURE_ACCEPT") == "1") File.WriteAllText(expected, answer);
        Assert.Equal(File.ReadAllText(expected), answer);
    }

    [Fact]
    public void There_are_at_least_twenty() => Assert.True(Files.Count >= 20, $"{Files.Count}");
}
