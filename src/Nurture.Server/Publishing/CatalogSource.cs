using Nurture.Server.Intake;
using Nurture.Storage;

namespace Nurture.Server.Publishing;

/// <summary>Keeps the catalog compiled, anew whenever its revision was raised by anybody.</summary>
public sealed class CatalogSource(CatalogStore store, PlanInForce plans, ILogger<CatalogSource> logger)
{
    private readonly SemaphoreSlim compiling = new(1, 1);
    private PublishedCatalog? current;

    /// <summary>As it was last compiled, without asking the database: for what must not wait for it.</summary>
    public PublishedCatalog? Latest => current;

    public async Task<PublishedCatalog> CurrentAsync(CancellationToken cancel)
    {
        var revision = await store.RevisionAsync(cancel);
        if (current is { } known && known.Catalog.Revision >= revision) return known;
        await compiling.WaitAsync(cancel);
        try
        {
            if (current is { } meanwhile && meanwhile.Catalog.Revision >= revision) return meanwhile;
            var content = await store.ReadAsync(cancel);
            current = PublishedCatalog.Of(content, mistake => logger.LogError("{Mistake}", mistake));
            logger.LogInformation(
                "Catalog {Revision}: {Live} scenarios live, {Templates} templates", current.Catalog.Revision, current.Catalog.Live.Count, current.Templates.Names.Count);
            plans.Plan = current.Catalog.Plan;
            return current;
        }
        finally
        {
            compiling.Release();
        }
    }
}
