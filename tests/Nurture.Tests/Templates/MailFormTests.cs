using Nurture.Scenarios;
using Nurture.Templates;
using Nurture.Templating;

namespace Nurture.Tests.Templates;

/// <summary>Mails as Markdown and as blocks: what their authors write becomes HTML when the file is read, and code stays code.</summary>
public sealed class MailFormTests
{
    private static readonly RenderOptions Options = new() { Now = new DateTimeOffset(2026, 3, 2, 1, 0, 0, TimeSpan.Zero) };

    [Theory]
    [InlineData("# Hello\n\nHi **{{ contact.name }}**様, _really_.", "<h1>Hello</h1>\n<p>Hi <strong>Ann &amp; &lt;Co&gt;</strong>様, <em>really</em>.</p>\n")]
    [InlineData("[Open it](https://a.example/?q={{ contact.tag }}){.button}", "<p><a href=\"https://a.example/?q=*x*\" class=\"button\">Open it</a></p>\n")]
    [InlineData("{{ contact.tag }} and * {{ contact.tag }}", "<p>*x* and * *x*</p>\n")]
    [InlineData("See https://a.example/x.", "<p>See <a href=\"https://a.example/x\">https://a.example/x</a>.</p>\n")]
    [InlineData("一行目\n二行目\nand more", "<p>一行目二行目\nand more</p>\n")]
    [InlineData("`{{ contact.tag }}` {%{{{ x }}}%} \\{\\{ y }}", "<p><code>*x*</code> {{ x }} {&#123; y }}</p>\n")]
    [InlineData("a <b>b</b> &amp; c", "<p>a <b>b</b> &amp; c</p>\n")]
    [InlineData("{{ contact.name }}and bold", "<p>Ann &amp; &lt;Co&gt;and bold</p>\n")]
    public void Code_in_markdown_is_left_alone_and_what_it_prints_is_only_text(string body, string expected) => Assert.Equal(expected, Html(body));

    [Theory]
    [InlineData("{{ if contact.yes }}\nA\n{{ else }}\nB\n{{ end }}", "<p>A</p>")]
    [InlineData("{{ if contact.no }}\nA\n{{ else }}\nB\n{{ end }}", "<p>B</p>")]
    [InlineData("{{ if contact.no }}\n\nA\n\nB\n\n{{ end }}\n\nC", "<p>C</p>")]
    [InlineData("{{ if contact.no }}\nA<br>\n{{ end }}\nB", "<p>B</p>")]
    [InlineData("{{ if contact.yes }}\n# T\n{{ end }}\nB", "<h1>T</h1><p>B</p>")]
    [InlineData("A{{ if contact.no }} not{{ end }} B", "<p>A B</p>")]
    [InlineData("- a\n{{ for x in contact.list }}\n- {{ x }}\n{{ end }}\n- z", "<ul><li>a</li><li>1</li><li>2</li><li>z</li></ul>")]
    [InlineData("{{ for x in contact.list }}\n- {{ x }}\n{{ end }}", "<ul><li>1</li><li>2</li></ul>")]
    [InlineData("1. a\n{{ if contact.no }}\n2. b\n{{ else }}\n3. c\n{{ end }}\n4. d", "<ol><li>a</li><li>c</li><li>d</li></ol>")]
    [InlineData("{{ if contact.no }}\n- a\n- b\n{{ end }}\n\nC", "<p>C</p>")]
    [InlineData("| a | b |\n|---|---|\n{{ for x in contact.list }}\n| {{ x }} | y |\n{{ end }}", "<table><thead><tr><th>a</th><th>b</th></tr></thead><tbody><tr><td>1</td><td>y</td></tr><tr><td>2</td><td>y</td></tr></tbody></table>")]
    [InlineData("{{ x = 1 }}\nA {{ x }}", "<p>A 1</p>")]
    [InlineData("{{ for x in contact.list }}\n{{ if x > 1 }}\n- {{ x }}\n{{ end }}\n{{ end }}", "<ul><li>2</li></ul>")]
    [InlineData("```\n{{ if contact.yes }}\ncode\n{{ end }}\n```", "<pre><code>code</code></pre>")]
    public void Code_on_lines_of_its_own_stands_around_what_it_decides_on(string body, string expected) =>
        Assert.Equal(expected, Html(body).Replace("\n", "", StringComparison.Ordinal));

    [Fact]
    public void What_a_contact_typed_becomes_neither_markdown_nor_html()
    {
        var html = Html("Hello {{ contact.evil }}\n\n- {{ contact.evil }}\n\n[x](https://a.example/{{ contact.evil }})");

        Assert.DoesNotContain("<script", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<strong>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("<h1>", html, StringComparison.Ordinal);
        Assert.DoesNotContain("\"onx", html, StringComparison.Ordinal);
    }

    [Fact]
    public void What_goes_wrong_is_said_in_the_author_s_lines()
    {
        var mail = MailTemplate.Parse("---\nsubject: x\nlayout: none\n---\n# Title\n\nSome text, and *more*:\n\n- item {{ contact.nothing }}\n", "welcome.en.md");

        var failure = Assert.Throws<TemplateException>(() => MailRenderer.Render(mail, null, Inputs(), Options));

        var (file, at) = mail.PlaceOf(failure);
        Assert.Equal(("welcome.en.md", 9, 19), (file, at.Line, at.Column));
    }

    [Theory]
    [InlineData("Text\n\n{{ if x }}\n\nA", "NUR302", 7)]
    [InlineData("# {{ contact. }}", "NUR302", 5)]
    public void What_cannot_be_read_too(string body, string code, int line)
    {
        var mistake = MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{body}", "welcome.en.md").Diagnostics[0];

        Assert.Equal((code, line), (mistake.Code, mistake.Span.Line));
    }

    [Fact]
    public void Blocks_become_what_they_look_like()
    {
        var mail = Blocks("""
            subject: Welcome
            layout: none
            blocks:
              - salutation: Hi
              - heading: Hello {{ contact.name }} & all
              - text: |
                  Some **bold** text <b>and tags</b>.

                  Another, with [a link](https://a.example).
              - if: contact.no
                text: Never
              - if: contact.yes
                subheading: Always
              - button: { label: Open, link: "https://a.example/?x={{ contact.tag }}" }
              - image: { src: "https://a.example/a.png", alt: 'A "logo"', width: 120, link: "https://a.example" }
              - list: [ One, "Two {{ contact.tag }}" ]
              - numbered: [ First ]
              - divider
              - columns: [ [ text: Left ], [ text: Right ] ]
              - html: <p class="x">{{ contact.tag }}</p>
            """);

        Assert.Empty(mail.Diagnostics);
        var html = MailRenderer.Render(mail, null, Inputs(), Options).Html;
        foreach (var part in new[]
        {
            "<p>Hi Ann &amp; &lt;Co&gt;,</p>", "<h1>Hello Ann &amp; &lt;Co&gt; &amp; all</h1>", "<strong>bold</strong> text &lt;b&gt;and tags&lt;/b&gt;", "<a href=\"https://a.example\">a link</a>", "<h2>Always</h2>",
            "<p><a class=\"button\" href=\"https://a.example/?x=*x*\">Open</a></p>", "<a href=\"https://a.example\"><img src=\"https://a.example/a.png\" alt=\"A &quot;logo&quot;\" width=\"120\"", "<li>Two *x*</li>", "<ol>\n<li>First</li>", "<hr>",
            "<p>Left</p>", "<p class=\"x\">*x*</p>",
        }) Assert.Contains(part, html, StringComparison.Ordinal);
        Assert.DoesNotContain("Never", html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("- headng: Hello", "NUR322", 4, 5)]
    [InlineData("- image: { src: \"https://a.example/a.png\" }", "NUR008", 4, 14)]
    [InlineData("- button: { label: Open, link: somewhere }", "NUR322", 4, 34)]
    [InlineData("- text: Hello {{ contact.name + }}", "NUR302", 4, 35)]
    [InlineData("- text: '{{ if contact.name }}'", "NUR302", 4, 15)]
    [InlineData("- salutation: 'Hi {{ x }}'", "NUR322", 4, 17)]
    [InlineData("- columns: [ [ text: a ] ]", "NUR322", 4, 14)]
    [InlineData("- heading: A\n    text: B", "NUR006", 5, 5)]
    public void A_mistake_in_a_block_is_said_at_its_place(string block, string code, int line, int column)
    {
        var mistake = Blocks($"subject: x\nlayout: none\nblocks:\n  {block}\n").Diagnostics[0];

        Assert.Equal((code, line, column), (mistake.Code, mistake.Span.Line, mistake.Span.Column));
    }

    [Fact]
    public void What_goes_wrong_in_a_block_is_said_in_its_line()
    {
        var mail = Blocks("subject: x\nlayout: none\nblocks:\n  - heading: A\n  - text: |\n      Some text\n      and {{ contact.nothing }}\n");

        var at = mail.PlaceOf(Assert.Throws<TemplateException>(() => MailRenderer.Render(mail, null, Inputs(), Options))).At;

        Assert.Equal((7, 22), (at.Line, at.Column));
    }

    [Fact]
    public void A_text_part_of_one_s_own_goes_before_the_one_that_is_made_and_gets_the_footer_too()
    {
        var mail = MailTemplate.Parse("---\nsubject: x\nlayout: none\n---\n<p>HTML</p>", "welcome.ja.html", "{{ contact.tag }} & more\n");

        var text = MailRenderer.Render(mail, null, Inputs(), Options).Text;

        Assert.Equal("*x* & more\n\n-- \nExample Inc.\nTokyo\n配信停止のお手続き: https://x/u/1\n", text);
    }

    [Fact]
    public void The_text_part_s_mistakes_are_said_in_its_own_file()
    {
        var mistake = Assert.Single(MailTemplate.Parse("---\nsubject: x\nlayout: none\n---\n<p>HTML</p>", "a/welcome.ja.html", "one\n{{ if }}\n").Diagnostics.Take(1));

        Assert.Equal(("a/welcome.ja.txt", 2), (mistake.File, mistake.Span.Line));
    }

    [Fact]
    public void Another_form_and_another_text_part_are_another_content()
    {
        const string Text = "---\nsubject: x\nlayout: none\n---\nHello";

        Assert.Equal(3, new[] { MailTemplate.Parse(Text, "a.en.html"), MailTemplate.Parse(Text, "a.en.md"), MailTemplate.Parse(Text, "a.en.html", "Hello") }.Select(mail => mail.Hash).Distinct().Count());
    }

    [Fact]
    public void The_examples_of_the_language_sheet_are_mails()
    {
        var sheet = File.ReadAllText(Path.Combine(Scenarios.Fixtures.Root, "templates/README.md"));
        var inputs = new TemplateObject
        {
            ["contact"] = new TemplateObject { ["first_name"] = "Ann" },
            ["account"] = new TemplateObject { ["name"] = "R&D", ["plan"] = "pro", ["features"] = new TemplateList(["Reports", "Alerts"]) },
        };

        var markdown = Shown(MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{Example("Markdown", "markdown")}", "welcome.en.md"));
        var blocks = Shown(Blocks(Example("Blocks", "yaml")));

        var several = MailTemplate.Parse($"---\n{Example("Several subjects", "yaml")}layout: none\n---\n<p>Hello</p>", "welcome.en.html");
        Assert.Empty(several.Diagnostics);
        Assert.Equal(["a: Three things to try this week", "b: Ann, your reports are ready"], MailRenderer.Subjects(several, inputs, Options).Select(one => $"{one.Arm}: {one.Subject}"));
        Assert.Equal("Three things to try this week", MailRenderer.Subject(several, inputs, Options));
        inputs["arm"] = "b";
        Assert.Equal("Ann, your reports are ready", MailRenderer.Render(several, null, inputs, Options).Subject);

        Assert.Contains("<p>Your trial for <strong>R&amp;D</strong> is ready:</p>", markdown, StringComparison.Ordinal);
        Assert.Contains("<ul><li>Reports</li><li>Alerts</li></ul>", markdown, StringComparison.Ordinal);
        Assert.Contains("class=\"button\">Open the guide</a>", markdown, StringComparison.Ordinal);
        Assert.Contains("Your plan has more than that.", blocks, StringComparison.Ordinal);
        Assert.Contains("Invite your colleagues</li>", blocks, StringComparison.Ordinal);

        string Example(string section, string language) =>
            sheet.Split($"\n## {section}\n")[1].Split($"```{language}\n")[1].Split("```")[0];

        string Shown(MailTemplate mail)
        {
            Assert.Empty(mail.Diagnostics);
            return MailRenderer.Body(mail, inputs, Options).Replace("\n", "", StringComparison.Ordinal);
        }
    }

    private static MailTemplate Blocks(string text) => MailTemplate.Parse(text, "welcome.en.blocks.yaml");

    private static string Html(string body)
    {
        var mail = MailTemplate.Parse($"---\nsubject: x\nlayout: none\n---\n{body}", "welcome.en.md");
        Assert.Empty(mail.Diagnostics);
        return MailRenderer.Body(mail, Inputs(), Options);
    }

    private static TemplateObject Inputs() => new()
    {
        ["contact"] = new TemplateObject
        {
            ["name"] = "Ann & <Co>", ["tag"] = "*x*", ["evil"] = "# **b** <script>x</script> \"onx=1", ["yes"] = true, ["no"] = false, ["list"] = new TemplateList([1, 2]),
        },
        ["sender"] = new TemplateObject { ["organization"] = "Example Inc.", ["postal_address"] = "Tokyo" },
        ["unsubscribe_url"] = "https://x/u/1",
    };
}
