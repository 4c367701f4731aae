using System.Data.Common;
using System.Runtime.InteropServices;
using Npgsql;
using Nurture.Contacts;

namespace Nurture.Storage;

/// <summary>Plain SQL with named parameters, values in the forms that both databases store.</summary>
internal static class Sql
{
    public static DbCommand Command(this DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] args)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.Transaction = transaction;
        foreach (var (name, value) in args)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = connection is NpgsqlConnection ? name : $"@{name}";
            parameter.Value = Stored(value, connection is NpgsqlConnection);
            command.Parameters.Add(parameter);
        }

        return command;
    }

    public static async Task<int> ExecuteAsync(
        this DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] args, CancellationToken cancel)
    {
        await using var command = connection.Command(transaction, sql, args);
        return await command.ExecuteNonQueryAsync(cancel);
    }

    public static async Task<List<T>> QueryAsync<T>(
        this DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] args,
        Func<DbDataReader, T> read, CancellationToken cancel)
    {
        await using var command = connection.Command(transaction, sql, args);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        var results = new List<T>();
        while (await reader.ReadAsync(cancel)) results.Add(read(reader));
        return results;
    }

    /// <summary>The first row; default where there is none.</summary>
    public static async Task<T?> FirstAsync<T>(
        this DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] args,
        Func<DbDataReader, T> read, CancellationToken cancel)
    {
        await using var command = connection.Command(transaction, sql, args);
        await using var reader = await command.ExecuteReaderAsync(cancel);
        return await reader.ReadAsync(cancel) ? read(reader) : default;
    }

    /// <summary>No other transaction changes the setting before this one ends.</summary>
    public static Task LockSettingAsync(this DbConnection connection, DbTransaction transaction, string name, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "update settings set value = value where name = @name", [("name", name)], cancel);

    /// <summary>The first column of the first row; default where there is no row, or null stands there.</summary>
    public static async Task<T?> ScalarAsync<T>(
        this DbConnection connection, DbTransaction? transaction, string sql, (string Name, object? Value)[] args, CancellationToken cancel) =>
        await connection.FirstAsync(transaction, sql, args, reader => reader.IsDBNull(0) ? default : reader.GetFieldValue<T>(0), cancel);

    internal static object Stored(object? value, bool isPostgres) => value switch
    {
        null => DBNull.Value,
        bool flag => flag ? (short)1 : (short)0,
        byte number => (short)number,
        DateTimeOffset at => at.ToMilliseconds(),
        Guid id when !isPostgres => id.ToByteArray(bigEndian: true),
        ReadOnlyMemory<byte> memory => memory.ToBytes(),
        Enum => Convert.ToInt16(value, System.Globalization.CultureInfo.InvariantCulture),
        _ => value,
    };

    public static byte[] ToBytes(this ReadOnlyMemory<byte> memory) =>
        MemoryMarshal.TryGetArray(memory, out var segment) && segment.Offset == 0 && segment.Count == segment.Array!.Length
            ? segment.Array
            : memory.ToArray();

    public static DateTimeOffset Instant(this DbDataReader reader, int i) => Instants.FromMilliseconds(reader.GetInt64(i));

    public static DateTimeOffset? InstantOrNull(this DbDataReader reader, int i) => reader.IsDBNull(i) ? null : reader.Instant(i);

    public static string? TextOrNull(this DbDataReader reader, int i) => reader.IsDBNull(i) ? null : reader.GetString(i);

    public static long? LongOrNull(this DbDataReader reader, int i) => reader.IsDBNull(i) ? null : reader.GetInt64(i);

    public static byte[] Bytes(this DbDataReader reader, int i) => reader.GetFieldValue<byte[]>(i);

    public static byte[]? BytesOrNull(this DbDataReader reader, int i) => reader.IsDBNull(i) ? null : reader.Bytes(i);

    public static bool Flag(this DbDataReader reader, int i) => reader.GetInt16(i) != 0;

    public static Guid Uuid(this DbDataReader reader, int i) =>
        reader is NpgsqlDataReader ? reader.GetGuid(i) : new Guid(reader.Bytes(i), bigEndian: true);
}
