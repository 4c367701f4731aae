using System.Text;
using System.Text.RegularExpressions;

namespace Nurture.Mail.Tests.Support;

/// <summary>A small reader, written from the RFCs and not from the writer, that tests what was written.</summary>
internal sealed partial class MailReader
{
    private readonly List<(string Name, string Value)> headers = [];
    private readonly string body;

    public MailReader(ReadOnlySpan<byte> message) : this(Encoding.Latin1.GetString(message)) { }

    private MailReader(string message)
    {
        var end = message.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        body = message[(end + 4)..];
        foreach (var line in Unfold().Replace(message[..end], "$1").Split("\r\n"))
        {
            var colon = line.IndexOf(':');
            headers.Add((line[..colon], line[(colon + 1)..]));
        }
    }

    public IEnumerable<string> Names => headers.Select(h => h.Name);

    public string Header(string name) => headers.Single(h => h.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value.Trim(' ');

    public string Text(string name) => DecodeWords(Header(name));

    /// <summary>The display name of a mailbox.</summary>
    public string? DisplayName(string name)
    {
        var value = Header(name);
        var angle = value.LastIndexOf('<');
        if (angle <= 0)
            return null;
        var phrase = value[..angle].Trim(' ');
        return phrase[0] == '"' ? Escaped().Replace(phrase[1..^1], "$1") : DecodeWords(phrase);
    }

    public IReadOnlyList<MailReader> Parts
    {
        get
        {
            var boundary = Boundary().Match(Header("Content-Type")).Groups[1].Value;
            var pieces = ("\r\n" + body).Split($"\r\n--{boundary}");
            Assert.Equal("--\r\n", pieces[^1]);
            return [.. pieces[1..^1].Select(p => new MailReader(p[2..]))];
        }
    }

    public string Body
    {
        get
        {
            var bytes = Header("Content-Transfer-Encoding") switch
            {
                "base64" => Convert.FromBase64String(body),
                "quoted-printable" => Unquote(body),
                "7bit" => Encoding.Latin1.GetBytes(body),
                var other => throw new InvalidOperationException(other),
            };
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        }
    }

    private static byte[] Unquote(string text)
    {
        var bytes = new List<byte>();
        text = text.Replace("=\r\n", "");
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                bytes.Add(Convert.ToByte(text.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)text[i]);
            }
        }
        return [.. bytes];
    }

    private static string DecodeWords(string text)
    {
        text = BetweenWords().Replace(text, "");
        return Word().Replace(text, m =>
        {
            var bytes = m.Groups[1].Value == "B"
                ? Convert.FromBase64String(m.Groups[2].Value)
                : Unquote(m.Groups[2].Value.Replace('_', ' '));
            return new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(bytes);
        });
    }

    [GeneratedRegex("\r\n([ \t])")]
    private static partial Regex Unfold();

    [GeneratedRegex("boundary=\"([^\"]+)\"")]
    private static partial Regex Boundary();

    [GeneratedRegex(@"(?<=\?=)[ \t]+(?==\?utf-8\?)")]
    private static partial Regex BetweenWords();

    [GeneratedRegex(@"=\?utf-8\?([BQ])\?([^?]*)\?=")]
    private static partial Regex Word();

    [GeneratedRegex(@"\\(.)")]
    private static partial Regex Escaped();
}
