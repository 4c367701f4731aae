using System.Data.Common;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>
/// Drops what intake keeps only for a while, a little at a time so that nobody waits for it: the ids of messages that can
/// no longer be repeated, and refused items that nobody will mend any more. Makes the days' partitions ahead.
/// </summary>
public sealed class MessageRetention(IntakeStore store, DeadLetterStore letters, BusinessClock clock, ILogger<MessageRetention> logger) : BackgroundService
{
    public static readonly TimeSpan DeadLettersKept = TimeSpan.FromDays(90);

    private const int PerTransaction = 2_000;

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        try
        {
            await store.TurnDaysAsync(clock.Now, stopping);
        }
        catch (DbException busy)
        {
            // A dump that runs at this moment, say. Until the nightly run has made them, the days' ids go to the default partition.
            logger.LogWarning("The partitions of the days to come could not be made: {Problem}", busy.Message);
        }
    }

    public async Task ForgetAsync(CancellationToken cancel)
    {
        await store.TurnDaysAsync(clock.Now, cancel);
        while (await store.ForgetMessagesAsync(clock.Now, PerTransaction, cancel) > 0) { }
        while (await letters.ForgetAsync(clock.Now - DeadLettersKept, PerTransaction, cancel) > 0) { }
    }
}
