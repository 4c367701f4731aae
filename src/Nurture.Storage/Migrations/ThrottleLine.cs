using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Who stands in line at a throttled send, and how many were let through when.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000112_ThrottleLine")]
public sealed class ThrottleLine : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table throttle_line (
            id {id},
            scenario text {bytewise} not null,
            step text {bytewise} not null,
            version int not null,
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null,
            occurrence int not null,
            open_until bigint not null,
            asked_at bigint not null,
            admitted_at bigint,
            unique (enrollment_id, step, occurrence));
        create index throttle_line_waiting on throttle_line (scenario, step, id) where admitted_at is null;

        create table throttle_tickets (
            scenario text {bytewise} not null,
            step text {bytewise} not null,
            at bigint not null,
            n bigint not null,
            primary key (scenario, step, at)) {clustered};

        create table throttles (
            scenario text {bytewise} not null,
            step text {bytewise} not null,
            touched bigint not null,
            primary key (scenario, step)) {clustered};
        """);
}
