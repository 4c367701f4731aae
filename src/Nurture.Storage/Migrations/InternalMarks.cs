using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Who is one of ours: figures leave them out by an index of the few.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000157_InternalMarks")]
public sealed class InternalMarks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        alter table contacts add column is_internal smallint not null default 0;
        alter table accounts add column is_internal smallint not null default 0;
        create index contacts_internal on contacts (id) where is_internal = 1;
        create index accounts_internal on accounts (id) where is_internal = 1;
        """);
}
