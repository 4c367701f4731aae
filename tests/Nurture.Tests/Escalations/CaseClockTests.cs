using NodaTime;
using Nurture.Engine;
using Nurture.Escalations;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Tests.Engine;

namespace Nurture.Tests.Escalations;

/// <summary>The clocks of a case stand still while it is put aside. All begins on a Monday at 10:00.</summary>
public sealed class CaseClockTests
{
    private const string Types = """
        types:
          always: { title: Always, sla: { acknowledge: 4h, resolve: 2bd }, remind: 3h, hold: none }
          office: { title: Office, sla: { acknowledge: 4h, resolve: 2bd, hours: { from: "09:00", until: "17:00", days: business } }, hold: none }
        """;

    private static readonly AllowedHours Office = new(new LocalTime(9, 0), new LocalTime(17, 0), Days.Business);

    private static World Company(string type) => World.WithHealth(World.NobodyScored, Types, World.Calling(type)).Person(1, account: 1).Do(1, "stuck");

    private static Effect.EscalationChanged Shown(World world) => world.Simulator.Carried.OfType<Effect.EscalationChanged>().Last();

    private static DateTimeOffset At(int day, int hour) => new(2026, 3, day, hour, 0, 0, TimeSpan.Zero);

    private static World PutAside(World world, DateTimeOffset until) => world.Work(1, EscalationAct.Snooze, text: "They are away", until: until);

    [Fact]
    public void A_case_that_is_put_aside_has_as_much_time_left_afterwards()
    {
        var world = PutAside(Company("always").Pass("1h"), At(3, 11));

        Assert.Equal(new CaseClocks(At(3, 14), At(5, 10), At(3, 13)), Shown(world).Clocks);
        Assert.Equal([new CasePause(At(2, 11), At(3, 11))], Shown(world).Pauses);
    }

    [Fact]
    public void Taken_up_early_it_has_lost_only_the_time_that_it_was_aside()
    {
        var world = PutAside(Company("always").Pass("1h"), At(3, 11)).Pass("2h").Work(1, EscalationAct.Wake);

        Assert.Equal(new CaseClocks(At(2, 16), At(4, 12), At(2, 15)), Shown(world).Clocks);
        Assert.Equal([new CasePause(At(2, 11), At(2, 13))], Shown(world).Pauses);
        Assert.Null(Shown(world).SnoozedUntil);
    }

    [Fact]
    public void Pauses_add_up_and_one_that_ended_by_itself_lasted_as_long_as_was_said()
    {
        var world = PutAside(Company("always").Pass("1h"), At(2, 12)).Pass("2h");

        PutAside(world, At(2, 15)).Pass("30m").Work(1, EscalationAct.Acknowledge);

        Assert.Equal(At(2, 17), Shown(world).Clocks.AcknowledgeBy);
        Assert.Equal([new CasePause(At(2, 11), At(2, 12)), new CasePause(At(2, 13), At(2, 15))], Shown(world).Pauses);
    }

    [Fact]
    public void New_evidence_takes_it_up_and_begins_no_clock_anew()
    {
        var world = PutAside(Company("always").Pass("1h"), At(3, 11)).Pass("1h").Do(1, "stuck");

        Assert.Equal((At(2, 15), null), (Shown(world).Clocks.AcknowledgeBy, Shown(world).SnoozedUntil));
    }

    [Fact]
    public void What_had_run_out_stays_as_it_was()
    {
        var world = PutAside(Company("always").Pass("5h"), At(3, 15));

        Assert.Equal(new CaseClocks(At(2, 14), At(5, 10), At(2, 13)), Shown(world).Clocks);
    }

    [Fact]
    public void Of_a_team_with_hours_only_those_are_counted()
    {
        var world = Company("office");
        var opened = Assert.Single(world.Simulator.Carried.OfType<Effect.EscalationOpened>()).Row;
        Assert.Equal((At(2, 14), At(4, 10), At(2, 14)), (opened.AcknowledgeBy, opened.ResolveBy, opened.RemindAt));

        PutAside(world.Pass("2h"), At(3, 12));

        Assert.Equal(new CaseClocks(At(3, 14), At(5, 10), At(3, 14)), Shown(world).Clocks);
    }

    [Fact]
    public void Time_that_is_added_within_hours_is_found_within_them_again()
    {
        var random = new Random(20261122);
        var berlin = new LocalClock(DateTimeZoneProviders.Tzdb["Europe/Berlin"], BusinessCalendar.Standard);
        for (var i = 0; i < 300; i++)
        {
            var at = At(1, 0).AddMinutes(random.Next(60 * 24 * 300));
            var length = TimeSpan.FromMinutes(random.Next(1, 60 * 100));

            var end = Calendar.AddWithin(at, length, Office, berlin);

            Assert.True(length == Calendar.Within(at, end, Office, berlin), $"{length} from {at:O} to {end:O} (round {i} of seed 20261122)");
        }
    }
}
