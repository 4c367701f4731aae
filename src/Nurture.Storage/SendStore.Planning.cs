using System.Data.Common;
using Nurture.Sends;

namespace Nurture.Storage;

public sealed partial class SendStore
{
    /// <summary>In the transaction of what decided them. A send that is planned already stays as it is.</summary>
    internal static async Task PlanAsync(Database database, DbConnection connection, DbTransaction transaction, IReadOnlyList<PlannedSend> sends, CancellationToken cancel)
    {
        var fresh = (await database.BulkAsync(connection, transaction, Rows.Of(sends)
                .Short("slot", s => s.Slot).Uuid("id", s => s.Draft.Id).Short("kind", s => (short)s.Draft.Subject.Kind)
                .Long("subject_id", s => s.Draft.Subject.Id).Long("enrollment_id", s => s.Draft.EnrollmentId).Text("scenario", s => s.Draft.Scenario)
                .Int("version", s => s.Draft.Version).Text("step", s => s.Draft.Step).Int("occurrence", s => s.Draft.Occurrence)
                .Long("recipient_id", s => s.Draft.RecipientId).Text("address", s => s.Draft.Address).Bytes("address_hash", s => s.AddressHash)
                .Short("class", s => (short)s.Draft.Class).Text("topic", s => s.Draft.Topic).Text("template", s => s.Draft.Template)
                .Text("documents", s => s.Documents).Text("locale", s => s.Draft.Locale).Bytes("inputs", s => s.Draft.Inputs)
                .Long("seed", s => s.Draft.Seed).Flag("is_counted", s => s.Draft.IsCounted).Instant("planned_at", s => s.Draft.PlannedAt)
                .Instant("expires_at", s => s.Draft.ExpiresAt).Text("correlation", s => s.Draft.Correlation).Long("cause_id", s => s.Draft.CauseId)
                .Text("arm", s => s.Draft.Arm).Short("is_tested", s => s.Draft.IsTested ? (short)1 : null),
            $"""
             insert into sends (slot, id, kind, subject_id, enrollment_id, scenario, version, step, occurrence, recipient_id, address, address_hash,
                 class, topic, template, documents, locale, inputs, seed, state, is_counted, planned_at, not_before, expires_at, correlation, cause_id, arm, is_tested)
             select r.slot, r.id, r.kind, r.subject_id, r.enrollment_id, r.scenario, r.version, r.step, r.occurrence, r.recipient_id, r.address, r.address_hash,
                 r.class, r.topic, r.template, r.documents, r.locale, r.inputs, r.seed, {(short)SendState.Planned}, r.is_counted, r.planned_at, r.planned_at, r.expires_at,
                 r.correlation, r.cause_id, r.arm, r.is_tested
             from rows r where true on conflict do nothing returning id
             """, row => row.Uuid(0), cancel)).ToHashSet();
        await database.AppendAsync(connection, transaction, "outbox", Rows.Of(sends.Where(s => fresh.Remove(s.Draft.Id)).ToList())
            .Short("slot", s => s.Slot).Uuid("id", s => s.Draft.Id).Short("class", s => (short)s.Draft.Class).Text("scenario", s => s.Draft.Scenario)
            .Short("state", _ => (short)SendState.Planned).Instant("not_before", s => s.Draft.PlannedAt)
            .Text("identity", s => s.Draft.Identity), cancel);
    }
}
