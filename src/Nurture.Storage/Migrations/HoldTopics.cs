using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>A hold may keep back mails about a topic, beside those of a class.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000171_HoldTopics")]
public sealed class HoldTopics : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("alter table holds add column topics text not null default '';");
}
