using Nurture.Intake;

namespace Nurture.Tests.Intake;

public sealed class SourceReadingTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 23, 12, 5, 0, TimeSpan.Zero);
    private static readonly long Current = Now.ToUnixTimeSeconds() / 3600;

    [Fact]
    public void A_source_that_brings_nothing_where_it_usually_brings_much_is_silent()
    {
        var reading = SourceReading.Of(Weeks(3, perHour: 20, until: 2), Now);

        Assert.True(reading.IsKnown);
        Assert.True(reading.IsSilent);
        Assert.Equal((40d, 0L, 2, Current - 3), (reading.Expected, reading.Came, reading.Hours, reading.LastHour));
    }

    [Fact]
    public void Before_two_weeks_nobody_knows_what_is_usual() => Assert.False(SourceReading.Of(Weeks(1, perHour: 500, until: 5), Now).IsSilent);

    [Fact]
    public void Where_little_comes_at_these_hours_more_of_them_are_looked_at()
    {
        // Two an hour: fifteen hours have to be empty.
        Assert.False(SourceReading.Of(Weeks(3, perHour: 2, until: 10), Now).IsSilent);
        Assert.True(SourceReading.Of(Weeks(3, perHour: 2, until: 16), Now).IsSilent);
        // So little that a day brings less than thirty is never missed.
        Assert.False(SourceReading.Of(Weeks(3, perHour: 1, until: 24), Now).IsKnown);
    }

    [Fact]
    public void A_quiet_night_that_is_quiet_every_week_is_no_silence()
    {
        var hours = Weeks(3, perHour: 50, until: 0).Where(hour => (hour.Key - Current + 1_680) % 24 is < 14 or > 23).ToDictionary();

        Assert.False(SourceReading.Of(hours, Now).IsSilent);
    }

    [Fact]
    public void It_is_back_when_a_good_part_of_the_usual_comes_again()
    {
        var hours = Weeks(3, perHour: 20, until: 4);

        hours[Current] = 2;
        Assert.False(SourceReading.Of(hours, Now).IsBack);
        hours[Current] = 6;
        Assert.True(SourceReading.Of(hours, Now).IsBack);
    }

    private static Dictionary<long, long> Weeks(int weeks, long perHour, int until) =>
        Enumerable.Range(1, weeks * 168).Where(ago => ago > until).ToDictionary(ago => Current - ago, _ => perHour);
}
