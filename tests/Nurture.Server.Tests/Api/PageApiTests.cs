using System.Net;
using System.Text.Json.Nodes;

namespace Nurture.Server.Tests.Api;

/// <summary>What the pages of people and mail ask for.</summary>
public abstract class PageApiTests(ApiServer api)
{
    private const string SetUp = "setup_completed";

    [Fact]
    public async Task A_timeline_tells_everything_in_one_order_and_pages_through_it_without_gaps()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("story", "story@a.example", ApiServer.SignUp("story"));
        await api.DoAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"name":"花子"}}""");
        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/refusals", new { topic = "news", is_refused = true });

        var whole = Items(await api.GetAsync($"contacts/{id}/timeline?locale=ja&limit=100"));
        var paged = new List<JsonNode>();
        for (string? after = ""; after is not null;)
        {
            var page = await api.GetAsync($"contacts/{id}/timeline?locale=ja&limit=1&after={after}");
            paged.AddRange(Items(page));
            after = page["next"]?.GetValue<string>();
        }

        Assert.Equal(whole.Select(IdOf), paged.Select(IdOf));
        Assert.Equal(whole.Select(At).OrderDescending(), whole.Select(At));
        var sentences = whole.Select(moment => moment["sentence"]!.GetValue<string>()).ToList();
        Assert.Contains("シナリオ「Welcome」に参加しました。", sentences);
        Assert.Contains("メール「hello」を送信しました。", sentences);
        Assert.Contains("signed_up が記録されました。", sentences);
        Assert.Contains("属性が更新されました:name。", sentences);
        Assert.Contains("配信カテゴリ「news」を停止しました。", sentences);
        Assert.DoesNotContain(sentences, sentence => sentence.Contains("送信を決定", StringComparison.Ordinal));
        Assert.All(Items(await api.GetAsync($"contacts/{id}/timeline?show=mails")), moment => Assert.Equal("mail", moment["kind"]!.GetValue<string>()));
    }

    [Fact]
    public async Task An_account_s_timeline_is_its_own_and_its_people_s()
    {
        await api.PublishAsync();
        await api.PersonAsync("of-acme", "of-acme@a.example", """,{"type":"group","userId":"of-acme","groupId":"acme-timeline","traits":{"name":"Acme"}},{"type":"track","userId":"of-acme","event":"setup_completed"}""");
        var account = Items(await api.GetAsync("accounts?query=acme-timeline"))[0]["id"]!.GetValue<long>();
        await api.PersonAsync("stranger", "stranger@b.example", ApiServer.SignUp("stranger"));

        var moments = Items(await api.GetAsync($"accounts/{account}/timeline?limit=100"));

        Assert.Contains(moments, moment => moment["code"]!.GetValue<string>() == SetUp && moment["name"]!.GetValue<string>() == "of-acme@a.example");
        Assert.Contains(moments, moment => moment["sentence"]!.GetValue<string>() == "Attributes were set: name.");
        Assert.DoesNotContain(moments, moment => moment["name"]?.GetValue<string>() == "stranger@b.example");
    }

    [Fact]
    public async Task A_timeline_holds_for_an_account_of_many_people_and_shows_who_belongs_to_it_too()
    {
        await api.PublishAsync();
        var people = string.Concat(Enumerable.Range(1, 120).Select(i =>
            $$$""",{"type":"identify","userId":"many{{{i}}}","traits":{"email":"many{{{i}}}@many.example"}},{"type":"group","userId":"many{{{i}}}","groupId":"many"}"""));
        await api.PersonAsync("many0", "many0@many.example", people);
        await api.PersonAsync("guest", "guest@other.example", """,{"type":"group","userId":"guest","groupId":"other-home"}""");
        await api.PersonAsync("guest", "guest@other.example", """,{"type":"group","userId":"guest","groupId":"many"}""");
        var account = Items(await api.GetAsync("accounts?query=many"))[0]["id"]!.GetValue<long>();

        var page = await api.GetAsync($"accounts/{account}/timeline?limit=100&locale=en");
        var shown = await api.GetAsync($"accounts/{account}?locale=en");

        Assert.Equal(100, Items(page).Count);
        Assert.NotNull(page["next"]);
        Assert.Equal("guest@other.example", Assert.Single(shown["also_people"]!.AsArray())!["email"]!.GetValue<string>());
    }

    [Fact]
    public async Task Every_number_of_the_overview_is_the_length_of_its_list()
    {
        await api.PublishAsync();
        await api.PersonAsync("counted", "counted@a.example", ApiServer.SignUp("counted"));
        await api.PersonAsync("blocked", "blocked@a.example");
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "blocked@a.example" });
        await api.PersonAsync("blocked", "blocked@a.example", ApiServer.SignUp("blocked"));
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/pause");

        var overview = await api.GetAsync("overview");
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/resume");

        var day = Uri.EscapeDataString(overview["day"]!.GetValue<string>());
        foreach (var (standing, count) in overview["today"]!["sends"]!.AsObject())
            Assert.Equal(count!.GetValue<int>(), Items(await api.GetAsync($"sends?standing={standing}&since={day}&customers=true&limit=500")).Count);
        foreach (var (member, reason) in new[] { ("entered", "entered"), ("goals_reached", "goal_reached"), ("completed", "completed") })
            Assert.Equal(overview["today"]![member]!.GetValue<int>(), Items(await api.GetAsync($"turns?reason={reason}&since={day}&limit=500&locale=en")).Count);
        Assert.True(overview["today"]!["sends"]!["sent"]!.GetValue<int>() >= 1);
        Assert.True(overview["today"]!["entered"]!.GetValue<int>() >= 2);
        Assert.True(overview["waiting"]!["enrolled"]!["count"]!.GetValue<int>() >= 2);
        Assert.Equal("Welcome", overview["attention"]!["paused"]![0]!["title"]!.GetValue<string>());
    }

    [Rule(57)]
    [Fact]
    public async Task A_test_person_is_mailed_and_is_in_no_number_of_the_overview()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("tester", "tester@a.example");
        await api.DoAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"internal":true}}""");
        var before = await FiguresAsync();

        await api.PersonAsync("tester", "tester@a.example", ApiServer.SignUp("tester"));

        Assert.True((await api.GetAsync($"contacts/{id}"))["is_internal"]!.GetValue<bool>());
        Assert.Equal("arrived", (await AnswerAsync(id, "template=hello"))["verdict"]!.GetValue<string>());
        Assert.Equal(before, await FiguresAsync());
        Assert.DoesNotContain(Items(await api.GetAsync("turns?reason=entered&limit=500")), turn => turn["subject"]!.GetValue<string>() == $"contact:{id}");

        async Task<string> FiguresAsync()
        {
            var (overview, scenario) = (await api.GetAsync("overview"), await api.GetAsync("scenarios/welcome"));
            return $"{overview["today"]} {overview["waiting"]!["enrolled"]} {scenario["activity"]!["standing"]} {scenario["activity"]!["failed"]} {scenario["steps"]}";
        }
    }

    [Fact]
    public async Task Why_a_mail_did_or_did_not_arrive_is_one_sentence()
    {
        await api.PublishAsync();
        var reached = await api.PersonAsync("reached", "reached@a.example", ApiServer.SignUp("reached"));
        await api.PersonAsync("kept", "kept@a.example");
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "kept@a.example" });
        var kept = await api.PersonAsync("kept", "kept@a.example", ApiServer.SignUp("kept"));
        var never = await api.PersonAsync("nothing", "nothing@a.example");

        Assert.Equal("arrived", (await AnswerAsync(reached, "template=hello"))["verdict"]!.GetValue<string>());
        Assert.Equal(("not_sent", "suppressed", "送信不可アドレスのため、メール「hello」を送りませんでした。"), Of(await AnswerAsync(kept, "template=hello&locale=ja")));
        Assert.Equal(("never", "never_triggered", "開始条件の出来事(signed_up)が一度も記録されていません。"), Of(await AnswerAsync(never, "scenario=welcome&locale=ja")));
        Assert.Equal("not_used", (await AnswerAsync(never, "template=no-such-mail"))["code"]!.GetValue<string>());

        static (string, string, string) Of(JsonNode answer) => (answer["verdict"]!.GetValue<string>(), answer["code"]!.GetValue<string>(), answer["sentence"]!.GetValue<string>());
    }

    [Fact]
    public async Task Why_a_mail_of_another_branch_did_not_arrive_names_the_way_that_was_taken()
    {
        await api.PublishAsync();
        const string Fork = """
            scenario: fork
            title: Fork
            owner: m@example.com
            class: service
            trigger: { event: signed_up, where: trigger.plan == "fork" }
            goal: { when: event("setup_completed"), within: 14d }
            steps:
              - branch:
                  - if: contact.seats > 3
                    then:
                      - send: many
                  - else:
                      - end: few-seats
            """;
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "many.en.html", text = ApiServer.Mail }, new { file = "fork.yaml", text = Fork } } });
        await api.PersonAsync("forked", "forked@a.example");
        var id = await api.PersonAsync("forked", "forked@a.example", """,{"type":"track","userId":"forked","event":"signed_up","properties":{"plan":"fork"}}""");

        var answer = await AnswerAsync(id, "template=many&locale=en");

        Assert.Equal(("not_sent", "ended"), (answer["verdict"]!.GetValue<string>(), answer["code"]!.GetValue<string>()));
        Assert.StartsWith("“Fork” was gone through without it. Ended “Fork”", answer["sentence"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Consent_and_refusals_are_recorded_by_hand_through_the_person_s_slot()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("consents", "consents@a.example");

        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/consent", new { basis = "opt_in", note = "asked at the fair" });
        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/refusals", new { is_refused = true });
        var refused = await api.GetAsync($"contacts/{id}");
        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/refusals", new { is_refused = false });

        Assert.Equal("opt_in", refused["basis"]!.GetValue<string>());
        Assert.NotNull(refused["refusals"]!["*"]);
        Assert.Empty((await api.GetAsync($"contacts/{id}"))["refusals"]!.AsObject());
        var audit = await api.AuditAsync();
        Assert.Contains($"key:dev contact.consent contact:{id}", audit);
        Assert.Contains($"key:dev contact.unsubscribed contact:{id}", audit);
        Assert.Contains($"key:dev contact.resubscribed contact:{id}", audit);
        Assert.Equal("bad-basis", await api.ProblemAsync(HttpMethod.Post, $"contacts/{id}/consent", new { basis = "none" }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Who_unsubscribed_by_hand_gets_no_mail_that_waits()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "sending/stop");
        var id = await api.PersonAsync("toolate", "toolate@a.example", ApiServer.SignUp("toolate"));

        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/refusals", new { is_refused = true });
        await api.DoAsync(HttpMethod.Post, "sending/start");

        var send = Assert.Single(Items(await api.GetAsync($"sends?contact={id}&locale=ja")));
        Assert.Equal(("not_sent", "ご本人がすべての配信を停止しているため、メール「hello」を送りませんでした。"), (send["standing"]!.GetValue<string>(), send["sentence"]!.GetValue<string>()));
    }

    [Fact]
    public async Task A_send_tells_its_story_and_shows_its_mail()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("sent", "sent@a.example", ApiServer.SignUp("sent"));
        var send = Assert.Single(Items(await api.GetAsync($"sends?contact={id}&template=hello&scenario=welcome&standing=sent")));

        var story = await api.GetAsync($"sends/{send["id"]}?locale=en");
        var mail = await api.GetAsync($"sends/{send["id"]}/mail");

        Assert.Equal(["entered", "released", "handed", "sent"], story["story"]!.AsArray().Select(chapter => chapter!["code"]!.GetValue<string>()).Where(code => code != "opened"));
        Assert.Equal("caught by the built-in inbox", story["story"]!.AsArray()[^1]!["reply"]!.GetValue<string>().Split(" [")[0]);
        Assert.Equal("Welcome", mail["subject"]!.GetValue<string>());
        Assert.Contains("/u/preview", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Get, $"sends/{Guid.NewGuid()}", null, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task A_preview_shows_a_template_as_a_contact_would_get_it_and_what_is_wrong_with_it_at_its_line()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("seen", "seen@a.example");
        await api.DoAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"name":"花子"}}""");
        const string Text = "---\nsubject: Hi {{ contact.name }}\npreheader: Look\nlayout: none\n---\n<html><body><p>{{ contact.name }}</p>\n{{ sender.organization }}\n<a href=\"{{ unsubscribe_url }}\">Stop</a></body></html>\n";

        var preview = await PreviewAsync(Text, id);
        var invented = await PreviewAsync(Text, null);
        var wrong = await PreviewAsync(Text.Replace("contact.name }}</p>", "contact.nam }}</p>"), id);
        var broken = await PreviewAsync(Text.Replace("{{ unsubscribe_url }}", "{{ if }}"), id);

        Assert.Equal(("Hi 花子", "Look"), (preview["subject"]!.GetValue<string>(), preview["preheader"]!.GetValue<string>()));
        Assert.Contains("花子", preview["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("Hi Alex Example", invented["subject"]!.GetValue<string>());
        Assert.Equal((6, "error"), (wrong["problems"]![0]!["line"]!.GetValue<int>(), wrong["problems"]![0]!["severity"]!.GetValue<string>()));
        Assert.Null(broken["html"]);
        Assert.Equal(8, broken["problems"]![0]!["line"]!.GetValue<int>());
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "templates/nothing.en/preview", new { }, HttpStatusCode.NotFound));

        async Task<JsonNode> PreviewAsync(string text, long? contact) =>
            (await api.CallAsync(HttpMethod.Post, "templates/hello.en/preview", new { text, contact_id = contact })).Body!;
    }

    [Fact]
    public async Task A_mail_keeps_its_form_and_its_text_part_and_every_version_of_them()
    {
        await api.PublishAsync();

        var preview = (await api.CallAsync(HttpMethod.Post, "templates/noted.en/preview", new { text = "---\nsubject: Noted\n---\nHello **you**", form = "markdown", text_part = "Hello you" })).Body!;
        await api.CallAsync(HttpMethod.Put, "templates/noted.en", new { text = "---\nsubject: Noted\n---\nHello **you**", form = "markdown", text_part = "Hello you" });
        await api.CallAsync(HttpMethod.Put, "templates/noted.en", new { text = "---\nsubject: Noted\n---\nHello **all**" });
        var shown = await api.GetAsync("templates/noted.en");
        var versions = (await api.GetAsync("templates/noted.en/versions")).AsArray();
        var now = (await api.CallAsync(HttpMethod.Post, "templates/noted.en/preview", new { })).Body!;

        Assert.Contains("<strong>you</strong>", preview["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("Hello you\n", preview["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal(("markdown", 2), (shown["form"]!.GetValue<string>(), shown["version"]!.GetValue<int>()));
        Assert.Equal([(2, null), (1, "Hello you")], versions.Select(version => (version!["version"]!.GetValue<int>(), version["text_part"]?.GetValue<string>())));
        Assert.Contains("<strong>all</strong>", now["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("Hello all\n", now["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("bad-form", await api.ProblemAsync(HttpMethod.Put, "templates/noted.en", new { text = "x", form = "word" }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_live_scenario_is_asked_before_its_mail_becomes_something_weaker()
    {
        await api.PublishAsync();
        var live = await api.GetAsync("templates/hello.en");

        Assert.Equal("not-publishable", await api.ProblemAsync(HttpMethod.Put, "templates/hello.en",
            new { text = live["text"]!.GetValue<string>().Replace("subject:", "class: transactional\nsubject:", StringComparison.Ordinal) }, HttpStatusCode.UnprocessableEntity));
    }

    [Fact]
    public async Task A_test_mail_goes_to_the_caller_marked_and_stands_in_no_ledger()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("model", "model@a.example");

        var tested = await api.DoAsync(HttpMethod.Post, "templates/hello.en/test", new { contact_id = id });

        Assert.Equal((true, "developer@example.com", "[Test] Welcome"), (tested["is_sent"]!.GetValue<bool>(), tested["to"]!.GetValue<string>(), tested["subject"]!.GetValue<string>()));
        Assert.Empty(Items(await api.GetAsync($"sends?contact={id}")));
        var caught = Items(await api.GetAsync("/dev/inbox?query=developer"));
        var mail = await api.GetAsync($"/dev/inbox/{caught[0]["id"]}");
        Assert.Equal("[Test] Welcome", mail["subject"]!.GetValue<string>());
        Assert.All(mail["links"]!.AsArray(), link => Assert.DoesNotContain("/c/", link!.GetValue<string>(), StringComparison.Ordinal));
        Assert.DoesNotContain("/o/", mail["html"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("key:dev mail.tested template:hello.en", await api.AuditAsync());
    }

    [Fact]
    public async Task A_test_mail_is_not_sent_while_all_sending_is_stopped()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "sending/stop");

        var tested = await api.DoAsync(HttpMethod.Post, "templates/hello.en/test", new { });
        await api.DoAsync(HttpMethod.Post, "sending/start");

        Assert.False(tested["is_sent"]!.GetValue<bool>());
        Assert.Contains("stopped", tested["reply"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_contact_shows_why_its_ids_are_its_own_and_why_its_address_is_blocked()
    {
        var id = await api.PersonAsync("known", "known@a.example");
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "Known@A.example", note = "asked by telephone" });

        var contact = await api.GetAsync($"contacts/{id}?locale=en");

        Assert.True(Items(await api.GetAsync("contacts?query=known"))[0]["is_blocked"]!.GetValue<bool>());
        Assert.Contains(contact["evidence"]!.AsArray(), link => link!["kind"]!.GetValue<string>() == "user" && link["how"]!.GetValue<string>() == "attached");
        Assert.Equal(("by_hand", "asked by telephone"), (contact["suppression"]!["reason"]!.GetValue<string>(), contact["suppression"]!["note"]!.GetValue<string>()));
    }

    private async Task<JsonNode> AnswerAsync(long contact, string query) => (await api.GetAsync($"explain?contact={contact}&{query}"))["answer"]!;

    private static List<JsonNode> Items(JsonNode page) => [.. page["items"]!.AsArray().Select(item => item!)];

    private static string IdOf(JsonNode moment) => moment["id"]!.GetValue<string>();

    private static DateTimeOffset At(JsonNode moment) => moment["at"]!.GetValue<DateTimeOffset>();
}

public sealed class PageApiOnSqlite(ApiServer api) : PageApiTests(api), IClassFixture<ApiServer>;

public sealed class PageApiOnPostgres(PostgresApiServer api) : PageApiTests(api), IClassFixture<PostgresApiServer>;
