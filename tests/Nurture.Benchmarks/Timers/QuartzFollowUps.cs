using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using Nurture.Harness;
using Quartz;

namespace Nurture.Benchmarks.Timers;

/// <summary>A follow-up as a trigger of Quartz, with the settings that made its store fastest: many threads, fifty at a time, a job that does nothing.</summary>
internal sealed class QuartzFollowUps : IAsyncDisposable
{
    private const int Threads = 50;

    private static readonly JobKey Job = new("follow-up");
    private static int fired;

    private readonly ScratchFolder scratch;
    private readonly ServiceProvider services;
    private readonly IScheduler scheduler;
    private int scheduled;

    private QuartzFollowUps(ScratchFolder scratch, TestDatabase database, ServiceProvider services, IScheduler scheduler) =>
        (this.scratch, Database, this.services, this.scheduler) = (scratch, database, services, scheduler);

    public TestDatabase Database { get; }

    public static async Task<QuartzFollowUps> CreateAsync(string store, CancellationToken cancel)
    {
        var scratch = new ScratchFolder("quartz");
        Directory.CreateDirectory(scratch["data"]);
        var database = await TestDatabase.CreateAsync(store, scratch, cancel);
        var services = new ServiceCollection();
        services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Error));
        services.AddQuartz(quartz => quartz
            .ConfigureScheduler(options =>
            {
                options.InstanceName = "baseline";
                options.MaxBatchSize = Threads;
            })
            .UseDefaultThreadPool(pool => pool.MaxConcurrency = Threads)
            .UsePersistentStore(persistent =>
            {
                persistent.ProvisionSchema();
                persistent.UseSystemTextJsonSerializer();
                // Nothing is late here: all are meant to be due at once.
                persistent.ConfigureStore(options => options.MisfireThreshold = TimeSpan.FromHours(1));
                if (database.Settings["Nurture__Postgres"] is { } postgres) persistent.UsePostgres(NpgsqlFactory.Instance, $"{postgres};Maximum Pool Size=64");
                else persistent.UseSqlite(SqliteFactory.Instance, Sqlite(scratch["data/quartz.db"]));
            }));
        var provider = services.BuildServiceProvider();
        var scheduler = await provider.GetRequiredService<ISchedulerFactory>().GetScheduler(cancel);
        await scheduler.AddJob(JobBuilder.Create<Nothing>().WithIdentity(Job).StoreDurably().Build(), AddJobOptions.Replacing, cancel);
        return new QuartzFollowUps(scratch, database, provider, scheduler);
    }

    /// <summary>Makes follow-ups that are due; nothing fires yet.</summary>
    public async Task ScheduleAsync(int count, CancellationToken cancel)
    {
        await scheduler.Standby(cancel);
        var job = (await scheduler.GetJobDetail(Job, cancel))!;
        var now = DateTimeOffset.UtcNow;
        var triggers = Enumerable.Range(0, count).Select(_ => TriggerBuilder.Create().WithIdentity($"follow-up-{scheduled++}").ForJob(Job).StartAt(now).Build()).ToList();
        await scheduler.ScheduleJobs(new Dictionary<IJobDetail, IReadOnlyCollection<ITrigger>> { [job] = triggers }, ScheduleJobOptions.Replacing, cancel);
    }

    /// <summary>Fires them all.</summary>
    public async Task<long> RunAsync(int count, CancellationToken cancel)
    {
        Volatile.Write(ref fired, 0);
        await scheduler.Start(cancel);
        await Poll.UntilAsync("all triggers have fired", TimeSpan.FromMinutes(2), () => Task.FromResult(Volatile.Read(ref fired) >= count), cancel);
        await scheduler.Standby(cancel);
        return count;
    }

    private static string Sqlite(string file)
    {
        var connection = $"Data Source={file};Default Timeout=60";
        using var opened = new SqliteConnection(connection);
        opened.Open();
        using var command = opened.CreateCommand();
        command.CommandText = "pragma journal_mode = wal";
        command.ExecuteNonQuery();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await scheduler.Shutdown(waitForJobsToComplete: true, CancellationToken.None);
        await services.DisposeAsync();
        NpgsqlConnection.ClearAllPools();
        SqliteConnection.ClearAllPools();
        await Database.DisposeAsync();
        scratch.Dispose();
    }

    private sealed class Nothing : IJob
    {
        public ValueTask Execute(IJobExecutionContext context, CancellationToken cancel)
        {
            Interlocked.Increment(ref fired);
            return ValueTask.CompletedTask;
        }
    }
}
