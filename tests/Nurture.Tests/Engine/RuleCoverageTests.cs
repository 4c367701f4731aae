using System.Globalization;
using System.Text.RegularExpressions;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Engine;

/// <summary>Which rules of SEMANTICS.md have a test, wherever it stands: <c>[Rule(23)]</c> names them.</summary>
public sealed partial class RuleCoverageTests(ITestOutputHelper output)
{
    private const int Rules = 58;

    [Fact]
    public void Every_rule_has_a_test_that_names_its_number()
    {
        var tests = Directory.GetFiles(Path.Combine(Fixtures.Root, "tests"), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Contains("/obj/", StringComparison.Ordinal) && !file.Contains("/bin/", StringComparison.Ordinal))
            .SelectMany(file => Marks().Matches(File.ReadAllText(file)).SelectMany(mark => mark.Groups[1].Value.Split(',').Select(number => (Rule: int.Parse(number, CultureInfo.InvariantCulture), Test: mark.Groups[2].Value))))
            .ToLookup(mark => mark.Rule, mark => mark.Test);

        for (var rule = 1; rule <= Rules; rule++)
            output.WriteLine($"{rule,2}  {(tests[rule].Any() ? string.Join(", ", tests[rule]) : "no test")}");
        Assert.DoesNotContain(tests.Select(mark => mark.Key), rule => rule is < 1 or > Rules);
        Assert.Equal([], Enumerable.Range(1, Rules).Where(rule => !tests[rule].Any()));
    }

    [GeneratedRegex(@"^[ ]*\[Rule\(([0-9, ]+)\)\]\s*\n\s*\[(?:Fact|Theory)[^\n]*\](?:\s*\n\s*\[[^\n]*\])*\s*\n\s*public (?:async )?(?:void|Task) (\w+)", RegexOptions.Multiline)]
    private static partial Regex Marks();
}
