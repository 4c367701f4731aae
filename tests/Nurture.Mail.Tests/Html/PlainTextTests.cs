using Nurture.Mail.Html;

namespace Nurture.Mail.Tests.Html;

public sealed class PlainTextTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("Hi", "Hi\n")]
    [InlineData("<p>One\n   two</p><p>three</p>", "One two\n\nthree\n")]
    [InlineData("<div>a</div><div>b</div>", "a\nb\n")]
    [InlineData("a<br>b<br><br>c", "a\nb\n\nc\n")]
    [InlineData("<h1>Title</h1>text<h2>Next</h2>", "Title\n\ntext\n\nNext\n")]
    [InlineData("<b>bold</b><i>er</i> <u> text </u>", "bolder text\n")]
    [InlineData("a&nbsp;&nbsp;b&zwnj;", "a b\u200c\n")]
    [InlineData("a<hr>b", "a\n\n---\n\nb\n")]
    [InlineData("<p></p><p> </p><div><div>x</div></div>", "x\n")]
    [InlineData("<pre>  a\n b</pre>", "  a\n b\n")]
    [InlineData("<blockquote><p>a</p><p>b</p></blockquote>c", "> a\n\n> b\n\nc\n")]
    [InlineData("5 &lt; 6 &amp; 7", "5 < 6 & 7\n")]
    [InlineData("<p>日本\n語と English\nと全角　空白</p>", "日本語と English と全角　空白\n")]
    public void Text_keeps_its_words_and_its_blocks(string html, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(html));

    [Theory]
    [InlineData("<ul><li>a<li>b</ul>c", "- a\n- b\n\nc\n")]
    [InlineData("<ol start=9><li>a</li><li>b</li></ol>", "9. a\n10. b\n")]
    [InlineData("<ul><li>a<ul><li>b</li><li>c</li></ul></li><li>d</li></ul>", "- a\n  - b\n  - c\n- d\n")]
    [InlineData("<ul><li><p>a</p><p>b</p></li></ul>", "- a\n\n  b\n")]
    [InlineData("<dl><dt>t</dt><dd>d</dd></dl>", "t\n  d\n")]
    [InlineData("<ol><li>a</li><li value=5>b</li><li>c</li></ol>", "1. a\n5. b\n6. c\n")]
    public void Lists_have_marks_and_indents(string html, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(html));

    [Theory]
    [InlineData("<a href='https://e.com/a?b=1&amp;c=2'>Open</a>.", "Open (https://e.com/a?b=1&c=2).\n")]
    [InlineData("<a href='https://e.com/'>e.com</a>", "https://e.com/\n")]
    [InlineData("<a href='https://e.com/'>https://e.com</a>", "https://e.com/\n")]
    [InlineData("<a href='https://e.com/'><img src=x></a>", "https://e.com/\n")]
    [InlineData("<a href='https://e.com/'><img src=x alt='Logo'></a> <a href='https://e.com/'>Go</a>", "Logo (https://e.com/) Go\n")]
    [InlineData("<a href='https://e.com/'>Set-up</a>, then<p><a href='https://e.com/'>Go</a></p>", "Set-up (https://e.com/), then\n\nGo (https://e.com/)\n")]
    [InlineData("<a href='https://e.com/'>こちら</a>をご覧ください", "こちら (https://e.com/) をご覧ください\n")]
    [InlineData("<a href='https://e.com/'>こちら</a>、または", "こちら (https://e.com/)、または\n")]
    [InlineData("<a href='https://e.com/1' style='display:inline-block'>1</a><a href='https://e.com/2' style='display:inline-block'>2</a>", "1 (https://e.com/1)\n2 (https://e.com/2)\n")]
    [InlineData("<a href='mailto:a%2Bb@e.com?subject=x'>Write</a>", "Write (a+b@e.com)\n")]
    [InlineData("<a href='mailto:a@e.com'>a@e.com</a>", "a@e.com\n")]
    [InlineData("<a href='tel:+81-3'>Call</a>", "Call (+81-3)\n")]
    [InlineData("<a href='#top'>Top</a> <a href='javascript:x()'>js</a> <a name=x>n</a>", "Top js n\n")]
    [InlineData("<a href='{{ url }}'>t</a>", "t ({{ url }})\n")]
    [InlineData("<a href='https://e.com/'><table><tr><td>Big button</td></tr></table></a>", "Big button (https://e.com/)\n")]
    [InlineData("<img alt='A chart'><img alt=''><img src=p.gif>", "A chart\n")]
    public void Links_are_written_once_and_images_by_their_text(string html, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(html));

    [Theory]
    [InlineData("<table><tr><th>Plan<th>Seats<tr><td>Pro<td>5</table>", "Plan | Seats\nPro | 5\n")]
    [InlineData("<table><tr><td><p>a</p><p>b</p></td><td>c</td></tr></table>", "a\n\nb\n\nc\n")]
    [InlineData("<table role=presentation><tr><td><table><tr><td>in</td></tr></table></td></tr><tr><td></td><td>x</td></tr></table>", "in\n\nx\n")]
    [InlineData("<table role='presentation'><tr><td>Left</td><td>Right</td></tr></table>", "Left\nRight\n")]
    [InlineData("<table role='none'><tr><td><table><tr><td>a</td><td>1</td></tr></table></td><td>b</td></tr></table>", "a | 1\n\nb\n")]
    public void Table_rows_are_lines_and_layout_tables_are_blocks(string html, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(html));

    [Theory]
    [InlineData("<head><style>p{color:red}</style><title>t</title></head><style>b{}</style><script>x()</script>a", "a\n")]
    [InlineData("<div style='display:none!important'>pre</div>a", "a\n")]
    [InlineData("<div style='font-size:0px'>pre</div>a", "a\n")]
    [InlineData("<div style='Max-Height: 0; overflow:hidden'>pre</div>a", "a\n")]
    [InlineData("<div style='mso-hide:all'>pre</div><p hidden>h</p>a", "a\n")]
    [InlineData("<div class='x preheader'>pre&#847;&zwnj;&nbsp;</div>a", "a\n")]
    [InlineData("<a href='https://trap.example' aria-hidden='true'></a>a", "a\n")]
    [InlineData("<!--[if mso]><p>outlook</p><![endif]-->a", "a\n")]
    [InlineData("<p style='opacity:0.5;max-height:100px'>seen</p>", "seen\n")]
    public void What_is_not_seen_is_left_out(string html, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(html));

    [Fact]
    public void A_mail_reads_well()
    {
        const string html =
            """
            <!doctype html><html lang="en"><head><title>x</title><style>.b{color:#fff}</style></head><body>
            <div style="display:none;max-height:0">Your trial ends soon&#847;&zwnj;</div>
            <table role="presentation" width="100%"><tr><td>
              <a href="https://example.com/"><img src="l.png" alt="Example"></a>
              <h1>Hello Ann,</h1>
              <p>your trial ends in <b>3 days</b>.</p>
              <ul><li>Import your data</li><li><a href="https://example.com/docs">Read the guide</a></li></ul>
              <table><tr><td class="b"><a href="https://example.com/buy">Choose a plan</a></td></tr></table>
            </td></tr><tr><td>Example Inc. · <a href="https://t.example.com/u/1">Unsubscribe</a></td></tr></table>
            </body></html>
            """;

        Assert.Equal(
            """
            Example (https://example.com/)

            Hello Ann,

            your trial ends in 3 days.

            - Import your data
            - Read the guide (https://example.com/docs)

            Choose a plan (https://example.com/buy)

            Example Inc. · Unsubscribe (https://t.example.com/u/1)

            """.ReplaceLineEndings("\n"),
            PlainText.FromHtml(html));
    }

    [Fact]
    public void A_very_deep_document_is_read_without_falling_over()
    {
        var html = string.Concat(Enumerable.Repeat("<div>", 5_000)) + "deep";

        Assert.Equal("deep\n", PlainText.FromHtml(html));
    }

    [Theory]
    [InlineData(60, "", "a\n")]
    [InlineData(150, " role=presentation", "a\n")]
    public void Tables_in_tables_are_read_in_time_that_their_length_decides(int depth, string role, string expected) =>
        Assert.Equal(expected, PlainText.FromHtml(string.Concat(Enumerable.Repeat($"<table{role}><tr><td>", depth)) + "a" + string.Concat(Enumerable.Repeat("</td></tr></table>", depth))));

    [Theory]
    [InlineData("<table><tr><td><p>a</p><p>b</p></td><td>c<br>d</td></tr><tr><td>e</td></tr></table>", "a\n\nb\n\nc\nd\ne\n")]
    [InlineData("<ul><li><table><tr><td>a<table><tr><td><ul><li>b</ul></table></td></tr></table>c</ul>", "- a\n\n  - b\n\n  c\n")]
    [InlineData("<table><tr><td><pre> a\n\n  b</pre></table>", " a\n\n  b\n")]
    [InlineData("<table role=none><tr><td><a href='https://e.com/'><img src=x alt=Logo></a></td><td><a href='https://e.com/'>Go</a></td></tr></table>", "Logo (https://e.com/)\nGo\n")]
    public void What_stands_in_a_cell_stands_as_it_would_outside(string html, string expected) => Assert.Equal(expected, PlainText.FromHtml(html));
}
