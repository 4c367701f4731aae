using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Holds of people who have no account.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000172_ContactHolds")]
public sealed class ContactHolds : Migration
{
    private const string Schema = """
        create table contact_holds (
            contact_id bigint not null,
            source text not null,
            since bigint not null,
            until bigint not null,
            because text not null,
            blocks smallint not null,
            topics text not null,
            primary key (contact_id, source)) {clustered};
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
