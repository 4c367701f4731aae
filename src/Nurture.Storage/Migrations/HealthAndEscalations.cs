using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Scores, cases, tasks and holds of accounts.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000001_HealthAndEscalations")]
public sealed class HealthAndEscalations : Migration
{
    private const string Schema = """
        alter table accounts add column health_score double precision;
        alter table accounts add column health_band smallint;
        alter table accounts add column health_since bigint;
        alter table accounts add column hold_until bigint;
        alter table accounts add column escalation_id bigint;
        create index accounts_band on accounts (health_band, id) where health_band is not null;

        create table health_history (
            id {id},
            account_id bigint not null,
            at bigint not null,
            score double precision,
            band smallint not null,
            cause smallint not null);
        create unique index health_history_account on health_history (account_id, at, cause);

        create table escalations (
            id bigint primary key,
            account_id bigint not null,
            type text not null,
            family text not null,
            title text not null,
            priority smallint not null,
            queue text not null,
            assignee text,
            opened_at bigint not null,
            acknowledge_by bigint,
            resolve_by bigint,
            remind_at bigint,
            acknowledged_at bigint,
            snoozed_until bigint,
            closed_at bigint,
            outcome text,
            closed_by text,
            scenario text not null,
            enrollment_id bigint not null);
        create unique index escalations_open on escalations (account_id, family) where closed_at is null;
        create index escalations_queue on escalations (priority desc, opened_at, id) where closed_at is null;
        create index escalations_closed on escalations (closed_at, id) where closed_at is not null;
        create index escalations_account on escalations (account_id, opened_at);
        create index escalations_remind on escalations (remind_at) where closed_at is null and acknowledged_at is null and remind_at is not null;

        create table escalation_entries (
            id {id},
            escalation_id bigint not null,
            at bigint not null,
            kind text not null,
            actor text not null,
            body text not null,
            detail text not null,
            contact_id bigint not null default 0);
        create index escalation_entries_contact on escalation_entries (contact_id) where contact_id > 0;
        create index escalation_entries_escalation on escalation_entries (escalation_id, id);

        create table csm_tasks (
            id bigint primary key,
            account_id bigint not null,
            escalation_id bigint,
            title text not null,
            place int not null,
            is_required smallint not null,
            assignee text,
            due_at bigint,
            opened_at bigint not null,
            done_at bigint,
            done_by text,
            scenario text not null,
            step text not null);
        create index csm_tasks_escalation on csm_tasks (escalation_id, place) where escalation_id is not null;
        create index csm_tasks_open on csm_tasks (due_at, id) where done_at is null;
        create index csm_tasks_account on csm_tasks (account_id, opened_at);

        create table holds (
            account_id bigint not null,
            source text not null,
            since bigint not null,
            until bigint not null,
            because text not null,
            blocks smallint not null,
            primary key (account_id, source)) {clustered};
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
