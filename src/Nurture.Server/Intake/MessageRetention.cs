using System.Data.Common;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>
/// Drops what intake keeps only for a while, a little at a time so that nobody waits for it: the ids of messages that can
/// no longer be repeated, refused items that nobody will mend any more, and events further back than any condition asks.
/// Makes the partitions ahead in which they stand.
/// </summary>
public sealed class MessageRetention(IntakeStore store, EventParts parts, DeadLetterStore letters, BusinessClock clock, ILogger<MessageRetention> logger) : BackgroundService
{
    public static readonly TimeSpan DeadLettersKept = TimeSpan.FromDays(90);

    private const int PerTransaction = 2_000;

    // Parts are made for two days ahead, so a busy day has many tries.
    private static readonly TimeSpan BetweenTurns = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(BetweenTurns);
        do
        {
            try
            {
                await store.TurnDaysAsync(clock.Now, stopping);
                await parts.TurnAsync(stopping);
            }
            catch (DbException busy)
            {
                // A dump that runs at this moment, say. Until the next try has made them, what comes goes to the default partitions.
                logger.LogWarning("The partitions of the time to come could not be made: {Problem}", busy.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stopping));
    }

    public async Task ForgetAsync(CancellationToken cancel)
    {
        await store.TurnDaysAsync(clock.Now, cancel);
        while (await store.ForgetMessagesAsync(clock.Now, PerTransaction, cancel) > 0) { }
        while (await letters.ForgetAsync(clock.Now - DeadLettersKept, PerTransaction, cancel) > 0) { }
        while (await parts.ForgetAsync(clock.Now - ScenarioLibrary.KeptHistory, PerTransaction, cancel)) { }
    }
}
