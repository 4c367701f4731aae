using NodaTime;
using Nurture.Scenarios;

namespace Nurture.Server.Scheduling;

/// <summary>What the moments that passed while no server ran mean.</summary>
public enum Misfire
{
    /// <summary>One run, late, for the last of them: for work that looks at how things are now.</summary>
    Once,

    /// <summary>A run for each, in order: for work that is about its moment.</summary>
    Each,

    /// <summary>Nothing: the next moment to come is the next run.</summary>
    Skip,
}

/// <summary>
/// Work that recurs, in the company's zone (<c>policy.yaml</c>). It runs on one node at a time, and at least once for its
/// moment: a run that a crash cut short is begun again with the same moment, so what it writes derives from the moment.
/// The development clock stops at each of its moments, so in virtual time a job an hour costs a step an hour: a day is
/// the right distance for nearly everything. What concerns one subject is a due moment of its state, not a job.
/// </summary>
/// <param name="Name">Stored; stays the same over builds.</param>
/// <param name="Run">
/// Gets the scheduled moment, which is what it acts for; the clock may show later. When it throws it is tried again a few
/// times, then that moment is given up, and logged.
/// </param>
public sealed record RecurringJob(string Name, Cron Cron, Misfire Misfire, Func<DateTimeOffset, CancellationToken, Task> Run);

public static class RecurringJobs
{
    /// <summary>
    /// Registers work that recurs: <c>builder.AddRecurringJob&lt;HealthSnapshots&gt;("health-snapshots", "0 3 * * *", Misfire.Each,
    /// (snapshots, at, cancel) => snapshots.TakeAsync(at, cancel))</c>.
    /// </summary>
    /// <param name="cron">Five fields, see <see cref="Scenarios.Cron"/>.</param>
    public static void AddRecurringJob<TWorker>(
        this WebApplicationBuilder builder, string name, string cron, Misfire misfire, Func<TWorker, DateTimeOffset, CancellationToken, Task> run) where TWorker : notnull
    {
        var schedule = Scenarios.Cron.TryParse(cron, out var problem) ?? throw new ArgumentException($"\"{cron}\": {problem}.", nameof(cron));
        builder.Services.AddSingleton(services =>
            new RecurringJob(name, schedule, misfire, (at, cancel) => run(services.GetRequiredService<TWorker>(), at, cancel)));
    }
}
