using Nurture.Mail.Calendar;

namespace Nurture.Mail;

/// <summary>A header beyond those that <see cref="EmailMessage"/> has as properties.</summary>
/// <param name="Value">Unfolded text; what is not ASCII is encoded (RFC 2047) when written.</param>
public readonly record struct EmailHeader(string Name, string Value);

/// <summary>
/// One mail to one recipient, ready to be written. The written bytes are a function of these values alone: the same message
/// gives the same bytes, today and after a crash.
/// </summary>
public sealed record EmailMessage
{
    public required EmailAddress From { get; init; }

    public required EmailAddress To { get; init; }

    public EmailAddress? ReplyTo { get; init; }

    /// <summary>The envelope sender, where bounces go; <see cref="From"/> if absent.</summary>
    public EmailAddress? MailFrom { get; init; }

    public required string Subject { get; init; }

    public string? HtmlBody { get; init; }

    /// <summary>The plain text; with an HTML body, its alternative (see <c>PlainText.FromHtml</c>).</summary>
    public required string TextBody { get; init; }

    /// <summary>A meeting for the reader's calendar: among the alternatives, and as a file for readers that know no such thing. Only with an HTML body.</summary>
    public CalendarEntry? Calendar { get; init; }

    /// <summary>Written with its own offset and to the second.</summary>
    public required DateTimeOffset Date { get; init; }

    /// <summary>Without the angle brackets; the same for every attempt, so that a receiver can see a second copy as one.</summary>
    public required string MessageId { get; init; }

    /// <summary>Written in this order after the standard ones. A name or value with CR, LF or NUL is refused, never repaired.</summary>
    public IReadOnlyList<EmailHeader> Headers { get; init; } = [];

    /// <summary>Decides the MIME boundary and nothing else.</summary>
    public ulong BoundarySeed { get; init; }

    public MailEnvelope Envelope => new(MailFrom ?? From, To);
}
