using System.CommandLine;
using System.Data.Common;
using Nurture.Storage;

namespace Nurture.Cli;

/// <summary>Which database a command works on: options, else the server's own environment variables, else SQLite in <c>data</c>.</summary>
internal sealed class DatabaseArguments
{
    private readonly Option<string?> data = new("--data") { Description = "The folder of the SQLite database. Without it: Nurture__DataDirectory, else data.", HelpName = "folder" };

    private readonly Option<string?> postgres = new("--postgres") { Description = "An Npgsql connection string. Without it: Nurture__Postgres, else SQLite.", HelpName = "connection" };

    public void AddTo(Command command)
    {
        command.Options.Add(data);
        command.Options.Add(postgres);
    }

    /// <param name="isNode">False for a visitor, who may look while a server works.</param>
    public DatabaseOptions Read(ParseResult parsed, bool isNode)
    {
        var folder = parsed.GetValue(data);
        var connection = parsed.GetValue(postgres);
        if (folder is not null && connection is not null) throw new CommandException("--data and --postgres name two databases. Give one of them.");
        connection ??= folder is null ? Environment.GetEnvironmentVariable("Nurture__Postgres") : null;
        if (!string.IsNullOrWhiteSpace(connection) && !connection.Contains('=', StringComparison.Ordinal))
            throw new CommandException("--postgres is not a connection string. Write it as \"Host=db;Username=nurture;Password=…;Database=nurture\".");
        return new DatabaseOptions
        {
            DataDirectory = folder ?? Environment.GetEnvironmentVariable("Nurture__DataDirectory") ?? "data",
            Postgres = connection,
            IsNode = isNode,
        };
    }

    /// <summary>A database that exists, of whatever schema; PostgreSQL says so itself when it is asked.</summary>
    public DatabaseOptions ReadExisting(ParseResult parsed)
    {
        var options = Read(parsed, isNode: false);
        if (string.IsNullOrWhiteSpace(options.Postgres) && !File.Exists(SqlitePath(options)))
            throw new CommandException($"There is no database {SqlitePath(options)}. Name its folder by --data, or make it: nurture migrate");
        return options;
    }

    /// <summary>A database that exists and has this build's schema.</summary>
    public async Task<Database> OpenAsync(ParseResult parsed, CancellationToken cancel)
    {
        var options = ReadExisting(parsed);
        var database = Database.Create(options);
        try
        {
            if (await database.PendingMigrationsAsync(cancel) is { Count: > 0 } pending)
                throw new CommandException($"{Describe(options)} lacks {CommandLine.Count(pending.Count, "migration")} ({string.Join(", ", pending)}). Run: nurture migrate");
            return database;
        }
        catch
        {
            await database.DisposeAsync();
            throw;
        }
    }

    /// <summary>Where it is, without the password.</summary>
    public static string Describe(DatabaseOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.Postgres)) return $"SQLite, {SqlitePath(options)}";
        var server = new DbConnectionStringBuilder { ConnectionString = options.Postgres };
        return $"PostgreSQL, {Part("Database")} at {Part("Host")}";

        string Part(string name) => server.TryGetValue(name, out var value) ? $"{value}" : $"the default {name.ToLowerInvariant()}";
    }

    private static string SqlitePath(DatabaseOptions options) => Path.Combine(options.DataDirectory, "nurture.db");
}
