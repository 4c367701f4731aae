using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Triggers that found nobody of an account to enter: few, and listed by scenario and by account.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000200_NobodyFound")]
public sealed class NobodyFound : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql(
        "create index journal_nobody on journal (scenario, subject_id, at) where reason = 12;");
}
