using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Nurture.Sends;
using Nurture.Server.HeldSessions;
using Nurture.Server.Hosting;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Tracking;

/// <summary>
/// <c>/a</c>: the answers to a mail's question. A link chooses one, and its page gives it by a button: GET records a hit and
/// changes nothing else, so that scanners, which follow every link, answer nothing.
/// </summary>
public static class AnswerEndpoints
{
    private const int MostFormBytes = 32 << 10;

    private static readonly string[] Reading = [HttpMethods.Get, HttpMethods.Head];

    public static void MapAnswers(this IEndpointRouteBuilder app)
    {
        app.MapMethods("/a/{token}", Reading, ShowAsync).AllowPublic(TrackingEndpoints.Why);
        app.MapPost("/a/{token}", AnswerAsync).AllowPublic(TrackingEndpoints.Why).WithMetadata(new RequestSizeLimitAttribute(MostFormBytes));
    }

    private static async Task<IResult> ShowAsync(string token, HttpContext http, LinkTokens tokens, SendStore sends, Hits hits)
    {
        TrackingEndpoints.KeepPrivate(http.Response);
        if (tokens.Read(token) is not MailLink.Answer link) return UnsubscribePage.NotFound(TrackingEndpoints.LanguageOf(http.Request));
        if (await FindAsync(link, sends, http.RequestAborted) is not var (asking, question)) return AnswerPage.Over(TrackingEndpoints.LanguageOf(http.Request));
        await hits.RecordAsync(link, http);
        return AnswerPage.Ask(asking.Send.Locale, question, link.Value);
    }

    private static async Task<IResult> AnswerAsync(string token, HttpContext http, LinkTokens tokens, SendStore sends, Seats seats, BusinessClock clock, WorkSignals signals)
    {
        TrackingEndpoints.KeepPrivate(http.Response);
        if (tokens.Read(token) is not MailLink.Answer link) return UnsubscribePage.NotFound(TrackingEndpoints.LanguageOf(http.Request));
        if (await FindAsync(link, sends, http.RequestAborted) is not var (asking, question)) return AnswerPage.Over(TrackingEndpoints.LanguageOf(http.Request));
        var form = await FormAsync(http.Request);
        var comment = question.TakesComment ? form?["comment"].ToString().Trim() ?? "" : "";
        if (comment.Length > AnswerPage.MostCommentChars) comment = comment[..AnswerPage.MostCommentChars];
        var answer = form?["answer"].ToString();
        if (!question.Answers.Any(one => one.Value == answer)) return AnswerPage.Ask(asking.Send.Locale, question, link.Value, comment, isIncomplete: true);

        // Not to be cancelled by a browser that is closed at once.
        var seat = question is { Registers: { } registers, Session: { } session }
            ? await seats.AnswerAsync(session, asking.Send.RecipientId, answer == registers, asking.Send.Locale, http.TraceIdentifier, CancellationToken.None)
            : default;
        // Whoever cannot come any more has not said that they will.
        if (seat.IsRefused) return AnswerPage.Ask(asking.Send.Locale, question, link.Value, comment, refusal: seat.Said);
        if (await sends.AnswerAsync(asking, answer!, question.IsScale, question.Sets, comment, clock.Now, CancellationToken.None)) signals.Events.Raise();
        return AnswerPage.Thanks(asking.Send.Locale, question, answer!, comment, seat.Said);
    }

    private static async Task<(AskingSend Asking, AskedQuestion Question)?> FindAsync(MailLink.Answer link, SendStore sends, CancellationToken cancel) =>
        await sends.FindAskingAsync(link.Slot, link.SendId, cancel) is { } asking && AskedQuestion.Read(asking.Inputs) is { } question && question.Answers.Any(answer => answer.Value == link.Value)
            ? (asking, question)
            : null;

    /// <summary>Null for what is no form.</summary>
    private static async Task<IFormCollection?> FormAsync(HttpRequest request)
    {
        if (!request.HasFormContentType) return null;
        try
        {
            return await request.ReadFormAsync(new FormOptions { ValueCountLimit = 16, MultipartBodyLengthLimit = MostFormBytes });
        }
        catch (Exception unreadable) when (unreadable is InvalidDataException or BadHttpRequestException)
        {
            return null;
        }
    }
}
