using Nurture.Server.Scheduling;
using Nurture.Storage;

namespace Nurture.Server.Health;

/// <summary>How accounts are scored, for pages; the scores themselves are the slots'.</summary>
public static class HealthSlice
{
    public static void AddHealth(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<HealthStore>();
        builder.Services.AddSingleton<HealthSnapshots>();
        builder.AddRecurringJob<HealthSnapshots>("health-snapshots", "0 0 * * *", Misfire.Once, (snapshots, at, cancel) => snapshots.TakeAsync(at, cancel));
    }
}

/// <summary>Writes every account's score down at the end of the company's day: what trends are read from. A walk over all accounts, in chunks of one short transaction each.</summary>
public sealed class HealthSnapshots(HealthStore store, ILogger<HealthSnapshots> logger)
{
    private const int Chunk = 1000;

    public async Task TakeAsync(DateTimeOffset at, CancellationToken cancel)
    {
        var after = 0L;
        while (await store.SnapshotAsync(at, after, Chunk, cancel) is { } last) after = last;
        logger.LogInformation("Health of {At} written down", at);
    }
}
