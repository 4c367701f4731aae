using System.Text;

namespace Nurture.Server.Inbox;

/// <summary>What a caught mail says: header fields in order, decoded, and its two bodies.</summary>
public sealed record ReadMail(IReadOnlyList<KeyValuePair<string, string>> Headers, string? Text, string? Html)
{
    public string? this[string header] => Headers.FirstOrDefault(field => field.Key.Equals(header, StringComparison.OrdinalIgnoreCase)).Value;
}

/// <summary>
/// Reads back what our own writer wrote, for the built-in inbox: UTF-8, encoded words, quoted-printable and base64,
/// multiparts. Mail from outside needs a reader that forgives; this one throws.
/// </summary>
public static class MimeReader
{
    public static ReadMail Read(ReadOnlySpan<byte> message)
    {
        var (headers, body) = Split(Encoding.Latin1.GetString(message));
        string? text = null, html = null;
        Visit(headers, body, (type, content) =>
        {
            if (type == "text/plain") text ??= content;
            else if (type == "text/html") html ??= content;
        });
        return new([.. headers.Select(field => KeyValuePair.Create(field.Key, EncodedWords.Decode(field.Value)))], text, html);
    }

    private static void Visit(List<KeyValuePair<string, string>> headers, string body, Action<string, string> part)
    {
        var contentType = Field(headers, "Content-Type") ?? "text/plain";
        var type = contentType.Split(';')[0].Trim().ToLowerInvariant();
        if (type.StartsWith("multipart/", StringComparison.Ordinal))
        {
            foreach (var inner in Parts(body, Parameter(contentType, "boundary") ?? throw new FormatException("A multipart without a boundary.")))
            {
                var (innerHeaders, innerBody) = Split(inner);
                Visit(innerHeaders, innerBody, part);
            }
            return;
        }

        part(type, Encoding.UTF8.GetString((Field(headers, "Content-Transfer-Encoding") ?? "7bit").Trim().ToLowerInvariant() switch
        {
            "base64" => Convert.FromBase64String(body),
            "quoted-printable" => QuotedPrintable(body),
            "7bit" or "8bit" => Encoding.Latin1.GetBytes(body),
            var other => throw new FormatException($"The transfer encoding {other} is none that our writer uses."),
        }));
    }

    private static (List<KeyValuePair<string, string>> Headers, string Body) Split(string entity)
    {
        var end = entity.StartsWith("\r\n", StringComparison.Ordinal) ? -2 : entity.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        if (end == -2) return ([], entity[2..]);
        var head = end < 0 ? entity : entity[..end];
        var headers = new List<KeyValuePair<string, string>>();
        foreach (var line in head.Split("\r\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] is ' ' or '\t' && headers.Count > 0) headers[^1] = KeyValuePair.Create(headers[^1].Key, headers[^1].Value + line);
            else if (line.IndexOf(':') is var colon && colon > 0) headers.Add(KeyValuePair.Create(line[..colon], line[(colon + 1)..].TrimStart()));
            else throw new FormatException($"\"{line}\" is no header field.");
        }
        return (headers, end < 0 ? "" : entity[(end + 4)..]);
    }

    private static IEnumerable<string> Parts(string body, string boundary)
    {
        var delimiter = $"\r\n--{boundary}";
        // RFC 2046 §5.1.1: the line end before a delimiter belongs to the delimiter.
        var pieces = ("\r\n" + body).Split(delimiter);
        return pieces.Skip(1).TakeWhile(piece => !piece.StartsWith("--", StringComparison.Ordinal)).Select(piece => piece[(piece.IndexOf("\r\n", StringComparison.Ordinal) + 2)..]);
    }

    private static string? Field(List<KeyValuePair<string, string>> headers, string name) =>
        headers.FirstOrDefault(field => field.Key.Equals(name, StringComparison.OrdinalIgnoreCase)).Value;

    private static string? Parameter(string value, string name) => value.Split(';').Skip(1)
        .Select(parameter => parameter.Split('=', 2))
        .Where(parameter => parameter.Length == 2 && parameter[0].Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
        .Select(parameter => parameter[1].Trim().Trim('"')).FirstOrDefault();

    private static byte[] QuotedPrintable(string body)
    {
        var bytes = new List<byte>(body.Length);
        for (var i = 0; i < body.Length; i++)
        {
            if (body[i] != '=') bytes.Add((byte)body[i]);
            else if (body.AsSpan(i + 1).StartsWith("\r\n")) i += 2;
            else
            {
                bytes.Add(Convert.FromHexString(body.AsSpan(i + 1, 2))[0]);
                i += 2;
            }
        }
        return [.. bytes];
    }
}
