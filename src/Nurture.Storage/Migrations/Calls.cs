using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Endpoints of others, and the calls that scenarios make to them.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000100_Calls")]
public sealed class Calls : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table endpoints (
            name text primary key,
            url text not null,
            secret text not null,
            former_secret text,
            former_until bigint,
            created_at bigint not null,
            disabled_at bigint,
            disabled_because text);

        create table calls (
            id {uuid} primary key,
            slot smallint not null,
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null,
            contact_id bigint not null,
            scenario text not null,
            version int not null,
            step text not null,
            endpoint text not null,
            body {bytes} not null,
            wanted text not null,
            state smallint not null,
            due_at bigint not null,
            owner text,
            epoch bigint not null default 0,
            lease_until bigint,
            attempts int not null default 0,
            status int,
            milliseconds int,
            problem text,
            response text,
            planned_at bigint not null,
            tried_at bigint,
            expires_at bigint not null,
            ended_at bigint,
            correlation text not null);
        create index calls_due on calls (due_at) where state = 1;
        create index calls_claimed on calls (lease_until) where state = 2;
        create index calls_of_endpoint on calls (endpoint, planned_at);
        create index calls_of_enrollment on calls (enrollment_id) where state in (1, 2);
        create index calls_of_contact on calls (contact_id) where contact_id > 0;
        create index calls_ended on calls (ended_at) where ended_at is not null;
        """);
}
