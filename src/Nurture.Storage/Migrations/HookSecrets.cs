using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>With what requests of other systems to our hooks are signed.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000101_HookSecrets")]
public sealed class HookSecrets : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        create table hook_secrets (
            name text primary key,
            source_id int not null references sources (id),
            secret text not null,
            former_secret text,
            former_until bigint,
            created_at bigint not null);
        """);
}
