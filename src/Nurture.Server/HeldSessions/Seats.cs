using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.HeldSessions;

/// <summary>What an answer to an invitation does to the person's seat.</summary>
/// <param name="Said">In the reader's language; null where nothing changed.</param>
/// <param name="IsRefused">Nobody can register any more, so the answer cannot be given.</param>
internal readonly record struct AnsweredSeat(string? Said, bool IsRefused);

/// <summary>
/// The answers to a mail's question that register for a session, as the button on the session's page does. The seat is taken
/// before the answer is told, so whoever hears the answer reads by <c>session.registration</c> what came of it.
/// </summary>
internal sealed class Seats(SessionBook book, SessionTelling telling, BusinessClock clock, WorkSignals signals)
{
    /// <summary>Takes a seat or a place on the waiting list, or gives either back.</summary>
    public async Task<AnsweredSeat> AnswerAsync(string session, long contactId, bool isComing, string locale, string correlation, CancellationToken cancel)
    {
        var seat = isComing ? await RegisterAsync(session, contactId, locale, correlation, cancel)
            : (await book.CancelAsync(session, contactId, null, clock.Now, correlation, cancel)).IsCancelled ? new(SeatPage.CancelledSentence(locale), false) : default;
        signals.Events.Raise();
        telling.Wake();
        return seat;
    }

    private async Task<AnsweredSeat> RegisterAsync(string session, long contactId, string locale, string correlation, CancellationToken cancel)
    {
        var result = await book.RegisterAsync(session, contactId, null, clock.Now, correlation, cancel);
        var isRefused = result is RegisterResult.Closed or RegisterResult.SessionCancelled or RegisterResult.NoSession or RegisterResult.NoContact;
        return new(SeatPage.Sentence(locale, result), isRefused);
    }
}
