using Nurture.Scenarios;
using Nurture.Templates;

namespace Nurture.Cli;

/// <summary>Finds the folder of scenarios that a command is about, and reads it.</summary>
internal static class ScenarioArguments
{
    public static ScenarioLibrary Load(string? path, string? templates, out string folder)
    {
        folder = FolderOf(path);
        if (templates is not null && !Directory.Exists(templates)) throw new CommandException($"There is no folder {templates}.");
        return ScenarioLibrary.Load(folder, templates ?? Folders.TemplatesOf(folder));
    }

    /// <summary>The scenario of that name, without a mistake in it.</summary>
    public static Scenario Find(ScenarioLibrary library, string name)
    {
        var known = library.Scenarios.Where(s => s.Name is not null).ToList();
        if (known.Find(s => s.Name == name) is not { } found)
            throw new CommandException($"There is no scenario \"{name}\". There {(known.Count == 0 ? "is none" : $"are {string.Join(", ", known.Select(s => s.Name))}")}.");
        return found.Scenario ?? throw new CommandException(
            $"{name} has mistakes:{string.Concat(found.Diagnostics.Where(d => d.Severity == Severity.Error).Select(d => $"{Environment.NewLine}{d}"))}");
    }

    /// <summary>Null where there are none at hand, so that none is missed.</summary>
    public static MailTemplateLibrary? TemplatesOf(ScenarioLibrary library) => library.Environment.MailTemplates;

    private static string FolderOf(string? path)
    {
        if (path is null) return Folders.Find("scenarios") ?? throw new CommandException("There is no folder scenarios here or above. Name one.");
        if (Directory.Exists(path)) return path;
        if (!File.Exists(path)) throw new CommandException($"{path} does not exist.");
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        if (Path.GetFileName(folder) == ScenarioLibrary.TestFolder) folder = Path.GetDirectoryName(folder)!;
        return Path.GetRelativePath(Directory.GetCurrentDirectory(), folder);
    }
}
