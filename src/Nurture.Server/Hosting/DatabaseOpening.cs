using System.Data.Common;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Nurture.Storage;

namespace Nurture.Server.Hosting;

public static class DatabaseOpening
{
    public static async Task<Database> OpenAsync(NurtureOptions options, CancellationToken cancel)
    {
        Database? database = null;
        try
        {
            database = Database.Create(new DatabaseOptions { DataDirectory = options.DataPath, Postgres = options.Postgres });
            await database.MigrateAsync(cancel);
            return database;
        }
        catch (Exception e) when (e is DbException or IOException or UnauthorizedAccessException or TimeoutException or System.Net.Sockets.SocketException or ArgumentException)
        {
            if (database is not null) await database.DisposeAsync();
            throw new DatabaseUnavailableException($"The database cannot be opened ({Describe(options)}): {e.Message}", e);
        }
    }

    /// <summary>For the operator: where it is, without the password.</summary>
    public static string Describe(NurtureOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Postgres)) return $"SQLite, {Path.Combine(options.DataPath, "nurture.db")}";
        var server = new DbConnectionStringBuilder { ConnectionString = options.Postgres };
        return $"PostgreSQL, {Part("Database")} at {Part("Host")}";

        string Part(string name) => server.TryGetValue(name, out var value) ? $"{value}" : $"the default {name.ToLowerInvariant()}";
    }
}

internal sealed class DatabaseCheck(Database database) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancel = default)
    {
        try
        {
            await using var connection = await database.OpenAsync(cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = "select 1";
            await command.ExecuteScalarAsync(cancel);
            return HealthCheckResult.Healthy();
        }
        catch (DbException e)
        {
            return HealthCheckResult.Unhealthy(e.Message, e);
        }
    }
}
