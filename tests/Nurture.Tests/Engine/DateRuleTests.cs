using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Sends;
using NodaTime;
using Nurture.Scenarios;
using static Nurture.Tests.Engine.EnteringRuleTests;

namespace Nurture.Tests.Engine;

/// <summary>SEMANTICS.md 32, 33: dates that move, come late, or are over.</summary>
public sealed class DateRuleTests
{
    private static string Renewal(string steps = "- wait: { until: account.contract_end, offset: -5d }\n- send: { template: soon, to: most_active, nobody: end }", string before = "before: 30d") =>
        Scenario(steps, "key: account.contract_end\nreentry: every time", $"{{ date: account.contract_end, {before} }}", "account");

    private static string Booked(string steps, string more = "") => Scenario(steps, more, "{ event: booked }");

    private static World Contracted(int month, int day, params string[] scenarios) =>
        World.Of(scenarios).Person(1, 1).SayAccount(1, ("contract_end", new DateOnly(2026, month, day)));

    private static string At(DateTimeOffset moment) => $$"""{"starts_at":"{{moment:O}}"}""";

    private static IReadOnlyList<string> Left(World world) => [.. world.Simulator.Sends.Where(s => !s.IsCancelled).Select(s => $"{s.Draft.Template} {s.Draft.PlannedAt:MM-dd HH}")];

    [Rule(18, 33)]
    [Fact]
    public void A_date_that_moves_takes_the_passage_that_it_keys_along()
    {
        var world = Contracted(4, 20, Renewal()).PassTo(new(2026, 3, 25, 0, 0, 0, TimeSpan.Zero)).SayAccount(1, ("contract_end", new DateOnly(2026, 4, 30)));

        Assert.Equal("2026-04-30", world.Account(1).Enrollments.Single().Key);
        Assert.Equal("2026-04-30", world.Account(1).Enrollments.Single().Trigger!["date"].ToString());
        world.PassTo(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["soon 04-25 09"], Left(world));
        Assert.Equal(1, world.Decisions().Count(d => d == "entered"));
    }

    [Rule(18, 33)]
    [Fact]
    public void Said_back_the_date_has_its_passage_still()
    {
        var world = Contracted(4, 20, Renewal()).PassTo(new(2026, 3, 25, 0, 0, 0, TimeSpan.Zero))
            .SayAccount(1, ("contract_end", new DateOnly(2026, 4, 30))).Pass("1d").SayAccount(1, ("contract_end", new DateOnly(2026, 4, 20)));

        world.PassTo(new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["soon 04-15 09"], Left(world));
    }

    [Rule(18, 33)]
    [Fact]
    public void A_date_that_is_over_and_gets_its_next_value_is_the_next_passage_and_the_first_one_keeps_its_own()
    {
        var world = Contracted(4, 20, Renewal("- wait: { until: account.contract_end, offset: 5d }\n- send: { template: thanks, to: most_active, nobody: end }")).PassTo(new(2026, 4, 22, 0, 0, 0, TimeSpan.Zero))
            .SayAccount(1, ("contract_end", new DateOnly(2027, 4, 20)));

        world.PassTo(new(2027, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["thanks 04-25 09", "thanks 04-25 09"], Left(world));
        Assert.Equal([2026, 2027], world.Simulator.Sends.Select(s => s.Draft.PlannedAt.Year));
    }

    [Rule(18, 33)]
    [Fact]
    public void The_next_date_said_before_this_one_is_over_ends_the_passage_of_this_one()
    {
        var world = Contracted(4, 20, Renewal()).PassTo(new(2026, 4, 10, 0, 0, 0, TimeSpan.Zero)).SayAccount(1, ("contract_end", new DateOnly(2027, 4, 20)));

        Assert.Contains("next_date", world.Last(Reason.Ended).Detail);
        world.PassTo(new(2027, 6, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Equal(["soon 04-15 09"], Left(world));
        Assert.Equal(2, world.Decisions().Count(d => d == "entered"));
    }

    [Rule(15, 33)]
    [Fact]
    public void A_refreshed_trigger_plans_the_wait_anew()
    {
        var world = World.Of(Booked("- wait: { until: trigger.starts_at, offset: -1d }\n- send: tomorrow", "while_live: refresh")).Person(1)
            .Do(1, "booked", At(World.Start.AddDays(20))).Pass("1d").Do(1, "booked", At(World.Start.AddDays(8))).Pass("30d");

        Assert.Equal(["tomorrow 03-09 10"], Left(world));
    }

    [Rule(32)]
    [Fact]
    public void Nothing_leaves_after_the_date_that_the_last_wait_named()
    {
        var hours = new Dictionary<SendClass, AllowedHours> { [SendClass.Service] = new(new LocalTime(9, 0), new LocalTime(18, 0), Days.All) };
        var world = World.Of(new SendPolicy { Zone = "UTC", AllowedHours = hours }, Booked("- wait: { until: trigger.starts_at, offset: -1h }\n- send: soon")).Person(1)
            .Do(1, "booked", At(new(2026, 3, 6, 7, 0, 0, TimeSpan.Zero))).Pass("9d");

        Assert.Empty(world.Mails);
        Assert.Contains("expired soon", world.Decisions());
    }

    [Rule(32)]
    [Fact]
    public void A_date_that_moved_since_is_the_one_that_bounds()
    {
        var world = Contracted(3, 20, Scenario("- wait: { until: account.contract_end, offset: -5d }\n- wait: { for: event(\"seen\"), up_to: 20d }\n- send: { template: last, to: most_active, nobody: end, expires: 20d }", trigger: "{ event: booked }", subject: "account"))
            .Do(1, "booked").PassTo(new(2026, 3, 16, 0, 0, 0, TimeSpan.Zero));
        world.TellAccount(1, id => new Signal.HoldRequested(id, new(2026, 3, 25, 0, 0, 0, TimeSpan.Zero), "visit", "csm@example.com", world.Now));
        world.SayAccount(1, ("contract_end", new DateOnly(2026, 4, 20))).Do(1, "seen").Pass("20d");

        Assert.Equal("last 1", Assert.Single(world.Mails));
    }

    [Rule(32, 54)]
    [Fact]
    public void What_is_approved_after_its_date_does_not_leave()
    {
        var world = World.Of(Scenario("- send: { template: last, to: most_active, nobody: end, approve: owner, up_to: 20d, otherwise: send }", "key: account.contract_end\nreentry: every time", "{ date: account.contract_end, before: 5d }", "account"))
            .Person(1, 1).SayAccount(1, ("contract_end", new DateOnly(2026, 3, 20)));

        world.PassTo(new(2026, 5, 1, 0, 0, 0, TimeSpan.Zero));

        Assert.Empty(world.Mails);
        Assert.Contains("expired last", world.Decisions());
    }

    [Rule(33)]
    [Fact]
    public void Who_enters_late_starts_at_the_first_date_still_ahead()
    {
        var world = World.Of(Booked("""
            - wait: { until: trigger.starts_at, offset: -1d }
            - send: tomorrow
            - wait: { until: trigger.starts_at, offset: -20h }
            - send: today
            - wait: { until: trigger.starts_at, offset: -1h }
            - send: soon
            """)).Person(1).Do(1, "booked", At(World.Start.AddHours(12))).Pass("2d");

        Assert.Equal(["soon 1"], world.Mails);
    }

    [Rule(33)]
    [Theory]
    [InlineData("", "moment_gone soon")]
    [InlineData(", catch_up: 6d", "released soon")]
    [InlineData(", catch_up: 1h", "moment_gone soon")]
    public void A_step_whose_moment_has_gone_runs_within_its_own_catch_up(string catchUp, string expected)
    {
        // The date moves back: its moment was four days ago.
        var world = Contracted(4, 20, Renewal($"- wait: {{ until: account.contract_end, offset: -10d{catchUp} }}\n- send: {{ template: soon, to: most_active, nobody: end }}"))
            .PassTo(new(2026, 4, 1, 9, 0, 0, TimeSpan.Zero)).SayAccount(1, ("contract_end", new DateOnly(2026, 4, 7)));

        Assert.Contains(expected, world.Decisions());
    }

    [Rule(33)]
    [Theory]
    [InlineData("", false)]
    [InlineData(", catch_up: 20d", true)]
    public void A_trigger_has_its_own_catch_up(string catchUp, bool isMailed)
    {
        // Said ten days after the moment at which it would have started.
        var world = Contracted(3, 22, Renewal("- send: { template: month, to: most_active, nobody: end, expires: 30d }", $"before: 30d{catchUp}"));

        Assert.Equal(isMailed, world.Mails.Contains("month 1"));
    }

    [Rule(33)]
    [Fact]
    public void A_spread_does_not_bring_back_a_moment_that_has_gone()
    {
        var world = Contracted(3, 20, Renewal("- send: { template: month, to: most_active, nobody: end }\n- wait: { until: account.contract_end, offset: -5d }\n- send: { template: soon, to: most_active, nobody: end }", "before: 30d, spread: 1h")).Pass("30d");

        Assert.Contains("moment_gone month", world.Decisions());
        Assert.Equal(["soon 1"], world.Mails);
    }
}
