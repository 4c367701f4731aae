using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Slots;
using Nurture.Storage;

namespace Nurture.Server.Publishing;

/// <summary>How far a version's preparation has come.</summary>
public sealed record PreparationProgress(string Scenario, int Version, long Asked, long Subjects);

/// <summary>
/// Fills the criteria of published versions from history, a chunk of subjects at a time, and takes the versions live when
/// every subject has been filled (SEMANTICS.md 13). It walks all subjects, so it goes at the slots' pace: the next chunk
/// follows when the last one was read. A restart walks again; filling twice is filling once.
/// </summary>
public sealed class Preparation(CatalogStore store, CatalogSource catalogs, SubjectStore subjects, SlotStore slots, SlotBacklog backlog, EventLog log, EventParts parts, BusinessClock clock, WorkSignals signals, ILogger<Preparation> logger)
    : BackgroundService
{
    internal const int ChunkSize = 500;

    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    private readonly WorkSignal published = new();

    private readonly SemaphoreSlim turn = new(1, 1);

    public PreparationProgress? Progress { get; private set; }

    public void Wake() => published.Raise();

    /// <summary>Prepares all that was published until now; returns how many versions went live of it.</summary>
    public async Task<int> TurnAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            return await PrepareAllAsync(await catalogs.CurrentAsync(cancel), cancel);
        }
        finally
        {
            turn.Release();
        }
    }

    internal static StoredEvent Ask(SubjectKey key, IReadOnlyList<long> criteria, DateTimeOffset now) =>
        SignalCodec.Store(new Signal.Prepared(key.Subject, criteria, [], now), key.Slot, new StoredAbout(now, Hop: 0));

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await TurnAsync(cancel);
                await published.WaitAsync(LookAgain, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                logger.LogError(failure, "A preparation failed and begins again");
                await published.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Whom a trigger on state must know the state of; nobody for an event.</summary>
    private static IReadOnlyList<SubjectKind> KindsOf(Scenario scenario) => scenario.Trigger switch
    {
        Trigger.Turning turning => [turning.Of],
        Trigger.DateAttribute date => [scenario.Subject, date.Of],
        Trigger.Band => [scenario.Subject, SubjectKind.Account],
        _ => [],
    };

    /// <summary>Whose next moments, goals and scores rest on a segment, so that another definition is felt at once.</summary>
    private static IReadOnlyList<SubjectKind> KindsAsking(Catalog catalog)
    {
        var asking = catalog.Versions.Values.Where(version => CatalogIndex.SegmentsOf(version.Scenario).Any()).Select(version => version.Scenario.Subject);
        return [.. catalog.Health?.Segments.Any() == true ? asking.Append(SubjectKind.Account) : asking];
    }

    /// <summary>Segments first, and nobody is asked between: a scenario that was published with them goes live right after them.</summary>
    private async Task<int> PrepareAllAsync(PublishedCatalog current, CancellationToken cancel)
    {
        var covered = current.Catalog.CoveredSince.Keys.ToHashSet();
        var wentLive = 0;
        var toAsk = new List<(Document Document, IReadOnlyList<SubjectKind> Kinds)>();
        foreach (var document in current.Preparing)
        {
            if (document.Kind == "segments" && current.Catalog.PreparingSegments is { } segments) await PrepareAsync(document, segments.Criteria, KindsAsking(current.Catalog));
            else if (document.Kind == "template" && current.Catalog.PreparingMails is { } mails) await PrepareAsync(document, CatalogIndex.CriteriaOf(mails.OnlyThat(document.Mail()), current.Catalog), []);
            else if (document.Kind == "escalations" && current.Catalog.PreparingEscalations is { } types) await PrepareAsync(document, types.Criteria, []);
            else if (document.Kind == "health" && current.Catalog.PreparingHealth is { } health) await PrepareAsync(document, health.Criteria, [SubjectKind.Account]);
            else if (document.Kind == "scenario" && current.Catalog.VersionsOf(document.Name, document.Version).Select(version => version.Scenario).ToList() is { Count: > 0 } scenarios)
                await PrepareAsync(document, scenarios.SelectMany(CatalogIndex.CriteriaOf), KindsOf(scenarios[0]));
        }

        // A trigger on state must know what it is now for everybody, so that it fires only when it turns true, and on time;
        // and every account has a score by the definition in force.
        foreach (var (document, kinds) in toAsk) await WalkAsync(document, [], kinds, cancel);
        Progress = null;
        return wentLive;

        async Task PrepareAsync(Document document, IEnumerable<Criteria.Criterion> criteria, IReadOnlyList<SubjectKind> asked)
        {
            var all = criteria.ToList();
            var uncovered = all.Where(criterion => !covered.Contains(criterion.Key)).ToList();
            if (uncovered.Count > 0) await WalkAsync(document, uncovered, uncovered.Select(criterion => criterion.Subject), cancel);
            await Publisher.GoLiveAsync(store, parts, all, new PublishedVersion(document.Kind, document.Name, document.Version, true), clock.Now, cancel);
            wentLive++;
            covered.UnionWith(all.Select(criterion => criterion.Key));
            logger.LogInformation("{Kind} {Name} version {Version} is live", document.Kind, document.Name, document.Version);
            if (asked.Count > 0) toAsk.Add((document, asked));
        }
    }

    private async Task WalkAsync(Document document, IReadOnlyList<Criteria.Criterion> criteria, IEnumerable<SubjectKind> kinds, CancellationToken cancel)
    {
        foreach (var kind in kinds.Distinct())
        {
            var keys = criteria.Where(criterion => criterion.Subject == kind).Select(criterion => criterion.Key).Distinct().ToList();
            var total = await subjects.CountAsync(kind, cancel);
            var asked = 0L;
            SubjectKey? after = null;
            while (await subjects.PageAsync(kind, after, ChunkSize, cancel) is { Count: > 0 } chunk)
            {
                await log.AppendAsync([.. chunk.Select(key => Ask(key, keys, clock.Now))], cancel);
                signals.Events.Raise();
                asked += chunk.Count;
                after = chunk[^1];
                Progress = new PreparationProgress(document.Name, document.Version, asked, total);
                logger.LogInformation("Preparing {Scenario} version {Version}: {Asked} of {Subjects} {Kind}s", document.Name, document.Version, asked, total, kind);
                await backlog.WaitAsync(ChunkSize, cancel);
            }
        }

        await backlog.WaitAsync(0, cancel, upTo: await slots.LastEventIdAsync(cancel));
    }
}
