using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Sessions;
using Nurture.Storage;
using EventLog = Nurture.Storage.EventLog;

namespace Nurture.Server.HeldSessions;

/// <summary>
/// Tells those whom a session concerns what became of it: who has registered, and who stands in a scenario about sessions. The
/// engine takes a version's news once, so telling again does no harm; and it is told twice, since somebody may have entered by
/// the catalog before while the first round went.
/// </summary>
public sealed partial class SessionTelling(
    SessionBook book, CatalogStore documents, CatalogSource catalogs, SubjectStore subjects, EventLog log, BusinessClock clock, WorkSignals signals, ILogger<SessionTelling> logger) : BackgroundService
{
    private const int Chunk = 500;
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    // How long what nobody can register for any more is still read by conditions and mails.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(400);

    private readonly SemaphoreSlim turn = new(1, 1);
    private readonly WorkSignal begun = new();
    private readonly HashSet<long> toldOnce = [];

    public void Wake() => begun.Raise();

    /// <summary>Returns how much was done.</summary>
    public async Task<int> TellAsync(CancellationToken cancel)
    {
        await turn.WaitAsync(cancel);
        try
        {
            var done = await PublishSeatsAsync(cancel);
            foreach (var news in await book.UntoldAsync(cancel))
            {
                var isFirst = toldOnce.Add(news.Id);
                await TellAsync(news, isFirst, cancel);
                if (!isFirst)
                {
                    await book.ToldAsync(news.Id, clock.Now, cancel);
                    toldOnce.Remove(news.Id);
                    LogTold(news.News, news.Session);
                }

                done++;
            }

            return done;
        }
        finally
        {
            turn.Release();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await TellAsync(cancel);
                await RetireAsync(cancel);
                await begun.WaitAsync(LookAgain, cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogFailed(failure);
                await begun.WaitAsync(LookAgain, cancel).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task TellAsync(UntoldNews news, bool isFirst, CancellationToken cancel)
    {
        if (isFirst)
        {
            for (long after = 0; await book.ConcernedAsync(news.Session, after, Chunk, cancel) is { Count: > 0 } people; after = people[^1].Id)
                await AppendAsync([.. people.Select(person => Said(news, person.Id, person.Slot, person.Hop))], cancel);
        }

        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var scenarios = catalog.Versions.Values.Where(version => version.Scenario.Trigger.EventNames is { Count: > 0 } names && names.All(SessionEvents.IsOne)).Select(version => version.Scenario.Name).Distinct();
        foreach (var scenario in scenarios)
        {
            SubjectKey? after = null;
            while (await subjects.PageInAsync(scenario, after, Chunk, cancel) is { Count: > 0 } standing)
            {
                // Told where they stand; whoever has moved since is followed by the slot itself.
                await AppendAsync([.. standing.Where(key => key.Subject.Kind == SubjectKind.Contact).Select(key => Said(news, key.Subject.Id, key.Slot, 0))], cancel);
                after = standing[^1];
            }
        }
    }

    private static StoredEvent Said(UntoldNews news, long contactId, short slot, int hop) =>
        SignalCodec.Store(new Signal.SessionChanged(contactId, news.Session, news.Version, news.News, news.At), slot, new StoredAbout(news.At, Hop: hop));

    private async Task AppendAsync(IReadOnlyList<StoredEvent> events, CancellationToken cancel)
    {
        if (events.Count == 0) return;
        await log.AppendAsync(events, cancel);
        signals.Events.Raise();
    }

    /// <summary>Says in a session's document how many seats are taken, in steps of a twentieth and when none is left or one is again.</summary>
    private async Task<int> PublishSeatsAsync(CancellationToken cancel)
    {
        var done = 0;
        foreach (var held in await book.OutOfStepAsync(cancel))
        {
            var isFull = held.Taken >= held.Seats;
            if (isFull == held.ToldTaken >= held.Seats && Math.Abs(held.Taken - held.ToldTaken) < Math.Max(1, held.Seats!.Value / 20)) continue;
            if ((await catalogs.CurrentAsync(cancel)).Catalog.Sessions.GetValueOrDefault(held.Id) is not { } session || session.Version != held.Version) continue;
            if (await book.PublishAsync(documents, session, null, "nurture", clock.Now, cancel) is not null) done++;
        }

        return done;
    }

    private async Task RetireAsync(CancellationToken cancel)
    {
        var now = clock.Now;
        foreach (var session in (await catalogs.CurrentAsync(cancel)).Catalog.Sessions.Values.Where(session => now - session.EndsAt > Kept)) await documents.RetireAsync("session", session.Id, cancel);
    }

    [LoggerMessage(LogLevel.Information, "Those whom the session {Session} concerns have been told: {News}")]
    private partial void LogTold(SessionNews news, string session);

    [LoggerMessage(LogLevel.Error, "News of a session could not be told; it is tried again")]
    private partial void LogFailed(Exception failure);
}
