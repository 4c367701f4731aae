using Microsoft.Extensions.Logging.Abstractions;
using Nurture.Mail;
using Nurture.Server.Delivery;

namespace Nurture.Server.Tests.Delivery;

public sealed class CircuitTests
{
    private static readonly SendOutcome NoConnection = new(SendPhase.Connect, SendOutcomeKind.ConnectionTemp, 0, null, "refused");
    private static readonly SendOutcome WrongPassword = new(SendPhase.Auth, SendOutcomeKind.Config, 535, "5.7.8", "no");

    private readonly HandClock clock = new();
    private readonly Circuit circuit;

    public CircuitTests() => circuit = new(clock, NullLogger.Instance);

    private sealed class HandClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = DateTimeOffset.UnixEpoch;

        public override DateTimeOffset GetUtcNow() => Now;
    }

    [Fact]
    public void One_lost_connection_is_no_outage()
    {
        circuit.Failed(NoConnection);
        circuit.Failed(NoConnection);
        circuit.Succeeded();
        circuit.Failed(NoConnection);

        Assert.Equal(TimeSpan.Zero, circuit.Remaining);
        Assert.InRange(circuit.Pause.TotalSeconds, 1, 3);
    }

    [Fact]
    public void Several_in_a_row_stop_everything_for_longer_each_time()
    {
        var pauses = new List<double>();
        for (var i = 0; i < 3; i++) circuit.Failed(NoConnection);
        for (var i = 0; i < 12; i++)
        {
            pauses.Add(circuit.Remaining.TotalSeconds);
            Assert.True(circuit.IsProbing);
            clock.Now += circuit.Remaining;
            Assert.Equal(TimeSpan.Zero, circuit.Remaining);
            circuit.Failed(NoConnection);
        }

        for (var i = 0; i < pauses.Count; i++) Assert.InRange(pauses[i], Math.Min(300, 2 * Math.Pow(2, i)) * 0.8, Math.Min(300, 2 * Math.Pow(2, i)) * 1.2);
    }

    [Fact]
    public void Failures_of_mails_that_were_under_way_when_it_opened_lengthen_nothing()
    {
        for (var i = 0; i < 3; i++) circuit.Failed(NoConnection);
        var remaining = circuit.Remaining;

        for (var i = 0; i < 20; i++) circuit.Failed(NoConnection);

        Assert.Equal(remaining, circuit.Remaining);
    }

    [Fact]
    public void Wrong_settings_stop_everything_at_once_and_one_success_opens_the_way()
    {
        circuit.Failed(WrongPassword);
        Assert.True(circuit.Remaining > TimeSpan.Zero);

        circuit.Succeeded();

        Assert.Equal((TimeSpan.Zero, false), (circuit.Remaining, circuit.IsProbing));
    }
}
