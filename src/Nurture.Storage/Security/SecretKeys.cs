using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Nurture.Storage.Security;

/// <summary>
/// Keys that are shown once and stored as their SHA-256: <c>nk_…</c> opens the API, <c>wk_…</c> lets a source send events.
/// They are 256 random bits, so a plain hash is enough: there is nothing to guess.
/// </summary>
public static class SecretKeys
{
    public const string ApiPrefix = "nk_";
    public const string WritePrefix = "wk_";

    /// <summary>The key of that name exists in development mode only.</summary>
    public const string Development = "dev";

    public static string New(string prefix) => prefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    public static byte[] Hash(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));

    /// <summary>The end of the key, by which a person recognizes it in a list.</summary>
    public static string Hint(string key) => key.Length <= 8 ? key : "…" + key[^4..];

    /// <summary>Half of the hash, for looking it up in memory.</summary>
    public static UInt128 Short(ReadOnlySpan<byte> hash) => BinaryPrimitives.ReadUInt128LittleEndian(hash);
}
