using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>A send names all that it is made from beside its inputs; a subject's decisions are indexed without saying of each what it is.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000080_NarrowerRows")]
public sealed class NarrowerRows : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql("""
        alter table sends rename column template_hash to documents;
        drop index journal_subject;
        create index journal_of_contact on journal (subject_id, id) where kind = 1;
        create index journal_of_account on journal (subject_id, id) where kind = 2;
        """);
}
