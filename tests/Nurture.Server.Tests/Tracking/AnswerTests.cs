using System.Net;
using System.Text;
using Nurture.Scenarios;
using Nurture.Server.Tests.Delivery;

namespace Nurture.Server.Tests.Tracking;

/// <summary>Invariant 9 for questions: a link that is followed answers nothing; the button of its page does.</summary>
public sealed class AnswerTests : IAsyncLifetime
{
    private const int Hit = 9, Answered = 50;

    private DeliveryRig rig = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await DeliveryRig.StartAsync();
        foreach (var locale in new[] { "en", "ja" })
        {
            await rig.PublishAsync($"poll.{locale}.html",
                """
                ---
                subject: One question
                layout: none
                ---
                <html><body>{{ for answer in ask.answers }}<a href="{{ answer.url }}">{{ answer.label }}</a> {{ end }}</body></html>
                """);
        }
    }

    public ValueTask DisposeAsync() => rig.DisposeAsync();

    /// <summary>Sends a mail that asks, and takes the links to its answers out of it.</summary>
    private async Task<IReadOnlyList<string>> AskAsync(string locale = "en", string ask = Choice)
    {
        var send = await rig.PlanAsync("bob@example.com", SendClass.Service, "poll", locale, contact: await rig.ContactAsync());
        var inputs = Encoding.UTF8.GetBytes("""{"contact":{"name":"Bob"},"sender":{"name":"A","address":"a@sender.example","organization":"A","postal_address":"B"},"ask":""" + ask + "}");
        await rig.ExecuteAsync("update sends set inputs = @inputs where id = @id", ("inputs", inputs), ("id", send.ToByteArray(bigEndian: true)));
        await rig.DrainAsync();
        return [.. (await rig.InboxAsync()).EnumerateArray().Last().GetProperty("links").EnumerateArray().Select(link => link.GetString()!).Where(link => link.Contains("/a/", StringComparison.Ordinal))];
    }

    private const string Choice = """{"question":"Will you come?","is_scale":false,"takes_comment":false,"sets":"contact.plan","answers":[{"value":"join","label":"I will be there"},{"value":"decline","label":"Not this time"}]}""";

    private const string Score = """{"is_scale":true,"takes_comment":true,"answers":[{"value":"0","label":"0"},{"value":"9","label":"9"},{"value":"10","label":"10"}]}""";

    private Task<long> EventsAsync(int kind) => rig.ScalarAsync<long>("select count(*) from events where kind = @kind", ("kind", kind));

    private async Task<(HttpStatusCode Status, string Page)> PostAsync(string url, params (string Name, string Value)[] form)
    {
        using var answer = await rig.Server.Http.PostAsync(url, new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    [Fact]
    public async Task Following_every_link_a_hundred_times_answers_nothing()
    {
        var links = await AskAsync();
        Assert.Equal(2, links.Count);

        for (var i = 0; i < 100; i++)
        {
            using var answer = await rig.Server.Http.GetAsync(links[i % 2], Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        Assert.Equal((100, 0), (await EventsAsync(Hit), await EventsAsync(Answered)));
        Assert.Equal(0, await rig.ScalarAsync<long>("select count(*) from sends where answer is not null"));
    }

    [Fact]
    public async Task The_page_shows_the_answer_as_chosen_and_its_button_gives_it()
    {
        var links = await AskAsync();

        var page = await rig.Server.Http.GetStringAsync(links[1], Cancel);
        var (status, thanks) = await PostAsync(links[1], ("answer", "decline"));

        Assert.Contains("value=\"decline\" required checked", page, StringComparison.Ordinal);
        Assert.Contains("Will you come?", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Contains("Not this time", thanks, StringComparison.Ordinal);
        Assert.Equal(1, await EventsAsync(Answered));
        Assert.Equal("decline", await rig.ScalarAsync<string>("select answer from sends where answer is not null"));
    }

    [Fact]
    public async Task Another_answer_may_be_chosen_and_the_same_one_again_is_none()
    {
        var links = await AskAsync();

        await PostAsync(links[1], ("answer", "join"));
        await PostAsync(links[0], ("answer", "join"));
        await PostAsync(links[0], ("answer", "decline"));

        Assert.Equal(2, await EventsAsync(Answered));
        Assert.Equal("decline", await rig.ScalarAsync<string>("select answer from sends where answer is not null"));
    }

    [Fact]
    public async Task A_score_takes_a_comment_and_is_asked_in_the_mails_language()
    {
        var links = await AskAsync("ja", Score);

        var page = await rig.Server.Http.GetStringAsync(links[1], Cancel);
        await PostAsync(links[1], ("answer", "9"));
        var (_, thanks) = await PostAsync(links[1], ("answer", "9"), ("comment", "とても<便利>です"));

        Assert.Contains("<html lang=\"ja\">", page, StringComparison.Ordinal);
        Assert.Contains("この内容で回答する", page, StringComparison.Ordinal);
        Assert.Contains("<textarea", page, StringComparison.Ordinal);
        Assert.Contains("とても&lt;便利&gt;です", thanks, StringComparison.Ordinal);
        Assert.Equal(2, await EventsAsync(Answered));
    }

    [Theory]
    [InlineData("")]
    [InlineData("11")]
    public async Task What_is_no_answer_is_asked_again(string value)
    {
        var links = await AskAsync("en", Score);

        var (status, page) = await PostAsync(links[0], ("answer", value));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("role=\"alert\"", page, StringComparison.Ordinal);
        Assert.Equal(0, await EventsAsync(Answered));
    }

    [Fact]
    public async Task A_forged_link_and_one_of_somebody_who_was_forgotten_answer_nothing()
    {
        var links = await AskAsync();
        using var forged = await rig.Server.Http.GetAsync(links[0][..^4] + "AAAA", Cancel);

        await rig.ExecuteAsync("update sends set address = null, inputs = @empty", ("empty", Array.Empty<byte>()));
        using var over = await rig.Server.Http.GetAsync(links[0], Cancel);
        var (status, _) = await PostAsync(links[0], ("answer", "join"));

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.Gone, HttpStatusCode.Gone), (forged.StatusCode, over.StatusCode, status));
        Assert.Equal(0, await EventsAsync(Answered));
    }
}
