using System.CommandLine;
using Nurture.Mail.Html;
using Nurture.Scenarios;
using Nurture.Simulation;

namespace Nurture.Cli;

/// <summary><c>nurture lint [path…]</c>: every mistake in scenarios, their tests and templates, at its line, with what would be right.</summary>
internal static class LintCommand
{
    public static Command Create()
    {
        var paths = new Argument<string[]>("path")
        {
            Description = "Folders of scenarios, or single files of one. Without any: the folder scenarios, here or above.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        var templates = new Option<string?>("--templates") { Description = "The folder of templates. Without it: the folder templates beside the scenarios." };
        var language = new Option<string?>("--language") { Description = "The language of the mistakes, en or ja. Without it: the system's (LC_ALL, LC_MESSAGES, LANG)." };
        language.AcceptOnlyFromAmong("en", "ja");
        var command = new Command("lint", "Check scenarios, their tests and templates.") { paths, templates, language };
        command.SetAction(parsed => Run(parsed.GetValue(paths) ?? [], parsed.GetValue(templates), Languages.Of(parsed.GetValue(language) ?? SystemLocale()), parsed.InvocationConfiguration.Output, parsed.InvocationConfiguration.Error));
        return command;
    }

    private static int Run(string[] paths, string? templates, Language language, TextWriter output, TextWriter error)
    {
        if (paths.Length == 0)
        {
            if (Folders.Find("scenarios") is not { } found)
            {
                error.WriteLine("There is no folder scenarios here or above. Name one: nurture lint path/to/scenarios");
                return 1;
            }

            paths = [found];
        }

        var said = new List<Diagnostic>();
        var counts = (Scenarios: 0, Tests: 0, Templates: 0);
        foreach (var group in paths.GroupBy(FolderOf))
        {
            if (group.Key is not { } folder)
            {
                foreach (var missing in group) error.WriteLine($"{missing} does not exist.");
                return 1;
            }

            var library = ScenarioLibrary.Load(folder, templates ?? Folders.TemplatesOf(folder), TimeProvider.System.GetUtcNow(), CssInliner.Plan);
            var isWhole = group.Any(Directory.Exists);
            var files = group.Select(Path.GetFullPath).ToHashSet(StringComparer.Ordinal);
            // Who asks about a scenario asks about its rows.
            files.UnionWith(library.RowFiles.Where(rows => files.Contains(Path.GetFullPath(rows.Scenario))).Select(rows => Path.GetFullPath(rows.File)));
            bool IsAsked(string file) => isWhole || files.Contains(Path.GetFullPath(file));
            said.AddRange(library.Diagnostics.Where(d => IsAsked(d.File)));
            counts.Scenarios += library.Scenarios.Count(s => IsAsked(s.File));
            counts.Tests += library.Tests.Where(t => IsAsked(t.File)).Sum(t => t.Tests.Count);
            counts.Templates += library.Templates.All.Count(t => IsAsked(t.File));
        }

        foreach (var diagnostic in said) output.WriteLine(diagnostic.ToString(language));
        var errors = said.Count(d => d.Severity == Severity.Error);
        output.WriteLine(language == Language.Japanese
            ? $"シナリオ {counts.Scenarios}件、テスト {counts.Tests}件、テンプレート {counts.Templates}件:エラー {errors}件、警告 {said.Count - errors}件。"
            : $"{Count(counts.Scenarios, "scenario")}, {Count(counts.Tests, "test")}, {Count(counts.Templates, "template file")}: {Count(errors, "error")}, {Count(said.Count - errors, "warning")}.");
        return errors > 0 ? 1 : 0;
    }

    // The first of them that is set counts, as POSIX has it.
    private static string? SystemLocale() =>
        new[] { "LC_ALL", "LC_MESSAGES", "LANG" }.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value))?.Split('.')[0];

    /// <summary>The folder of scenarios that a path belongs to: a scenario's own, the one above its tests, the one beside its templates.</summary>
    private static string? FolderOf(string path)
    {
        if (Directory.Exists(path)) return path;
        if (!File.Exists(path)) return null;
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Path.GetFileName(folder) == ScenarioLibrary.TestFolder) folder = Path.GetDirectoryName(folder)!;
        if (path.EndsWith(".txt", StringComparison.Ordinal) || Templates.MailForms.Of(path) is not null) folder = Path.Combine(Path.GetDirectoryName(folder) ?? "/", "scenarios");
        return Directory.Exists(folder) ? Path.GetRelativePath(Directory.GetCurrentDirectory(), folder) : null;
    }

    private static string Count(int number, string what) => $"{number} {what}{(number == 1 ? "" : "s")}";
}
