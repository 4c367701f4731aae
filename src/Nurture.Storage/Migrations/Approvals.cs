using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace Nurture.Storage.Migrations;

/// <summary>Mails that wait for a human's approval.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000152_Approvals")]
public sealed class Approvals : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table approvals (
            id bigint primary key,
            account_id bigint not null,
            kind smallint not null,
            subject_id bigint not null,
            recipient_id bigint not null,
            enrollment_id bigint not null,
            scenario text not null,
            version int not null,
            step text not null,
            template text not null,
            locale text not null,
            inputs {bytes} not null,
            assignee text,
            opened_at bigint not null,
            due_at bigint not null,
            sends_unanswered smallint not null,
            state smallint not null,
            decided_at bigint,
            decided_by text);
        create index approvals_waiting on approvals (due_at, id) where state = 1;
        create index approvals_account on approvals (account_id) where state = 1;
        create index approvals_recipient on approvals (recipient_id);
        """);
}
