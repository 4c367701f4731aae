using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Nurture.Harness;
using Nurture.Server.Tests.Api;
using Nurture.Server.Webhooks;

namespace Nurture.Server.Tests.Webhooks;

/// <summary>A server that may call loopback, as development does.</summary>
public sealed class WebhookServer : ApiServer
{
    protected override Task<string[]> SettingsAsync() => Task.FromResult<string[]>(["--Nurture:Webhooks:Allow:0=127.0.0.1"]);
}

/// <summary>The same on PostgreSQL.</summary>
public sealed class PostgresWebhookServer : PostgresApiServer
{
    protected override async Task<string[]> SettingsAsync() => [.. await base.SettingsAsync(), "--Nurture:Webhooks:Allow:0=127.0.0.1"];
}

/// <summary>Calls to endpoints, from the scenario to the other system and back.</summary>
public abstract class WebhookTests(ApiServer api)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_call_is_signed_as_anybody_can_check_and_its_answer_is_read_by_the_scenario()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = _ => (200, """{"data":{"score":7}}""", null);
        var secret = await EndpointAsync("good", crm);

        await EnterAsync("good", "webhook: { endpoint: good, body: { plan: trigger.plan, note: \"{{ contact.email }}\" }, response: { score: data.score } }");

        var got = Assert.Single(crm.Requests);
        Assert.Equal("""{"plan":"trial","note":"good@example.com"}""", got.Body);
        Assert.StartsWith("msg_", got.Headers["webhook-id"]);
        var signed = $"{got.Headers["webhook-id"]}.{got.Headers["webhook-timestamp"]}.{got.Body}";
        Assert.Equal("v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes(signed))), got.Headers["webhook-signature"]);
        Assert.Equal("high", await StepOfAsync("good"));
        var shown = Assert.Single((await api.GetAsync("webhooks/good/calls"))["items"]!.AsArray())!;
        Assert.Equal(("answered", 200), (shown["state"]!.GetValue<string>(), shown["status"]!.GetValue<int>()));
        Assert.Contains("score", shown["response"]!.GetValue<string>());
    }

    [Fact]
    public async Task What_fails_is_called_again_with_the_same_id_on_the_schedule_and_then_fails()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = _ => (503, "busy", null);
        await EndpointAsync("busy", crm);

        await EnterAsync("busy", "webhook: { endpoint: busy, expires: 10m, response: { score: data.score } }");
        Assert.Single(crm.Requests);
        await AdvanceAsync("20m");

        // At once, after 5 s, after 5 min; the next would be half an hour later.
        Assert.Equal(3, crm.Requests.Count);
        Assert.Single(crm.Requests.Select(got => got.Headers["webhook-id"]).Distinct());
        Assert.Equal("sorry", await StepOfAsync("busy"));
    }

    [Fact]
    public async Task Who_asks_for_more_time_gets_it()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = before => before == 0 ? (429, "", "600") : (200, """{"data":{"score":1}}""", null);
        await EndpointAsync("later", crm);

        await EnterAsync("later", "webhook: { endpoint: later, expires: 1h, response: { score: data.score } }");
        await AdvanceAsync("9m");
        Assert.Single(crm.Requests);
        await AdvanceAsync("3m");

        Assert.Equal(2, crm.Requests.Count);
        Assert.Equal("low", await StepOfAsync("later"));
    }

    [Fact]
    public async Task A_redirect_is_not_followed_and_410_switches_the_endpoint_off()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = before => (before == 0 ? 302 : 410, "", null);
        await EndpointAsync("moved", crm);

        await EnterAsync("moved", "webhook: { endpoint: moved, expires: 1h, response: { score: data.score } }");
        Assert.Equal("/hook", Assert.Single(crm.Requests).Path);
        await AdvanceAsync("1m");

        Assert.Equal(["/hook", "/hook"], crm.Requests.Select(got => got.Path));
        Assert.Equal("sorry", await StepOfAsync("moved"));
        var endpoint = (await api.GetAsync("webhooks"))["items"]!.AsArray().Single(one => one!["name"]!.GetValue<string>() == "moved")!;
        Assert.Equal("gone", endpoint["disabled_because"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_new_secret_signs_beside_the_former_one_and_the_test_says_what_came_of_it()
    {
        await using var crm = await Receiver.StartAsync();
        var former = await EndpointAsync("rotated", crm);
        var secret = (await api.DoAsync(HttpMethod.Post, "webhooks/rotated/rotate"))["secret"]!.GetValue<string>();

        var tested = await api.DoAsync(HttpMethod.Post, "webhooks/rotated/test");

        Assert.True(tested["is_answered"]!.GetValue<bool>());
        var got = Assert.Single(crm.Requests);
        foreach (var one in new[] { former, secret })
            Assert.True(StandardSignature.IsGood([one], got.Headers["webhook-id"], got.Headers["webhook-timestamp"], Encoding.UTF8.GetBytes(got.Body), got.Headers["webhook-signature"]));
        Assert.Equal(2, got.Headers["webhook-signature"].Split(' ').Length);
        Assert.DoesNotContain(secret, (await api.GetAsync("webhooks")).ToJsonString());
    }

    [Fact]
    public async Task A_goal_withdraws_a_call_that_waits_and_an_erasure_empties_what_was_said()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = before => (before == 0 ? 500 : 200, "they are ann@example.com", null);
        await EndpointAsync("withdrawn", crm);
        var id = await EnterAsync("withdrawn", "webhook: { endpoint: withdrawn, expires: 1h, response: { score: data.score } }");

        await api.Server.SendAsync("/v1/track", """{"userId":"withdrawn","event":"setup_completed"}""", Cancel);
        await api.SettleAsync();
        await AdvanceAsync("10m");

        Assert.Single(crm.Requests);
        Assert.Equal("cancelled", Assert.Single((await api.GetAsync("webhooks/withdrawn/calls"))["items"]!.AsArray())!["state"]!.GetValue<string>());
        await api.DoAsync(HttpMethod.Post, $"contacts/{id}/erasure");
        await api.SettleAsync();
        Assert.True(await UntilAsync(async () => Assert.Single((await api.GetAsync("webhooks/withdrawn/calls"))["items"]!.AsArray())!["response"] is null));
    }

    [Fact]
    public async Task An_endpoint_that_hangs_holds_no_other_up()
    {
        await using var stuck = await Receiver.StartAsync();
        await using var quick = await Receiver.StartAsync();
        var answered = new TaskCompletionSource();
        stuck.Before = answered.Task;
        await EndpointAsync("stuck", stuck);
        await EndpointAsync("quick", quick);
        await PublishAsync("stuck", "webhook: { endpoint: stuck, expires: 1h, response: { score: data.score } }");
        await PublishAsync("quick", "webhook: { endpoint: quick, expires: 1h, response: { score: data.score } }");

        await TellAsync("stuck", 40);
        await Poll.UntilAsync("the first calls hang", TimeSpan.FromSeconds(30), () => Task.FromResult(!stuck.Requests.IsEmpty), Cancel);
        await TellAsync("quick", 3);
        await Poll.UntilAsync("the others are called", TimeSpan.FromSeconds(30), () => Task.FromResult(quick.Requests.Count == 3), Cancel);

        Assert.InRange(stuck.Requests.Count, 1, 4);
        answered.SetResult();
        await api.SettleAsync();
        Assert.Equal(40, stuck.Requests.Count);

        async Task TellAsync(string name, int people)
        {
            var all = Enumerable.Range(0, people).Select(i => $$$"""{"type":"identify","userId":"{{{name}}}{{{i}}}","traits":{"email":"{{{name}}}@example.com"}}{{{ApiServer.SignUp($"{name}{i}")}}}""");
            await api.Server.SendAsync("/v1/batch", $$"""{"batch":[{{string.Join(',', all)}}]}""", Cancel);
        }
    }

    [Rule(45)]
    [Fact]
    public async Task A_scenario_with_rows_calls_nobody_while_it_is_paused()
    {
        await using var crm = await Receiver.StartAsync();
        crm.Answers = before => (before == 0 ? 503 : 200, """{"data":{"score":7}}""", null);
        await EndpointAsync("rowed", crm);
        await PublishAsync("rowed", "webhook: { endpoint: rowed, expires: 1d, response: { score: data.score } }", "for_each: [ { id: only } ]");
        await api.PersonAsync("rowed", "rowed@example.com", ApiServer.SignUp("rowed"));
        Assert.Single(crm.Requests);

        await api.DoAsync(HttpMethod.Post, "scenarios/rowed/pause", new { });
        await AdvanceAsync("20m");
        Assert.Single(crm.Requests);

        await api.DoAsync(HttpMethod.Post, "scenarios/rowed/resume", new { });
        await AdvanceAsync("1m");
        Assert.Equal(2, crm.Requests.Count);
    }

    [Theory]
    [InlineData("https://10.1.2.3/hook")]
    [InlineData("https://169.254.169.254/latest")]
    [InlineData("https://[::1]/hook")]
    [InlineData("https://[::ffff:10.0.0.1]/hook")]
    [InlineData("http://crm.example.com/hook")]
    [InlineData("https://crm.example.com:25/hook")]
    [InlineData("https://user:word@crm.example.com/")]
    [InlineData("gopher://crm.example.com/")]
    public async Task An_address_that_is_not_of_the_public_internet_is_refused_where_it_is_declared(string url) =>
        Assert.Equal("bad-url", await api.ProblemAsync(HttpMethod.Post, "webhooks", new { name = "no", url }, HttpStatusCode.BadRequest));

    private async Task<string> EndpointAsync(string name, Receiver receiver) =>
        (await api.DoAsync(HttpMethod.Post, "webhooks", new { name, url = receiver.Url }))["secret"]!.GetValue<string>();

    /// <summary>Publishes a scenario with the step, and lets somebody enter it.</summary>
    private async Task<long> EnterAsync(string name, string step)
    {
        await PublishAsync(name, step);
        return await api.PersonAsync(name, $"{name}@example.com", ApiServer.SignUp(name));
    }

    private async Task PublishAsync(string name, string step, string head = "topic: tips") =>
        await api.DoAsync(HttpMethod.Post, "scenarios", new
        {
            files = new object[]
            {
                new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = ApiServer.Policy },
                new
                {
                    file = $"{name}.yaml",
                    text = $$"""
                        scenario: {{name}}
                        title: Calls
                        owner: m@example.com
                        class: service
                        trigger: { event: signed_up, where: trigger.plan == "{{name}}" || trigger.plan == "trial" }
                        {{head}}
                        audience: contact.email == "{{name}}@example.com"
                        goal: { when: event("setup_completed"), within: 14d }
                        steps:
                          - {{step}}
                            failed: [ { wait: 5d, id: sorry }, { end: lost, id: lost } ]
                          - branch:
                              - if: response.score > 3
                                then: [ { wait: 5d, id: high } ]
                              - else: [ { wait: 5d, id: low } ]
                          - set: { contact.seats: 1 }
                        """,
                },
            },
        });

    private async Task<string?> StepOfAsync(string scenario) =>
        (await api.GetAsync($"enrollments?scenario={scenario}"))["items"]!.AsArray().Select(one => one!["step"]?.GetValue<string>()).SingleOrDefault();

    private async Task AdvanceAsync(string length)
    {
        using var moved = await api.Server.Http.PostAsync($"/dev/clock/advance?by={length}", null, Cancel);
        Assert.True(moved.IsSuccessStatusCode);
        await api.SettleAsync();
    }

    private static async Task<bool> UntilAsync(Func<Task<bool>> isSo)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await isSo()) return true;
            await Task.Yield();
        }

        return false;
    }
}

public sealed class WebhooksOnSqlite(WebhookServer api) : WebhookTests(api), IClassFixture<WebhookServer>;

public sealed class WebhooksOnPostgres(PostgresWebhookServer api) : WebhookTests(api), IClassFixture<PostgresWebhookServer>;
