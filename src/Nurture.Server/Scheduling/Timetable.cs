using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Globalization;
using NodaTime;
using Nurture.Contacts;
using Nurture.Scenarios;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Storage;
using Quartz;

namespace Nurture.Server.Scheduling;

/// <summary>
/// Keeps in Quartz what is scheduled: per entry one job, and one trigger for its next moment alone. The moment after it is
/// computed here when it has come, because the zone database and the rules of daylight saving are the engine's, not the
/// machine's. So Quartz holds nothing that the catalog and this build do not say again: its store may be lost.
/// </summary>
public sealed partial class Timetable(
    ISchedulerFactory factory, IEnumerable<RecurringJob> jobs, ScenarioWalks walks, WalkStore walked, CatalogSource catalogs, BusinessClock clock, ILogger<Timetable> logger) : BackgroundService
{
    internal const string Group = "nurture";
    private const string Rule = "rule";
    private const string Moment = "moment";

    // What was published here is seen at once by whoever drains; this is for what other nodes published.
    private static readonly TimeSpan LookAgain = TimeSpan.FromSeconds(2);

    // A moment that comes later than this was missed: no server ran, or all were busy.
    private static readonly TimeSpan OnTime = TimeSpan.FromMinutes(1);

    // What fails for a moment only (a busy database) shall not cost a whole day's run. On the machine's clock, as the trouble is.
    private static readonly TimeSpan[] PausesBetweenAttempts = [TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1)];

    private readonly SemaphoreSlim aligning = new(1, 1);
    private readonly WorkSignal fired = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> moments = new();
    private ImmutableDictionary<string, Entry> entries = ImmutableDictionary<string, Entry>.Empty;
    private IScheduler? scheduler;
    private long alignedTo = -1;
    private int firings;
    private int firing;

    /// <summary>The next moment that anything is scheduled for, after an instant.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset after) =>
        moments.Values.Where(moment => moment > after).Select(moment => (DateTimeOffset?)moment).Min();

    /// <summary>When a scenario's schedule comes next; null where it has nothing to come.</summary>
    public DateTimeOffset? NextOfScenario(string scenario) => NextOf(NameOf(scenario));

    /// <summary>When a job is next.</summary>
    public DateTimeOffset? NextOfJob(string job) => NextOf($"job:{job}");

    private DateTimeOffset? NextOf(string name) => moments.TryGetValue(name, out var moment) ? moment : null;

    /// <summary>Waits for what is scheduled for now or earlier to have run; returns how much ran since the last call.</summary>
    public async Task<int> DrainAsync(CancellationToken cancel)
    {
        if (scheduler is null) return 0;
        await AlignAsync(cancel);
        while (moments.Values.Any(moment => moment <= clock.Now)) await fired.WaitAsync(LookAgain, cancel);
        return Interlocked.Exchange(ref firings, 0);
    }

    public override async Task StartAsync(CancellationToken cancel)
    {
        scheduler = await factory.GetScheduler(cancel);
        await AlignAsync(cancel);
        await scheduler.Start(cancel);
        await base.StartAsync(cancel);
    }

    public override async Task StopAsync(CancellationToken cancel)
    {
        await base.StopAsync(cancel);
        if (scheduler is null) return;
        // A run that the stop cut short puts its moment back, for another node or the next start; a scheduler that is shut
        // down would not take it any more.
        await scheduler.Standby(cancel);
        while (Volatile.Read(ref firing) > 0) await fired.WaitAsync(LookAgain, cancel);
        await scheduler.Shutdown(waitForJobsToComplete: true, cancel);
    }

    protected override async Task ExecuteAsync(CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await Task.Delay(LookAgain, cancel);
                await AlignAsync(cancel);
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return;
            }
            catch (Exception failure)
            {
                LogNotAligned(failure);
            }
        }
    }

    /// <summary>Runs what is scheduled for the moment, then schedules the next one. Called by Quartz, on one node.</summary>
    internal async Task FireAsync(string name, JobDataMap data, CancellationToken cancel)
    {
        Interlocked.Increment(ref firing);
        try
        {
            await RunAndPutAsync(name, data, cancel);
        }
        finally
        {
            Interlocked.Decrement(ref firing);
            fired.Raise();
        }
    }

    private async Task RunAndPutAsync(string name, JobDataMap data, CancellationToken cancel)
    {
        // Not to be cancelled: what is scheduled must be known to put it back.
        await AlignAsync(CancellationToken.None);
        var moment = MomentOf(data);
        if (!entries.TryGetValue(name, out var entry) || RuleOf(data) != entry.Rule)
        {
            // Published anew, paused or taken away meanwhile: the trigger in the store says when it is next, if at all.
            LogStale(name, moment);
            return;
        }

        var now = clock.Now;
        if (await RunAsync(entry, moment, now, cancel))
            await PutAsync(entry, entry.NextAfter(entry.Misfire == Misfire.Each || now < moment ? moment : now), CancellationToken.None);
        else
            // Begun again by another node or the next start, with the same moment.
            await PutAsync(entry, moment, CancellationToken.None);
        Interlocked.Increment(ref firings);
    }

    /// <summary>False when the server stopped before it was done.</summary>
    private async Task<bool> RunAsync(Entry entry, DateTimeOffset moment, DateTimeOffset now, CancellationToken cancel)
    {
        if (now - moment > OnTime)
        {
            LogMissed(entry.Name, moment, entry.Misfire);
            if (entry.Misfire == Misfire.Skip) return true;
            if (entry.Misfire == Misfire.Once) moment = entry.LastUntil(now) ?? moment;
        }

        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await entry.Run(moment, cancel);
                return true;
            }
            catch (OperationCanceledException) when (cancel.IsCancellationRequested)
            {
                return false;
            }
            catch (Exception failure) when (attempt < PausesBetweenAttempts.Length)
            {
                LogFailed(failure, entry.Name, moment, PausesBetweenAttempts[attempt].TotalSeconds);
                try
                {
                    await Task.Delay(PausesBetweenAttempts[attempt], TimeProvider.System, cancel);
                }
                catch (OperationCanceledException)
                {
                    return false;
                }
            }
            catch (Exception failure)
            {
                LogGivenUp(failure, entry.Name, moment);
                return true;
            }
        }
    }

    /// <summary>Brings Quartz's triggers in line with what is registered and published, when that changed.</summary>
    private async Task AlignAsync(CancellationToken cancel)
    {
        var published = await catalogs.CurrentAsync(cancel);
        if (published.Catalog.Revision == alignedTo) return;
        await aligning.WaitAsync(cancel);
        try
        {
            if (published.Catalog.Revision == alignedTo) return;
            var latest = (await walked.LatestAsync(cancel)).ToDictionary(walk => walk.Scenario, walk => walk.Moment);
            entries = EntriesOf(published, latest).ToImmutableDictionary(entry => entry.Name);
            foreach (var entry in entries.Values)
            {
                var trigger = await scheduler!.GetTrigger(KeyOf(entry.Name), cancel);
                if (trigger is not null && RuleOf(trigger.JobDataMap) == entry.Rule) moments[entry.Name] = MomentOf(trigger.JobDataMap);
                else await PutAsync(entry, entry.NextAfter(entry.From), cancel);
            }

            foreach (var name in moments.Keys.Where(name => !entries.ContainsKey(name)))
            {
                moments.TryRemove(name, out _);
                await scheduler!.UnscheduleJob(KeyOf(name), cancel);
            }

            alignedTo = published.Catalog.Revision;
        }
        finally
        {
            aligning.Release();
        }
    }

    private IEnumerable<Entry> EntriesOf(PublishedCatalog published, Dictionary<string, DateTimeOffset> latest)
    {
        var now = clock.Now;
        var company = DateTimeZoneProviders.Tzdb.GetZoneOrNull(published.Catalog.Policy.Zone) ?? DateTimeZone.Utc;
        foreach (var job in jobs)
        {
            yield return new Entry(
                $"job:{job.Name}", $"{job.Cron} {company.Id}", now, after => job.Cron.Next(after, company), until => job.Cron.LastUntil(until, company), job.Misfire, job.Run);
        }

        foreach (var scenario in published.Catalog.Live.Values)
        {
            if (scenario.Scenario is { Trigger: Trigger.Session inviting, Name: var invites })
            {
                // As for a schedule: what was begun is known from the walks.
                var after = latest.TryGetValue(invites, out var walkedTo) && walkedTo > scenario.LiveSince ? walkedTo : scenario.LiveSince.AddMilliseconds(-1);
                foreach (var session in inviting.Of(published.Catalog))
                {
                    if (inviting.MomentOf(session, published.Catalog.Policy) is not { } moment) continue;
                    yield return new Entry($"session:{invites}:{session.Id}", $"{moment:O}", after, last => moment > last ? moment : null, until => moment <= until ? moment : null, Misfire.Once,
                        (at, cancel) => walks.BeginAsync(invites, at, cancel));
                }
            }

            if (scenario.Scenario is not { Trigger: Trigger.Schedule { Timing: var timing }, Name: var name }) continue;
            // What was begun is known from the walks, so a moment that passed while nothing ran is seen even without a trigger.
            var from = latest.TryGetValue(name, out var begun) && begun > scenario.LiveSince ? begun : scenario.LiveSince;
            yield return new Entry(NameOf(name), timing.ToString(), from, timing.NextAfter, timing.LastUntil, Misfire.Once, (moment, cancel) => walks.BeginAsync(name, moment, cancel));
        }
    }

    /// <param name="moment">Null where nothing is to come.</param>
    private async Task PutAsync(Entry entry, DateTimeOffset? moment, CancellationToken cancel)
    {
        if (moment is not { } at)
        {
            moments.TryRemove(entry.Name, out _);
            await scheduler!.UnscheduleJob(KeyOf(entry.Name), cancel);
            return;
        }

        await scheduler!.AddJob(
            JobBuilder.Create<Firing>().WithIdentity(entry.Name, Group).StoreDurably().RequestRecovery().DisallowConcurrentExecution().Build(), AddJobOptions.Replacing, cancel);
        await scheduler.ScheduleTrigger(
            TriggerBuilder.Create(clock).WithIdentity(KeyOf(entry.Name)).ForJob(entry.Name, Group).StartAt(at)
                .UsingJobData(Rule, entry.Rule).UsingJobData(Moment, at.ToMilliseconds().ToString(CultureInfo.InvariantCulture)).Build(),
            TriggerConflict.Replace, cancel);
        moments[entry.Name] = at;
    }

    private static string NameOf(string scenario) => $"scenario:{scenario}";

    private static TriggerKey KeyOf(string name) => new(name, Group);

    private static string RuleOf(JobDataMap data) => data.TryGetValue(Rule, out var rule) ? rule as string ?? "" : "";

    private static DateTimeOffset MomentOf(JobDataMap data) => Instants.FromMilliseconds(long.Parse((string)data[Moment]!, CultureInfo.InvariantCulture));

    /// <param name="Rule">Changes when its moments do.</param>
    /// <param name="From">What its first moment comes after, where no trigger is kept.</param>
    private sealed record Entry(
        string Name, string Rule, DateTimeOffset From, Func<DateTimeOffset, DateTimeOffset?> NextAfter, Func<DateTimeOffset, DateTimeOffset?> LastUntil,
        Misfire Misfire, Func<DateTimeOffset, CancellationToken, Task> Run);

    [LoggerMessage(LogLevel.Error, "The timetable could not be brought up to date; it is tried again")]
    private partial void LogNotAligned(Exception failure);

    [LoggerMessage(LogLevel.Information, "{Name} was scheduled for {Moment} and is scheduled otherwise now")]
    private partial void LogStale(string name, DateTimeOffset moment);

    [LoggerMessage(LogLevel.Warning, "{Name} was not run at {Moment}; what was missed is answered by: {Misfire}")]
    private partial void LogMissed(string name, DateTimeOffset moment, Misfire misfire);

    [LoggerMessage(LogLevel.Warning, "{Name} failed for {Moment} and is tried again in {Seconds} s")]
    private partial void LogFailed(Exception failure, string name, DateTimeOffset moment, double seconds);

    [LoggerMessage(LogLevel.Error, "{Name} failed for {Moment} and is given up for that moment")]
    private partial void LogGivenUp(Exception failure, string name, DateTimeOffset moment);
}

/// <summary>What Quartz calls. Its type name is stored with every job, so it stays where it is.</summary>
internal sealed class Firing(Timetable timetable, IHostApplicationLifetime lifetime) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, lifetime.ApplicationStopping);
        await timetable.FireAsync(context.JobDetail.Key.Name, context.MergedJobDataMap, stopping.Token);
    }
}
