using Nurture.Scenarios;
using Nurture.Templates;

namespace Nurture.Tests.Scenarios;

public sealed class QuestionTests
{
    private static IReadOnlyList<string> Said(string step, string body = "{{ for answer in ask.answers }}<a href=\"{{ answer.url }}\">{{ answer.label }}</a>{{ end }}")
    {
        var template = MailTemplate.Parse($"---\nsubject: One question\nlayout: none\n---\n<p>{body}</p>\n", "poll.en.html");
        Assert.Empty(template.Diagnostics);
        var environment = Fixtures.Environment with { Templates = new HashSet<string> { "poll" }, MailTemplates = new MailTemplateLibrary([template], "en") };
        var text = $"scenario: x\ntitle: X\nowner: m@example.com\nclass: service\ntrigger: {{ event: signed_up }}\ngoal: {{ when: event(\"login\"), within: 14d }}\nsteps:\n  - {step}\n";
        return [.. ScenarioLibrary.Check(text, "x.yaml", environment).Diagnostics.Select(one => $"{one.Code} {one.Message} {one.Hint}")];
    }

    [Theory]
    [InlineData("ask: { template: poll, scale: \"0-10\" }")]
    [InlineData("ask: { template: poll, answers: [ join, decline ], set: contact.name }")]
    [InlineData("ask: { template: poll, answers: { join: { en: Join, ja: 参加する }, decline: No thanks }, question: { en: Will you come?, ja: 参加されますか? } }")]
    public void A_question_that_its_mail_shows_is_fine(string step) => Assert.Empty(Said(step));

    [Theory]
    [InlineData("ask: { template: poll }", "NUR008")]
    [InlineData("ask: { template: poll, scale: \"0-10\", answers: [ a, b ] }", "NUR016")]
    [InlineData("ask: poll", "NUR008")]
    [InlineData("ask: { template: poll, scale: \"0-50\" }", "NUR012")]
    [InlineData("ask: { template: poll, answers: [ only ] }", "NUR009")]
    [InlineData("ask: { template: poll, answers: [ join, join ] }", "NUR005")]
    [InlineData("ask: { template: poll, answers: [ yes, no ], set: contact.onboarded }", "NUR140")]
    public void One_that_cannot_be_answered_is_refused(string step, string code) => Assert.Contains(Said(step), said => said.StartsWith(code, StringComparison.Ordinal));

    [Fact]
    public void The_mail_of_an_ask_shows_its_answers_and_that_of_a_send_does_not()
    {
        Assert.Contains(Said("ask: { template: poll, scale: \"0-10\" }", "Hello"), said => said.Contains("poll.en.html shows none of the answers", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(Said("send: poll"), said => said.StartsWith("NUR141", StringComparison.Ordinal));
    }

    [Fact]
    public void Titles_are_in_the_readers_language_else_in_the_default_one()
    {
        var titles = new Titles(new Dictionary<string, string> { ["en"] = "Join", ["ja"] = "参加する" });

        Assert.Equal(("参加する", "参加する", "Join", "No thanks"), (titles.In("ja", "en"), titles.In("ja-JP", "en"), titles.In("de", "en"), Titles.Of("No thanks").In("ja", "en")));
        Assert.Null(Titles.None.In("ja", "en"));
    }
}
