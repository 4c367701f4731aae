using System.Data.Common;
using System.Globalization;
using Nurture.Mail;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Inbox;

/// <summary>Catches every mail in the server's own database. Nothing leaves this machine.</summary>
public sealed class InboxTransport(InboxStore inbox, BusinessClock clock) : IMailTransport
{
    public ValueTask<MailOffer> OfferAsync(MailEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancel) =>
        ValueTask.FromResult<MailOffer>(new MailOffer.Accepted(new Transaction(inbox, clock, envelope, message)));

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private sealed class Transaction(InboxStore inbox, BusinessClock clock, MailEnvelope envelope, ReadOnlyMemory<byte> message) : IMailTransaction
    {
        public async ValueTask<SendOutcome> FinishAsync(CancellationToken cancel)
        {
            try
            {
                var subject = MimeReader.Read(message.Span)[HeaderNames.Subject] ?? "";
                var id = await inbox.AddAsync(clock.Now, envelope.To.AddrSpec, subject, message, cancel);
                return new(SendPhase.Finish, SendOutcomeKind.Sent, 0, null, "caught by the built-in inbox", id.ToString(CultureInfo.InvariantCulture));
            }
            catch (Exception failure) when (failure is DbException or OperationCanceledException)
            {
                // A commit without an answer stands or does not.
                return new(SendPhase.Finish, SendOutcomeKind.Uncertain, 0, null, failure.Message);
            }
        }

        public ValueTask AbandonAsync() => ValueTask.CompletedTask;
    }
}
