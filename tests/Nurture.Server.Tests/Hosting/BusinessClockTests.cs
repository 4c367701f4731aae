using Nurture.Server.Hosting;

namespace Nurture.Server.Tests.Hosting;

public sealed class BusinessClockTests
{
    [Fact]
    public void It_runs_with_the_machine_shifted_by_its_offset_and_never_goes_back()
    {
        var machine = new StoppedMachine();
        var clock = new BusinessClock(machine);

        clock.SetOffset(clock.OffsetFor(machine.Now.AddDays(3)));
        clock.SetOffset(clock.OffsetFor(machine.Now));
        machine.Now += TimeSpan.FromSeconds(5);

        Assert.Equal(machine.Now.AddDays(3), clock.GetUtcNow());
        Assert.Equal(TimeSpan.FromDays(3), clock.Offset);
    }

    [Fact]
    public async Task A_delay_ends_when_the_clock_is_moved_past_it()
    {
        var clock = new BusinessClock(TimeProvider.System);
        var soon = Task.Delay(TimeSpan.FromDays(3), clock, TestContext.Current.CancellationToken);
        var later = Task.Delay(TimeSpan.FromDays(40), clock, TestContext.Current.CancellationToken);

        clock.SetOffset(clock.OffsetFor(clock.GetUtcNow().AddDays(3)));
        await soon.WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);

        Assert.False(later.IsCompleted);
    }

    [Fact]
    public void A_period_goes_on_from_moment_to_moment()
    {
        var clock = new BusinessClock(TimeProvider.System);
        using var rang = new CountdownEvent(3);
        using var timer = clock.CreateTimer(_ => rang.Signal(), null, TimeSpan.FromDays(1), TimeSpan.FromDays(1));

        clock.SetOffset(clock.OffsetFor(clock.GetUtcNow().AddDays(3)));

        Assert.True(rang.Wait(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken));
    }

    private sealed class StoppedMachine : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
