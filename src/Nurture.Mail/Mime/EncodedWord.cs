using System.Buffers;
using System.Globalization;
using System.Text;

namespace Nurture.Mail.Mime;

/// <summary>RFC 2047: text beyond ASCII in a header, as one or several words that each decode alone.</summary>
internal static class EncodedWord
{
    private const int MaxLength = 75; // §2
    private const int Overhead = 12;  // =?utf-8?B? and ?=

    /// <summary>What Q may show unencoded in a phrase (§5 rule 3), the strictest place; the space becomes an underscore.</summary>
    private static readonly SearchValues<byte> PlainInQ =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/ "u8);

    public static void Write(ref HeaderField field, ReadOnlySpan<char> space, ReadOnlySpan<char> text)
    {
        Span<byte> bytes = stackalloc byte[MaxLength];
        Span<char> word = stackalloc char[MaxLength];
        var isQ = IsShorterInQ(text);
        while (!text.IsEmpty)
        {
            // A word may be short to fill the line it begins on, if at least one character fits there.
            var room = Math.Min(MaxLength, HeaderField.Width - field.Column - space.Length) - Overhead;
            var taken = Take(text, isQ, room);
            if (taken == 0)
                taken = Take(text, isQ, MaxLength - Overhead);
            var count = Encoding.UTF8.GetBytes(text[..taken], bytes);
            field.Word(space, word[..Encode(bytes[..count], isQ, word)], isEncoded: true);
            text = text[taken..];
            space = " "; // between encoded-words it is not part of the text (§6.2)
        }
    }

    private static bool IsShorterInQ(ReadOnlySpan<char> text)
    {
        var (bytes, inQ) = (0, 0);
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            inQ += CostInQ(rune);
        }
        return inQ <= (bytes + 2) / 3 * 4;
    }

    /// <summary>How many chars fit: whole characters as readers see them, else whole scalars, never parts of one (§5).</summary>
    private static int Take(ReadOnlySpan<char> text, bool isQ, int room)
    {
        var (taken, bytes, inQ) = (0, 0, 0);
        while (taken < text.Length)
        {
            var element = text.Slice(taken, StringInfo.GetNextTextElementLength(text[taken..]));
            if (!Fits(element, isQ, MaxLength - Overhead, 0, 0))
            {
                Rune.DecodeFromUtf16(element, out _, out var length);
                element = element[..length];
            }
            if (!Fits(element, isQ, room, bytes, inQ))
                break;
            foreach (var rune in element.EnumerateRunes())
            {
                bytes += rune.Utf8SequenceLength;
                inQ += CostInQ(rune);
            }
            taken += element.Length;
        }
        return taken;
    }

    private static bool Fits(ReadOnlySpan<char> element, bool isQ, int room, int bytes, int inQ)
    {
        foreach (var rune in element.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            inQ += CostInQ(rune);
        }
        return (isQ ? inQ : (bytes + 2) / 3 * 4) <= room;
    }

    private static int CostInQ(Rune rune) =>
        rune.IsAscii && PlainInQ.Contains((byte)rune.Value) ? 1 : 3 * rune.Utf8SequenceLength;

    private static int Encode(ReadOnlySpan<byte> bytes, bool isQ, Span<char> word)
    {
        (isQ ? "=?utf-8?Q?" : "=?utf-8?B?").CopyTo(word);
        var length = 10;
        if (isQ)
        {
            foreach (var b in bytes)
            {
                if (PlainInQ.Contains(b))
                    word[length++] = b == ' ' ? '_' : (char)b;
                else
                {
                    word[length] = '=';
                    b.TryFormat(word[(length + 1)..], out _, "X2", CultureInfo.InvariantCulture);
                    length += 3;
                }
            }
        }
        else
        {
            Convert.TryToBase64Chars(bytes, word[length..], out var encoded);
            length += encoded;
        }
        "?=".CopyTo(word[length..]);
        return length + 2;
    }
}
