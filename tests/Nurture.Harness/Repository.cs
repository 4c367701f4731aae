namespace Nurture.Harness;

/// <summary>Where things lie in the clone that this was built from.</summary>
public static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The server as built in the same configuration as this assembly.</summary>
    public static string ServerAssembly => Built("Nurture.Server");

    /// <summary>The command line, likewise.</summary>
    public static string CommandLineAssembly => Built("Nurture.Cli");

    private static string Built(string project)
    {
        var framework = new DirectoryInfo(AppContext.BaseDirectory);
        var path = Path.Combine(Root, "src", project, "bin", framework.Parent!.Name, framework.Name, $"{project}.dll");
        return File.Exists(path) ? path : throw new FileNotFoundException($"{project} is not built.", path);
    }

    private static string FindRoot()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Nurture.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException($"No Nurture.sln above {AppContext.BaseDirectory}.");
    }
}
