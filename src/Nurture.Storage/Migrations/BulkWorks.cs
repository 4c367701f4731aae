using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Work by hand on many at once: what is asked, how far it has come, and of whom.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000110_BulkWorks")]
public sealed class BulkWorks : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table bulk_works (
            id {id},
            scenario text not null,
            act smallint not null,
            state smallint not null,
            choice text not null,
            pace text not null default '',
            is_forced smallint not null default 0,
            because text not null default '',
            asked_by text not null,
            subjects bigint not null default 0,
            looked bigint not null default 0,
            chosen bigint not null default 0,
            counted text not null default '{}',
            after_slot smallint not null default -1,
            after_id bigint not null default 0,
            told bigint not null default 0,
            came text not null default '{}',
            last_event_id bigint not null default 0,
            counted_to bigint not null default 0,
            minute bigint not null default 0,
            came_in_minute bigint not null default 0,
            created_at bigint not null,
            confirmed_by text,
            began_at bigint,
            moved_at bigint not null,
            ended_at bigint,
            ended_by text,
            problem text not null default '');
        create index bulk_works_scenario on bulk_works (scenario, id);
        create index bulk_works_open on bulk_works (state) where state in (1, 3);

        create table bulk_subjects (
            bulk_id bigint not null,
            n bigint not null,
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null default 0,
            step text not null default '',
            primary key (bulk_id, n)) {clustered};
        """);
}
