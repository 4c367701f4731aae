using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Nurture.Contacts;

namespace Nurture.Intake;

/// <summary>
/// What makes two messages of a source one: 128 bits of the SHA-256 of the message id, and the days under which a
/// repetition of it may be on record. Ids are remembered for seven days after their reception at least.
/// </summary>
/// <param name="ClientDay">The day (since 1970, UTC) of the timestamp that the client wrote, which its retries repeat; null where it wrote none.</param>
public readonly record struct MessageKey(long High, long Low, int? ClientDay)
{
    public const int KeptDays = 7;

    private const int Before = 1;

    public static MessageKey Of(string messageId, DateTimeOffset? clientTimestamp)
    {
        Span<byte> utf8 = messageId.Length <= IntakeLimits.MessageIdLength ? stackalloc byte[IntakeLimits.MessageIdLength * 3] : new byte[messageId.Length * 3];
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(utf8[..Encoding.UTF8.GetBytes(messageId, utf8)], hash);
        return new(BinaryPrimitives.ReadInt64LittleEndian(hash), BinaryPrimitives.ReadInt64LittleEndian(hash[8..]),
            clientTimestamp is { } at ? DayOf(at) : null);
    }

    public static int DayOf(DateTimeOffset at) => (int)Math.DivRem(at.ToMilliseconds(), 86_400_000L, out var rest) - (rest < 0 ? 1 : 0);

    /// <summary>
    /// The day to be filed under. A retry repeats the timestamp and so finds it there, whenever it comes; nothing else
    /// needs to be looked at when the timestamp is of today or yesterday, as nearly all are.
    /// </summary>
    public int FiledUnder(int today) => IsRecent(today) ? ClientDay!.Value : today;

    /// <summary>
    /// A timestamp still to come is filed a second time under its own day: once that has come, a retry looks only there.
    /// </summary>
    public int? AlsoFiledUnder(int today) => ClientDay > today && ClientDay <= today + KeptDays ? ClientDay : null;

    /// <summary>True where earlier days have to be looked at too, back to <see cref="LookBackTo"/>: the timestamp is old, ahead or missing.</summary>
    public bool NeedsLookBack(int today) => !IsRecent(today);

    public static int LookBackTo(int today) => today - KeptDays - Before;

    /// <summary>Days before this one are no longer looked at.</summary>
    public static int Forgotten(int today) => LookBackTo(today);

    private bool IsRecent(int today) => ClientDay is { } day && day >= today - Before && day <= today;
}
