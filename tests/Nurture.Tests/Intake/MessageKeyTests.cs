using Nurture.Intake;

namespace Nurture.Tests.Intake;

public sealed class MessageKeyTests
{
    /// <summary>Whatever the client's clock says, a repetition within seven days is looked for where the first one was filed.</summary>
    [Fact]
    public void A_repetition_within_seven_days_is_found_whatever_the_timestamp()
    {
        const int received = 20_000;
        for (var offset = -40; offset <= 40; offset++)
        {
            foreach (int? clientDay in new int?[] { received + offset, null })
            {
                var key = new MessageKey(1, 2, clientDay);
                var filed = new List<int?> { key.FiledUnder(received), key.AlsoFiledUnder(received) };
                for (var again = received; again <= received + MessageKey.KeptDays; again++)
                {
                    var looked = Enumerable.Range(MessageKey.LookBackTo(again), again - MessageKey.LookBackTo(again) + 1).Where(_ => key.NeedsLookBack(again))
                        .Append(key.FiledUnder(again)).Where(day => day >= MessageKey.Forgotten(again));
                    Assert.True(looked.Any(day => filed.Contains(day)), $"timestamp day {clientDay}, first on {received}, again on {again}");
                }
            }
        }
    }

    [Fact]
    public void Days_are_counted_in_UTC_and_before_1970_too()
    {
        Assert.Equal(0, MessageKey.DayOf(DateTimeOffset.UnixEpoch));
        Assert.Equal(0, MessageKey.DayOf(DateTimeOffset.UnixEpoch.AddDays(1).AddMilliseconds(-1)));
        Assert.Equal(-1, MessageKey.DayOf(DateTimeOffset.UnixEpoch.AddMilliseconds(-1)));
        Assert.Equal(-1, MessageKey.DayOf(DateTimeOffset.UnixEpoch.AddDays(-1)));
    }
}
