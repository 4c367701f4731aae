using System.Diagnostics;

namespace Nurture.Storage.Tests.Databases;

/// <summary>
/// The PostgreSQL server of a test run: the one that NURTURE_TEST_POSTGRES names, else a private cluster for this test
/// process, started by <c>tests/postgres.sh</c> when the first test asks for it.
/// </summary>
public static class PostgresCluster
{
    private static readonly Lazy<(string? ConnectionString, string Why)> Started = new(Start);

    /// <summary>Null where there is no PostgreSQL; <see cref="Why"/> says why.</summary>
    public static string? ConnectionString => Started.Value.ConnectionString;

    public static string Why => Started.Value.Why;

    private static (string?, string) Start()
    {
        if (Environment.GetEnvironmentVariable("NURTURE_TEST_POSTGRES") is { Length: > 0 } given) return (given, "");
        var folder = Path.Combine("/tmp", $"nurture-pg-{Environment.ProcessId}");
        var (exit, output, error) = Run("start", folder);
        if (exit == 3) return (null, $"PostgreSQL is not tested here: {error.Trim()}; install it, or name a server in NURTURE_TEST_POSTGRES.");
        if (exit != 0) throw new InvalidOperationException($"tests/postgres.sh start failed: {error}");
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            Run("stop", folder);
            Directory.Delete(folder, recursive: true);
        };
        return (output.Trim(), "");
    }

    private static (int Exit, string Output, string Error) Run(string command, string folder)
    {
        using var process = Process.Start(new ProcessStartInfo("bash", [Script(), command, folder])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, error.Result);
    }

    private static string Script()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var script = Path.Combine(folder.FullName, "tests", "postgres.sh");
            if (File.Exists(script)) return script;
        }

        throw new InvalidOperationException($"tests/postgres.sh is not above {AppContext.BaseDirectory}.");
    }
}
