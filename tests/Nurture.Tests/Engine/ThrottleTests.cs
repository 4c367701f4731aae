using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Engine;

/// <summary>A throttled send lets subjects through in the order of their coming, never more than it says in any window (SEMANTICS.md 30, 31).</summary>
public sealed class ThrottleTests
{
    private static string Drip(string throttle, string more = "") => $$"""
        scenario: drip
        title: Drip
        owner: m@example.com
        class: service
        trigger: { event: signed_up }
        goal: { when: event("bought"), within: 90d }
        steps:
          - send: { template: hello, throttle: {{throttle}}, expires: 60d{{more}} }
          - wait: 1h
          - send: { template: next, expires: 60d }
        """;

    [Fact]
    public void Who_came_first_leaves_first_and_the_others_in_the_windows_that_follow()
    {
        var world = World.Of(Drip("2/d"));
        for (var person = 1; person <= 5; person++) world.Person(person).Do(person, "signed_up");

        Assert.Equal(["hello 1", "hello 2"], Hellos(world));
        Assert.Equal(5, world.Simulator.Journal.Count(entry => entry.Reason == Reason.Throttled));
        world.Pass("24h");
        Assert.Equal(["hello 1", "hello 2"], Hellos(world));
        world.Pass("15m");
        Assert.Equal(["hello 1", "hello 2", "hello 3", "hello 4"], Hellos(world));
        world.Pass("25h");
        Assert.Equal(5, Hellos(world).Count);
    }

    [Fact]
    public void What_follows_counts_from_the_release_and_nobody_is_mailed_twice()
    {
        var world = World.Of(Drip("1/d"));
        world.Person(1).Do(1, "signed_up").Person(2).Do(2, "signed_up").Pass("20d");

        var sends = world.Simulator.Sends.Where(send => send.Draft.RecipientId == 2).Select(send => (send.Draft.Template, send.LeftAt!.Value)).ToList();
        Assert.Equal(["hello", "next"], sends.Select(send => send.Template));
        Assert.Equal(TimeSpan.FromHours(1), sends[1].Item2 - sends[0].Item2);
        Assert.Equal(4, world.Mails.Count);
    }

    [Rule(11)]
    [Fact]
    public void Who_turns_out_to_be_somebody_else_keeps_the_place_in_line()
    {
        var world = World.Of(Drip("1/d"));
        for (var person = 1; person <= 3; person++) world.Person(person).Do(person, "signed_up");

        world.Person(4).Tell(new Signal.MergedInto(2, 4, Slots.OfContact(4), 0, world.Now), 2).Pass("25h");
        Assert.Equal(["hello 1", "hello 4"], Hellos(world));

        world.Pass("25h");
        Assert.Equal(["hello 1", "hello 4", "hello 3"], Hellos(world));
    }

    [Fact]
    public void Who_reaches_the_goal_in_line_leaves_it_and_the_place_goes_to_the_next()
    {
        var world = World.Of(Drip("1/d"));
        for (var person = 1; person <= 3; person++) world.Person(person).Do(person, "signed_up");

        world.Do(2, "bought").Pass("25h");

        Assert.Equal(["hello 1", "hello 3"], Hellos(world));
    }

    [Fact]
    public void It_is_the_last_gate_so_that_no_place_is_given_to_whoever_may_not_leave_at_that_hour()
    {
        var policy = new SendPolicy { AllowedHours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.All) } };
        var world = World.Of(policy, Drip("2/h"));
        world.PassTo(World.Start.AddHours(7.5));
        for (var person = 1; person <= 5; person++) world.Person(person).Do(person, "signed_up");

        // 17:30: two leave, the others not before nine.
        world.Pass("12h");
        Assert.Equal(["hello 1", "hello 2"], Hellos(world));
        world.PassTo(World.Start.AddHours(23).AddMinutes(1));
        Assert.Equal(["hello 1", "hello 2", "hello 3", "hello 4"], Hellos(world));
        world.Pass("2h");
        Assert.Equal(5, Hellos(world).Count);
        Assert.All(world.Simulator.Sends, send => Assert.InRange(send.LeftAt!.Value.TimeOfDay, new TimeSpan(9, 0, 0), new TimeSpan(18, 0, 0)));
    }

    [Fact]
    public void Whoever_expires_in_line_is_skipped()
    {
        var world = World.Of(Drip("1/d").Replace("expires: 60d }\n  - wait", "expires: 30h }\n  - wait", StringComparison.Ordinal));
        for (var person = 1; person <= 4; person++) world.Person(person).Do(person, "signed_up");

        world.Pass("10d");

        Assert.Equal(["hello 1", "hello 2"], Hellos(world));
        Assert.Equal(2, world.Simulator.Journal.Count(entry => entry.Reason == Reason.Expired));
    }

    [Fact]
    public void In_no_window_do_more_leave_than_it_says_whenever_they_come()
    {
        for (var seed = 1; seed <= 20; seed++)
        {
            var chance = new Random(seed);
            var pace = new Pace(chance.Next(1, 4), new[] { TimeSpan.FromMinutes(1), TimeSpan.FromHours(1), TimeSpan.FromDays(1) }[chance.Next(3)]);
            var world = World.Of(Drip(pace.ToString()));
            for (var person = 1; person <= 25; person++)
            {
                world.Person(person).Do(person, "signed_up");
                world.PassTo(world.Now + (pace.Per * chance.NextDouble() * 0.7));
            }

            world.Pass("40d");
            var left = world.Simulator.Sends.Where(send => send.Draft.Template == "hello").Select(send => send.LeftAt!.Value).Order().ToList();
            Assert.True(left.Count == 25, $"seed {seed}: {left.Count} of 25 left");
            for (var i = pace.Count; i < left.Count; i++) Assert.True(left[i] - left[i - pace.Count] > pace.Per, $"seed {seed}, {pace}: {left[i - pace.Count]:O} to {left[i]:O}");
        }
    }

    [Fact]
    public void The_forecast_keeps_to_the_hours()
    {
        var hours = new AllowedHours(new LocalTime(9, 0), new LocalTime(18, 0), Days.All);
        var clock = new LocalClock(DateTimeZone.Utc, BusinessCalendar.Standard);
        var at = new DateTimeOffset(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

        Assert.Equal(at, Throttle.Forecast(new Pace(100, TimeSpan.FromHours(1)), 80, at, hours, clock));
        // Eight rounds of an hour and its leeway until evening, then the next morning.
        Assert.Equal(new DateTimeOffset(2026, 3, 3, 9, 0, 0, TimeSpan.Zero), Throttle.Forecast(new Pace(100, TimeSpan.FromHours(1)), 850, at, hours, clock));
    }

    private static IReadOnlyList<string> Hellos(World world) => [.. world.Mails.Where(mail => mail.StartsWith("hello", StringComparison.Ordinal))];
}
