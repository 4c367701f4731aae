using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Which account an account turned out to be, and of which case a case became a part.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000170_AccountMerges")]
public sealed class AccountMerges : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table accounts add column merged_into bigint;
        create index accounts_merged on accounts (merged_into) where merged_into is not null;
        alter table escalations add column merged_into bigint;
        create index escalations_merged on escalations (merged_into) where merged_into is not null;
        """);
}
