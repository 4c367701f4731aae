using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nurture.Contacts;

/// <summary>What somebody is known by. The numbers are stored.</summary>
public enum IdentityKind : byte
{
    User = 1,

    /// <summary>A browser, or an app on a device, whose user may not be known yet.</summary>
    Anonymous = 2,
    Email = 3,
    Account = 4,

    /// <summary>The former id of an alias that came before anything else of it: a user's or a browser's, that is still to be seen.</summary>
    Former = 5,
}

/// <summary>An id as sources say it; it means something within its namespace only.</summary>
public readonly record struct IdentityKey(string Namespace, IdentityKind Kind, string Value)
{
    /// <summary>
    /// The seed of a subject that was first met under this id, stable for ever: the first eight bytes of SHA-256 over
    /// namespace, NUL, kind, NUL, value.
    /// </summary>
    public long Seed() =>
        BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(Encoding.UTF8.GetBytes($"{Namespace}\0{(byte)Kind}\0{Value}")));
}
