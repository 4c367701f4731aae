using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Hosting;

namespace Nurture.Server.Tests.Api;

/// <summary>A scenario with rows is one text, one version and one switch; what goes on in it is its rows'.</summary>
public sealed class RowApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Tip = """
        scenario: tip
        title: 'Tip: {{ row.title }}'
        owner: m@example.com
        class: service
        for_each:
          - { id: first, title: First steps, plan: trial }
          - { id: second, title: Second steps, plan: paid }
        trigger: { event: signed_up, where: trigger.plan == row.plan }
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - send: tip
          - wait: 3d
          - send: { template: tip, id: again }
        """;

    private const string Mail = """
        ---
        subject: '{{ row.title }}'
        layout: none
        ---
        <!doctype html><html lang="en"><body><p>{{ row.title }}</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
        """;

    private async Task PublishAsync(string text = Tip)
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "tip.en.html", text = Mail }, new { file = "tip.yaml", text } } });
    }

    [Fact]
    public async Task Rows_of_a_file_are_part_of_the_version_and_other_rows_are_another_one()
    {
        await api.PublishAsync();
        var text = Tip.Replace("scenario: tip", "scenario: filed", StringComparison.Ordinal);
        var key = text.IndexOf("for_each:", StringComparison.Ordinal);
        text = $"{text[..key]}for_each: features.csv\n{text[text.IndexOf("trigger:", StringComparison.Ordinal)..]}";
        async Task<System.Text.Json.Nodes.JsonNode> Publish(string rows) => await api.DoAsync(HttpMethod.Post, "scenarios",
            new { files = new[] { new { file = "tip.en.html", text = Mail }, new { file = "filed.yaml", text }, new { file = "features.csv", text = rows } } });

        await Publish("id,title,plan\nfirst,First steps,trial\n");
        var again = await Publish("id,title,plan\nfirst,First steps,trial\n");
        var other = await Publish("id,title,plan\nfirst,First steps,trial\nsecond,Second steps,paid\n");

        Assert.Equal((1, false), Version(again));
        Assert.Equal((2, true), Version(other));
        var filed = await api.GetAsync("scenarios/filed");
        Assert.Equal(["First steps", "Second steps"], filed["rows"]!.AsArray().Select(one => one!["title"]!.GetValue<string>()));
        Assert.Contains("{ id: second, title: 'Second steps', plan: paid }", filed["text"]!.GetValue<string>(), StringComparison.Ordinal);
        var (status, refused) = await api.CallAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "filed.yaml", text }, new { file = "features.csv", text = "id,title,plan\nfirst,First steps\nsecond,Second steps,paid\n" } } });
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(("NUR138", "features.csv", 2), refused!["diagnostics"]!.AsArray().Select(said => (said!["code"]!.GetValue<string>(), said["file"]!.GetValue<string>(), said["line"]!.GetValue<int>())).First());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await api.CallAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "filed.yaml", text } } })).Status);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await api.CallAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "lonely.csv", text = "id\na\n" } } })).Status);

        static (int, bool) Version(System.Text.Json.Nodes.JsonNode published) => published["published"]!.AsArray().Where(one => one!["name"]!.GetValue<string>() == "filed")
            .Select(one => (one!["version"]!.GetValue<int>(), one["is_new"]!.GetValue<bool>())).Single();
    }

    [Fact]
    public async Task It_is_one_scenario_with_the_sum_of_its_rows_and_each_row_can_be_looked_at()
    {
        await PublishAsync();
        var id = await api.PersonAsync("one", "one@a.example", ApiServer.SignUp("one"));
        await api.PersonAsync("two", "two@a.example", ApiServer.SignUp("two").Replace("trial", "paid"));

        var family = await api.GetAsync("scenarios/tip");
        var row = await api.GetAsync("scenarios/tip:second");
        var standing = (await api.GetAsync("scenarios/tip/standing"))["items"]!.AsArray();

        Assert.Equal("Tip", family["title"]!.GetValue<string>());
        Assert.True(family["steps"]!.AsArray().Sum(step => step!["standing"]!.GetValue<int>()) >= 2);
        Assert.Equal(["First steps", "Second steps"], family["rows"]!.AsArray().Select(one => one!["title"]!.GetValue<string>()));
        Assert.Equal("Tip: Second steps", row["title"]!.GetValue<string>());
        Assert.Equal("trigger.plan == \"paid\"", row["flow"]!["trigger"]!["says"]!["where"]!.GetValue<string>());
        Assert.Equal(1, row["steps"]!.AsArray().Sum(step => step!["standing"]!.GetValue<int>()));
        Assert.Equal(["first", "second"], standing.Select(one => one!["row"]!.GetValue<string>()).Distinct().Order());
        Assert.Contains("tip", (await api.GetAsync("scenarios"))["items"]!.AsArray().Select(one => one!["name"]!.GetValue<string>()));
        Assert.Single((await api.GetAsync($"sends?contact={id}"))["items"]!.AsArray(), send => send!["scenario"]!.GetValue<string>() == "tip:first");
        Assert.True(2 <= (await api.GetAsync("journal?scenario=tip&limit=500"))["items"]!.AsArray().Count(one => one!["reason"]!.GetValue<string>() == "entered"));
        Assert.True((await api.GetAsync("enrollments?scenario=tip"))["items"]!.AsArray().Count >= 2);
        Assert.Equal("row-needed", await api.ProblemAsync(HttpMethod.Get, $"explain?contact={id}&scenario=tip", null, HttpStatusCode.BadRequest));
        Assert.True(2 <= (await api.GetAsync("scenarios/tip/history?what=entered"))["items"]!.AsArray().Count(one => one!["reason"]!.GetValue<string>() == "entered"));
    }

    [Fact]
    public async Task Pausing_it_stops_all_of_its_rows_and_resuming_lets_them_go_on()
    {
        await PublishAsync();
        var id = await api.PersonAsync("paused", "paused@a.example", ApiServer.SignUp("paused"));

        await api.DoAsync(HttpMethod.Post, "scenarios/tip/pause", new { because = "A look" });
        await api.Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(TimeSpan.FromDays(4), TestContext.Current.CancellationToken);
        var whilePaused = await MailsAsync(id);
        await api.DoAsync(HttpMethod.Post, "scenarios/tip/resume");
        await api.SettleAsync();

        Assert.Equal(1, whilePaused);
        Assert.Equal(2, await MailsAsync(id));
    }

    [Fact]
    public async Task A_person_is_started_in_one_row_and_a_row_that_is_gone_goes_on_for_who_stands_in_it()
    {
        await PublishAsync();
        var id = await api.PersonAsync("gone", "gone@a.example", ApiServer.SignUp("gone"));

        Assert.Equal("row-needed", await api.ProblemAsync(HttpMethod.Post, "enrollments", new { subject = $"contact:{id}", scenario = "tip" }, HttpStatusCode.BadRequest));
        await PublishAsync(string.Join('\n', Tip.Split('\n').Where(line => !line.Contains("id: first", StringComparison.Ordinal))));
        await api.Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(TimeSpan.FromDays(4), TestContext.Current.CancellationToken);

        Assert.Equal(2, await MailsAsync(id));
        Assert.Equal(["Second steps"], (await api.GetAsync("scenarios/tip"))["rows"]!.AsArray().Select(one => one!["title"]!.GetValue<string>()));
        await PublishAsync();
    }

    private async Task<int> MailsAsync(long contact) =>
        (await api.GetAsync($"sends?contact={contact}"))["items"]!.AsArray().Count(send => send!["scenario"]!.GetValue<string>().StartsWith("tip:", StringComparison.Ordinal) && send["state"]!.GetValue<string>() == "sent");
}
