using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Nurture.Conditions;
using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

/// <summary>
/// Folders whose files contradict each other, beside the answer that their author gets; and that lint has a broken file for
/// everything that it can say. NURTURE_ACCEPT=1 writes the answers anew, to be read before they are committed.
/// </summary>
public sealed class BrokenLibraryTests
{
    private static readonly string Libraries = Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/BrokenLibraries");

    /// <summary>What is said without a file to break, and where that is tested.</summary>
    private static readonly Dictionary<string, string> WithoutFile = new()
    {
        [DiagnosticCodes.SegmentInUse] = "SegmentApiTests: said when a segment is published that something live asks",
    };

    public static TheoryData<string> Folders => [.. Directory.GetDirectories(Libraries).Select(Path.GetFileName).OfType<string>().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Folders))]
    public void What_contradicts_each_other_is_said_at_its_file_and_line(string folder)
    {
        var root = Directory.CreateTempSubdirectory("nurture-broken-").FullName;
        Copy(Path.Combine(Libraries, folder), root);

        var library = ScenarioLibrary.Load(Path.Combine(root, "scenarios"), Path.Combine(root, "templates"), new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero));
        var answer = string.Join('\n', library.Diagnostics).Replace($"{root}/", "", StringComparison.Ordinal) + "\n";
        Directory.Delete(root, recursive: true);

        var expected = Path.Combine(Libraries, $"{folder}.txt");
        if (Environment.GetEnvironmentVariable("NURTURE_ACCEPT") == "1") File.WriteAllText(expected, answer);
        Assert.Equal(File.ReadAllText(expected), answer);
    }

    [Fact]
    public void Everything_that_lint_says_has_a_broken_file()
    {
        var codes = typeof(DiagnosticCodes).GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (string)field.GetRawConstantValue()!).Concat(ConditionDiagnostics.All.Keys).Distinct();
        var said = new[] { Libraries, Path.Combine(Fixtures.Root, "tests/Nurture.Tests/Scenarios/Broken") }.SelectMany(folder => Directory.GetFiles(folder, "*.txt"))
            .SelectMany(file => File.ReadLines(file)).Select(line => Regex.Match(line, "^NUR[0-9]{3}").Value).ToHashSet();

        Assert.Equal([], codes.Where(code => !said.Contains(code) && !WithoutFile.ContainsKey(code)).Order(StringComparer.Ordinal));
        Assert.Equal([], WithoutFile.Keys.Where(said.Contains));
    }

    /// <summary>A line that ends in "1400 times." stands there as often: what is only long is not kept in the repository.</summary>
    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.WriteAllText(copy, Regex.Replace(File.ReadAllText(file), "^.* ([0-9]+) times\\..*\n", line => string.Concat(Enumerable.Repeat(line.Value, int.Parse(line.Groups[1].ValueSpan, CultureInfo.InvariantCulture))), RegexOptions.Multiline));
        }
    }
}
