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

    public static async Task<PostgresDatabase> CreateAsync(ScratchFolder scratch, CancellationToken cancel)
    {
        var (cluster, folder) = (Environment.GetEnvironmentVariable("NURTURE_TEST_POSTGRES"), default(string));
        if (string.IsNullOrEmpty(cluster))
        {
            folder = scratch["postgres"];
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
