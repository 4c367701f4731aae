using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>What states are made again from: copies of them, by what each batch was decided since, and how the catalog stood.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000060_Checkpoints")]
public sealed class Checkpoints : Migration
{
    // The lanes of a turn are bits, so that one row is enough for all of a batch's.
    private const string Schema = """
        create table turns (
            id {id},
            lanes int not null,
            doc {bytes} not null);
        alter table lanes add column turn bigint not null default 0;
        insert into settings (name, value) select 'era_after', cast(max(era_floor) as text) from lanes having max(era) > 1;

        create table catalog_revisions (
            revision bigint primary key,
            at bigint not null,
            content text not null);

        create table checkpoints (
            id {id},
            began_at bigint not null,
            ended_at bigint,
            era int not null,
            next_slot int not null,
            subjects bigint not null);

        create table checkpoint_ranges (
            checkpoint_id bigint not null,
            first_slot smallint not null,
            last_slot smallint not null,
            turn bigint not null,
            xid bigint not null,
            event_id bigint not null,
            primary key (checkpoint_id, first_slot)) {clustered};

        create table checkpoint_states (
            checkpoint_id bigint not null,
            slot smallint not null,
            kind smallint not null,
            subject_id bigint not null,
            due_at bigint,
            doc {bytes} not null,
            rest {bytes},
            primary key (checkpoint_id, slot, kind, subject_id));

        create table checkpoint_tombstones (
            checkpoint_id bigint not null,
            slot smallint not null,
            contact_id bigint not null,
            to_slot smallint not null,
            to_contact_id bigint not null,
            hop int not null,
            primary key (checkpoint_id, slot, contact_id)) {clustered};

        create table checkpoint_kept_signals (
            checkpoint_id bigint not null,
            slot smallint not null,
            contact_id bigint not null,
            event_id bigint not null,
            primary key (checkpoint_id, slot, contact_id, event_id)) {clustered};
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
