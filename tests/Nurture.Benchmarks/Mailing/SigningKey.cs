using System.Security.Cryptography;
using Nurture.Harness;
using Nurture.Mail.Dkim;

namespace Nurture.Benchmarks.Mailing;

/// <summary>An RSA key of 2048 bits, made for one run, that mails are signed with.</summary>
internal static class SigningKey
{
    public const string Domain = "sender.test";
    public const string Selector = "bench";

    /// <summary>Answers where it lies, in PEM.</summary>
    public static async Task<string> WriteAsync(ScratchFolder scratch, CancellationToken cancel)
    {
        using var key = RSA.Create(2048);
        var file = scratch["dkim.pem"];
        await File.WriteAllTextAsync(file, key.ExportPkcs8PrivateKeyPem(), cancel);
        return file;
    }

    public static async Task<DkimSigner> ReadAsync(string file, CancellationToken cancel)
    {
        using var key = RSA.Create();
        key.ImportFromPem(await File.ReadAllTextAsync(file, cancel));
        return new DkimSigner(Domain, Selector, key);
    }

    /// <summary>The settings of a server that signs with it, and sends to a port of this machine.</summary>
    public static Dictionary<string, string> Settings(string file, int port) => new()
    {
        ["Nurture:Mail:Transport"] = "smtp", ["Nurture:Mail:Host"] = "127.0.0.1", ["Nurture:Mail:Port"] = $"{port}", ["Nurture:Mail:Security"] = "None",
        ["Nurture:Dkim:Domain"] = Domain, ["Nurture:Dkim:Selector"] = Selector, ["Nurture:Dkim:KeyFile"] = file, ["Nurture:PublicUrl"] = "http://127.0.0.1:5080",
    };
}
