using System.Buffers;
using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Nurture.Mail.Mime;

namespace Nurture.Mail.Dkim;

/// <summary>
/// Signs messages for a domain with rsa-sha256, relaxed/relaxed (RFC 6376). The same message, key and time give the same
/// signature. Safe to use from several threads.
/// </summary>
/// <remarks>
/// No <c>l=</c>, which lets anybody append; no <c>i=</c> and <c>q=</c>, which would only repeat their defaults.
/// </remarks>
public sealed class DkimSigner
{
    private readonly string domain;
    private readonly string selector;
    private readonly RSAParameters parameters;

    // RSA objects do not promise to work on several threads at once; each signature borrows one of its own.
    private readonly ConcurrentBag<RSA> keys = [];

    /// <param name="domain">The From domain or a parent of it (DMARC alignment), in A-labels.</param>
    /// <param name="key">With its private part, exportable; copied, so it may be disposed.</param>
    public DkimSigner(string domain, string selector, RSA key)
    {
        this.domain = AddressRules.CheckDomain(domain).Wire;
        // RFC 6376 §3.1: a selector is shaped like a domain.
        this.selector = AddressRules.CheckDomain(selector).Wire;
        // RFC 8301 §3.2. Signers SHOULD use 2048.
        if (key.KeySize < 1024)
            throw new ArgumentException($"A DKIM key has at least 1024 bits; this one has {key.KeySize}.", nameof(key));
        parameters = key.ExportParameters(includePrivateParameters: true);
    }

    /// <summary>Writes a DKIM-Signature header, to be put before the message.</summary>
    /// <param name="message">Exactly the octets that will be sent, before dot-stuffing.</param>
    /// <param name="at">Becomes <c>t=</c>.</param>
    public void Sign(ReadOnlySpan<byte> message, DateTimeOffset at, IBufferWriter<byte> output)
    {
        var fields = new HeaderFields(message);
        var names = SignedNames.For(fields);
        Span<byte> bodyHash = stackalloc byte[SHA256.HashSizeInBytes];
        HashBody(fields.Body, bodyHash);
        var header = Draft(at, names, bodyHash);

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        HashHeader(fields, names, header, hash);
        WriteWithSignature(header, hash, output);
    }

    internal static void HashBody(ReadOnlySpan<byte> body, Span<byte> hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(body.Length + 2);
        SHA256.HashData(buffer.AsSpan(0, Relaxed.Body(body, buffer)), hash);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <param name="draft">The signature's own header with an empty <c>b=</c>; it is hashed last and without a line end (RFC 6376 §3.7).</param>
    internal static void HashHeader(HeaderFields fields, IReadOnlyList<string> names, string draft, Span<byte> hash)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(fields.HeaderLength + 2 * names.Count + 2 * draft.Length);
        var written = 0;
        for (var i = 0; i < names.Count; i++)
        {
            var below = 0;
            for (var before = 0; before < i; before++)
                below += names[before] == names[i] ? 1 : 0;
            var field = fields.FromBottom(names[i], below);
            if (field.IsEmpty)
                continue; // over-signed: the absence is what is signed
            written += Relaxed.Header(field, buffer.AsSpan(written));
            "\r\n"u8.CopyTo(buffer.AsSpan(written));
            written += 2;
        }
        var last = buffer.AsSpan(buffer.Length - draft.Length);
        Encoding.ASCII.GetBytes(draft, last);
        written += Relaxed.Header(last, buffer.AsSpan(written, draft.Length));
        SHA256.HashData(buffer.AsSpan(0, written), hash);
        ArrayPool<byte>.Shared.Return(buffer);
    }

    /// <summary>The header with an empty <c>b=</c>, as it is itself signed.</summary>
    private string Draft(DateTimeOffset at, IReadOnlyList<string> names, ReadOnlySpan<byte> bodyHash)
    {
        var text = new StringBuilder(512);
        text.Append(CultureInfo.InvariantCulture, $"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d={domain};\r\n");
        text.Append(CultureInfo.InvariantCulture, $" s={selector}; t={at.ToUnixTimeSeconds()};\r\n h=");
        var column = 3;
        for (var i = 0; i < names.Count; i++)
        {
            if (column + names[i].Length + 1 > HeaderField.Width)
            {
                text.Append("\r\n ");
                column = 1;
            }
            text.Append(names[i]).Append(i == names.Count - 1 ? ';' : ':');
            column += names[i].Length + 1;
        }
        return text.Append("\r\n bh=").Append(Convert.ToBase64String(bodyHash)).Append(";\r\n b=").ToString();
    }

    private void WriteWithSignature(string header, ReadOnlySpan<byte> hash, IBufferWriter<byte> output)
    {
        if (!keys.TryTake(out var key))
            key = RSA.Create(parameters);
        Span<byte> signature = stackalloc byte[key.KeySize / 8];
        key.SignHash(hash, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        keys.Add(key);

        output.WriteAscii(header);
        Span<byte> base64 = stackalloc byte[Base64.GetMaxEncodedToUtf8Length(signature.Length)];
        Base64.EncodeToUtf8(signature, base64, out _, out _);
        for (var start = 0; start < base64.Length; start += 72)
        {
            if (start > 0)
                output.Write("\r\n "u8);
            output.Write(base64[start..Math.Min(start + 72, base64.Length)]);
        }
        output.Write("\r\n"u8);
    }
}
