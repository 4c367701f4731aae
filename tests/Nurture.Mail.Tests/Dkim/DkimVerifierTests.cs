using System.Text;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Dkim;

/// <summary>Three verifiers of others accept what we sign, and none accepts what was changed afterwards.</summary>
public sealed class DkimVerifierTests
{
    private static readonly (string Name, Func<string, string> Change)[] Changes =
    [
        ("a word in the body", mail => mail.Replace("Hi Bob", "Hi Rob")),
        ("the subject", mail => mail.Replace("Subject: Hello", "Subject: Hullo")),
        ("a second From", mail => mail.Replace("\r\nTo:", "\r\nFrom: evil@example.com\r\nTo:")),
        ("an added Reply-To", mail => mail.Replace("\r\nTo:", "\r\nReply-To: evil@example.com\r\nTo:")),
        ("another unsubscribe", mail => mail.Replace("<https://t.example.com/u/", "<https://evil.example.com/u/")),
        ("a second unsubscribe", mail => mail.Replace("\r\nTo:", "\r\nList-Unsubscribe: <https://evil.example.com/>\r\nTo:")),
        ("text at the end", mail => mail + "PS: evil\r\n"),
    ];

    [Fact]
    public async Task Python_dkim_accepts_what_we_sign_and_refuses_what_was_changed()
    {
        var (script, python) = (Judges.Tool("verify_dkim.py"), await PythonWithDkimAsync());

        await JudgeAsync(async (keys, mail) => (await Judges.RunAsync(python, script, keys, mail)).Output.StartsWith("PASS"));
    }

    [Fact]
    public async Task Mail_DKIM_accepts_what_we_sign_and_refuses_what_was_changed()
    {
        var script = Judges.Tool("mdkim.pl");
        var perl = Judges.Program("perl");
        var (hasPackage, _) = await Judges.RunAsync(perl, "-MMail::DKIM", "-MJSON", "-e", "1");
        Assert.SkipUnless(hasPackage == 0, "libmail-dkim-perl and libjson-perl are not installed.");

        await JudgeAsync(async (keys, mail) => (await Judges.RunAsync(perl, script, keys, mail)).Output.TrimEnd().EndsWith("rsa-sha256 pass"));
    }

    [Fact]
    public async Task Opendkim_accepts_what_we_sign_and_refuses_what_was_changed()
    {
        var opendkim = Judges.Program("opendkim");

        await JudgeAsync(async (keys, mail) =>
        {
            var folder = Path.GetDirectoryName(keys)!;
            await File.WriteAllTextAsync(Path.Combine(folder, "dns"), $"{Keys.DnsName} {Keys.DnsText}\n");
            await File.WriteAllTextAsync(Path.Combine(folder, "conf"), $"Mode v\nTestDNSData {folder}/dns\nSyslog no\n");
            var (exit, output) = await Judges.RunAsync(opendkim, "-x", Path.Combine(folder, "conf"), "-t", mail, "-v");
            return exit == 0 && output.Contains("verification (s=n1, d=example.com, 2048-bit key) succeeded");
        });
    }

    [Fact]
    public async Task Messages_that_others_wrote_verify_once_we_signed_them()
    {
        var (script, python) = (Judges.Tool("verify_dkim.py"), await PythonWithDkimAsync());
        var cancel = TestContext.Current.CancellationToken;
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("keys.json"), Keys.DnsJson, cancel);
        var signed = new List<string>();
        foreach (var file in Directory.GetFiles(Judges.Case("mime"), "*.*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var message = Encoding.Latin1.GetBytes(Encoding.Latin1.GetString(await File.ReadAllBytesAsync(file, cancel)).ReplaceLineEndings("\r\n"));
            try
            {
                var to = folder.File($"{signed.Count}.eml");
                await File.WriteAllBytesAsync(to, Keys.Sign(message), cancel);
                signed.Add(to);
            }
            catch (MailFormatException)
            {
                // many of these cases have no From, or no header at all
            }
        }

        var (exit, output) = await Judges.RunAsync(python, [script, folder.File("keys.json"), .. signed]);

        Assert.True(signed.Count > 30, $"only {signed.Count} could be signed");
        Assert.True(exit == 0, string.Join('\n', output.Split('\n').Where(l => l.StartsWith("FAIL"))));
    }

    /// <summary>Debian's package belongs to the system's interpreter.</summary>
    private static async Task<string> PythonWithDkimAsync()
    {
        var python = Judges.Program("/usr/bin/python3");
        var (hasPackage, _) = await Judges.RunAsync(python, "-c", "import dkim");
        Assert.SkipUnless(hasPackage == 0, "python3-dkim is not installed.");
        return python;
    }

    private static async Task JudgeAsync(Func<string, string, Task<bool>> accepts)
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("keys.json"), Keys.DnsJson);
        async Task<bool> Accepted(byte[] mail)
        {
            await File.WriteAllBytesAsync(folder.File("mail.eml"), mail);
            return await accepts(folder.File("keys.json"), folder.File("mail.eml"));
        }

        Assert.True(await Accepted(Keys.Sign(Mails.Bytes(Mails.Simple))), "a plain mail");
        Assert.True(await Accepted(Keys.Sign(Mails.Bytes(Mails.Bulk(Mails.Japanese)))), "a Japanese bulk mail");
        for (var seed = 0; seed < 3; seed++)
        {
            var random = new RandomText(seed);
            var message = Mails.Bulk(Mails.Simple) with { Subject = random.Line(20), TextBody = random.Text(30), HtmlBody = random.Text(30) };
            Assert.True(await Accepted(Keys.Sign(Mails.Bytes(message))), $"seed {seed}");
        }
        foreach (var (name, change) in Changes)
        {
            var mail = Encoding.ASCII.GetString(Keys.Sign(Mails.Bytes(Mails.Bulk(Mails.Simple))));
            var changed = change(mail);
            Assert.NotEqual(mail, changed);
            Assert.False(await Accepted(Encoding.ASCII.GetBytes(changed)), $"changed {name} and was accepted");
        }
    }
}
