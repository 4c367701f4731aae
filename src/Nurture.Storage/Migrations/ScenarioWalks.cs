using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Walks over all subjects that scenarios' schedules begin, one a scenario and moment.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000003_ScenarioWalks")]
public sealed class ScenarioWalks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table scenario_walks (
            scenario text not null,
            moment bigint not null,
            version int not null,
            kind smallint not null,
            state smallint not null,
            reason text not null,
            subjects bigint not null,
            asked bigint not null,
            entered bigint not null,
            after_id bigint not null,
            last_event_id bigint not null,
            counted_to bigint not null,
            minute bigint not null,
            entered_in_minute bigint not null,
            began_at bigint not null,
            moved_at bigint not null,
            ended_at bigint,
            primary key (scenario, moment));
        create index scenario_walks_walking on scenario_walks (state) where state = 1;
        """);
}
