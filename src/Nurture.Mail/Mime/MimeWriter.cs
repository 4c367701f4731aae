using System.Buffers;
using System.Globalization;

namespace Nurture.Mail.Mime;

/// <summary>Writes a message as it goes on the wire, dot-stuffing aside: CRLF only, 7-bit unless an address needs SMTPUTF8.</summary>
public static class MimeWriter
{
    /// <exception cref="MailFormatException">A header would break the message, or its sender misleads.</exception>
    public static void Write(EmailMessage message, IBufferWriter<byte> output)
    {
        MessageRules.Check(message);
        WriteHeaders(message, output);
        if (message.HtmlBody is null)
            TextPart.Write("text/plain", message.TextBody, boundary: null, output);
        else if (message.Calendar is null)
            WriteAlternative(message.TextBody, message.HtmlBody, null, Boundary(message.BoundarySeed), output);
        else
            WriteWithCalendar(message, message.HtmlBody, message.Calendar, output);
    }

    private static void WriteHeaders(EmailMessage message, IBufferWriter<byte> output)
    {
        HeaderText.WriteMailbox(output, HeaderNames.From, message.From);
        HeaderText.WriteMailbox(output, HeaderNames.To, message.To);
        if (message.ReplyTo is not null)
            HeaderText.WriteMailbox(output, HeaderNames.ReplyTo, message.ReplyTo);
        HeaderText.WriteSubject(output, HeaderNames.Subject, message.Subject);
        HeaderText.WriteOther(output, HeaderNames.Date, FormatDate(message.Date));
        HeaderText.WriteOther(output, HeaderNames.MessageId, $"<{message.MessageId}>");
        foreach (var header in message.Headers)
            HeaderText.WriteOther(output, header.Name, header.Value);
        output.Write("MIME-Version: 1.0\r\n"u8);
    }

    /// <summary>RFC 5322 §3.3; .NET's own zone format has a colon, which mail has not.</summary>
    private static string FormatDate(DateTimeOffset date)
    {
        var local = date.ToString("ddd, dd MMM yyyy HH:mm:ss ", CultureInfo.InvariantCulture);
        var sign = date.Offset < TimeSpan.Zero ? '-' : '+';
        return string.Create(CultureInfo.InvariantCulture, $"{local}{sign}{date.Offset:hhmm}");
    }

    /// <summary>Plain first: from least to richest (RFC 2046 §5.1.4).</summary>
    private static void WriteAlternative(string text, string html, (string Method, string Text)? calendar, string boundary, IBufferWriter<byte> output)
    {
        output.WriteAscii($"Content-Type: multipart/alternative;\r\n boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
        TextPart.Write("text/plain", text, boundary, output);
        output.WriteAscii($"--{boundary}\r\n");
        TextPart.Write("text/html", html, boundary, output);
        if (calendar is var (method, entry))
        {
            output.WriteAscii($"--{boundary}\r\n");
            // RFC 6047 §2.4: the method stands here too.
            TextPart.Write($"text/calendar; method={method}", entry, boundary, output);
        }

        output.WriteAscii($"--{boundary}--\r\n");
    }

    private static void WriteWithCalendar(EmailMessage message, string html, Calendar.CalendarEntry calendar, IBufferWriter<byte> output)
    {
        var (outer, inner) = (Boundary(message.BoundarySeed), Boundary(Mix(message.BoundarySeed)));
        var entry = calendar.Write();
        output.WriteAscii($"Content-Type: multipart/mixed;\r\n boundary=\"{outer}\"\r\n\r\n--{outer}\r\n");
        WriteAlternative(message.TextBody, html, (calendar.Method, entry), inner, output);
        output.WriteAscii($"\r\n--{outer}\r\nContent-Disposition: attachment; filename=\"invite.ics\"\r\n");
        TextPart.Write("application/ics; name=\"invite.ics\"", entry, outer, output);
        output.WriteAscii($"--{outer}--\r\n");
    }

    /// <summary>"=_" cannot occur in quoted-printable or base64.</summary>
    private static string Boundary(ulong seed) => string.Create(CultureInfo.InvariantCulture, $"=_{Mix(seed):x16}{Mix(~seed):x16}");

    /// <summary>SplitMix64 (Steele, Lea, Flood 2014): neighbouring seeds give unlike boundaries.</summary>
    private static ulong Mix(ulong seed)
    {
        var z = seed + 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}
