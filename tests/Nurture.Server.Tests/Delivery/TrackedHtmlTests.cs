using Nurture.Server.Delivery;

namespace Nurture.Server.Tests.Delivery;

public sealed class TrackedHtmlTests
{
    private static string Rewrite(string html, string? pixel = null) =>
        TrackedHtml.Rewrite(html, (index, url) => url.StartsWith("http", StringComparison.OrdinalIgnoreCase) ? $"https://t.example/c/{index}" : null, pixel);

    [Theory]
    [InlineData("<a href=\"https://a.example/\">x</a>", "<a href=\"https://t.example/c/0\">x</a>")]
    [InlineData("<a href='https://a.example/'>x</a>", "<a href=\"https://t.example/c/0\">x</a>")]
    [InlineData("<a href=https://a.example/>x</a>", "<a href=\"https://t.example/c/0\">x</a>")]
    [InlineData("<A\n HREF = \"https://a.example/\" title=\"a > b\">x</A>", "<A\n HREF = \"https://t.example/c/0\" title=\"a > b\">x</A>")]
    [InlineData("<area href=\"https://a.example/\"/><a href=\"https://b.example/\">", "<area href=\"https://t.example/c/0\"/><a href=\"https://t.example/c/1\">")]
    public void Web_links_are_led_through_the_server(string html, string expected) => Assert.Equal(expected, Rewrite(html));

    [Theory]
    [InlineData("<a href=\"mailto:a@b.example\">x</a>")]
    [InlineData("<a href=\"tel:+81\">x</a>")]
    [InlineData("<a href=\"#top\">x</a>")]
    [InlineData("<a name=\"top\">x</a>")]
    [InlineData("<a data-notrack href=\"https://a.example/\">x</a>")]
    [InlineData("<a href=\"https://a.example/\" data-notrack=\"1\">x</a>")]
    [InlineData("<link href=\"https://a.example/\"><img src=\"https://a.example/\">")]
    [InlineData("<!-- <a href=\"https://a.example/\">x</a> -->")]
    [InlineData("<!--[if mso]><v:roundrect href=\"https://a.example/\"><a href=\"https://a.example/\"></a><![endif]-->")]
    [InlineData("<style>a[href=\"<a href='https://a.example/'>\"]{}</style>")]
    [InlineData("1 < 2 <a href=\"https://unclosed")]
    [InlineData("<a href")]
    [InlineData("<a href=")]
    [InlineData("<")]
    [InlineData("")]
    public void Everything_else_stays_as_written(string html) => Assert.Equal(html, Rewrite(html));

    [Fact]
    public void A_link_is_read_with_its_entities_decoded()
    {
        var seen = new List<string>();

        TrackedHtml.Rewrite("<a href=\" https://a.example/?a=1&amp;b=2&#38;c=%20 \">x</a>", (_, url) => { seen.Add(url); return null; }, null);

        Assert.Equal(["https://a.example/?a=1&b=2&c=%20"], seen);
    }

    [Theory]
    [InlineData("<html><head><title><body></title></head><body class=x><p>hi", "<html><head><title><body></title></head><body class=x>§<p>hi")]
    [InlineData("<head></head><p>hi", "<head></head>§<p>hi")]
    [InlineData("<p>hi <a href=\"https://a.example/\">x</a>", "§<p>hi <a href=\"https://t.example/c/0\">x</a>")]
    public void The_pixel_stands_near_the_top(string html, string expected)
    {
        var rewritten = Rewrite(html, "https://t.example/o/1.gif");

        Assert.Equal(expected, System.Text.RegularExpressions.Regex.Replace(rewritten, "<img [^>]*>", "§"));
    }

    [Fact]
    public void Broken_html_of_any_kind_ends()
    {
        var random = new Random(7);
        const string alphabet = "<>ahref= \"'/!-body#&;\nx";
        for (var i = 0; i < 20_000; i++)
        {
            var html = string.Create(random.Next(60), random, (to, r) => { for (var c = 0; c < to.Length; c++) to[c] = alphabet[r.Next(alphabet.Length)]; });
            var plain = TrackedHtml.Rewrite(html, (_, _) => null, null);
            Assert.Equal(html, plain);
            TrackedHtml.Rewrite(html, (_, _) => "x", "y");
        }
    }
}
