using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Of a mail: how its body is written, null for HTML; and its text part, null where that is made from the body.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000160_MailForms")]
public sealed class MailForms : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table documents add column form text;
        alter table documents add column text_part text;
        """);
}
