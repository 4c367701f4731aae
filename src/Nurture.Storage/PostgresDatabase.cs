using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Nurture.Storage;

public sealed class PostgresDatabase : Database
{
    private const int MigrationLock = 7001;
    private const int Attempts = 6;

    private readonly NpgsqlDataSource source;

    public PostgresDatabase(string connectionString)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = SessionName(Node),
            MaxAutoPrepare = 100,
            NoResetOnClose = true,
        };
        // A plan that was cached while a table was small scans it when it has grown; planning anew costs far less than a batch.
        settings.Options = $"{settings.Options} -c plan_cache_mode=force_custom_plan".Trim();
        ConnectionString = settings.ConnectionString;
        source = NpgsqlDataSource.Create(settings);
        ContextOptions = new DbContextOptionsBuilder<NurtureContext>().UseNpgsql(source).Options;
    }

    public override bool IsPostgres => true;

    public override int Lanes => 16;

    internal string ConnectionString { get; }

    internal override string NowSql => "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    private protected override DbContextOptions<NurtureContext> ContextOptions { get; }

    /// <summary>What a node's sessions are called in <c>pg_stat_activity</c>, so that who takes its lanes over can end them. At most 63 bytes.</summary>
    internal static string SessionName(string node) => $"nurture {(node.Length > 55 ? node[^55..] : node)}";

    public override async Task<DbConnection> OpenAsync(CancellationToken cancel) => await source.OpenConnectionAsync(cancel);

    public override async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync(cancel);
                await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancel);
                var result = await work(connection, transaction, cancel);
                // Not to be cancelled: a commit that was asked for may already stand.
                await transaction.CommitAsync(CancellationToken.None);
                return result;
            }
            catch (PostgresException e) when (attempt < Attempts
                && e.SqlState is PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected)
            {
                // The server has rolled back, so nothing of this attempt stands.
            }
        }
    }

    internal override async Task<int> BulkAsync(DbConnection connection, DbTransaction? transaction, Rows rows, string sql, CancellationToken cancel)
    {
        if (rows.Count == 0) return 0;
        await using var command = Command(connection, transaction, rows, sql);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    internal override async Task<List<T>> BulkAsync<T>(
        DbConnection connection, DbTransaction? transaction, Rows rows, string sql, Func<DbDataReader, T> read, CancellationToken cancel)
    {
        var results = new List<T>(rows.Count);
        if (rows.Count == 0) return results;
        await using var command = Command(connection, transaction, rows, sql);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        while (await reader.ReadAsync(cancel)) results.Add(read(reader));
        return results;
    }

    private static DbCommand Command(DbConnection connection, DbTransaction? transaction, Rows rows, string sql)
    {
        var columns = string.Join(", ", rows.Columns.Select(column => column.Name));
        var arrays = string.Join(", ", rows.Columns.Select(column => $"@r_{column.Name}"));
        var command = connection.Command(
            transaction, $"with rows ({columns}, n) as (select * from unnest({arrays}) with ordinality) {sql}", rows.Scalars);
        foreach (var column in rows.Columns) command.Parameters.Add(column.ToArrayParameter($"r_{column.Name}"));
        return command;
    }

    private protected override async Task ApplyMigrationsAsync(CancellationToken cancel)
    {
        // Unpooled, so that closing it frees the lock; and asked for again and again rather than waited in, because a
        // waiter's snapshot would deadlock with an index that is built concurrently.
        await using var guard = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(ConnectionString) { Pooling = false }.ConnectionString);
        await guard.OpenAsync(cancel);
        while (!await guard.ScalarAsync<bool>(null, "select pg_try_advisory_lock(@lock)", [("lock", (long)MigrationLock)], cancel))
            await Task.Delay(50, cancel);
        await using var context = Context();
        await context.Database.MigrateAsync(cancel);
    }

    public override ValueTask DisposeAsync() => source.DisposeAsync();
}
