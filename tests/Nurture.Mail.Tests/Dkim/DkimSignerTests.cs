using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Nurture.Mail.Dkim;
using Nurture.Mail.Tests.Support;

namespace Nurture.Mail.Tests.Dkim;

public sealed class DkimSignerTests
{
    [Fact]
    public void A_bulk_mail_is_signed_with_its_list_headers_and_one_more_of_each_that_matters()
    {
        var signed = Encoding.ASCII.GetString(Keys.Sign(Mails.Bytes(Mails.Bulk(Mails.Japanese))));

        var header = Regex.Replace(signed[..signed.IndexOf("\r\nFrom:", StringComparison.Ordinal)], @"\r\n\s", "");
        Assert.StartsWith("DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.com;s=n1; t=1700000000;", header);
        Assert.Contains(
            "h=from:from:to:to:subject:subject:date:date:message-id:mime-version:content-type:reply-to:reply-to:cc:"
            + "list-id:list-id:list-unsubscribe:list-unsubscribe:list-unsubscribe-post:list-unsubscribe-post:feedback-id;", header);
        Assert.DoesNotContain("l=", header);
        Assert.All(signed.Split("\r\n").TakeWhile(l => !l.StartsWith("From:")), line => Assert.True(line.Length <= 78));
    }

    [Fact]
    public void The_same_message_and_time_give_the_same_signature_on_any_thread()
    {
        var message = Mails.Bytes(Mails.Japanese);
        var once = Keys.Sign(message);

        var all = new byte[64][];
        Parallel.For(0, all.Length, i => all[i] = Keys.Sign(message));

        Assert.All(all, signed => Assert.Equal(once, signed));
    }

    [Fact]
    public void The_signature_of_RFC_8463_comes_out_byte_for_byte()
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Judges.Case("dkim/rfc8463.json")));
        using var key = RSA.Create();
        key.ImportRSAPrivateKey(json.RootElement.GetProperty("rsa_key_der_base64").GetBytesFromBase64(), out _);
        var mail = File.ReadAllText(Judges.Case("dkim/rfc8463.crlf.eml"));
        var start = mail.IndexOf("DKIM-Signature: v=1; a=rsa", StringComparison.Ordinal);
        var end = mail.IndexOf("\r\nFrom:", StringComparison.Ordinal);
        var (header, message) = (mail[start..end], Encoding.ASCII.GetBytes(mail[(end + 2)..]));
        var draft = header[..(header.IndexOf(" b=", StringComparison.Ordinal) + 3)];
        var names = Regex.Match(header, "h=([^;]+)").Groups[1].Value.Split(':', StringSplitOptions.TrimEntries);

        var fields = new HeaderFields(message);
        var (bodyHash, hash) = (new byte[32], new byte[32]);
        DkimSigner.HashBody(fields.Body, bodyHash);
        DkimSigner.HashHeader(fields, names, draft, hash);
        var signature = key.SignHash(hash, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);

        Assert.Equal("2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=", Convert.ToBase64String(bodyHash));
        Assert.Equal(Regex.Replace(header[draft.Length..], @"\s", ""), Convert.ToBase64String(signature));
    }

    [Fact]
    public void A_key_below_1024_bits_is_refused()
    {
        using var key = RSA.Create(512);

        Assert.Throws<ArgumentException>(() => new DkimSigner("example.com", "n1", key));
    }

    [Fact]
    public void A_message_without_From_is_not_signed()
    {
        Assert.Throws<MailFormatException>(() => Keys.Sign("Subject: x\r\n\r\nbody\r\n"u8.ToArray()));
        Assert.Throws<MailFormatException>(() => Keys.Sign("no header\r\n\r\nbody\r\n"u8.ToArray()));
    }
}
