namespace Nurture.Mail.Tests;

public sealed class EmailAddressTests
{
    [Theory]
    [InlineData("ann@example.com", null, "ann", "example.com")]
    [InlineData("  ann@example.com ", null, "ann", "example.com")]
    [InlineData("Ann Smith <ann@example.com>", "Ann Smith", "ann", "example.com")]
    [InlineData("John Q. Public <j.q@example.com>", "John Q. Public", "j.q", "example.com")]
    [InlineData("\"Smith, Ann\" <ann@example.com>", "Smith, Ann", "ann", "example.com")]
    [InlineData("\"a \\\"b\\\" c\"<ann@example.com>", "a \"b\" c", "ann", "example.com")]
    [InlineData("山田 太郎 <taro@example.jp>", "山田 太郎", "taro", "example.jp")]
    [InlineData("<ann@example.com>", null, "ann", "example.com")]
    [InlineData("\"odd @ one\"@example.com", null, "odd @ one", "example.com")]
    [InlineData("ann+tag@localhost", null, "ann+tag", "localhost")]
    public void An_address_is_taken_apart(string text, string? name, string local, string domain)
    {
        var address = EmailAddress.Parse(text);

        Assert.Equal((name, local, domain), (address.DisplayName, address.Local, address.Domain));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ann")]
    [InlineData("@example.com")]
    [InlineData("ann@")]
    [InlineData("ann@@example.com")]
    [InlineData("ann@example.com, bob@example.com")]
    [InlineData("Smith, Ann <ann@example.com>")]
    [InlineData("ann@example..com")]
    [InlineData("ann@example.com.")]
    [InlineData("ann@-example.com")]
    [InlineData("ann@exa mple.com")]
    [InlineData("ann@[127.0.0.1]")]
    [InlineData("an n@example.com")]
    [InlineData("ann@example.com (work)")]
    [InlineData("\"ann@example.com")]
    [InlineData("\"ann\r\nRCPT TO:<x@y.z>\"@example.com")]
    [InlineData("\"a>b\"@example.com")]
    [InlineData("a\0b@example.com")]
    [InlineData("ann@example.com\r\nBcc: x@y.z")]
    [InlineData("ann\uD800@example.com")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123x@example.com")]
    [InlineData("Ann <ann@example.com")]
    [InlineData("Ann ann@example.com>")]
    public void What_is_not_one_address_is_refused_with_a_reason_on_one_line(string text)
    {
        Assert.False(EmailAddress.TryParse(text, out var address, out var error));

        Assert.Null(address);
        Assert.DoesNotContain('\n', error!);
        Assert.DoesNotContain('\0', error!);
    }

    [Theory]
    [InlineData("a..b@docomo.ne.jp")]
    [InlineData("\"a..b\"@docomo.ne.jp")]
    [InlineData("A..B@DoCoMo.ne.jp")]
    public void A_carrier_address_with_two_dots_is_quoted_on_the_wire_and_has_one_key(string text)
    {
        var address = EmailAddress.Parse(text);

        Assert.Equal("\"a..b\"@docomo.ne.jp", address.AddrSpec, ignoreCase: true);
        Assert.Equal("a..b@docomo.ne.jp", address.Key);
    }

    [Fact]
    public void The_key_folds_case_and_normal_form_while_the_wire_keeps_the_local_part()
    {
        var composed = EmailAddress.Parse("Jos\u00e9@B\u00fccher.example");
        var decomposed = EmailAddress.Parse("jose\u0301@bu\u0308cher.example");

        Assert.Equal(composed.Key, decomposed.Key);
        Assert.Equal("jos\u00e9@xn--bcher-kva.example", composed.Key);
        Assert.Equal("Jos\u00e9@xn--bcher-kva.example", composed.ToString());
        Assert.True(composed.NeedsSmtpUtf8);
    }

    [Fact]
    public void An_international_domain_alone_needs_no_SMTPUTF8()
    {
        var address = EmailAddress.Parse("taro@日本語.jp");

        Assert.False(address.NeedsSmtpUtf8);
        Assert.Equal("taro@xn--wgv71a119e.jp", address.AddrSpec);
    }

    [Fact]
    public void A_name_loses_its_control_characters()
    {
        var address = new EmailAddress("Ann\r\nBcc: x@y.z\0", "ann", "example.com");

        Assert.Equal("Ann Bcc: x@y.z", address.DisplayName);
        Assert.Null((address with { DisplayName = "\r\n" }).DisplayName);
    }

    [Fact]
    public void An_address_longer_than_SMTP_carries_is_refused()
    {
        var domain = string.Join('.', Enumerable.Repeat(new string('d', 49), 4)) + ".example";

        Assert.Throws<MailFormatException>(() => new EmailAddress(null, new string('l', 60), domain));
        Assert.Equal(254, new EmailAddress(null, new string('l', 254 - 1 - domain.Length), domain).AddrSpec.Length);
    }
}
