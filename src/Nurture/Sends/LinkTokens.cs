using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Nurture.Sends;

/// <summary>What a link in a mail says of itself. All of it is covered by the token's code, so it needs no look-up and outlives the send's row.</summary>
public abstract record MailLink(Guid SendId, short Slot)
{
    public sealed record Open(Guid SendId, short Slot) : MailLink(SendId, Slot);

    /// <param name="Index">Which link of the mail, from 0.</param>
    /// <param name="Url">Absolute, http or https.</param>
    public sealed record Click(Guid SendId, short Slot, int Index, string Url) : MailLink(SendId, Slot);

    /// <summary>A browser was led on from a link in the mail to a site of our own, at a moment: it may say whose browser it is.</summary>
    public sealed record Visit(Guid SendId, short Slot, DateTimeOffset At) : MailLink(SendId, Slot)
    {
        /// <summary>The name in the query of the page's address.</summary>
        public const string Parameter = "nu_visit";

        /// <summary>How long after the click a page of the site may speak of it.</summary>
        public static readonly TimeSpan Lasts = TimeSpan.FromMinutes(30);

        /// <summary>How long after the mail left a click on it still says whose browser it is: old mails are passed on.</summary>
        public static readonly TimeSpan MailLasts = TimeSpan.FromDays(14);
    }

    /// <summary>Where the person registers for a session, or gives the seat back.</summary>
    public sealed record Seat(Guid SendId, short Slot, long ContactId, string Session) : MailLink(SendId, Slot);

    /// <param name="Value">Which answer to the mail's question the link chooses; nothing is answered before it is confirmed.</param>
    public sealed record Answer(Guid SendId, short Slot, string Value) : MailLink(SendId, Slot);

    /// <param name="Topic">What one click refuses; <c>*</c> is everything but transactional mail.</param>
    public sealed record Unsubscribe(Guid SendId, short Slot, long ContactId, string Topic) : MailLink(SendId, Slot);
}

/// <summary>
/// Makes and reads the tokens of links in mails: <c>version ‖ key id ‖ kind ‖ slot ‖ send id ‖ what the kind needs ‖
/// HMAC-SHA256 cut to 128 bits</c>, in base64url. A token never expires, and old keys go on being read, since people
/// click on mails that are years old.
/// </summary>
public sealed class LinkTokens
{
    private const byte Version = 1;
    private const int HeaderBytes = 1 + 1 + 1 + 2 + 16;
    private const int CodeBytes = 16;
    private const int MaxTokenChars = 4096;

    private readonly byte newest;
    private readonly Dictionary<byte, byte[]> keys = [];

    private enum Kind : byte { Open = 1, Click = 2, Unsubscribe = 3, Visit = 4, Answer = 6, Seat = 9 }

    /// <param name="ring">As the setting <c>link_key</c> holds it: <c>1:base64 2:base64</c>; the last one signs, all are read.</param>
    public LinkTokens(string ring)
    {
        foreach (var entry in ring.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = entry.IndexOf(':');
            newest = byte.Parse(entry.AsSpan(0, colon), System.Globalization.CultureInfo.InvariantCulture);
            keys.Add(newest, Convert.FromBase64String(entry[(colon + 1)..]));
        }

        if (keys.Count == 0 || keys.Values.Any(key => key.Length < 32))
            throw new ArgumentException("The setting link_key needs at least one key of 32 bytes.", nameof(ring));
    }

    /// <summary>A ring of one new key.</summary>
    public static string NewRing() => $"1:{Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}";

    public string Write(MailLink link) => link switch
    {
        MailLink.Open => Sign(Kind.Open, link, []),
        MailLink.Click(_, _, var index, var url) when IsWebAddress(url) => Sign(Kind.Click, link, [(byte)(index >> 8), (byte)index, .. Encoding.UTF8.GetBytes(url)]),
        MailLink.Click(_, _, _, var url) => throw new ArgumentException($"\"{url}\" is no absolute http or https address.", nameof(link)),
        MailLink.Unsubscribe(_, _, var contact, var topic) => Sign(Kind.Unsubscribe, link, [.. BigEndian(contact), .. Encoding.UTF8.GetBytes(topic)]),
        MailLink.Seat(_, _, var contact, var session) => Sign(Kind.Seat, link, [.. BigEndian(contact), .. Encoding.UTF8.GetBytes(session)]),
        MailLink.Answer(_, _, var value) => Sign(Kind.Answer, link, Encoding.UTF8.GetBytes(value)),
        MailLink.Visit(_, _, var at) => Sign(Kind.Visit, link, BigEndian(at.ToUnixTimeMilliseconds())),
        _ => throw new InvalidOperationException($"No token for {link.GetType().Name}."),
    };

    /// <summary>Null for whatever this deployment did not make.</summary>
    public MailLink? Read(string token)
    {
        if (token.Length > MaxTokenChars || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        // Two spellings of one token would be two tokens to caches and logs: the bits that base64 leaves over must be zero.
        if (bytes.Length < HeaderBytes + CodeBytes || !token.Equals(Base64Url.EncodeToString(bytes), StringComparison.Ordinal)) return null;
        if (bytes[0] != Version || !keys.TryGetValue(bytes[1], out var key)) return null;
        var body = bytes.AsSpan(..^CodeBytes);
        if (!CryptographicOperations.FixedTimeEquals(Code(key, body), bytes.AsSpan(^CodeBytes..))) return null;

        var slot = BinaryPrimitives.ReadInt16BigEndian(body[3..]);
        var id = new Guid(body[5..HeaderBytes], bigEndian: true);
        var rest = body[HeaderBytes..];
        return (Kind)bytes[2] switch
        {
            Kind.Open when rest.IsEmpty => new MailLink.Open(id, slot),
            Kind.Click when rest.Length > 2 && Encoding.UTF8.GetString(rest[2..]) is var url && IsWebAddress(url) =>
                new MailLink.Click(id, slot, BinaryPrimitives.ReadUInt16BigEndian(rest), url),
            Kind.Visit when rest.Length == 8 => new MailLink.Visit(id, slot, DateTimeOffset.FromUnixTimeMilliseconds(BinaryPrimitives.ReadInt64BigEndian(rest))),
            Kind.Seat when rest.Length > 8 => new MailLink.Seat(id, slot, BinaryPrimitives.ReadInt64BigEndian(rest), Encoding.UTF8.GetString(rest[8..])),
            Kind.Answer when rest.Length > 0 => new MailLink.Answer(id, slot, Encoding.UTF8.GetString(rest)),
            Kind.Unsubscribe when rest.Length > 8 =>
                new MailLink.Unsubscribe(id, slot, BinaryPrimitives.ReadInt64BigEndian(rest), Encoding.UTF8.GetString(rest[8..])),
            _ => null,
        };
    }

    /// <summary>Whether a click may lead there: absolute, http or https, with a host, and nothing that could end a header line.</summary>
    public static bool IsWebAddress(string url) =>
        Encoding.UTF8.GetByteCount(url) <= 2048 && !url.AsSpan().ContainsAnyInRange('\0', ' ') && !url.Contains('\x7f') && !url.Contains('\\')
        && Uri.TryCreate(url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" && uri.Host.Length > 0;

    /// <summary>The address with a visit's token in its query, before its fragment.</summary>
    public string AddVisit(string url, MailLink.Visit visit)
    {
        var hash = url.IndexOf('#', StringComparison.Ordinal);
        var (address, fragment) = hash < 0 ? (url, "") : (url[..hash], url[hash..]);
        var join = address.Contains('?', StringComparison.Ordinal) ? address.EndsWith('?') || address.EndsWith('&') ? "" : "&" : "?";
        return $"{address}{join}{MailLink.Visit.Parameter}={Write(visit)}{fragment}";
    }

    /// <summary>The visit that a page's address or query speaks of; null where it speaks of none that this deployment made.</summary>
    public MailLink.Visit? ReadVisit(string address)
    {
        var at = address.IndexOf(MailLink.Visit.Parameter + "=", StringComparison.Ordinal);
        if (at < 0 || (at > 0 && address[at - 1] is not ('?' or '&'))) return null;
        var token = address.AsSpan(at + MailLink.Visit.Parameter.Length + 1);
        var end = token.IndexOfAny('&', '#');
        return Read((end < 0 ? token : token[..end]).ToString()) as MailLink.Visit;
    }

    private string Sign(Kind kind, MailLink link, ReadOnlySpan<byte> rest)
    {
        var bytes = new byte[HeaderBytes + rest.Length + CodeBytes];
        (bytes[0], bytes[1], bytes[2]) = (Version, newest, (byte)kind);
        BinaryPrimitives.WriteInt16BigEndian(bytes.AsSpan(3), link.Slot);
        link.SendId.TryWriteBytes(bytes.AsSpan(5), bigEndian: true, out _);
        rest.CopyTo(bytes.AsSpan(HeaderBytes));
        Code(keys[newest], bytes.AsSpan(..^CodeBytes)).CopyTo(bytes.AsSpan(^CodeBytes..));
        return Base64Url.EncodeToString(bytes);
    }

    private static ReadOnlySpan<byte> Code(byte[] key, ReadOnlySpan<byte> body) => HMACSHA256.HashData(key, body).AsSpan(..CodeBytes);

    private static byte[] BigEndian(long value)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, value);
        return bytes;
    }
}
