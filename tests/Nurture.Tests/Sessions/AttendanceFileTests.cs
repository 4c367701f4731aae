using NodaTime;
using Nurture.Sessions;

namespace Nurture.Tests.Sessions;

public sealed class AttendanceFileTests
{
    private static readonly DateTimeZone Tokyo = DateTimeZoneProviders.Tzdb["Asia/Tokyo"];

    [Fact]
    public void Times_are_read_on_the_sessions_clock_and_other_columns_are_left_alone()
    {
        var (lines, errors) = AttendanceFile.Read("\uFEFFName,Email,Join time,Leave time\r\n\"Mori, Ken\",ken@acme.example,2026-12-03 14:05,2026-12-03 15:00\r\nAnn,ann@acme.example,2026-12-03T05:10:00Z,\r\n", Tokyo);

        Assert.Empty(errors);
        Assert.Equal(
            [
                new AttendanceLine(2, "ken@acme.example", true, new(2026, 12, 3, 5, 5, 0, TimeSpan.Zero), new(2026, 12, 3, 6, 0, 0, TimeSpan.Zero)),
                new AttendanceLine(3, "ann@acme.example", true, new(2026, 12, 3, 5, 10, 0, TimeSpan.Zero), null),
            ], lines);
    }

    [Fact]
    public void Each_bad_line_is_named_and_the_good_ones_are_kept()
    {
        var (lines, errors) = AttendanceFile.Read("email;attended;joined_at\nann@acme.example;yes;\nnobody;yes;\nken@acme.example;perhaps;\nmei@acme.example;はい;later\nrui@acme.example;欠席;\n", Tokyo);

        Assert.Equal([("ann@acme.example", true), ("rui@acme.example", false)], lines.Select(line => (line.Email, line.HasCome!.Value)));
        Assert.Equal([3, 4, 5], errors.Select(error => error.Line));
        Assert.Contains("\"perhaps\"", errors[1].Detail);
    }

    [Theory]
    [InlineData("")]
    [InlineData("name,phone\nAnn,1\n")]
    [InlineData("email\nann@acme.example\n")]
    public void A_file_that_does_not_say_who_came_is_refused(string text)
    {
        var (lines, errors) = AttendanceFile.Read(text, Tokyo);

        Assert.Empty(lines);
        Assert.Contains("email", Assert.Single(errors).Detail);
    }
}
