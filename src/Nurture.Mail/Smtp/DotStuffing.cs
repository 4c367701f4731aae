namespace Nurture.Mail.Smtp;

/// <summary>
/// Doubles the dot that begins a line (RFC 5321 §4.5.2), over a message that comes in pieces cut anywhere.
/// </summary>
internal struct DotStuffing()
{
    private bool isAtLineStart = true;
    private bool isAfterCr = false;

    /// <summary>How much room the worst piece needs: one dot more for every three octets (CR LF dot), and one.</summary>
    public static int MaxLength(int count) => count + count / 3 + 1;

    public int Write(ReadOnlySpan<byte> piece, Span<byte> to)
    {
        var written = 0;
        while (!piece.IsEmpty)
        {
            if (isAtLineStart && piece[0] == '.')
                to[written++] = (byte)'.';
            var end = piece.IndexOf((byte)'\n');
            var taken = end < 0 ? piece.Length : end + 1;
            piece[..taken].CopyTo(to[written..]);
            written += taken;
            isAtLineStart = end >= 0 && (end > 0 ? piece[end - 1] == '\r' : isAfterCr);
            isAfterCr = piece[taken - 1] == '\r';
            piece = piece[taken..];
        }
        return written;
    }

    /// <summary>Whether any line begins with a dot; a message without goes out as it is, uncopied.</summary>
    /// <exception cref="MailFormatException">A bare CR or LF, which some servers take for a line end: what follows could be read as commands.</exception>
    public static bool IsNeeded(ReadOnlySpan<byte> message)
    {
        var isNeeded = message.Length > 0 && message[0] == '.';
        while (true)
        {
            var end = message.IndexOfAny((byte)'\r', (byte)'\n');
            if (end < 0)
                return isNeeded;
            if (message[end] != '\r' || end + 1 == message.Length || message[end + 1] != '\n')
                throw new MailFormatException("The message has a bare CR or LF; line ends in mail are CRLF.");
            message = message[(end + 2)..];
            isNeeded |= message.Length > 0 && message[0] == '.';
        }
    }
}
