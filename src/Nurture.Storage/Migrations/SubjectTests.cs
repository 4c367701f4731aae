using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Which of several subjects a mail has, who waits to know it, and how the tests of them ended.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000210_SubjectTests")]
public sealed class SubjectTests : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        alter table sends add column arm text {bytewise};
        alter table sends add column is_tested smallint;
        create index sends_arms on sends (scenario, version, step) where arm is not null;

        create table arm_asks (
            id {id},
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null,
            scenario text {bytewise} not null,
            version int not null,
            step text {bytewise} not null,
            occurrence int not null,
            arm text {bytewise},
            asked_at bigint not null,
            unique (enrollment_id, step, occurrence));
        create index arm_asks_waiting on arm_asks (scenario, version, step, asked_at, id);
        create index arm_asks_drawn on arm_asks (scenario, version, step, id) where arm is not null;
        create index arm_asks_subject on arm_asks (kind, subject_id);

        create table subject_tests (
            scenario text {bytewise} not null,
            version int not null,
            step text {bytewise} not null,
            began_at bigint,
            decide_at bigint,
            winner text {bytewise},
            decided_at bigint,
            decided_by text,
            touched bigint not null,
            primary key (scenario, version, step)) {clustered};
        create index subject_tests_open on subject_tests (decide_at) where winner is null and decide_at is not null;
        """);
}
