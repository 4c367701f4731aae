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
}
