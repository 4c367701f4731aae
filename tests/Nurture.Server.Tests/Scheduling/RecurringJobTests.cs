using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Scheduling;
using Nurture.Storage;

namespace Nurture.Server.Tests.Scheduling;

public sealed class RecurringJobTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(TestDatabase.Sqlite)]
    [InlineData(TestDatabase.Postgres)]
    public async Task A_week_of_the_development_clock_runs_a_daily_job_seven_times_each_at_its_moment_and_with_what_else_is_due(string kind)
    {
        using var scratch = new ScratchFolder("timetable");
        await using var database = await TestDatabase.CreateAsync(kind, scratch, Cancel);
        var diary = new Diary();
        await using var server = await StartAsync(scratch, database, diary, "0 9 * * *", Misfire.Each);
        var noon = NextNine(server).AddHours(3);
        var seen = new List<DateTimeOffset>();
        server.Services.GetRequiredService<DueMoments>().Add("noon",
            (after, _) => Task.FromResult<DateTimeOffset?>(noon > after ? noon : null),
            _ =>
            {
                if (noon > Clock(server).Now) return Task.FromResult(0);
                // What runs at nine has run by noon.
                Assert.Equal(noon.AddHours(-3), diary.Moments[^1]);
                seen.Add(noon);
                noon = noon.AddDays(1);
                return Task.FromResult(1);
            });
        var first = NextNine(server);

        await server.Http.PostAsync("/dev/clock/advance?by=7d", null, Cancel);

        Assert.Equal([.. Enumerable.Range(0, 7).Select(day => first.AddDays(day))], diary.Moments);
        Assert.All(diary.RanAt.Zip(diary.Moments), pair => Assert.True(pair.First - pair.Second < TimeSpan.FromSeconds(30), $"{pair.Second:O} ran at {pair.First:O}"));
        Assert.InRange(seen.Count, 6, 7);
    }

    [Theory]
    [InlineData(TestDatabase.Sqlite, Misfire.Once, 1)]
    [InlineData(TestDatabase.Sqlite, Misfire.Each, 3)]
    [InlineData(TestDatabase.Sqlite, Misfire.Skip, 0)]
    [InlineData(TestDatabase.Postgres, Misfire.Each, 3)]
    public async Task What_passed_while_no_server_ran_is_made_up_for_as_the_job_says(string kind, Misfire misfire, int expected)
    {
        using var scratch = new ScratchFolder("timetable");
        await using var database = await TestDatabase.CreateAsync(kind, scratch, Cancel);
        var before = await StartAsync(scratch, database, new Diary(), "0 9 * * *", misfire);
        var first = NextNine(before);
        // As if the machine had been off for three days: the business clock has gone on, and nobody looked.
        await before.Services.GetRequiredService<ClockStore>().SaveAsync(first.AddDays(2).AddHours(1) - TimeProvider.System.GetUtcNow(), Cancel);
        await before.StopAsync();

        var diary = new Diary();
        await using var server = await StartAsync(scratch, database, diary, "0 9 * * *", misfire);
        await server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

        Assert.Equal([.. Enumerable.Range(0, 3).Select(day => first.AddDays(day)).TakeLast(expected)], diary.Moments);
        Assert.Equal(first.AddDays(3), NextNine(server));
    }

    [Fact]
    public async Task A_run_that_fails_is_tried_again_for_the_same_moment()
    {
        using var scratch = new ScratchFolder("timetable");
        await using var database = await TestDatabase.CreateAsync(TestDatabase.Sqlite, scratch, Cancel);
        var diary = new Diary { FailuresFirst = 1 };
        await using var server = await StartAsync(scratch, database, diary, "0 9 * * *", Misfire.Each);
        var first = NextNine(server);

        await server.Http.PostAsync("/dev/clock/advance?by=1d", null, Cancel);

        Assert.Equal([first, first], diary.Tried);
        Assert.Equal([first], diary.Moments);
    }

    private static Task<RunningServer> StartAsync(ScratchFolder scratch, TestDatabase database, Diary diary, string cron, Misfire misfire) =>
        RunningServer.StartAsync(scratch["data"], builder =>
            builder.AddRecurringJob<BusinessClock>("diary", cron, misfire, (clock, at, _) => diary.WriteAsync(at, clock.Now)), [.. database.Settings.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key.Replace("__", ":")}={setting.Value}")]);

    private static BusinessClock Clock(RunningServer server) => server.Services.GetRequiredService<BusinessClock>();

    private static DateTimeOffset NextNine(RunningServer server) => server.Services.GetRequiredService<Timetable>().NextOfJob("diary")!.Value;

    private sealed class Diary
    {
        public List<DateTimeOffset> Moments { get; } = [];

        public List<DateTimeOffset> RanAt { get; } = [];

        public List<DateTimeOffset> Tried { get; } = [];

        public int FailuresFirst { get; set; }

        public Task WriteAsync(DateTimeOffset at, DateTimeOffset now)
        {
            Tried.Add(at);
            if (FailuresFirst-- > 0) throw new IOException("The diary is shut.");
            Moments.Add(at);
            RanAt.Add(now);
            return Task.CompletedTask;
        }
    }
}
