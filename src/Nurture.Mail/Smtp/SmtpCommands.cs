using System.Globalization;
using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>One message's envelope as commands, with the parameters that it needs and the server has announced.</summary>
internal sealed class SmtpCommands
{
    private readonly MailEnvelope envelope;
    private readonly int size;
    private readonly SmtpCapabilities capabilities;
    private readonly bool wantsReports;
    private readonly bool is8Bit;
    private readonly bool needsSmtpUtf8;

    public SmtpCommands(MailEnvelope envelope, ReadOnlySpan<byte> message, SmtpCapabilities capabilities, bool wantsReports)
    {
        this.envelope = envelope;
        this.capabilities = capabilities;
        this.wantsReports = wantsReports && capabilities.HasDsn;
        size = message.Length;
        is8Bit = !Ascii.IsValid(message);
        var headEnd = message.IndexOf("\r\n\r\n"u8);
        var isHeader8Bit = is8Bit && !Ascii.IsValid(headEnd < 0 ? message : message[..headEnd]);
        needsSmtpUtf8 = isHeader8Bit || envelope.To.NeedsSmtpUtf8 || envelope.From is { NeedsSmtpUtf8: true };
    }

    /// <summary>What is refused without asking the server, or null.</summary>
    public SendOutcome? Refusal
    {
        get
        {
            if (needsSmtpUtf8 && !capabilities.HasSmtpUtf8)
                return Fault("5.6.7", "An address is not ASCII before the @, and the server does not know SMTPUTF8 (RFC 6531 §3.5).");
            if (is8Bit && !capabilities.Has8BitMime)
                return Fault("5.6.3", "The message is not 7-bit, and the server does not know 8BITMIME (RFC 6152).");
            if (capabilities.MaxSize > 0 && size > capabilities.MaxSize)
                return Fault("5.3.4", $"The message has {size} octets; the server takes {capabilities.MaxSize} (RFC 1870 §6.1).");
            return null;
        }
    }

    public string Mail
    {
        get
        {
            var line = new StringBuilder("MAIL FROM:<", 160).Append(envelope.From?.AddrSpec).Append('>');
            if (capabilities.HasSize)
                line.Append(CultureInfo.InvariantCulture, $" SIZE={size}");
            if (is8Bit)
                line.Append(" BODY=8BITMIME");
            if (needsSmtpUtf8)
                line.Append(" SMTPUTF8");
            if (wantsReports)
                line.Append(" RET=HDRS");
            if (wantsReports && envelope.Id is { } id)
                line.Append(" ENVID=").Append(Xtext(id));
            return line.Append("\r\n").ToString();
        }
    }

    public string Rcpt
    {
        get
        {
            var to = envelope.To.AddrSpec;
            // A local part beyond ASCII would need RFC 6533's address type.
            return wantsReports && !envelope.To.NeedsSmtpUtf8
                ? $"RCPT TO:<{to}> NOTIFY=FAILURE,DELAY ORCPT=rfc822;{Xtext(to)}\r\n"
                : $"RCPT TO:<{to}>\r\n";
        }
    }

    /// <summary>RFC 3461 §4.</summary>
    private static string Xtext(string text)
    {
        var encoded = new StringBuilder(text.Length);
        foreach (var b in Encoding.UTF8.GetBytes(text))
        {
            if (b is > 0x20 and < 0x7f and not (byte)'+' and not (byte)'=')
                encoded.Append((char)b);
            else
                encoded.Append(CultureInfo.InvariantCulture, $"+{b:X2}");
        }
        return encoded.ToString();
    }

    private static SendOutcome Fault(string enhancedCode, string text) =>
        new(SendPhase.MailFrom, SendOutcomeKind.MessageFault, 0, enhancedCode, text);
}
