using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Broadcasts;

public sealed class BroadcastApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_broadcast_is_filled_in_counted_scheduled_and_sent_to_those_who_want_it()
    {
        await api.PublishAsync();
        await PersonAsync("yes1", "agreed");
        await PersonAsync("yes2", "agreed");
        await PersonAsync("silent", "agreed", wants: false);
        await PersonAsync("other", "elsewhere");
        var at = await InAsync(TimeSpan.FromHours(2));

        var made = await api.DoAsync(HttpMethod.Post, "broadcasts", new { form = Form("March", at, "contact.name == \"agreed\"") });
        var name = made["name"]!.GetValue<string>();
        var count = await CountAsync("contact.name == \"agreed\"");
        Assert.Equal(("broadcast-march", "draft"), (name, made["state"]!.GetValue<string>()));
        Assert.Equal((3, 2, 0), (count["matching"]!.GetValue<int>(), count["reachable"]!.GetValue<int>(), count["unknown"]!.GetValue<int>()));

        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/schedule");
        await ScheduledAsync(name);
        Assert.Equal("already-scheduled", await api.ProblemAsync(HttpMethod.Put, $"broadcasts/{name}", new { form = Form("April", at, ""), revision = 1 }, HttpStatusCode.Conflict));
        var planned = (await api.GetAsync("calendar"))["entries"]!.AsArray().Single(entry => entry!["scenario"]!.GetValue<string>() == name)!;
        Assert.Equal(("scheduled", "hello"), (planned["kind"]!.GetValue<string>(), planned["template"]!.GetValue<string>()));

        await AdvanceAsync(TimeSpan.FromHours(3));

        var sent = await api.GetAsync($"broadcasts/{name}");
        Assert.Equal(("sent", 2), (sent["state"]!.GetValue<string>(), sent["results"]!["sent"]!.GetValue<int>()));
        Assert.Equal(("done", 3), (sent["walk"]!["state"]!.GetValue<string>(), sent["walk"]!["entered"]!.GetValue<int>()));
        Assert.DoesNotContain((await api.GetAsync("scenarios"))["items"]!.AsArray(), one => one!["name"]!.GetValue<string>() == name);
        Assert.Contains($"key:dev broadcast.scheduled broadcast:{name}", await api.AuditAsync());
    }

    [Rule(57)]
    [Fact]
    public async Task A_colleague_gets_a_broadcast_and_is_not_in_its_results()
    {
        await api.PublishAsync();
        await PersonAsync("customer", "invited");
        await PersonAsync("colleague", "invited");
        var colleague = (await api.GetAsync("contacts?query=colleague"))["items"]![0]!["id"]!.GetValue<long>();
        await api.DoAsync(HttpMethod.Patch, $"contacts/{colleague}", """{"attributes":{"internal":true}}""");
        var name = (await api.DoAsync(HttpMethod.Post, "broadcasts", new { form = Form("Invited", await InAsync(TimeSpan.FromHours(2)), "contact.name == \"invited\"") }))["name"]!.GetValue<string>();
        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/schedule");
        await ScheduledAsync(name);

        await AdvanceAsync(TimeSpan.FromHours(3));

        Assert.Equal("sent", Assert.Single((await api.GetAsync($"sends?contact={colleague}"))["items"]!.AsArray())!["state"]!.GetValue<string>());
        Assert.Equal(1, (await api.GetAsync($"broadcasts/{name}"))["results"]!["sent"]!.GetValue<int>());
    }

    [Fact]
    public async Task What_is_wrong_is_said_of_its_field_and_nothing_is_scheduled()
    {
        await api.PublishAsync();

        var read = await api.DoAsync(HttpMethod.Post, "broadcasts/check", new { title = "", template = "helo", topic = "news", condition = "account.tier =", at = "2020-01-01T09:00", pace = "fast" });

        Assert.False(read["is_good"]!.GetValue<bool>());
        Assert.Equal(["at", "condition", "pace", "template", "title"], Wrong(read));
        var name = (await api.DoAsync(HttpMethod.Post, "broadcasts", new { form = Form("Wrong", "2020-01-01T09:00", "") }))["name"]!.GetValue<string>();
        Assert.Equal("not-publishable", await api.ProblemAsync(HttpMethod.Post, $"broadcasts/{name}/schedule", null, HttpStatusCode.UnprocessableEntity));
        Assert.Equal(HttpStatusCode.NotFound, (await api.CallAsync(HttpMethod.Get, $"scenarios/{name}")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await api.CallAsync(HttpMethod.Delete, $"broadcasts/{name}")).Status);
    }

    [Fact]
    public async Task A_stopped_broadcast_asks_and_mails_nobody_more_until_it_goes_on()
    {
        await api.PublishAsync();
        await PersonAsync("stop", "stopped");
        var name = (await api.DoAsync(HttpMethod.Post, "broadcasts", new { form = Form("Stopped", await InAsync(TimeSpan.FromHours(2)), "contact.name == \"stopped\"") }))["name"]!.GetValue<string>();
        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/schedule");
        await ScheduledAsync(name);

        var stopped = await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/stop", new { because = "Wrong price." });
        await AdvanceAsync(TimeSpan.FromHours(3));

        Assert.Equal(("stopped", "Wrong price."), (stopped["state"]!.GetValue<string>(), stopped["stopped_because"]!.GetValue<string>()));
        Assert.Equal(0, (await api.GetAsync($"broadcasts/{name}"))["results"]!["sent"]!.GetValue<int>());
        await api.DoAsync(HttpMethod.Post, $"broadcasts/{name}/continue");
        Assert.Equal("missed", (await api.GetAsync($"broadcasts/{name}"))["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task Events_are_counted_from_history_though_no_scenario_counts_them()
    {
        await api.PublishAsync();
        await PersonAsync("doer", "historic", more: """,{"type":"track","userId":"doer","event":"setup_completed"}""");
        await PersonAsync("idler", "historic");

        var count = await CountAsync("contact.name == \"historic\" && count(\"setup_completed\", \"30d\") >= 1");

        Assert.Equal((1, 0), (count["matching"]!.GetValue<int>(), count["unknown"]!.GetValue<int>()));
        var check = await api.DoAsync(HttpMethod.Post, "conditions/check", new { condition = "contact.nme == 1" });
        Assert.False(check["is_good"]!.GetValue<bool>());
        Assert.Equal("bad-condition", await api.ProblemAsync(HttpMethod.Post, "counts", new { condition = "contact." }, HttpStatusCode.UnprocessableEntity));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Get, "counts/none", null, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task The_calendar_forecasts_the_mails_that_waits_end_in()
    {
        var follow = ApiServer.Welcome.Replace("scenario: welcome", "scenario: follow").Replace("timeout: []", "timeout:\n      - send: { template: hello, id: again }");
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios/follow/publish", new { text = follow });
        await api.PersonAsync("waits", "waits@a.example", ApiServer.SignUp("waits"));

        var entries = (await api.GetAsync("calendar?days=7"))["entries"]!.AsArray().Where(entry => entry!["scenario"]!.GetValue<string>() == "follow").ToList();

        var waiting = Assert.Single(entries)!;
        Assert.Equal(("waiting", 1L, "hello"), (waiting["kind"]!.GetValue<string>(), waiting["count"]!.GetValue<long>(), waiting["template"]!.GetValue<string>()));
        Assert.Equal("bad-days", await api.ProblemAsync(HttpMethod.Get, "calendar?days=400", null, HttpStatusCode.BadRequest));
        await api.DoAsync(HttpMethod.Post, "scenarios/follow/pause");
    }

    private static object Form(string title, string at, string condition) => new { title, template = "hello", @class = "marketing", topic = "news", condition, at, pace = "" };

    private static IEnumerable<string> Wrong(JsonNode read) =>
        read["problems"]!.AsArray().Where(problem => problem!["severity"]!.GetValue<string>() == "error").Select(problem => problem!["field"]!.GetValue<string>()).Distinct().Order();

    private async Task PersonAsync(string user, string name, bool wants = true, string more = "")
    {
        var id = await api.PersonAsync(user, $"{user}@b.example", $$$""",{"type":"identify","userId":"{{{user}}}","traits":{"name":"{{{name}}}"}}{{{more}}}""");
        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/consent", new { basis = "opt_in", note = "Agreed on paper." });
        if (!wants) await api.DoAsync(HttpMethod.Post, $"contacts/{id}/refusals", new { topic = "news", is_refused = true, note = "Said so on the phone." });
    }

    private async Task<JsonNode> CountAsync(string condition)
    {
        var id = (await api.DoAsync(HttpMethod.Post, "counts", new { condition, @class = "marketing", topic = "news" }))["id"]!.GetValue<string>();
        var seen = await Poll.ForAsync("the count is over", TimeSpan.FromSeconds(20),
            async () => await api.GetAsync($"counts/{id}") is var count && count["state"]!.GetValue<string>() != "counting" ? count : null, TestContext.Current.CancellationToken);
        Assert.Equal("done", seen["state"]!.GetValue<string>());
        return seen;
    }

    /// <summary>Waits out the preparation of its counters.</summary>
    private Task ScheduledAsync(string name) => Poll.UntilAsync("it is scheduled", TimeSpan.FromSeconds(20),
        async () => (await api.GetAsync($"broadcasts/{name}"))["state"]!.GetValue<string>() == "scheduled", TestContext.Current.CancellationToken);

    private async Task<string> InAsync(TimeSpan length) =>
        DateTimeOffset.Parse((await api.GetAsync("calendar"))["now"]!.GetValue<string>(), System.Globalization.CultureInfo.InvariantCulture).Add(length).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    private async Task AdvanceAsync(TimeSpan length)
    {
        await api.Server.Services.GetRequiredService<DevelopmentClock>().AdvanceAsync(length, TestContext.Current.CancellationToken);
        await api.SettleAsync();
    }
}
