using System.Data;
using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Nurture.Storage;

public sealed partial class PostgresDatabase : Database
{
    private const int MigrationLock = 7001;
    private const int Attempts = 6;

    // COPY costs two more trips to the server than a statement.
    private const int FewestToCopy = 50;

    private readonly NpgsqlDataSource source;
    private readonly NpgsqlDataSource batches;

    public PostgresDatabase(DatabaseOptions options)
    {
        var settings = new NpgsqlConnectionStringBuilder(options.Postgres)
        {
            ApplicationName = options.IsNode ? $"nurture {Node}" : "nurture-visitor",
            MinPoolSize = 1,
            MaxAutoPrepare = 100,
            NoResetOnClose = true,
        };
        ConnectionString = With("-c plan_cache_mode=force_custom_plan");
        // A plan that was cached while a table was small scans it when it has grown.
        source = Pool("nurture", ConnectionString);
        // Planning anew costs a small batch more than its work, and of a few thousand keys the planner would rather read a table
        // of some hundred thousand rows whole.
        batches = Pool("nurture-batches", With("-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off"));

        // Compiling a plan to machine code takes a tenth of a second, and no statement here runs that long.
        string With(string plans) => new NpgsqlConnectionStringBuilder(settings.ConnectionString) { Options = $"{settings.Options} -c jit=off {plans}".Trim() }.ConnectionString;
    }

    public override bool IsPostgres => true;

    public override int Lanes => 16;

    internal string ConnectionString { get; }

    internal override string NowSql => "(extract(epoch from clock_timestamp()) * 1000)::bigint";

    internal override string SkipLocked => "for update skip locked";

    // The floor leaves out the parts that are wholly read, whose ends are exclusive. Transactions that are still open may yet bring events with a lower
    // id or xid, so nothing is read at or beyond the oldest of them.
    internal override string NewEventsSql =>
        $"""
         select e.lane, e.xid, {EventLog.Columns}
         from rows r join lanes l on l.lane = r.lane cross join lateral (
             select * from events e
             where e.lane = r.lane and (e.xid, e.id) > (r.xid, r.event_id) and e.id >= l.era_floor + 1
                 and e.xid < (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
             order by e.xid, e.id limit @limit) e
         order by e.lane, e.xid, e.id
         """;

    internal override string LoggedEventsSql =>
        $"""
         select e.lane, e.xid, {EventLog.Columns} from events e
         where e.lane = @lane and (e.xid, e.id) > (@xid, @event_id) and e.id > {EventLog.BeforeEra}
             and e.xid < (select pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
         order by e.xid, e.id limit @limit
         """;

    internal override string UnreadEventsSql =>
        """
        select coalesce(sum(u.unread), 0)::bigint from lanes l cross join lateral (
            select count(*) as unread from events e
            where e.lane = l.lane and (e.xid, e.id) > (l.xid, l.event_id) and e.id >= l.era_floor + 1 and e.id <= @up_to) u
        """;

    internal override string SomeUnreadEventsSql =>
        """
        select count(*) from (
            select 1 from lanes l cross join lateral (
                select 1 from events e
                where e.lane = l.lane and (e.xid, e.id) > (l.xid, l.event_id) and e.id >= l.era_floor + 1 limit @most) e
            limit @most) t
        """;

    internal override string OldestUnreadEventSql =>
        """
        select min(e.received_at) from lanes l cross join lateral (
            select e.received_at from events e
            where e.lane = l.lane and (e.xid, e.id) > (l.xid, l.event_id) and e.id >= l.era_floor + 1 order by e.xid, e.id limit 1) e
        """;

    internal override string DueSubjectsSql =>
        """
        select s.lane, s.slot, s.kind, s.subject_id, s.due_at
        from rows r join lanes l on l.lane = r.lane cross join lateral (
            select * from states s where s.lane = r.lane and s.due_at >= l.due_floor and s.due_at <= @now
            order by s.due_at, s.subject_id limit @limit) s
        order by s.lane, s.due_at, s.subject_id
        """;

    // A dump that is restored is another database, most often of another cluster.
    internal override async Task<(bool IsElsewhere, string Place)> PlaceAsync(
        DbConnection connection, DbTransaction transaction, string? known, CancellationToken cancel)
    {
        var place = (await connection.ScalarAsync<string>(transaction,
            "select (select system_identifier from pg_control_system()) || '/' || oid from pg_database where datname = current_database()", [], cancel))!;
        return (known is not null && known != place, place);
    }

    // What is left of a server's disk no query answers.
    internal override async Task<DatabaseSpace> SpaceAsync(CancellationToken cancel)
    {
        await using var connection = await OpenAsync(cancel);
        return new(await connection.ScalarAsync<long>(null, "select pg_database_size(current_database())", [], cancel), null);
    }

    public override void Configure(DbContextOptionsBuilder options) => options.UseNpgsql(source);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancel) => await source.OpenConnectionAsync(cancel);

    internal override async Task<DbConnection> OpenForBatchesAsync(CancellationToken cancel) => await batches.OpenConnectionAsync(cancel);

    public override Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel) => WriteAsync(source, work, cancel);

    internal override Task<T> WriteBatchAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel) => WriteAsync(batches, work, cancel);

    internal override async Task<T> ReadAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        await using var connection = await source.OpenConnectionAsync(cancel);
        await using var transaction = await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancel);
        return await work(connection, transaction, cancel);
    }

    // Measures tell a pool by its name, or else by the connection string.
    private static NpgsqlDataSource Pool(string name, string connectionString) => new NpgsqlDataSourceBuilder(connectionString) { Name = name }.Build();

    private static async Task<T> WriteAsync<T>(NpgsqlDataSource source, Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel)
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

    internal override async Task AppendAsync(DbConnection connection, DbTransaction transaction, string table, Rows rows, CancellationToken cancel)
    {
        if (rows.Count < FewestToCopy)
        {
            await base.AppendAsync(connection, transaction, table, rows, cancel);
            return;
        }

        var columns = string.Join(", ", rows.Columns.Select(column => column.Name));
        await using var importer = await ((NpgsqlConnection)connection).BeginBinaryImportAsync($"copy {table} ({columns}) from stdin (format binary)", cancel);
        for (var n = 0; n < rows.Count; n++)
        {
            await importer.StartRowAsync(cancel);
            foreach (var column in rows.Columns) await column.CopyAsync(importer, n, cancel);
        }

        await importer.CompleteAsync(cancel);
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

    public override async ValueTask DisposeAsync()
    {
        await batches.DisposeAsync();
        await source.DisposeAsync();
    }
}
