using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>In whose name a mail leaves, and whose mails do not for now.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000158_IdentityStops")]
public sealed class IdentityStops : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        alter table outbox add column identity text not null default '';
        create table identity_stops (
            identity text primary key,
            stopped_at bigint not null,
            stopped_by text not null);
        """);
}
