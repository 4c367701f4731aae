using System.Text;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Tracking;

/// <summary>
/// What links in mails lead to: <c>/o</c> the pixel, <c>/c</c> a link, <c>/u</c> the way out, <c>/a</c> answers. The token says all that is
/// needed, so they work for years, after an erasure too. GET records a hit and changes nothing else: scanners follow every link.
/// </summary>
public static class TrackingEndpoints
{
    internal const string Why = "the token in the link is the permission";
    private const int MostFormBytes = 16 << 10;

    // 1 × 1, transparent: the smallest GIF that every mail program shows.
    private static readonly byte[] Pixel = Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7");

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void AddTracking(this WebApplicationBuilder builder) => builder.Services.AddSingleton<Hits>();

    public static void MapTracking(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/o/{file}", Reading, OpenAsync).AllowPublic(Why);
        app.MapMethods("/c/{token}", Reading, ClickAsync).AllowPublic(Why);
        app.MapMethods("/u/{token}", Reading, AskAsync).AllowPublic(Why);
        app.MapAnswers();
        app.MapPost("/u/{token}", RefuseAsync).AllowPublic(Why).WithMetadata(new RequestSizeLimitAttribute(MostFormBytes));
    }

    private static async Task<IResult> OpenAsync(string file, HttpContext http, LinkTokens tokens, Hits hits)
    {
        KeepPrivate(http.Response);
        if (file.EndsWith(".gif", StringComparison.Ordinal) && tokens.Read(file[..^".gif".Length]) is MailLink.Open link) await hits.RecordAsync(link, http);
        return Results.Bytes(Pixel, "image/gif");
    }

    private static async Task<IResult> ClickAsync(string token, HttpContext http, LinkTokens tokens, Hits hits, CatalogSource catalogs, BusinessClock clock)
    {
        KeepPrivate(http.Response);
        if (tokens.Read(token) is not MailLink.Click link) return UnsubscribePage.NotFound(LanguageOf(http.Request));
        var mayBePerson = await hits.RecordAsync(link, http);
        // A header is ASCII; otherwise the address stays as the author wrote it.
        var url = Ascii.IsValid(link.Url) ? link.Url : new Uri(link.Url).AbsoluteUri;
        // To a site of our own it takes along which mail it came from; whether that says anything is decided when a browser
        // speaks of it there, so a scanner that follows the link changes nothing.
        if (mayBePerson && catalogs.Latest?.Catalog.Policy.IsOwnSite(url) == true)
            url = tokens.AddVisit(url, new MailLink.Visit(link.SendId, link.Slot, clock.Now));
        http.Response.Headers.Location = url;
        return Results.StatusCode(StatusCodes.Status302Found);
    }

    private static async Task<IResult> AskAsync(string token, HttpContext http, LinkTokens tokens, SendStore sends)
    {
        KeepPrivate(http.Response);
        if (tokens.Read(token) is not MailLink.Unsubscribe link) return UnsubscribePage.NotFound(LanguageOf(http.Request));
        return UnsubscribePage.Ask(await LanguageAsync(link, http, sends), link.Topic);
    }

    /// <summary>RFC 8058 §3.2: the mail reader's one click, urlencoded or multipart, without cookies; or our own page's buttons.</summary>
    private static async Task<IResult> RefuseAsync(string token, HttpContext http, LinkTokens tokens, SendStore sends, BusinessClock clock, WorkSignals signals)
    {
        KeepPrivate(http.Response);
        if (tokens.Read(token) is not MailLink.Unsubscribe link) return UnsubscribePage.NotFound(LanguageOf(http.Request));
        var language = await LanguageAsync(link, http, sends);
        if (await AnswerAsync(http.Request) is not { } answer) return UnsubscribePage.Ask(language, link.Topic, StatusCodes.Status400BadRequest);

        var topic = answer.IsEverything ? "*" : link.Topic;
        // Not to be cancelled by a mail reader that does not wait for the answer.
        if (await sends.RefuseAsync(link.ContactId, topic, answer.IsRefused, clock.Now, http.TraceIdentifier, CancellationToken.None)) signals.Events.Raise();
        return answer.IsRefused ? UnsubscribePage.Refused(language, topic) : UnsubscribePage.TakenBack(language, topic);
    }

    private sealed record Answer(bool IsRefused, bool IsEverything);

    /// <summary>Null for what is no answer.</summary>
    private static async Task<Answer?> AnswerAsync(HttpRequest request)
    {
        if (!request.HasFormContentType) return null;
        IFormCollection form;
        try
        {
            form = await request.ReadFormAsync(new FormOptions { ValueCountLimit = 16, MultipartBodyLengthLimit = MostFormBytes });
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
        if (form["List-Unsubscribe"] == "One-Click") return new(true, false);
        return form["answer"].ToString() switch
        {
            UnsubscribePage.RefuseTopic => new(true, false),
            UnsubscribePage.RefuseAll => new(true, true),
            UnsubscribePage.UndoTopic => new(false, false),
            UnsubscribePage.UndoAll => new(false, true),
            _ => null,
        };
    }

    /// <summary>The mail's own language; the reader's where the mail is gone.</summary>
    private static async Task<string> LanguageAsync(MailLink link, HttpContext http, SendStore sends) =>
        await sends.FindLinkedAsync(link.Slot, link.SendId, http.RequestAborted) is { } send ? send.Locale : LanguageOf(http.Request);

    internal static string LanguageOf(HttpRequest request) =>
        request.GetTypedHeaders().AcceptLanguage.OrderByDescending(language => language.Quality ?? 1).FirstOrDefault()?.Value.ToString() ?? "en";

    /// <summary>Links name people to whoever holds them: nothing may keep them, or pass them on.</summary>
    internal static void KeepPrivate(HttpResponse response)
    {
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
        response.Headers["X-Robots-Tag"] = "noindex, nofollow";
        response.Headers.XContentTypeOptions = "nosniff";
    }
}
