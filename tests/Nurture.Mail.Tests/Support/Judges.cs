using System.Diagnostics;

namespace Nurture.Mail.Tests.Support;

/// <summary>Programs and cases from outside the repository. A test that needs one that is absent skips, and says which.</summary>
internal static class Judges
{
    /// <summary>A file of the shared tools: from NURTURE_TOOLS, or <c>shared/tools</c> beside the repository.</summary>
    public static string Tool(string name) => Find("NURTURE_TOOLS", "tools", name);

    /// <summary>A file of the shared cases: from NURTURE_CASES, or <c>shared/cases</c> beside the repository.</summary>
    public static string Case(string name) => Find("NURTURE_CASES", "cases", name);

    /// <summary>A program on the PATH or among the system's; the first that exists.</summary>
    public static string Program(params string[] names)
    {
        var folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/usr/bin");
        var found = names.SelectMany(name => folders.Select(folder => Path.Combine(folder, name))).FirstOrDefault(File.Exists);
        Assert.SkipUnless(found is not null, $"{string.Join(" or ", names)} is not installed.");
        return found!;
    }

    public static async Task<(int Exit, string Output)> RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, await output + await errors);
    }

    public static Process Start(string program, params string[] arguments) =>
        Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;

    private static string Find(string variable, string folder, string name)
    {
        var root = Environment.GetEnvironmentVariable(variable);
        for (var at = AppContext.BaseDirectory; root is null && at is not null; at = Path.GetDirectoryName(at))
            if (Path.Combine(at, "shared", folder) is var candidate && Directory.Exists(candidate))
                root = candidate;
        var path = root is null ? null : Path.Combine(root, name);
        Assert.SkipUnless(File.Exists(path) || Directory.Exists(path), $"shared/{folder}/{name} is not beside the repository (or set {variable}).");
        return path!;
    }
}
