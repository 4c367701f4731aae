using System.Data.Common;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Intake;

/// <summary>Drops the ids of messages that can no longer be repeated, a little at a time so that nobody waits for it.</summary>
public sealed partial class MessageRetention(IntakeStore store, BusinessClock clock, ILogger<MessageRetention> log) : BackgroundService
{
    private const int PerTransaction = 2_000;

    private static readonly TimeSpan Every = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                while (await store.ForgetMessagesAsync(clock.Now, PerTransaction, stopping) > 0) { }
                await Task.Delay(Every, clock, stopping);
            }
            catch (DbException failure)
            {
                LogFailed(failure);
                await Task.Delay(Every, TimeProvider.System, stopping);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Old message ids could not be dropped; the next attempt is in an hour")]
    private partial void LogFailed(Exception failure);
}
