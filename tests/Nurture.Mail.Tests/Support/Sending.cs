using Nurture.Mail.Smtp;

namespace Nurture.Mail.Tests.Support;

internal static class Sending
{
    public static SmtpOptions Loopback(int port) => new() { Host = "127.0.0.1", Port = port, Security = SmtpSecurity.None };

    public static MailEnvelope To(string to) => new(EmailAddress.Parse("b+1@bounce.example.com"), EmailAddress.Parse(to));

    public static async Task<SendOutcome> SendAsync(this IMailTransport transport, string to = "bob@example.net", byte[]? message = null) =>
        await transport.OfferAsync(To(to), message ?? Mails.Bytes(Mails.Simple), TestContext.Current.CancellationToken) switch
        {
            MailOffer.Refused(var outcome) => outcome,
            MailOffer.Accepted(var transaction) => await transaction.FinishAsync(TestContext.Current.CancellationToken),
            var other => throw new InvalidOperationException(other.ToString()),
        };

    public static async Task<IMailTransaction> OfferAsync(this IMailTransport transport, string to = "bob@example.net", byte[]? message = null)
    {
        var offer = await transport.OfferAsync(To(to), message ?? Mails.Bytes(Mails.Simple), TestContext.Current.CancellationToken);
        return Assert.IsType<MailOffer.Accepted>(offer).Transaction;
    }
}
