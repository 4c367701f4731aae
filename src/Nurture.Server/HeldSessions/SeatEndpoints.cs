using System.Net;
using Microsoft.AspNetCore.Mvc;
using NodaTime;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Server.Tracking;
using Nurture.Sessions;
using Nurture.Storage;

namespace Nurture.Server.HeldSessions;

/// <summary>
/// <c>/s</c>, the page behind <c>session.register_url</c>: when the session is, on the reader's clock, and a button. Opening it
/// changes nothing, since scanners follow every link.
/// </summary>
internal static class SeatEndpoints
{
    private const string Why = "the token in the link is the permission";
    private const int MostFormBytes = 4 << 10;
    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapSeats(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/s/{token}", Reading, (string token, HttpContext http, Hall hall) => ShowAsync(token, http, hall)).AllowPublic(Why);
        app.MapPost("/s/{token}", AnswerAsync).AllowPublic(Why).WithMetadata(new RequestSizeLimitAttribute(MostFormBytes));
    }

    /// <summary>What these pages work with.</summary>
    internal sealed record Hall(LinkTokens Tokens, SessionBook Book, SendStore Sends, ContactStore Contacts, CatalogSource Catalogs, SessionTelling Telling, BusinessClock Clock, WorkSignals Signals)
    {
        public static ValueTask<Hall?> BindAsync(HttpContext context, System.Reflection.ParameterInfo _)
        {
            var services = context.RequestServices;
            return ValueTask.FromResult<Hall?>(new(
                services.GetRequiredService<LinkTokens>(), services.GetRequiredService<SessionBook>(), services.GetRequiredService<SendStore>(), services.GetRequiredService<ContactStore>(),
                services.GetRequiredService<CatalogSource>(), services.GetRequiredService<SessionTelling>(), services.GetRequiredService<BusinessClock>(), services.GetRequiredService<WorkSignals>()));
        }
    }

    private static async Task<IResult> ShowAsync(string token, HttpContext http, Hall hall)
    {
        TrackingEndpoints.KeepPrivate(http.Response);
        if (hall.Tokens.Read(token) is not MailLink.Seat link) return SeatPage.NotFound(TrackingEndpoints.LanguageOf(http.Request));
        return await PageAsync(link, null, http, hall);
    }

    private static async Task<IResult> AnswerAsync(string token, HttpContext http, Hall hall)
    {
        TrackingEndpoints.KeepPrivate(http.Response);
        if (hall.Tokens.Read(token) is not MailLink.Seat link) return SeatPage.NotFound(TrackingEndpoints.LanguageOf(http.Request));
        var answer = http.Request.HasFormContentType ? (await http.Request.ReadFormAsync(http.RequestAborted))["answer"].ToString() : "";
        RegisterResult? result = null;
        // Not to be cancelled by a browser that does not wait for the answer.
        if (answer == SeatPage.Register) result = await hall.Book.RegisterAsync(link.Session, link.ContactId, null, hall.Clock.Now, http.TraceIdentifier, CancellationToken.None);
        else if (answer == SeatPage.Cancel) await hall.Book.CancelAsync(link.Session, link.ContactId, null, hall.Clock.Now, http.TraceIdentifier, CancellationToken.None);
        hall.Signals.Events.Raise();
        hall.Telling.Wake();
        return await PageAsync(link, result, http, hall);
    }

    private static async Task<IResult> PageAsync(MailLink.Seat link, RegisterResult? result, HttpContext http, Hall hall)
    {
        var catalog = (await hall.Catalogs.CurrentAsync(http.RequestAborted)).Catalog;
        var send = await hall.Sends.FindLinkedAsync(link.Slot, link.SendId, http.RequestAborted);
        var locale = send?.Locale ?? TrackingEndpoints.LanguageOf(http.Request);
        var held = await hall.Book.FindAsync(link.Session, http.RequestAborted);
        if (held is null || catalog.Sessions.GetValueOrDefault(link.Session) is not { } session) return SeatPage.NotFound(locale);
        var person = await hall.Contacts.ResolveAsync(link.ContactId, http.RequestAborted);
        var standing = await hall.Book.StandingAsync(link.Session, link.ContactId, http.RequestAborted);
        var zone = Zone(person?.Zone) ?? Zone(session.Zone) ?? DateTimeZone.Utc;
        return SeatPage.Show(locale, new(
            session.TitleFor(locale), SessionWords.When(session.StartsAt, session.EndsAt, zone, locale), session.Host, session.Link, standing, session.State == SessionState.Cancelled,
            hall.Clock.Now >= session.EndsAt, hall.Clock.Now >= held.OpenUntil || result == RegisterResult.Closed, held.Taken >= held.Seats));

        static DateTimeZone? Zone(string? id) => id is null ? null : DateTimeZoneProviders.Tzdb.GetZoneOrNull(id);
    }
}

/// <summary>The page, in the mail's language.</summary>
internal static class SeatPage
{
    public const string Register = "register";
    public const string Cancel = "cancel";

    /// <param name="When">On the reader's clock.</param>
    public sealed record Facts(string Title, string When, string Host, string Link, Registration Standing, bool IsCancelled, bool IsOver, bool IsClosed, bool IsFull);

    private sealed record Words(
        string Host, string Register, string RegisterWaiting, string FullNote, string Registered, string Waiting, string CancelSeat, string CancelWaiting, string Cancelled, string SessionCancelled, string Over, string Closed, string Enter,
        string NotFoundTitle, string NotFound);

    private static readonly Dictionary<string, Words> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = new(
            "With {0}", "Register", "Join the waiting list", "All seats are taken. Who is on the waiting list gets a mail as soon as a seat is free.", "You have a seat. We sent, or are about to send, you the details by mail.",
            "You are on the waiting list. You get a mail as soon as a seat is free.", "I cannot come: give my seat back", "Take me off the waiting list", "Your registration is cancelled.", "This session does not take place.",
            "This session is over.", "Registration is closed.", "Go to the session", "This link does not work", "It is incomplete, or is not one of ours. Please use the link in the mail itself."),
        ["ja"] = new(
            "登壇者:{0}", "申し込む", "キャンセル待ちに登録する", "満席です。キャンセル待ちにご登録いただくと、空きが出しだいメールでお知らせします。", "お申し込みを承りました。詳細はメールでお送りします。",
            "キャンセル待ちに登録しました。空きが出しだいメールでお知らせします。", "参加できなくなったので、申し込みを取り消す", "キャンセル待ちを取り消す", "お申し込みを取り消しました。", "このセッションは中止になりました。",
            "このセッションは終了しました。", "お申し込みの受付は終了しました。", "セッションに参加する", "このリンクは無効です", "リンクが途中で切れているか、当社のものではありません。お手数ですが、メール内のリンクをもう一度お使いください。"),
    };

    public static IResult Show(string locale, Facts facts)
    {
        var words = ByLanguage[PublicPage.LanguageOf(locale)];
        var host = facts.Host.Length > 0 ? $"<p>{words.Host.Replace("{0}", WebUtility.HtmlEncode(facts.Host), StringComparison.Ordinal)}</p>" : "";
        var head = $"<p class=\"when\">{WebUtility.HtmlEncode(facts.When)}</p>{host}";
        return PublicPage.Show(locale, WebUtility.HtmlEncode(facts.Title), head + Body());

        string Body() => facts switch
        {
            { IsCancelled: true } => Said(words.SessionCancelled),
            { IsOver: true } => Said(words.Over),
            { Standing: Registration.Registered or Registration.Attended or Registration.Missed } => Said(words.Registered)
                + (facts.Link.Length > 0 ? $"<p><a href=\"{WebUtility.HtmlEncode(facts.Link)}\" rel=\"noreferrer\">{words.Enter}</a></p>" : "") + UnsubscribePage.Button(Cancel, words.CancelSeat),
            { Standing: Registration.Waiting } => Said(words.Waiting) + UnsubscribePage.Button(Cancel, words.CancelWaiting),
            { IsClosed: true } => (facts.Standing == Registration.Cancelled ? Said(words.Cancelled) : "") + $"<p>{words.Closed}</p>",
            { Standing: Registration.Cancelled } => Said(words.Cancelled) + Ask(),
            _ => Ask(),
        };

        string Ask() => facts.IsFull ? $"<p>{words.FullNote}</p>{UnsubscribePage.Button(Register, words.RegisterWaiting)}" : UnsubscribePage.Button(Register, words.Register);
    }

    /// <summary>What became of a wish to register, in a sentence.</summary>
    public static string Sentence(string locale, RegisterResult result)
    {
        var words = ByLanguage[PublicPage.LanguageOf(locale)];
        return result switch
        {
            RegisterResult.Registered or RegisterResult.AlreadyRegistered => words.Registered,
            RegisterResult.Waiting or RegisterResult.AlreadyWaiting => words.Waiting,
            RegisterResult.SessionCancelled => words.SessionCancelled,
            RegisterResult.Closed or RegisterResult.NoSession or RegisterResult.NoContact => words.Closed,
        };
    }

    public static string CancelledSentence(string locale) => ByLanguage[PublicPage.LanguageOf(locale)].Cancelled;

    public static IResult NotFound(string locale)
    {
        var words = ByLanguage[PublicPage.LanguageOf(locale)];
        return PublicPage.Show(locale, words.NotFoundTitle, $"<p>{words.NotFound}</p>", StatusCodes.Status404NotFound);
    }

    private static string Said(string text) => $"<p role=\"status\">{text}</p>";
}
