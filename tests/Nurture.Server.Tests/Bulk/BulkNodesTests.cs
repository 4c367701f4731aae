using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Bulk;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Api;
using Nurture.Server.Tests.Rebuilding;

namespace Nurture.Server.Tests.Bulk;

/// <summary>Work on many belongs to no node: it outlives a restart, and of two nodes each person is told by one.</summary>
public sealed class BulkNodesTests : IDisposable
{
    // More than one step takes.
    private const int People = 600;

    private const string Trial = """
        scenario: trial
        title: Trial
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        reentry: every time
        goal: { when: event("setup_completed"), within: 14d }
        steps: [ wait: 30d ]
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly ScratchFolder scratch = new("bulk");

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public void Dispose() => scratch.Dispose();

    [Theory]
    [InlineData(TestDatabase.Sqlite)]
    [InlineData(TestDatabase.Postgres)]
    public async Task What_was_begun_goes_on_after_a_restart_and_tells_nobody_twice(string kind)
    {
        await using var database = await TestDatabase.CreateAsync(kind, scratch, Cancel);
        var before = await StartAsync(database, "node");
        await PublishAsync(before, 4);
        var asked = await CallAsync(before, HttpMethod.Post, "scenarios/trial/bulk", new { act = "start", list = List(4), pace = "1/h" });
        await SettleAsync(before);
        await CallAsync(before, HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });
        await SettleAsync(before);
        Assert.Equal(1, await EnteredAsync(before));
        await before.StopAsync();

        await using var after = await StartAsync(database, "node");
        await SettleAsync(after);
        Assert.Equal(1, await EnteredAsync(after));
        using (var moved = await after.Http.PostAsync("/dev/clock/advance?by=5h", null, Cancel)) moved.EnsureSuccessStatusCode();

        var done = await CallAsync(after, HttpMethod.Get, $"bulk/{asked["id"]}");
        Assert.Equal(("done", 4L, 4L), (done["state"]!.GetValue<string>(), done["told"]!.GetValue<long>(), await EnteredAsync(after)));
        await MadeAgain.AgreesAsync(after.Database, Cancel);
    }

    [Fact]
    public async Task Of_two_nodes_that_take_steps_at_once_each_person_is_told_by_one()
    {
        await using var database = await TestDatabase.CreateAsync(TestDatabase.Postgres, scratch, Cancel);
        await using var first = await StartAsync(database, "first");
        await using var second = await StartAsync(database, "second");
        await PublishAsync(first, People);
        var asked = await CallAsync(first, HttpMethod.Post, "scenarios/trial/bulk", new { act = "start", list = List(People) });
        await StepAsync("counted");
        await CallAsync(second, HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });
        await StepAsync("done");

        var done = await CallAsync(second, HttpMethod.Get, $"bulk/{asked["id"]}");
        Assert.Equal($"entered {People}", string.Join(", ", done["would"]!.AsArray().Select(one => $"{one!["reason"]} {one["count"]}")));
        Assert.Equal($"entered {People}", string.Join(", ", done["came"]!.AsArray().Select(one => $"{one!["reason"]} {one["count"]}")));
        Assert.Equal(People, await EnteredAsync(first));

        // Beside what their own loops do.
        Task StepAsync(string state) => Poll.UntilAsync($"the work is {state}", Patience, async () =>
        {
            await Task.WhenAll(new[] { first, second }.Select(node => node.Services.GetRequiredService<BulkWorks>().TurnAsync(Cancel)));
            return (await CallAsync(first, HttpMethod.Get, $"bulk/{asked["id"]}"))["state"]!.GetValue<string>() == state;
        }, Cancel);
    }

    private static string List(int people) => string.Join('\n', Enumerable.Range(0, people).Select(n => $"p{n}"));

    private static async Task PublishAsync(RunningServer server, int people)
    {
        await CallAsync(server, HttpMethod.Post, "scenarios", new { files = new[] { new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = ApiServer.Policy }, new { file = "trial.yaml", text = Trial } } });
        foreach (var some in Enumerable.Range(0, people).Chunk(200))
        {
            var batch = string.Join(',', some.Select(n => $$$"""{"type":"identify","userId":"p{{{n}}}","traits":{"email":"p{{{n}}}@a.example"}}"""));
            using var answer = await server.SendAsync("/v1/batch", $$"""{"batch":[{{batch}}]}""", Cancel);
            answer.EnsureSuccessStatusCode();
        }

        await SettleAsync(server);
    }

    private Task<RunningServer> StartAsync(TestDatabase database, string name)
    {
        var nothing = Path.Combine(Path.GetTempPath(), "nurture-publishes-nothing-by-itself");
        return RunningServer.StartAsync(Directory.CreateDirectory(scratch[name]).FullName, null,
            [$"--Nurture:ScenariosDirectory={nothing}", $"--Nurture:TemplatesDirectory={nothing}", .. database.Settings.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")]);
    }

    private static Task SettleAsync(RunningServer server) => server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

    private static Task<long> EnteredAsync(RunningServer server) => server.CountAsync($"journal where scenario = 'trial' and reason = {(short)Nurture.Engine.Reason.Entered}", Cancel);

    private static async Task<JsonNode> CallAsync(RunningServer server, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Content = body is null ? null : JsonContent.Create(body) };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "dev");
        using var answer = await server.Http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        Assert.True(answer.IsSuccessStatusCode, $"{path}: {answer.StatusCode} {text}");
        return JsonNode.Parse(text.Length == 0 ? "{}" : text)!;
    }
}
