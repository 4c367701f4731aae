using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql;

namespace Nurture.Storage.Tests.Databases;

/// <summary>
/// A migrated database of its own for one suite. A contract suite is an abstract class over a fixture, with one sealed
/// class per database:
/// <code>
/// public abstract class XTests(DatabaseFixture fixture) { … fixture.Database … }
/// public sealed class XOnSqlite(SqliteFixture fixture) : XTests(fixture), IClassFixture&lt;SqliteFixture&gt;;
/// public sealed class XOnPostgres(PostgresFixture fixture) : XTests(fixture), IClassFixture&lt;PostgresFixture&gt;;
/// </code>
/// </summary>
public abstract class DatabaseFixture : IAsyncLifetime
{
    private Database? database;

    /// <summary>Skips the test that asks, where there is no such database.</summary>
    public Database Database
    {
        get
        {
            Assert.SkipWhen(database is null, WhyNot);
            return database!;
        }
    }

    protected virtual string WhyNot => "";

    /// <summary>Opens the same database once more; the caller disposes it.</summary>
    public Database OpenAgain()
    {
        // A file that is held cannot be held twice; servers of one PostgreSQL are nodes all.
        var isNode = Database.IsPostgres;
        return Database.Create(Options! with { IsNode = isNode });
    }

    /// <summary>The last migration that it gets, for tests of a later one; null for all.</summary>
    public string? UpTo { get; init; }

    /// <summary>How to open it; null where there is no such database.</summary>
    public DatabaseOptions? Options { get; private set; }

    public async ValueTask InitializeAsync()
    {
        Options = await MakeAsync();
        if (Options is null) return;
        database = Database.Create(Options);
        if (UpTo is null)
        {
            await database.MigrateAsync(CancellationToken.None);
            return;
        }

        await using var context = database.Context();
        await context.GetService<IMigrator>().MigrateAsync(UpTo);
    }

    public async ValueTask DisposeAsync()
    {
        if (database is null) return;
        await database.DisposeAsync();
        await RemoveAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>Null where it cannot be had.</summary>
    protected abstract Task<DatabaseOptions?> MakeAsync();

    protected abstract Task RemoveAsync();
}

public sealed class SqliteFixture : DatabaseFixture
{
    private readonly string folder = Directory.CreateTempSubdirectory("nurture-test-").FullName;

    protected override Task<DatabaseOptions?> MakeAsync() => Task.FromResult<DatabaseOptions?>(new() { DataDirectory = folder });

    protected override Task RemoveAsync()
    {
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

public sealed class PostgresFixture : DatabaseFixture
{
    private readonly string name = $"nurture_test_{Guid.NewGuid():N}";

    protected override string WhyNot => PostgresCluster.Why;

    protected override async Task<DatabaseOptions?> MakeAsync()
    {
        if (PostgresCluster.ConnectionString is not { } server) return null;
        await ExecuteAsync(server, $"create database {name}");
        return new() { Postgres = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString };
    }

    protected override Task RemoveAsync() => ExecuteAsync(PostgresCluster.ConnectionString!, $"drop database {name} with (force)");

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
