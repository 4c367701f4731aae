using System.Data.Common;
using System.Text.RegularExpressions;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Nurture.Storage;

/// <summary>
/// What is done row by row on one connection. Each statement is compiled once, and bound by place: compiling and
/// looking names up cost more than most rows do. Used by one caller at a time, as the connection is.
/// </summary>
internal sealed partial class SqliteStatements(SqliteConnection connection) : IDisposable
{
    // Beyond it something makes texts without end, which would be kept for ever.
    private const int MostKept = 300;

    private readonly Dictionary<string, Statement> executed = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SqliteCommand> read = new(StringComparer.Ordinal);

    /// <summary>The statement once for each row; answers how many rows were changed.</summary>
    public int Execute(Rows rows, string sql, CancellationToken cancel)
    {
        var (statement, places) = Compiled(rows, TextOf(rows, sql));
        try
        {
            foreach (var (name, value) in rows.Scalars)
            {
                if (raw.sqlite3_bind_parameter_index(statement, $"@{name}") is > 0 and var place) Check(SqliteValues.Bind(statement, place, Sql.Stored(value, false)));
            }

            var changed = 0;
            for (var n = 0; n < rows.Count; n++)
            {
                cancel.ThrowIfCancellationRequested();
                for (var i = 0; i < rows.Columns.Count; i++)
                {
                    if (places[i] > 0) Check(rows.Columns[i].Bind(statement, places[i], n));
                }

                // Counted from 1, as "with ordinality" does.
                if (places[^1] > 0) Check(raw.sqlite3_bind_int64(statement, places[^1], n + 1));
                raw.sqlite3_step(statement);
                // Answers what the step did.
                Check(raw.sqlite3_reset(statement));
                changed += raw.sqlite3_changes(connection.Handle);
            }

            return changed;
        }
        finally
        {
            raw.sqlite3_reset(statement);
            // Or what was bound last would stay in memory.
            raw.sqlite3_clear_bindings(statement);
        }
    }

    /// <summary>The statement once for each row; answers what they return.</summary>
    public List<T> Read<T>(DbTransaction? transaction, Rows rows, string sql, Func<DbDataReader, T> row, CancellationToken cancel)
    {
        var text = TextOf(rows, sql);
        if (!read.TryGetValue(text, out var command))
        {
            if (read.Count >= MostKept) ForgetRead();
            read[text] = command = CommandOf(connection, rows, text);
        }

        command.Transaction = (SqliteTransaction?)transaction;
        foreach (var (name, value) in rows.Scalars) command.Parameters[$"@{name}"].Value = Sql.Stored(value, false);
        return Read(command, rows, row, cancel);
    }

    public void Dispose()
    {
        ForgetExecuted();
        ForgetRead();
    }

    private static List<T> Read<T>(SqliteCommand command, Rows rows, Func<DbDataReader, T> row, CancellationToken cancel)
    {
        var results = new List<T>(rows.Count);
        for (var n = 0; n < rows.Count; n++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < rows.Columns.Count; i++) command.Parameters[i].Value = rows.Columns[i].ValueAt(n);
            command.Parameters[rows.Columns.Count].Value = (long)n + 1;
            using var reader = command.ExecuteReader();
            while (reader.Read()) results.Add(row(reader));
        }

        return results;
    }

    /// <summary>
    /// One row's values are named in the statement itself where it takes the rows and nothing else: SQLite would make a table of
    /// the one row for each execution.
    /// </summary>
    private static string TextOf(Rows rows, string sql)
    {
        if (OnlyRows.Count(sql) == 1 && AnyRows.Count(sql) == 1) return RowColumn.Replace(OnlyRows.Replace(sql, ""), "@r_$1");
        return $"with rows ({string.Join(", ", rows.Columns.Select(column => column.Name))}, n) as (select {string.Join(", ", rows.Columns.Select(column => $"@r_{column.Name}"))}, @r_n) {sql}";
    }

    [GeneratedRegex(@"\bfrom\s+rows\s+r(?=\s*(\bwhere\b|\)))")]
    private static partial Regex OnlyRows { get; }

    [GeneratedRegex(@"\brows\b")]
    private static partial Regex AnyRows { get; }

    [GeneratedRegex(@"\br\.(\w+)")]
    private static partial Regex RowColumn { get; }

    private static SqliteCommand CommandOf(SqliteConnection connection, Rows rows, string text)
    {
        var command = connection.CreateCommand();
        command.CommandText = text;
        foreach (var column in rows.Columns) command.Parameters.Add(new SqliteParameter { ParameterName = $"@r_{column.Name}" });
        command.Parameters.Add(new SqliteParameter { ParameterName = "@r_n" });
        foreach (var (name, value) in rows.Scalars) command.Parameters.Add(new SqliteParameter { ParameterName = $"@{name}", Value = Sql.Stored(value, false) });
        return command;
    }

    private Statement Compiled(Rows rows, string text)
    {
        if (executed.TryGetValue(text, out var known)) return known;
        if (executed.Count >= MostKept) ForgetExecuted();
        Check(raw.sqlite3_prepare_v2(connection.Handle, text, out var statement));
        return executed[text] = new(statement, [.. rows.Columns.Select(column => column.Name).Append("n").Select(name => raw.sqlite3_bind_parameter_index(statement, $"@r_{name}"))]);
    }

    private void ForgetExecuted()
    {
        foreach (var (statement, _) in executed.Values) statement.Dispose();
        executed.Clear();
    }

    private void ForgetRead()
    {
        foreach (var command in read.Values) command.Dispose();
        read.Clear();
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, connection.Handle);

    /// <param name="Places">Of each column and of the row's number; 0 where the text does not name it.</param>
    private readonly record struct Statement(sqlite3_stmt Compiled, int[] Places);
}

/// <summary>A connection that stays open with what it has compiled. Disposing it gives it back to whoever keeps it.</summary>
internal sealed class KeptSqliteConnection : SqliteConnection
{
    private readonly Action<KeptSqliteConnection>? giveBack;
    private bool isOver;

    /// <param name="giveBack">Null for one that its owner alone uses.</param>
    public KeptSqliteConnection(string connectionString, Action<KeptSqliteConnection>? giveBack)
        : base(connectionString) => (this.giveBack, Statements) = (giveBack, new SqliteStatements(this));

    public SqliteStatements Statements { get; }

    public void End()
    {
        isOver = true;
        Dispose();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !isOver && giveBack is not null && State == System.Data.ConnectionState.Open)
        {
            giveBack(this);
            return;
        }

        if (disposing) Statements.Dispose();
        base.Dispose(disposing);
    }
}

internal static class SqliteValues
{
    /// <summary>Answers SQLite's result code.</summary>
    public static int Bind<T>(sqlite3_stmt statement, int place, T value) => value switch
    {
        null or DBNull => raw.sqlite3_bind_null(statement, place),
        short number => raw.sqlite3_bind_int64(statement, place, number),
        int number => raw.sqlite3_bind_int64(statement, place, number),
        long number => raw.sqlite3_bind_int64(statement, place, number),
        double number => raw.sqlite3_bind_double(statement, place, number),
        string text => raw.sqlite3_bind_text(statement, place, text),
        byte[] bytes => raw.sqlite3_bind_blob(statement, place, bytes),
        Guid id => raw.sqlite3_bind_blob(statement, place, id.ToByteArray(bigEndian: true)),
        _ => throw new InvalidOperationException($"A {value.GetType().Name} is not bound to a statement."),
    };
}
