using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>
/// A partition a day for the ids of messages, on PostgreSQL; what belongs to none goes to the last one. SQLite's table has
/// its rows in the order of their days already, so that those of one day are together.
/// </summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000040_MessageDays")]
public sealed class MessageDays : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        if (migrationBuilder.ActiveProvider != "Npgsql.EntityFrameworkCore.PostgreSQL") return;
        migrationBuilder.Sql("""
            alter table dedupe rename to dedupe_others;
            alter index dedupe_pkey rename to dedupe_others_pkey;
            create table dedupe (
                day int not null,
                source_id int not null,
                h1 bigint not null,
                h2 bigint not null,
                primary key (day, source_id, h1, h2)) partition by list (day);
            alter table dedupe attach partition dedupe_others default;
            """);
    }
}
