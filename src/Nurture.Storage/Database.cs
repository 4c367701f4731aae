using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>
/// The one seam between the stores and the two databases: connections, the write transaction, rows as columns, and the
/// few words in which the dialects differ.
/// </summary>
public abstract class Database : IAsyncDisposable
{
    private protected Database() =>
        Node = $"{Environment.MachineName[..Math.Min(Environment.MachineName.Length, 30)]}-{Environment.ProcessId}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";

    public static Database Create(DatabaseOptions options) =>
        string.IsNullOrWhiteSpace(options.Postgres) ? new SqliteDatabase(options) : new PostgresDatabase(options);

    public abstract bool IsPostgres { get; }

    /// <summary>How many ranges the slots are leased in; stored with every state and event, so it never changes.</summary>
    public abstract int Lanes { get; }

    /// <summary>
    /// Names this process and opening of the database: the owner of leases and, after <c>nurture</c>, its sessions in
    /// <c>pg_stat_activity</c>, where a name has 63 bytes.
    /// </summary>
    public string Node { get; }

    /// <summary>The database's own clock in milliseconds since 1970, as an SQL expression.</summary>
    internal abstract string NowSql { get; }

    /// <summary>How many nodes are alive and share the lanes.</summary>
    internal abstract string NodeCountSql { get; }

    /// <summary>Ends the sessions of owners other than <c>@me</c> that are silent or let their lease expire; null where there are no sessions.</summary>
    internal abstract string? EndSessionsSql { get; }

    /// <summary>Whether a lane's <c>owner</c> is not connected any more, or frozen.</summary>
    internal abstract string IsOwnerGoneSql { get; }

    /// <summary>Leaves out rows that another transaction holds.</summary>
    internal abstract string SkipLocked { get; }

    /// <summary>Events after the cursors (<c>lane, xid, event_id</c>) of <c>rows</c>, in their order, <c>@limit</c> a lane: lane, xid, then <see cref="EventLog.Columns"/>.</summary>
    internal abstract string NewEventsSql { get; }

    /// <summary>Events of this era after a cursor (<c>@xid, @event_id</c>) of <c>@lane</c>, whoever has read them; in the same order and form.</summary>
    internal abstract string LoggedEventsSql { get; }

    /// <summary>How many events no lane has read, of those with an id up to <c>@up_to</c>.</summary>
    internal abstract string UnreadEventsSql { get; }

    /// <summary>The same, counted up to <c>@most</c>: by the index alone, and no further than that.</summary>
    internal abstract string SomeUnreadEventsSql { get; }

    /// <summary>When the first event that each lane has not read was received; the earliest of them.</summary>
    internal abstract string OldestUnreadEventSql { get; }

    /// <summary>
    /// Subjects of the lanes of <c>rows</c> that are due at <c>@now</c>, in order, <c>@limit</c> a lane: lane, slot, kind,
    /// subject_id, due_at. From the floor on and including it: it only spares the index entries of what is long done.
    /// </summary>
    internal abstract string DueSubjectsSql { get; }

    public short LaneOf(short slot) => (short)(slot * Lanes / Slots.Count);

    /// <summary>Brings the schema up to this build, and the rows that every database has. Safe from several processes at once.</summary>
    public async Task MigrateAsync(CancellationToken cancel)
    {
        await ApplyMigrationsAsync(cancel);
        await WriteAsync(async (connection, transaction, ct) =>
        {
            await FirstRows.WriteAsync(this, connection, transaction, ct);
            return 0;
        }, cancel);
        await KeepPlaceAsync(cancel);
    }

    /// <summary>What a migration would run, in its order; empty when the schema is this build's.</summary>
    public async Task<IReadOnlyList<string>> PendingMigrationsAsync(CancellationToken cancel)
    {
        await using var context = Context();
        return [.. await context.Database.GetPendingMigrationsAsync(cancel)];
    }

    private protected abstract Task ApplyMigrationsAsync(CancellationToken cancel);

    /// <summary>Opens the line by which nodes know of each other; null where there is only one.</summary>
    public virtual Task<NodeLine?> OpenLineAsync(CancellationToken cancel) => Task.FromResult<NodeLine?>(null);

    /// <summary>Calls the other nodes, if there are any.</summary>
    public virtual Task CallAsync(NodeCall call, CancellationToken cancel) => Task.CompletedTask;

    /// <summary>
    /// Where this database is, so that a copy elsewhere is known for one: whether it is the place that its settings name
    /// (null: they name none yet), and what they shall name from now on.
    /// </summary>
    internal abstract Task<(bool IsElsewhere, string Place)> PlaceAsync(
        DbConnection connection, DbTransaction transaction, string? known, CancellationToken cancel);

    /// <summary>After the commit that named the place.</summary>
    private protected virtual Task KeepPlaceAsync(CancellationToken cancel) => Task.CompletedTask;

    /// <summary>What the database takes of its disk.</summary>
    internal abstract Task<DatabaseSpace> SpaceAsync(CancellationToken cancel);

    /// <summary>An open connection for reading; the caller disposes it.</summary>
    public abstract Task<DbConnection> OpenAsync(CancellationToken cancel);

    /// <summary>
    /// Runs the work in one transaction that is on disk when this returns. On PostgreSQL the work may run again after a
    /// deadlock or serialization failure, so it must have no effect outside the transaction.
    /// </summary>
    public abstract Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel);

    /// <summary>Runs several reads that all see the database as it is at the first of them.</summary>
    internal abstract Task<T> ReadAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel);

    public Task WriteAsync(Func<DbConnection, DbTransaction, CancellationToken, Task> work, CancellationToken cancel) =>
        WriteAsync(async (connection, transaction, ct) =>
        {
            await work(connection, transaction, ct);
            return true;
        }, cancel);

    /// <summary>
    /// An open connection for the statements that run all day and look up many rows by their indexes: intake's, the slots'
    /// and delivery's. They are planned once, and to use the indexes, however small or large the tables are.
    /// </summary>
    internal virtual Task<DbConnection> OpenForBatchesAsync(CancellationToken cancel) => OpenAsync(cancel);

    /// <summary><see cref="WriteAsync{T}"/> on such a connection.</summary>
    internal virtual Task<T> WriteBatchAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel) => WriteAsync(work, cancel);

    internal Task WriteBatchAsync(Func<DbConnection, DbTransaction, CancellationToken, Task> work, CancellationToken cancel) =>
        WriteBatchAsync(async (connection, transaction, ct) =>
        {
            await work(connection, transaction, ct);
            return true;
        }, cancel);

    /// <summary>
    /// Runs one statement over many rows, and answers how many it touched. The text reads them as a table <c>rows</c>
    /// with the given columns and <c>n</c>, the place of each: <c>insert into t (a) select r.a from rows r where true</c>.
    /// PostgreSQL gets the columns as arrays in one statement, SQLite a prepared statement per row; so the text must mean
    /// the same either way, and starts with its verb.
    /// </summary>
    internal abstract Task<int> BulkAsync(DbConnection connection, DbTransaction? transaction, Rows rows, string sql, CancellationToken cancel);

    /// <summary>
    /// Adds rows to a table in their order, where none can be there already. On PostgreSQL many go by COPY, which costs
    /// about half of a statement over arrays.
    /// </summary>
    internal virtual Task AppendAsync(DbConnection connection, DbTransaction transaction, string table, Rows rows, CancellationToken cancel)
    {
        var columns = rows.Columns.Select(column => column.Name).ToList();
        return BulkAsync(connection, transaction, rows,
            $"insert into {table} ({string.Join(", ", columns)}) select {string.Join(", ", columns.Select(column => $"r.{column}"))} from rows r where true order by r.n", cancel);
    }

    /// <summary>The same for a text that returns rows.</summary>
    internal abstract Task<List<T>> BulkAsync<T>(
        DbConnection connection, DbTransaction? transaction, Rows rows, string sql, Func<DbDataReader, T> read, CancellationToken cancel);

    /// <summary>What <see cref="IsDiskFull"/> means, for the operator.</summary>
    public const string DiskFull = "the disk of the database is full; it goes on by itself when there is room";

    /// <summary>Whether something failed since the database has no room left to write.</summary>
    public static bool IsDiskFull(Exception failure) => failure
        is Npgsql.PostgresException { SqlState: Npgsql.PostgresErrorCodes.DiskFull }
        or Microsoft.Data.Sqlite.SqliteException { SqliteErrorCode: SQLitePCL.raw.SQLITE_FULL };

    /// <summary>Lets a context of EF Core work on this database; no hot path goes through one.</summary>
    public abstract void Configure(DbContextOptionsBuilder options);

    internal NurtureContext Context()
    {
        var options = new DbContextOptionsBuilder<NurtureContext>();
        Configure(options);
        return new(options.Options);
    }

    public abstract ValueTask DisposeAsync();
}
