using System.Text;

namespace Nurture.Mail.Dkim;

/// <summary>Where the header fields of a message are, folded lines included, without their final line ends.</summary>
internal readonly ref struct HeaderFields
{
    private readonly ReadOnlySpan<byte> message;
    private readonly List<(int Start, int NameLength, int End)> fields = new(24);

    public HeaderFields(ReadOnlySpan<byte> message)
    {
        this.message = message;
        var start = 0;
        while (start < message.Length && !message[start..].StartsWith("\r\n"u8))
        {
            var end = EndOfField(start);
            var colon = message[start..end].IndexOf((byte)':');
            if (colon <= 0)
                throw new MailFormatException("A line of the message's header is no header field; it cannot be signed.");
            fields.Add((start, message.Slice(start, colon).TrimEnd(" \t"u8).Length, end));
            start = end + 2;
        }
        HeaderLength = start;
        Body = start >= message.Length ? [] : message[(start + 2)..];
    }

    public int HeaderLength { get; }

    public ReadOnlySpan<byte> Body { get; }

    public int Count(string name)
    {
        var count = 0;
        foreach (var field in fields)
            count += IsNamed(field, name) ? 1 : 0;
        return count;
    }

    /// <summary>The field of this name that has <paramref name="below"/> others of it below: they are signed from the bottom up (RFC 6376 §5.4.2). Empty if there is none.</summary>
    public ReadOnlySpan<byte> FromBottom(string name, int below)
    {
        for (var i = fields.Count - 1; i >= 0; i--)
            if (IsNamed(fields[i], name) && below-- == 0)
                return message[fields[i].Start..fields[i].End];
        return [];
    }

    private bool IsNamed((int Start, int NameLength, int End) field, string name) =>
        field.NameLength == name.Length && Ascii.EqualsIgnoreCase(message.Slice(field.Start, field.NameLength), name);

    private int EndOfField(int start)
    {
        var end = start;
        while (true)
        {
            var line = message[end..].IndexOf("\r\n"u8);
            if (line < 0)
                throw new MailFormatException("The message's header does not end with a line end; it cannot be signed.");
            end += line;
            if (end + 2 >= message.Length || message[end + 2] is not ((byte)' ' or (byte)'\t'))
                return end;
            end += 2;
        }
    }
}
