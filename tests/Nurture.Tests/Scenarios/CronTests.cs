using NodaTime;
using Nurture.Scenarios;

namespace Nurture.Tests.Scenarios;

public sealed class CronTests
{
    [Theory]
    [InlineData("0 9 1 * *", "Asia/Tokyo", "2026-11-22T00:00Z", "2026-12-01T00:00Z")]
    [InlineData("0 9 * * MON-FRI", "Asia/Tokyo", "2026-11-20T00:00Z", "2026-11-23T00:00Z")]
    [InlineData("0 9 * * 7", "UTC", "2026-11-20T00:00Z", "2026-11-22T09:00Z")]
    [InlineData("*/20 8-9 * * *", "UTC", "2026-11-20T08:40Z", "2026-11-20T09:00Z")]
    [InlineData("5/25 0 * JAN *", "UTC", "2026-11-20T08:40Z", "2027-01-01T00:05Z")]
    [InlineData("0 0 29 2 *", "UTC", "2024-02-29T00:00Z", "2028-02-29T00:00Z")]
    // The clocks skip from 2:00 to 3:00: what was for half past two comes as much later.
    [InlineData("30 2 * * *", "Europe/Berlin", "2027-03-27T12:00Z", "2027-03-28T01:30Z")]
    // From 3:00 back to 2:00: half past two is there twice and counts once, the first time.
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-24T12:00Z", "2026-10-25T00:30Z")]
    [InlineData("30 2 * * *", "Europe/Berlin", "2026-10-25T00:30Z", "2026-10-26T01:30Z")]
    public void The_next_moment_is_read_on_the_wall_clock(string cron, string zone, string after, string expected)
    {
        var next = Read(cron).Next(Instant(after), DateTimeZoneProviders.Tzdb[zone]);

        Assert.Equal(Instant(expected), next);
    }

    [Fact]
    public void Going_from_moment_to_moment_and_looking_back_from_each_meet()
    {
        var zone = DateTimeZoneProviders.Tzdb["America/New_York"];
        foreach (var text in new[] { "*/15 * * * *", "0 9 * * MON", "30 2 * * *", "59 23 31 * *", "0 0 1 1,7 *" })
        {
            var cron = Read(text);
            var at = Instant("2026-10-25T00:00Z");
            for (var i = 0; i < 200; i++)
            {
                var next = cron.Next(at, zone);
                Assert.True(next > at, $"{text} after {at:O}: {next:O}");
                Assert.Equal(next, cron.LastUntil(next, zone));
                if (i > 0) Assert.Equal(at, cron.LastUntil(next.AddMilliseconds(-1), zone));
                at = next;
            }
        }
    }

    [Theory]
    [InlineData("0 9 1 *", "it has 4 fields, and a schedule has five: minute, hour, day of the month, month, day of the week")]
    [InlineData("60 9 * * *", "\"60\" is not a minute, which is from 0 to 59, *, a range as 0-59, or steps as */15")]
    [InlineData("0 9 * * FRI-SUN", "\"FRI-SUN\" is not a day of the week, which is from 0 to 7, *, a range as 0-7, or steps as */7")]
    [InlineData("0 9 1 * 1", "a day of the month and a day of the week together mean either of them, which few expect")]
    [InlineData("0 9 30 2 *", "there is no such day")]
    public void What_cannot_be_read_is_said(string text, string expected)
    {
        Assert.Null(Cron.TryParse(text, out var problem));
        Assert.Equal(expected, problem?.ToString());
    }

    private static Cron Read(string text) => Cron.TryParse(text, out var problem) ?? throw new InvalidOperationException(problem?.ToString());

    private static DateTimeOffset Instant(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
