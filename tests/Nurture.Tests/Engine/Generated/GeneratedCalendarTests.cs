using System.Globalization;
using NodaTime;
using Nurture.Scenarios;
using Nurture.Contacts;

namespace Nurture.Tests.Engine.Generated;

/// <summary>
/// Days on which the clocks change, and the ends of months and years, in four zones: each step comes exactly once, at the
/// local time that was asked. What is expected is worked out from the zone's own clock, not by the engine's calendar.
/// </summary>
public sealed class GeneratedCalendarTests
{
    private static readonly int Runs = int.Parse(Environment.GetEnvironmentVariable("NURTURE_RUNS") ?? "2000", CultureInfo.InvariantCulture);
    private static readonly int First = int.Parse(Environment.GetEnvironmentVariable("NURTURE_SEED") ?? "1", CultureInfo.InvariantCulture);
    private static readonly string[] Zones = ["Asia/Tokyo", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"];

    [Lesson(3, 12)]
    [Fact]
    public void A_local_time_comes_once_on_every_day()
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var random = new Random(seed);
            var (zone, time, start) = Draw(random);
            var days = (Days)random.Next(3);
            var world = World.Of(EnteringRuleTests.Scenario($$"""
                - repeat:
                    times: 40
                    steps:
                      - wait: { until: "{{time.Hour:00}}:{{time.Minute:00}}", days: {{days.ToString().ToLowerInvariant()}} }
                      - send: t
                      - wait: {{random.Next(1, 12)}}h
                """, of: "transactional")).Person(1).Say(1, ("zone", zone.Id)).PassTo(start).Do(1, "signed_up");

            world.PassTo(start.AddDays(150));

            var expected = new List<DateTimeOffset>();
            for (var date = Instant.FromDateTimeOffset(start).InZone(zone).Date; expected.Count < 40; date = date.PlusDays(1))
            {
                var isWeekend = date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday;
                if (days == Days.All || isWeekend == (days == Days.Weekend))
                {
                    if (Moment(date + time, zone) is var moment && moment >= start) expected.Add(moment);
                }
            }

            var left = world.Simulator.Sends.Select(send => send.LeftAt!.Value).ToList();
            Assert.True(expected.Take(left.Count).SequenceEqual(left) && left.Count == 40, $"seed {seed}: {zone.Id} {time} {days} from {start:O}\n{string.Join("\n", expected.Zip(left, (one, other) => $"{one:O} {other:O}{(one == other ? "" : " !")}"))}\n{left.Count}");
        }
    }

    [Fact]
    public void Months_and_business_days_keep_the_local_time_and_end_with_the_month()
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var random = new Random(seed);
            var (zone, time, start) = Draw(random);
            start = Moment(Instant.FromDateTimeOffset(start).InZone(zone).Date + time, zone);
            var (months, businessDays) = random.Next(2) == 0 ? (random.Next(1, 14), 0) : (0, random.Next(1, 25));
            var world = World.Of(EnteringRuleTests.Scenario($"- wait: {(months > 0 ? $"{months}mo" : $"{businessDays}bd")}\n- send: t", of: "transactional", goal: "{ when: event(\"done\"), within: 900d }")).Person(1).Say(1, ("zone", zone.Id)).PassTo(start).Do(1, "signed_up");

            world.PassTo(start.AddDays(430));

            var from = Instant.FromDateTimeOffset(start).InZone(zone).LocalDateTime;
            var date = from.Date.PlusMonths(months);
            for (var left = businessDays; left > 0; left--)
            {
                do date = date.PlusDays(1);
                while (date.DayOfWeek is IsoDayOfWeek.Saturday or IsoDayOfWeek.Sunday);
            }

            Assert.True(Moment(date + from.TimeOfDay, zone) == world.Simulator.Sends.Single().LeftAt, $"seed {seed}: {zone.Id} {from} and {months} months or {businessDays} business days: {world.Simulator.Sends.Single().LeftAt:O}");
        }
    }

    [Fact]
    public void A_date_comes_at_its_local_time_once_each_time_it_recurs()
    {
        for (var seed = First; seed < First + (Runs / 4); seed++)
        {
            var random = new Random(seed);
            var (zone, time, start) = Draw(random);
            var (day, months, before) = (Instant.FromDateTimeOffset(start).InZone(zone).Date.PlusDays(random.Next(1, 40)), random.Next(1, 5), random.Next(0, 20));
            var world = World.Of(EnteringRuleTests.Scenario("- send: { template: t, to: most_active, nobody: end }", "reentry: every time", $"{{ every: {months}mo, from: account.contract_end, before: {before}d, at: \"{time.Hour:00}:{time.Minute:00}\" }}", "account", "transactional"))
                .Person(1, 1).SayAccount(1, ("zone", zone.Id)).PassTo(start).SayAccount(1, ("contract_end", day.ToDateOnly()));

            world.PassTo(start.AddDays(800));

            var expected = Enumerable.Range(1, 30).Select(times => Moment(day.PlusMonths(months * times).PlusDays(-before) + time, zone)).Where(moment => moment > start && moment <= start.AddDays(800)).ToList();
            var left = world.Simulator.Sends.Select(send => send.LeftAt!.Value).ToList();
            Assert.True(expected.SequenceEqual(left), $"seed {seed}: {zone.Id} {time}, every {months} months from {day}, {before} days before, from {start:O}\n{string.Join("\n", expected.Select(moment => $"{moment:O}"))}\n---\n{string.Join("\n", left.Select(moment => $"{moment:O}"))}");
        }
    }

    [Rule(26, 35)]
    [Theory]
    [InlineData("Europe/Berlin", "02:30", "2026-03-28T12:00:00Z", "2026-03-29T01:30:00Z", "03:30")]
    [InlineData("America/New_York", "02:30", "2026-03-07T12:00:00Z", "2026-03-08T07:30:00Z", "03:30")]
    [InlineData("Australia/Lord_Howe", "02:15", "2026-10-03T02:00:00Z", "2026-10-03T15:45:00Z", "02:45")]
    [InlineData("Asia/Tokyo", "02:30", "2026-03-28T12:00:00Z", "2026-03-28T17:30:00Z", "02:30")]
    [InlineData("Europe/Berlin", "02:30", "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z", "02:30")]
    [InlineData("America/New_York", "01:30", "2026-10-31T12:00:00Z", "2026-11-01T05:30:00Z", "01:30")]
    public void A_time_that_a_day_has_not_comes_as_much_later_and_one_that_it_has_twice_comes_the_first_time(string zone, string asked, string start, string left, string local)
    {
        var world = World.Of(EnteringRuleTests.Scenario($"- wait: {{ until: \"{asked}\" }}\n- send: t", of: "transactional")).Person(1).Say(1, ("zone", zone)).PassTo(DateTimeOffset.Parse(start, CultureInfo.InvariantCulture)).Do(1, "signed_up").Pass("2d");

        var sent = world.Simulator.Sends.Single().LeftAt!.Value;
        Assert.Equal(DateTimeOffset.Parse(left, CultureInfo.InvariantCulture), sent);
        Assert.Equal(local, Instant.FromDateTimeOffset(sent).InZone(DateTimeZoneProviders.Tzdb[zone]).ToString("HH:mm", CultureInfo.InvariantCulture));
    }

    /// <summary>A zone, a time (often one that a change of the clocks leaves out or repeats), and a start near such a change or the end of a month or year.</summary>
    private static (DateTimeZone Zone, LocalTime Time, DateTimeOffset Start) Draw(Random random)
    {
        var zone = DateTimeZoneProviders.Tzdb[Zones[random.Next(Zones.Length)]];
        var time = random.Next(2) == 0 ? new LocalTime(random.Next(1, 4), random.Next(4) * 15) : new LocalTime(random.Next(24), random.Next(60));
        var changes = zone.GetZoneIntervals(Instant.FromUtc(2026, 3, 3, 0, 0), Instant.FromUtc(2028, 6, 1, 0, 0)).Where(interval => interval.HasStart && interval.Start > Instant.FromUtc(2026, 3, 9, 0, 0)).Select(interval => interval.Start.ToDateTimeOffset()).ToList();
        var near = changes.Count > 0 && random.Next(2) == 0 ? changes[random.Next(changes.Count)]
            : new DateTimeOffset(2026, 3, 31, 12, 0, 0, TimeSpan.Zero).AddMonths(random.Next(26)) is var end && random.Next(2) == 0 ? end : new DateTimeOffset(2026 + random.Next(2), 12, 31, 12, 0, 0, TimeSpan.Zero);
        var start = near.AddMinutes(-random.Next(4 * 24 * 60));
        return (zone, time, start > World.Start ? start : World.Start);
    }

    /// <summary>What a clock on the wall shows as this time: the first time that it does; where it never does, as much later as it was put forward.</summary>
    private static DateTimeOffset Moment(LocalDateTime local, DateTimeZone zone)
    {
        var mapped = zone.MapLocal(local);
        var offset = mapped.EarlyInterval.WallOffset;
        return (mapped.Count == 1 ? mapped.Single().ToInstant() : local.WithOffset(offset).ToInstant()).ToDateTimeOffset();
    }
}
