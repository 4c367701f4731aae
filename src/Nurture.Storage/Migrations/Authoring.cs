using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Drafts of scenarios, why one is paused, and the indexes that the list of scenarios is counted by.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000004_Authoring")]
public sealed class Authoring : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        """
        create table scenario_drafts (
            name text primary key,
            content text not null,
            tests text not null,
            revision int not null,
            based_on int not null,
            edited_at bigint not null,
            edited_by text not null);
        alter table scenario_switches add column paused_because text;
        create index journal_entered on journal (at, scenario) where reason = 1;
        create index journal_failed on journal (at, scenario) where reason in (65, 66, 67, 68);
        """);
}
