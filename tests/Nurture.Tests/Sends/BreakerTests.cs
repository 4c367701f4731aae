using Nurture.Sends;

namespace Nurture.Tests.Sends;

public sealed class BreakerTests
{
    private const long Hour = 3_600_000;
    private const long Day = 24 * Hour;

    private static readonly Breaker Breaker = Breaker.Default;

    [Fact]
    public void Before_a_week_is_known_only_the_absolute_bound_counts()
    {
        Assert.Null(Breaker.UsualOf([(0, 5), (6 * Day, 5)]));
        Assert.Equal(20_000, Breaker.BoundOf(BreakerKind.Mails, null, 0));
    }

    [Fact]
    public void The_usual_is_the_busiest_window_without_the_busiest_day()
    {
        var counts = Enumerable.Range(0, 10).SelectMany(day => new[] { (day * Day, 100L), (day * Day + Hour / 6, 50L), (day * Day + 5 * Hour, 10L) }).Append((10 * Day, 15_000L)).ToList();

        Assert.Equal(150, Breaker.UsualOf(counts));
    }

    [Fact]
    public void What_is_usual_lowers_the_bound_but_never_below_a_twentieth_or_above_the_absolute_one()
    {
        Assert.Equal(1_500, Breaker.BoundOf(BreakerKind.Mails, 150, 0));
        Assert.Equal(1_000, Breaker.BoundOf(BreakerKind.Mails, 2, 0));
        Assert.Equal(20_000, Breaker.BoundOf(BreakerKind.Mails, 9_000, 0));
        Assert.Equal(10, Breaker.BoundOf(BreakerKind.Escalations, 0, 0));
    }

    [Fact]
    public void A_confirmed_count_raises_every_bound() => Assert.Equal(51_500, Breaker.BoundOf(BreakerKind.Mails, 150, 50_000));

    [Fact]
    public void The_window_moves_in_sixths()
    {
        Assert.Equal(6 * Hour, Breaker.BucketOf(6 * Hour + 599_999));
        Assert.Equal(5 * Hour + Hour / 6, Breaker.FirstOf(6 * Hour + 1));
    }
}
