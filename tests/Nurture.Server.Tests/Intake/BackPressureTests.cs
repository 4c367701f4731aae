using System.Net;

namespace Nurture.Server.Tests.Intake;

public sealed class BackPressureTests
{
    private const string Track = """{"userId":"u","event":"login"}""";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

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

        var first = server.SendAsync("/v1/t", Track, Cancel);
        HttpResponseMessage refused;
        do refused = await server.SendAsync("/v1/t", Track, Cancel).WaitAsync(TimeSpan.FromSeconds(30), Cancel);
        while (refused.StatusCode != HttpStatusCode.TooManyRequests);
        var wasAnswered = first.IsCompleted;
        holds.SetResult();
        await holder;
        var taken = await first;

        Assert.False(wasAnswered);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        Assert.Equal("1", refused.Headers.GetValues("Retry-After").Single());
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
