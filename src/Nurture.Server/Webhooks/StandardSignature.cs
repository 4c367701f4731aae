using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Nurture.Server.Webhooks;

/// <summary>Signatures of the Standard Webhooks specification: <c>v1,</c> and the Base64 of HMAC-SHA256 over id, moment and body.</summary>
public static class StandardSignature
{
    public const string SecretPrefix = "whsec_";

    public static string NewSecret() => SecretPrefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));

    /// <summary>Whether it is <c>whsec_</c> and the Base64 of a key.</summary>
    public static bool IsSecret(string secret) =>
        secret.StartsWith(SecretPrefix, StringComparison.Ordinal) && Convert.TryFromBase64String(secret[SecretPrefix.Length..], new byte[secret.Length], out var length) && length >= 16;

    /// <summary>The end of a secret, by which a person recognizes it.</summary>
    public static string Hint(string secret) => $"…{secret.TrimEnd('=')[^4..]}";

    /// <summary>The value of <c>webhook-signature</c>: one signature for each secret, with a blank between.</summary>
    public static string Of(IEnumerable<string> secrets, string id, long timestamp, ReadOnlySpan<byte> body)
    {
        var signed = Signed(id, timestamp.ToString(CultureInfo.InvariantCulture), body);
        return string.Join(' ', secrets.Select(secret => "v1," + Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))));
    }

    /// <summary>Whether one of the signatures in a header is of one of the secrets.</summary>
    public static bool IsGood(IEnumerable<string> secrets, string id, string timestamp, ReadOnlySpan<byte> body, string header)
    {
        var signed = Signed(id, timestamp, body);
        var given = header.Split(' ', StringSplitOptions.RemoveEmptyEntries).Where(one => one.StartsWith("v1,", StringComparison.Ordinal)).Select(one => Encoding.ASCII.GetBytes(one[3..])).ToList();
        return secrets.Any(secret => Encoding.ASCII.GetBytes(Convert.ToBase64String(HMACSHA256.HashData(KeyOf(secret), signed))) is var right && given.Exists(one => CryptographicOperations.FixedTimeEquals(one, right)));
    }

    private static byte[] Signed(string id, string timestamp, ReadOnlySpan<byte> body) => [.. Encoding.UTF8.GetBytes($"{id}.{timestamp}."), .. body];

    private static byte[] KeyOf(string secret) => Convert.FromBase64String(secret.StartsWith(SecretPrefix, StringComparison.Ordinal) ? secret[SecretPrefix.Length..] : secret);
}
