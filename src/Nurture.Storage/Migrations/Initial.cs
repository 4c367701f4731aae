using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>
/// The whole schema. Instants are milliseconds since 1970, yes and no are 1 and 0, text JSON is text. One text for both
/// databases; the words in braces are where they differ.
/// </summary>
[DbContext(typeof(NurtureContext)), Migration("20261121000001_Initial")]
public sealed class Initial : Migration
{
    private const string Schema = """
        create table sources (
            id {int_id},
            name text not null,
            namespace text not null,
            write_key_hash {bytes} not null unique,
            key_hint text not null,
            default_basis smallint not null default 0,
            allowed_origins text,
            allowed_types text,
            created_at bigint not null,
            revoked_at bigint);

        create table identities (
            namespace text {bytewise} not null,
            kind smallint not null,
            value text {bytewise} not null,
            subject_id bigint not null,
            linked_at bigint not null,
            primary key (namespace, kind, value)) {clustered};
        create index identities_subject on identities (subject_id);

        create table identity_links (
            id {id},
            contact_id bigint not null,
            namespace text not null,
            kind smallint not null,
            value text not null,
            other_contact_id bigint,
            how text not null,
            message_id text,
            at bigint not null,
            undone_at bigint);
        create index identity_links_contact on identity_links (contact_id);
        create index identity_links_other on identity_links (other_contact_id) where other_contact_id is not null;

        create table contacts (
            id {id},
            slot smallint not null,
            hop int not null default 0,
            namespace text not null,
            account_id bigint,
            merged_into bigint,
            email text {bytewise},
            name text {bytewise},
            locale text,
            zone text,
            status smallint not null default 0,
            roles text not null default '',
            attributes text not null default '{}',
            basis smallint not null default 0,
            refusals text not null default '{}',
            created_at bigint not null,
            last_active_at bigint,
            erased_at bigint,
            is_erasing smallint not null default 0,
            updated_at bigint not null) {roomy};
        create index contacts_account on contacts (account_id) where account_id is not null;
        create index contacts_email on contacts (lower(email)) where email is not null;
        create index contacts_name on contacts (lower(name)) where name is not null;
        create index contacts_erasing on contacts (id) where is_erasing = 1;
        create index contacts_merged on contacts (merged_into) where merged_into is not null;

        create table accounts (
            id {id},
            slot smallint not null,
            namespace text {bytewise} not null,
            external_id text {bytewise} not null,
            name text {bytewise},
            tier text,
            stage text,
            owner text,
            attributes text not null default '{}',
            created_at bigint not null,
            updated_at bigint not null,
            unique (namespace, external_id)) {roomy};
        create index accounts_name on accounts (lower(name)) where name is not null;

        create table memberships (
            contact_id bigint not null,
            account_id bigint not null,
            joined_at bigint not null,
            primary key (contact_id, account_id)) {clustered};
        create index memberships_account on memberships (account_id);

        create table events (
            id {id},
            xid bigint not null default {xid},
            lane smallint not null,
            slot smallint not null,
            kind smallint not null,
            contact_id bigint not null,
            account_id bigint not null,
            hop int not null,
            source_id int not null,
            name text not null,
            occurred_at bigint not null,
            received_at bigint not null,
            correlation text not null,
            payload {bytes} not null);
        {postgres:create index events_cursor on events (lane, xid, id);}
        create index events_contact on events (contact_id, occurred_at) where contact_id > 0;
        create index events_account on events (account_id, occurred_at) where account_id > 0;

        create table dedupe (
            day int not null,
            source_id int not null,
            h1 bigint not null,
            h2 bigint not null,
            primary key (day, source_id, h1, h2)) {clustered};

        create table dead_letters (
            id {id},
            source_id int not null,
            received_at bigint not null,
            reason text not null,
            detail text not null,
            message_id text,
            payload {bytes} not null,
            correlation text not null);
        create index dead_letters_message on dead_letters (message_id) where message_id is not null;

        create table lanes (
            lane smallint primary key,
            owner text,
            epoch bigint not null,
            expires_at bigint not null,
            era int not null,
            era_floor bigint not null,
            xid bigint not null,
            event_id bigint not null,
            due_floor bigint not null);

        create table states (
            slot smallint not null,
            kind smallint not null,
            subject_id bigint not null,
            lane smallint not null,
            rev int not null,
            due_at bigint,
            doc {bytes} not null,
            primary key (slot, kind, subject_id)) {roomy};
        create index states_due on states (lane, due_at, subject_id) where due_at is not null;

        create table state_rests (
            slot smallint not null,
            kind smallint not null,
            subject_id bigint not null,
            doc {bytes} not null,
            primary key (slot, kind, subject_id));

        create table tombstones (
            slot smallint not null,
            contact_id bigint not null,
            to_slot smallint not null,
            to_contact_id bigint not null,
            hop int not null,
            primary key (slot, contact_id)) {clustered};

        create table kept_signals (
            slot smallint not null,
            contact_id bigint not null,
            event_id bigint not null,
            primary key (slot, contact_id, event_id)) {clustered};

        create table parked (
            slot smallint not null,
            kind smallint not null,
            subject_id bigint not null,
            at bigint not null,
            error text not null,
            step text,
            event_ids text not null,
            resumed_at bigint,
            primary key (slot, kind, subject_id));

        create table positions (
            slot smallint not null,
            enrollment_id bigint not null,
            kind smallint not null,
            subject_id bigint not null,
            scenario text not null,
            version int not null,
            step text not null,
            since bigint not null,
            entered_at bigint not null,
            primary key (slot, enrollment_id)) {roomy};
        create index positions_step on positions (scenario, version, step, enrollment_id);
        create index positions_subject on positions (subject_id);

        create table journal (
            id {id},
            slot smallint not null,
            at bigint not null,
            recorded_at bigint not null,
            kind smallint not null,
            subject_id bigint not null,
            contact_id bigint not null,
            scenario text not null,
            version int not null,
            enrollment_id bigint not null,
            step text not null,
            reason smallint not null,
            detail text not null,
            cause_id bigint not null,
            correlation text not null);
        create index journal_subject on journal (kind, subject_id, id);
        create index journal_contact on journal (contact_id, id) where contact_id > 0;
        create index journal_scenario on journal (scenario, id);

        create table sends (
            slot smallint not null,
            id {uuid} not null,
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null,
            scenario text not null,
            version int not null,
            step text not null,
            occurrence int not null,
            recipient_id bigint not null,
            address text,
            address_hash {bytes} not null,
            class smallint not null,
            topic text,
            template text not null,
            template_hash text not null,
            locale text not null,
            inputs {bytes} not null,
            seed bigint not null,
            state smallint not null,
            reason smallint,
            is_counted smallint not null,
            planned_at bigint not null,
            not_before bigint not null,
            expires_at bigint not null,
            attempts int not null default 0,
            owner text,
            epoch bigint not null default 0,
            lease_until bigint,
            handed_at bigint,
            ended_at bigint,
            reply text,
            message_id text,
            opened_at bigint,
            clicked_at bigint,
            bounced_at bigint,
            correlation text not null,
            cause_id bigint not null,
            primary key (slot, id)) {roomy};
        create index sends_claimable on sends (class, scenario, not_before) where state = 1;
        create index sends_leased on sends (lease_until) where state in (2, 3);
        create index sends_recipient on sends (recipient_id, planned_at);
        create index sends_enrollment on sends (enrollment_id);

        create table suppressions (
            hash {bytes} primary key,
            reason text not null,
            source text not null,
            at bigint not null,
            address text,
            note text);

        create table refusals (
            contact_id bigint not null,
            topic text not null,
            at bigint not null,
            primary key (contact_id, topic)) {clustered};

        create table documents (
            kind text not null,
            name text not null,
            version int not null,
            hash text not null,
            content text not null,
            state text not null,
            published_at bigint not null,
            published_by text not null,
            live_at bigint,
            primary key (kind, name, version));

        create table scenario_switches (
            name text primary key,
            live_version int,
            paused_at bigint,
            paused_by text);

        create table criteria (
            key bigint primary key,
            definition text not null,
            covered_since bigint);

        create table settings (
            name text primary key,
            value text not null);

        create table api_keys (
            id {id},
            name text not null,
            hash {bytes} not null unique,
            hint text not null,
            scopes text not null,
            created_at bigint not null,
            revoked_at bigint,
            last_used_at bigint);

        create table audit (
            id {id},
            at bigint not null,
            actor text not null,
            action text not null,
            target text not null,
            detail text not null);

        create table inbox (
            id {id},
            at bigint not null,
            recipient text not null,
            subject text not null,
            message {bytes} not null);
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
