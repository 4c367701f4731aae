namespace Nurture.Mail;

/// <summary>Whom the server is told the mail is from and for.</summary>
/// <param name="From">Null is the null sender, <c>&lt;&gt;</c>: nobody wants to hear of a failure.</param>
/// <param name="Id">Comes back in a delivery report as Original-Envelope-Id, where the server has DSN (RFC 3461).</param>
public sealed record MailEnvelope(EmailAddress? From, EmailAddress To, string? Id = null);

/// <summary>
/// A way for finished messages to leave. Sending has two phases, so that the caller can write down that a mail is being handed
/// over after everything that can be refused has been accepted, and before it can be too late to take it back:
/// <code>
/// switch (await transport.OfferAsync(envelope, bytes, cancel))
/// {
///     case MailOffer.Refused(var outcome): …            // nothing was handed over
///     case MailOffer.Accepted(var transaction):
///         await using (transaction)                     // abandons it if the next line throws
///         {
///             await CommitHandedAsync(…);
///             outcome = await transaction.FinishAsync(cancel);
///         }
/// }
/// </code>
/// </summary>
/// <remarks>Safe to use from several threads; each accepted offer holds one connection until it is finished or abandoned.</remarks>
public interface IMailTransport : IAsyncDisposable
{
    /// <summary>Does everything but the last step. Throws for cancellation and for our own mistakes; what the world does is a <see cref="MailOffer.Refused"/>.</summary>
    /// <param name="message">Header and body with CRLF line ends, signed; must not change until the transaction has ended.</param>
    ValueTask<MailOffer> OfferAsync(MailEnvelope envelope, ReadOnlyMemory<byte> message, CancellationToken cancel);
}

/// <summary>The other side's answer to an offer.</summary>
public abstract record MailOffer
{
    private MailOffer() { }

    /// <summary>One step is missing; the receiver of this must finish or abandon.</summary>
    public sealed record Accepted(IMailTransaction Transaction) : MailOffer;

    /// <summary>Nothing was handed over; the outcome is never <see cref="SendOutcomeKind.Sent"/> or <see cref="SendOutcomeKind.Uncertain"/>.</summary>
    public sealed record Refused(SendOutcome Outcome) : MailOffer;
}

public interface IMailTransaction : IAsyncDisposable
{
    /// <summary>Takes the last step. Does not throw for what the world does.</summary>
    /// <param name="cancel">Before the last step is taken: nothing is sent. After it: waiting ends, and the outcome is uncertain.</param>
    ValueTask<SendOutcome> FinishAsync(CancellationToken cancel);

    /// <summary>Makes sure that nothing is sent. Without effect after <see cref="FinishAsync"/>.</summary>
    ValueTask AbandonAsync();

    ValueTask IAsyncDisposable.DisposeAsync() => AbandonAsync();
}
