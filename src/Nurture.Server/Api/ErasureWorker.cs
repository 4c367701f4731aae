using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>
/// Begins the erasures that scenarios ask for, and brings all to their end: what a contact's events, decisions and mails
/// said is emptied once the slots have read it. A restart goes on where the last one stopped.
/// </summary>
internal sealed partial class ErasureWorker(ErasureStore erasures, SettingsStore settings, BusinessClock clock, WorkSignals signals, ILogger<ErasureWorker> log) : BackgroundService
{
    private const int MostAtOnce = 50;

    private static readonly TimeSpan UnfinishedPause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan IdlePause = TimeSpan.FromSeconds(10);

    // The database may be gone: a loop without a pause would only fill the log.
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(5);

    private readonly WorkSignal begun = new();

    public void Wake() => begun.Raise();

    /// <summary>Again, it changes nothing more.</summary>
    public async Task BeginAsync(long contact, DateTimeOffset now, string correlation, CancellationToken cancel)
    {
        var hash = await settings.AddressHashAsync(cancel);
        await erasures.BeginAsync(contact, address => Addresses.Key(address) is { } key ? hash.Of(key) : null, now, correlation, cancel);
        signals.Events.Raise();
        Wake();
    }

    protected override async Task ExecuteAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await begun.WaitAsync(await ContinueAllAsync(stopping) ? IdlePause : UnfinishedPause, stopping);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                // What was emptied stays emptied; the rest is found again.
                LogFailed(failure);
                await begun.WaitAsync(AfterFailure, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Whether no erasure is left.</summary>
    private async Task<bool> ContinueAllAsync(CancellationToken cancel)
    {
        var asked = await erasures.AskedAsync(MostAtOnce, cancel);
        foreach (var contact in asked) await BeginAsync(contact, clock.Now, Guid.NewGuid().ToString("N"), cancel);
        var unfinished = await erasures.UnfinishedAsync(MostAtOnce, cancel);
        var left = 0;
        foreach (var contact in unfinished)
        {
            if (await erasures.ContinueAsync(contact, cancel)) LogErased(contact);
            else left++;
        }
        return left == 0 && unfinished.Count < MostAtOnce;
    }

    [LoggerMessage(LogLevel.Information, "Contact {Contact} is erased")]
    private partial void LogErased(long contact);

    [LoggerMessage(LogLevel.Error, "An erasure failed and is tried again")]
    private partial void LogFailed(Exception failure);
}
