using System.CommandLine;
using Nurture.Scenarios;
using Nurture.Scenarios.Testing;
using Nurture.Simulation;

namespace Nurture.Cli;

/// <summary><c>nurture test [path]</c>: what scenarios/tests say, on virtual time, with the whole story of a test that fails.</summary>
internal static class TestCommand
{
    public static Command Create()
    {
        var path = new Argument<string?>("path")
        {
            Description = "A folder of scenarios, or one scenario or file of tests in it. Without it: the folder scenarios, here or above.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var scenario = new Option<string?>("--scenario") { Description = "Only the tests of this scenario.", HelpName = "name" };
        var templates = new Option<string?>("--templates") { Description = "The folder of templates. Without it: the folder templates beside the scenarios.", HelpName = "folder" };
        var verbose = new Option<bool>("--verbose") { Description = "Tell the story of tests that pass, too." };
        var junit = new Option<FileInfo?>("--junit") { Description = "Write what came out as XML for a build server, in JUnit's form.", HelpName = "file" };
        var command = new Command("test", "Run the tests of scenarios on virtual time.") { path, scenario, templates, verbose, junit };
        command.SetAction(parsed => Run(parsed.GetValue(path), parsed.GetValue(scenario), parsed.GetValue(templates), parsed.GetValue(verbose), parsed.GetValue(junit), new Screen(parsed.InvocationConfiguration.Output)));
        return command;
    }

    private static int Run(string? path, string? scenario, string? templates, bool isVerbose, FileInfo? junit, Screen screen)
    {
        var library = ScenarioArguments.Load(path, templates, out _);
        if (scenario is not null) ScenarioArguments.Find(library, scenario);
        var asked = path is not null && File.Exists(path) ? Path.GetFullPath(path) : null;
        bool IsAsked(string file) => asked is null || asked == Path.GetFullPath(file);
        var files = library.Tests
            .Where(file => IsAsked(file.File) || library.Scenarios.Any(s => s.Name == file.Scenario && asked == Path.GetFullPath(s.File)))
            .Where(file => scenario is null || file.Scenario == scenario)
            .ToList();
        var mistakes = library.Diagnostics.Where(d => d.Severity == Severity.Error && (IsAsked(d.File) || files.Exists(file => file.File == d.File))).ToList();
        foreach (var mistake in mistakes) screen.Line(mistake.ToString());
        if (mistakes.Count > 0) screen.Line();

        var (passed, failed) = (0, 0);
        var all = new List<(ScenarioTestFile, ScenarioTestResult)>();
        foreach (var file in files)
        {
            screen.Line(file.File);
            var parsed = library.Scenarios.FirstOrDefault(s => s.Name == file.Scenario);
            if (parsed?.Scenario is not { } readable)
            {
                screen.Bad($"  {file.Scenario} {(parsed is null ? "does not exist" : "has mistakes")}, so none of its {CommandLine.Count(file.Tests.Count, "test")} can run.");
                failed += file.Tests.Count;
                continue;
            }

            var runner = new ScenarioTestRunner(readable, library.Environment, ScenarioArguments.TemplatesOf(library));
            var results = new List<ScenarioTestResult>();
            foreach (var result in file.Tests.Select(runner.Run))
            {
                if (result.IsPassed) passed++;
                else failed++;
                Show(file, result, isVerbose, screen);
                results.Add(result);
            }

            all.AddRange(results.Select(result => (file, result)));
            ShowCoverage(ScenarioCoverage.Of(readable, results), screen);
        }

        if (junit is not null) JUnitReport.Of(all).Save(junit.FullName);
        if (files.Count > 0) screen.Line();
        screen.Line(files.Count == 0
            ? $"There are no tests{(scenario is null ? "" : $" of {scenario}")}. They stand in scenarios/tests, one file a scenario."
            : $"{CommandLine.Count(passed + failed, "test")} of {CommandLine.Count(files.Select(file => file.Scenario).Distinct().Count(), "scenario")}: {passed} passed, {failed} failed.");
        return failed > 0 || mistakes.Count > 0 || (files.Count == 0 && (scenario ?? asked) is not null) ? CommandLine.FoundWrong : CommandLine.Good;
    }

    private static void ShowCoverage(ScenarioCoverage coverage, Screen screen)
    {
        screen.Quiet($"  reached {coverage.Reached} of {CommandLine.Count(coverage.All, "step and way", "steps and ways")}{(coverage.Missed.Count > 0 ? "; no test comes to" : "")}");
        foreach (var missed in coverage.Missed) screen.Quiet($"    {missed}");
    }

    private static void Show(ScenarioTestFile file, ScenarioTestResult result, bool isVerbose, Screen screen)
    {
        if (result.IsPassed) screen.Good(result.Test.Name);
        else screen.Bad(result.Test.Name);
        foreach (var failure in result.Failures)
        {
            screen.Line($"    {file.File}({failure.Span.Line},{failure.Span.Column})");
            screen.Line($"    expected  {failure.Expected}");
            screen.Line($"    but       {failure.But}");
        }

        if (result.IsPassed && !isVerbose) return;
        if (!result.IsPassed) screen.Line("    what happened:");
        foreach (var line in result.Trace) screen.Quiet($"      {line}");
    }
}
