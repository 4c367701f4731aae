using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>
/// The log of events in parts by id, on PostgreSQL: what is there is the first part, whose end is a part's width ahead. SQLite's
/// rows stand by their ids as they are.
/// </summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000050_LogInParts")]
public sealed class LogInParts : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder)
    {
        if (migrationBuilder.ActiveProvider != "Npgsql.EntityFrameworkCore.PostgreSQL") return;
        // Identity columns are for tables without parts.
        migrationBuilder.Sql($"""
            alter table events rename to events_1;
            alter index events_pkey rename to events_1_pkey;
            alter index events_cursor rename to events_1_cursor;
            alter index events_contact rename to events_1_contact;
            alter index events_account rename to events_1_account;
            alter table events_1 alter column id drop identity;
            create sequence events_id;
            create table events (
                id bigint not null default nextval('events_id') primary key,
                xid bigint not null default (pg_current_xact_id()::text::bigint),
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
                payload bytea not null) partition by range (id);
            create index events_cursor on events (lane, xid, id);
            create index events_contact on events (contact_id, occurred_at) where contact_id > 0;
            create index events_account on events (account_id, occurred_at) where account_id > 0;
            alter sequence events_id owned by events.id;
            do $$
            declare last bigint := coalesce((select max(id) from events_1), 0);
            begin
                perform setval('events_id', last + 1, false);
                execute format('alter table events attach partition events_1 for values from (1) to (%s)',
                    (last / {EventParts.LeastInPart} + 2) * {EventParts.LeastInPart} + 1);
            end $$;
            create table events_others partition of events default;
            """);
    }
}
