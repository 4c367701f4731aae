namespace Nurture.Storage;

public enum LinkPurpose
{
    /// <summary>Makes the first administrator; there is no user yet.</summary>
    SetUp,
    Invitation,
    /// <summary>A new password, and the second factor is gone.</summary>
    Reset,
}

/// <summary>A link that works once. <paramref name="UserId"/> is null where it makes its user.</summary>
public sealed record UserLink(LinkPurpose Purpose, long? UserId, DateTimeOffset ExpiresAt);

/// <summary>One-time links; what is kept of one is its hash.</summary>
public sealed class UserLinkStore(Database database)
{
    public async Task<bool> HasUsersAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.ScalarAsync<long>(null, "select count(*) from (select 1 from users limit 1) u", [], cancel) > 0;
    }

    /// <summary>Earlier links of the same user end.</summary>
    /// <param name="notice">The mail that brings it.</param>
    public Task AddAsync(byte[] hash, UserLink link, PlannedNotice? notice, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction, "delete from user_links where user_id = @user or expires_at < @now", [("user", link.UserId ?? 0), ("now", now)], ct);
            await connection.ExecuteAsync(transaction,
                "insert into user_links (hash, user_id, purpose, created_at, expires_at) values (@hash, @user, @purpose, @now, @expires)",
                [("hash", hash), ("user", link.UserId), ("purpose", link.Purpose.ToString()), ("now", now), ("expires", link.ExpiresAt)], ct);
            if (notice is not null) await NoticeStore.PlanAsync(database, connection, transaction, [notice], ct);
        }, cancel);

    /// <summary>A second key to what the link of <paramref name="of"/> opens; the first use of either ends both. False where that one is over.</summary>
    public Task<bool> AddBesideAsync(byte[] hash, byte[] of, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) => await connection.ExecuteAsync(transaction,
            $"""
             insert into user_links (hash, user_id, purpose, created_at, expires_at)
             select @beside, user_id, purpose, @now, expires_at from user_links where hash = @hash and user_id is not null and {IsLive}
             """, [("beside", hash), ("hash", of), ("now", now)], ct) > 0, cancel);

    /// <summary>Null where it was used, is over, or never was; and for the set-up as soon as there is a user.</summary>
    public async Task<UserLink?> FindAsync(byte[] hash, DateTimeOffset now, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync(null,
            $"select purpose, user_id, expires_at from user_links where hash = @hash and {IsLive}", [("hash", hash), ("now", now)], Read, cancel);
    }

    /// <summary>True for one caller only, however many come at once; of several set-up links, and of several of one user, only one is ever used.</summary>
    public Task<bool> UseAsync(byte[] hash, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            var used = await connection.QueryAsync(transaction,
                $"""
                 update user_links set used_at = @now
                 where {IsLive} and (hash = @hash
                     or (purpose = 'SetUp' and exists (select 1 from user_links mine where mine.hash = @hash and mine.purpose = 'SetUp'))
                     or user_id = (select mine.user_id from user_links mine where mine.hash = @hash and mine.used_at is null and mine.expires_at > @now))
                 returning hash
                 """, [("hash", hash), ("now", now)], r => r.Bytes(0), ct);
            return used.Any(one => one.AsSpan().SequenceEqual(hash));
        }, cancel);

    private const string IsLive = "used_at is null and expires_at > @now and (purpose <> 'SetUp' or not exists (select 1 from users))";

    private static UserLink Read(System.Data.Common.DbDataReader r) => new(Enum.Parse<LinkPurpose>(r.GetString(0)), r.LongOrNull(1), r.Instant(2));
}
