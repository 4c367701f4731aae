using System.Data.Common;
using Nurture.Contacts;
using Nurture.Sends;

namespace Nurture.Storage;

/// <summary>The mails of one identity.</summary>
/// <param name="Identity">Of the policy; <c>account.owner</c>; empty for the policy's sender.</param>
/// <param name="Stop">Null while they leave.</param>
/// <param name="Waiting">How many wait to leave.</param>
public sealed record IdentitySending(string Identity, SendingStop? Stop, long Waiting);

public sealed partial class SendStore
{
    // In the place of who claimed it: such a mail is found by no claim, and costs none anything, until its identity may send again.
    private const string Aside = "stopped";

    /// <summary>Mails that wait to leave, whether or not their identity may send.</summary>
    internal const string WaitingSends = $"(select o.id from outbox o where o.owner is null union all select o.id from outbox o where o.owner = '{Aside}') w";

    /// <summary>Mails in the identity's name wait until <see cref="StartIdentityAsync"/>: what is claimed after this commit is not theirs.</summary>
    public Task StopIdentityAsync(string identity, string by, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction,
            "insert into identity_stops (identity, stopped_at, stopped_by) values (@identity, @now, @by) on conflict (identity) do nothing", [("identity", identity), ("now", now), ("by", by)], ct), cancel);

    /// <returns>Whether they were stopped.</returns>
    public Task<bool> StartIdentityAsync(string identity, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var ended = await connection.ExecuteAsync(transaction, "delete from identity_stops where identity = @identity", [("identity", identity)], ct);
            await connection.ExecuteAsync(transaction, $"update outbox set owner = null where owner = '{Aside}' and identity = @identity", [("identity", identity)], ct);
            return ended > 0;
        }, cancel);

    /// <summary>Those who are stopped, and those in whose name mails wait.</summary>
    public async Task<IReadOnlyList<IdentitySending>> IdentitiesAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        var stops = (await connection.QueryAsync(null, "select identity, stopped_by, stopped_at from identity_stops", [],
            row => (Identity: row.GetString(0), Stop: new SendingStop(row.GetString(1), row.Instant(2))), cancel)).ToDictionary(stop => stop.Identity, stop => stop.Stop);
        var waiting = (await connection.QueryAsync(null, $"select identity, count(*) from outbox where state = {(short)SendState.Planned} group by identity", [],
            row => (Identity: row.GetString(0), Count: row.GetInt64(1)), cancel)).ToDictionary(counted => counted.Identity, counted => counted.Count);
        return [.. stops.Keys.Union(waiting.Keys).Order(StringComparer.Ordinal).Select(identity => new IdentitySending(identity, stops.GetValueOrDefault(identity), waiting.GetValueOrDefault(identity)))];
    }

    /// <summary>Who stopped the mails in whose name this one would leave; null where they leave.</summary>
    public async Task<SendingStop?> StopOfAsync(Guid id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        // The slot leads the key, and the id does not say it.
        var slots = Enumerable.Range(0, Slots.Count).Select(slot => (short)slot).ToList();
        var found = await database.BulkAsync(connection, null, Rows.Of(slots).Short("slot", slot => slot).Scalar("id", id),
            "select i.stopped_by, i.stopped_at from rows r join outbox o on o.slot = r.slot and o.id = @id join identity_stops i on i.identity = o.identity",
            row => new SendingStop(row.GetString(0), row.Instant(1)), cancel);
        return found.Count == 0 ? null : found[0];
    }

    /// <summary>Of what is due, what an identity that is stopped would send: it is put aside.</summary>
    private async Task<IReadOnlySet<Guid>> SetAsideAsync(DbConnection connection, DbTransaction transaction, IReadOnlyList<ClaimedSend> due, CancellationToken cancel)
    {
        // On PostgreSQL a stop that commits meanwhile waits for this claim, or this claim sees it.
        var isAny = await connection.ScalarAsync<long>(transaction, "select count(*) from identity_stops", [], cancel) > 0;
        if (!isAny) return new HashSet<Guid>();
        return (await database.BulkAsync(connection, transaction, Rows.Of(due).Short("slot", send => send.Slot).Uuid("id", send => send.Id),
            $"""
            update outbox set owner = '{Aside}' from rows r
            where outbox.slot = r.slot and outbox.id = r.id and outbox.state = {(short)SendState.Planned} and outbox.identity in (select i.identity from identity_stops i)
            returning outbox.id
            """, row => row.Uuid(0), cancel)).ToHashSet();
    }
}
