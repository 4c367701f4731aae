using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>How much scenarios do and sources send, what is usual of them, and what operators are called for.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000111_Watching")]
public sealed class Watching : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply("""
        create table volumes (
            scenario text {bytewise} not null,
            kind smallint not null,
            bucket bigint not null,
            lane smallint not null,
            n bigint not null,
            primary key (scenario, kind, bucket, lane)) {clustered};

        create table breakers (
            scenario text {bytewise} not null,
            kind smallint not null,
            usual bigint,
            touched bigint not null default 0,
            primary key (scenario, kind));

        create table breaker_allowances (
            id {id},
            scenario text {bytewise} not null,
            n bigint not null,
            until bigint not null,
            given_by text not null,
            because text not null);
        create index breaker_allowances_scenario on breaker_allowances (scenario, until);

        create table operator_calls (
            id {id},
            kind smallint not null,
            about text not null,
            at bigint not null,
            detail text not null,
            told_at bigint,
            ended_at bigint,
            ended_by text);
        create index operator_calls_open on operator_calls (kind, about) where ended_at is null;

        create table source_hours (
            source_id int not null,
            hour bigint not null,
            n bigint not null,
            primary key (source_id, hour)) {clustered};

        create table source_names (
            source_id int not null,
            name text {bytewise} not null,
            n bigint not null,
            last_at bigint not null,
            primary key (source_id, name)) {clustered};

        create table source_silences (
            id {id},
            source_id int not null,
            since bigint not null,
            noticed_at bigint not null,
            ended_at bigint,
            is_over smallint not null default 0,
            names text not null);
        create index source_silences_open on source_silences (source_id) where is_over = 0;
        """);
}
