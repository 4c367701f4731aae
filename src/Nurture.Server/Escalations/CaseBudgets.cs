using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;

namespace Nurture.Server.Escalations;

/// <summary>Answers whether the budget lets a case be opened. Every node looks; the store's lock says who answers.</summary>
internal sealed class CaseBudgets(CaseBudgetStore store, CatalogSource catalogs, BusinessClock clock, WorkSignals signals, ILogger<CaseBudgets> logger) : BackgroundService
{
    private const int MostAtOnce = 500;

    // Of machine time.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(1);

    /// <summary>Returns how many were answered.</summary>
    public async Task<int> AnswerAsync(CancellationToken cancel)
    {
        var answered = await store.AnswerAsync((await catalogs.CurrentAsync(cancel)).Catalog.Escalations, MostAtOnce, clock.Now, cancel);
        if (answered > 0) signals.Events.Raise();
        return answered;
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        using var timer = new PeriodicTimer(LookAgain);
        do
        {
            try
            {
                await AnswerAsync(cancel);
            }
            catch (Exception failure) when (!cancel.IsCancellationRequested)
            {
                logger.LogError(failure, "Whether the budget lets cases be opened could not be answered; it is tried again");
            }
        }
        while (await timer.WaitForNextTickAsync(cancel));
    }
}
