using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Nurture.Mail.Mime;

/// <summary>A text body with its own headers, in the transfer encoding that makes it smallest.</summary>
internal static class TextPart
{
    private const int Base64LineOctets = 57; // 76 characters, RFC 2045 §6.8

    private static readonly SearchValues<byte> NotIn7Bit = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(b => b is not ('\t' or '\r' or '\n')).Select(b => (byte)b), 0x7f]);

    /// <param name="boundary">Of the multipart around it, which 7-bit text must not contain; the encodings cannot, because it has "=_".</param>
    public static void Write(string mediaType, string text, string? boundary, IBufferWriter<byte> output)
    {
        var utf8 = ArrayPool<byte>.Shared.Rent(LineEnds.MaxUtf8Length(text));
        var body = utf8.AsSpan(0, LineEnds.ToCrlfUtf8(text, utf8));
        var base64Length = Base64Length(body.Length);

        if (Fits7Bit(body) && (boundary is null || body.IndexOf(Encoding.ASCII.GetBytes(boundary)) < 0))
        {
            WriteHeaders(mediaType, "7bit", output);
            output.Write(body);
        }
        else if (body.Length + 2 * CountNonAscii(body) >= base64Length)
        {
            WriteHeaders(mediaType, "base64", output);
            WriteBase64(body, output);
        }
        else
        {
            var quoted = ArrayPool<byte>.Shared.Rent(QuotedPrintable.MaxLength(body.Length));
            var length = QuotedPrintable.Encode(body, quoted);
            WriteHeaders(mediaType, length <= base64Length ? "quoted-printable" : "base64", output);
            if (length <= base64Length)
                output.Write(quoted.AsSpan(0, length));
            else
                WriteBase64(body, output);
            ArrayPool<byte>.Shared.Return(quoted);
        }

        // A message ends with a line end; before a boundary, it belongs to the boundary (RFC 2046 §5.1.1).
        if (boundary is not null || !body.EndsWith("\r\n"u8))
            output.Write("\r\n"u8);
        ArrayPool<byte>.Shared.Return(utf8);
    }

    private static void WriteHeaders(string mediaType, string encoding, IBufferWriter<byte> output)
    {
        output.WriteAscii("Content-Type: ");
        output.WriteAscii(mediaType);
        output.WriteAscii("; charset=utf-8\r\nContent-Transfer-Encoding: ");
        output.WriteAscii(encoding);
        output.WriteAscii("\r\n\r\n");
    }

    /// <summary>RFC 2045 §2.7, and our choice: nothing at a line's start that relays or mbox files are known to change.</summary>
    private static bool Fits7Bit(ReadOnlySpan<byte> body)
    {
        if (!Ascii.IsValid(body) || body.IndexOfAny(NotIn7Bit) >= 0)
            return false;
        while (!body.IsEmpty)
        {
            var end = body.IndexOf((byte)'\n');
            var line = end < 0 ? body : body[..(end + 1)];
            if (line.Length > 998 + "\r\n".Length || line[0] == '.' || line.StartsWith("From "u8))
                return false;
            body = body[line.Length..];
        }
        return true;
    }

    private static int CountNonAscii(ReadOnlySpan<byte> body)
    {
        var count = 0;
        foreach (var b in body)
            count += b >> 7;
        return count;
    }

    private static int Base64Length(int count) =>
        (count + 2) / 3 * 4 + Math.Max(0, (count - 1) / Base64LineOctets) * 2;

    private static void WriteBase64(ReadOnlySpan<byte> body, IBufferWriter<byte> output)
    {
        var to = output.GetSpan(Base64Length(body.Length));
        var written = 0;
        while (!body.IsEmpty)
        {
            var line = body[..Math.Min(body.Length, Base64LineOctets)];
            Base64.EncodeToUtf8(line, to[written..], out _, out var encoded);
            written += encoded;
            body = body[line.Length..];
            if (!body.IsEmpty)
            {
                "\r\n"u8.CopyTo(to[written..]);
                written += 2;
            }
        }
        output.Advance(written);
    }
}
