using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Browsers that only a mail's link says whose they are.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000006_MailVisits")]
public sealed class MailVisits : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table identities add column is_weak smallint not null default 0;");
}
