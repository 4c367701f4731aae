using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>What authors of broadcasts filled in, and the index that a scenario's mails are counted by.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000014_Broadcasts")]
public sealed class Broadcasts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        create table broadcasts (
            name text primary key,
            form text not null,
            revision int not null,
            created_at bigint not null,
            edited_at bigint not null,
            edited_by text not null);
        create index sends_scenario on sends (scenario, planned_at);
        """);
}
