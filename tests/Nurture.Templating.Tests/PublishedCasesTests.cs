using Nurture.Conformance;

namespace Nurture.Templating.Tests;

/// <summary>The published cases, which lie beside the repository, not in it.</summary>
public sealed class PublishedCasesTests(ITestOutputHelper output)
{
    // Raise these when more pass; they may never be lowered.
    private const int TextFloor = 245;
    private const int PlacedFloor = 82;
    private const int WordedFloor = 82;

    private static string? Folder()
    {
        if (Environment.GetEnvironmentVariable("NURTURE_CASES") is { Length: > 0 } named)
        {
            return Path.Combine(named, "scriban");
        }

        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var cases = Path.Combine(folder.FullName, "shared", "cases", "scriban");
            if (File.Exists(Path.Combine(cases, "cases.json")))
            {
                return cases;
            }
        }

        return null;
    }

    [Fact]
    public void The_published_cases_pass_at_least_as_before()
    {
        if (Folder() is not { } folder)
        {
            Assert.Skip("The published cases are not here: neither NURTURE_CASES nor a folder shared/cases/scriban above the tests.");
            return;
        }

        var counts = ConformanceRun.Of(folder, output.WriteLine);
        output.WriteLine(counts.ToString());
        Assert.True(counts.TextsPassed >= TextFloor, $"{counts.TextsPassed} text cases passed, {TextFloor} did before.");
        Assert.True(counts.Placed >= PlacedFloor, $"{counts.Placed} errors were placed, {PlacedFloor} were before.");
        Assert.True(counts.Worded >= WordedFloor, $"{counts.Worded} errors were worded as published, {WordedFloor} were before.");
    }

    [Fact]
    public void No_call_of_a_published_case_that_renders_is_held_for_wrong()
    {
        if (Folder() is not { } folder)
        {
            Assert.Skip("The published cases are not here: neither NURTURE_CASES nor a folder shared/cases/scriban above the tests.");
            return;
        }

        var held = new PublishedCases(folder).All().Where(published => !published.IsError)
            .SelectMany(published => Template.Parse(published.Template, published.Id, TemplateOptions.Text).Diagnostics.Select(found => $"{published.Id}({found.Span.Line},{found.Span.Column}) {found.Message}"))
            .Where(found => found.Contains(" argument", StringComparison.Ordinal));

        Assert.Empty(held);
    }
}
