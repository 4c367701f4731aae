using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Cases that wanted a place in a budget, and how they were answered.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261123000190_CaseBudgets")]
public sealed class CaseBudgets : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table case_asks (
            id {id},
            kind smallint not null,
            subject_id bigint not null,
            enrollment_id bigint not null,
            scenario text {bytewise} not null,
            step text {bytewise} not null,
            occurrence int not null,
            account_id bigint not null,
            type text {bytewise} not null,
            taker text {bytewise} not null,
            asked_at bigint not null,
            answered_at bigint,
            is_within smallint,
            unique (enrollment_id, step, occurrence));
        create index case_asks_waiting on case_asks (id) where answered_at is null;
        create index case_asks_answered on case_asks (taker, answered_at) where answered_at is not null;

        create table case_budget (one int primary key, touched bigint not null);
        """);
}
