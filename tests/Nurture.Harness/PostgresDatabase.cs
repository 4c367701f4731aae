using System.Data.Common;
using Npgsql;

namespace Nurture.Harness;

/// <summary>
/// A database of its own in the cluster that <c>NURTURE_TEST_POSTGRES</c> names, or in a private cluster started for it
/// where that is not set.
/// </summary>
public sealed class PostgresDatabase : TestDatabase
{
    private readonly string administration;
    private readonly string connectionString;
    private readonly string name;
    private readonly string? clusterFolder;

    private PostgresDatabase(string administration, string name, string? clusterFolder)
    {
        this.administration = administration;
        this.name = name;
        this.clusterFolder = clusterFolder;
        connectionString = new NpgsqlConnectionStringBuilder(administration) { Database = name }.ToString();
        Settings = new Dictionary<string, string?> { ["Nurture__Postgres"] = connectionString };
    }

    public override string Kind => Postgres;

    public override IReadOnlyDictionary<string, string?> Settings { get; }

    /// <param name="isOwn">A private cluster even where one is named.</param>
    public static async Task<PostgresDatabase> CreateAsync(string scratch, bool isOwn, CancellationToken cancel)
    {
        var (cluster, folder) = (Environment.GetEnvironmentVariable("NURTURE_TEST_POSTGRES"), default(string));
        if (isOwn || string.IsNullOrEmpty(cluster))
        {
            folder = Path.Combine(scratch, "postgres");
            cluster = (await ScriptAsync("start", folder, cancel)).Trim();
        }

        var database = new PostgresDatabase(cluster, $"nurture_{Guid.NewGuid():N}", folder);
        await database.AdministerAsync($"create database {database.name}", cancel);
        return database;
    }

    public override async Task<DbConnection> OpenAsync(CancellationToken cancel)
    {
        var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        await connection.OpenAsync(cancel);
        return connection;
    }

    public override async ValueTask DisposeAsync()
    {
        if (!IsKept)
            await AdministerAsync($"drop database {name} with (force)", CancellationToken.None);
        if (clusterFolder is not null)
            await ScriptAsync("stop", clusterFolder, CancellationToken.None);
    }

    /// <summary>Whether the private cluster's first process runs.</summary>
    public bool IsClusterUp => File.Exists(PidFile) && IsRunning(ReadPid());

    /// <summary>Ends all processes of the private cluster at once, as the machine's power cut would.</summary>
    public async Task CrashClusterAsync(CancellationToken cancel)
    {
        var first = ReadPid();
        int[] processes = [first, .. ChildrenOf(first)];
        foreach (var process in processes) ChildProcess.Kill(process);
        await Poll.UntilAsync("no process of the cluster is left", TimeSpan.FromSeconds(30), () => Task.FromResult(!processes.Any(IsRunning)), cancel);
    }

    /// <summary>Starts the private cluster again; it recovers by itself.</summary>
    public async Task StartClusterAsync(CancellationToken cancel)
    {
        // Where nobody reaps the dead, their numbers still seem to be in use.
        File.Delete(PidFile);
        foreach (var file in Directory.EnumerateFiles(OwnFolder, ".s.PGSQL.*")) File.Delete(file);
        await ScriptAsync("start", OwnFolder, cancel);
    }

    private string OwnFolder => clusterFolder ?? throw new InvalidOperationException("The cluster is not this run's own.");

    private string PidFile => Path.Combine(OwnFolder, "data", "postmaster.pid");

    private int ReadPid() => int.Parse(File.ReadLines(PidFile).First(), System.Globalization.CultureInfo.InvariantCulture);

    private static bool IsRunning(int process) => StatOf(process) is [not 'Z', ..];

    private static IEnumerable<int> ChildrenOf(int parent) =>
        from folder in Directory.EnumerateDirectories("/proc")
        where int.TryParse(Path.GetFileName(folder), out _)
        let process = int.Parse(Path.GetFileName(folder), System.Globalization.CultureInfo.InvariantCulture)
        where StatOf(process).Split(' ') is [_, var its, ..] && its == $"{parent}"
        select process;

    /// <summary>From the state on, behind the name in brackets (proc(5)); empty where there is no such process.</summary>
    private static string StatOf(int process)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{process}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..];
        }
        catch (IOException)
        {
            return "";   // it has just ended
        }
    }

    private static async Task<string> ScriptAsync(string verb, string folder, CancellationToken cancel)
    {
        var (exitCode, output) = await ChildProcess.RunAsync("bash", [Path.Combine(Repository.Root, "tests", "postgres.sh"), verb, folder], cancel);
        if (exitCode != 0)
            throw new InvalidOperationException($"tests/postgres.sh {verb} ended with {exitCode}: {output}");
        return output;
    }

    private async Task AdministerAsync(string statement, CancellationToken cancel)
    {
        await using var connection = new NpgsqlConnection(administration + ";Pooling=false");
        await connection.OpenAsync(cancel);
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync(cancel);
    }
}
