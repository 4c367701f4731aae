using System.Buffers;
using System.Text;
using System.Text.Json;

namespace Nurture.Templating.Tests;

public sealed class TemplateTests
{
    private const string Contact = """{"contact": {"first_name": "Ann <b>", "tags": ["a", "b"], "age": 41}, "account": {"name": "R&D", "mrr": 1234.5}}""";

    [Theory]
    [InlineData("Hello {{ contact.first_name }}!", "Hello Ann <b>!")]
    [InlineData("{{ contact.nickname ?? \"there\" }}", "there")]
    [InlineData("{{ contact.nickname | object.default \"there\" }}", "there")]
    [InlineData("{{ contact.boss?.name }}|", "|")]
    [InlineData("{{ if contact.nickname }}yes{{ else }}no{{ end }}", "no")]
    [InlineData("{{ contact.nickname == null ? 'none' : 'some' }}", "none")]
    [InlineData("{{ for tag in contact.tags }}{{ for.index }}{{ tag }}{{ if !for.last }}, {{ end }}{{ end }}", "0a, 1b")]
    [InlineData("{{ for n in 1..9 offset: 2 limit: 3 reversed }}{{ n }}{{ end }}", "987")]
    [InlineData("{{ for n in [] }}x{{ else }}none{{ end }}", "none")]
    [InlineData("{{ case contact.age; when 40, 41; 'forties'; else; 'other'; end }}", "forties")]
    [InlineData("{{ capture greeting }}Hi {{ contact.age }}{{ end }}[{{ greeting }}]", "[Hi 41]")]
    [InlineData("{{ x = 1; while x < 4; x; x += 1; end }}", "123")]
    [InlineData("{{ with contact; age; end }}", "41")]
    [InlineData("a  {{- 1 -}}  b", "a1b")]
    [InlineData("a\n  {{~ 1 ~}}  \n b", "a\n1 b")]
    [InlineData("{%{ {{ kept }} }%}", " {{ kept }} ")]
    [InlineData("{{ date.now | date.to_string '%F' }}", "2026-03-01")]
    [InlineData("{{ 'a' + 1 }}{{ 2 * 'ab' }}", "a1abab")]
    [InlineData("{{ func twice(x); ret x * 2; end; twice 21 }}", "42")]
    [InlineData("{{ $x = 1; $x + 1 }}", "2")]
    [InlineData("{{ func f(a = -2); ret a + 1; end; f }}", "-1")]
    [InlineData("{{ account.mrr | math.format 'N2' 'de-DE' }}", "1.234,50")]
    [InlineData("{{ [3, 1, 2] | array.sort | array.join '-' }}", "1-2-3")]
    [InlineData("{{ $\"{contact.age} years\" }}", "41 years")]
    [InlineData("名前: {{ '山田' + '様' }}", "名前: 山田様")]
    public void A_text_template_prints(string text, string expected) => Assert.Equal(expected, Rendering.Text(text, Contact));

    [Theory]
    [InlineData("2026-03-03T09:05:07Z", "2026-03-03 09:05:07.000 +00:00")]
    [InlineData("2026-03-03T09:05:07.1250000+09:00", "2026-03-03 00:05:07.125 +00:00")]
    [InlineData("2026-03-03T09:05:07-03:30", "2026-03-03 12:35:07.000 +00:00")]
    [InlineData("2026-03-03T09:05+09:00", "2026-03-03 00:05:00.000 +00:00")]
    [InlineData(" 2026-03-03T09:05:07Z ", "2026-03-03 09:05:07.000 +00:00")]
    [InlineData("2026-03-03 09:05:07", "2026-03-03 09:05:07.000 +00:00")]
    public void A_moment_is_read_in_each_form_that_JSON_has_of_it_and_shown_where_the_render_is(string text, string expected)
    {
        foreach (var culture in new[] { "en", "de-DE", "ja-JP", "" })
            Assert.Equal(expected, Rendering.Text($"{{{{ date.parse '{text}' null '{culture}' | date.to_string '%F %T.%L %Z' }}}}"));
    }

    [Fact]
    public void Objects_of_a_list_have_their_own_names_whatever_the_one_before_them_had() =>
        Assert.Equal("1|2|;|3|4;5||6;", Rendering.Text(
            "{{ for x in list; x.a; '|'; x.b; '|'; x.c; ';'; end }}", """{"list": [{"a": 1, "b": 2, "c": null}, {"c": 4, "b": 3, "a": null}, {"a": 0, "a": 5, "b": null, "c": 6}]}"""));

    [Theory]
    [InlineData("{")]
    [InlineData("{} {}")]
    [InlineData("")]
    public void What_is_no_JSON_is_refused(string json) => Assert.ThrowsAny<JsonException>(() => Rendering.Model(json));

    [Theory]
    [InlineData("<p>{{ contact.first_name }}</p>", "<p>Ann &lt;b&gt;</p>")]
    [InlineData("{{ account.name }}", "R&amp;D")]
    [InlineData("{{ 'a\"b' + \"'\" }}", "a&quot;b&#39;")]
    [InlineData("{{ contact.tags }}", "[&quot;a&quot;, &quot;b&quot;]")]
    [InlineData("{{ $\"<{contact.age}>\" }}", "&lt;41&gt;")]
    [InlineData("{{ '<b>' | raw }}{{ '<i>' | html.raw }}", "<b><i>")]
    [InlineData("{{ account.name | html.escape }}", "R&amp;D")]
    [InlineData("{{ capture x }}<b>{{ account.name }}</b>{{ end }}{{ x }}", "<b>R&amp;D</b>")]
    [InlineData("{{ capture x }}<b>{{ end }}{{ x | string.upcase }}", "&lt;B&gt;")]
    [InlineData("{{ \"a&\\nb\" | html.newline_to_br }}", "a&amp;<br />\nb")]
    [InlineData("<a href=\"?q={{ account.name | html.url_encode }}\">", "<a href=\"?q=R%26D\">")]
    [InlineData("{{ '<x>' ?? 1 }}{{ true ? '<y>' : 0 }}", "&lt;x&gt;&lt;y&gt;")]
    [InlineData("{{ func f; '<f>'; end; f }}", "&lt;f&gt;")]
    [InlineData("{{ ret '<r>' }}", "&lt;r&gt;")]
    public void An_html_template_escapes_what_it_prints(string text, string expected) => Assert.Equal(expected, Rendering.Html(text, Contact));

    [Fact]
    public void A_layout_wraps_the_captured_body_without_escaping_it_again()
    {
        var loader = Rendering.Loader(TemplateOptions.Html, ("layout", "<html>{{ content }}{{ include 'foot' year: 2026 }}</html>"), ("foot", "<p>{{ $year }} {{ account.name }}</p>"));

        var html = Rendering.Render(
            "{{ capture content }}<h1>{{ contact.first_name }}</h1>{{ end }}{{ include 'layout' }}",
            TemplateOptions.Html, Contact, Rendering.Options with { Loader = loader });

        Assert.Equal("<html><h1>Ann &lt;b&gt;</h1><p>2026 R&amp;D</p></html>", html);
    }

    [Theory]
    [InlineData("<a title=\"{{ x }}\">")]
    [InlineData("<a title='{{ x }}'>")]
    [InlineData("<p>{{ x }}</p>")]
    [InlineData("<p style=\"color: {{ x }}\">")]
    [InlineData("<style>p { color: {{ x }} }</style>")]
    [InlineData("<title>{{ x }}</title>")]
    [InlineData("<textarea>{{ x }}</textarea>")]
    [InlineData("<script type=\"application/ld+json\">{\"name\": \"{{ x }}\"}</script>")]
    [InlineData("<!-- {{ x }} -->")]
    [InlineData("<!--[if mso]>{{ x }}<![endif]-->")]
    [InlineData("<a href=\"https://example.com/?q={{ x }}\">")]
    [InlineData("{{ $'a {x}' }}{{ x | string.upcase }}{{ [x] }}{{ {a: x} }}{{ x ?? 1 }}{{ f(a) = a; f x }}")]
    public void A_value_ends_nothing_that_stands_around_it(string around)
    {
        const string Value = "--></style></title></textarea></script>\"><script>'/>";
        var model = new TemplateObject { ["x"] = Value };

        var template = Template.Parse(around, "mail", TemplateOptions.Html);
        var html = template.Render(model, Rendering.Options);

        Assert.All("<>\"'", special => Assert.Equal(template.WithoutCode().Count(c => c == special), html.Count(c => c == special)));
    }

    [Theory]
    [InlineData("{{ this[''] = 4; this[''] }}")]
    [InlineData("{{ this['.x'] = 4; this['.x'] }}")]
    public void A_name_may_be_any_text(string text) => Assert.Equal("4", Rendering.Text(text));

    [Fact]
    public void Dates_in_a_list_are_shown_at_the_offset_of_the_render_too()
    {
        var tokyo = Rendering.Options with { OffsetAt = _ => TimeSpan.FromHours(9) };

        Assert.Equal("06 Jan 2026 [06 Jan 2026]", Rendering.Render("{{ x = date.parse '2026-01-05T20:00:00Z'; x }} {{ [x] }}", TemplateOptions.Text, null, tokyo));
    }

    [Theory]
    [InlineData("{{ $x = 1; func f; $$; end; wrap f; $x; end }}|", "1|")]
    [InlineData("{{ $x = 1; func f; $x = 5; $$; $$; end; wrap f; $x += 1; end; $x }}", "3")]
    [InlineData("{{ func f; '('; $$; ')'; end; func g; wrap f; $$; end; end; wrap g; 1; end }}", "(1)")]
    [InlineData("{{ func f; $$; end; for $x in [1, 2]; wrap f; $x; end; end }}", "12")]
    [InlineData("{{ func f(a); $$; a; end; $x = 1; wrap f 2; $x; $0; end }}", "12")]
    public void What_a_wrap_holds_has_the_locals_of_its_place(string text, string expected) => Assert.Equal(expected, Rendering.Html(text, Contact));

    [Theory]
    [InlineData("<a href=\"{{ x }}\">", "https://e.com/?a=b:c")]
    [InlineData("<a href=\"{{ x }}\">", "HTTP://e.com")]
    [InlineData("<a href='{{ x }}'>", "mailto:a@b")]
    [InlineData("<img src={{ x }}>", "cid:1")]
    [InlineData("<a href=\"{{ x }}\">", "/a:b")]
    [InlineData("<a href=\"{{ x }}\">", "")]
    [InlineData("<a href=\"https://e.com/{{ x }}\">", "a:b")]
    [InlineData("<a title=\"{{ x }}\">{{ x }}", "javascript:1")]
    [InlineData("<p>href={{ 1 }}{{ x }}</p>", "a:b")]
    public void Addresses_that_mails_have_are_printed(string text, string value) =>
        Assert.Equal(text.Replace("{{ x }}", value, StringComparison.Ordinal).Replace("{{ 1 }}", "1", StringComparison.Ordinal), Rendering.Html(text, $$"""{"x": "{{value}}"}"""));

    [Theory]
    [InlineData("<a href=\"{{ x }}\">", "javascript:alert(1)", "javascript")]
    [InlineData("<a HREF = '{{ x }}'>", " \\u0001JavaScript:alert(1)", "JavaScript")]
    [InlineData("<a href={{ x }}>", "java\\nscript:alert(1)", "javascript")]
    [InlineData("<img src=\"{{ x | raw }}\">", "data:text/html,x", "data")]
    [InlineData("<a href=\"{{ $y = x; if x; $y; end }}\">", "vbscript:x", "vbscript")]
    [InlineData("<a href=\"{{ if x }}{{ x }}{{ end }}\">", "file:///x", "file")]
    [InlineData("<a href=\"{{ capture y }}{{ x }}{{ end }}{{ y }}\">", "ftp:x", "ftp")]
    public void Addresses_that_no_mail_has_are_refused(string text, string value, string scheme)
    {
        var refused = Assert.Throws<TemplateException>(() => Rendering.Html(text, $$"""{"x": "{{value}}"}"""));

        Assert.Contains($"This address begins with `{scheme}:`", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_text_template_included_in_html_is_escaped()
    {
        var loader = Rendering.Loader(TemplateOptions.Text, ("name", "{{ account.name }}"));

        var html = Rendering.Render("{{ include 'name' }}", TemplateOptions.Html, Contact, Rendering.Options with { Loader = loader });

        Assert.Equal("R&amp;D", html);
    }

    [Fact]
    public void Culture_offset_and_present_come_from_the_options()
    {
        var options = Rendering.Options with { Culture = Rendering.German, OffsetAt = _ => TimeSpan.FromHours(9) };

        var text = Rendering.Render("{{ 1.5 }} {{ date.now | date.to_string '%A %H:%M' }}", TemplateOptions.Text, null, options);

        Assert.Equal("1,5 Sonntag 18:00", text);
    }

    [Fact]
    public void A_render_leaves_its_model_as_it_was()
    {
        var model = new TemplateObject { ["n"] = 1, ["o"] = new TemplateObject { ["x"] = 1 } };
        var template = Template.Parse("{{ n = 2; m = 3; n }}{{ this.n }}", "mail", TemplateOptions.Text);

        var first = template.Render(model, Rendering.Options);
        var second = template.Render(model, Rendering.Options);

        Assert.Equal(("22", "22", 2), (first, second, model.Count));
        Assert.Contains("was given to the template", Assert.Throws<TemplateException>(() =>
            Template.Parse("{{ o.x = 2 }}", "mail", TemplateOptions.Text).Render(model, Rendering.Options)).Reason);
    }

    [Fact]
    public void A_failed_render_writes_nothing()
    {
        var output = new ArrayBufferWriter<byte>();

        Assert.Throws<TemplateException>(() => Template.Parse("abc{{ 1 // 0 }}", "mail", TemplateOptions.Text).Render(output, TemplateValue.Null, Rendering.Options));

        Assert.Equal(0, output.WrittenCount);
    }

    [Fact]
    public async Task A_template_renders_the_same_on_many_threads()
    {
        var template = Template.Parse("{{ for x in list }}{{ x | string.upcase }}{{ contact.first_name }}{{ end }}", "mail", TemplateOptions.Html);
        var model = Rendering.Model("""{"list": ["a", "b"], "contact": {"first_name": "é"}}""");

        var outputs = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
            string.Concat(Enumerable.Range(0, 200).Select(_ => template.Render(model, Rendering.Options)).Distinct()))));

        Assert.Equal(["AéBé"], outputs.Distinct());
    }

    [Fact]
    public void Output_is_utf8()
    {
        var output = new ArrayBufferWriter<byte>();

        Template.Parse("é{{ '𝄞' }}", "mail", TemplateOptions.Html).Render(output, TemplateValue.Null, Rendering.Options);

        Assert.Equal(Encoding.UTF8.GetBytes("é𝄞"), output.WrittenSpan.ToArray());
    }

    [Theory]
    [InlineData("{{ contact.first_name }} {{ account.owner.name ?? 'us' }}", "account.owner.name contact.first_name")]
    [InlineData("{{ for p in products }}{{ p.title }}{{ end }}", "products")]
    [InlineData("{{ x = contact.a; x.b }}", "contact.a")]
    [InlineData("{{ title = title ?? 'x'; title }}", "title")]
    [InlineData("{{ contact['first_name'] }}{{ contact[key].x }}", "contact contact.first_name key")]
    [InlineData("{{ date.now | date.to_string '%F' }}{{ include 'layout' year: y }}", "y")]
    [InlineData("{{ func f(a); ret a + b; end; f c }}", "b c")]
    [InlineData("{{ capture content }}x{{ end }}{{ content }}", "")]
    [InlineData("{{ list | array.each do; ret $0.x + k; end }}", "k list")]
    public void The_names_a_template_takes_from_its_model_are_known(string text, string names) =>
        Assert.Equal(names, string.Join(' ', Template.Parse(text, "mail", TemplateOptions.Text).Names));

    [Fact]
    public void The_includes_of_a_template_are_known() =>
        Assert.Equal(["foot", "layout"], Template.Parse("{{ include 'layout' }}{{ include 'foot' a: 1 }}{{ include x }}", "mail", TemplateOptions.Text).Includes);

    [Theory]
    [InlineData("{{ contact.a }}{{ this.b }}{{ object.size contact }}", false)]
    [InlineData("{{ this }}", true)]
    [InlineData("{{ this[x] }}", true)]
    [InlineData("{{ x | object.eval }}", true)]
    [InlineData("{{ object[x] }}", true)]
    [InlineData("{{ include x }}", true)]
    public void A_template_that_may_read_what_its_names_do_not_say_is_known(string text, bool isOne) =>
        Assert.Equal(isOne, Template.Parse(text, "mail", TemplateOptions.Text).ReadsUnnamed);

    [Theory]
    [InlineData("{{ x | raw }}", 1)]
    [InlineData("{{ html.raw x }}", 1)]
    [InlineData("{{ f = @raw; f x }}", 1)]
    [InlineData("{{ html['raw'] x }}", 1)]
    [InlineData("{{ h = html; h.raw x }}", 1)]
    [InlineData("{{ with html; raw x; end }}", 2)]
    [InlineData("{{ object.eval_template x }}", 1)]
    [InlineData("{{ '<b>' * 2 | raw }}", 0)]
    [InlineData("{{ html.escape x; object.default x 1; for raw in y; raw; end }}", 0)]
    public void A_template_says_where_it_prints_what_nobody_escapes(string text, int count) =>
        Assert.Equal(count, Template.Parse(text, "mail", TemplateOptions.Html).Raws.Count);

    [Fact]
    public void A_text_that_is_evaluated_prints_raw_only_where_its_template_does()
    {
        const string Model = """{"x": "<b>"}""";

        var refused = Rendering.Fails("{{ object.eval 'x | raw' }}", Model, TemplateOptions.Html);
        var allowed = Rendering.Html("{{ x | raw }}{{ object.eval 'x | raw' }}", Model);

        Assert.Contains("markup", refused.Reason, StringComparison.Ordinal);
        Assert.Equal("<b><b>", allowed);
    }
}
