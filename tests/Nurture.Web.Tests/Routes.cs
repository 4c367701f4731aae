using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.Web.Tests;

/// <summary>Every address that the pages say they answer at, from their sources, so that a new page is looked at too.</summary>
public static partial class Routes
{
    private static readonly Dictionary<string, string> Values = new(StringComparer.Ordinal)
    {
        ["name"] = "trial-onboarding", ["scenario"] = "trial-onboarding", ["template"] = "welcome", ["version"] = "1",
    };

    public static IReadOnlyList<string> All { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, "src", "Nurture.Web", "src", "pages"), "index.tsx", SearchOption.AllDirectories)
            .SelectMany(file => RoutePath.Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value))
            .Distinct().Order(StringComparer.Ordinal),
    ];

    /// <summary>With something in the place of what varies.</summary>
    public static string Filled(string route) => Parameter.Replace(route, match => Values.GetValueOrDefault(match.Groups[1].Value, "1"));

    [GeneratedRegex("path:\\s*\"(/[^\"]*)\"")]
    private static partial Regex RoutePath { get; }

    [GeneratedRegex(@"\$(\w+)")]
    private static partial Regex Parameter { get; }
}
