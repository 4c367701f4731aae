using System.Text;

namespace Nurture.Mail.Mime;

/// <summary>
/// Makes every line end CRLF before anything is encoded. A bare CR or LF left in a body is how one mail is smuggled inside
/// another: servers disagree about whether it ends a line, and so about where the message ends (RFC 5321 §2.3.8).
/// </summary>
internal static class LineEnds
{
    public static int MaxUtf8Length(string text) => text.Length * 3;

    /// <returns>How many octets were written. Lone surrogates become U+FFFD.</returns>
    public static int ToCrlfUtf8(ReadOnlySpan<char> text, Span<byte> to)
    {
        var written = 0;
        while (true)
        {
            var end = text.IndexOfAny('\r', '\n');
            written += Encoding.UTF8.GetBytes(end < 0 ? text : text[..end], to[written..]);
            if (end < 0)
                return written;
            "\r\n"u8.CopyTo(to[written..]);
            written += 2;
            text = text[(end + (text[end..].StartsWith("\r\n") ? 2 : 1))..];
        }
    }
}
