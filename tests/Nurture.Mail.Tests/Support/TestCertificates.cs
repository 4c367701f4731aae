using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Nurture.Mail.Tests.Support;

/// <summary>A certificate authority that lives for one run.</summary>
internal static class TestCertificates
{
    private static readonly X509Certificate2 Root = MakeRoot();
    private static readonly RSA LeafKey = RSA.Create(2048);

    public static X509Certificate2Collection Roots => [Root];

    public static X509Certificate2 For(string host, bool isExpired = false)
    {
        var request = new CertificateRequest($"CN={host}", LeafKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        request.CertificateExtensions.Add(names.Build());
        var until = DateTimeOffset.UtcNow.AddDays(isExpired ? -1 : 1);
        using var signed = request.Create(Root, DateTimeOffset.UtcNow.AddDays(-2), until, RandomNumberGenerator.GetBytes(8));
        return signed.CopyWithPrivateKey(LeafKey);
    }

    private static X509Certificate2 MakeRoot()
    {
        var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=Nurture test root", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        return request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-3), DateTimeOffset.UtcNow.AddDays(3));
    }
}
