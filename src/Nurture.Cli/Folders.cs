namespace Nurture.Cli;

/// <summary>Where a repository keeps its scenarios and templates, wherever in it somebody stands.</summary>
internal static class Folders
{
    /// <summary>The folder of that name here or in a folder above, shown relative to here; null where there is none.</summary>
    public static string? Find(string name)
    {
        for (var folder = Directory.GetCurrentDirectory(); folder is not null; folder = Path.GetDirectoryName(folder))
        {
            var candidate = Path.Combine(folder, name);
            if (Directory.Exists(candidate)) return Path.GetRelativePath(Directory.GetCurrentDirectory(), candidate);
        }

        return null;
    }

    /// <summary>The templates that belong to a folder of scenarios: beside it, else wherever <see cref="Find"/> finds them.</summary>
    public static string? TemplatesOf(string scenarios)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Path.GetFullPath(scenarios)) ?? "/", "templates");
        return Directory.Exists(beside) ? Path.GetRelativePath(Directory.GetCurrentDirectory(), beside) : Find("templates");
    }
}
