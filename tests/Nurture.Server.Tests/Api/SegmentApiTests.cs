using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;

namespace Nurture.Server.Tests.Api;

/// <summary>Segments from their publication to those who ask them. The tests share a server, so each has a name and a file of its own with all of them.</summary>
public abstract class SegmentApiTests(ApiServer api)
{
    private const string Busy = "  busy: { title: Busy people, about: They act., is: 'count(\"setup_completed\", \"30d\") >= 2' }\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(13)]
    [Fact]
    public async Task What_a_segment_counts_anew_is_filled_from_history_before_anybody_is_asked_by_it()
    {
        await api.PublishAsync();
        var contact = await api.PersonAsync("past", "past@a.example", Done("past") + Done("past"));
        await PublishAsync(Busy, Asking("asks-busy", "segment(\"busy\")"));

        await api.PersonAsync("past", "past@a.example", ApiServer.SignUp("past"));
        await api.PersonAsync("new", "new@a.example", ApiServer.SignUp("new"));

        Assert.Equal(["entered"], await DecidedAsync(contact, "asks-busy"));
        Assert.Equal(["audience_false"], await DecidedAsync(await IdAsync("new@a.example"), "asks-busy"));
        var explained = (await api.GetAsync($"explain?contact={await IdAsync("new@a.example")}&scenario=asks-busy"))["decisions"]!.AsArray().Single()!["sentence"]!.GetValue<string>();
        Assert.Contains("the segment “Busy people” is `count(\"setup_completed\", \"30d\") >= 2`", explained, StringComparison.Ordinal);
        await CutAsync("asks-busy");
    }

    [Fact]
    public async Task A_new_definition_is_felt_by_who_stands_in_a_live_scenario_and_going_back_counts_what_passed_by()
    {
        await api.PublishAsync();
        await PublishAsync("  reached: { is: 'count(\"setup_completed\", \"60d\") >= 5' }\n", Asking("asks-reached", "true == true", goal: "segment(\"reached\")"));
        var contact = await api.PersonAsync("goer", "goer@a.example", ApiServer.SignUp("goer"));

        // Nothing counts within 60 days meanwhile; what happens then is missed by the counter.
        await PublishAsync("  reached: { is: contact.seats > 100 }\n");
        await api.PersonAsync("goer", "goer@a.example", string.Concat(Enumerable.Repeat(Done("goer"), 5)));
        Assert.Equal(["entered"], await DecidedAsync(contact, "asks-reached"));
        await PublishAsync("  reached: { is: 'count(\"setup_completed\", \"60d\") >= 5' }\n");

        // They are asked anew after it is live.
        await Poll.UntilAsync("the goal is reached by the new definition", TimeSpan.FromSeconds(30), async () => (await DecidedAsync(contact, "asks-reached"))[0] == "goal_reached", Cancel);
        await CutAsync("asks-reached");
    }

    [Fact]
    public async Task A_segment_that_something_asks_cannot_be_cut_or_turned_round()
    {
        await api.PublishAsync();
        await PublishAsync("  kept: { of: account, is: account.tier == \"tech\" }\n", Asking("asks-kept", "segment(\"kept\")", subject: "account"));

        var cut = await RefusedAsync("segments: {}\n");
        var turned = await RefusedAsync("segments:\n  kept: { is: contact.seats > 3 }\n");

        Assert.Equal(("NUR133", "the scenario \"asks-kept\" (version 1) asks the segment \"kept\", which is not defined here any more."), cut);
        Assert.Equal("NUR133", turned.Code);
        Assert.StartsWith("the scenario \"asks-kept\" (version 1) can no longer ask the segments that it names: segment(\"kept\") asks one person", turned.Message, StringComparison.Ordinal);

        // Both at once is what a folder of files does.
        await PublishAsync("", Asking("asks-kept", "account.tier == \"tech\"", subject: "account"));
        Assert.Equal("account.tier == \"tech\"", api.Server.Services.GetRequiredService<CatalogSource>().Latest!.Catalog.Live["asks-kept"].Scenario.Audience!.Text);
    }

    [Rule(4)]
    [Fact]
    public async Task A_segment_that_a_mail_asks_is_kept_and_names_the_mail()
    {
        await api.PublishAsync();
        await PublishAsync("  mailed: { is: contact.seats > 3 }\n", ("hello.en.html", ApiServer.Mail.Replace("Welcome.", "{{ if segment(\"mailed\") }}Welcome.{{ end }}", StringComparison.Ordinal)));

        var (code, message) = await RefusedAsync("segments: {}\n");
        var segment = (await api.GetAsync("segments"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "mailed")!;

        Assert.Equal(("NUR133", "the mail \"hello.en\" can no longer ask the segments that it names: segments.yaml defines no segment \"mailed\"."), (code, message));
        Assert.Equal(["mail hello.en"], segment["asked_by"]!.AsArray().Select(asker => $"{asker!["kind"]} {asker["name"]}"));
        await PublishAsync("", ("hello.en.html", ApiServer.Mail));
    }

    [Fact]
    public async Task A_health_definition_keeps_the_segments_that_it_asks()
    {
        const string Health = """
            health: standard
            for: segment("scored")
            measures: [ { id: sign-ins, weight: 60, value: 'count("signed_up", "7d")', scale: [[0, 0], [1, 100]] } ]
            bands: { healthy: { from: 70, none: x }, watch: { from: 40, none: x }, at_risk: { none: x }, unknown: { none: x } }
            """;
        await api.PublishAsync();
        await PublishAsync("  scored: { of: account, is: account.tier == \"tech\" }\n", ("health.yaml", Health));

        var (code, message) = (await RefusedAsync("segments: {}\n"));

        Assert.Equal(("NUR133", "the health definition asks the segment \"scored\", which is not defined here any more."), (code, message));
        await PublishAsync("", ("health.yaml", Health.Replace("for: segment(\"scored\")\n", "", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_broadcast_is_counted_scheduled_and_sent_by_a_segment_and_lets_it_go_when_it_is_over()
    {
        await api.PublishAsync();
        await PublishAsync("  chosen: { title: Chosen ones, of: contact, is: contact.seats == 77 }\n");
        await api.PersonAsync("one", "one@a.example", """,{"type":"identify","userId":"one","traits":{"seats":77}}""");
        await api.PersonAsync("two", "two@a.example", """,{"type":"identify","userId":"two","traits":{"seats":78}}""");
        var shown = (await api.GetAsync("vocabulary"))["segments"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "chosen")!;
        Assert.Equal(("Chosen ones", "contact", "contact.seats == 77"), (shown["title"]!.GetValue<string>(), shown["of"]!.GetValue<string>(), shown["is"]!.GetValue<string>()));

        var begun = (await api.DoAsync(HttpMethod.Post, "counts", new { condition = "segment(\"chosen\")", @class = "service" }))["id"]!.GetValue<string>();
        var count = await CountedAsync(begun);
        Assert.Equal((1, 1), (count["matching"]!.GetValue<int>(), count["reachable"]!.GetValue<int>()));

        var at = api.Server.Services.GetRequiredService<BusinessClock>().Now.AddHours(2).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);
        var name = (await api.DoAsync(HttpMethod.Post, "broadcasts", new { form = new { title = "To the chosen", template = "hello", @class = "service", condition = "segment(\"chosen\")", at } }))["name"]!.GetValue<string>();
        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/schedule");
        Assert.Equal("NUR133", (await RefusedAsync("segments: {}\n")).Code);

        using var moved = await api.Server.Http.PostAsync("/dev/clock/advance?by=3h", null, Cancel);
        Assert.Equal(1, (await api.GetAsync($"broadcasts/{name}"))["results"]!["sent"]!.GetValue<int>());
        await PublishAsync("");
    }

    [Fact]
    public async Task What_is_wrong_with_a_segment_is_said_at_its_line()
    {
        await api.PublishAsync();

        var (code, message) = (await RefusedAsync("segments:\n  a: { is: segment(\"b\") }\n  b: { is: segment(\"a\") }\n"));

        Assert.Equal(("NUR132", "segments ask each other in a circle: a → b → a."), (code, message));
    }

    [Fact]
    public async Task The_list_says_who_asks_a_segment_and_how_many_belong_to_it_and_members_come_page_by_page()
    {
        await api.PublishAsync();
        await PublishAsync(
            "  seated: { title: Seated, about: They sit., is: contact.seats == 31 }\n  sitting: { is: segment(\"seated\") }\n  technical: { of: account, is: account.tier == \"tech\" }\n",
            Asking("asks-seated", "segment(\"seated\")"));
        foreach (var user in new[] { "sits-1", "sits-2", "sits-3" }) await api.PersonAsync(user, $"{user}@a.example", $$$""",{"type":"identify","userId":"{{{user}}}","traits":{"seats":31}}""");

        await api.DoAsync(HttpMethod.Post, "segments/counting");
        await Poll.UntilAsync("the members are counted", TimeSpan.FromSeconds(30), async () => (await api.GetAsync("segments"))["counting"] is null, Cancel);

        var seated = (await api.GetAsync("segments"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "seated")!;
        Assert.Equal(("Seated", "contact", "live", 3), (seated["title"]!.GetValue<string>(), seated["of"]!.GetValue<string>(), seated["state"]!.GetValue<string>(), seated["members"]!.GetValue<int>()));
        Assert.Equal(["scenario asks-seated", "segment sitting"], seated["asked_by"]!.AsArray().Select(one => $"{one!["kind"]} {one["name"]}"));

        var (found, after) = (new List<string>(), (string?)null);
        do
        {
            var page = await api.GetAsync($"segments/seated/members?limit=2{(after is null ? "" : $"&after={after}")}");
            Assert.True(page["items"]!.AsArray().Count <= 2);
            found.AddRange(page["items"]!.AsArray().Select(one => one!["email"]!.GetValue<string>()));
            after = page["next"]?.GetValue<string>();
        }
        while (after is not null);
        Assert.Equal(["sits-1@a.example", "sits-2@a.example", "sits-3@a.example"], found);

        var begun = (await api.DoAsync(HttpMethod.Post, "counts", new { condition = "contact.seats == 31 && contact.id > 0" }))["id"]!.GetValue<string>();
        Assert.Equal(3, (await CountedAsync(begun))["matching"]!.GetValue<int>());
        Assert.Equal(3, (await api.GetAsync($"counts/{begun}/sample"))["items"]!.AsArray().Count);
        var accounts = (await api.DoAsync(HttpMethod.Post, "counts", new { condition = "account.id < 0", of = "account" }))["id"]!.GetValue<string>();
        Assert.Equal(0, (await CountedAsync(accounts))["matching"]!.GetValue<int>());
        Assert.Equal("bad-condition", await api.ProblemAsync(HttpMethod.Post, "counts", new { condition = "contact.seats == 31", of = "account" }, HttpStatusCode.UnprocessableEntity));
        await CutAsync("asks-seated");
    }

    [Fact]
    public async Task A_segment_written_by_a_form_becomes_a_version_of_the_text_and_leaves_the_rest_as_it_is()
    {
        await api.PublishAsync();
        await PublishAsync("  # Ours.\n  mine: { is: contact.seats == 41 }\n");
        var version = (await api.GetAsync("files/segments"))["version"]!.GetValue<int>();
        var given = new { name = "formed", segment = new { title = "Formed", about = "By a form.", of = "contact", @is = "count(\"signed_up\", \"77d\") >= 1" }, based_on = version };

        await api.PersonAsync("former", "former@a.example", ApiServer.SignUp("former"));
        var estimate = await api.DoAsync(HttpMethod.Post, "files/segments/estimate", given);
        Assert.Equal(["contact.count(\"signed_up\", 77d) keep 1"], estimate["counts"]!.AsArray().Select(one => one!.GetValue<string>()));
        Assert.True(estimate["events"]!.GetValue<int>() >= 1 && estimate["subjects"]!.GetValue<int>() >= 1, estimate.ToString());

        await api.DoAsync(HttpMethod.Post, "files/segments/publish", given);
        Assert.Equal(
            "segments:\n  # Ours.\n  mine: { is: contact.seats == 41 }\n  formed:\n    title: Formed\n    about: By a form.\n    is: 'count(\"signed_up\", \"77d\") >= 1'\n",
            (await api.GetAsync("files/segments"))["text"]!.GetValue<string>());
        Assert.Contains("former@a.example", (await api.GetAsync("segments/formed/members?limit=500"))["items"]!.AsArray().Select(one => one!["email"]!.GetValue<string>()));
        Assert.Empty((await api.DoAsync(HttpMethod.Post, "files/segments/estimate", given))["counts"]!.AsArray());

        // Who began before that is told so, and a mistake is said at its line.
        Assert.Equal("segments-changed", await api.ProblemAsync(HttpMethod.Post, "files/segments/publish", given, HttpStatusCode.Conflict));
        var mistaken = await api.DoAsync(HttpMethod.Post, "files/segments/check", new { name = "formed", segment = new { of = "contact", @is = "contact.seets == 1" } });
        Assert.False(mistaken["is_good"]!.GetValue<bool>());
        Assert.Equal(("NUR206", 5), (mistaken["diagnostics"]![0]!["code"]!.GetValue<string>(), mistaken["diagnostics"]![0]!["line"]!.GetValue<int>()));
        Assert.Equal("bad-name", await api.ProblemAsync(HttpMethod.Post, "files/segments/check", new { name = "Big One", segment = new { @is = "true == true" } }, HttpStatusCode.BadRequest));

        await api.DoAsync(HttpMethod.Post, "files/segments/publish", new { name = "formed", segment = new { title = "Formed", of = "contact", @is = "contact.seats == 42" }, based_on = version + 1 });
        Assert.Equal(["changed", "added"], (await api.GetAsync("segments/formed"))["history"]!.AsArray().Select(one => one!["change"]!.GetValue<string>()));
        await api.DoAsync(HttpMethod.Post, "files/segments/publish", new { name = "formed", based_on = version + 2 });
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Get, "segments/formed", null, HttpStatusCode.NotFound));
        Assert.Equal("segments:\n  # Ours.\n  mine: { is: contact.seats == 41 }\n", (await api.GetAsync("files/segments"))["text"]!.GetValue<string>());
        await PublishAsync("");
    }

    [Fact]
    public async Task A_circle_or_a_segment_in_use_is_refused_in_words_before_anything_is_published()
    {
        await api.PublishAsync();
        await PublishAsync("  needed: { is: contact.seats == 51 }\n  beside: { is: segment(\"needed\") }\n", Asking("asks-needed", "segment(\"needed\")"));

        var circle = await api.DoAsync(HttpMethod.Post, "files/segments/check", new { name = "needed", segment = new { @is = "segment(\"beside\")" } });
        Assert.Contains("segments ask each other in a circle", circle["diagnostics"]!.ToString(), StringComparison.Ordinal);
        var cut = await api.DoAsync(HttpMethod.Post, "files/segments/check", new { text = "segments: {}\n" });
        Assert.Contains("the scenario \"asks-needed\" (version 1) asks the segment \"needed\", which is not defined here any more.", cut["diagnostics"]!.AsArray().Select(said => said!["message"]!.GetValue<string>()));
        Assert.Equal("not-publishable", await api.ProblemAsync(HttpMethod.Post, "files/segments/publish", new { name = "needed" }, HttpStatusCode.UnprocessableEntity));
        await CutAsync("asks-needed");
    }

    private static string Done(string user) => $$""",{"type":"track","userId":"{{user}}","event":"setup_completed"}""";

    private static (string File, string Text) Asking(string name, string audience, string goal = "event(\"setup_completed\")", string subject = "contact") => ($"{name}.yaml", $$"""
        scenario: {{name}}
        title: Asks
        owner: m@example.com
        subject: {{subject}}
        class: service
        trigger: { event: signed_up }
        audience: '{{audience}}'
        goal: { when: '{{goal}}', within: 60d }
        steps:
          - wait: 30d
          - send: { template: hello{{(subject == "account" ? ", to: most_active, nobody: end" : "")}} }
        """);

    private async Task PublishAsync(string segments, params (string File, string Text)[] also)
    {
        await api.DoAsync(HttpMethod.Post, "scenarios", Files(segments.Length == 0 ? "segments: {}\n" : $"segments:\n{segments}", also));
    }

    /// <summary>Takes away what asks, and then what is asked.</summary>
    private async Task CutAsync(string scenario)
    {
        foreach (var enrolled in (await api.GetAsync($"enrollments?scenario={scenario}"))["items"]!.AsArray())
            await api.DoAsync(HttpMethod.Delete, $"enrollments/{enrolled!["id"]!.GetValue<string>()}");
        var (file, text) = Asking(scenario, "contact.seats == 1000");
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file, text } } });
        await PublishAsync("");
    }

    private static object Files(string segments, params (string File, string Text)[] also) =>
        new { files = also.Prepend((File: "segments.yaml", Text: segments)).Select(one => new { file = one.File, text = one.Text }).ToArray() };

    /// <summary>The first mistake.</summary>
    private async Task<(string Code, string Message)> RefusedAsync(string segments)
    {
        var (status, body) = await api.CallAsync(HttpMethod.Post, "scenarios", Files(segments));
        Assert.True(status == HttpStatusCode.UnprocessableEntity, $"{status} {body}");
        var first = body!["diagnostics"]!.AsArray().First(said => said!["severity"]!.GetValue<string>() == "error")!;
        return (first["code"]!.GetValue<string>(), first["message"]!.GetValue<string>());
    }

    private async Task<JsonNode> CountedAsync(string id)
    {
        while (await api.GetAsync($"counts/{id}") is var count)
        {
            if (count["state"]!.GetValue<string>() != "counting") return count;
            await Task.Yield();
        }

        throw new InvalidOperationException();
    }

    private async Task<long> IdAsync(string email) => (await api.GetAsync($"contacts?query={Uri.EscapeDataString(email)}"))["items"]!.AsArray().Single()!["id"]!.GetValue<long>();

    private async Task<IReadOnlyList<string>> DecidedAsync(long contact, string scenario) =>
        [.. (await api.GetAsync($"journal?subject=contact:{contact}&scenario={scenario}"))["items"]!.AsArray().Select(row => row!["reason"]!.GetValue<string>())];
}

public sealed class SegmentApiOnSqlite(ApiServer api) : SegmentApiTests(api), IClassFixture<ApiServer>;

public sealed class SegmentApiOnPostgres(PostgresApiServer api) : SegmentApiTests(api), IClassFixture<PostgresApiServer>;
