using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Hosting;

namespace Nurture.Server.Tests.Api;

public sealed class ScenarioApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_mistake_is_said_at_its_line_and_nothing_is_published()
    {
        await api.PublishAsync();

        var (status, problem) = await api.CallAsync(HttpMethod.Post, "scenarios/broken/publish",
            new { text = ApiServer.Welcome.Replace("scenario: welcome", "scenario: broken").Replace("send: hello", "send: helo") });

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal("urn:nurture:problem:not-publishable", problem!["type"]!.GetValue<string>());
        var error = problem["diagnostics"]!.AsArray().First(diagnostic => diagnostic!["severity"]!.GetValue<string>() == "error")!;
        Assert.Equal(("broken.yaml", 8), (error["file"]!.GetValue<string>(), error["line"]!.GetValue<int>()));
        Assert.Equal(HttpStatusCode.NotFound, (await api.CallAsync(HttpMethod.Get, "scenarios/broken")).Status);
        Assert.Equal("wrong-name", await api.ProblemAsync(HttpMethod.Post, "scenarios/other/publish", new { text = ApiServer.Welcome }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task The_same_text_is_the_same_version()
    {
        await api.PublishAsync();
        var version = (await api.GetAsync("scenarios/welcome"))["newest_version"]!.GetValue<int>();

        var again = await api.DoAsync(HttpMethod.Post, "scenarios/welcome/publish", new { text = ApiServer.Welcome });

        Assert.False(again["published"]![0]!["is_new"]!.GetValue<bool>());
        var shown = await api.GetAsync("scenarios/welcome");
        Assert.Equal(version, shown["newest_version"]!.GetValue<int>());
        Assert.Equal(ApiServer.Welcome, shown["text"]!.GetValue<string>());
        Assert.Equal("live", shown["versions"]![0]!["state"]!.GetValue<string>());
        Assert.Equal(ApiServer.Mail, (await api.GetAsync("templates/hello.en"))["text"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_was_decided_reads_as_a_story_with_its_mails()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("story", "story@a.example", ApiServer.SignUp("story"));
        await api.Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(TimeSpan.FromDays(4), TestContext.Current.CancellationToken);

        var explained = await api.GetAsync($"explain?contact={id}&scenario=welcome");

        var decisions = explained["decisions"]!.AsArray();
        Assert.Equal(["entered", "released", "timed_out", "completed"], decisions.Select(decision => decision!["reason"]!.GetValue<string>()));
        Assert.Equal("Released the mail hello.", decisions[1]!["sentence"]!.GetValue<string>());
        Assert.Equal("sent", decisions[1]!["mail"]!["state"]!.GetValue<string>());
        Assert.Null(explained["why_not"]);
        Assert.Equal("sent", Assert.Single((await api.GetAsync($"sends?contact={id}"))["items"]!.AsArray())!["state"]!.GetValue<string>());
        Assert.Equal("completed", (await api.GetAsync($"journal?subject=contact:{id}&scenario=welcome&limit=1"))["items"]![0]!["reason"]!.GetValue<string>());
    }

    [Fact]
    public async Task Who_never_entered_is_told_why_and_nothing_changes()
    {
        await api.PublishAsync();
        var never = await api.PersonAsync("never", "never@a.example");
        var paid = await api.PersonAsync("paid", "paid@a.example", ApiServer.SignUp("paid").Replace("trial", "paid"));

        Assert.Equal("never_triggered", await WhyAsync(never, "welcome"));
        Assert.Equal("trigger_where_false", await WhyAsync(paid, "welcome"));
        Assert.Equal("not_published", await WhyAsync(never, "nothing-of-the-kind"));
        Assert.Empty((await api.GetAsync($"journal?subject=contact:{never}&scenario=welcome"))["items"]!.AsArray());
    }

    private async Task<string> WhyAsync(long contact, string scenario) =>
        (await api.GetAsync($"explain?contact={contact}&scenario={scenario}"))["why_not"]![0]!["code"]!.GetValue<string>();

    [Rule(20)]
    [Fact]
    public async Task A_subject_is_enrolled_and_taken_out_by_hand()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("byhand", "byhand@a.example");

        await api.DoAsync(HttpMethod.Post, "enrollments", new { subject = $"contact:{id}", scenario = "welcome" });

        var enrollment = Assert.Single((await api.GetAsync($"enrollments?subject=contact:{id}"))["items"]!.AsArray())!;
        Assert.Contains((await api.GetAsync("enrollments?scenario=welcome"))["items"]!.AsArray(), one => one!["id"]!.GetValue<string>() == enrollment["id"]!.GetValue<string>());
        await api.DoAsync(HttpMethod.Delete, $"enrollments/{enrollment["id"]}");
        Assert.Empty((await api.GetAsync($"enrollments?subject=contact:{id}"))["items"]!.AsArray());
        var sentences = (await api.GetAsync($"explain?contact={id}&scenario=welcome"))["decisions"]!.AsArray().Select(decision => decision!["sentence"]!.GetValue<string>()).ToList();
        Assert.Contains("Entered welcome by hand (key:dev).", sentences);
        Assert.Contains("Was taken out of welcome by hand (key:dev).", sentences);
        Assert.Contains($"key:dev enrollment.requested contact:{id}", await api.AuditAsync());
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Delete, $"enrollments/{enrollment["id"]}", null, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task What_cannot_be_enrolled_is_said_at_once()
    {
        await api.PublishAsync();

        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "enrollments", new { subject = "contact:1", scenario = "no" }, HttpStatusCode.NotFound));
        Assert.Equal("wrong-subject", await api.ProblemAsync(HttpMethod.Post, "enrollments", new { subject = "account:1", scenario = "welcome" }, HttpStatusCode.BadRequest));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "enrollments", new { subject = "contact:1", scenario = "welcome", force = true }, HttpStatusCode.BadRequest));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "enrollments", new { subject = "contact:999999", scenario = "welcome" }, HttpStatusCode.NotFound));
    }

    [Rule(45)]
    [Fact]
    public async Task A_paused_scenario_lets_nobody_in_until_it_is_resumed()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/pause");
        var id = await api.PersonAsync("paused", "paused@a.example", ApiServer.SignUp("paused"));
        Assert.True((await api.GetAsync("scenarios/welcome"))["is_paused"]!.GetValue<bool>());
        Assert.Equal("scenario_paused", (await api.GetAsync($"explain?contact={id}&scenario=welcome"))["decisions"]![0]!["reason"]!.GetValue<string>());

        await api.DoAsync(HttpMethod.Post, "scenarios/welcome/resume");

        Assert.False((await api.GetAsync("scenarios/welcome"))["is_paused"]!.GetValue<bool>());
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "scenarios/none/pause", null, HttpStatusCode.NotFound));
        var audit = await api.AuditAsync();
        Assert.Contains("key:dev scenario.paused scenario:welcome", audit);
        Assert.Contains("key:dev scenario.resumed scenario:welcome", audit);
    }

    [Rule(58)]
    [Fact]
    public async Task Stopping_one_identity_keeps_its_mails_back_and_nobody_elses()
    {
        await api.PublishAsync();
        var support = ApiServer.Welcome.Replace("scenario: welcome", "scenario: helped", StringComparison.Ordinal).Replace("\"trial\"", "\"helped\"", StringComparison.Ordinal)
            .Replace("- send: hello", "- send: { template: hello, from: support }", StringComparison.Ordinal);
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "helped.yaml", text = support } } });
        await api.DoAsync(HttpMethod.Post, "sending/identities/support/stop");
        var id = await api.PersonAsync("quiet", "quiet@a.example", ApiServer.SignUp("quiet") + ApiServer.SignUp("quiet").Replace("\"trial\"", "\"helped\"", StringComparison.Ordinal));

        var sends = (await api.GetAsync($"sends?contact={id}"))["items"]!.AsArray().ToDictionary(send => send!["scenario"]!.GetValue<string>(), send => send!["state"]!.GetValue<string>());
        Assert.Equal(("sent", "planned"), (sends["welcome"], sends["helped"]));
        var shown = (await api.GetAsync("sending"))["identities"]!.AsArray().Single(one => one!["identity"]!.GetValue<string>() == "support")!;
        Assert.Equal(("key:dev", 1L), (shown["stopped"]!["by"]!.GetValue<string>(), shown["waiting"]!.GetValue<long>()));
        Assert.True((await api.GetAsync("status"))["sends"]!["planned"]!.GetValue<long>() > 0);
        Assert.Contains("stopped", (await api.GetAsync($"explain?contact={id}&scenario=helped&locale=en"))["answer"]!["sentence"]!.GetValue<string>(), StringComparison.Ordinal);

        await api.DoAsync(HttpMethod.Post, "sending/identities/support/start");
        await api.SettleAsync();
        Assert.All((await api.GetAsync($"sends?contact={id}"))["items"]!.AsArray(), send => Assert.Equal("sent", send!["state"]!.GetValue<string>()));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "sending/identities/nobody/stop", null, HttpStatusCode.NotFound));
        var audit = await api.AuditAsync();
        Assert.Contains("key:dev sending.identity_stopped identity:support", audit);
        Assert.Contains("key:dev sending.identity_started identity:support", audit);
    }

    [Rule(58)]
    [Fact]
    public async Task Stopping_all_sending_says_who_and_what_waits()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "sending/stop");
        var id = await api.PersonAsync("stopped", "stopped@a.example", ApiServer.SignUp("stopped"));

        var status = await api.GetAsync("status");
        Assert.Equal("key:dev", status["sending_stopped"]!["by"]!.GetValue<string>());
        Assert.True(status["sends"]!["planned"]!.GetValue<long>() > 0);
        Assert.Equal(0, status["unread_events"]!.GetValue<long>());

        await api.DoAsync(HttpMethod.Post, "sending/start");
        await api.SettleAsync();
        Assert.Equal("sent", Assert.Single((await api.GetAsync($"sends?contact={id}"))["items"]!.AsArray())!["state"]!.GetValue<string>());
        Assert.Null((await api.GetAsync("status"))["sending_stopped"]);
    }
}
