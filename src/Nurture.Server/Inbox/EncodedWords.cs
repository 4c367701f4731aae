using System.Text;
using System.Text.RegularExpressions;

namespace Nurture.Server.Inbox;

/// <summary>RFC 2047 in UTF-8, as our writer writes it.</summary>
internal static partial class EncodedWords
{
    // §6.2: white space between two encoded words is not part of the text.
    [GeneratedRegex(@"=\?utf-8\?([BbQq])\?([^?]*)\?=(?:\s+(?==\?utf-8\?[BbQq]\?))?", RegexOptions.IgnoreCase)]
    private static partial Regex Word();

    public static string Decode(string value) => Word().Replace(value, word => Encoding.UTF8.GetString(
        word.Groups[1].Value is "B" or "b" ? Convert.FromBase64String(word.Groups[2].Value) : Q(word.Groups[2].Value)));

    private static byte[] Q(string text)
    {
        var bytes = new List<byte>(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '=')
            {
                bytes.Add(Convert.FromHexString(text.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
            else bytes.Add(text[i] == '_' ? (byte)' ' : (byte)text[i]);
        }
        return [.. bytes];
    }
}
