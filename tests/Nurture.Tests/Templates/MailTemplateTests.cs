using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Templating;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Templates;

public sealed class MailTemplateTests
{
    private const string Layout = "<html><body>{{ preheader }}|{{ content }}|{{ sender.organization }}, {{ sender.postal_address }}|{{ unsubscribe_url }}</body></html>";

    private static readonly RenderOptions Options = new() { Now = new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero) };

    [Fact]
    public void A_mail_is_rendered_into_its_layout()
    {
        var template = MailTemplate.Parse("---\nsubject: 'Hello, {{ contact.name }}'\npreheader: For {{ account.name }}\n---\n<p>{{ contact.name }}</p>\n", "welcome.en.html");
        var layout = MailTemplate.Parse(Layout, "layout.en.html");

        var mail = MailRenderer.Render(template, layout, Inputs(), Options);

        Assert.Empty(template.Diagnostics);
        Assert.Equal("Hello, Ann & Co", mail.Subject);
        Assert.Equal("<html><body>For R&amp;D|<p>Ann &amp; Co</p>\n|Example Inc., Tokyo|https://x/u/1</body></html>", mail.Html);
    }

    [Fact]
    public void A_text_of_a_humans_own_has_the_answers_below_it()
    {
        var template = MailTemplate.Parse("---\nsubject: One question\nlayout: none\n---\n<p>Written by the marketer</p>{{ for answer in ask.answers }}{{ answer.url }}{{ end }}\n", "poll.en.html");
        var inputs = Inputs();
        inputs["edited"] = new TemplateObject { ["subject"] = "", ["paragraphs"] = new TemplateList([(TemplateValue)"Will you come?"]) };
        inputs["ask"] = new TemplateObject { ["answers"] = new TemplateList([(TemplateValue)new TemplateObject { ["value"] = "join", ["label"] = "Yes & gladly" }]) };
        AskLinks.Fill(inputs, value => $"https://x/a/{value}");

        var mail = MailRenderer.Render(template, null, inputs, Options);

        Assert.Equal("One question", mail.Subject);
        Assert.Matches("(?s)Will you come\\?</p>.*<a href=\"https://x/a/join\"[^>]*>Yes &amp; gladly</a>", mail.Html);
        Assert.DoesNotContain("marketer", mail.Html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_the_law_wants_is_added_where_the_layout_lacks_it()
    {
        var template = MailTemplate.Parse("---\nsubject: Hello\n---\n<p>Hello</p>", "welcome.en.html");
        var layout = MailTemplate.Parse("<html><body>{{ content }}</body></html>", "layout.en.html");

        var mail = MailRenderer.Render(template, layout, Inputs(), Options);

        Assert.Contains("Example Inc.<br>Tokyo", mail.Html);
        Assert.Contains("<a href=\"https://x/u/1\"", mail.Html);
        Assert.EndsWith("</div></body></html>", mail.Html);
    }

    [Theory]
    [InlineData("{{ if unsubscribe_url }}x{{ end }}{{ if sender.organization && sender.postal_address }}y{{ end }}")]
    [InlineData("{{ if false }}{{ sender.organization }} {{ sender.postal_address }} {{ unsubscribe_url }}{{ end }}")]
    [InlineData("<!-- {{ sender.organization }} {{ sender.postal_address }} {{ unsubscribe_url }} -->")]
    [InlineData("{{ for x in [] }}{{ unsubscribe_url }}{{ sender.organization }}{{ sender.postal_address }}{{ end }}Example Inc.")]
    public void What_the_law_wants_is_added_where_a_mail_speaks_of_it_and_does_not_print_it(string body)
    {
        var mail = MailRenderer.Render(MailTemplate.Parse($"---\nsubject: Hello\nlayout: none\n---\n<body>{body}</body>", "welcome.en.html", body), null, Inputs(), Options);

        Assert.Contains("Example Inc.<br>Tokyo", mail.Html);
        Assert.Contains("<a href=\"https://x/u/1\"", mail.Html);
        if (body.StartsWith("{{", StringComparison.Ordinal)) Assert.EndsWith("-- \nExample Inc.\nTokyo\nUnsubscribe: https://x/u/1\n", mail.Text);
    }

    [Fact]
    public void What_a_mail_prints_in_its_own_way_is_not_added_again()
    {
        var inputs = Inputs();
        inputs["sender"] = new TemplateObject { ["organization"] = "R&D \"Ltd\"", ["postal_address"] = "1 Street\nTokyo" };
        inputs["unsubscribe_url"] = "https://x/u?a=1&b=2";
        var body = "{{ $s = sender }}{{ u = unsubscribe_url }}{{ $s.organization }}, {{ $s.postal_address | string.split \"\\n\" | array.join \" / \" }} <a href=\"{{ u }}\">Stop</a>";

        var mail = MailRenderer.Render(MailTemplate.Parse($"---\nsubject: Hello\nlayout: none\n---\n{body}", "welcome.en.html", body), null, inputs, Options);

        Assert.Equal("R&amp;D &quot;Ltd&quot;, 1 Street / Tokyo <a href=\"https://x/u?a=1&amp;b=2\">Stop</a>", mail.Html);
        Assert.Equal("R&D \"Ltd\", 1 Street / Tokyo <a href=\"https://x/u?a=1&b=2\">Stop</a>\n", mail.Text);
    }

    [Theory]
    [InlineData("<body>あ</body>x</BODY></html>", "<body>あ</body>x", "</BODY></html>")]
    [InlineData("<p>あ</p>", "<p>あ</p>", "")]
    [InlineData("あ</p></bod", "あ</p></bod", "")]
    public void It_is_added_before_the_last_end_of_the_body_else_at_the_end(string page, string before, string after)
    {
        var template = MailTemplate.Parse($"---\nsubject: Hello\nlayout: none\n---\n{page}", "welcome.en.html");

        var html = MailRenderer.Render(template, null, Inputs(), Options).Html;

        Assert.StartsWith($"{before}<div", html);
        Assert.EndsWith($"</div>{after}", html);
    }

    [Fact]
    public void Without_a_link_to_unsubscribe_none_is_shown()
    {
        var template = MailTemplate.Parse("---\nsubject: 領収書\nlayout: none\n---\n<p>領収書</p>", "receipt.ja.html");
        var inputs = Inputs();
        inputs["unsubscribe_url"] = TemplateValue.Null;

        var mail = MailRenderer.Render(template, null, inputs, Options);

        Assert.DoesNotContain("配信停止", mail.Html);
        Assert.Contains("Example Inc.", mail.Html);
    }

    [Fact]
    public void A_subject_is_one_line()
    {
        var template = MailTemplate.Parse("---\nsubject: |\n  {{ if true }}\n  Hello\n  {{ end }}\n  there\n---\nx", "welcome.en.html");

        Assert.Equal("Hello there", MailRenderer.Render(template, null, Inputs(), Options).Subject);
    }

    [Theory]
    [InlineData("en", "en")]
    [InlineData("EN_us", "en")]
    [InlineData("ja-JP", "ja")]
    [InlineData("zh-TW", "zh-Hant")]
    [InlineData("fr", "en")]
    [InlineData(null, "en")]
    public void A_reader_gets_the_language_nearest_to_theirs(string? locale, string expected)
    {
        var library = new MailTemplateLibrary(new[] { "en", "ja", "zh-Hant" }.Select(l => MailTemplate.Parse("---\nsubject: x\n---\n", $"welcome.{l}.html")), "en");

        Assert.Equal(expected, library.Find("welcome", locale)!.Locale);
        Assert.Null(library.Find("goodbye", locale));
    }

    [Fact]
    public void The_hash_changes_with_the_text_and_not_with_its_line_ends()
    {
        static string Hash(string text) => MailTemplate.Parse(text, "welcome.en.html").Hash;

        Assert.Equal(Hash("---\nsubject: a\n---\nx"), Hash("---\r\nsubject: a\r\n---\r\nx"));
        Assert.NotEqual(Hash("---\nsubject: a\n---\nx"), Hash("---\nsubject: a\n---\ny"));
    }

    [Theory]
    [InlineData("welcome.en.html", "<p>no front matter</p>", "NUR301", 1, 1)]
    [InlineData("welcome.en.html", "---\npreheader: x\n---\n", "NUR301", 2, 1)]
    [InlineData("welcome.en.html", "---\nsubject: x\nlayuot: none\n---\n", "NUR006", 3, 1)]
    [InlineData("welcome.en.html", "---\nsubject: {{ contact.name }}\n---\n", "NUR002", 2, 10)]
    [InlineData("welcome.en.html", "---\nsubject: {{ contact.name }}, hello\n---\n", "NUR002", 2, 10)]
    [InlineData("welcome.en.html", "---\nsubject: x\n---\n<p>\n{{ if contact.name }}</p>\n", "NUR302", 5, 4)]
    [InlineData("welcome.en.html", "---\nsubject: 'it''s {{ contact.name + }}'\n---\n", "NUR302", 2, 35)]
    [InlineData("layout.en.html", "<html></html>", "NUR305", 1, 1)]
    [InlineData("layout.en.html", "---\nsubject: x\n---\n{{ content }}", "NUR301", 2, 1)]
    [InlineData("welcome.html", "---\nsubject: x\n---\n", "NUR306", 1, 1)]
    public void A_mistake_in_a_template_is_said_at_its_place(string file, string text, string code, int line, int column)
    {
        var mistake = Assert.Single(MailTemplate.Parse(text, file).Diagnostics);

        Assert.Equal((code, line, column), (mistake.Code, mistake.Span.Line, mistake.Span.Column));
        Assert.True(mistake.Hint is not null || code == DiagnosticCodes.BadTemplate);
    }

    [Theory]
    [InlineData("{{ contact.nmae ?? 1 }}", "NUR303", "Did you mean \"name\"?")]
    [InlineData("{{ custommer.name }}", "NUR303", "They have contact, account, trigger, heard, response, session, row, sender, reply, ask, unsubscribe_url and locale.")]
    [InlineData("{{ trigger.plann }}", "NUR303", "Did you mean \"plan\"?")]
    [InlineData("{{ sender.organisation }}", "NUR303", "Did you mean \"organization\"?")]
    [InlineData("{{ content }}", "NUR303", null)]
    [InlineData("{{ contact.name }}", "NUR308", "Say what stands there instead: {{ contact.name ?? \"there\" }}, or ask first: {{ if contact.name }}.")]
    public void A_name_that_mails_do_not_have_is_said_with_what_would_be_right(string body, string code, string? hint)
    {
        var library = new MailTemplateLibrary([MailTemplate.Parse($"---\nsubject: x\npreheader: y\nlayout: none\n---\n<p>\n{body}", "welcome.en.html")], "en");

        var mistake = Assert.Single(MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default));

        Assert.Equal((code, hint, 7), (mistake.Code, mistake.Hint, mistake.Span.Line));
    }

    [Theory]
    [InlineData("{{ contact.name ?? \"there\" }}")]
    [InlineData("{{ if contact.name }}{{ contact.name }}{{ end }}")]
    [InlineData("{{ account.tier }} {{ sender.name }} {{ locale }} {{ trigger.plan }} {{ contact.id }}")]
    [InlineData("{{ for x in [1, 2] }}{{ x }}{{ end }}{{ y = 2 }}{{ y }}")]
    public void What_mails_have_is_left_in_peace(string body)
    {
        var library = new MailTemplateLibrary([MailTemplate.Parse($"---\nsubject: x\npreheader: y\nlayout: none\n---\n{body}", "welcome.en.html")], "en");

        Assert.Empty(MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default));
    }

    [Fact]
    public void A_layout_that_does_not_exist_and_one_without_footer_are_said()
    {
        var library = new MailTemplateLibrary(
        [
            MailTemplate.Parse("---\nsubject: x\npreheader: y\nlayout: layout-plane\n---\n", "welcome.en.html"),
            MailTemplate.Parse("{{ content }}", "layout-plain.en.html"),
        ], "en");

        var said = MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default);

        Assert.Equal([DiagnosticCodes.NoFooter, DiagnosticCodes.UnknownLayout], said.Select(d => d.Code).Order(StringComparer.Ordinal).Reverse());
        Assert.Contains("Did you mean \"layout-plain\"?", said.Select(d => d.Hint));
    }

    [Fact]
    public void A_layout_that_only_asks_for_what_the_law_wants_is_said()
    {
        var library = new MailTemplateLibrary([MailTemplate.Parse("{{ content }}{{ if unsubscribe_url }}x{{ end }}{{ sender.organization }}{{ sender.postal_address }}", "layout.en.html")], "en");

        var said = Assert.Single(MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default));

        Assert.Equal((DiagnosticCodes.NoFooter, "Show {{ unsubscribe_url }} where it fits."), (said.Code, said.Hint));
    }

    [Theory]
    [InlineData("html", "<img ", "{{1}}")]
    [InlineData("html", "<img <img ", "<img ")]
    [InlineData("html", "{{ contact.name }} if ", "if {{ contact.name }} ")]
    [InlineData("md", "", "{%{ ")]
    [InlineData("md", "- a\n", "{{ for x in [1] }}\n")]
    [InlineData("md", "<li>", "     ")]
    [InlineData("html", "<a href=http://", "{{1}}")]
    public void A_text_of_whatever_kind_is_judged_in_time_that_its_length_decides(string ending, string begin, string again)
    {
        var text = $"---\nsubject: x\npreheader: y\nlayout: none\n---\n{begin}{string.Concat(Enumerable.Repeat(again, 10_000))}";
        var library = new MailTemplateLibrary([MailTemplate.Parse(text, $"welcome.en.{ending}")], "en");

        Assert.NotNull(MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default));
    }

    [Fact]
    public void An_image_and_an_address_are_judged_with_the_code_in_them()
    {
        var library = new MailTemplateLibrary([MailTemplate.Parse("---\nsubject: x\npreheader: y\nlayout: none\n---\n<img src=\"{{ \">\" }}\" alt=\"\"><img src=\"{{ \" alt=\" }}\">\n<a href=\"http://a/{{ locale }}?x\">a</a>", "welcome.en.html")], "en");

        var said = MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default);

        Assert.Equal([(DiagnosticCodes.ImageWithoutAlt, 6, 29), (DiagnosticCodes.PlainHttp, 7, 10)], said.Select(d => (d.Code, d.Span.Line, d.Span.Column)));
        Assert.Equal("Write https://a/{{ locale }}?x.", said[1].Hint);
    }

    [Fact]
    public void A_human_s_mail_from_a_case_says_what_was_written_and_no_more()
    {
        var library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));
        var inputs = Inputs();
        inputs["reply"] = new TemplateObject { ["subject"] = "Your set-up & you", ["paragraphs"] = (TemplateValue)new TemplateList { "Dear Ann,", "shall we talk?\nOn <Monday>?" } };

        foreach (var template in library.Templates.All.Where(t => t.Name == EscalationTypes.MailTemplate))
        {
            var mail = MailRenderer.Render(template, library.Templates.LayoutOf(template), inputs, Options);

            Assert.Equal("Your set-up & you", mail.Subject);
            Assert.Contains("shall we talk?\nOn &lt;Monday&gt;?</p>", mail.Html);
        }
    }

    [Fact]
    public void Every_mail_that_ships_renders_for_who_has_everything_and_for_who_has_nothing()
    {
        var library = ScenarioLibrary.Load(Path.Combine(Fixtures.Root, "scenarios"), Path.Combine(Fixtures.Root, "templates"));
        var nobody = Inputs();
        nobody["contact"] = new TemplateObject { ["id"] = 1, ["name"] = TemplateValue.Null };
        nobody["account"] = new TemplateObject { ["id"] = 1, ["name"] = TemplateValue.Null };

        foreach (var template in library.Templates.All.Where(t => !t.IsLayout && t.Name != EscalationTypes.MailTemplate))
        {
            foreach (var inputs in new[] { Inputs(), nobody })
            {
                var mail = MailRenderer.Render(template, library.Templates.LayoutOf(template), inputs, Options);

                Assert.NotEmpty(mail.Subject);
                Assert.Contains($"<html lang=\"{template.Locale}\">", mail.Html);
                Assert.Contains("Example Inc.", mail.Html);
                Assert.Contains("https://x/u/1", mail.Html);
                Assert.DoesNotContain("{{", mail.Html);
                Assert.Equal(inputs != nobody, mail.Html.Contains("Ann &amp; Co"));
            }
        }
    }

    private static TemplateObject Inputs()
    {
        var inputs = new TemplateObject
        {
            ["contact"] = new TemplateObject { ["id"] = 1, ["name"] = "Ann & Co" },
            ["account"] = new TemplateObject { ["id"] = 1, ["name"] = "R&D" },
            ["sender"] = new TemplateObject { ["name"] = "Example", ["organization"] = "Example Inc.", ["postal_address"] = "Tokyo", ["address"] = "hello@example.com" },
            ["unsubscribe_url"] = "https://x/u/1",
            // Of a scenario with rows the row is always there, and of a question its answers.
            ["row"] = new TemplateObject { ["title"] = "Alerts", ["title_ja"] = "アラート", ["gives"] = "you hear of it", ["gives_ja"] = "お知らせする", ["minutes"] = 2, ["link"] = "https://app.example.com/alerts" },
            ["ask"] = AskLinks.Invent(null, "en", "en"),
            ["session"] = new TemplateObject
            {
                ["id"] = "demo", ["title"] = "A first look", ["when"] = "Thursday", ["host"] = "Ken", ["link"] = "https://x/s", ["seats_left"] = 3, ["register_url"] = "https://x/s/1", ["cancel_url"] = "https://x/s/1",
            },
        };
        AskLinks.Fill(inputs, value => $"https://x/a/{value}");
        return inputs;
    }

    [Theory]
    [InlineData("{{ for i in 1..900 }}<p>A line of which there are many more than anybody reads, and which is long enough to count for something.</p>{{ end }}", "layout: none\n", null)]
    [InlineData("{{ for i in 1..1200 }}<p>A line of which there are many more than anybody reads, and which is long enough to count.</p>{{ end }}", "layout: none\n", "this mail leaves with 113.9 kB, of 0.1 kB that are written")]
    [InlineData("{{ for i in 1..1200 }}<p>A line that a style makes long.</p>{{ end }}", "", "this mail leaves with 120.8 kB, of 0.2 kB that are written")]
    public void A_mail_s_size_is_what_leaves(string body, string front, string? said)
    {
        var library = new MailTemplateLibrary(
        [
            MailTemplate.Parse($"---\nsubject: x\npreheader: y\n{front}---\n{body}", "welcome.en.html"),
            MailTemplate.Parse("<style>p { margin: 0 0 16px; font-family: Helvetica, Arial, sans-serif }</style>{{ content }}{{ sender.organization }}{{ sender.postal_address }}{{ unsubscribe_url }}", "layout.en.html"),
        ], "en");

        var found = MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default, Nurture.Mail.Html.CssInliner.Plan);

        if (said is null) Assert.Empty(found);
        else Assert.StartsWith(said, Assert.Single(found).Message);
    }

    [Fact]
    public void What_reads_all_that_a_scenario_brings_is_measured_too()
    {
        var body = "{{ trigger.plan }}{{ heard.seats }}{{ row.title }}{{ response.id }}{{ reply.subject }}{{ session.title }}{{ for answer in ask.answers }}<a href=\"{{ answer.url }}\">{{ answer.label }}</a>{{ end }}{{ for i in 1..3000 }}<p>One line of the many that there are of this.</p>{{ end }}";
        var library = new MailTemplateLibrary([MailTemplate.Parse($"---\nsubject: x\npreheader: y\nlayout: none\n---\n{body}", "welcome.en.html")], "en");

        Assert.StartsWith("this mail leaves with ", Assert.Single(MailTemplateLinter.Lint(library, Fixtures.Plan, SendPolicy.Default, Nurture.Mail.Html.CssInliner.Plan)).Message);
    }
}
