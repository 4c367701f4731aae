namespace Nurture.Cli.Tests;

public sealed class RenderCommandTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("render").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task A_mail_is_written_as_it_would_leave()
    {
        var said = await RenderAsync("welcome", "--locale", "ja", "--contact", "first_name=次郎", "--out", folder);

        Assert.Equal((0, "welcome.ja  山田 次郎 様、トライアルへのお申し込みありがとうございます"), (said.Exit, said.Output[0]));
        Assert.Equal($"1 mail in {folder}.", said.Output[1]);
        Assert.Equal(["welcome.ja.eml", "welcome.ja.html", "welcome.ja.txt"], Directory.GetFiles(folder).Select(Path.GetFileName).Order());
        var page = await File.ReadAllTextAsync(Path.Combine(folder, "welcome.ja.html"), TestContext.Current.CancellationToken);
        Assert.Matches("<a style=\"[^\"]*background:#0b57d0[^\"]*\" class=\"button\"", page);
        Assert.Contains("https://example.com/u/preview", page, StringComparison.Ordinal);
        var text = await File.ReadAllTextAsync(Path.Combine(folder, "welcome.ja.txt"), TestContext.Current.CancellationToken);
        Assert.StartsWith("アクメ株式会社\n山田 次郎 様\n\n", text, StringComparison.Ordinal);
        var letter = await File.ReadAllTextAsync(Path.Combine(folder, "welcome.ja.eml"), TestContext.Current.CancellationToken);
        Assert.Contains("multipart/alternative", letter, StringComparison.Ordinal);
        Assert.Contains("To: ", letter, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe: <https://example.com/u/preview>", letter, StringComparison.Ordinal);
        Assert.DoesNotContain("text/calendar", letter, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_for_the_calendar_brings_its_session()
    {
        await RenderAsync("webinar-changed", "--locale", "en", "--out", folder);

        var letter = await File.ReadAllTextAsync(Path.Combine(folder, "webinar-changed.en.eml"), TestContext.Current.CancellationToken);
        Assert.Contains("text/calendar", letter, StringComparison.Ordinal);
        Assert.Contains("method=REQUEST", letter, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Without_a_folder_the_texts_are_printed()
    {
        var said = await RenderAsync("webinar-link", "--locale", "en");

        Assert.Equal("webinar-link.en  In an hour: A first look", said.Output[0]);
        Assert.Contains("Join the session (https://example.com/session)", said.Output);
    }

    [Fact]
    public async Task Of_a_session_that_lacks_its_link_and_host_nothing_empty_is_shown()
    {
        var said = await RenderAsync("webinar-confirmed", "--locale", "en", "--bare");

        Assert.Equal(0, said.Exit);
        Assert.DoesNotContain(said.Output, line => line.StartsWith("Join", StringComparison.Ordinal) || line.StartsWith("With", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_human_reply_is_shown_with_a_text_made_up() =>
        Assert.Equal("case-reply.en  How is it going?", (await RenderAsync("case-reply", "--locale", "en")).Output[0]);

    [Theory]
    [InlineData("wellcome", "There is no mail \"wellcome\". There are access-ends, card-failed, ")]
    [InlineData("welcome --locale fr", "There is none in \"fr\". There are en, ja.")]
    [InlineData("welcome --contact nick=x", "--contact: events.yaml knows no attribute \"nick\". There are email, ")]
    [InlineData("welcome --contact name", "--contact name has no value. Write --contact name=value.")]
    public async Task A_mistake_is_said_with_what_would_be_right(string typed, string error)
    {
        var said = await RenderAsync(typed.Split(' '));

        Assert.Equal(2, said.Exit);
        Assert.StartsWith(error, said.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_mail_that_reads_what_is_not_there_is_said_with_its_place_and_the_others_are_made()
    {
        await File.WriteAllTextAsync(Path.Combine(folder, "good.en.html"), "---\nsubject: Good\npreheader: x\nlayout: none\n---\n<p>Hi</p>\n", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(folder, "poor.en.html"), "---\nsubject: Poor\npreheader: x\nlayout: none\n---\n<p>{{ contact.name.first.last }}</p>\n", TestContext.Current.CancellationToken);

        var said = await Terminal.TypeAsync("render", "--templates", folder, "--scenarios", Terminal.Scenarios, "--bare");

        Assert.Equal(1, said.Exit);
        Assert.Contains("good.en  Good", said.Output);
        Assert.Contains(said.Output, line => line.StartsWith($"✗ {Path.Combine(folder, "poor.en.html")}(6,", StringComparison.Ordinal));
        Assert.Equal("1 mail; 1 mail could not be made.", said.Output[^1]);
    }

    [Fact]
    public async Task Of_several_subjects_all_are_shown_and_the_first_stands()
    {
        var letter = Path.Combine(folder, "letter.en.html");
        await File.WriteAllTextAsync(letter, "---\nsubjects: { a: Three things to try, b: 'Hello {{ contact.name ?? \"there\" }}' }\npreheader: x\nlayout: none\n---\n<p>Hi</p>\n", TestContext.Current.CancellationToken);

        var said = await Terminal.TypeAsync("render", "--templates", folder, "--scenarios", Terminal.Scenarios, "--bare", "--out", folder);

        Assert.Equal((0, "letter.en  a: Three things to try  b: Hello there"), (said.Exit, said.Output[0]));
        Assert.Contains("Subject: Three things to try", await File.ReadAllTextAsync(Path.Combine(folder, "letter.en.eml"), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private static Task<Said> RenderAsync(params string[] args) => Terminal.TypeAsync(["render", .. args, "--scenarios", Terminal.Scenarios]);
}
