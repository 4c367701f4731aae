using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Whom a mail to a colleague is for and what it is about, and who wants none about cases; when cases were put aside.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000020_NoticesAndPauses")]
public sealed class NoticesAndPauses : Migration
{
    // A user may be gone while his mail still waits: the claim finds that out, so nothing refers.
    private const string Schema = """
        alter table users add column has_case_mails smallint not null default 1;
        alter table escalations add column pauses text not null default '[]';

        create table notices (
            slot smallint not null,
            id {uuid} not null,
            user_id bigint not null,
            kind smallint not null,
            escalation_id bigint,
            link_hash {bytes},
            primary key (slot, id)) {clustered};
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
