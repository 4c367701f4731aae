using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Who waits to enter stands in the line that throttled sends have, in the order of coming.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000180_EntryLines")]
public sealed class EntryLines : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        alter table throttle_line add column came_at bigint not null default 0;
        create index throttle_line_entering on throttle_line (scenario, came_at, id) where admitted_at is null and step = '';
        """);
}
