using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Scheduling;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Scheduling;

public abstract class ScenarioScheduleTests(string kind)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task When_its_moment_comes_everybody_is_asked_and_the_audience_enters()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync($"at: \"{world.Local(1)}\"", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5), ("bob", 1), ("carol", 9));
        var moment = (await world.ScheduleAsync())["next_at"]!.GetValue<DateTimeOffset>();

        await world.AdvanceAsync("2d");

        Assert.Equal(["ann@x.example", "carol@x.example"], await world.MailedAsync());
        var schedule = await world.ScheduleAsync();
        Assert.Null(schedule["next_at"]);
        Assert.Null(schedule["running"]);
        Assert.Equal(("done", 3L, 2L, 3L), (schedule["last"]!["state"]!.GetValue<string>(), Long(schedule["last"]!["asked"]), Long(schedule["last"]!["entered"]), Long(schedule["last"]!["subjects"])));
        var decisions = await world.DecisionsAsync();
        Assert.Equal(2, decisions.Count(decision => decision == ("entered", moment)));
        Assert.Single(decisions, decision => decision == ("audience_false", moment));
    }

    [Fact]
    public async Task A_recurring_schedule_comes_again_and_again_each_at_its_moment()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync("schedule: \"0 9 * * *\"", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5));

        await world.AdvanceAsync("3d");

        Assert.Equal(3, (await world.MailedAsync()).Count);
        Assert.All((await world.DecisionsAsync()).Where(decision => decision.Reason == "entered"), decision => Assert.Equal(new TimeSpan(9, 0, 0), decision.At.TimeOfDay));
    }

    [Fact]
    public async Task A_walk_that_keeps_a_pace_goes_on_after_a_stop_and_asks_nobody_twice()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync($"at: \"{world.Local(1)}\", pace: 1/m", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5), ("bob", 5), ("carol", 1), ("dan", 5), ("eve", 5));
        await world.AdvanceToScheduleAsync();
        await world.AdvanceAsync("90s");
        Assert.Equal(["ann@x.example", "bob@x.example"], await world.MailedAsync());
        Assert.Equal((2L, 5L), (Long((await world.ScheduleAsync())["running"]!["asked"]), Long((await world.ScheduleAsync())["running"]!["subjects"])));

        await world.RestartAsync();
        await world.AdvanceAsync("1h");

        Assert.Equal(["ann@x.example", "bob@x.example", "dan@x.example", "eve@x.example"], await world.MailedAsync());
        Assert.Equal((5L, 4L), (Long((await world.ScheduleAsync())["last"]!["asked"]), Long((await world.ScheduleAsync())["last"]!["entered"])));
    }

    [Fact]
    public async Task A_moment_that_comes_twice_enrolls_once()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync($"at: \"{world.Local(1)}\"", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5));
        var moment = (await world.ScheduleAsync())["next_at"]!.GetValue<DateTimeOffset>();
        await world.AdvanceAsync("2d");

        await world.Server.Services.GetRequiredService<ScenarioWalks>().BeginAsync("news", moment, Cancel);
        await world.AdvanceAsync("1d");

        Assert.Equal(["ann@x.example"], await world.MailedAsync());
    }

    [Fact]
    public async Task Pausing_the_scenario_stops_the_walk_and_a_moment_that_comes_meanwhile_starts_nothing()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync("schedule: \"0 9 * * *\", pace: 1/m", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5), ("bob", 5), ("carol", 5));
        await world.AdvanceToScheduleAsync();
        await world.DoAsync("scenarios/news/pause");

        await world.AdvanceAsync("2h");
        Assert.Equal(["ann@x.example"], await world.MailedAsync());
        Assert.True((await world.ScheduleAsync())["is_paused"]!.GetValue<bool>());

        await world.DoAsync("scenarios/news/resume");
        await world.AdvanceAsync("2h");
        Assert.Equal(["ann@x.example", "bob@x.example", "carol@x.example"], await world.MailedAsync());

        await world.DoAsync("scenarios/news/pause");
        await world.AdvanceAsync("24h");
        Assert.Equal(("missed", "the scenario was paused"), ((await world.ScheduleAsync())["last"]!["state"]!.GetValue<string>(), (await world.ScheduleAsync())["last"]!["because"]!.GetValue<string>()));
        Assert.Equal(3, (await world.MailedAsync()).Count);
    }

    [Fact]
    public async Task What_came_while_no_server_ran_is_made_up_for_within_what_the_scenario_accepts()
    {
        await using var world = await World.StartAsync(kind);
        await world.PublishAsync("schedule: \"0 9 * * *\", late: 5h", "every time", "contact.seats > 1");
        await world.PeopleAsync(("ann", 5));
        var moment = (await world.ScheduleAsync())["next_at"]!.GetValue<DateTimeOffset>();

        await world.RestartAsync(at: moment.AddDays(2).AddHours(3));
        await world.SettleAsync();
        Assert.Single(await world.MailedAsync());
        Assert.Equal(moment.AddDays(2), (await world.ScheduleAsync())["last"]!["moment"]!.GetValue<DateTimeOffset>());

        await world.RestartAsync(at: moment.AddDays(3).AddHours(6));
        await world.SettleAsync();
        Assert.Single(await world.MailedAsync());
        Assert.Equal("missed", (await world.ScheduleAsync())["last"]!["state"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_moment_in_the_past_is_refused_unless_it_was_published_before_it_passed()
    {
        await using var world = await World.StartAsync(kind);
        var trigger = $"at: \"{world.Local(1)}\"";
        await world.PublishAsync(trigger, "once", "contact.seats > 1");
        await world.AdvanceAsync("3d");

        await world.PublishAsync(trigger, "once", "contact.seats > 1");
        var refused = await world.TryPublishAsync(trigger, "once", "contact.seats > 2");

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("NUR130", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    private static long Long(JsonNode? node) => node!.GetValue<long>();

    private sealed class World : IAsyncDisposable
    {
        private readonly ScratchFolder scratch;
        private readonly TestDatabase database;

        private World(ScratchFolder scratch, TestDatabase database, RunningServer server) => (this.scratch, this.database, Server) = (scratch, database, server);

        public RunningServer Server { get; private set; }

        public static async Task<World> StartAsync(string kind)
        {
            var scratch = new ScratchFolder("schedule");
            var database = await TestDatabase.CreateAsync(kind, scratch, Cancel);
            return new(scratch, database, await StartAsync(scratch, database));
        }

        /// <summary>Nine in the morning so many days from now, as a scenario writes it.</summary>
        public string Local(int days) => $"{Server.Services.GetRequiredService<BusinessClock>().Now.UtcDateTime.Date.AddDays(days):yyyy-MM-dd}T09:00";

        public async Task RestartAsync(DateTimeOffset? at = null)
        {
            if (at is { } moment) await Server.Services.GetRequiredService<Storage.ClockStore>().SaveAsync(moment - TimeProvider.System.GetUtcNow(), Cancel);
            await Server.StopAsync();
            Server = await StartAsync(scratch, database);
        }

        public async Task PublishAsync(string trigger, string reentry, string audience)
        {
            var answer = await TryPublishAsync(trigger, reentry, audience);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
            await SettleAsync();
        }

        public Task<HttpResponseMessage> TryPublishAsync(string trigger, string reentry, string audience) => CallAsync(HttpMethod.Post, "scenarios", new
        {
            files = new[]
            {
                new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = ApiServer.Policy }, new { file = "hello.en.html", text = ApiServer.Mail },
                new
                {
                    file = "news.yaml",
                    text = $$"""
                        scenario: news
                        title: News
                        owner: m@example.com
                        class: service
                        trigger: { {{trigger}}, zone: UTC }
                        audience: {{audience}}
                        reentry: {{reentry}}
                        goal: none
                        purpose: News
                        steps:
                          - send: hello
                        """,
                },
            },
        });

        public async Task PeopleAsync(params (string Name, int Seats)[] people)
        {
            foreach (var (name, seats) in people)
            {
                await Server.SendAsync("/v1/identify", $$$"""{"userId":"{{{name}}}","traits":{"email":"{{{name}}}@x.example","seats":{{{seats}}}}}""", Cancel);
            }

            // A browser that nobody named.
            await Server.SendAsync("/v1/page", """{"anonymousId":"b1","name":"Home"}""", Cancel);
            await SettleAsync();
        }

        public Task SettleAsync() => Server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

        public async Task AdvanceAsync(string by)
        {
            var answer = await Server.Http.PostAsync($"/dev/clock/advance?by={by}", null, Cancel);
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
        }

        public async Task AdvanceToScheduleAsync()
        {
            var next = (await ScheduleAsync())["next_at"]!.GetValue<DateTimeOffset>();
            await AdvanceAsync($"{(int)Math.Ceiling((next - Server.Services.GetRequiredService<BusinessClock>().Now).TotalSeconds)}s");
        }

        public async Task<JsonNode> ScheduleAsync() => Assert.Single((await GetAsync("schedules")).AsArray())!;

        public async Task<IReadOnlyList<(string Reason, DateTimeOffset At)>> DecisionsAsync() =>
            [.. (await GetAsync("journal?scenario=news"))["items"]!.AsArray().Select(row => (row!["reason"]!.GetValue<string>(), row["at"]!.GetValue<DateTimeOffset>()))];

        public async Task<IReadOnlyList<string>> MailedAsync() =>
            [.. JsonNode.Parse(await Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray().Select(mail => mail!["to"]!.GetValue<string>()).Order(StringComparer.Ordinal)];

        public async Task<JsonNode> GetAsync(string path)
        {
            using var answer = await CallAsync(HttpMethod.Get, path, null);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }

        public async Task DoAsync(string path)
        {
            using var answer = await CallAsync(HttpMethod.Post, path, new { });
            Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancel));
            await SettleAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await database.DisposeAsync();
            scratch.Dispose();
        }

        private async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, object? body)
        {
            using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "dev") } };
            if (body is not null) request.Content = JsonContent.Create(body);
            return await Server.Http.SendAsync(request, Cancel);
        }

        private static Task<RunningServer> StartAsync(ScratchFolder scratch, TestDatabase database) => RunningServer.StartAsync(scratch["data"], null,
            [
                $"--Nurture:ScenariosDirectory={scratch["nothing"]}", $"--Nurture:TemplatesDirectory={scratch["nothing"]}",
                .. database.Settings.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key.Replace("__", ":")}={setting.Value}"),
            ]);
    }
}

public sealed class ScenarioSchedulesOnSqlite() : ScenarioScheduleTests(TestDatabase.Sqlite);

public sealed class ScenarioSchedulesOnPostgres() : ScenarioScheduleTests(TestDatabase.Postgres);
