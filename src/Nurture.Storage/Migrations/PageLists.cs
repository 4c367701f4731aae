using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>
/// What pages list, newest first, without reading what they do not show. None of it is touched again by an update that
/// keeps a send in its state; the partial ones hold what is rare.
/// </summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000005_PageLists")]
public sealed class PageLists : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql($"""
        create index sends_planned on sends (planned_at, id);
        create index sends_not_sent on sends (state, planned_at, id) where state in (5, 6, 7, 8, 9);
        create index journal_turns on journal (reason, at, id) where {JournalStore.IsTurn};
        create index dead_letters_received on dead_letters (received_at);
        """.Replace("s.", "", StringComparison.Ordinal).Replace("j.", "", StringComparison.Ordinal));
}
