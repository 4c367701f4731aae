using System.Globalization;
using System.Text.RegularExpressions;

namespace Nurture.Conformance;

/// <summary>How many of a folder's cases behave as published.</summary>
/// <param name="Placed">Errors reported at the published line and column; of cases that name no place, those that are reported.</param>
/// <param name="Worded">Errors whose text is the published one too.</param>
internal sealed record ConformanceCounts(int Texts, int TextsPassed, int Errors, int Placed, int Worded)
{
    public bool IsWhole => TextsPassed == Texts && Placed == Errors;

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"scriban: passed {TextsPassed} of {Texts}, errors placed {Placed} of {Errors}, worded {Worded} of {Errors}");
}

/// <summary>Runs all cases of a folder and says which of them fail.</summary>
internal static partial class ConformanceRun
{
    [GeneratedRegex(@"^text\((\d+),(\d+)\)", RegexOptions.NonBacktracking)]
    private static partial Regex Place();

    /// <param name="report">Told each case that fails or words an error otherwise, with what was expected and what came; null for nobody.</param>
    public static ConformanceCounts Of(string folder, Action<string>? report)
    {
        var published = new PublishedCases(folder);
        var runner = new PublishedCaseRunner(published);
        var (texts, textsPassed, errors, placed, worded) = (0, 0, 0, 0, 0);
        foreach (var each in published.All())
        {
            var actual = runner.Run(each);
            bool passes, isSame;
            if (each.IsError)
            {
                var isWorded = each.ErrorContains is { } part ? actual.Contains(part, StringComparison.Ordinal) : actual == each.Expected;
                passes = isWorded || each.ErrorContains is null && Place().Match(actual) is { Success: true } match && each.Expected!.StartsWith(match.Value, StringComparison.Ordinal);
                errors++;
                worded += isWorded ? 1 : 0;
                placed += passes ? 1 : 0;
                isSame = isWorded;
            }
            else
            {
                passes = isSame = each.IsTrimmed ? actual.Trim() == each.Expected!.Trim() : actual == each.Expected;
                texts++;
                textsPassed += passes ? 1 : 0;
            }

            if (!isSame)
            {
                report?.Invoke($"--- {each.Id}{(passes ? " (placed, worded otherwise)" : "")}\nexpected: {each.ErrorContains ?? each.Expected}\nactual:   {actual}");
            }
        }

        return new ConformanceCounts(texts, textsPassed, errors, placed, worded);
    }
}
