using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Nurture.Contacts;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Sessions;
using Nurture.Storage;

namespace Nurture.Server.HeldSessions;

/// <summary>Sessions over the API: declared, moved, cancelled; who registered, and who came.</summary>
internal static partial class HeldSessionEndpoints
{
    private const int MostBytes = 4 * 1024 * 1024;
    private const int MostOfTitle = 300;

    /// <param name="Titles">By locale, <c>{ "en": "A first look", "ja": "はじめての…" }</c>.</param>
    /// <param name="Zone">On whose clock it was agreed; the policy's where nothing is said.</param>
    /// <param name="Seats">0 for as many as come, which is so for a new session that says nothing. What is left out of a change stays as it is.</param>
    /// <param name="Version">The one that was read before; nothing for a new session.</param>
    public sealed record Draft(
        string? Id, string? Kind, Dictionary<string, string>? Titles, DateTimeOffset? StartsAt, DateTimeOffset? EndsAt, string? Zone, string? Link, int? Seats, DateTimeOffset? RegistrationUntil, string? Host, string? Locale, int? Version);

    /// <param name="State"><c>planned</c>, <c>cancelled</c>, <c>over</c>.</param>
    public sealed record Shown(
        string Id, int Version, string Kind, string State, IReadOnlyDictionary<string, string> Titles, DateTimeOffset StartsAt, DateTimeOffset EndsAt, string Zone, string Link, int? Seats, int Taken, int Waiting,
        DateTimeOffset RegistrationUntil, string Host, string Locale, DateTimeOffset? AttendanceAt);

    /// <param name="State"><c>registered</c>, <c>waiting</c>, <c>cancelled</c>, <c>attended</c>, <c>missed</c>.</param>
    public sealed record ShownRegistration(long ContactId, string? Email, string? Name, string State, DateTimeOffset At, DateTimeOffset? JoinedAt, DateTimeOffset? LeftAt);

    /// <summary>One of the two.</summary>
    public sealed record Person(long? Contact, string? Email);

    /// <param name="Result"><c>registered</c>, <c>waiting</c>, <c>already_registered</c>, <c>already_waiting</c>.</param>
    public sealed record Registered(long Contact, string Result);

    /// <param name="Attended">Yes where nothing is said.</param>
    public sealed record GivenAttendance(long? Contact, string? Email, bool? Attended, DateTimeOffset? JoinedAt, DateTimeOffset? LeftAt);

    /// <summary>One of the two.</summary>
    /// <param name="Csv">With a line of names: email, and attended or joined_at, left_at.</param>
    public sealed record AttendanceDraft(string? Csv, IReadOnlyList<GivenAttendance>? Rows);

    /// <param name="Line">Of the file, or of the list, from 1.</param>
    public sealed record ShownError(int Line, string Detail);

    /// <param name="News">How many were not known to have come, or not, before.</param>
    public sealed record TakenAttendance(int Accepted, int News, IReadOnlyList<ShownError> Errors);

    public sealed record Reason(int? Version);

    public static void MapSessions(this IEndpointRouteBuilder api)
    {
        api.MapGet("/sessions", ListAsync).RequirePermission(Permission.ReadSessions).WithSummary("Sessions, the latest to begin first, with the seats that are taken.");
        api.MapPost("/sessions", (Draft draft, Desk desk, CancellationToken cancel) => SaveAsync(draft.Id, draft, isNew: true, desk, cancel)).RequirePermission(Permission.WriteSessions)
            .WithSummary("Declares a session. Scenarios with trigger: { session: … } invite to it.");
        api.MapGet("/sessions/{id}", async (string id, Desk desk, CancellationToken cancel) => await ShowAsync(await RequireAsync(id, desk, cancel), desk, cancel))
            .RequirePermission(Permission.ReadSessions).WithSummary("A session.");
        api.MapPut("/sessions/{id}", (string id, Draft draft, Desk desk, CancellationToken cancel) => SaveAsync(id, draft, isNew: false, desk, cancel)).RequirePermission(Permission.WriteSessions)
            .WithSummary("Changes a session. Another time is told to those whom it concerns, and moves what waits for it.");
        api.MapPost("/sessions/{id}/cancel", CancelAsync).RequirePermission(Permission.WriteSessions).WithSummary("It does not take place; those whom it concerns are told.");
        api.MapGet("/sessions/{id}/registrations", RegistrationsAsync).RequirePermission(Permission.ReadSessions).WithSummary("Who registered, in their order.");
        api.MapPost("/sessions/{id}/registrations", RegisterAsync).RequirePermission(Permission.WriteSessions).WithSummary("Registers somebody: with a seat, or on the waiting list where none is left.");
        api.MapDelete("/sessions/{id}/registrations/{contact}", UnregisterAsync).RequirePermission(Permission.WriteSessions).WithSummary("Gives a seat back; who waits longest moves up.");
        api.MapPost("/sessions/{id}/attendance", AttendAsync).RequirePermission(Permission.WriteSessions).WithMetadata(new RequestSizeLimitAttribute(MostBytes))
            .WithSummary("Takes in who came, as rows or as a file. Sound lines are taken, each of the others is named with what is wrong.");
        api.MapPost("/sessions/{id}/attendance/complete", CompleteAsync).RequirePermission(Permission.WriteSessions)
            .WithSummary("Says that all who came are known: whoever has a seat and did not come has missed it.");
    }

    /// <summary>What these endpoints work with.</summary>
    internal sealed record Desk(SessionBook Book, CatalogStore Documents, CatalogSource Catalogs, SessionTelling Telling, ContactStore Contacts, Audited Audited, BusinessClock Clock, WorkSignals Signals)
    {
        public static ValueTask<Desk?> BindAsync(HttpContext context, System.Reflection.ParameterInfo _)
        {
            var services = context.RequestServices;
            return ValueTask.FromResult<Desk?>(new(
                services.GetRequiredService<SessionBook>(), services.GetRequiredService<CatalogStore>(), services.GetRequiredService<CatalogSource>(), services.GetRequiredService<SessionTelling>(),
                services.GetRequiredService<ContactStore>(), services.GetRequiredService<Audited>(), services.GetRequiredService<BusinessClock>(), services.GetRequiredService<WorkSignals>()));
        }
    }

    private static async Task<ApiPage<Shown>> ListAsync(int? limit, string? after, Desk desk, CancellationToken cancel)
    {
        var (most, first) = (Paging.Limit(limit), (int)(Paging.After(after) ?? 0));
        var found = await desk.Book.ListAsync(first, most + 1, cancel);
        var shown = new List<Shown>();
        foreach (var held in found.Take(most)) shown.Add(await ShowAsync(held, desk, cancel));
        return new(shown, found.Count > most ? (first + most).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static async Task<Shown> SaveAsync(string? id, Draft draft, bool isNew, Desk desk, CancellationToken cancel)
    {
        var policy = (await desk.Catalogs.CurrentAsync(cancel)).Catalog.Policy;
        if (id is null || !IdPattern.IsMatch(id)) throw RefusedException.BadRequest("bad-id", "That is no id of a session.", $"\"{id}\" was found; an id is made of small letters, digits and -, such as webinar-2026-12.");
        var known = isNew ? null : await ReadAsync(id, desk, cancel);
        if (isNew && await desk.Book.FindAsync(id, cancel) is not null) throw RefusedException.Conflict("session-exists", "There is such a session already.", $"The session {id} is there: change it, or take another id.");
        if (known is not null && draft.Version is { } read && read != known.Version) throw Changed(id);
        if (known is { State: SessionState.Cancelled }) throw RefusedException.Conflict("session-cancelled", "The session is cancelled.", "Those whom it concerned were told; declare another one.");

        var titles = draft.Titles?.Where(title => !string.IsNullOrWhiteSpace(title.Value)).ToDictionary(title => title.Key, title => title.Value.Trim()) ?? known?.Titles ?? throw RefusedException.Missing("titles", "{\"en\": \"A first look\"}");
        if (titles.Count == 0) throw RefusedException.Missing("titles", "{\"en\": \"A first look\"}");
        if (titles.Values.Any(title => title.Length > MostOfTitle || title.Any(char.IsControl))) throw RefusedException.BadRequest("bad-title", "A title is one line.", $"It has {MostOfTitle} letters at most.");
        var starts = (draft.StartsAt ?? known?.StartsAt ?? throw RefusedException.Missing("starts_at", "2026-12-03T14:00:00+09:00")).ToUniversalTime().Truncate();
        var ends = (draft.EndsAt ?? (draft.StartsAt is not null && known is not null ? starts + (known.EndsAt - known.StartsAt) : known?.EndsAt) ?? starts.AddHours(1)).ToUniversalTime().Truncate();
        if (ends <= starts) throw RefusedException.BadRequest("bad-time", "It ends before it begins.", $"starts_at is {starts:u}, ends_at {ends:u}.");
        var now = desk.Clock.Now;
        if (starts <= now && (known is null || known.StartsAt != starts)) throw RefusedException.BadRequest("bad-time", "That has passed.", $"starts_at is {starts:u}, and it is {now:u}.");
        var zone = draft.Zone ?? known?.Zone ?? policy.Zone;
        if (DateTimeZoneProviders.Tzdb.GetZoneOrNull(zone) is null) throw RefusedException.BadRequest("bad-zone", "That is no time zone.", $"\"{zone}\" was found; a zone is called Asia/Tokyo.");
        var link = draft.Link ?? known?.Link ?? "";
        if (link.Length > 0 && !Sends.LinkTokens.IsWebAddress(link)) throw RefusedException.BadRequest("bad-link", "That is no address of a page.", $"\"{link}\" was found; a link begins with https://.");
        if (draft.Seats is < 0) throw RefusedException.BadRequest("bad-seats", "That is no number of seats.", "seats is 1 or more; 0 takes the limit away.");
        var kind = draft.Kind ?? known?.Kind ?? "webinar";
        if (!IdPattern.IsMatch(kind)) throw RefusedException.BadRequest("bad-kind", "That is no kind of session.", $"\"{kind}\" was found; a kind is made of small letters, digits and -, such as webinar.");

        var isMoved = known is not null && (known.StartsAt != starts || known.EndsAt != ends);
        var until = draft.RegistrationUntil?.ToUniversalTime().Truncate() ?? (isMoved ? known!.RegistrationUntil + (starts - known.StartsAt) : known?.RegistrationUntil);
        var session = new Session
        {
            Id = id,
            Version = known?.Version ?? 0,
            Kind = kind,
            Titles = titles,
            StartsAt = starts,
            EndsAt = ends,
            Zone = zone,
            Link = link,
            Seats = draft.Seats is 0 ? null : draft.Seats ?? known?.Seats,
            RegistrationUntil = until,
            Host = draft.Host ?? known?.Host ?? "",
            Locale = draft.Locale ?? known?.Locale ?? policy.Locale,
            ScheduledAt = known is null || isMoved ? now : known.ScheduledAt,
            Sequence = known?.Sequence ?? 0,
            IsAttendanceComplete = known?.IsAttendanceComplete ?? false,
        };
        var isChanged = known is not null && (known.Link != session.Link || known.Host != session.Host || !Same(known.Titles, session.Titles));
        if (isMoved || isChanged) session = session with { Sequence = session.Sequence + 1 };
        SessionNews? news = isMoved ? SessionNews.Moved : isChanged ? SessionNews.Changed : null;
        await desk.Audited.RecordAsync(known is null ? "session.declared" : isMoved ? "session.moved" : "session.changed", $"session:{id}", new { session.StartsAt, session.Seats }, cancel);
        return await PublishAsync(session, news, desk, cancel);
    }

    private static async Task<Shown> CancelAsync(string id, Reason? given, Desk desk, CancellationToken cancel)
    {
        var known = await ReadAsync(id, desk, cancel);
        if (known.State == SessionState.Cancelled) return await ShowAsync(await RequireAsync(id, desk, cancel), desk, cancel);
        if (given?.Version is { } read && read != known.Version) throw Changed(id);
        await desk.Audited.RecordAsync("session.cancelled", $"session:{id}", null, cancel);
        return await PublishAsync(known with { State = SessionState.Cancelled, Sequence = known.Sequence + 1 }, SessionNews.Cancelled, desk, cancel);
    }

    private static async Task<ApiPage<ShownRegistration>> RegistrationsAsync(string id, int? limit, string? after, Desk desk, CancellationToken cancel)
    {
        await RequireAsync(id, desk, cancel);
        var (most, first) = (Paging.Limit(limit), (int)(Paging.After(after) ?? 0));
        var found = await desk.Book.RegistrationsAsync(id, first, most + 1, cancel);
        return new([.. found.Take(most).Select(row => new ShownRegistration(row.ContactId, row.Email, row.Name, ApiJson.Word(row.State), row.At, row.JoinedAt, row.LeftAt))],
            found.Count > most ? (first + most).ToString(CultureInfo.InvariantCulture) : null);
    }

    private static async Task<Registered> RegisterAsync(string id, Person person, Desk desk, CancellationToken cancel)
    {
        await RequireAsync(id, desk, cancel);
        var contact = await ContactAsync(person.Contact, person.Email, desk, cancel)
            ?? throw (person.Contact is null && string.IsNullOrWhiteSpace(person.Email) ? RefusedException.Missing("contact or email", "{\"email\": \"hanako@acme.example\"}") : RefusedException.NotFound(person.Email ?? $"contact {person.Contact}"));
        var result = await desk.Book.RegisterAsync(id, contact, desk.Audited.Note("session.registered", $"contact:{contact}", new { Session = id }), desk.Clock.Now, desk.Audited.Correlation, cancel);
        desk.Signals.Events.Raise();
        desk.Telling.Wake();
        return result switch
        {
            RegisterResult.NoSession => throw RefusedException.NotFound($"session {id}"),
            RegisterResult.NoContact => throw RefusedException.NotFound($"contact {contact}"),
            RegisterResult.SessionCancelled => throw RefusedException.Conflict("session-cancelled", "The session is cancelled.", "Nobody can register for it any more."),
            RegisterResult.Closed => throw RefusedException.Conflict("registration-closed", "Registration is closed.", "Nobody can register for it any more."),
            RegisterResult.Registered or RegisterResult.Waiting or RegisterResult.AlreadyRegistered or RegisterResult.AlreadyWaiting => new Registered(contact, ApiJson.Word(result)),
        };
    }

    private static async Task<IResult> UnregisterAsync(string id, string contact, Desk desk, CancellationToken cancel)
    {
        await RequireAsync(id, desk, cancel);
        if (!long.TryParse(contact, out var whose)) throw RefusedException.NotFound($"registration of contact {contact}");
        var result = await desk.Book.CancelAsync(id, whose, desk.Audited.Note("session.registration_cancelled", $"contact:{contact}", new { Session = id }), desk.Clock.Now, desk.Audited.Correlation, cancel);
        if (!result.IsCancelled) throw RefusedException.NotFound($"registration of contact {contact}");
        desk.Signals.Events.Raise();
        desk.Telling.Wake();
        return Results.NoContent();
    }

    private static async Task<TakenAttendance> AttendAsync(string id, AttendanceDraft draft, Desk desk, CancellationToken cancel)
    {
        var session = await ReadAsync(id, desk, cancel);
        if (draft.Csv is null == draft.Rows is null) throw RefusedException.Missing("csv or rows", "{\"csv\": \"email,attended\\nhanako@acme.example,yes\"}");
        var errors = new List<ShownError>();
        List<AttendanceLine> lines;
        if (draft.Csv is { } text)
        {
            var read = AttendanceFile.Read(text, DateTimeZoneProviders.Tzdb.GetZoneOrNull(session.Zone) ?? DateTimeZone.Utc);
            lines = [.. read.Lines];
            errors.AddRange(read.Errors.Select(error => new ShownError(error.Line, error.Detail)));
        }
        else lines = [.. draft.Rows!.Select((row, i) => new AttendanceLine(i + 1, row.Email ?? $"contact:{row.Contact}", row.Attended ?? true, row.JoinedAt?.ToUniversalTime(), row.LeftAt?.ToUniversalTime()))];

        var attendances = new List<Attendance>();
        foreach (var line in lines)
        {
            var given = draft.Rows?[line.Line - 1];
            if (await ContactAsync(given?.Contact, given is null ? line.Email : given.Email, desk, cancel) is not { } contact) errors.Add(new(line.Line, $"Nobody is known by {line.Email}."));
            else attendances.Add(new(contact, line.HasCome ?? true, line.JoinedAt, line.LeftAt));
        }

        await desk.Audited.RecordAsync("session.attendance", $"session:{id}", new { Rows = attendances.Count }, cancel);
        // Somebody who came in twice, and somebody who left before the end: whoever was there once was there.
        var news = await desk.Book.AttendAsync(id, [.. attendances.GroupBy(one => one.ContactId).Select(Joined)], desk.Clock.Now, desk.Audited.Correlation, cancel);
        if (news > 0) desk.Signals.Events.Raise();
        return new(attendances.Count, news, [.. errors.OrderBy(error => error.Line)]);

        static Attendance Joined(IGrouping<long, Attendance> times) =>
            new(times.Key, times.Any(one => one.HasCome), times.Min(one => one.JoinedAt), times.Max(one => one.LeftAt));
    }

    private static async Task<Shown> CompleteAsync(string id, Desk desk, CancellationToken cancel)
    {
        var session = await ReadAsync(id, desk, cancel);
        if (session.State == SessionState.Cancelled) throw RefusedException.Conflict("session-cancelled", "The session is cancelled.", "Nobody can have come to it.");
        if (desk.Clock.Now < session.StartsAt) throw RefusedException.Conflict("session-ahead", "The session has not begun.", $"It begins at {session.StartsAt:u}.");
        if (session.IsAttendanceComplete) return await ShowAsync(await RequireAsync(id, desk, cancel), desk, cancel);
        await desk.Audited.RecordAsync("session.attendance_complete", $"session:{id}", null, cancel);
        return await PublishAsync(session with { IsAttendanceComplete = true }, SessionNews.AttendanceComplete, desk, cancel);
    }

    private static async Task<Shown> PublishAsync(Session session, SessionNews? news, Desk desk, CancellationToken cancel)
    {
        if (await desk.Book.PublishAsync(desk.Documents, session, news, desk.Audited.Actor, desk.Clock.Now, cancel) is null) throw Changed(session.Id);
        desk.Signals.Events.Raise();
        desk.Telling.Wake();
        return await ShowAsync(await RequireAsync(session.Id, desk, cancel), desk, cancel);
    }

    private static async Task<HeldSession> RequireAsync(string id, Desk desk, CancellationToken cancel) => await desk.Book.FindAsync(id, cancel) ?? throw RefusedException.NotFound($"session {id}");

    /// <summary>Its document, which may be out of the catalog long after it was over.</summary>
    private static async Task<Session> ReadAsync(string id, Desk desk, CancellationToken cancel) =>
        await desk.Documents.FindAsync("session", id, null, null, cancel) is { } document ? Session.Read(document.Content, document.Version) : throw RefusedException.NotFound($"session {id}");

    private static async Task<Shown> ShowAsync(HeldSession held, Desk desk, CancellationToken cancel)
    {
        var session = await ReadAsync(held.Id, desk, cancel);
        var state = session.State == SessionState.Cancelled ? "cancelled" : desk.Clock.Now >= session.EndsAt ? "over" : "planned";
        return new(session.Id, session.Version, session.Kind, state, session.Titles, session.StartsAt, session.EndsAt, session.Zone, session.Link,
            session.Seats, held.Taken, held.Waiting, session.OpenUntil, session.Host, session.Locale, held.AttendanceAt);
    }

    private static async Task<long?> ContactAsync(long? contact, string? email, Desk desk, CancellationToken cancel) =>
        contact is { } id ? (await desk.Contacts.ResolveAsync(id, cancel))?.Id : string.IsNullOrWhiteSpace(email) ? null : await desk.Book.ContactOfAsync(email.Trim(), cancel);

    private static RefusedException Changed(string id) => RefusedException.Conflict("session-changed", "The session was changed meanwhile.", $"Read the session {id} again, and make your change to what is there now.");

    private static bool Same(IReadOnlyDictionary<string, string> one, IReadOnlyDictionary<string, string> other) =>
        one.Count == other.Count && one.All(title => other.TryGetValue(title.Key, out var same) && same == title.Value);

    [GeneratedRegex("^[a-z0-9][a-z0-9_-]{0,79}$")]
    private static partial Regex IdPattern { get; }
}
