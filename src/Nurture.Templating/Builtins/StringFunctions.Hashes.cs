using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Nurture.Templating.Builtins;

/// <summary>Digests and encodings of a text's UTF-8.</summary>
[SuppressMessage("Security", "CA5350", Justification = "The language has these functions; templates use them for gravatars and the like.")]
[SuppressMessage("Security", "CA5351", Justification = "The language has these functions; templates use them for gravatars and the like.")]
internal static partial class StringFunctions
{
    /// <summary>The text as Base64.</summary>
    /// <example>"hello" | string.base64_encode → aGVsbG8=</example>
    public static TemplateValue Base64Encode(in Call call) => Result(call, Convert.ToBase64String(Utf8(call, 0)));

    /// <summary>The text that was encoded as Base64.</summary>
    /// <example>"aGVsbG8=" | string.base64_decode → hello</example>
    public static TemplateValue Base64Decode(in Call call)
    {
        var text = call.Text(0);
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length)
            ? Result(call, Encoding.UTF8.GetString(bytes, 0, length))
            : throw call.Context.Error(call.Site.Argument(0), "This text is not Base64.");
    }

    /// <summary>The MD5 digest in hexadecimal.</summary>
    /// <example>"test" | string.md5 → 098f6bcd4621d373cade4e832627b4f6</example>
    public static TemplateValue Md5(in Call call) => Hex(MD5.HashData(Utf8(call, 0)));

    /// <summary>The SHA-1 digest in hexadecimal.</summary>
    /// <example>"test" | string.sha1 → a94a8fe5ccb19ba61c4c0873d391e987982fbbd3</example>
    public static TemplateValue Sha1(in Call call) => Hex(SHA1.HashData(Utf8(call, 0)));

    /// <summary>The SHA-256 digest in hexadecimal.</summary>
    /// <example>"test" | string.sha256 → 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08</example>
    public static TemplateValue Sha256(in Call call) => Hex(SHA256.HashData(Utf8(call, 0)));

    /// <summary>The SHA-512 digest in hexadecimal.</summary>
    /// <example>("test" | string.sha512).size → 128</example>
    public static TemplateValue Sha512(in Call call) => Hex(SHA512.HashData(Utf8(call, 0)));

    /// <summary>The HMAC with SHA-1 under a key, in hexadecimal.</summary>
    /// <example>"test" | string.hmac_sha1 "secret" → 1aa349585ed7ecbd3b9c486a30067e395ca4b356</example>
    public static TemplateValue HmacSha1(in Call call) => Hex(HMACSHA1.HashData(Utf8(call, 1), Utf8(call, 0)));

    /// <summary>The HMAC with SHA-256 under a key, in hexadecimal.</summary>
    /// <example>"test" | string.hmac_sha256 "secret" → 0329a06b62cd16b33eb6792be8c60b158d89a2ee3a876fce9a881ebb488c0914</example>
    public static TemplateValue HmacSha256(in Call call) => Hex(HMACSHA256.HashData(Utf8(call, 1), Utf8(call, 0)));

    /// <summary>The HMAC with SHA-512 under a key, in hexadecimal.</summary>
    /// <example>("test" | string.hmac_sha512 "secret").size → 128</example>
    public static TemplateValue HmacSha512(in Call call) => Hex(HMACSHA512.HashData(Utf8(call, 1), Utf8(call, 0)));

    private static byte[] Utf8(in Call call, int at)
    {
        var text = call.Text(at);
        call.ChargeText(text.Length);
        return Encoding.UTF8.GetBytes(text);
    }

    private static string Hex(byte[] digest) => Convert.ToHexStringLower(digest);
}
