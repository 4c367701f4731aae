using System.Data.Common;
using Nurture.Contacts;
using Nurture.Engine;

namespace Nurture.Storage;

/// <summary>Why two accounts cannot be merged.</summary>
public enum MergeRefusal
{
    Unknown,
    Same,

    /// <summary>One of the two turned out to be another account already.</summary>
    AlreadyMerged,

    /// <summary>One of the two stands still until somebody resumes it.</summary>
    Parked,
}

/// <param name="AccountId">Whose fault it is.</param>
/// <param name="MergedInto">Where that account went; null where it is itself.</param>
public sealed record RefusedMerge(MergeRefusal Refusal, long AccountId, long? MergedInto = null);

/// <summary>What an account has, before it is merged.</summary>
public sealed record AccountContents(AccountView Account, long People, long Enrollments, IReadOnlyList<(long Id, string Title, string Family)> OpenCases);

/// <summary>
/// Merges two accounts. From the commit on intake means the other one by the id of the first; what was on its way to the
/// first is sent on by its slot, which is told in the same transaction.
/// </summary>
public sealed class AccountMergeStore(Database database, EventLog log)
{
    /// <returns>Null where it is done.</returns>
    public Task<RefusedMerge?> MergeAsync(long fromId, long intoId, AuditNote note, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            if (await RefusalAsync(connection, transaction, fromId, intoId, isLocking: true, ct) is { } refused) return refused;
            (string, object?)[] both = [("from", fromId), ("into", intoId), ("now", now)];
            // One step from any former account to the one it is now, however often accounts were merged.
            await connection.ExecuteAsync(transaction, "update accounts set merged_into = @into, updated_at = @now where id = @from or merged_into = @from", both, ct);
            // Its people may be the other one's before that one's slot has heard of its holds, and no mail slips through meanwhile.
            await connection.ExecuteAsync(transaction,
                "insert into holds (account_id, source, since, until, because, blocks, topics) select @into, source, since, until, because, blocks, topics from holds where account_id = @from on conflict do nothing", both[..2], ct);
            await log.AppendAsync(connection, transaction,
                [SignalCodec.Store(new Signal.AccountMergedInto(fromId, intoId, Slots.OfAccount(intoId), now), Slots.OfAccount(fromId), new StoredAbout(now, Correlation: correlation))], ct);
            await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return null;
        }, cancel);

    /// <returns>Null where they can be merged.</returns>
    public async Task<RefusedMerge?> RefusalAsync(long fromId, long intoId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await RefusalAsync(connection, null, fromId, intoId, isLocking: false, cancel);
    }

    public async Task<AccountContents> ContentsAsync(AccountView account, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        (string, object?)[] id = [("id", account.Id)];
        return new AccountContents(
            account,
            await connection.ScalarAsync<long>(null, "select count(*) from contacts where account_id = @id and merged_into is null and erased_at is null", id, cancel),
            await connection.ScalarAsync<long>(null, $"select count(*) from positions where kind = {(short)SubjectKind.Account} and subject_id = @id", id, cancel),
            await connection.QueryAsync(null, "select id, title, family from escalations where account_id = @id and closed_at is null order by opened_at, id", id,
                row => (row.GetInt64(0), row.GetString(1), row.GetString(2)), cancel));
    }

    private async Task<RefusedMerge?> RefusalAsync(DbConnection connection, DbTransaction? transaction, long fromId, long intoId, bool isLocking, CancellationToken cancel)
    {
        if (fromId == intoId) return new(MergeRefusal.Same, fromId);
        var found = await connection.QueryAsync(transaction,
            $"select id, merged_into from accounts where id in (@from, @into) order by id {(isLocking && database.IsPostgres ? "for update" : "")}",
            [("from", fromId), ("into", intoId)], row => (Id: row.GetInt64(0), MergedInto: row.LongOrNull(1)), cancel);
        foreach (var id in new[] { fromId, intoId })
        {
            if (!found.Exists(account => account.Id == id)) return new(MergeRefusal.Unknown, id);
            if (found.Find(account => account.Id == id).MergedInto is { } gone) return new(MergeRefusal.AlreadyMerged, id, gone);
            var isParked = await connection.ScalarAsync<long>(transaction, $"select count(*) from parked where kind = {(short)SubjectKind.Account} and subject_id = @id and resumed_at is null", [("id", id)], cancel) > 0;
            if (isParked) return new(MergeRefusal.Parked, id);
        }

        return null;
    }
}
