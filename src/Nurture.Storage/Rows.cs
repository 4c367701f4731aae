using System.Data.Common;
using Npgsql;
using NpgsqlTypes;
using Nurture.Contacts;
using SQLitePCL;

namespace Nurture.Storage;

/// <summary>Rows as columns, for <see cref="Database.BulkAsync"/>: <c>Rows.Of(events).Short("slot", e => e.Slot)</c>.</summary>
internal abstract class Rows
{
    private readonly List<Column> columns = [];
    private (string, object?)[] scalars = [];

    public abstract int Count { get; }

    public IReadOnlyList<Column> Columns => columns;

    /// <summary>Parameters that are the same for every row, by their own names.</summary>
    public (string Name, object? Value)[] Scalars => scalars;

    public static Rows<T> Of<T>(IReadOnlyList<T> items) => new(items);

    protected void Add(Column column) => columns.Add(column);

    protected void Add(string name, object? value) => scalars = [.. scalars, (name, value)];

    internal abstract class Column(string name)
    {
        public string Name => name;

        /// <summary>In the form that SQLite binds.</summary>
        public abstract object ValueAt(int n);

        /// <summary>Answers SQLite's result code.</summary>
        public abstract int Bind(sqlite3_stmt statement, int place, int n);

        public abstract DbParameter ToArrayParameter(string parameterName);

        public abstract Task CopyAsync(NpgsqlBinaryImporter importer, int n, CancellationToken cancel);
    }

    internal sealed class Column<TValue>(string name, TValue[] values, NpgsqlDbType type) : Column(name)
    {
        public override object ValueAt(int n) => values[n] switch
        {
            null => DBNull.Value,
            Guid id => id.ToByteArray(bigEndian: true),
            var value => value,
        };

        public override int Bind(sqlite3_stmt statement, int place, int n) => SqliteValues.Bind(statement, place, values[n]);

        public override DbParameter ToArrayParameter(string parameterName) =>
            new NpgsqlParameter<TValue[]> { ParameterName = parameterName, TypedValue = values, NpgsqlDbType = NpgsqlDbType.Array | type };

        public override Task CopyAsync(NpgsqlBinaryImporter importer, int n, CancellationToken cancel) =>
            values[n] is null ? importer.WriteNullAsync(cancel) : importer.WriteAsync(values[n], type, cancel);
    }
}

internal sealed class Rows<T>(IReadOnlyList<T> items) : Rows
{
    public override int Count => items.Count;

    public Rows<T> Short(string name, Func<T, short> value) => With(name, value, NpgsqlDbType.Smallint);

    public Rows<T> Short(string name, Func<T, short?> value) => With(name, value, NpgsqlDbType.Smallint);

    public Rows<T> Flag(string name, Func<T, bool> value) => With(name, item => value(item) ? (short)1 : (short)0, NpgsqlDbType.Smallint);

    public Rows<T> Int(string name, Func<T, int> value) => With(name, value, NpgsqlDbType.Integer);

    public Rows<T> Int(string name, Func<T, int?> value) => With(name, value, NpgsqlDbType.Integer);

    public Rows<T> Long(string name, Func<T, long> value) => With(name, value, NpgsqlDbType.Bigint);

    public Rows<T> Long(string name, Func<T, long?> value) => With(name, value, NpgsqlDbType.Bigint);

    public Rows<T> Double(string name, Func<T, double?> value) => With(name, value, NpgsqlDbType.Double);

    public Rows<T> Instant(string name, Func<T, DateTimeOffset> value) => With(name, item => value(item).ToMilliseconds(), NpgsqlDbType.Bigint);

    public Rows<T> Instant(string name, Func<T, DateTimeOffset?> value) => With(name, item => value(item)?.ToMilliseconds(), NpgsqlDbType.Bigint);

    public Rows<T> Text(string name, Func<T, string?> value) => With(name, value, NpgsqlDbType.Text);

    public Rows<T> Bytes(string name, Func<T, byte[]?> value) => With(name, value, NpgsqlDbType.Bytea);

    public Rows<T> Bytes(string name, Func<T, ReadOnlyMemory<byte>> value) => With(name, item => value(item).ToBytes(), NpgsqlDbType.Bytea);

    public Rows<T> Uuid(string name, Func<T, Guid> value) => With(name, value, NpgsqlDbType.Uuid);

    /// <summary>A parameter that is the same for every row.</summary>
    public Rows<T> Scalar(string name, object? value)
    {
        Add(name, value);
        return this;
    }

    private Rows<T> With<TValue>(string name, Func<T, TValue> value, NpgsqlDbType type)
    {
        var values = new TValue[items.Count];
        for (var n = 0; n < values.Length; n++) values[n] = value(items[n]);
        Add(new Column<TValue>(name, values, type));
        return this;
    }
}
