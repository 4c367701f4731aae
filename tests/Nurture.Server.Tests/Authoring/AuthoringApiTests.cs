using System.Net;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Authoring;

public sealed class AuthoringApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Tests = """
        scenario: welcome
        tests:
          - name: Whoever signs up is welcomed
            start: "2026-03-02 10:00"
            given:
              contacts:
                - { id: ann, email: ann@a.example }
            when:
              - { at: 0m, contact: ann, event: signed_up, properties: { plan: trial } }
            expect:
              - { at: 0m, send: hello, to: ann }
        """;

    [Fact]
    public async Task A_text_is_checked_as_it_is_typed_and_drawn_as_far_as_it_can_be_read()
    {
        await api.PublishAsync();

        var wrong = await api.DoAsync(HttpMethod.Post, "scenarios/check", new { text = ApiServer.Welcome.Replace("send: hello", "send: helo") });
        var nothing = await api.DoAsync(HttpMethod.Post, "scenarios/check", new { text = "scenario: [" });

        var mistake = Assert.Single(wrong["diagnostics"]!.AsArray())!;
        Assert.Equal(("NUR014", 8, 11), (mistake["code"]!.GetValue<string>(), mistake["line"]!.GetValue<int>(), mistake["column"]!.GetValue<int>()));
        Assert.Equal("Did you mean \"hello\"?", mistake["hint"]!.GetValue<string>());
        Assert.Equal(["send", "wait_for"], wrong["flow"]!["steps"]!.AsArray().Select(step => step!["kind"]!.GetValue<string>()));
        Assert.Equal("timeout", wrong["flow"]!["steps"]![1]!["ways"]![0]!["kind"]!.GetValue<string>());
        Assert.Null(nothing["flow"]);
        Assert.NotEmpty(nothing["diagnostics"]!.AsArray());
    }

    [Fact]
    public async Task Mistakes_are_told_in_the_language_of_whoever_asks()
    {
        await api.PublishAsync();

        var (_, answer) = await api.CallAsync(HttpMethod.Post, "scenarios/check", new { text = ApiServer.Welcome.Replace("send: hello", "send: helo") }, language: "ja");

        var mistake = Assert.Single(answer!["diagnostics"]!.AsArray())!;
        Assert.Equal(("テンプレート \"helo\" は定義されていません。", "もしかして \"hello\" ですか。"), (mistake["message"]!.GetValue<string>(), mistake["hint"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Before_publishing_the_tests_run_and_an_invented_contact_goes_through_it()
    {
        await api.PublishAsync();

        var good = await api.DoAsync(HttpMethod.Post, "scenarios/rehearsal", new { text = ApiServer.Welcome, tests = Tests });
        var bad = await api.DoAsync(HttpMethod.Post, "scenarios/rehearsal", new { text = ApiServer.Welcome.Replace("\"trial\"", "\"pro\""), tests = Tests });

        Assert.True(good["is_good"]!.GetValue<bool>());
        Assert.True(Assert.Single(good["tests"]!.AsArray())!["is_passed"]!.GetValue<bool>());
        Assert.Equal("trial", good["story"]!["person"]!["properties"]!["plan"]!.GetValue<string>());
        var mail = Assert.Single(good["story"]!["lines"]!.AsArray(), line => line!["mail"] is not null)!;
        Assert.Equal(("hello", "Welcome"), (mail["mail"]!["template"]!.GetValue<string>(), mail["mail"]!["subject"]!.GetValue<string>()));
        Assert.False(bad["is_good"]!.GetValue<bool>());
        var failure = bad["tests"]![0]!["failures"]![0]!;
        Assert.Equal(11, failure["line"]!.GetValue<int>());
        Assert.True(bad["story"]!["has_entered"]!.GetValue<bool>());
    }

    [Fact]
    public async Task The_invented_contact_is_whom_the_author_wants()
    {
        await api.PublishAsync();
        var person = new { start = "2026-03-02T10:00:00Z", properties = new { plan = "trial" }, happens = new[] { new { @event = "setup_completed", after_hours = 24 } } };

        var told = await api.DoAsync(HttpMethod.Post, "scenarios/rehearsal", new { text = ApiServer.Welcome, person });
        var refused = await api.DoAsync(HttpMethod.Post, "scenarios/rehearsal", new { text = ApiServer.Welcome, person = new { contact = new { seats = "many" } } });

        var end = told["story"]!["lines"]!.AsArray().First(line => line!["reason"]?.GetValue<string>() == "goal_reached")!;
        Assert.Equal("2026-03-03T10:00:00+00:00", end["at"]!.GetValue<string>());
        Assert.StartsWith("contact.seats: \"many\" is no number.", refused["story"]!["problem"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_draft_is_kept_and_nobody_overwrites_what_somebody_else_saved()
    {
        var first = await api.DoAsync(HttpMethod.Put, "drafts/mine", new { text = "scenario: mine\ntitle: Mine" });
        var second = await api.DoAsync(HttpMethod.Put, "drafts/mine", new { text = "scenario: mine\ntitle: Ours", tests = "scenario: mine", revision = 1 });
        var (status, problem) = await api.CallAsync(HttpMethod.Put, "drafts/mine", new { text = "scenario: mine\ntitle: Late", revision = 1 });

        Assert.Equal((1, 2), (first["revision"]!.GetValue<int>(), second["revision"]!.GetValue<int>()));
        Assert.Equal(HttpStatusCode.Conflict, status);
        Assert.Equal("scenario: mine\ntitle: Ours", problem!["draft"]!["text"]!.GetValue<string>());
        var kept = await api.GetAsync("drafts/mine");
        Assert.Equal(("key:dev", "scenario: mine"), (kept["edited_by"]!.GetValue<string>(), kept["tests"]!.GetValue<string>()));
        var listed = (await api.GetAsync("scenarios?query=our"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "mine")!;
        Assert.Equal((0, "Ours"), (listed["newest_version"]!.GetValue<int>(), listed["title"]!.GetValue<string>()));

        await api.DoAsync(HttpMethod.Delete, "drafts/mine");
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Get, "drafts/mine", null, HttpStatusCode.NotFound));
        Assert.Equal("bad-name", await api.ProblemAsync(HttpMethod.Put, "drafts/Not%20a%20name", new { text = "" }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Tests_are_published_beside_their_scenario_and_what_is_wrong_in_them_is_said()
    {
        await api.PublishAsync();

        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "welcome.yaml", text = ApiServer.Welcome }, new { file = "tests/welcome.yaml", text = Tests } } });

        Assert.Equal(Tests, (await api.GetAsync("scenarios/welcome"))["tests"]!.GetValue<string>());
        Assert.Equal("not-publishable", await api.ProblemAsync(HttpMethod.Post, "scenarios",
            new { files = new[] { new { file = "tests/welcome.yaml", text = Tests.Replace("expect:", "expects:") } } }, HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task The_list_counts_who_is_in_a_scenario_and_says_why_it_is_paused()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("counted", "counted@a.example", ApiServer.SignUp("counted"));

        var standing = (await api.GetAsync("scenarios/welcome/standing?step=wait-setup_completed&limit=500"))["items"]!.AsArray();
        Assert.Contains(standing, one => one!["subject"]!.GetValue<string>() == $"contact:{id}" && one["name"]!.GetValue<string>() == "counted@a.example");
        Assert.Contains((await api.GetAsync("scenarios/welcome/history?what=entered"))["items"]!.AsArray(), row => row!["subject"]!.GetValue<string>() == $"contact:{id}");
        Assert.Empty((await api.GetAsync("scenarios/welcome/history?what=failed"))["items"]!.AsArray());
        Assert.Empty((await api.GetAsync("scenarios/welcome/parked"))["items"]!.AsArray());
        Assert.Equal("bad-word", await api.ProblemAsync(HttpMethod.Get, "scenarios/welcome/history?what=nothing", null, HttpStatusCode.BadRequest));

        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/pause", new { because = "The mail has a typo." });
        var paused = (await api.GetAsync("scenarios"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "welcome")!;
        Assert.Equal("The mail has a typo.", paused["paused_because"]!.GetValue<string>());
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/resume");
    }

    [Fact]
    public async Task A_version_keeps_its_text()
    {
        await api.PublishAsync();
        var before = (await api.GetAsync("scenarios/welcome"))["newest_version"]!.GetValue<int>();
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/publish", new { text = ApiServer.Welcome.Replace("3d", "5d") });

        var old = await api.GetAsync($"scenarios/welcome/versions/{before}");

        Assert.Contains("up_to: 3d", old["text"]!.GetValue<string>());
        Assert.Equal("3d", old["flow"]!["steps"]![1]!["says"]!["up_to"]!.GetValue<string>());
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Get, "scenarios/welcome/versions/999", null, HttpStatusCode.NotFound));
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/publish", new { text = ApiServer.Welcome });
    }

    [Fact]
    public async Task A_gallery_entry_becomes_a_text_and_says_which_value_is_wrong()
    {
        var entries = (await api.GetAsync("gallery"))["items"]!.AsArray();
        var filled = await api.DoAsync(HttpMethod.Post, "gallery/first-week", new { values = new { name = "mine", title = "最初の一週間", owner = "m@example.com", days = "5d" } });
        var (status, problem) = await api.CallAsync(HttpMethod.Post, "gallery/first-week", new { values = new { name = "mine", days = "soon" } });

        Assert.True(entries.Count >= 5);
        Assert.Contains("up_to: 5d", filled["text"]!.GetValue<string>());
        Assert.Contains("title: 最初の一週間", filled["text"]!.GetValue<string>());
        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["days"], problem!["problems"]!.AsObject().Select(one => one.Key));
    }

    [Fact]
    public async Task The_vocabulary_has_the_words_of_this_deployment()
    {
        await api.PublishAsync();

        var words = await api.GetAsync("vocabulary");

        Assert.Contains(words["templates"]!.AsArray(), one => one!["name"]!.GetValue<string>() == "hello");
        Assert.Equal("plan", words["events"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "signed_up")!["properties"]![0]!["name"]!.GetValue<string>());
        Assert.Contains(words["account"]!.AsArray(), one => one!["name"]!.GetValue<string>() == "tier");
        Assert.Contains(words["functions"]!.AsArray(), one => one!["name"]!.GetValue<string>() == "silent");
        Assert.Contains(words["keys"]!["trigger"]!.AsArray(), one => one!["key"]!.GetValue<string>() == "inactive");
    }

    [Fact]
    public async Task An_editor_gets_the_schema_of_scenarios()
    {
        var schema = await api.GetAsync("schema/scenario");

        Assert.Equal("https://json-schema.org/draft/2020-12/schema", schema["$schema"]!.GetValue<string>());
        Assert.Contains("trigger", schema["properties"]!.AsObject().Select(property => property.Key));
    }
}
