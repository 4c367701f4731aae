using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Sessions that people register for: the seats of each, who has one, and what of it is still to be told.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000120_HeldSessions")]
public sealed class HeldSessions : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table held_sessions (
            id text {bytewise} primary key,
            version int not null,
            kind text not null,
            starts_at bigint not null,
            ends_at bigint not null,
            open_until bigint not null,
            is_cancelled smallint not null,
            seats int,
            taken int not null default 0,
            waiting int not null default 0,
            told_taken int not null default 0,
            attendance_at bigint);
        create index held_sessions_starts on held_sessions (starts_at, id);

        create table session_registrations (
            session_id text {bytewise} not null,
            contact_id bigint not null,
            state smallint not null,
            at bigint not null,
            joined_at bigint,
            left_at bigint,
            primary key (session_id, contact_id));
        create index session_registrations_line on session_registrations (session_id, at, contact_id) where state = 2;
        create index session_registrations_contact on session_registrations (contact_id);

        create table session_news (
            id {id},
            session_id text {bytewise} not null,
            version int not null,
            news smallint not null,
            at bigint not null,
            told_at bigint);
        create index session_news_untold on session_news (id) where told_at is null;
        """);
}
