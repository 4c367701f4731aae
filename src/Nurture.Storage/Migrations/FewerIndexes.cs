using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Nurture.Storage.Migrations;

/// <summary>A contact's own decisions are found by their subject, so the index of the contact holds those of its account only.</summary>
[DbContext(typeof(NurtureContext)), Migration("20261122000030_FewerIndexes")]
public sealed class FewerIndexes : Migration
{
    protected override void Up(MigrationBuilder migrationBuilder) => migrationBuilder.Sql($"""
        drop index journal_contact;
        create index journal_contact on journal (contact_id, id) where {JournalStore.ConcernsAnother};
        create index parked_open on parked (slot, kind, subject_id) where resumed_at is null;
        """.Replace("j.", "", StringComparison.Ordinal));
}
