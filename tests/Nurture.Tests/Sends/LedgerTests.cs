using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;

namespace Nurture.Tests.Sends;

public sealed class LedgerTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 21, 9, 0, 0, TimeSpan.Zero);

    [Fact]
    public void Only_the_drawn_transitions_exist()
    {
        var states = Enum.GetValues<SendState>();
        var drawn = (from one in states from two in states where Ledger.MayFollow(one, two) select $"{one}>{two}").Order();

        Assert.Equal(
            new[]
            {
                "Planned>Claimed", "Planned>Skipped", "Planned>Expired", "Planned>Cancelled", "Planned>Uncertain",
                "Claimed>Planned", "Claimed>Handed", "Claimed>Failed", "Claimed>Expired", "Claimed>Skipped", "Claimed>Cancelled", "Claimed>Uncertain",
                "Handed>Sent", "Handed>Planned", "Handed>Failed", "Handed>Expired", "Handed>Uncertain", "Uncertain>Sent",
            }.Order(),
            drawn);
    }

    [Fact]
    public void What_is_over_is_left_only_by_a_late_answer()
    {
        foreach (var state in Enum.GetValues<SendState>().Where(Ledger.IsOver))
            Assert.All(Enum.GetValues<SendState>().Where(next => Ledger.MayFollow(state, next)), next => Assert.Equal((SendState.Uncertain, SendState.Sent), (state, next)));
    }

    [Theory]
    [InlineData(SendClass.Marketing, SendState.Uncertain)]
    [InlineData(SendClass.Service, SendState.Uncertain)]
    [InlineData(SendClass.Transactional, SendState.Planned)]
    public void A_mail_without_an_answer_is_repeated_only_when_transactional(SendClass sendClass, SendState expected)
    {
        var settled = Ledger.Settle(new Attempt.Unanswered("connection lost"), sendClass, 0, false, 1, Now, Now.AddDays(1));

        Assert.Equal(expected, settled.State);
        Assert.Equal(Reason.Uncertain, settled.Reason);
        Assert.Equal(expected == SendState.Planned ? Now + Ledger.RepeatAfter : null, settled.NotBefore);
    }

    [Fact]
    public void A_transactional_mail_that_may_have_left_ends_uncertain_when_its_time_runs_out()
    {
        var unanswered = Ledger.Settle(new Attempt.Unanswered("lost"), SendClass.Transactional, 0, false, 1, Now, Now.AddMinutes(5));
        var deferred = Ledger.Settle(new Attempt.Deferred("451"), SendClass.Transactional, 1, true, 1, Now, Now.AddMinutes(1));

        Assert.Equal(SendState.Uncertain, unanswered.State);
        Assert.Equal(SendState.Uncertain, deferred.State);
        Assert.Equal(SendState.Uncertain, Ledger.OnExpiry(mayHaveLeft: true).State);
        Assert.Equal(SendState.Uncertain, Ledger.OnSkip(mayHaveLeft: true, Reason.Suppressed).State);
    }

    [Fact]
    public void A_deferral_waits_by_the_schedule_until_the_mail_expires()
    {
        var minutes = new[] { 1, 5, 15, 30, 60, 120, 180, 240, 240, 240 };

        for (var attempts = 0; attempts < minutes.Length; attempts++)
        {
            var settled = Ledger.Settle(new Attempt.Deferred("451"), SendClass.Marketing, attempts, false, 42, Now, Now.AddDays(7));

            Assert.Equal((SendState.Planned, true), (settled.State, settled.IsAttempt));
            Assert.InRange((settled.NotBefore!.Value - Now).TotalMinutes, minutes[attempts] * 0.8, minutes[attempts] * 1.2);
        }

        var late = Ledger.Settle(new Attempt.Deferred("451"), SendClass.Marketing, 3, false, 42, Now, Now.AddMinutes(20));
        Assert.Equal((SendState.Expired, Reason.Expired), (late.State, late.Reason));
    }

    [Fact]
    public void Jitter_comes_from_the_seed_and_spreads()
    {
        var waits = Enumerable.Range(0, 2_000).Select(seed => Ledger.RetryAfter(1, seed).TotalSeconds / 60).ToList();

        Assert.Equal(Ledger.RetryAfter(3, 99), Ledger.RetryAfter(3, 99));
        Assert.InRange(waits.Min(), 0.8, 0.81);
        Assert.InRange(waits.Max(), 1.19, 1.2);
        Assert.InRange(waits.Average(), 0.99, 1.01);
    }

    [Fact]
    public void Only_an_unknown_address_suppresses()
    {
        Attempt[] attempts =
        [
            new Attempt.Accepted(""), new Attempt.Deferred(""), new Attempt.AddressUnknown(""), new Attempt.MailboxUnavailable(""), new Attempt.Refused(""),
            new Attempt.NotRendered(""), new Attempt.NotTried("", TimeSpan.Zero), new Attempt.Unanswered(""),
            new Attempt.NotAddressable(""), new Attempt.Broken(""),
        ];

        var suppressing = attempts.Where(attempt => Ledger.Settle(attempt, SendClass.Service, 0, false, 1, Now, Now.AddDays(1)).Suppresses);

        Assert.IsType<Attempt.AddressUnknown>(Assert.Single(suppressing));
    }

    [Fact]
    public void What_was_not_tried_is_no_attempt()
    {
        var settled = Ledger.Settle(new Attempt.NotTried("no connection", TimeSpan.FromSeconds(30)), SendClass.Service, 2, false, 1, Now, Now.AddDays(1));

        Assert.Equal((SendState.Planned, false, Now.AddSeconds(30)), (settled.State, settled.IsAttempt, settled.NotBefore!.Value));
    }
}
