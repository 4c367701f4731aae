using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using Nurture.Mail.Dkim;

namespace Nurture.Mail.Tests.Support;

/// <summary>A DKIM key made for the run, and what its domain would publish in DNS.</summary>
internal static class Keys
{
    public const string Selector = "n1";

    private static readonly RSA Rsa = RSA.Create(2048);

    public static DkimSigner Signer { get; } = new("example.com", Selector, Rsa);

    public static string DnsName => $"{Selector}._domainkey.example.com";

    public static string DnsText => $"v=DKIM1; k=rsa; p={Convert.ToBase64String(Rsa.ExportSubjectPublicKeyInfo())}";

    public static string DnsJson => JsonSerializer.Serialize(new Dictionary<string, string> { [DnsName + "."] = DnsText });

    public static byte[] Sign(byte[] message, DkimSigner? signer = null)
    {
        var output = new ArrayBufferWriter<byte>();
        (signer ?? Signer).Sign(message, DateTimeOffset.UnixEpoch.AddSeconds(1_700_000_000), output);
        output.Write(message);
        return output.WrittenSpan.ToArray();
    }
}
