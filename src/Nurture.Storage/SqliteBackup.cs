using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Nurture.Storage;

/// <summary>The backup was not made; nothing of it is left.</summary>
public sealed class BackupException(string message) : Exception(message);

/// <summary>
/// Copies the SQLite database into one file while a server works on it: as it is at one moment, a few pages at a time, checked
/// before it gets its name.
/// </summary>
public sealed class SqliteBackup(DatabaseOptions options)
{
    // Four megabytes of SQLite's usual pages.
    private const int PagesAtOnce = 1024;

    private readonly string source = Path.Combine(Path.GetFullPath(options.DataDirectory), "nurture.db");

    /// <param name="progress">Is told how many of how many bytes are copied.</param>
    /// <exception cref="BackupException">It cannot be made, or the copy is no good; the message says why.</exception>
    public async Task RunAsync(string target, Action<long, long> progress, CancellationToken cancel)
    {
        if (Path.Exists(target)) throw new BackupException($"{target} is there already, and a backup overwrites nothing. Name another file.");
        var part = $"{target}.part";
        try
        {
            // Two backups at once into one file would spoil it; and what a killed one left is not for us to judge.
            await using (new FileStream(part, FileMode.CreateNew, FileAccess.Write)) { }
        }
        catch (IOException) when (File.Exists(part))
        {
            throw new BackupException($"{part} is there: another backup is writing it, or one was killed. If none runs, remove it.");
        }

        try
        {
            await CopyAsync(part, progress, cancel);
            await FinishAsync(part, cancel);
            await using (var file = new FileStream(part, FileMode.Open, FileAccess.ReadWrite)) file.Flush(flushToDisk: true);
            File.Move(part, target);
        }
        finally
        {
            foreach (var rest in new[] { part, $"{part}-journal", $"{part}-wal", $"{part}-shm" }) File.Delete(rest);
        }
    }

    private async Task CopyAsync(string part, Action<long, long> progress, CancellationToken cancel)
    {
        await using var from = await OpenAsync(source, SqliteOpenMode.ReadWrite, cancel);
        await using var to = await OpenAsync(part, SqliteOpenMode.ReadWrite, cancel);
        // Held open, this transaction sees one moment to the end; without it each commit of the server would begin the copy anew.
        await using var moment = from.BeginTransaction(deferred: true);
        await from.ScalarAsync<long>(moment, "select count(*) from sqlite_master", [], cancel);
        var pageBytes = await from.ScalarAsync<long>(moment, "pragma page_size", [], cancel);

        using var backup = raw.sqlite3_backup_init(to.Handle, "main", from.Handle, "main");
        if (backup is null || backup.IsInvalid) throw new BackupException($"SQLite refuses to copy: {raw.sqlite3_errmsg(to.Handle).utf8_to_string()}");
        while (true)
        {
            cancel.ThrowIfCancellationRequested();
            var began = Stopwatch.GetTimestamp();
            var result = raw.sqlite3_backup_step(backup, PagesAtOnce);
            if (result is not (raw.SQLITE_OK or raw.SQLITE_DONE)) throw new BackupException($"SQLite cannot go on copying: {raw.sqlite3_errstr(result).utf8_to_string()}");
            var total = raw.sqlite3_backup_pagecount(backup);
            progress((total - raw.sqlite3_backup_remaining(backup)) * pageBytes, total * pageBytes);
            if (result == raw.SQLITE_DONE) return;
            // The disk is the server's for as long as it was ours.
            await Task.Delay(Stopwatch.GetElapsedTime(began), cancel);
        }
    }

    private static async Task FinishAsync(string part, CancellationToken cancel)
    {
        await using var copy = await OpenAsync(part, SqliteOpenMode.ReadWrite, cancel);
        // One file that can be carried; a server that opens it goes back to the write-ahead log.
        await copy.ExecuteAsync(null, "pragma journal_mode = delete", [], cancel);
        await using (var transaction = copy.BeginTransaction())
        {
            await RestoreStore.WriteAsync(copy, transaction, SettingNames.Place, RestoreStore.Nowhere, cancel);
            await transaction.CommitAsync(cancel);
        }

        var found = await copy.QueryAsync(null, "pragma integrity_check(3)", [], row => row.GetString(0), cancel);
        if (found is not ["ok"]) throw new BackupException($"The copy is not whole, and neither may the database be: {string.Join("; ", found)}");
    }

    private static async Task<SqliteConnection> OpenAsync(string path, SqliteOpenMode mode, CancellationToken cancel)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = mode, Pooling = false, DefaultTimeout = 30 }.ConnectionString);
        await connection.OpenAsync(cancel);
        return connection;
    }
}
