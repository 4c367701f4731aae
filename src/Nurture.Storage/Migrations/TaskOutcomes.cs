using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Of a task: whose passage waits for it, in which queue it lies, how it may be done and how it was.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000151_TaskOutcomes")]
public sealed class TaskOutcomes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table csm_tasks add column contact_id bigint not null default 0;
        alter table csm_tasks add column queue text not null default '';
        alter table csm_tasks add column outcomes text not null default '';
        alter table csm_tasks add column outcome text;
        """);
}
