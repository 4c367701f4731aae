using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Intake;

namespace Nurture.Storage;

/// <summary>What people and programs ask of a subject. Only its slot changes it, so it is told; the audit row stands in the same transaction.</summary>
public sealed class RequestStore(Database database, EventLog log)
{
    // Of what comes by the API, and not from a source.
    private const int NoSource = 0;

    private readonly record struct Route(SubjectRef Subject, short Slot, int Hop);

    /// <param name="signal">For the subject as it is now: who was merged is the other one.</param>
    /// <param name="key">What tells it from others of its kind: told again, it changes nothing. Null where nothing does.</param>
    /// <returns>Who was told; null where there is no such subject, or it was erased.</returns>
    public Task<SubjectRef?> TellAsync(
        SubjectRef subject, Func<SubjectRef, Signal> signal, AuditNote note, DateTimeOffset now, string correlation, CancellationToken cancel, MessageKey? key = null) =>
        database.WriteAsync<SubjectRef?>(async (connection, transaction, ct) =>
        {
            if (await RouteAsync(connection, transaction, subject, ct) is not { } route) return null;
            if (key is { } told && (await IntakeStore.RepeatedAsync(database, connection, transaction, new Dictionary<(int, long, long), IntakeStore.Told> { [(NoSource, told.High, told.Low)] = new(told, MessageKey.DayOf(now)) }, ct)).Count > 0)
                return route.Subject;
            await log.AppendAsync(connection, transaction,
                [SignalCodec.Store(signal(route.Subject), route.Slot, new StoredAbout(now, Hop: route.Hop, Correlation: correlation))], ct);
            await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return route.Subject;
        }, cancel);

    private static async Task<Route?> RouteAsync(DbConnection connection, DbTransaction transaction, SubjectRef subject, CancellationToken cancel)
    {
        if (subject.Kind == SubjectKind.Account)
        {
            var accounts = await connection.QueryAsync(transaction, "select t.id, t.slot from accounts a join accounts t on t.id = coalesce(a.merged_into, a.id) where a.id = @id",
                [("id", subject.Id)], row => new Route(SubjectRef.Account(row.GetInt64(0)), row.GetInt16(1), 0), cancel);
            return accounts.Count == 0 ? null : accounts[0];
        }

        for (var id = subject.Id; ;)
        {
            var found = await connection.QueryAsync(transaction, "select slot, hop, merged_into from contacts where id = @id and erased_at is null", [("id", id)],
                row => (Slot: row.GetInt16(0), Hop: row.GetInt32(1), MergedInto: row.LongOrNull(2)), cancel);
            if (found.Count == 0) return null;
            if (found[0].MergedInto is not { } into) return new Route(SubjectRef.Contact(id), found[0].Slot, found[0].Hop);
            id = into;
        }
    }
}
