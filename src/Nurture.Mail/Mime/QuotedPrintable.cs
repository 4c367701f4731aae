using System.Buffers;

namespace Nurture.Mail.Mime;

/// <summary>RFC 2045 §6.7, for text whose line ends are CRLF and stay literal.</summary>
internal static class QuotedPrintable
{
    private const int Width = 76;

    private static readonly SearchValues<byte> Plain = SearchValues.Create(
        " \t!\"#$%&'()*+,-./0123456789:;<>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~"u8);

    /// <summary>Room for the worst case: three octets for each, and a soft break for each 24 of them.</summary>
    public static int MaxLength(int count) => count * 3 + count / 8 + 8;

    public static int Encode(ReadOnlySpan<byte> text, Span<byte> to)
    {
        var written = 0;
        while (!text.IsEmpty)
        {
            var end = text.IndexOf("\r\n"u8);
            written += EncodeLine(end < 0 ? text : text[..end], to[written..]);
            if (end < 0)
                break;
            "\r\n"u8.CopyTo(to[written..]);
            written += 2;
            text = text[(end + 2)..];
        }
        return written;
    }

    private static int EncodeLine(ReadOnlySpan<byte> line, Span<byte> to)
    {
        var (written, column) = (0, 0);
        while (!line.IsEmpty)
        {
            // Only the last piece of a line may reach the last column; any other leaves it to the "=" of a soft break.
            var run = column == 0 && NeedsGuard(line) ? 0 : PlainRun(line);
            var take = run == line.Length && column + run <= Width ? run : Math.Min(run, Width - 1 - column);
            if (take > 0)
            {
                line[..take].CopyTo(to[written..]);
                (written, column) = (written + take, column + take);
                line = line[take..];
            }
            else if (run == 0 && column + 3 <= (line.Length == 1 ? Width : Width - 1))
            {
                WriteEscape(line[0], to[written..]);
                (written, column) = (written + 3, column + 3);
                line = line[1..];
            }
            else
            {
                "=\r\n"u8.CopyTo(to[written..]);
                (written, column) = (written + 3, 0);
            }
        }
        return written;
    }

    /// <summary>How many octets, up to a line's width, need no escape. A space or tab at a line's end does (§6.7 rule 3), since relays cut it off.</summary>
    private static int PlainRun(ReadOnlySpan<byte> line)
    {
        var near = line[..Math.Min(line.Length, Width)];
        var run = near.IndexOfAnyExcept(Plain);
        if (run >= 0)
            return run;
        var endsInSpace = near.Length == line.Length && line[^1] is (byte)' ' or (byte)'\t';
        return endsInSpace ? near.Length - 1 : near.Length;
    }

    /// <summary>A line's first dot and "From " are escaped: not everybody undoes dot-stuffing, and mbox writers insert a ">", which breaks signatures.</summary>
    private static bool NeedsGuard(ReadOnlySpan<byte> line) => line[0] == '.' || line.StartsWith("From "u8);

    private static void WriteEscape(byte b, Span<byte> to)
    {
        to[0] = (byte)'=';
        to[1] = HexDigit(b >> 4);
        to[2] = HexDigit(b & 0xf);
    }

    private static byte HexDigit(int value) => (byte)(value < 10 ? '0' + value : 'A' + value - 10);
}
