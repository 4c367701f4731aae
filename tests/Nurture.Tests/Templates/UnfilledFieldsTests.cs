using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Templates;

public sealed class UnfilledFieldsTests
{
    private const string Leads = "Say where it leads: https://app.example.com/setup; or take the link away.";

    [Theory]
    [InlineData("Hello %FIRST_NAME%,", "\"%FIRST_NAME%\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello %recipient.name%,", "\"%recipient.name%\" is no field here and is sent as it stands.", "Write {{ contact.name }}.")]
    [InlineData("Hello *|FNAME|*,", "\"*|FNAME|*\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello [[name]],", "\"[[name]]\" is no field here and is sent as it stands.", "Write {{ contact.name }}.")]
    [InlineData("Hello {first_name},", "\"{first_name}\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello ${plan},", "\"${plan}\" is no field here and is sent as it stands.", "Write {{ account.plan }}.")]
    [InlineData("Hello <<First name>>,", "\"<<First name>>\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello __NAME__,", "\"__NAME__\" is no field here and is sent as it stands.", "Write {{ contact.name }}.")]
    [InlineData("Hello %%First Name%%,", "\"%%First Name%%\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello %%=v(@first_name)=%%,", "\"%%=v(@first_name)=%%\" is no field here and is sent as it stands.", "Write {{ contact.first_name }}.")]
    [InlineData("Hello ##NAME##,", "\"##NAME##\" is no field here and is sent as it stands.", "Write {{ contact.name }}.")]
    [InlineData("Dear [Company name],", "\"[Company name]\" is no field here and is sent as it stands.", "Write {{ account.name }}.")]
    [InlineData("until [insert the date]", "\"[insert the date]\" is no field here and is sent as it stands.", "A field is written {{ contact.name }}; what is none is taken out.")]
    [InlineData("[会社名] [お客様名をご記入]", "\"[会社名]\" is no field here and is sent as it stands.", "Write {{ account.name }}.")]
    [InlineData("Hello XXXX,", "\"XXXX\" was left to be filled in.", "Write what belongs here, or take it out.")]
    [InlineData("Lorem ipsum dolor", "\"Lorem ipsum\" was left to be filled in.", "Write what belongs here, or take it out.")]
    [InlineData("TODO: the offer", "\"TODO\" was left to be filled in.", "Write what belongs here, or take it out.")]
    [InlineData("○○様", "\"○○\" was left to be filled in.", "Write what belongs here, or take it out.")]
    public void What_was_left_to_be_filled_in_is_said_in_every_form_and_text(string text, string message, string hint)
    {
        var html = Lint($"---\nsubject: x\npreheader: y\nlayout: none\n---\n<p>\n{text}</p>", "welcome.en.html");
        var markdown = Lint($"---\nsubject: x\npreheader: y\nlayout: none\n---\n\n{text}", "welcome.en.md");
        var subject = Lint($"---\nsubject: '{text}'\npreheader: y\nlayout: none\n---\nx", "welcome.en.html");
        var preheader = Lint($"---\nsubject: x\npreheader: '{text}'\nlayout: none\n---\nx", "welcome.en.html");
        var blocks = Lint($"subject: x\npreheader: y\nlayout: none\nblocks:\n  - text: '{text}'", "welcome.en.blocks.yaml");
        var textPart = Lint("---\nsubject: x\npreheader: y\nlayout: none\n---\nx", "welcome.en.html", $"Hello\n\n{text}");

        Assert.All([(html, 7), (markdown, 7), (subject, 2), (preheader, 3), (blocks, 5), (textPart, 3)],
            said => Assert.Equal((DiagnosticCodes.UnfilledField, Severity.Warning, said.Item2, message, hint), (said.Item1[0].Code, said.Item1[0].Severity, said.Item1[0].Span.Line, said.Item1[0].Message, said.Item1[0].Hint)));
    }

    [Theory]
    [InlineData("welcome.en.html", "<a href=\"#\">x</a>", "this link leads nowhere: #.")]
    [InlineData("welcome.en.html", "<a href=''>x</a>", "this link has no address.")]
    [InlineData("welcome.en.html", "<a href=\"https://example.com\">x</a>", "this link leads nowhere: https://example.com.")]
    [InlineData("welcome.en.md", "[x](#)", "this link leads nowhere: #.")]
    [InlineData("welcome.en.md", "[x]()", "this link has no address.")]
    [InlineData("welcome.en.md", "[x](http://www.example.org/)", "this link leads nowhere: http://www.example.org/.")]
    public void A_link_to_nowhere_is_said(string file, string body, string message)
    {
        var said = Assert.Single(Lint($"---\nsubject: x\npreheader: y\nlayout: none\n---\n\n{body}", file), said => said.Code == DiagnosticCodes.UnfilledField);

        Assert.Equal((message, Leads, 7), (said.Message, said.Hint, said.Span.Line));
    }

    [Theory]
    [InlineData("<!--")]
    [InlineData("<style>")]
    [InlineData("<code></code x")]
    public void What_is_opened_often_and_never_closed_hides_nothing(string opened) =>
        Assert.Empty(ShownAsCode.InMarkup(string.Concat(Enumerable.Repeat(opened, 100_000))));

    [Fact]
    public void Of_many_fences_and_backticks_those_are_code_that_are_closed()
    {
        var fences = string.Concat(Enumerable.Repeat("~~~~\n```\n```\n", 30_000));
        var ticks = string.Concat(Enumerable.Repeat("`a``b` ", 30_000));

        Assert.Equal(30_000, ShownAsCode.InMarkdown(fences).Count());
        Assert.Equal(30_000, ShownAsCode.InMarkdown(ticks).Count());
        Assert.Equal([0..7], ShownAsCode.InMarkdown("``a`b`` ` c"));
    }

    [Fact]
    public void A_button_of_a_block_leads_somewhere()
    {
        var said = Assert.Single(Lint("subject: x\npreheader: y\nlayout: none\nblocks:\n  - button: { label: Go, link: \"https://example.com\" }", "welcome.en.blocks.yaml"));

        Assert.Equal(("this link leads nowhere: https://example.com.", 5, 33), (said.Message, said.Span.Line, said.Span.Column));
    }

    [Theory]
    [InlineData("welcome.en.html", "<style>a { color: red } [href] {margin:0}</style><!-- TODO: {first_name} --><code>{first_name}</code><pre>[[name]]</pre>")]
    [InlineData("welcome.en.html", "<p style=\"width:50%;height:100%\">50%off100% [Important] [1] {{ x = {name: 1}; x.name }} {{ # TODO }} {%{ [[name]] }%}</p>")]
    [InlineData("welcome.en.html", "<a href=\"https://x.io/%E3%81%82%E3%81%84?q=%20a%20\">x</a><img alt=\"\" src=\"data:image/png;base64,XXXX/XXXX\">")]
    [InlineData("welcome.en.html", "<a href=\"{{ unsubscribe_url ?? \"x\" }}\">x</a> <a href=\"https://example.com/guide\">x</a> TODO list, XXL ●●●○○ 【重要】")]
    [InlineData("welcome.en.md", "`{first_name}` and [Your name](https://x.io){.button}, ![Company name](https://x.io/a.png)\n\n```\n[[name]] TODO\n```\n\n## Name ##\n\n- [ ] a\n- [x] b")]
    [InlineData("welcome.en.md", "Write to [us][help].\n\n[help]: https://x.io/name")]
    public void Code_samples_styles_and_ordinary_words_are_left_in_peace(string file, string body) =>
        Assert.DoesNotContain(Lint($"---\n# TODO: the subject\nsubject: x\npreheader: y\nlayout: none\n---\n{body}", file), said => said.Code == DiagnosticCodes.UnfilledField);

    [Fact]
    public void A_list_of_blocks_is_no_field() =>
        Assert.Empty(Lint("# TODO\nsubject: x\npreheader: y\nlayout: none\nblocks:\n  - numbered: [ Your company, Your name ]\n  - list: [ Company name ]\n", "welcome.en.blocks.yaml"));

    [Fact]
    public void The_company_s_own_site_is_somewhere()
    {
        var template = MailTemplate.Parse("---\nsubject: x\npreheader: y\nlayout: none\n---\n<a href=\"https://example.com\">x</a>", "welcome.en.html");

        Assert.Empty(MailTemplateLinter.Lint(new([template], "en"), Fixtures.Plan, SendPolicy.Default with { OwnDomains = ["example.com"] }));
    }

    private static IReadOnlyList<Diagnostic> Lint(string text, string file, string? textPart = null)
    {
        var template = MailTemplate.Parse(text, file, textPart);
        Assert.Empty(template.Diagnostics);
        return [.. MailTemplateLinter.Lint(new([template], "en"), Fixtures.Plan, SendPolicy.Default).Where(said => said.Code != DiagnosticCodes.PlainHttp)];
    }
}
