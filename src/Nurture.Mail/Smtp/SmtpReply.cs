using System.Text;

namespace Nurture.Mail.Smtp;

/// <summary>The server broke the protocol; what it says from here on cannot be matched to what it was asked.</summary>
internal sealed class SmtpProtocolException(string message) : Exception(message);

/// <summary>One reply, of one line or several (RFC 5321 §4.2).</summary>
internal sealed record SmtpReply(int Code, IReadOnlyList<string> Lines)
{
    // RFC 5321 §4.5.3.1.5 allows 512 octets in a line; servers with long explanations exist.
    private const int MaxLine = 8 * 1024;
    private const int MaxTotal = 64 * 1024;

    public bool IsPositive => Code is >= 200 and < 300;

    public bool IsTemporary => Code is >= 400 and < 500;

    public bool IsPermanent => Code is >= 500 and < 600;

    /// <summary>RFC 2034: at the head of the text, and of the same class as the code. Taken also from servers that did not announce it.</summary>
    public string? EnhancedCode => EnhancedLength(Lines[0]) is > 0 and var length ? Lines[0][..length] : null;

    /// <summary>All lines as one, without the enhanced code where a line repeats it; printable.</summary>
    public string Text
    {
        get
        {
            var text = new StringBuilder();
            foreach (var line in Lines)
                text.Append(text.Length > 0 ? " " : "").Append(line.AsSpan(EnhancedLength(line)).Trim());
            return Printable(text.ToString());
        }
    }

    /// <summary>Reads a reply from what has arrived.</summary>
    /// <returns>False if it is not complete yet.</returns>
    /// <exception cref="SmtpProtocolException">It is no reply, or a longer one than any server has reason to send.</exception>
    public static bool TryRead(ReadOnlySpan<byte> arrived, out SmtpReply? reply, out int consumed)
    {
        (reply, consumed) = (null, 0);
        var (code, lines) = (0, default(List<string>));
        var rest = arrived;
        while (true)
        {
            var end = rest.IndexOf((byte)'\n');
            if ((end < 0 ? rest.Length : end) > MaxLine || arrived.Length - rest.Length > MaxTotal)
                throw new SmtpProtocolException("The server's reply is longer than any reply should be.");
            if (end < 0)
                return false;
            var line = rest[..end].TrimEnd((byte)'\r');
            rest = rest[(end + 1)..];

            var lineCode = CodeOf(line);
            if (lines is not null && lineCode != code)
                throw new SmtpProtocolException($"The lines of one reply have the codes {code} and {lineCode}.");
            code = lineCode;
            var text = line.Length > 4 ? Encoding.UTF8.GetString(line[4..]) : "";
            var isLast = line.Length == 3 || line[3] != '-';
            if (isLast && lines is null)
                reply = new SmtpReply(code, [text]);
            else
                (lines ??= []).Add(text);
            if (!isLast)
                continue;
            reply ??= new SmtpReply(code, lines!);
            consumed = arrived.Length - rest.Length;
            return true;
        }
    }

    private static int CodeOf(ReadOnlySpan<byte> line)
    {
        var isReply = line.Length >= 3
            && line[0] is >= (byte)'2' and <= (byte)'5' && char.IsAsciiDigit((char)line[1]) && char.IsAsciiDigit((char)line[2])
            && (line.Length == 3 || line[3] is (byte)' ' or (byte)'-');
        if (!isReply)
            throw new SmtpProtocolException($"\"{Printable(Encoding.UTF8.GetString(line[..Math.Min(line.Length, 100)]))}\" is no SMTP reply.");
        return (line[0] - '0') * 100 + (line[1] - '0') * 10 + (line[2] - '0');
    }

    /// <summary>The length of <c>d.ddd.ddd</c> at the head of a line, or 0.</summary>
    private int EnhancedLength(ReadOnlySpan<char> line)
    {
        var end = line.IndexOf(' ');
        var word = end < 0 ? line : line[..end];
        if (word.Length is < 5 or > 9 || word[0] != '0' + Code / 100 || word[1] != '.')
            return 0;
        var dot = word[2..].IndexOf('.') + 2;
        var isCode = dot is >= 3 and <= 5 && word.Length - dot is >= 2 and <= 4
            && !word[2..dot].ContainsAnyExceptInRange('0', '9') && !word[(dot + 1)..].ContainsAnyExceptInRange('0', '9');
        return isCode ? word.Length : 0;
    }

    private static string Printable(string text)
    {
        const int longest = 1000;
        if (text.Length > longest)
            text = text[..longest];
        return string.Create(text.Length, text, static (to, from) =>
        {
            for (var i = 0; i < to.Length; i++)
                to[i] = char.IsControl(from[i]) || char.IsSurrogate(from[i]) ? '?' : from[i];
        });
    }
}
