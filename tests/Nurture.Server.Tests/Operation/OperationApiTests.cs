using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Tests.Api;
using Nurture.Storage;

namespace Nurture.Server.Tests.Operation;

public sealed class OperationApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task How_it_runs_is_told_with_the_nodes_that_work()
    {
        await api.Server.SendAsync("/v1/track", """{"userId":"o","event":"login"}""", Cancel);

        var now = await Poll.ForAsync("this node holds every lane", Patience,
            async () => await api.GetAsync("operation") is var found && found["unheld"]!.AsArray().Count == 0 ? found : null, Cancel);

        var node = Assert.Single(now["nodes"]!.AsArray())!;
        Assert.Equal((api.Server.Database.Node, true), (node["node"]!.GetValue<string>(), node["is_this"]!.GetValue<bool>()));
        Assert.True(node["lease_seconds"]!.GetValue<double>() > 0);
        Assert.True(now["intake"]!["taken_last_minute"]!.GetValue<long>() >= 1);
        Assert.True(now["storage"]!["bytes"]!.GetValue<long>() > 0);
        Assert.Equal(0, now["parked"]!.GetValue<long>());
    }

    [Fact]
    public async Task After_a_restore_sending_starts_by_saying_what_may_have_left_and_not_otherwise()
    {
        Assert.Equal("not-restored", await api.ProblemAsync(HttpMethod.Post, "sending/confirm", "{}", HttpStatusCode.Conflict));
        await api.Server.Services.GetRequiredService<RestoreStore>().MarkAsync(Cancel);

        var stopped = (await api.GetAsync("sending"))["stopped"]!["restored"]!;
        var start = await api.ProblemAsync(HttpMethod.Post, "sending/start", "{}", HttpStatusCode.Conflict);
        var future = await api.ProblemAsync(HttpMethod.Post, "sending/confirm", new { left_until = "2999-01-01T00:00:00Z" }, HttpStatusCode.BadRequest);
        var both = await api.ProblemAsync(HttpMethod.Post, "sending/confirm", new { left_until = "2026-01-01T00:00:00Z", nothing_left = true }, HttpStatusCode.BadRequest);
        var confirmed = await api.DoAsync(HttpMethod.Post, "sending/confirm", "{}");

        Assert.NotNull(stopped["recognized_at"]);
        Assert.Equal(("restored", "bad-value", "bad-value"), (start, future, both));
        Assert.False(confirmed["is_stopped"]!.GetValue<bool>());
        var audit = (await api.GetAsync("audit"))["items"]!.AsArray().First(row => row!["action"]!.GetValue<string>() == "sending.confirmed")!;
        Assert.Equal(stopped["recognized_at"]!.GetValue<DateTimeOffset>(), audit["detail"]!["left_until"]!.GetValue<DateTimeOffset>());
    }
}
