using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Bulk;

/// <summary>What protects from too much and from too little: the volume breaker, and sources that fall silent.</summary>
public abstract class WatchingApiTests(ApiServer api)
{
    private const string Policy = ApiServer.Policy + "\nbreaker: { mails: 3, webhooks: 2, within: 1h }\n";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(53)]
    [Fact]
    public async Task A_scenario_that_mails_more_than_it_may_is_paused_an_operator_called_and_it_goes_on_when_somebody_resumes_it()
    {
        await api.FirstAdminAsync();
        await PublishAsync("flood", "{ event: signed_up }", 2);
        for (var i = 0; i < 6; i++) await PersonAsync($"flood{i}", ""","seats":2""", "signed_up");

        Assert.Equal(3, await SentAsync("flood"));
        var scenario = await api.GetAsync("scenarios/flood");
        Assert.Equal(("volume breaker", "4 mails within 1h, more than 3"), (scenario["paused_by"]!.GetValue<string>(), scenario["paused_because"]!.GetValue<string>()));
        var call = Assert.Single((await api.GetAsync("overview"))["attention"]!["calls"]!.AsArray());
        Assert.Equal(("volume_tripped", "flood", "4", "3"), (call!["kind"]!.GetValue<string>(), call["about"]!.GetValue<string>(), call["detail"]!["count"]!.GetValue<string>(), call["detail"]!["bound"]!.GetValue<string>()));
        Assert.Contains("admin@example.com", await MailsAsync("Paused by the volume breaker: flood"));
        Assert.Contains(await api.AuditAsync(), row => row == "system breaker.tripped scenario:flood");

        await api.DoAsync(HttpMethod.Post, "scenarios/flood/resume", new { });

        Assert.Equal(4, await SentAsync("flood"));
        Assert.Empty((await api.GetAsync("calls"))["items"]!.AsArray());
        Assert.Equal(0, Volume(await api.GetAsync("scenarios/flood/volume"))["count"]!.GetValue<long>());
    }

    [Rule(53)]
    [Fact]
    public async Task Rows_of_a_scenario_are_counted_together_paused_together_and_go_on_together()
    {
        await PublishAsync("rowed", "{ event: signed_up }", 8, head: "for_each: [ { id: one }, { id: two } ]");
        for (var i = 0; i < 3; i++) await PersonAsync($"rowed{i}", ""","seats":8""", "signed_up");

        Assert.Equal(2, await SentAsync("rowed"));
        var scenario = await api.GetAsync("scenarios/rowed");
        Assert.Equal(("volume breaker", "4 mails within 1h, more than 3"), (scenario["paused_by"]!.GetValue<string>(), scenario["paused_because"]!.GetValue<string>()));
        Assert.Equal(4, Volume(await api.GetAsync("scenarios/rowed/volume"))["count"]!.GetValue<long>());

        await api.DoAsync(HttpMethod.Post, "scenarios/rowed/resume", new { });

        Assert.Equal(4, await SentAsync("rowed"));
    }

    [Rule(31)]
    [Fact]
    public async Task Who_waits_at_a_throttle_is_shown_for_each_row()
    {
        await PublishAsync("lines", "{ event: signed_up }", 9, "service", "{ template: hello, throttle: 1/h, expires: 9d }", head: "for_each: [ { id: one }, { id: two } ]");
        for (var i = 0; i < 2; i++) await PersonAsync($"lines{i}", ""","seats":9""", "signed_up");

        var lines = (await api.GetAsync("scenarios/lines/throttles"))["items"]!.AsArray();

        Assert.Equal([("one", 1L), ("two", 1L)], lines.Select(line => (line!["row"]!.GetValue<string>(), line["waiting"]!.GetValue<long>())));
    }

    [Fact]
    public async Task A_confirmed_count_raises_the_bound_so_that_what_somebody_wanted_does_not_trip_it()
    {
        await PublishAsync("planned", "manual", 3);
        for (var i = 0; i < 7; i++) await PersonAsync($"planned{i}", ""","seats":3""", null);

        var asked = await api.DoAsync(HttpMethod.Post, "scenarios/planned/bulk", new { act = "start", list = string.Join('\n', Enumerable.Range(0, 7).Select(i => $"planned{i}")) });
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });

        Assert.Equal(7, await SentAsync("planned"));
        Assert.False((await api.GetAsync("scenarios/planned"))["is_paused"]!.GetValue<bool>());
        Assert.Equal(10, Volume(await api.GetAsync("scenarios/planned/volume"))["bound"]!.GetValue<long>());
    }

    [Fact]
    public async Task Calls_to_other_systems_count_as_mails_do()
    {
        await api.DoAsync(HttpMethod.Post, "webhooks", new { name = "crm", url = "https://crm.example/hook" });
        await PublishAsync("calling", "manual", 6, "transactional", "hello", "{ webhook: { endpoint: crm } }");
        for (var i = 0; i < 4; i++)
        {
            await PersonAsync($"calling{i}", ""","seats":6""", null);
            var contact = Assert.Single((await api.GetAsync($"contacts?query=calling{i}@x.example"))["items"]!.AsArray())!["id"];
            await api.DoAsync(HttpMethod.Post, "enrollments", new { subject = $"contact:{contact}", scenario = "calling" });
        }

        Assert.Equal("3 webhooks within 1h, more than 2", (await api.GetAsync("scenarios/calling"))["paused_because"]!.GetValue<string>());
        await api.DoAsync(HttpMethod.Post, "scenarios/calling/resume", new { });
    }

    [Rule(31)]
    [Fact]
    public async Task A_throttled_mail_leaves_to_so_many_in_a_time_and_what_waits_is_shown_with_its_end()
    {
        await PublishAsync("slow", "manual", 4, "service", "{ template: hello, throttle: 2/h, expires: 30d }");
        for (var i = 0; i < 5; i++) await PersonAsync($"slow{i}", ""","seats":4""", null);
        var asked = await api.DoAsync(HttpMethod.Post, "scenarios/slow/bulk", new { act = "start", list = string.Join('\n', Enumerable.Range(0, 5).Select(i => $"slow{i}")) });
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });

        Assert.Equal(2, await SentAsync("slow"));
        var line = Assert.Single((await api.GetAsync("scenarios/slow/throttles"))["items"]!.AsArray());
        Assert.Equal(("hello", "2/h", 3L, 2L), (line!["step"]!.GetValue<string>(), line["pace"]!.GetValue<string>(), line["waiting"]!.GetValue<long>(), line["used"]!.GetValue<long>()));
        var end = line["ends_at"]!.GetValue<DateTimeOffset>();
        await AdvanceAsync("70m");
        Assert.Equal(4, await SentAsync("slow"));
        await AdvanceAsync("70m");
        Assert.Equal(5, await SentAsync("slow"));
        Assert.True(api.Server.Services.GetRequiredService<BusinessClock>().Now >= end);
        Assert.Equal(0, Assert.Single((await api.GetAsync("scenarios/slow/throttles"))["items"]!.AsArray())!["waiting"]!.GetValue<long>());
    }

    [Rule(31)]
    [Fact]
    public async Task Who_waits_to_enter_does_so_in_the_order_of_coming_and_is_shown_with_the_end()
    {
        await PublishAsync("gently", "{ event: signed_up, spread: 4h }", 7);
        for (var i = 0; i < 4; i++) await PersonAsync($"gently{i}", ""","seats":7""", "signed_up");
        await AdvanceAsync("1m");

        Assert.Equal(1, await SentAsync("gently"));
        var line = Assert.Single((await api.GetAsync("scenarios/gently/throttles"))["items"]!.AsArray());
        Assert.Equal((null, "4h", 3L), (line!["step"]?.GetValue<string>(), line["pace"]!.GetValue<string>(), line["waiting"]!.GetValue<long>()));
        var now = api.Server.Services.GetRequiredService<BusinessClock>().Now;
        Assert.InRange(line["ends_at"]!.GetValue<DateTimeOffset>(), now.AddHours(2.9), now.AddHours(3));
        await AdvanceAsync("70m");
        Assert.Equal(2, await SentAsync("gently"));
        await AdvanceAsync("2h");
        Assert.Equal(4, await SentAsync("gently"));
        Assert.Equal(0, Assert.Single((await api.GetAsync("scenarios/gently/throttles"))["items"]!.AsArray())!["waiting"]!.GetValue<long>());
    }

    [Rule(53)]
    [Fact]
    public async Task Nobody_is_taken_for_inactive_while_the_source_is_silent_and_an_operator_is_called_until_it_is_back()
    {
        await api.FirstAdminAsync();
        await PublishAsync("quiet", "{ inactive: [ signed_up ], for: 2d }", 5);
        await PersonAsync("quiet1", ""","seats":5""", "signed_up");
        await AdvanceAsync("20m");
        await AdvanceAsync("20m");
        var hour = api.Server.Services.GetRequiredService<BusinessClock>().Now.ToUnixTimeSeconds() / 3600;
        await api.Server.WriteAsync(string.Join(';', Enumerable.Range(5, 4 * 168).Select(ago => $"insert into source_hours (source_id, hour, n) select id, {hour - ago}, 400 from sources where name = 'dev' or id = (select min(id) from sources) on conflict do nothing")), Cancel);

        await AdvanceAsync("30m");

        var silent = Assert.Single((await api.GetAsync("sources/rates"))["items"]!.AsArray(), rate => rate!["silent_since"] is not null);
        Assert.Contains("signed_up", silent!["event_names"]!.AsArray().Select(name => name!.GetValue<string>()));
        Assert.Contains("admin@example.com", await MailsAsync($"A source is silent: {silent["name"]}"));
        await AdvanceAsync("3d");
        Assert.Equal(0, await SentAsync("quiet"));

        var many = string.Join(',', Enumerable.Repeat("""{"type":"track","userId":"somebody","event":"signed_up"}""", 90));
        for (var i = 0; i < 2; i++) await api.Server.SendAsync("/v1/batch", $$"""{"batch":[{{many}}]}""", Cancel);
        await api.SettleAsync();
        await AdvanceAsync("16m");
        await AdvanceAsync("16m");
        Assert.Empty((await api.GetAsync("calls"))["items"]!.AsArray());
        // From here on nothing is usual any more, so nothing is missed.
        await api.Server.WriteAsync("delete from source_hours", Cancel);
        await AdvanceAsync("2d");
        Assert.Equal(0, await SentAsync("quiet"));
        await AdvanceAsync("2d");
        Assert.True(await SentAsync("quiet") >= 1);
    }

    private async Task PublishAsync(string name, string trigger, int seats, string sendClass = "transactional", string send = "hello", string? step = null, string head = "reentry: once") => await api.DoAsync(HttpMethod.Post, "scenarios", new
    {
        files = new[]
        {
            new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = Policy }, new { file = "hello.en.html", text = ApiServer.Mail },
            new
            {
                file = $"{name}.yaml",
                text = $$"""
                    scenario: {{name}}
                    owner: m@example.com
                    title: {{name}}
                    class: {{sendClass}}
                    {{head}}
                    goal: { when: event("setup_completed"), within: 14d }
                    trigger: {{trigger}}
                    audience: contact.seats == {{seats}}
                    steps:
                      - {{step ?? $"send: {send}"}}
                    """,
            },
        },
    });

    private async Task PersonAsync(string user, string traits, string? did)
    {
        await api.Server.SendAsync("/v1/identify", $$$"""{"userId":"{{{user}}}","traits":{"email":"{{{user}}}@x.example"{{{traits}}}}}""", Cancel);
        await api.SettleAsync();
        if (did is not null) await api.Server.SendAsync("/v1/track", $$$"""{"userId":"{{{user}}}","event":"{{{did}}}"}""", Cancel);
        await api.SettleAsync();
    }

    private async Task AdvanceAsync(string by) => await api.DoAsync(HttpMethod.Post, $"/dev/clock/advance?by={by}");

    private async Task<long> SentAsync(string name) =>
        (await api.GetAsync($"sends?scenario={name}&limit=500"))["items"]!.AsArray().Count(row => row!["state"]!.GetValue<string>() == "sent");

    private async Task<IReadOnlyList<string>> MailsAsync(string subject) =>
        [.. JsonNode.Parse(await api.Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray().Where(mail => mail!["subject"]!.GetValue<string>() == subject).Select(mail => mail!["to"]!.GetValue<string>())];

    private static JsonNode Volume(JsonNode page) => page["items"]!.AsArray().Single(one => one!["kind"]!.GetValue<string>() == "mails")!;
}

public sealed class WatchingApiTestsOnSqlite(ApiServer api) : WatchingApiTests(api), IClassFixture<ApiServer>;

public sealed class WatchingApiTestsOnPostgres(PostgresApiServer api) : WatchingApiTests(api), IClassFixture<PostgresApiServer>;
