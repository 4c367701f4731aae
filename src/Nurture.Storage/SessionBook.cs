using System.Data.Common;
using System.Text.Json;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sessions;

namespace Nurture.Storage;

/// <summary>A session's seats beside its document.</summary>
/// <param name="OpenUntil">From then on nobody registers.</param>
/// <param name="ToldTaken">How many taken seats its document says.</param>
/// <param name="AttendanceAt">When it was said that all who came are known; null before.</param>
public sealed record HeldSession(
    string Id, int Version, string Kind, DateTimeOffset StartsAt, DateTimeOffset EndsAt, DateTimeOffset OpenUntil, bool IsCancelled, int? Seats, int Taken, int Waiting, int ToldTaken, DateTimeOffset? AttendanceAt);

public sealed record RegistrationRow(long ContactId, string? Email, string? Name, Registration State, DateTimeOffset At, DateTimeOffset? JoinedAt, DateTimeOffset? LeftAt);

/// <summary>What came of a wish to register.</summary>
public enum RegisterResult { Registered, Waiting, AlreadyRegistered, AlreadyWaiting, Closed, SessionCancelled, NoSession, NoContact }

/// <param name="MovedUp">Whoever of the waiting list has the seat now; null where nobody waits, or none became free.</param>
public sealed record CancelResult(bool IsCancelled, long? MovedUp);

/// <summary>Something of a session that is still to be told to those whom it concerns.</summary>
public sealed record UntoldNews(long Id, string Session, int Version, SessionNews News, DateTimeOffset At);

/// <summary>Who came to a session.</summary>
/// <param name="HasCome">False for who was expected and did not.</param>
public sealed record Attendance(long ContactId, bool HasCome, DateTimeOffset? JoinedAt, DateTimeOffset? LeftAt);

/// <summary>
/// Sessions, and who has a seat in them. A seat is taken in a transaction that holds the session's row, so no more are taken
/// than there are, on any number of nodes; the event that tells the person's slot stands in the same transaction.
/// </summary>
public sealed class SessionBook(Database database, EventLog log)
{
    private const string Columns = "s.id, s.version, s.kind, s.starts_at, s.ends_at, s.open_until, s.is_cancelled, s.seats, s.taken, s.waiting, s.told_taken, s.attendance_at";

    private readonly record struct Person(long Id, short Slot, int Hop);

    /// <summary>The next version of a session; null where another one was published meanwhile.</summary>
    /// <param name="session">With the version that it was made from; 0 for a new one.</param>
    /// <param name="news">What is told to those whom it concerns; null for nothing.</param>
    public Task<Session?> PublishAsync(CatalogStore documents, Session session, SessionNews? news, string by, DateTimeOffset now, CancellationToken cancel) =>
        documents.ChangeAsync<Session?>(async (connection, transaction, ct) =>
        {
            await LockAsync(connection, transaction, session.Id, ct);
            var held = await FindAsync(connection, transaction, session.Id, ct);
            if ((held?.Version ?? 0) != session.Version) return (null, false);
            if (news == SessionNews.AttendanceComplete) await MissAsync(connection, transaction, session.Id, now, ct);
            var published = session with { Version = session.Version + 1, Taken = held?.Taken ?? 0 };
            await connection.ExecuteAsync(transaction,
                """
                insert into held_sessions (id, version, kind, starts_at, ends_at, open_until, is_cancelled, seats, attendance_at)
                values (@id, @version, @kind, @starts, @ends, @open, @cancelled, @seats, @attendance)
                on conflict (id) do update set version = excluded.version, kind = excluded.kind, starts_at = excluded.starts_at, ends_at = excluded.ends_at, open_until = excluded.open_until,
                    is_cancelled = excluded.is_cancelled, seats = excluded.seats, attendance_at = coalesce(held_sessions.attendance_at, excluded.attendance_at)
                """,
                [
                    ("id", session.Id), ("version", published.Version), ("kind", session.Kind), ("starts", session.StartsAt), ("ends", session.EndsAt), ("open", session.OpenUntil),
                    ("cancelled", session.State == SessionState.Cancelled), ("seats", session.Seats), ("attendance", session.IsAttendanceComplete ? now : null),
                ], ct);
            while (await MoveUpAsync(connection, transaction, session.Id, now, ct) is not null) published = published with { Taken = published.Taken + 1 };
            await connection.ExecuteAsync(transaction, "update held_sessions set told_taken = @taken where id = @id", [("id", session.Id), ("taken", published.Taken)], ct);
            await documents.PutAsync(connection, transaction, "session", session.Id, published.Version, published.Write(), by, now, ct);
            if (news is { } told)
            {
                await connection.ExecuteAsync(transaction, "insert into session_news (session_id, version, news, at) values (@id, @version, @news, @now)",
                    [("id", session.Id), ("version", published.Version), ("news", (short)told), ("now", now)], ct);
            }

            return (published, true);
        }, cancel);

    public async Task<HeldSession?> FindAsync(string id, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await FindAsync(connection, null, id, cancel);
    }

    /// <summary>The latest to begin first.</summary>
    public async Task<IReadOnlyList<HeldSession>> ListAsync(int skip, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from held_sessions s order by s.starts_at desc, s.id limit @limit offset @skip", [("limit", limit), ("skip", skip)], Read, cancel);
    }

    /// <summary>Those whose document says another number of taken seats than there are.</summary>
    public async Task<IReadOnlyList<HeldSession>> OutOfStepAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, $"select {Columns} from held_sessions s where s.taken <> s.told_taken and s.is_cancelled = 0 and s.seats is not null order by s.id", [], Read, cancel);
    }

    /// <summary>In the order of registering.</summary>
    public async Task<IReadOnlyList<RegistrationRow>> RegistrationsAsync(string session, int skip, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            """
            select coalesce(c.merged_into, r.contact_id), coalesce(m.email, c.email), coalesce(m.name, c.name), r.state, r.at, r.joined_at, r.left_at
            from session_registrations r join contacts c on c.id = r.contact_id left join contacts m on m.id = c.merged_into
            where r.session_id = @id order by r.at, r.contact_id limit @limit offset @skip
            """, [("id", session), ("limit", limit), ("skip", skip)],
            row => new RegistrationRow(row.GetInt64(0), row.TextOrNull(1), row.TextOrNull(2), (Registration)row.GetInt16(3), row.Instant(4), row.InstantOrNull(5), row.InstantOrNull(6)), cancel);
    }

    /// <summary>How the person stands to the session.</summary>
    public async Task<Registration> StandingAsync(string session, long contactId, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await PersonAsync(connection, null, contactId, cancel) is { } person && await RowOfAsync(connection, null, session, person.Id, cancel) is { } known ? known.State : Registration.None;
    }

    /// <summary>The contact of an address; the earliest known of several.</summary>
    public async Task<long?> ContactOfAsync(string email, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.FirstAsync<long?>(null, "select id from contacts where email is not null and lower(email) = lower(@email) and merged_into is null and erased_at is null order by id limit 1",
            [("email", email)], row => row.GetInt64(0), cancel);
    }

    /// <summary>Takes a seat, or a place on the waiting list where there is none.</summary>
    /// <param name="note">Null where the person does it.</param>
    public Task<RegisterResult> RegisterAsync(string session, long contactId, AuditNote? note, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await LockAsync(connection, transaction, session, ct);
            if (await FindAsync(connection, transaction, session, ct) is not { } held) return RegisterResult.NoSession;
            if (await PersonAsync(connection, transaction, contactId, ct) is not { } person) return RegisterResult.NoContact;
            if (held.IsCancelled) return RegisterResult.SessionCancelled;
            var known = await RowOfAsync(connection, transaction, session, person.Id, ct);
            if (known is { State: Registration.Registered or Registration.Attended or Registration.Missed }) return RegisterResult.AlreadyRegistered;
            if (known is { State: Registration.Waiting }) return RegisterResult.AlreadyWaiting;
            if (now >= held.OpenUntil) return RegisterResult.Closed;
            var hasSeat = held.Seats is not { } seats || held.Taken < seats;
            await connection.ExecuteAsync(transaction, hasSeat ? "update held_sessions set taken = taken + 1 where id = @id" : "update held_sessions set waiting = waiting + 1 where id = @id", [("id", session)], ct);
            await PutAsync(connection, transaction, session, known?.ContactId ?? person.Id, hasSeat ? Registration.Registered : Registration.Waiting, now, null, null, ct);
            await TellAsync(connection, transaction, person, hasSeat ? SessionEvents.Registered : SessionEvents.Waitlisted, session, now, correlation, ct);
            if (note is not null) await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return hasSeat ? RegisterResult.Registered : RegisterResult.Waiting;
        }, cancel);

    /// <summary>Gives the seat, or the place on the waiting list, back; who waits longest moves up.</summary>
    public Task<CancelResult> CancelAsync(string session, long contactId, AuditNote? note, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await LockAsync(connection, transaction, session, ct);
            if (await PersonAsync(connection, transaction, contactId, ct) is not { } person
                || await RowOfAsync(connection, transaction, session, person.Id, ct) is not { State: Registration.Registered or Registration.Waiting } known) return new CancelResult(false, null);
            await LeaveAsync(connection, transaction, session, known, now, ct);
            await TellAsync(connection, transaction, person, SessionEvents.RegistrationCancelled, session, now, correlation, ct);
            if (note is not null) await AuditStore.AddAsync(connection, transaction, note, now, ct);
            return new CancelResult(true, await MoveUpAsync(connection, transaction, session, now, ct));
        }, cancel);

    /// <summary>Notes who came, each heard at once; what is said again changes nothing. Returns how many were news.</summary>
    public Task<int> AttendAsync(string session, IReadOnlyList<Attendance> attendances, DateTimeOffset now, string correlation, CancellationToken cancel) =>
        database.WriteAsync(async (connection, transaction, ct) =>
        {
            await LockAsync(connection, transaction, session, ct);
            var news = 0;
            foreach (var attendance in attendances)
            {
                if (await PersonAsync(connection, transaction, attendance.ContactId, ct) is not { } person) continue;
                var known = await RowOfAsync(connection, transaction, session, person.Id, ct);
                var state = attendance.HasCome ? Registration.Attended : Registration.Missed;
                // Who never registered has not missed it.
                if (known?.State == state || (!attendance.HasCome && known is not { State: Registration.Registered or Registration.Attended })) continue;
                if (known is { State: Registration.Waiting }) await connection.ExecuteAsync(transaction, "update held_sessions set waiting = waiting - 1 where id = @id", [("id", session)], ct);
                await PutAsync(connection, transaction, session, known?.ContactId ?? person.Id, state, known?.At ?? now, attendance.JoinedAt, attendance.LeftAt, ct);
                double? minutes = attendance is { HasCome: true, JoinedAt: { } joined, LeftAt: { } left } ? Math.Round((left - joined).TotalMinutes) : null;
                await TellAsync(connection, transaction, person, attendance.HasCome ? SessionEvents.Attended : SessionEvents.Missed, session, now, correlation, ct, minutes);
                news++;
            }

            return news;
        }, cancel);

    public async Task<IReadOnlyList<UntoldNews>> UntoldAsync(CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null, "select id, session_id, version, news, at from session_news where told_at is null order by id", [],
            row => new UntoldNews(row.GetInt64(0), row.GetString(1), row.GetInt32(2), (SessionNews)row.GetInt16(3), row.Instant(4)), cancel);
    }

    public Task ToldAsync(long news, DateTimeOffset now, CancellationToken cancel) =>
        database.WriteAsync((connection, transaction, ct) => connection.ExecuteAsync(transaction, "update session_news set told_at = @now where id = @id", [("id", news), ("now", now)], ct), cancel);

    /// <summary>Whom a session concerns since they have registered, by contact, a page at a time.</summary>
    public async Task<IReadOnlyList<WalkStop>> ConcernedAsync(string session, long after, int limit, CancellationToken cancel)
    {
        await using var connection = await database.OpenAsync(cancel);
        return await connection.QueryAsync(null,
            """
            select c.id, c.slot, c.hop from session_registrations r join contacts c on c.id = r.contact_id
            where r.session_id = @id and r.state <> 3 and c.erased_at is null and c.id > @after order by c.id limit @limit
            """, [("id", session), ("after", after), ("limit", limit)], row => new WalkStop(row.GetInt64(0), row.GetInt16(1), row.GetInt32(2)), cancel);
    }

    /// <summary>Whoever is forgotten leaves their seats, and who waits moves up.</summary>
    internal static async Task ForgetAsync(SessionBook book, DbConnection connection, DbTransaction transaction, long contactId, DateTimeOffset now, CancellationToken cancel)
    {
        var sessions = await connection.QueryAsync(transaction, "select session_id from session_registrations where contact_id = @id order by session_id", [("id", contactId)], row => row.GetString(0), cancel);
        foreach (var session in sessions)
        {
            await LockAsync(connection, transaction, session, cancel);
            if (await RowAsync(connection, transaction, session, contactId, cancel) is not { } known) continue;
            if (known.State is Registration.Registered or Registration.Waiting) await book.LeaveAsync(connection, transaction, session, known, now, cancel);
            await connection.ExecuteAsync(transaction, "delete from session_registrations where session_id = @session and contact_id = @id", [("session", session), ("id", contactId)], cancel);
            await book.MoveUpAsync(connection, transaction, session, now, cancel);
        }
    }

    private sealed record Row(long ContactId, Registration State, DateTimeOffset At);

    /// <summary>Nobody else takes or frees a seat before this transaction ends.</summary>
    private static Task LockAsync(DbConnection connection, DbTransaction transaction, string session, CancellationToken cancel) =>
        connection.ExecuteAsync(transaction, "update held_sessions set taken = taken where id = @id", [("id", session)], cancel);

    private static Task<HeldSession?> FindAsync(DbConnection connection, DbTransaction? transaction, string id, CancellationToken cancel) =>
        connection.FirstAsync(transaction, $"select {Columns} from held_sessions s where s.id = @id", [("id", id)], Read, cancel);

    private async Task LeaveAsync(DbConnection connection, DbTransaction transaction, string session, Row known, DateTimeOffset now, CancellationToken cancel)
    {
        await connection.ExecuteAsync(transaction, known.State == Registration.Registered ? "update held_sessions set taken = taken - 1 where id = @id" : "update held_sessions set waiting = waiting - 1 where id = @id", [("id", session)], cancel);
        await PutAsync(connection, transaction, session, known.ContactId, Registration.Cancelled, now, null, null, cancel);
    }

    /// <summary>The first of the waiting list takes a seat, if there is one; null otherwise.</summary>
    private async Task<long?> MoveUpAsync(DbConnection connection, DbTransaction transaction, string session, DateTimeOffset now, CancellationToken cancel)
    {
        if (await FindAsync(connection, transaction, session, cancel) is not { IsCancelled: false, Waiting: > 0 } held || (held.Seats is { } seats && held.Taken >= seats) || now >= held.EndsAt) return null;
        var next = await connection.FirstAsync(transaction,
            "select contact_id, state, at from session_registrations where session_id = @id and state = 2 order by at, contact_id limit 1", [("id", session)], ReadRow, cancel);
        if (next is null) return null;
        await connection.ExecuteAsync(transaction, "update held_sessions set taken = taken + 1, waiting = waiting - 1 where id = @id", [("id", session)], cancel);
        await PutAsync(connection, transaction, session, next.ContactId, Registration.Registered, next.At, null, null, cancel);
        if (await PersonAsync(connection, transaction, next.ContactId, cancel) is { } person) await TellAsync(connection, transaction, person, SessionEvents.Registered, session, now, "", cancel, isFromWaitingList: true);
        return next.ContactId;
    }

    /// <summary>Whoever had a seat, and of whom nobody said that they came, did not.</summary>
    private async Task MissAsync(DbConnection connection, DbTransaction transaction, string session, DateTimeOffset now, CancellationToken cancel)
    {
        var missing = await connection.QueryAsync(transaction,
            "select contact_id, state, at from session_registrations where session_id = @id and state = 1 order by contact_id", [("id", session)], ReadRow, cancel);
        foreach (var row in missing)
        {
            await PutAsync(connection, transaction, session, row.ContactId, Registration.Missed, row.At, null, null, cancel);
            if (await PersonAsync(connection, transaction, row.ContactId, cancel) is { } person) await TellAsync(connection, transaction, person, SessionEvents.Missed, session, now, "", cancel);
        }
    }

    private static async Task PutAsync(
        DbConnection connection, DbTransaction transaction, string session, long contactId, Registration state, DateTimeOffset at, DateTimeOffset? joined, DateTimeOffset? left, CancellationToken cancel) =>
        await connection.ExecuteAsync(transaction,
            """
            insert into session_registrations (session_id, contact_id, state, at, joined_at, left_at) values (@session, @contact, @state, @at, @joined, @left)
            on conflict (session_id, contact_id) do update set state = excluded.state, at = excluded.at, joined_at = excluded.joined_at, left_at = excluded.left_at
            """,
            [("session", session), ("contact", contactId), ("state", (short)state), ("at", at), ("joined", joined), ("left", left)], cancel);

    private async Task TellAsync(
        DbConnection connection, DbTransaction transaction, Person person, string name, string session, DateTimeOffset now, string correlation, CancellationToken cancel, double? minutes = null, bool isFromWaitingList = false)
    {
        var properties = new Dictionary<string, object> { [SessionEvents.Key] = session };
        if (minutes is { } stayed) properties["minutes"] = stayed;
        if (name == SessionEvents.Registered) properties["from_waiting_list"] = isFromWaitingList;
        var happened = new OccurredEvent(0, name, person.Id, 0, now, now, JsonSerializer.SerializeToUtf8Bytes(properties));
        await log.AppendAsync(connection, transaction, [SignalCodec.Store(new Signal.Occurred(happened), person.Slot, new StoredAbout(now, Hop: person.Hop, Correlation: correlation))], cancel);
    }

    /// <summary>Who the contact is now; null where it was forgotten or never was.</summary>
    private static async Task<Person?> PersonAsync(DbConnection connection, DbTransaction? transaction, long contactId, CancellationToken cancel)
    {
        for (var id = contactId; ;)
        {
            var found = await connection.QueryAsync(transaction, "select slot, hop, merged_into from contacts where id = @id and erased_at is null", [("id", id)],
                row => (Slot: row.GetInt16(0), Hop: row.GetInt32(1), MergedInto: row.LongOrNull(2)), cancel);
            if (found.Count == 0) return null;
            if (found[0].MergedInto is not { } into) return new Person(id, found[0].Slot, found[0].Hop);
            id = into;
        }
    }

    /// <summary>The person's registration, made as who they are or as somebody who turned out to be them.</summary>
    private static Task<Row?> RowOfAsync(DbConnection connection, DbTransaction? transaction, string session, long contactId, CancellationToken cancel) =>
        connection.FirstAsync(transaction,
            """
            select contact_id, state, at from session_registrations
            where session_id = @session and (contact_id = @id or contact_id in (select c.id from contacts c where c.merged_into = @id))
            order by case when state = 3 then 1 else 0 end, state, contact_id limit 1
            """, [("session", session), ("id", contactId)], ReadRow, cancel);

    private static Task<Row?> RowAsync(DbConnection connection, DbTransaction transaction, string session, long contactId, CancellationToken cancel) =>
        connection.FirstAsync(transaction, "select contact_id, state, at from session_registrations where session_id = @session and contact_id = @id", [("session", session), ("id", contactId)], ReadRow, cancel);

    private static Row ReadRow(DbDataReader row) => new(row.GetInt64(0), (Registration)row.GetInt16(1), row.Instant(2));

    private static HeldSession Read(DbDataReader row) => new(
        row.GetString(0), row.GetInt32(1), row.GetString(2), row.Instant(3), row.Instant(4), row.Instant(5), row.Flag(6), row.IsDBNull(7) ? null : row.GetInt32(7), row.GetInt32(8), row.GetInt32(9), row.GetInt32(10),
        row.InstantOrNull(11));
}
