using System.Collections.Concurrent;
using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace Nurture.Storage;

/// <summary>One file, one process, one writer at a time.</summary>
public sealed class SqliteDatabase : Database
{
    private const int MostReaders = 8;

    private readonly string path;
    private readonly string connectionString;
    private readonly FileStream? held;
    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly string placeFile;
    private readonly ConcurrentBag<KeptSqliteConnection> readers = [];
    private KeptSqliteConnection? writer;
    private string? place;
    private bool isDisposed;

    public SqliteDatabase(DatabaseOptions options)
    {
        Directory.CreateDirectory(options.DataDirectory);
        path = Path.Combine(Path.GetFullPath(options.DataDirectory), "nurture.db");
        placeFile = $"{path}.place";
        connectionString = new SqliteConnectionStringBuilder { DataSource = path, ForeignKeys = true, DefaultTimeout = 30 }.ConnectionString;
        held = options.IsNode ? Hold(path) : null;
    }

    public override bool IsPostgres => false;

    public override int Lanes => 1;

    internal override string NowSql => "cast(unixepoch('subsec') * 1000 as integer)";

    internal override string NodeCountSql => "select 1";

    internal override string? EndSessionsSql => null;

    // The file has one server; whoever else is named as an owner was its predecessor.
    internal override string IsOwnerGoneSql => "true";

    internal override string SkipLocked => "";

    internal override string NewEventsSql =>
        $"""
         select e.lane, e.xid, {EventLog.Columns} from events e
         where e.id > (select r.event_id from rows r) order by e.id limit @limit
         """;

    internal override string LoggedEventsSql =>
        $"select e.lane, e.xid, {EventLog.Columns} from events e where e.id > @event_id order by e.id limit @limit";

    internal override string UnreadEventsSql => "select count(*) from events e where e.id > (select event_id from lanes) and e.id <= @up_to";

    internal override string SomeUnreadEventsSql =>
        "select count(*) from (select 1 from events e where e.id > (select event_id from lanes) limit @most) t";

    internal override string OldestUnreadEventSql =>
        "select e.received_at from events e where e.id > (select event_id from lanes) order by e.id limit 1";

    internal override string DueSubjectsSql =>
        """
        select s.lane, s.slot, s.kind, s.subject_id, s.due_at from states s
        where s.lane = (select r.lane from rows r) and s.due_at >= (select due_floor from lanes) and s.due_at <= @now
        order by s.due_at, s.subject_id limit @limit
        """;

    /// <summary>
    /// The place is a word that is made anew with each opening, here and in a file beside the database: a copy of an earlier day
    /// has an earlier word, one that was carried elsewhere has no file beside it. The file has the old word too until the new
    /// one is committed.
    /// </summary>
    internal override async Task<(bool IsElsewhere, string Place)> PlaceAsync(
        DbConnection connection, DbTransaction transaction, string? known, CancellationToken cancel)
    {
        var words = File.Exists(placeFile) ? await File.ReadAllLinesAsync(placeFile, cancel) : null;
        var isElsewhere = known is null ? words is not null : words?.Contains(known) != true;
        place = RandomNumberGenerator.GetHexString(32, lowercase: true);
        await WritePlaceAsync(known is null ? [place] : [place, known], cancel);
        return (isElsewhere, place);
    }

    private protected override Task KeepPlaceAsync(CancellationToken cancel) => WritePlaceAsync([place!], cancel);

    private async Task WritePlaceAsync(string[] words, CancellationToken cancel)
    {
        await File.WriteAllLinesAsync($"{placeFile}.new", words, cancel);
        File.Move($"{placeFile}.new", placeFile, overwrite: true);
    }

    internal override Task<DatabaseSpace> SpaceAsync(CancellationToken cancel) => Task.FromResult(new DatabaseSpace(
        new[] { path, $"{path}-wal" }.Where(File.Exists).Sum(file => new FileInfo(file).Length),
        new DriveInfo(Path.GetDirectoryName(path)!).AvailableFreeSpace));

    public override void Configure(DbContextOptionsBuilder options) => options.UseSqlite(connectionString);

    public override async Task<DbConnection> OpenAsync(CancellationToken cancel) => await OpenConnectionAsync(cancel);

    private Task<SqliteConnection> OpenConnectionAsync(CancellationToken cancel) => OpenAsync(new SqliteConnection(connectionString), "", cancel);

    private static async Task<T> OpenAsync<T>(T connection, string pragmas, CancellationToken cancel) where T : SqliteConnection
    {
        await connection.OpenAsync(cancel);
        await connection.ExecuteAsync(null, $"pragma journal_mode = wal; pragma synchronous = full; {pragmas}", [], cancel);
        return connection;
    }

    private async Task OpenWriterAsync(CancellationToken cancel)
    {
        // Pages that every batch touches again are looked for in memory, and written into the file once in 64 MB of log.
        writer = await OpenAsync(new KeptSqliteConnection(connectionString, null), "pragma cache_size = -32768; pragma wal_autocheckpoint = 16384", cancel);
    }

    internal override async Task<DbConnection> OpenForBatchesAsync(CancellationToken cancel) =>
        readers.TryTake(out var idle) ? idle : await OpenAsync(new KeptSqliteConnection(connectionString, Keep), "pragma cache_size = -8192", cancel);

    private void Keep(KeptSqliteConnection reader)
    {
        if (isDisposed || readers.Count >= MostReaders) reader.End();
        else readers.Add(reader);
    }

    public override async Task<T> WriteAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        // Hands over in the order of asking, so that intake and the slot worker do not starve each other.
        await turn.WaitAsync(cancel);
        try
        {
            if (writer is null) await OpenWriterAsync(cancel);
            await using var transaction = writer!.BeginTransaction(deferred: false);
            var result = await work(writer, transaction, cancel);
            transaction.Commit();
            return result;
        }
        finally
        {
            turn.Release();
        }
    }

    internal override async Task<T> ReadAsync<T>(Func<DbConnection, DbTransaction, CancellationToken, Task<T>> work, CancellationToken cancel)
    {
        await using var connection = await OpenConnectionAsync(cancel);
        await using var transaction = connection.BeginTransaction(deferred: true);
        return await work(connection, transaction, cancel);
    }

    internal override Task<int> BulkAsync(DbConnection connection, DbTransaction? transaction, Rows rows, string sql, CancellationToken cancel)
    {
        if (rows.Count == 0) return Task.FromResult(0);
        if (connection is KeptSqliteConnection kept) return Task.FromResult(kept.Statements.Execute(rows, sql, cancel));
        using var statements = new SqliteStatements((SqliteConnection)connection);
        return Task.FromResult(statements.Execute(rows, sql, cancel));
    }

    internal override Task<List<T>> BulkAsync<T>(
        DbConnection connection, DbTransaction? transaction, Rows rows, string sql, Func<DbDataReader, T> read, CancellationToken cancel)
    {
        if (rows.Count == 0) return Task.FromResult(new List<T>());
        if (connection is KeptSqliteConnection kept) return Task.FromResult(kept.Statements.Read(transaction, rows, sql, read, cancel));
        using var statements = new SqliteStatements((SqliteConnection)connection);
        return Task.FromResult(statements.Read(transaction, rows, sql, read, cancel));
    }

    private protected override async Task ApplyMigrationsAsync(CancellationToken cancel)
    {
        await using var guard = await HoldForMigrationAsync(cancel);
        await using var context = Context();
        await context.Database.OpenConnectionAsync(cancel);
        var connection = context.Database.GetDbConnection();
        // EF's own lock is a row, which a process killed while migrating leaves behind for ever; the file above is the lock.
        if (await connection.ScalarAsync<long>(null, "select count(*) from sqlite_master where name = '__EFMigrationsLock'", [], cancel) > 0)
            await connection.ExecuteAsync(null, "delete from \"__EFMigrationsLock\"", [], cancel);
        await context.Database.MigrateAsync(cancel);
    }

    private async Task<FileStream> HoldForMigrationAsync(CancellationToken cancel)
    {
        while (true)
        {
            try
            {
                return new FileStream($"{path}.migrate", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists($"{path}.migrate"))
            {
                // A file that another process holds cannot be waited for, only tried again.
                await Task.Delay(50, cancel);
            }
        }
    }

    /// <summary>The operating system's lock: it dies with the process, however that ends. The holder's id stands beside it.</summary>
    private static FileStream Hold(string path)
    {
        try
        {
            var stream = new FileStream($"{path}.lock", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText($"{path}.pid", Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return stream;
        }
        catch (IOException e) when (File.Exists($"{path}.pid"))
        {
            throw new DatabaseUnavailableException(
                $"The database {path} is in use by process {File.ReadAllText($"{path}.pid")}. SQLite serves one process; stop the other one, or use PostgreSQL for several nodes.", e);
        }
    }

    public override async ValueTask DisposeAsync()
    {
        isDisposed = true;
        writer?.End();
        while (readers.TryTake(out var reader)) reader.End();
        using (var connection = new SqliteConnection(connectionString)) SqliteConnection.ClearPool(connection);
        if (held is not null) await held.DisposeAsync();
        turn.Dispose();
    }
}
