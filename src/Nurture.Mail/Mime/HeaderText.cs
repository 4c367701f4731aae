using System.Buffers;
using System.Text;

namespace Nurture.Mail.Mime;

/// <summary>The kinds of header bodies: free text (RFC 5322 §3.2.5), one mailbox (§3.4), tokens.</summary>
internal static class HeaderText
{
    private static readonly SearchValues<char> White = SearchValues.Create(" \t");

    /// <summary>Free text that reads back exactly as it was, spaces included.</summary>
    public static void WriteSubject(IBufferWriter<byte> output, string name, string value)
    {
        var field = new HeaderField(output, name);
        // Readers disagree about white space that stands alone, so it goes inside encoded-words, where they agree.
        if (HasOddSpacing(value))
            EncodedWord.Write(ref field, " ", value);
        else
            WriteWords(ref field, value, longest: 60);
        field.End();
    }

    /// <summary>Any other header: only words beyond ASCII are encoded, since an encoded URL or identifier means nothing to its readers.</summary>
    public static void WriteOther(IBufferWriter<byte> output, string name, string value)
    {
        var field = new HeaderField(output, name);
        WriteWords(ref field, value.AsSpan().Trim(" \t"), longest: int.MaxValue);
        field.End();
    }

    public static void WriteMailbox(IBufferWriter<byte> output, string name, EmailAddress address)
    {
        var field = new HeaderField(output, name);
        if (address.DisplayName is { } display)
        {
            WritePhrase(ref field, display);
            field.Word(" ", $"<{address.AddrSpec}>");
        }
        else
        {
            field.Word(" ", address.AddrSpec);
        }
        field.End();
    }

    private static void WritePhrase(ref HeaderField field, string display)
    {
        if (!Ascii.IsValid(display) || display.Contains("=?", StringComparison.Ordinal) || LongestWord(display) > 60)
            EncodedWord.Write(ref field, " ", display);
        else if (IsAtoms(display))
            WriteWords(ref field, display, longest: int.MaxValue);
        else
            WriteWords(ref field, AddressRules.Quote(display), longest: int.MaxValue);
    }

    private static void WriteWords(ref HeaderField field, ReadOnlySpan<char> text, int longest)
    {
        ReadOnlySpan<char> space = " ";
        while (!text.IsEmpty)
        {
            var end = EndOfWord(text);
            if (!NeedsEncoding(text[..end], longest))
            {
                field.Word(space, text[..end]);
            }
            else
            {
                end = EndOfEncodedRun(text, end, longest);
                EncodedWord.Write(ref field, space, text[..end]);
            }
            var next = end + LengthOfSpace(text[end..]);
            space = text[end..next];
            text = text[next..];
        }
    }

    /// <summary>Neighbours that both need encoding are encoded together, because the space between encoded-words is not read.</summary>
    private static int EndOfEncodedRun(ReadOnlySpan<char> text, int end, int longest)
    {
        while (end < text.Length)
        {
            var next = end + LengthOfSpace(text[end..]);
            var nextEnd = next + EndOfWord(text[next..]);
            if (!NeedsEncoding(text[next..nextEnd], longest))
                break;
            end = nextEnd;
        }
        return end;
    }

    private static bool NeedsEncoding(ReadOnlySpan<char> word, int longest) =>
        word.Length > longest || !Ascii.IsValid(word) || word.Contains("=?", StringComparison.Ordinal);

    private static int EndOfWord(ReadOnlySpan<char> text) => text.IndexOfAny(White) is >= 0 and var i ? i : text.Length;

    private static int LengthOfSpace(ReadOnlySpan<char> text) => text.IndexOfAnyExcept(White) is >= 0 and var i ? i : text.Length;

    private static bool HasOddSpacing(ReadOnlySpan<char> text) =>
        !text.IsEmpty
        && (White.Contains(text[0]) || White.Contains(text[^1]) || text.Contains('\t') || text.Contains("  ", StringComparison.Ordinal));

    private static int LongestWord(ReadOnlySpan<char> text)
    {
        var longest = 0;
        foreach (var range in text.Split(' '))
            longest = Math.Max(longest, range.End.Value - range.Start.Value);
        return longest;
    }

    private static bool IsAtoms(ReadOnlySpan<char> text)
    {
        if (HasOddSpacing(text))
            return false;
        foreach (var c in text)
            if (c != ' ' && (c == '.' || !AddressRules.IsAtextOrDot(c)))
                return false;
        return true;
    }
}
