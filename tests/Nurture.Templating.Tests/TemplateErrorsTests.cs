namespace Nurture.Templating.Tests;

public sealed class TemplateErrorsTests
{
    [Theory]
    [InlineData("abc\n {{ if }}x{{ end }}", 2, 8, "Expecting <expression>")]
    [InlineData("{{ if a }}x", 1, 4, "<end> statement was not found")]
    [InlineData("a{{ end }}", 1, 5, "without a corresponding beginning")]
    [InlineData("{{ else }}", 1, 4, "must be preceded")]
    [InlineData("{{ 1 + }}", 1, 8, "to the right of the operator")]
    [InlineData("x\n{{ a b: }}", 2, 9, "for the argument")]
    [InlineData("{{ a = 'x\\q' }}", 1, 10, "escape character")]
    [InlineData("{{ for x of y }}{{ end }}", 1, 4, "'in' word")]
    [InlineData("{{ for x in y colour: 1 }}{{ end }}", 1, 15, "Unsupported argument")]
    [InlineData("{{ (1 }}", 1, 7, "closing `)`")]
    [InlineData("{{ 1 = 2 }}", 1, 4, "Unsupported target")]
    [InlineData("{{ string.upcas 'a' }}", 1, 11, "no function `string.upcas`")]
    public void A_mistake_of_the_author_is_a_diagnostic_at_its_place(string text, int line, int column, string message)
    {
        var template = Template.Parse(text, "mail", TemplateOptions.Text);

        var found = template.Diagnostics[0];
        Assert.Equal((line, column), (found.Span.Line, found.Span.Column));
        Assert.Contains(message, found.Message);
        Assert.Throws<TemplateException>(() => template.Render(TemplateValue.Null, Rendering.Options));
    }

    [Theory]
    [InlineData("{{ 1e }}")]
    [InlineData("{{ 'a }}")]
    [InlineData("{{ `a }}")]
    [InlineData("{{ {a: 1, } + {b 2} }}")]
    [InlineData("{{ 1 + * 2 }}")]
    [InlineData("{{ x[ }}")]
    public void One_mistake_is_said_once(string text) => Assert.Single(Template.Parse(text, "mail", TemplateOptions.Text).Diagnostics);

    [Theory]
    [InlineData("{{ string.index_of 'a' 'b' string_comparison: '7' }}", 1, 47, "no comparison `7`", "There are CurrentCulture, ")]
    [InlineData("{{ '\"\\\\ud800\"' | object.from_json }}", 1, 4, "not JSON", null)]
    [InlineData("{{ string.truncate length: 'x' text: 'abc' }}", 1, 28, "Unable to convert", null)]
    [InlineData("{{ contact.frist_name }}", 1, 12, "`frist_name`", "Did you mean `first_name`?")]
    [InlineData("\n {{ contcat.first_name }}", 2, 5, "`contcat` was not found", "Did you mean `contact`?")]
    [InlineData("{{ contact.boss.name }}", 1, 17, "null object", "Write ?.")]
    [InlineData("{{ 'a' | string.upcase | strng.downcase }}", 1, 26, "valid function", null)]
    [InlineData("{{ string.append 'a' }}", 1, 21, "is given 1 argument", "It takes (text, with).")]
    [InlineData("{{ string.upcase 'a' 'b' }}", 1, 22, "is given 2 arguments", "It takes (text).")]
    [InlineData("{{ 1 // 0 }}", 1, 6, "divide by zero", null)]
    [InlineData("{{ include 'nothing' }}", 1, 4, "No TemplateLoader", null)]
    [InlineData("{{ date.parse 'tomorrow' }}", 1, 15, "is not a date", null)]
    [InlineData("{{ 'a' | regex.match `(a)\\1` }}", 1, 22, "cannot be used", null)]
    public void A_mistake_that_shows_in_rendering_is_an_exception_with_its_place(string text, int line, int column, string reason, string? hint)
    {
        var failure = Rendering.Fails(text, """{"contact": {"first_name": "Ann", "boss": null}}""");

        Assert.Equal((line, column), (failure.Line, failure.Column));
        Assert.Contains(reason, failure.Reason);
        Assert.Contains(hint ?? "", failure.Hint ?? "");
    }

    [Fact]
    public void A_mistake_in_an_include_names_the_included_template()
    {
        var loader = Rendering.Loader(TemplateOptions.Text, ("foot", "ok\n{{ missing }}"));

        var failure = Rendering.Fails("{{ include 'foot' }}", renderOptions: Rendering.Options with { Loader = loader });

        Assert.Equal(("foot", 2, 4), (failure.TemplateName, failure.Line, failure.Column));
        Assert.StartsWith("foot(2,4) : error : ", failure.Message);
    }

    [Fact]
    public void A_canceled_render_stops() => Assert.Throws<OperationCanceledException>(() =>
        Rendering.Render("{{ for x in 1..10 }}{{ x }}{{ end }}", TemplateOptions.Text, null, Rendering.Options with { Cancel = new CancellationToken(canceled: true) }));

    [Theory]
    [InlineData("{{ for x in account.featurs }}{{ x }}{{ end }}", "featurs")]
    [InlineData("{{ case account.plam; when 'a'; 1; end }}", "plam")]
    [InlineData("{{ while account.foo; break; end }}", "foo")]
    [InlineData("{{ tablerow x in acount; x; end }}", "acount")]
    [InlineData("{{ $undefined }}", "$undefined")]
    [InlineData("{{ $name = 1; $nam + 1 }}", "$nam")]
    [InlineData("{{ for x in $list; x; end }}", "$list")]
    [InlineData("{{ $x = 1; func f; $x; end; f }}", "$x")]
    [InlineData("{{ include 'part' not: 1 }}", "$note")]
    public void A_name_that_does_not_exist_fails_wherever_its_value_is_needed(string text, string name)
    {
        var failed = Assert.Throws<TemplateException>(() => RenderWithPart(text));

        Assert.Contains(name, failed.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{{ for x in account.featurs ?? []; x; else; 1; end; case account?.plam; when null; 2; end; for x in account.none; x; end; while account.none; end }}", "12")]
    [InlineData("{{ $undefined ?? 1; if $undefined; else; 2; end; if $x == null; 3; end; if false; $later = 1; end; $later }}", "123")]
    [InlineData("{{ include 'part' note: 1; include 'part' note: null; for $x in [null]; $x; end; $n = null; object.eval '$n'; func $f; $g = 1; $g; end; $f }}", "11")]
    public void What_is_null_or_provided_for_is_let_through(string text, string expected) => Assert.Equal(expected, RenderWithPart(text));

    private static string RenderWithPart(string text) =>
        Rendering.Render(text, TemplateOptions.Html, """{"account": {"features": [1], "plan": "a", "none": null}}""", Rendering.Options with { Loader = Rendering.Loader(TemplateOptions.Html, ("part", "{{ $note }}")) });

    [Theory]
    [InlineData("{{ 'a' | string.truncate }}", "`string.truncate` is given 1 argument, which is too few.", "It takes (text, length, ellipsis?), the first of them from the pipe.")]
    [InlineData("{{ string.upcase 'a' 'b' }}", "`string.upcase` is given 2 arguments, which is too many.", "It takes (text).")]
    [InlineData("{{ math.uuid 1 }}", "`math.uuid` is given 1 argument, which is too many.", "It takes none.")]
    [InlineData("{{ string.truncate 'a' 5 elipsis: '…' }}", "`string.truncate` has no argument `elipsis`.", "Did you mean `ellipsis`?")]
    [InlineData("{{ if false; date.to_string date.now; end }}", "`date.to_string` is given 1 argument, which is too few.", "It takes (date, pattern, culture?).")]
    public void Wrong_arguments_of_a_function_are_said_before_anything_runs(string text, string message, string hint)
    {
        var found = Assert.Single(Template.Parse(text, "mail", TemplateOptions.Html).Diagnostics);

        Assert.Equal((message, hint), (found.Message, found.Hint));
    }

    [Theory]
    [InlineData("{{ func f(a, b); ret a; end; f 1 }}", 1, 33, "`f` is given 1 argument, which is too few.", "It takes (a, b).")]
    [InlineData("{{ func f(a, b = 2); ret a; end }}\n{{ f(1, 2, 3) }}", 2, 12, "`f` is given 3 arguments, which is too many.", "It takes (a, b?).")]
    [InlineData("{{ f(a) = a * 2; 1 | f 2 }}", 1, 24, "`f` is given 2 arguments, which is too many.", "It takes (a), the first of them from the pipe.")]
    [InlineData("{{ func f(a); ret a; end; f }}", 1, 27, "`f` is given no arguments, which is too few.", "It takes (a). The function itself is @f.")]
    [InlineData("{{ func f(); ret 1; end; f 1 }}", 1, 28, "`f` is given 1 argument, which is too many.", "It takes none.")]
    [InlineData("{{ func f(a, b); ret a; end; f b: 1 }}", 1, 36, "`f` is given 1 argument, which is too few.", "It takes (a, b).")]
    [InlineData("{{ f = do (a); ret a; end; f 1 2 }}", 1, 32, "`f` is given 2 arguments, which is too many.", "It takes (a).")]
    [InlineData("{{ func $f(a); ret a; end; $f 1 2 }}", 1, 33, "`$f` is given 2 arguments, which is too many.", "It takes (a).")]
    [InlineData("{{ func g; f 1 2; end; func f(a); ret a; end; g }}", 1, 16, "`f` is given 2 arguments, which is too many.", "It takes (a).")]
    [InlineData("{{ string.upcase }}", 1, 4, "`string.upcase` is given no arguments, which is too few.", "It takes (text). The function itself is @string.upcase.")]
    [InlineData("{{ [1] | array.each string.upcase }}", 1, 21, "`string.upcase` is given no arguments, which is too few.", "It takes (text). The function itself is @string.upcase.")]
    [InlineData("{{ x = raw }}", 1, 8, "`raw` is given no arguments, which is too few.", "It takes (value). The function itself is @raw.")]
    [InlineData("{{ 'a' | raw 1 }}", 1, 14, "`raw` is given 2 arguments, which is too many.", "It takes (value), the first of them from the pipe.")]
    [InlineData("{{ date 1 2 3 4 }}", 1, 15, "`date` is given 4 arguments, which is too many.", "It takes (text, pattern?, culture?).")]
    public void What_can_only_be_called_wrongly_is_said_before_anything_runs(string text, int line, int column, string message, string hint)
    {
        var found = Assert.Single(Template.Parse(text, "mail", TemplateOptions.Html).Diagnostics);

        Assert.Equal((line, column, message, hint), (found.Span.Line, found.Span.Column, found.Message, found.Hint));
    }

    [Theory]
    [InlineData("{{ func f(a, b = 2, c...); ret a; end; f 1; f 1 2 3 4; f(b: 1, a: 2); 1 | f }}")]
    [InlineData("{{ func f; ret $0; end; f; f 1 2 3; g = @f }}")]
    [InlineData("{{ func f(a); ret a; end; f ^[1]; [1] | array.each @f }}")]
    [InlineData("{{ if x; func f(a); ret a; end; else; func f(a, b); ret a; end; end; f 1 2 }}")]
    [InlineData("{{ func f(a); ret a; end; f = 5; f }}")]
    [InlineData("{{ func f(a); ret a; end; capture f; 1; end; f }}")]
    [InlineData("{{ func f(a); ret a; end; for f in [1]; f; end }}")]
    [InlineData("{{ func f(a); ret a; end; func g(f); ret f; end; g 1 }}")]
    [InlineData("{{ func f(a); ret a; end; with x; f; end }}")]
    [InlineData("{{ func f(a); ret a; end; func g; f; end; with x; g; end }}")]
    [InlineData("{{ func f(a); ret a; end; y = {f: 1, g: f} }}")]
    [InlineData("{{ func f(a); ret a; end; import x; f }}")]
    [InlineData("{{ func f(a); ret a; end; this['f'] = 1; f }}")]
    [InlineData("{{ func f(a); ret a; end; object.eval 'f = 1'; f }}")]
    [InlineData("{{ func $f(a); ret a; end; func g; $f = 1; $f; end; for $f in [1]; $f; end }}")]
    [InlineData("{{ date = 5; date; with x; raw; date 1 2 3 4; end }}")]
    [InlineData("{{ f = @string.upcase; f 'a'; date.now; math.uuid; string.upcase 'a' | string.size; date '2026-01-01' }}")]
    [InlineData("{{ wrap f 1; $$; end; func f(a); ret a; end }}")]
    public void A_call_that_may_be_right_is_let_through(string text) =>
        Assert.Empty(Template.Parse(text, "mail", TemplateOptions.Html).Diagnostics);

    [Fact]
    public void A_function_that_another_calls_before_it_is_declared_is_no_name_of_the_model() =>
        Assert.Equal(["x"], Template.Parse("{{ func g; f x; end; func f(a); ret a; end; g }}", "mail", TemplateOptions.Html).Names);
}
