using Nurture.Mail;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Storage;
using Nurture.Templates;

namespace Nurture.Server.Delivery;

/// <summary>What became of a test mail.</summary>
/// <param name="Reply">What the other side said; or why nothing was tried.</param>
public sealed record TestMail(bool IsSent, string To, string Subject, string Reply);

/// <summary>
/// Sends a rendered mail to one of us, by the transport that all mail takes. It stands in no ledger, counts for no cap and
/// is not tried again: who asked for it sees the answer.
/// </summary>
public sealed class TestMails(MailComposer composer, IMailTransport transport, AllowList allowed, SendStore sends, BusinessClock clock)
{
    public async Task<TestMail> SendAsync(EmailAddress to, Sender sender, string mark, RenderedMail rendered, CancellationToken cancel)
    {
        var subject = $"{mark} {rendered.Subject}";
        if (await sends.StoppedAsync(cancel) is { } stop) return NotTried($"all sending is stopped (by {stop.By})");
        if (allowed.IsLimited && !allowed.Allows(to.AddrSpec)) return NotTried("this deployment mails listed addresses only");

        var mail = composer.ComposeTest(Guid.NewGuid(), to, sender, mark, rendered, clock.Now);
        switch (await transport.OfferAsync(mail.Envelope, mail.Bytes, cancel))
        {
            case MailOffer.Refused(var refusal):
                return NotTried(refusal.Text);
            case MailOffer.Accepted(var transaction):
                await using (transaction)
                {
                    var outcome = await transaction.FinishAsync(cancel);
                    return new(outcome.Kind == SendOutcomeKind.Sent, to.AddrSpec, subject, outcome.Text);
                }
            case var other:
                throw new InvalidOperationException($"No answer to an offer: {other.GetType().Name}.");
        }

        TestMail NotTried(string why) => new(false, to.AddrSpec, subject, why);
    }
}
