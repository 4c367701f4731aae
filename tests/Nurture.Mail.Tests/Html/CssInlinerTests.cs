using Nurture.Mail.Html;

namespace Nurture.Mail.Tests.Html;

public sealed class CssInlinerTests
{
    private static string Inline(string css, string body) => Inlined($"<html><head><style>{css}</style></head><body>{body}</body></html>");

    private static string Inlined(string page) => CssInliner.Plan(page, page).Reverse().Aggregate(page, (text, insertion) => text.Insert(insertion.At, insertion.Text));

    private static string Body(string css, string body)
    {
        var page = Inline(css, body);
        var start = page.IndexOf("<body", StringComparison.Ordinal);
        start = page.IndexOf('>', start) + 1;
        return page[start..page.IndexOf("</body>", StringComparison.Ordinal)];
    }

    [Theory]
    [InlineData("p { margin: 0 }", "<p>a</p>", "<p style=\"margin:0\">a</p>")]
    [InlineData(".a { color: red; } p.a { color: blue }", "<p class=a>a</p>", "<p style=\"color:blue\" class=a>a</p>")]
    [InlineData("p.a { color: blue } p { color: red }", "<p class='a'>a</p>", "<p style=\"color:blue\" class='a'>a</p>")]
    [InlineData("p, .b > a { color: red }", "<div class=\"b\"><a href=\"x\">a</a></div>", "<div class=\"b\"><a style=\"color:red\" href=\"x\">a</a></div>")]
    [InlineData("p { font: 12px 'Segoe UI', \"Arial\" }", "<p>a</p>", "<p style=\"font:12px 'Segoe UI', &quot;Arial&quot;\">a</p>")]
    [InlineData("p { font-family: \"Ann's\" }", "<p style='margin:0'>a</p>", "<p style='font-family:\"Ann&#39;s\";margin:0'>a</p>")]
    [InlineData("p { background: url(x?a=1&copy=2) }", "<p>a</p>", "<p style=\"background:url(x?a=1&amp;copy=2)\">a</p>")]
    [InlineData("a[href^='https://e.com'] { color: red }", "<a href=\"https://e.com/\">a</a>", "<a style=\"color:red\" href=\"https://e.com/\">a</a>")]
    [InlineData("p { color: red !important } p.a { color: blue }", "<p class=\"a\">a</p>", "<p style=\"color:red !important\" class=\"a\">a</p>")]
    [InlineData("/* p { color: red } */ p { margin: 0 }", "<p>a</p>", "<p style=\"margin:0\">a</p>")]
    [InlineData("p { background: url(data:image/png;base64,AA==) }", "<p>a</p>", "<p style=\"background:url(data:image/png;base64,AA==)\">a</p>")]
    [InlineData("p:first-child { margin: 0 }", "<p>a</p><p>b</p>", "<p style=\"margin:0\">a</p><p>b</p>")]
    public void Rules_stand_at_the_elements_that_they_select(string css, string body, string expected) => Assert.Equal(expected, Body(css, body));

    [Theory]
    [InlineData("<p style=\"color:red\">a</p>", "<p style=\"margin:0;color:red\">a</p>")]
    [InlineData("<p style='color: red; margin: 4px'>a</p>", "<p style='color: red; margin: 4px'>a</p>")]
    [InlineData("<p style=\"\">a</p>", "<p style=\"margin:0;color:blue\">a</p>")]
    [InlineData("<p style=color:red>a</p>", "<p style=color:red>a</p>")]
    public void What_an_element_says_itself_wins(string body, string expected) => Assert.Equal(expected, Body("p { margin: 0; color: blue }", body));

    [Fact]
    public void What_holds_at_some_readers_only_stays_in_the_sheet_and_still_wins()
    {
        var page = Inline("a { color: blue } a:hover { color: red } @media (prefers-color-scheme: dark) { a { color: white; margin: 0 !important } } @font-face { font-family: x }", "<a>b</a>");
        Assert.Contains("@media (prefers-color-scheme: dark) { a { color: white !important; margin: 0 !important } }", page, StringComparison.Ordinal);
        Assert.Contains("a:hover { color: red !important }", page, StringComparison.Ordinal);
        Assert.Contains("<a style=\"color:blue\">b</a>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<!--[if mso]><table><tr><td><![endif]--><div>a</div><!--[if mso]></td></tr></table><![endif]-->")]
    [InlineData("<p>a<p>b<br/><img src=x alt=\"a > b\">")]
    [InlineData("<table><tr><td>a</table>")]
    public void Nothing_else_of_the_page_changes(string body)
    {
        var page = Inline("p, td, img { margin: 0 }", body);
        Assert.Equal(body, Body("", body));
        Assert.Equal($"<html><head><style>p, td, img {{ margin: 0 }}</style></head><body>{body}</body></html>", page.Replace(" style=\"margin:0\"", "", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("p {")]
    [InlineData("} p { margin 0; : ; color: }")]
    [InlineData("@media { p {")]
    [InlineData("p[ { color: red } )(")]
    [InlineData("p { color: \"red }")]
    public void A_broken_sheet_harms_nothing(string css) => Assert.Equal("<p>a</p>", Body(css, "<p>a</p>").Replace(" style=\"color:red\"", "", StringComparison.Ordinal));

    [Theory]
    [InlineData("a { color: blue } a:link, a:visited { color: red }", "a:link, a:visited { color: red !important }")]
    [InlineData("a { color: blue } [data-ogsc] a, [data-ogsb] a { color: red }", "[data-ogsc] a, [data-ogsb] a { color: red !important }")]
    [InlineData("a { color: blue } a:hover { color: red !important; margin: 0 }", "a:hover { color: red !important; margin: 0 !important }")]
    [InlineData("a.b { color: white } a:hover { color: red }", "a:hover { color: red !important }")]
    public void States_win_over_what_is_written_to_elements(string css, string expected) =>
        Assert.Contains(expected, Inline(css, "<a href=x>b</a><a href=x class=b>c</a>"), StringComparison.Ordinal);

    [Theory]
    [InlineData("a:hover { color: red } a.b { color: white }", "<a href=x class=b>c</a>")]
    [InlineData("a { margin: 0 } a:hover { color: red }", "<a href=x style=\"color:white\">c</a>")]
    public void States_win_no_more_than_they_would_in_the_sheet(string css, string body) =>
        Assert.Contains("a:hover { color: red }", Inline(css, body), StringComparison.Ordinal);

    [Theory]
    [InlineData("a { color: blue } .b, a:hover { color: red; margin: 0 }", ".b, a:hover { color: red; margin: 0 } a:hover { color: red !important }")]
    [InlineData(".c { color: blue } .b, .c:hover, .c:focus { color: red }", ".b, .c:hover, .c:focus { color: red } .c:hover, .c:focus { color: red !important }")]
    [InlineData("a, a:hover { color: red }", "a, a:hover { color: red }</style>")]
    [InlineData(".b, a:hover { color: red } .c.c { color: blue }", ".b, a:hover { color: red } .c.c")]
    public void Of_a_rule_with_states_and_without_each_part_wins_where_it_would(string css, string expected)
    {
        var page = Inline(css, "<a href=x class=b>b</a><a href=x class=c>c</a>");

        Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.Contains("<a style=\"color:red", page, StringComparison.Ordinal);
        Assert.Equal(page, Inlined(page));
    }

    [Fact]
    public void A_sheet_for_some_readers_and_one_with_code_around_its_rules_win_over_what_is_written_to_elements()
    {
        const string Page = "<style>p { color: blue }</style><style media=\"(prefers-color-scheme: dark)\">p { color: white }</style><style>{{ if x }}p { color: red }{{ end }}</style><p>a</p>";
        var markup = Page.Replace("{{ if x }}", "__________", StringComparison.Ordinal).Replace("{{ end }}", "_________", StringComparison.Ordinal);

        var page = CssInliner.Plan(Page, markup).Reverse().Aggregate(Page, (text, insertion) => text.Insert(insertion.At, insertion.Text));

        Assert.Equal("<style>p { color: blue }</style><style media=\"(prefers-color-scheme: dark)\">p { color: white !important }</style><style>{{ if x }}p { color: red !important }{{ end }}</style><p style=\"color:blue\">a</p>", page);
    }

    [Theory]
    [InlineData("table { width: 600px; background: #fff } td { width: 50%; background-color: #1b1c1e; text-align: center; height: 20px } img { width: 48px; height: auto }", "<table><tr><td><img src=x></td></tr></table>",
        "<table width=\"600\" bgcolor=\"#ffffff\" style", "<td width=\"50%\" height=\"20\" align=\"center\" bgcolor=\"#1b1c1e\" style", "<img width=\"48\" style")]
    [InlineData("td { width: 50%; text-align: justify; background: url(x) } img, p { width: 100% }", "<table><tr><td width=600 style=\"width:10px;height:5px\">a<p>b</p><img src=x></td></tr></table>", "<td height=\"5\" width=600 style", "<p style", "<img style")]
    public void Outlook_gets_sizes_colors_and_alignment_as_attributes_where_they_are_missing(string css, string body, params string[] expected) =>
        Assert.All(expected, tag => Assert.Contains(tag, Body(css, body), StringComparison.Ordinal));

    [Theory]
    [InlineData("a { padding: 12px 24px; background: #0b57d0 }", "<!--[if mso]><i style=\"letter-spacing:24px;mso-font-width:-100%;mso-text-raise:18pt\">&nbsp;</i><span style=\"mso-text-raise:9pt\"><![endif]-->Go<!--[if mso]></span><i style=\"letter-spacing:24px;mso-font-width:-100%\">&nbsp;</i><![endif]--></a>")]
    [InlineData("a { padding: 12px; padding-left: 5px; background-color: red }", "letter-spacing:5px;mso-font-width:-100%;mso-text-raise:18pt")]
    [InlineData("a { padding: 12px 24px }", ">Go</a>")]
    [InlineData("a { padding: 1em 2em; background: red }", ">Go</a>")]
    [InlineData("a { padding: 13px 0; background: red }", ">Go</a>")]
    public void A_button_has_its_padding_in_Outlook_too(string css, string expected)
    {
        var page = Inline(css, "<a href=\"https://a.example/?a>b\">Go</a>");

        Assert.Contains(expected, page, StringComparison.Ordinal);
        Assert.Equal(page, Inlined(page));
    }

    [Theory]
    [InlineData("p { color: red !important } p.a { margin: 0 }", "<p class=a>a</p><p style=\"color: blue\">b</p>")]
    [InlineData("p { font: 12px \"A\", 'B'; background: url(\"x?a:b;c&d\") }", "<p>a</p><p style='margin: 0'>b</p>")]
    [InlineData("a, a:visited { color: blue } a:hover { color: red } td { width: 9px; background: #abc } @media print { a { color: black } }", "<table><tr><td><a href=x>a</a><a href=x style=\"color:red\">b</a></td></tr></table>")]
    public void Done_again_it_changes_nothing(string css, string body)
    {
        var once = Inline(css, body);

        Assert.Equal(once, Inlined(once));
    }
}
