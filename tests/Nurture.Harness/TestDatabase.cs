using System.Data.Common;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Nurture.Harness;

/// <summary>A fresh database for one server, and a way to look into it without the server.</summary>
public abstract class TestDatabase : IAsyncDisposable
{
    public const string Sqlite = "sqlite";
    public const string Postgres = "postgres";

    /// <param name="scratch">SQLite's file is in here, in the server's data directory; so is the cluster where none is running yet.</param>
    public static Task<TestDatabase> CreateAsync(string kind, ScratchFolder scratch, CancellationToken cancel) =>
        CreateAsync(kind, scratch.Path, isClusterOwn: false, cancel);

    /// <param name="folder">SQLite's file is in <c>data</c> in here; so is a cluster of its own, in <c>postgres</c>.</param>
    /// <param name="isClusterOwn">Started for this database alone, whatever runs already: to be killed, or on a disk of its own.</param>
    public static async Task<TestDatabase> CreateAsync(string kind, string folder, bool isClusterOwn, CancellationToken cancel) => kind switch
    {
        Sqlite => new SqliteFile(Path.Combine(folder, "data")),
        Postgres => await PostgresDatabase.CreateAsync(folder, isClusterOwn, cancel),
        _ => throw new ArgumentException($"""There is no database "{kind}": sqlite or postgres.""", nameof(kind)),
    };

    /// <summary>The SQLite file that lies in a data directory.</summary>
    public static TestDatabase OfFolder(string dataDirectory) => new SqliteFile(dataDirectory);

    public abstract string Kind { get; }

    /// <summary>Left behind, for reading what went wrong.</summary>
    public bool IsKept { get; set; }

    /// <summary>What the server is told to find it by.</summary>
    public abstract IReadOnlyDictionary<string, string?> Settings { get; }

    public abstract Task<DbConnection> OpenAsync(CancellationToken cancel);

    public async Task<IReadOnlyList<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> read, CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 300;
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var rows = new List<T>();
        while (await reader.ReadAsync(cancel))
            rows.Add(read(reader));
        return rows;
    }

    public async Task<long> CountAsync(string sql, CancellationToken cancel) =>
        (await QueryAsync(sql, row => Convert.ToInt64(row.GetValue(0)), cancel)).Single();

    /// <summary>Changes rows behind the server's back, in one transaction.</summary>
    public async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, Task<T>> work, CancellationToken cancel)
    {
        await using var connection = await OpenForWritingAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(cancel);
        var result = await work(connection, transaction);
        await transaction.CommitAsync(cancel);
        return result;
    }

    private protected virtual Task<DbConnection> OpenForWritingAsync(CancellationToken cancel) => OpenAsync(cancel);

    public virtual ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class SqliteFile(string dataDirectory) : TestDatabase
    {
        public override string Kind => Sqlite;

        public override IReadOnlyDictionary<string, string?> Settings { get; } =
            new Dictionary<string, string?> { ["Nurture__Postgres"] = null };

        public override Task<DbConnection> OpenAsync(CancellationToken cancel) => OpenAsync(SqliteOpenMode.ReadOnly, cancel);

        private protected override Task<DbConnection> OpenForWritingAsync(CancellationToken cancel) => OpenAsync(SqliteOpenMode.ReadWrite, cancel);

        private async Task<DbConnection> OpenAsync(SqliteOpenMode mode, CancellationToken cancel)
        {
            var source = new SqliteConnectionStringBuilder
            {
                DataSource = Path.Combine(dataDirectory, "nurture.db"),
                Mode = mode,
                Pooling = false,
                DefaultTimeout = 30,
            };
            var connection = new SqliteConnection(source.ToString());
            await connection.OpenAsync(cancel);
            return connection;
        }
    }
}
