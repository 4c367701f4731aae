using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;

namespace Nurture.Tests.Engine;

public sealed class ScheduleTests
{
    private const string Monthly = """
        scenario: news
        title: News
        owner: m@example.com
        class: marketing
        topic: news
        trigger: { schedule: "0 9 1 * *", zone: Asia/Tokyo, pace: 2000/h }
        audience: contact.seats > 1
        reentry: every time
        goal: none
        purpose: The monthly news
        steps:
          - send: news
        """;

    private static readonly DateTimeOffset Moment = new(2026, 3, 31, 15, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Who_is_asked_enters_when_in_the_audience_and_else_the_journal_says_why_not()
    {
        var world = World.Of(Monthly).Person(1).Say(1, ("seats", 5)).Person(2).Say(2, ("seats", 1)).PassTo(Moment);

        Ask(world, 1);
        Ask(world, 2);

        Assert.Equal(["news 1"], world.Mails);
        Assert.Contains("audience_false", world.Decisions());
    }

    [Fact]
    public void Asked_twice_for_one_moment_somebody_enters_once_and_for_the_next_moment_again()
    {
        var world = World.Of(Monthly).Person(1).Say(1, ("seats", 5)).PassTo(Moment);

        Ask(world, 1);
        Ask(world, 1);
        world.PassTo(Moment.AddHours(1));
        Ask(world, 1);
        Assert.Equal(["news 1"], world.Mails);

        world.PassTo(Moment.AddDays(30));
        Ask(world, 1, Moment.AddDays(30));
        Assert.Equal(["news 1", "news 1"], world.Mails);
    }

    [Fact]
    public void A_browser_that_nobody_has_named_is_not_asked()
    {
        var world = World.Of(Monthly);
        world.Do(1, "page").PassTo(Moment);

        Ask(world, 1);

        Assert.Empty(world.Decisions());
    }

    [Fact]
    public void A_question_that_was_heard_too_late_starts_nothing()
    {
        var world = World.Of(Monthly).Person(1).Say(1, ("seats", 5)).PassTo(Moment.AddDays(4));

        Ask(world, 1);

        Assert.Equal(["late"], world.Decisions());
    }

    [Fact]
    public void A_pace_shares_out_every_minute_and_comes_to_its_count()
    {
        foreach (var pace in new[] { new Pace(2000, TimeSpan.FromHours(1)), new Pace(10, TimeSpan.FromHours(1)), new Pace(7, TimeSpan.FromMinutes(1)), new Pace(1, TimeSpan.FromDays(1)) })
        {
            var minutes = (long)pace.Per.TotalMinutes;
            Assert.Equal(pace.Count * 3, Enumerable.Range(0, (int)minutes * 3).Sum(minute => pace.InMinute(minute)));
            Assert.True(pace.InMinute(0) > 0);
            for (var minute = 0L; minute < minutes * 2; minute += 3)
            {
                var next = pace.NextMinute(minute);
                Assert.True(next >= minute && pace.InMinute(next) > 0, $"{pace} after {minute}: {next}");
                for (var skipped = minute; skipped < next; skipped++) Assert.Equal(0, pace.InMinute(skipped));
            }
        }
    }

    private static void Ask(World world, long contact, DateTimeOffset? moment = null) =>
        world.Tell(new Signal.Scheduled(SubjectRef.Contact(contact), "news", moment ?? Moment, moment ?? Moment), contact);
}
