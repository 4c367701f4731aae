using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>
/// What moves while a mail is on its way stands in a narrow row of its own, as long as it is not over; the wide row is written
/// when it is planned and when it is over. No index of it covers what that last update changes for a mail that left.
/// </summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000070_Outbox")]
public sealed class Outbox : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table outbox (
            slot smallint not null,
            id {uuid} not null,
            class smallint not null,
            scenario text not null,
            state smallint not null,
            not_before bigint not null,
            owner text,
            epoch bigint not null default 0,
            lease_until bigint,
            handed_at bigint,
            message_id text,
            primary key (slot, id)) {roomy};
        insert into outbox (slot, id, class, scenario, state, not_before, owner, epoch, lease_until, handed_at, message_id)
        select slot, id, class, scenario, state, not_before, case when state = 1 then null else coalesce(owner, '') end, epoch, lease_until, handed_at, message_id
        from sends where state in (1, 2, 3);
        create index outbox_claimable on outbox (class, scenario, not_before) where owner is null;
        create index outbox_claimed on outbox (owner) where owner is not null;

        drop index sends_claimable;
        drop index sends_leased;
        drop index sends_not_sent;
        alter table sends drop column owner;
        alter table sends drop column lease_until;
        alter table sends add column not_sent smallint;
        update sends set state = 1 where state in (2, 3);
        update sends set not_sent = state where state in (5, 6, 7, 8, 9);
        create index sends_not_sent on sends (not_sent, planned_at, id) where not_sent is not null;
        """);
}
