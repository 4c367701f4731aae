using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>Those who work with Nurture: who they are, how they prove it, and where they are signed in.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000002_People")]
public sealed class People : Migration
{
    private const string Schema = """
        create table users (
            id {id},
            email text not null,
            normalized_email text not null unique,
            name text not null,
            role text not null,
            locale text,
            password_hash text,
            security_stamp text not null,
            concurrency_stamp text not null,
            is_totp_on smallint not null default 0,
            last_code text,
            failures int not null default 0,
            is_lockout_on smallint not null default 1,
            lockout_end bigint,
            locked_at bigint,
            created_at bigint not null,
            last_seen_at bigint);

        create table user_tokens (
            user_id bigint not null references users (id) on delete cascade,
            login_provider text not null,
            name text not null,
            value text,
            primary key (user_id, login_provider, name));

        create table user_links (
            hash {bytes} primary key,
            user_id bigint references users (id) on delete cascade,
            purpose text not null,
            created_at bigint not null,
            expires_at bigint not null,
            used_at bigint);
        create index user_links_user on user_links (user_id);

        create table user_sessions (
            hash {bytes} primary key,
            user_id bigint not null references users (id) on delete cascade,
            stamp text not null,
            created_at bigint not null,
            last_seen_at bigint not null,
            expires_at bigint not null);
        create index user_sessions_user on user_sessions (user_id);
        """;

    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Apply(Schema);
}
