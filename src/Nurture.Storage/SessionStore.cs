using System.Data.Common;

namespace Nurture.Storage;

/// <summary>Somebody who works with Nurture.</summary>
public sealed record Person(long Id, string Email, string Name, string Role, string? Locale);

/// <summary>
/// Where people are signed in. A browser holds the key of a session and the database its hash. A session carries the
/// user's security stamp of its beginning: when that changes (password, role, second factor), it is over.
/// </summary>
public sealed class SessionStore(Database database)
{
    /// <summary>It ends when it was not used for so long.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromDays(7);

    /// <summary>It ends then in any case.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(30);

    private static readonly TimeSpan UseIsNotedEvery = TimeSpan.FromMinutes(1);

    public Task AddAsync(byte[] hash, long userId, string stamp, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await connection.ExecuteAsync(transaction, "delete from user_sessions where expires_at < @now or last_seen_at < @idle", [("now", now), ("idle", now - Idle)], ct);
            await connection.ExecuteAsync(transaction,
                "insert into user_sessions (hash, user_id, stamp, created_at, last_seen_at, expires_at) values (@hash, @user, @stamp, @now, @now, @expires)",
                [("hash", hash), ("user", userId), ("stamp", stamp), ("now", now), ("expires", now + Longest)], ct);
            await NoteUseAsync(connection, transaction, hash, now, ct);
        }, cancel);

    /// <summary>Whose session it is; null where there is none, or it is over.</summary>
    public async Task<Person?> FindAsync(byte[] hash, DateTimeOffset now, CancellationToken cancel)
    {
        (Person Person, DateTimeOffset SeenAt)? found;
        await using (var connection = await database.OpenAsync(cancel))
        {
            found = (await connection.QueryAsync<(Person, DateTimeOffset)>(null,
                """
                select u.id, u.email, u.name, u.role, u.locale, s.last_seen_at from user_sessions s join users u on u.id = s.user_id
                where s.hash = @hash and s.stamp = u.security_stamp and u.locked_at is null and s.expires_at > @now and s.last_seen_at > @idle
                """,
                [("hash", hash), ("now", now), ("idle", now - Idle)],
                r => (new(r.GetInt64(0), r.GetString(1), r.GetString(2), r.GetString(3), r.TextOrNull(4)), r.Instant(5)), cancel)) is [var one] ? one : null;
        }
        if (found is not { } session) return null;
        if (now - session.SeenAt > UseIsNotedEvery)
            await database.WriteAsync((connection, transaction, ct) => NoteUseAsync(connection, transaction, hash, now, ct), cancel);
        return session.Person;
    }

    public Task EndAsync(byte[] hash, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction, "delete from user_sessions where hash = @hash", [("hash", hash)], ct), cancel);

    private static async Task NoteUseAsync(DbConnection connection, DbTransaction transaction, byte[] hash, DateTimeOffset now, CancellationToken cancel)
    {
        await connection.ExecuteAsync(transaction, "update user_sessions set last_seen_at = @now where hash = @hash", [("hash", hash), ("now", now)], cancel);
        await connection.ExecuteAsync(transaction,
            "update users set last_seen_at = @now where id = (select user_id from user_sessions where hash = @hash)", [("hash", hash), ("now", now)], cancel);
    }
}
