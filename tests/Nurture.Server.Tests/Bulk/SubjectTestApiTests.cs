using System.Net;
using System.Text.Json.Nodes;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Bulk;

/// <summary>Some get one of several subjects each, the others the one that more of them clicked on: with mails that leave, and links that are followed.</summary>
public abstract class SubjectTestApiTests(ApiServer api)
{
    private const int Crowd = 40;

    private const string Mail = """
        ---
        subjects: { a: Three things to try, b: "Your reports, {{ contact.name ?? \"all of them\" }}" }
        layout: none
        ---
        <!doctype html><html lang="en"><body><p><a href="https://app.example.com/start">Start</a></p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(41)]
    [Fact]
    public async Task The_subject_that_more_humans_clicked_on_goes_to_the_others_and_to_who_comes_later()
    {
        await PublishAsync("letter", "{ event: signed_up }", "{ template: letter, subject_test: { arms: [ a, b ], share: 50%, after: 4h, by: human_clicks } }");
        for (var i = 0; i < Crowd; i++) await SignUpAsync($"letter{i}");

        var tested = await MailsAsync("letter");
        var (a, b) = (tested.FindAll(mail => Subject(mail) == "Three things to try"), tested.FindAll(mail => Subject(mail) == "Your reports, Ann"));
        Assert.True(a.Count > 1 && b.Count > 1, $"{a.Count} and {b.Count} of {Crowd}");
        Assert.Equal(tested.Count, a.Count + b.Count);
        Assert.True(tested.Count < Crowd);
        await ClickAsync(b[0], b[1]);
        // Whoever asks with HEAD is no human.
        await FollowAsync(HttpMethod.Head, [.. a]);

        var running = await TestAsync("letter");
        Assert.Equal(("running", null), (running["state"]!.GetValue<string>(), running["winner"]?.GetValue<string>()));
        Assert.Equal([(a.Count, 0, "Three things to try"), (b.Count, 2, "Your reports, {{ contact.name ?? \"all of them\" }}")], running["arms"]!.AsArray().Select(arm => (arm!["left"]!.GetValue<int>(), arm["clicked"]!.GetValue<int>(), arm["subject"]!.GetValue<string>())));
        await api.DoAsync(HttpMethod.Post, "/dev/clock/advance?by=5h");

        var all = await MailsAsync("letter");
        Assert.Equal(Crowd, all.Count);
        Assert.All(all.Skip(tested.Count), mail => Assert.Equal("Your reports, Ann", Subject(mail)));
        var decided = await TestAsync("letter");
        Assert.Equal(("decided", "b"), (decided["state"]!.GetValue<string>(), decided["winner"]!.GetValue<string>()));
        Assert.Equal(decided["decide_at"]!.GetValue<DateTimeOffset>(), running["decide_at"]!.GetValue<DateTimeOffset>());
        Assert.Equal([0, Crowd - tested.Count], decided["arms"]!.AsArray().Select(arm => arm!["others_left"]!.GetValue<int>()));
        await SignUpAsync("letter-late");
        Assert.Equal("Your reports, Ann", Subject((await MailsAsync("letter"))[^1]));

        var story = (await api.GetAsync("journal?scenario=letter&limit=500"))["items"]!.AsArray().Select(entry => entry!["sentence"]!.GetValue<string>()).ToList();
        Assert.Contains("Waits to send the mail letter until it is known which of its subjects more people click on.", story);
        Assert.Equal(Crowd - tested.Count + 1, story.Count(said => said == "Released the mail letter with its subject b, which won the test."));
    }

    [Fact]
    public async Task A_broadcast_tests_the_subjects_of_its_template()
    {
        await PublishAsync("other", "manual", "{ template: letter, subject_test: { arms: [ a, b ], share: 20%, after: 4h } }");
        for (var i = 0; i < Crowd; i++) await IdentifyAsync($"news{i}", "Bea");
        var at = DateTimeOffset.Parse((await api.GetAsync("calendar"))["now"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture).AddHours(2).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        var form = new { title = "News", template = "letter", @class = "service", topic = "", condition = "contact.name == \"Bea\"", at, pace = "", subject_share = "50%", subject_after = "2h" };

        var wrong = await api.DoAsync(HttpMethod.Post, "broadcasts/check", new { title = "News", template = "hello", @class = "service", at, subject_share = "50%", subject_after = "soon" });
        Assert.Equal(["subject_after", "subject_share"], wrong["problems"]!.AsArray().Where(problem => problem!["severity"]!.GetValue<string>() == "error").Select(problem => problem!["field"]!.GetValue<string>()).Distinct().Order());
        Assert.Equal(["a", "b"], (await api.GetAsync("vocabulary"))["templates"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "letter")!["subjects"]!.AsArray().Select(arm => arm!.GetValue<string>()));
        var name = (await api.DoAsync(HttpMethod.Post, "broadcasts", new { form }))["name"]!.GetValue<string>();
        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/schedule");
        await Nurture.Harness.Poll.UntilAsync("it is scheduled", TimeSpan.FromSeconds(20), async () => (await api.GetAsync($"broadcasts/{name}"))["state"]!.GetValue<string>() == "scheduled", Cancel);

        await api.DoAsync(HttpMethod.Post, "/dev/clock/advance?by=3h");
        var tested = await MailsAsync(name);
        Assert.InRange(tested.Count, 2, Crowd - 2);
        await ClickAsync(tested.First(mail => Subject(mail) == "Three things to try"));
        await api.DoAsync(HttpMethod.Post, "/dev/clock/advance?by=3h");

        Assert.Equal(("decided", "a"), ((await TestAsync(name))["state"]!.GetValue<string>(), (await TestAsync(name))["winner"]!.GetValue<string>()));
        Assert.Equal(Crowd, (await MailsAsync(name)).Count);
        Assert.All((await MailsAsync(name)).Skip(tested.Count), mail => Assert.Equal("Three things to try", Subject(mail)));
    }

    [Fact]
    public async Task A_preview_shows_all_subjects_and_the_first_is_the_one_that_stands()
    {
        await PublishAsync("shown", "manual", "{ template: letter, subject_test: { arms: [ a, b ], share: 20%, after: 4h } }");

        var preview = await api.DoAsync(HttpMethod.Post, "templates/letter.en/preview", new { });

        Assert.Equal("Three things to try", preview["subject"]!.GetValue<string>());
        Assert.Equal(["a", "b"], preview["subjects"]!.AsArray().Select(one => one!["arm"]!.GetValue<string>()));
        Assert.StartsWith("Your reports, ", preview["subjects"]![1]!["subject"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    private async Task PublishAsync(string name, string trigger, string send) => await api.DoAsync(HttpMethod.Post, "scenarios", new
    {
        files = new[]
        {
            new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = ApiServer.Policy }, new { file = "hello.en.html", text = ApiServer.Mail }, new { file = "letter.en.html", text = Mail },
            new
            {
                file = $"{name}.yaml",
                text = $$"""
                    scenario: {{name}}
                    owner: m@example.com
                    title: {{name}}
                    class: service
                    goal: { when: event("setup_completed"), within: 14d }
                    trigger: {{trigger}}
                    steps:
                      - send: {{send}}
                    """,
            },
        },
    });

    private async Task IdentifyAsync(string user, string name)
    {
        using var _ = await api.Server.SendAsync("/v1/identify", $$$"""{"userId":"{{{user}}}","traits":{"email":"{{{user}}}@x.example","name":"{{{name}}}"}}""", Cancel);
        await api.SettleAsync();
    }

    private async Task SignUpAsync(string user)
    {
        await IdentifyAsync(user, "Ann");
        using var _ = await api.Server.SendAsync("/v1/track", $$$"""{"userId":"{{{user}}}","event":"signed_up"}""", Cancel);
        await api.SettleAsync();
    }

    private async Task<JsonNode> TestAsync(string scenario) => Assert.Single((await api.GetAsync($"scenarios/{scenario}/subject-tests"))["items"]!.AsArray())!;

    /// <summary>Those that left, in their order.</summary>
    private async Task<List<JsonNode>> MailsAsync(string scenario)
    {
        var people = (await api.GetAsync($"sends?scenario={scenario}&limit=500"))["items"]!.AsArray().Where(send => send!["state"]!.GetValue<string>() == "sent").Select(send => send!["address"]!.GetValue<string>()).ToHashSet();
        return [.. JsonNode.Parse(await api.Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray().Where(mail => people.Contains(mail!["to"]!.GetValue<string>()) && Subject(mail) != "Welcome").OrderBy(mail => mail!["at"]!.GetValue<DateTimeOffset>()).Select(mail => mail!)];
    }

    private Task ClickAsync(params JsonNode[] mails) => FollowAsync(HttpMethod.Get, mails);

    private async Task FollowAsync(HttpMethod how, JsonNode[] mails)
    {
        using var http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
        foreach (var mail in mails)
        {
            using var asked = new HttpRequestMessage(how, LinkIn(mail));
            using var answer = await http.SendAsync(asked, Cancel);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        }

        await api.SettleAsync();
    }

    private static string LinkIn(JsonNode mail) => mail["links"]!.AsArray().Select(link => link!.GetValue<string>()).First(link => link.Contains("/c/", StringComparison.Ordinal));

    private static string Subject(JsonNode mail) => mail["subject"]!.GetValue<string>();
}

public sealed class SubjectTestApiTestsOnSqlite(ApiServer api) : SubjectTestApiTests(api), IClassFixture<ApiServer>;

public sealed class SubjectTestApiTestsOnPostgres(PostgresApiServer api) : SubjectTestApiTests(api), IClassFixture<PostgresApiServer>;
