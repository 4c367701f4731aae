using System.Globalization;
using System.Xml.Linq;
using Nurture.Scenarios.Testing;
using Nurture.Simulation;

namespace Nurture.Cli;

/// <summary>What tests came to, as the XML that build servers read (JUnit's, as Jenkins and GitLab describe it).</summary>
internal static class JUnitReport
{
    public static XDocument Of(IReadOnlyList<(ScenarioTestFile File, ScenarioTestResult Result)> results) => new(
        new XElement("testsuites", Counts(results), results.GroupBy(one => one.File).Select(file => new XElement("testsuite",
            [new XAttribute("name", file.Key.Scenario), new XAttribute("file", file.Key.File), .. Counts([.. file]), .. file.Select(Case)]))));

    private static XAttribute[] Counts(IReadOnlyList<(ScenarioTestFile File, ScenarioTestResult Result)> results) =>
    [
        new("tests", results.Count),
        new("failures", results.Count(one => !one.Result.IsPassed)),
        new("errors", 0),
        new("skipped", 0),
    ];

    private static XElement Case((ScenarioTestFile File, ScenarioTestResult Result) one)
    {
        var result = one.Result;
        var element = new XElement("testcase",
            new XAttribute("classname", one.File.Scenario), new XAttribute("name", result.Test.Name), new XAttribute("file", one.File.File), new XAttribute("line", result.Test.Span.Line.ToString(CultureInfo.InvariantCulture)));
        if (result.IsPassed) return element;
        var first = result.Failures[0];
        element.Add(new XElement("failure", new XAttribute("message", $"expected {first.Expected}, but {first.But}"),
            string.Join('\n', result.Failures.Select(failure => $"{one.File.File}({failure.Span.Line},{failure.Span.Column}) expected {failure.Expected}, but {failure.But}")
                .Append("what happened:").Concat(result.Trace.Select(line => $"  {line}")))));
        return element;
    }
}
