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
    [InlineData("p { font: 12px 'Segoe UI', \"Arial\" }", "<p>a</p>", "<p style=\"font:12px 'Segoe UI', 'Arial'\">a</p>")]
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
        Assert.Contains("a:hover { color: red }", page, StringComparison.Ordinal);
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
}
