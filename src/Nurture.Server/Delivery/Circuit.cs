using Nurture.Mail;

namespace Nurture.Server.Delivery;

/// <summary>
/// Keeps a mail server that cannot be reached from being asked by every mail in turn: after a few failures in a row nothing
/// is claimed for a while, then one mail tries. Machine clock.
/// </summary>
public sealed class Circuit(TimeProvider machine, ILogger logger)
{
    // One connection that a server closes (421, its limit per connection) is no outage.
    private const int FailuresInARow = 3;
    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(5);

    private readonly Lock gate = new();
    private int failures;
    private int openings;
    private DateTimeOffset openUntil = DateTimeOffset.MinValue;

    /// <summary>How long nothing should be tried; zero when it may be.</summary>
    public TimeSpan Remaining
    {
        get
        {
            lock (gate)
            {
                var remaining = openUntil - machine.GetUtcNow();
                return remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;
            }
        }
    }

    /// <summary>How long a mail that found no connection should wait; a little, where only that one did not.</summary>
    public TimeSpan Pause => Remaining is var open && open > TimeSpan.Zero ? open : TimeSpan.FromSeconds(1 + 2 * Random.Shared.NextDouble());

    /// <summary>Has been open, and nothing has gone well since: one mail is enough to find out.</summary>
    public bool IsProbing
    {
        get { lock (gate) return openings > 0; }
    }

    public void Succeeded()
    {
        lock (gate)
        {
            if (openings > 0) logger.LogInformation("The mail server answers again");
            (failures, openings, openUntil) = (0, 0, DateTimeOffset.MinValue);
        }
    }

    public void Failed(SendOutcome outcome)
    {
        lock (gate)
        {
            failures++;
            // Wrong settings are wrong for every mail: no second one need find out.
            if (outcome.Kind != SendOutcomeKind.Config && failures < FailuresInARow && openings == 0) return;
            if (openUntil > machine.GetUtcNow()) return;
            var pause = FirstPause * Math.Pow(2, Math.Min(openings, 10));
            openings++;
            pause = (pause < LongestPause ? pause : LongestPause) * (0.8 + 0.4 * Random.Shared.NextDouble());
            openUntil = machine.GetUtcNow() + pause;
            if (outcome.Kind == SendOutcomeKind.Config)
                logger.LogError("The mail server refuses our settings at {Phase}: {Reply}. Nothing is sent; the next try is in {Pause}", outcome.Phase, outcome.Text, pause);
            else
                logger.LogError("No usable connection to the mail server ({Phase}): {Reply}. Nothing is sent; the next try is in {Pause}", outcome.Phase, outcome.Text, pause);
        }
    }
}
