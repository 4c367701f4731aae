namespace Nurture.Templating.Tests;

/// <summary>What a compatible render does otherwise than a mail's, where no published case shows it.</summary>
public sealed class CompatibleTests
{
    private static readonly RenderOptions Options = new() { Now = new(2026, 3, 1, 9, 0, 0, TimeSpan.Zero), Seed = 7 };

    private static string Render(string text, RenderOptions? options = null) =>
        Template.Parse(text, "text", TemplateOptions.Compatible).Render(TemplateValue.Null, options ?? Options);

    [Theory]
    [InlineData("{{ string.x = 1; string.x }}", "1")]
    [InlineData("{{ date = 5; date }}", "5")]
    [InlineData("{{ date.format = '%F'; date.format }}|{{ date.parse '2020-05-06' }}|{{ date.default_format }}", "%F|2020-05-06|%d %b %Y")]
    [InlineData("{{ '' == empty }}|{{ [] == empty }}", "false|true")]
    public void Built_in_names_can_be_added_to_and_shadowed(string text, string expected)
    {
        Assert.Equal(expected, Render(text));

        // The next render finds them as they were.
        Assert.Equal("|01 Feb 2026", Render("{{ string.x }}|{{ date.parse '2026-02-01' }}"));
    }

    [Theory]
    [InlineData("{{ date.parse '2021-11-30T23:50:23-05:00' }} {{ (date.parse '2021-11-30T23:50:23-05:00').hour }}", "01 Dec 2021 4")]
    [InlineData("{{ date.parse '2026-01-05 10:00 +09:00' '%Y-%m-%d %H:%M %Z' | date.to_string '%F %T %Z' }}", "2026-01-05 01:00:00 +00:00")]
    [InlineData("{{ date.parse_to_string '2016/03/05' '%B' }} {{ date.parse '2016/03/05' | date.to_string '%B' }}", "Mar March")]
    [InlineData("{{ date.format = '%Y'; date.parse '2016-03-05' | date.to_string '%g' }}", " 2016")]
    [InlineData("{{ (date.parse '2016-03-05T10:30').time_of_day }}", "10:30:00")]
    [InlineData("{{ x = date.parse '2016-01-05T13:45:12'; $'{x}' }}", "01/05/2016 13:45:12")]
    [InlineData("{{ $'{[1,2]} {1..2}' }}", "Scriban.Runtime.ScriptArray Scriban.Runtime.ScriptRange")]
    [InlineData("{{ [1] | array.contains 1.0 }} {{ [1] | array.contains 1 }} {{ [[1]] | array.contains [1] }} {{ [1,1.0,1] | array.uniq }}", "false true false [1, 1]")]
    [InlineData("{{ 'abc' | array.reverse }} {{ for c in 'ab'; [c]; end }} {{ x = 'abc'; x[0] | object.kind }} {{ x[0] == 'a' }}", "[c, b, a] [a][b] Char true")]
    [InlineData("{{ 'a\r\nb\nc' | html.newline_to_br }}", "a<br />\r\nb<br />\nc")]
    [InlineData("{{ ['a\u007fb'] }}", "[\"a\\x7fb\"]")]
    [InlineData("{{ string.starts_with 'a\u00adbc' 'ab' }}", "true")]
    [InlineData("{{ math.divided_by 10000000000 1 }} {{ math.divided_by 1 0 }} {{ math.divided_by (-5) 0 }} {{ math.divided_by 7 2 }}", "2147483647 2147483647 -2147483648 3")]
    [InlineData("{{ for i in 1..9 limit: 1.6; i; end; for i in 1..9 limit: true; i; end }}", "121")]
    public void What_templates_can_observe_is_as_it_was(string text, string expected) => Assert.Equal(expected, Render(text));

    [Theory]
    [InlineData("{{ x = [1]; x.size = 5 }}", "readonly member")]
    [InlineData("{{ date.parse_to_string '2016/03/05' '%j' }}", "%j")]
    [InlineData("{{ 1 | math.format 'N2' 'en-qx1' }}", "no culture")]
    public void What_cannot_be_done_is_said(string text, string reason) => Assert.Contains(reason, Assert.Throws<TemplateException>(() => Render(text)).Reason, StringComparison.Ordinal);

    [Theory]
    [InlineData("{{ x = 1..2 | array.each @(do; 'p'; ret $0; end); '-'; x; '-'; x }}", "-pp[1, 2]-pp[1, 2]")]
    [InlineData("{{ x = [1, 2, 3] | array.each @(do; $0; ret $0 * 10; end); x | array.first }}", "110")]
    [InlineData("{{ for y in [1, 2, 3] | array.each @(do; 'p'; ret $0; end); y; if for.index == 1; break; end; end }}", "pp1p2")]
    [InlineData("{{ a = [1]; b = a | array.reverse; c = a + []; a[1] = 2; b; c }}", "[2, 1][1]")]
    [InlineData("{{ x = [1, 2] | array.filter @(do; ret true; end); x.size; x[1]; for y in x; for.rindex; for.length; for.last; end }}", "2212false02true")]
    [InlineData("{{ x = [] | array.reverse; for y in x; y; else; 'e'; end; x.empty?; x == empty }}", "etruetrue")]
    [InlineData("{{ x = [1, 2] | array.compact; for y in x reversed limit: 1; y; end; for y in x offset: 1; y; end }}", "22")]
    [InlineData("{{ x = [2, 1] | array.uniq; x == [2, 1]; x + [3]; x | array.sort; x | object.to_json; f(a) = a.size; f x }}", "true[2, 1, 3][1, 2][2,1]2")]
    public void What_list_functions_make_is_made_at_each_use(string text, string expected) => Assert.Equal(expected, Render(text));

    [Fact]
    public void In_a_mail_what_list_functions_make_is_made_once() =>
        Assert.Equal("pp-[1, 2]-[1, 2]", Rendering.Text("{{ x = [1, 2] | array.each @(do; 'p'; ret $0; end); '-'; x; '-'; x }}"));

    [Theory]
    [InlineData("{{ ('' + [1, 2, 3]) | string.size }}", "8")]
    [InlineData("{{ ('abcdefg' + 'hi') | string.size }}", "10")]
    [InlineData("{{ [1, 2, 3] }}", "[1, 2...")]
    [InlineData("{{ 'abcdefg' | string.upcase | string.size }}{{ $'{1}abcdefg' | string.size }}", "78")]
    public void The_printed_form_of_a_value_is_cut(string text, string expected) =>
        Assert.Equal(expected, Render(text, Options with { Limits = new RenderLimits { StringLength = 5 } }));

    [Theory]
    [InlineData("{{ x = date.now; x.empty?; x == empty; x = timespan.zero; x.blank?; x = 5; x.empty? }}", "truetruetruefalse")]
    [InlineData("{{ 0b1.1 }} {{ 0b10.011 | object.kind }} {{ 0b1..2 }} {{ 0b1010u }}", "1.5 double [1, 2] 10")]
    [InlineData("{{ date.parse '2026-02-05' | date.to_string '%-d' }}", "%-d")]
    [InlineData("{{ [date.parse('2026-01-05')] | array.map 'year' }}{{ ['abc', 'a'] | array.sort 'size' }}", "[2026][\"a\", \"abc\"]")]
    [InlineData("{{ 'aa' | regex.match `(a)\\1` }}{{ regex.replace 'foobar' `foo(?=bar)` 'x' }}", "[\"aa\", \"a\"]xbar")]
    [InlineData("{{ $a = 1; func f; $b = 5; $c = 6; object.eval '$c = $c + 1'; $c; object.eval '$a == null'; end; f; $a }}", "7true1")]
    [InlineData("{{ $x = 1; object.eval '$x = 2'; $x; object.eval_template '{{ $x = 3 }}'; $x }}", "23")]
    [InlineData("{{ x = [1]; x['a'] = 2; x.a; (timespan.from_milliseconds 2).total_microseconds }}", "22000")]
    [InlineData("{{ func w; for $i in 1..<$0; $$; end; end; wrap w 3; $i; ' '; end }}", "1 2 ")]
    [InlineData("{{ $x = 1; func w; $x = 5; $$; $x; end; wrap w; $x; $x = 6; end; $x }}", "561")]
    [InlineData("{{ for $i in 1..2; object.eval '$i + 10'; end; $i }}", "1112")]
    [InlineData("{{ for $i in 1..2; object.eval '$i = 10'; $i; end; $i }}", "1210")]
    [InlineData("{{ [1, 2, 3, 4, 5, 6] / 2 }}{{ [1, 2, 3, 4, 5] // 2 }}", "[1, 2, 3][1, 2]")]
    [InlineData("{{ date.now | object.kind }} {{ timespan.zero | object.kind }} {{ empty | object.kind }}", "DateTime TimeSpan object")]
    [InlineData("{{ [(1 +\n 1), math.plus(1,\n2\n)] }}", "[2, 3]")]
    [InlineData("{{ 'abc' | string.truncate (-2147483648) }}", "...")]
    [InlineData("{{ [1, 2, 3].size }}{{ {a: 5}.a }}{{ {a: [6]}?.a[0] }}", "356")]
    [InlineData("{{ date.format = '%F'; [date '2016/01/05'] }}", "[2016-01-05]")]
    [InlineData("{{ ' a b-' | string.handleize }}", "-a-b")]
    [InlineData("{{ (if) = 5; x = if; x }}{{ for x in [1, [1], [1]]; for.changed; end }}", "5truetruefalse")]
    public void What_the_published_language_has_is_there(string text, string expected) => Assert.Equal(expected, Render(text));

    [Theory]
    [InlineData("{{ x = [1] | array.reverse; x[0] = 2 }}")]
    [InlineData("{{ 1_0.5 }}")]
    [InlineData("{{ [1] == 1 }}")]
    [InlineData("{{ [1] / 0 }}")]
    [InlineData("{{ a = [5]; [a\n[0]] }}")]
    [InlineData("{{ (1 +\n 1) }}")]
    [InlineData("{{ math.plus(1,\n2) }}")]
    [InlineData("{{ if = 5 }}")]
    [InlineData("{{ end = 5 }}")]
    public void What_the_published_language_refuses_is_refused(string text) => Assert.Throws<TemplateException>(() => Render(text));

    [Fact]
    public void A_function_has_63_parameters_at_most()
    {
        static string Of(int count) => $"{{{{ func f({string.Join(", ", Enumerable.Range(1, count).Select(at => $"p{at}"))}); end }}}}";

        Assert.Equal("", Render(Of(63)));
        Assert.Contains("63", Assert.Single(Template.Parse(Of(64), "text", TemplateOptions.Compatible).Diagnostics).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ func f; 1; end; f }}", true)]
    [InlineData("{{ func f; 1; end; x = f }}", false)]
    [InlineData("{{ func f; 1; end; x = [f] }}", false)]
    [InlineData("{{ func f; ret 1; end; x = f }}", true)]
    public void A_function_that_gives_nothing_is_called_by_statements_alone(string text, bool isAllowed)
    {
        var template = Template.Parse(text, "text", TemplateOptions.Compatible with { RefusesStatementCalls = true });

        var refused = Record.Exception(() => template.Render(TemplateValue.Null, Options));

        Assert.Equal(isAllowed, refused is null);
    }

    [Theory]
    [InlineData("{{ \"abc }}", "(1,10) Unexpected token `}` while parsing expression", "(1,10) Invalid token found `}`. Expecting <EOL>/end of line.", "(1,10) Unexpected end of file while parsing a string not terminated by a \"")]
    [InlineData("{{ $'a{1}b }}", "(1,13) Unexpected token `}` while parsing expression", "(1,13) Invalid token found `}`. Expecting <EOL>/end of line.", "(1,13) Unexpected end of file while parsing a string not terminated by a '")]
    [InlineData("{{ `abc }}", "(1,10) Unexpected token `}` while parsing expression", "(1,10) Invalid token found `}`. Expecting <EOL>/end of line.", "(1,10) Unexpected end of file while parsing a verbatim string not terminated by a `")]
    [InlineData("{{ func a.b; end }}", "(1,10) Invalid token found `.`. Expecting <EOL>/end of line.", "(1,9) Error while parsing function statement: The <end> statement was not found in: func <variable> ... end")]
    public void As_published_what_stands_behind_a_mistake_is_another(string text, params string[] expected)
    {
        var found = Template.Parse(text, "text", TemplateOptions.Compatible).Diagnostics;

        Assert.Equal(expected, found.Select(d => $"({d.Span.Line},{d.Span.Column}) {d.Message}"));
        Assert.Single(Template.Parse(text, "text", TemplateOptions.Text).Diagnostics);
    }

    [Fact]
    public void A_function_without_its_end_is_placed_at_its_name() =>
        Assert.Equal((1, 9), Template.Parse("{{ func f }}", "text", TemplateOptions.Compatible).Diagnostics.Select(d => (d.Span.Line, d.Span.Column)).First());

    [Fact]
    public void A_built_in_function_cannot_be_set()
    {
        var refused = Assert.Throws<TemplateException>(() => Render("{{ string.upcase = 1 }}"));
        Assert.Contains("readonly", refused.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_drawn_follows_from_the_seed()
    {
        const string Text = "{{ math.random 0 1000000 }} {{ math.random 0 1000000 }} {{ math.uuid }}";
        Assert.Equal(Render(Text), Render(Text));
        Assert.NotEqual(Render(Text), Render(Text, Options with { Seed = 8 }));
        Assert.Matches("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$", Render("{{ math.uuid }}"));
        Assert.Equal("5 -3", Render("{{ math.random 5 5 }} {{ math.random (-3) (-2) }}"));
    }

    [Fact]
    public void Too_much_output_is_cut_once_and_in_mails_an_error()
    {
        var narrow = Options with { Limits = new RenderLimits { StringLength = 4, OutputBytes = 4 } };
        Assert.Equal("abd...", Render("ab{{ capture x }}c{{ end }}d{{ x }}e", Options with { Limits = new RenderLimits { StringLength = 4 } }));
        Assert.Throws<TemplateException>(() => Template.Parse("abcdef", "text", TemplateOptions.Text).Render(TemplateValue.Null, narrow));
    }

    [Fact]
    public void What_the_model_holds_twice_or_within_itself_is_one_thing_in_the_template_too()
    {
        TemplateValue wide = new TemplateObject { ["n"] = 1 };
        for (var i = 0; i < 50; i++)
        {
            wide = new TemplateList([wide, wide]);
        }

        var self = new TemplateObject();
        self["self"] = self;
        var model = new TemplateObject { ["wide"] = wide, ["self"] = self };

        Assert.Equal("2 true 7", Template.Parse("{{ wide.size }} {{ self.self == self }} {{ self.self.n = 7; self.n }}", "text", TemplateOptions.Compatible).Render(model, Options));
    }

    [Fact]
    public void Dates_at_the_ends_of_the_calendar_are_shown_at_their_own_offset()
    {
        var tokyo = Options with { OffsetAt = _ => TimeSpan.FromHours(9) };

        Assert.Equal("31 Dec 9999 23", Render("{{ d = date.parse '9999-12-31T23:00:00Z'; d }} {{ d.hour }}", tokyo));
        Assert.Equal("9", Render("{{ d = date.parse '0001-01-01T00:00:00Z'; d.date.hour }}", tokyo));
    }

    [Fact]
    public void What_a_function_adds_to_the_list_that_it_walks_is_not_walked()
    {
        Assert.Equal("[1, 2] [1, 2, 1, 2]", Render("{{ x = [1, 2]; x | array.each do; x[x.size] = $0; ret $0; end }} {{ x }}"));
        Assert.Equal("1,2 4", Render("{{ x = [1, 2]; x | array.join ',' do; x[x.size] = $0; ret $0; end }} {{ x.size }}"));
    }

    [Fact]
    public void What_goes_wrong_in_a_text_that_is_evaluated_went_wrong_at_its_call()
    {
        var failure = Assert.Throws<TemplateException>(() => Render("a\n{{ object.eval \"1 +\\n\\n        nothing.at.all\" }}"));

        Assert.Equal((2, 4), (failure.Line, failure.Column));
    }

    [Fact]
    public void A_pattern_of_one_character_reads_what_it_says() =>
        Assert.Equal("01 Jan 0001 01 Jan 2026", Render("{{ date.parse ',' '-' }} {{ date.parse '2026' '%Y' }}"));

    [Fact]
    public void A_member_behind_a_text_of_several_lines_is_complained_of_at_its_place()
    {
        var failure = Assert.Throws<TemplateException>(() => Template.Parse("a\n{{ 'b\nc' .x }}", "text", TemplateOptions.Text).Render(TemplateValue.Null, Options));

        Assert.Equal((3, 5), (failure.Line, failure.Column));
    }

    [Fact]
    public void A_path_of_many_names_is_bound_in_little_memory()
    {
        var text = "{{ a" + string.Concat(Enumerable.Repeat(".despan", 900)) + " }}";
        var before = GC.GetAllocatedBytesForCurrentThread();

        Template.Parse(text, "text", TemplateOptions.Text);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 30_000_000);
    }

    /// <summary>Money is written by a short way, dates too: they give what .NET gives, in every culture.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Money_and_dates_are_written_as_dotnet_writes_them(int seed)
    {
        var random = new Random(seed);
        string[] cultures = ["", "en", "ja-JP", "de-DE", "hi-IN", "fr-CH", "pl-PL"];
        for (var i = 0; i < 20_000; i++)
        {
            var culture = System.Globalization.CultureInfo.GetCultureInfo(cultures[random.Next(cultures.Length)]);
            var value = random.Next(4) switch
            {
                0 => random.Next(2_000_000) / 1000.0,
                1 => random.Next(100_000) / 8.0,
                2 => random.NextDouble() * Math.Pow(10, random.Next(-4, 12)),
                _ => random.Next(-100, 1000) + 0.005,
            };
            var format = $"{"NnFf"[random.Next(4)]}{random.Next(6)}";
            var date = new DateTimeOffset(1, 1, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.NextInt64(5_000_000_000 / 2));
            var model = new TemplateObject { ["v"] = value, ["d"] = date };

            var written = Template.Parse("{{ v | math.format '" + format + "' }}|{{ d | date.to_string '%d %b %B %a %A %Y-%m %H:%M:%S' }}", "text", TemplateOptions.Compatible)
                .Render(model, Options with { Culture = culture });

            string Net(string custom) => date.ToString(custom, culture);
            Assert.Equal($"{value.ToString(format, culture)}|{Net("dd")} {Net("MMM")} {Net("MMMM")} {Net("ddd")} {Net("dddd")} {Net("yyyy")}-{Net("MM")} {Net("HH")}:{Net("mm")}:{Net("ss")}", written);
        }
    }
}
