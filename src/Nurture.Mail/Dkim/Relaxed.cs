namespace Nurture.Mail.Dkim;

/// <summary>The relaxed canonical forms: RFC 6376 §3.4.2 for headers, §3.4.4 for bodies.</summary>
internal static class Relaxed
{
    /// <summary>Writes one field, without its line end, into a buffer at least as long.</summary>
    public static int Header(ReadOnlySpan<byte> field, Span<byte> to)
    {
        var colon = field.IndexOf((byte)':');
        var written = 0;
        foreach (var b in field[..colon].TrimEnd(" \t"u8))
            to[written++] = b is >= (byte)'A' and <= (byte)'Z' ? (byte)(b | 0x20) : b;
        to[written++] = (byte)':';

        var value = field[(colon + 1)..];
        var start = written;
        while (true)
        {
            value = value.TrimStart(" \t\r\n"u8); // unfolding takes the CRLF out, and leaves the white space after it
            if (value.IsEmpty)
                return written;
            if (written > start)
                to[written++] = (byte)' ';
            var end = value.IndexOfAny(" \t\r\n"u8);
            var word = end < 0 ? value : value[..end];
            word.CopyTo(to[written..]);
            written += word.Length;
            value = value[word.Length..];
        }
    }

    /// <summary>Writes a body into a buffer at least two octets longer. A body without text becomes empty.</summary>
    public static int Body(ReadOnlySpan<byte> body, Span<byte> to)
    {
        var (written, end) = (0, 0);
        while (!body.IsEmpty)
        {
            var lineEnd = body.IndexOf("\r\n"u8);
            var line = lineEnd < 0 ? body : body[..lineEnd];
            var length = Line(line.TrimEnd(" \t"u8), to[written..]);
            written += length;
            "\r\n"u8.CopyTo(to[written..]);
            written += 2;
            if (length > 0)
                end = written;
            body = lineEnd < 0 ? [] : body[(lineEnd + 2)..];
        }
        return end; // empty lines at the end are not part of it
    }

    private static int Line(ReadOnlySpan<byte> line, Span<byte> to)
    {
        var written = 0;
        while (true)
        {
            var space = line.IndexOfAny((byte)' ', (byte)'\t');
            var word = space < 0 ? line : line[..space];
            word.CopyTo(to[written..]);
            written += word.Length;
            if (space < 0)
                return written;
            to[written++] = (byte)' ';
            line = line[space..].TrimStart(" \t"u8);
        }
    }
}
