using System.Buffers;
using System.Text;

namespace Nurture.Mail.Mime;

/// <summary>One header field while it is written: knows its column, and folds before white space (RFC 5322 §2.2.3).</summary>
internal ref struct HeaderField
{
    /// <summary>RFC 2047 §2 for lines with an encoded-word; RFC 5322 §2.1.1 would allow the others 78.</summary>
    public const int Width = 76;

    private readonly IBufferWriter<byte> output;
    private readonly string name;
    private int column;
    private bool hasWords;

    public HeaderField(IBufferWriter<byte> output, string name)
    {
        this.output = output;
        this.name = name;
        Put(name);
        Put(":");
    }

    public readonly int Column => column;

    /// <summary>
    /// Writes white space and a word, on a new line if this one is full. A word longer than a line stays whole.
    /// Nothing is folded between the colon and the first word, where old readers stumble, unless that word is
    /// an encoded one, which must not pass the line's end.
    /// </summary>
    public void Word(scoped ReadOnlySpan<char> space, scoped ReadOnlySpan<char> word, bool isEncoded = false)
    {
        if (column + space.Length + word.Length > Width && (hasWords || isEncoded))
        {
            output.Write("\r\n"u8);
            column = 0;
        }
        Put(space);
        Put(word);
        hasWords = true;
        if (column > 998)
            throw new MailFormatException($"The header {name} has a line of {column} octets that cannot be folded; 998 is the most (RFC 5322 §2.1.1).");
    }

    public readonly void End() => output.Write("\r\n"u8);

    private void Put(scoped ReadOnlySpan<char> text)
    {
        var written = Encoding.UTF8.GetBytes(text, output.GetSpan(text.Length * 3));
        output.Advance(written);
        column += written;
    }
}
