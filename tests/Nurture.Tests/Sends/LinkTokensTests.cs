using System.Buffers.Text;
using Nurture.Sends;

namespace Nurture.Tests.Sends;

public sealed class LinkTokensTests
{
    private static readonly Guid Send = Guid.Parse("0198a3c2-7d1e-7c3a-9b53-0a1b2c3d4e5f");
    private readonly LinkTokens tokens = new(LinkTokens.NewRing());

    public static TheoryData<MailLink> Links =>
    [
        new MailLink.Open(Send, 4095),
        new MailLink.Click(Send, 0, 3, "https://example.com/a?b=c&d=%E3%81%82#e"),
        new MailLink.Click(Send, 0, 65535, "http://例え.jp/道"),
        new MailLink.Unsubscribe(Send, 17, 123456789012, "*"),
        new MailLink.Unsubscribe(Send, 17, 1, "製品のお知らせ"),
        new MailLink.Visit(Send, 17, new DateTimeOffset(2026, 11, 21, 12, 0, 0, 7, TimeSpan.Zero)),
    ];

    [Theory]
    [MemberData(nameof(Links))]
    public void A_token_says_what_was_written(MailLink link)
    {
        var token = tokens.Write(link);

        Assert.Equal(link, tokens.Read(token));
        Assert.Equal(token, tokens.Write(link));
        Assert.Matches("^[A-Za-z0-9_-]+$", token);
    }

    [Theory]
    [InlineData("https://app.example.com", "https://app.example.com?nu_visit=")]
    [InlineData("https://app.example.com/a?b=c", "https://app.example.com/a?b=c&nu_visit=")]
    [InlineData("https://app.example.com/a?b=c#d?e", "https://app.example.com/a?b=c&nu_visit=")]
    [InlineData("https://app.example.com/?", "https://app.example.com/?nu_visit=")]
    public void A_visit_goes_into_the_query_of_an_address_and_is_read_from_there(string url, string begins)
    {
        var visit = new MailLink.Visit(Send, 17, DateTimeOffset.UnixEpoch.AddDays(20_000));

        var address = tokens.AddVisit(url, visit);

        Assert.StartsWith(begins, address, StringComparison.Ordinal);
        Assert.Equal(url.Contains('#', StringComparison.Ordinal), address.EndsWith("#d?e", StringComparison.Ordinal));
        Assert.Equal(visit, tokens.ReadVisit(address));
        Assert.Equal(visit, tokens.ReadVisit(address[address.IndexOf('?', StringComparison.Ordinal)..]));
        Assert.Null(tokens.ReadVisit(address.Replace("nu_visit", "xnu_visit", StringComparison.Ordinal)));
        Assert.Null(tokens.ReadVisit($"https://app.example.com/?nu_visit={tokens.Write(new MailLink.Open(Send, 17))}"));
    }

    [Theory]
    [MemberData(nameof(Links))]
    public void Every_flipped_bit_and_every_cut_is_noticed(MailLink link)
    {
        var token = tokens.Write(link);
        var bytes = Base64Url.DecodeFromChars(token);

        for (var bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.Null(tokens.Read(Base64Url.EncodeToString(bytes)));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        for (var length = 0; length < token.Length; length++) Assert.Null(tokens.Read(token[..length]));
        foreach (var more in new[] { "A", "=", "==", " ", "\n", "%00" }) Assert.Null(tokens.Read(token + more));
    }

    [Fact]
    public void A_token_has_one_spelling()
    {
        for (var i = 0; i < 3; i++)
        {
            var token = tokens.Write(new MailLink.Click(Send, 1, 1, "https://example.com/" + new string('x', i)));
            var others = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".Where(c => c != token[^1]);
            Assert.All(others, c => Assert.Null(tokens.Read(token[..^1] + c)));
        }
    }

    [Fact]
    public void Old_keys_go_on_being_read_and_strange_ones_are_not()
    {
        var ring = LinkTokens.NewRing();
        var old = new LinkTokens(ring).Write(new MailLink.Open(Send, 1));
        var rotated = new LinkTokens($"{ring} 2{LinkTokens.NewRing()[1..]}");

        Assert.NotNull(rotated.Read(old));
        Assert.NotEqual(old, rotated.Write(new MailLink.Open(Send, 1)));
        Assert.Null(tokens.Read(old));
    }

    [Theory]
    [InlineData("javascript:alert(1)")]
    [InlineData("//evil.example/")]
    [InlineData("/relative")]
    [InlineData("https:///nohost")]
    [InlineData("https://a.example/\r\nLocation: x")]
    [InlineData("https://a.example\\@evil.example/")]
    [InlineData("ftp://a.example/")]
    [InlineData("data:text/html,x")]
    [InlineData("")]
    public void A_click_leads_to_the_web_only(string url)
    {
        Assert.Throws<ArgumentException>(() => tokens.Write(new MailLink.Click(Send, 1, 1, url)));
    }

    [Fact]
    public void A_short_key_is_refused() => Assert.Throws<ArgumentException>(() => new LinkTokens("1:AAAA"));
}
