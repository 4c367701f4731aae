using System.Buffers;
using Nurture.Escalations;
using Nurture.Mail;
using Nurture.Mail.Calendar;
using Nurture.Mail.Dkim;
using Nurture.Mail.Html;
using Nurture.Mail.Mime;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Sessions;
using Nurture.Storage;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Delivery;

/// <param name="Bytes">Signed, as they go over the wire.</param>
public sealed record ComposedMail(MailEnvelope Envelope, ReadOnlyMemory<byte> Bytes, string MessageId);

/// <summary>The recipient's or the sender's address cannot be written as one.</summary>
public sealed class UnusableAddressException(string message) : Exception(message);

/// <summary>
/// A claimed send to the bytes of its mail: a function of the send's row, the documents that it names, and the deployment's
/// keys and public address; so each attempt sends the same bytes under the same Message-ID.
/// </summary>
public sealed class MailComposer(LinkTokens tokens, PublicAddress site, DkimSigner? signer)
{
    /// <param name="link">Where a mail to a colleague leads; null for all others.</param>
    /// <exception cref="UnusableAddressException">Nobody to send to, or to send as.</exception>
    /// <exception cref="TemplateException">The template does not fit the inputs.</exception>
    /// <exception cref="MailFormatException">The result cannot be written as a mail.</exception>
    public ComposedMail Compose(ClaimedSend send, MailDocuments documents, string? link)
    {
        var inputs = documents.ReadInputs(send.Inputs);
        var parties = Parties.Of(send, inputs);
        var unsubscribe = send.Class == SendClass.Transactional
            ? null
            : $"{site.Url}/u/{tokens.Write(new MailLink.Unsubscribe(send.Id, send.Slot, send.RecipientId, send.Topic ?? "*"))}";
        inputs["unsubscribe_url"] = unsubscribe is null ? TemplateValue.Null : unsubscribe;
        if (link is not null) inputs["link"] = link;
        if (Text(inputs, SessionFacts.Name, "id") is { } session && inputs[SessionFacts.Name].TryGetObject(out var told))
            told[SessionFacts.RegisterUrl] = told[SessionFacts.CancelUrl] = $"{site.Url}/s/{tokens.Write(new MailLink.Seat(send.Id, send.Slot, send.RecipientId, session))}";
        AskLinks.Fill(inputs, value => $"{AnswerPrefix}{tokens.Write(new MailLink.Answer(send.Id, send.Slot, value))}");
        var rendered = documents.Render(inputs, new RenderOptions { Now = send.PlannedAt, Seed = send.Seed });

        var messageId = $"{send.Id:N}@{parties.From.WireDomain}";
        var message = new EmailMessage
        {
            From = parties.From,
            To = parties.To,
            ReplyTo = parties.ReplyTo,
            Subject = rendered.Subject,
            // Plain text shows the addresses themselves: a tracked one is unreadable there, and a reader of plain text wants to see where a link leads.
            TextBody = rendered.Text ?? PlainText.FromHtml(rendered.Html),
            HtmlBody = send.Class == SendClass.Transactional ? rendered.Html : Tracked(send, rendered.Html, unsubscribe!),
            Calendar = CalendarOf(inputs, parties, send.PlannedAt),
            Date = send.PlannedAt,
            MessageId = messageId,
            BoundarySeed = unchecked((ulong)send.Seed),
            Headers = [.. Headers(send, parties.From, unsubscribe)],
        };

        var written = new ArrayBufferWriter<byte>(8 << 10);
        MimeWriter.Write(message, written);
        return new(new MailEnvelope(parties.From, parties.To, send.Id.ToString("N")), Sign(written.WrittenMemory, send.PlannedAt), messageId);
    }

    /// <summary>A mail to one of us, to look at: nothing in it is tracked, nothing unsubscribes anybody, and its subject says what it is.</summary>
    /// <exception cref="UnusableAddressException">The policy names no sender.</exception>
    /// <exception cref="MailFormatException">The result cannot be written as a mail.</exception>
    public ComposedMail ComposeTest(Guid id, EmailAddress to, Sender sender, string mark, RenderedMail rendered, DateTimeOffset at)
    {
        var from = EmailAddress.TryParse(sender.Address, out var address, out _)
            ? address! with { DisplayName = sender.Name.Length > 0 ? sender.Name : null }
            : throw new UnusableAddressException("the policy names no sender: sender.address is empty");
        var messageId = $"test-{id:N}@{from.WireDomain}";
        var message = new EmailMessage
        {
            From = from,
            To = to,
            ReplyTo = sender.ReplyTo is { Length: > 0 } replyTo && EmailAddress.TryParse(replyTo, out var answers, out _) ? answers : null,
            Subject = $"{mark} {rendered.Subject}",
            TextBody = rendered.Text ?? PlainText.FromHtml(rendered.Html),
            HtmlBody = rendered.Html,
            Date = at,
            MessageId = messageId,
            Headers = [new(HeaderNames.AutoSubmitted, "auto-generated")],
        };
        var written = new ArrayBufferWriter<byte>(8 << 10);
        MimeWriter.Write(message, written);
        return new(new MailEnvelope(from, to, id.ToString("N")), Sign(written.WrittenMemory, at), messageId);
    }

    private string AnswerPrefix => $"{site.Url}/a/";

    private string Tracked(ClaimedSend send, string html, string unsubscribe) => TrackedHtml.Rewrite(html,
        // A link to an answer says itself whose it is.
        (index, url) => url != unsubscribe && !url.StartsWith(AnswerPrefix, StringComparison.Ordinal) && LinkTokens.IsWebAddress(url) && index <= ushort.MaxValue
            ? $"{site.Url}/c/{tokens.Write(new MailLink.Click(send.Id, send.Slot, index, url))}"
            : null,
        $"{site.Url}/o/{tokens.Write(new MailLink.Open(send.Id, send.Slot))}.gif");

    /// <summary>The session that the mail brings for the reader's calendar; null where it brings none.</summary>
    private static CalendarEntry? CalendarOf(TemplateObject inputs, Parties parties, DateTimeOffset at)
    {
        return CalendarFacts.In(inputs) is not { } facts ? null : new()
        {
            Uid = $"{facts.Id}@{parties.From.WireDomain}",
            Sequence = facts.Sequence,
            IsCancelled = facts.IsCancelled,
            IsAccepted = facts.IsAccepted,
            Stamp = at,
            StartsAt = facts.StartsAt,
            EndsAt = facts.EndsAt,
            Summary = facts.Title,
            Link = facts.Link,
            Organizer = parties.From,
            Attendee = parties.To,
        };
    }

    private static IEnumerable<EmailHeader> Headers(ClaimedSend send, EmailAddress from, string? unsubscribe)
    {
        if (unsubscribe is not null)
        {
            foreach (var header in Unsubscribe(new Uri(unsubscribe))) yield return header;
            yield return new(HeaderNames.ListId, $"<{send.Scenario}.{from.WireDomain}>");
        }
        // RFC 3834 §5; on marketing it would keep out-of-office replies from us. A mail from a case was written by a human.
        if (send.Class != SendClass.Marketing && send.Scenario != EscalationTypes.MailScenario) yield return new(HeaderNames.AutoSubmitted, "auto-generated");
        yield return new(HeaderNames.Send, send.Id.ToString("N"));
    }

    /// <summary>One click needs https (RFC 8058 §3.1); a server without it (this machine, a test) shows the same headers, and no mail reader acts on them.</summary>
    private static IReadOnlyList<EmailHeader> Unsubscribe(Uri address) => address.Scheme == Uri.UriSchemeHttps
        ? ListUnsubscribe.Headers(address)
        : [new(HeaderNames.ListUnsubscribe, $"<{address.AbsoluteUri}>"), new(HeaderNames.ListUnsubscribePost, "List-Unsubscribe=One-Click")];

    private static string? Text(TemplateObject inputs, string part, string name) =>
        inputs[part].TryGetObject(out var of) && of[name] is { Kind: TemplateValueKind.Text } text ? text.ToString() : null;

    private ReadOnlyMemory<byte> Sign(ReadOnlyMemory<byte> message, DateTimeOffset at)
    {
        if (signer is null) return message;
        var signed = new ArrayBufferWriter<byte>(message.Length + 1024);
        signer.Sign(message.Span, at, signed);
        signed.Write(message.Span);
        return signed.WrittenMemory;
    }

    /// <summary>Of the inputs, what the envelope and the headers need.</summary>
    private sealed record Parties(EmailAddress From, EmailAddress? ReplyTo, EmailAddress To)
    {
        public static Parties Of(ClaimedSend send, TemplateObject inputs)
        {
            var sender = Text(inputs, "sender", "address") is { Length: > 0 } address
                ? Read(Text(inputs, "sender", "name"), address)
                : throw new UnusableAddressException("the policy names no sender: sender.address is empty");
            var replyTo = Text(inputs, "sender", "reply_to") is { Length: > 0 } reply ? Read(Text(inputs, "sender", "name"), reply) : null;
            // A name that looks like an address would be one too many in a To field.
            var name = Text(inputs, "contact", "name") is { } given && !given.Contains('@') ? given : null;
            return new(sender, replyTo, Read(name, send.Address));
        }

        private static EmailAddress Read(string? name, string address) => EmailAddress.TryParse(address, out var read, out var problem)
            ? read! with { DisplayName = name ?? read.DisplayName }
            : throw new UnusableAddressException(problem!);
    }
}
