using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>What was answered last to the question of a mail.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000150_Answers")]
public sealed class Answers : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table sends add column answer text;
        alter table sends add column answered_at bigint;
        """);
}
