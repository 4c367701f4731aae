using Nurture.Storage.Tests.Databases;

namespace Nurture.Storage.Tests;

public sealed class SchemaTests(SqliteFixture sqlite, PostgresFixture postgres) : IClassFixture<SqliteFixture>, IClassFixture<PostgresFixture>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_databases_have_the_same_tables_with_the_same_columns()
    {
        await using var left = await sqlite.Database.OpenAsync(Cancel);
        await using var right = await postgres.Database.OpenAsync(Cancel);

        var ofSqlite = await left.QueryAsync(null,
            """
            select m.name, c.name, lower(c.type), max(c."notnull", c.pk > 0) from sqlite_master m join pragma_table_info(m.name) c
            where m.type = 'table' and m.name not like 'sqlite_%' and m.name not like '\_\_EF%' escape '\'
            """, [], r => (Table: r.GetString(0), Column: r.GetString(1), Type: Common(r.GetString(2), r.GetString(1)), IsRequired: r.GetInt64(3) != 0), Cancel);
        var ofPostgres = await right.QueryAsync(null,
            """
            select c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable::text from information_schema.columns c
            join pg_class t on t.oid = c.table_name::regclass and not t.relispartition
            where c.table_schema = 'public' and c.table_name not like '\_\_EF%'
            """, [], r => (Table: r.GetString(0), Column: r.GetString(1), Type: Common(r.GetString(2), r.GetString(1)), IsRequired: r.GetString(3) == "NO"), Cancel);

        Assert.Equal(ofSqlite.Order().Select(c => $"{c}"), ofPostgres.Order().Select(c => $"{c}"));
        Assert.Contains(ofSqlite, c => c is { Table: "events", Column: "xid", IsRequired: true });
    }

    /// <summary>Both names of one type: an identity is an integer on SQLite, binary is blob or bytea, an id of 16 bytes blob or uuid.</summary>
    private static string Common(string type, string column) => type switch
    {
        "integer" or "int" or "bigint" when column == "id" => "id",
        "int" => "integer",
        "bytea" or "blob" when column == "id" => "id",
        "uuid" => "id",
        "bytea" => "blob",
        _ => type,
    };
}
