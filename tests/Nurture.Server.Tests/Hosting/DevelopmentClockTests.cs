using System.Net;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Tests.Hosting;

public sealed class DevelopmentClockTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task It_steps_from_due_moment_to_due_moment_and_lets_each_be_dealt_with()
    {
        await using var server = await RunningServer.StartAsync();
        var clock = server.Services.GetRequiredService<BusinessClock>();
        var start = clock.Now;
        // A day after each thing was done the next one is due: it exists only once the clock has been there.
        var due = start.AddDays(1);
        var done = new List<DateTimeOffset>();
        server.Services.GetRequiredService<DueMoments>().Add("diary",
            (after, _) => Task.FromResult<DateTimeOffset?>(due > after ? due : null),
            _ =>
            {
                if (due > clock.Now) return Task.FromResult(0);
                done.Add(due);
                due = due.AddDays(1);
                return Task.FromResult(1);
            });

        var answer = await server.Http.PostAsync("/dev/clock/advance?by=84h", null, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal([start.AddDays(1), start.AddDays(2), start.AddDays(3)], done);
        var shown = JsonDocument.Parse(await server.Http.GetStringAsync("/dev/clock", Cancel)).RootElement;
        Assert.True(shown.GetProperty("now").GetDateTimeOffset() >= start.AddHours(84));
        var stored = await new ClockStore(server.Database).LoadAsync(Cancel);
        Assert.Equal(clock.Offset, stored);
    }

    [Theory]
    [InlineData("")]
    [InlineData("?by=3")]
    [InlineData("?by=-3d")]
    [InlineData("?by=9999999d")]
    public async Task A_length_that_is_none_is_refused(string query)
    {
        await using var server = await RunningServer.StartAsync();

        var answer = await server.Http.PostAsync($"/dev/clock/advance{query}", null, Cancel);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task There_is_nothing_of_the_kind_in_production_nor_for_who_comes_through_a_proxy()
    {
        await using var production = await RunningServer.StartAsync("Production");
        await using var development = await RunningServer.StartAsync();
        using var proxied = new HttpRequestMessage(HttpMethod.Get, "/dev/clock");
        proxied.Headers.Add("X-Forwarded-For", "203.0.113.7");

        var answers = new[]
        {
            await production.Http.GetAsync("/dev/clock", Cancel),
            await production.Http.PostAsync("/dev/clock/advance?by=3d", null, Cancel),
            await development.Http.SendAsync(proxied, Cancel),
        };

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode));
    }

    [Fact]
    public async Task The_keys_of_development_open_nothing_in_production()
    {
        await using var production = await RunningServer.StartAsync("Production");

        var answer = await production.SendAsync("/v1/t", """{"userId":"u","event":"x"}""", Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }
}
