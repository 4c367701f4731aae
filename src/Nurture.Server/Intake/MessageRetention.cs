using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>
/// Drops what intake keeps only for a while, a little at a time so that nobody waits for it: the ids of messages that can
/// no longer be repeated, and refused items that nobody will mend any more.
/// </summary>
public sealed class MessageRetention(IntakeStore store, DeadLetterStore letters, BusinessClock clock)
{
    public static readonly TimeSpan DeadLettersKept = TimeSpan.FromDays(90);

    private const int PerTransaction = 2_000;

    public async Task ForgetAsync(CancellationToken cancel)
    {
        while (await store.ForgetMessagesAsync(clock.Now, PerTransaction, cancel) > 0) { }
        while (await letters.ForgetAsync(clock.Now - DeadLettersKept, PerTransaction, cancel) > 0) { }
    }
}
