using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Templates;
using Nurture.Tests.Scenarios;

namespace Nurture.Tests.Templates;

public sealed class MailComparisonsTests
{
    [Theory]
    [InlineData("contact.score == \"many\"", "contact.score is a number and \"many\" a text: they do not compare.", null)]
    [InlineData("contact.score > \"10\"", "contact.score is a number and \"10\" a text: they do not compare.", "Write 10 without quotes.")]
    [InlineData("account.plan == 3", "3 is a number and account.plan a text: they do not compare.", "Write \"3\".")]
    [InlineData("account.setup_done == \"yes\"", "\"yes\" is a text and account.setup_done a yes or no: they do not compare.", "Write account.setup_done, or !(account.setup_done).")]
    [InlineData("!account.plan == \"pro\"", "\"pro\" is a text and !account.plan a yes or no: they do not compare.", "Write !account.plan, or !(!account.plan).")]
    [InlineData("account.contract_end < date.now", "account.contract_end is a day, written as a text and date.now a date: they do not compare.", "Make a date of it: (date.parse account.contract_end).")]
    [InlineData("date.now > \"2026-12-31\"", "date.now is a date and \"2026-12-31\" a text: they do not compare.", "Make a date of it: (date.parse \"2026-12-31\").")]
    [InlineData("account.contract_end < \"tomorrow\"", "account.contract_end is a day, written as a text, and \"tomorrow\" is no day and no moment.", "Write it like \"2026-12-31\" or \"2026-12-31T09:00:00Z\".")]
    [InlineData("(date.parse account.contract_end) < 5", "5 is a number and date.parse account.contract_end a date: they do not compare.", null)]
    [InlineData("(date.now - (date.parse account.contract_end)) > 3", "3 is a number and date.now - (date.parse account.contract_end) a length of time: they do not compare.", "Compare a number of it: (date.now - (date.parse account.contract_end)).total_days.")]
    [InlineData("(account.plan ?? \"none\") == 1", "1 is a number and account.plan a text: they do not compare.", "Write \"1\".")]
    [InlineData("(account.plan | string.size) == \"3\"", "account.plan | string.size is a number and \"3\" a text: they do not compare.", "Write 3 without quotes.")]
    public void What_never_compares_is_said_with_what_would_be_right(string condition, string message, string? hint)
    {
        var said = Assert.Single(Lint($"<p>\n  {{{{ if {condition} }}}}x{{{{ end }}}}"));

        Assert.Equal(("NUR313", Severity.Error, 7, message, hint), (said.Code, said.Severity, said.Span.Line, said.Message, said.Hint));
    }

    [Fact]
    public void What_an_event_says_is_taken_as_it_comes() =>
        Assert.Equal(("NUR313", Severity.Warning), Assert.Single(Lint("{{ if trigger.seats == \"3\" }}x{{ end }}")) is var said ? (said.Code, said.Severity) : default);

    [Theory]
    [InlineData("{{ if account.tier == \"hihg\" }}x{{ end }}", 6, 7, "Did you mean \"high\"?")]
    [InlineData("{{ case account.tier }}{{ when \"high\", \"gold\" }}x{{ end }}", 6, 40, "There are \"high\", \"low\", \"tech\".")]
    public void A_value_that_an_attribute_cannot_have_is_said(string body, int line, int column, string hint)
    {
        var said = Assert.Single(Lint(body));

        Assert.Equal(("NUR314", Severity.Warning, line, hint), (said.Code, said.Severity, said.Span.Line, said.Hint));
        Assert.Equal(column, said.Span.Column);
    }

    [Theory]
    [InlineData("{{ if contact.score > 3 && account.plan == \"pro\" && account.setup_done && account.setup_done == false }}x{{ end }}")]
    [InlineData("{{ if account.contract_end < \"2026-12-31\" || (date.parse account.contract_end) < date.now }}x{{ end }}")]
    [InlineData("{{ if account.plan == null || contact.score == empty || (account.tier ?? \"none\") == \"none\" }}x{{ end }}")]
    [InlineData("{{ if (account.tier | object.default 0) == 0 || (contact.name ? account.tier : 1) == 1 }}x{{ end }}")]
    [InlineData("{{ account.plan = 3; if account.plan == 3; 'x'; end }}")]
    [InlineData("{{ contact = {score: \"many\"}; if contact.score == \"many\"; 'x'; end }}")]
    [InlineData("{{ with account; if tier == \"x\" && contact.score == \"y\"; 'x'; end; end }}")]
    [InlineData("{{ for contact in [1]; if contact.score == \"y\"; 'x'; end; end }}")]
    [InlineData("{{ object.eval 'contact = 1'; if contact.score == \"y\"; 'x'; end }}")]
    [InlineData("{{ if (date.now - (date.parse account.contract_end)).total_days > 3 || account.plan.size > 3 || date.now.year == 2026 }}x{{ end }}")]
    [InlineData("{{ for x in [1, 2]; if for.index == 0 || x == \"1\"; x; end; end }}")]
    [InlineData("{{ if account.something == 3 || (account.plan | string.slice 0 1) == \"a\" || ask.is_scale == true || locale == \"ja\" }}x{{ end }}")]
    public void What_may_compare_is_let_through(string body) => Assert.DoesNotContain(Lint(body), said => said.Code is "NUR313" or "NUR314");

    [Fact]
    public void A_place_in_the_subject_and_in_a_block_is_the_author_s()
    {
        var subject = Assert.Single(Lint("x", subject: "'{{ if contact.score == \"many\" }}x{{ end }}'"));
        var block = Assert.Single(Lint(MailTemplate.Parse("subject: x\npreheader: y\nlayout: none\nblocks:\n  - text: x\n  - if: contact.score == \"many\"\n    text: y\n", "welcome.en.blocks.yaml")));

        Assert.Equal((2, 17), (subject.Span.Line, subject.Span.Column));
        Assert.Equal((6, 9), (block.Span.Line, block.Span.Column));
    }

    private static IReadOnlyList<Diagnostic> Lint(string body, string subject = "x") =>
        Lint(MailTemplate.Parse($"---\nsubject: {subject}\npreheader: y\nlayout: none\n---\n{body}", "welcome.en.html"));

    private static IReadOnlyList<Diagnostic> Lint(MailTemplate template)
    {
        Assert.Empty(template.Diagnostics);
        return MailTemplateLinter.Lint(new([template], "en"), Fixtures.Plan, SendPolicy.Default);
    }
}
