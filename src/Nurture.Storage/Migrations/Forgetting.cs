using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Contacts that a scenario wants to be forgotten are found without a walk.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000090_Forgetting")]
public sealed class Forgetting : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("create index contacts_to_erase on contacts (id) where is_erasing = 2;");
}
