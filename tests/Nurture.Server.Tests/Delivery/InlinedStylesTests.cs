using Nurture.Mail.Html;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Server.Tests.Delivery;

public sealed class InlinedStylesTests
{
    private static MailTemplate Mail(string body) => MailTemplate.Parse("---\nsubject: Hello\n---\n" + body, "hello.en.html");

    private static MailTemplate Layout(string css) =>
        MailTemplate.Parse($"<html><head><style>{css}</style></head><body>\n<table>{{{{ if subject }}}}<tr><td class=\"card\">{{{{ content }}}}</td></tr>{{{{ end }}}}</table>\n</body></html>\n", "layout.en.html");

    [Fact]
    public void The_rules_of_a_layout_stand_at_the_elements_of_its_mails()
    {
        var (mail, layout) = InlinedStyles.Of(
            Mail("{{ if contact.name }}<p class=\"{{ contact.name }}\">Hi > {{ contact.name }}</p>{{ else }}<p>Hi</p>{{ end }}\n"),
            Layout("p { margin: 0 } .card { color: red } @media print { p { margin: 9px } }"), CssInliner.Plan);
        Assert.Equal("{{ if contact.name }}<p style=\"margin:0\" class=\"{{ contact.name }}\">Hi > {{ contact.name }}</p>{{ else }}<p style=\"margin:0\">Hi</p>{{ end }}\n", mail.Body.Text);
        Assert.Contains("<tr><td style=\"color:red\" class=\"card\">{{ content }}</td></tr>", layout!.Body.Text, StringComparison.Ordinal);
        Assert.Contains("@media print { p { margin: 9px !important } }", layout.Body.Text, StringComparison.Ordinal);

        var rendered = MailRenderer.Render(mail, layout, new TemplateObject
        {
            ["contact"] = new TemplateObject { ["name"] = "Ann" },
            ["sender"] = new TemplateObject { ["organization"] = "Example Ltd", ["postal_address"] = "1 Street" },
            ["unsubscribe_url"] = TemplateValue.Null,
        }, new RenderOptions { Now = DateTimeOffset.UnixEpoch });
        Assert.Contains("<p style=\"margin:0\" class=\"Ann\">Hi > Ann</p>", rendered.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void A_value_may_be_computed_and_a_rule_that_holds_for_some_mails_only_stays_where_it_is()
    {
        var (mail, _) = InlinedStyles.Of(Mail("<p>a</p>"), Layout("p { color: {{ account.color ?? \"red\" }} }"), CssInliner.Plan);
        Assert.Equal("<p style=\"color:{{ account.color ?? \"red\" }}\">a</p>", mail.Body.Text);
        var (other, _) = InlinedStyles.Of(Mail("<p>a</p>"), Layout("{{ if account.dark }}p { color: white }{{ end }}"), CssInliner.Plan);
        Assert.Equal("<p>a</p>", other.Body.Text);
    }

    [Fact]
    public void A_mail_without_a_layout_has_its_own_rules()
    {
        var (mail, layout) = InlinedStyles.Of(MailTemplate.Parse("---\nsubject: Hello\nlayout: none\n---\n<style>p { margin: 0 }</style>\n<p>a</p>", "hello.en.html"), null, CssInliner.Plan);
        Assert.Null(layout);
        Assert.EndsWith("<p style=\"margin:0\">a</p>", mail.Body.Text, StringComparison.Ordinal);
    }
}
