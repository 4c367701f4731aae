using System.Net;

namespace Nurture.Server.Tests.Intake;

public sealed class BackPressureTests
{
    private const string Track = """{"userId":"u","event":"login"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Lesson(15)]
    [Fact]
    public async Task An_answer_comes_after_the_commit_and_who_comes_on_top_is_asked_to_come_again()
    {
        await using var server = await RunningServer.StartAsync("Development", "--Nurture:Intake:MaxPendingMessages=1");
        var holds = new TaskCompletionSource();
        var held = new TaskCompletionSource();
        var holder = server.Database.WriteAsync(async (_, _, _) =>
        {
            held.SetResult();
            await holds.Task;
        }, Cancel);
        await held.Task;

        // One of the two waits for its commit, whichever came first; the other is the one too many.
        Task<HttpResponseMessage>[] both = [server.SendAsync("/v1/t", Track, Cancel), server.SendAsync("/v1/t", Track, Cancel)];
        var answered = await Task.WhenAny(both);
        var waiting = both.Single(other => other != answered);
        var isWaiting = !waiting.IsCompleted;
        holds.SetResult();
        await holder;

        Assert.True(isWaiting);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await answered).StatusCode);
        Assert.Equal("1", (await answered).Headers.GetValues("Retry-After").Single());
        Assert.Equal(HttpStatusCode.OK, (await waiting).StatusCode);
        Assert.Equal(1, await server.CountAsync("events where name = 'login'", Cancel));
    }

    [Fact]
    public async Task What_was_taken_before_the_server_stops_is_written()
    {
        await using var server = await RunningServer.StartAsync();

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => server.SendAsync("/v1/t", $$"""{"userId":"u{{n % 7}}","event":"login","messageId":"m{{n}}"}""", Cancel)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(200, await server.CountAsync("events where name = 'login'", Cancel));
        Assert.Equal(7, await server.CountAsync("contacts", Cancel));
    }
}
