using Microsoft.Data.Sqlite;
using Npgsql;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;
using Quartz;

namespace Nurture.Server.Scheduling;

/// <summary>Quartz, with its store on PostgreSQL beside Nurture's tables, else in a file of its own: <c>schedules.db</c>.</summary>
public static class SchedulingSlice
{
    public static void AddScheduling(this WebApplicationBuilder builder, NurtureOptions options, BusinessClock clock)
    {
        builder.Services.AddQuartz(quartz => quartz.ConfigureScheduler(scheduler =>
            {
                scheduler.InstanceName = "nurture";
                scheduler.GenerateInstanceId = true;
            })
            // Waiting through the business clock, Quartz wakes when that is moved.
            .UseTimeProvider(clock)
            .UseDefaultThreadPool(threads => threads.MaxConcurrency = 4)
            .UsePersistentStore(store =>
            {
                store.ProvisionSchema();
                store.UseSystemTextJsonSerializer();
                if (string.IsNullOrWhiteSpace(options.Postgres)) store.UseSqlite(SqliteFactory.Instance, SqliteOf(options));
                else
                {
                    store.UsePostgres(NpgsqlFactory.Instance, PostgresOf(options));
                    store.UseClustering(cluster => cluster.CheckinInterval = TimeSpan.FromSeconds(5));
                }
            }));
        builder.Services.AddSingleton<WalkStore>();
        builder.Services.AddSingleton<ScenarioWalks>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ScenarioWalks>());
        builder.Services.AddSingleton<Timetable>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Timetable>());
    }

    /// <summary>Makes the development clock stop at what is scheduled, and at each step of a walk that keeps a pace.</summary>
    public static void UseScheduling(this WebApplication app)
    {
        var timetable = app.Services.GetRequiredService<Timetable>();
        app.Services.GetRequiredService<DueMoments>().Add("timetable", (after, _) => Task.FromResult(timetable.NextAfter(after)), timetable.DrainAsync);
        var walks = app.Services.GetRequiredService<ScenarioWalks>();
        app.Services.GetRequiredService<DueMoments>().Add("walks", walks.NextAsync, walks.TurnAsync);
    }

    /// <summary>What scenarios do by the clock.</summary>
    public static void MapSchedules(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/schedules", async (CatalogSource catalogs, Timetable timetable, WalkStore walks, CancellationToken cancel) =>
        {
            var latest = (await walks.LatestAsync(cancel)).ToDictionary(walk => walk.Scenario);
            return (await catalogs.CurrentAsync(cancel)).Catalog.Live.Values
                .Where(published => published.Scenario.Trigger is Scenarios.Trigger.Schedule)
                .OrderBy(published => published.Scenario.Name, StringComparer.Ordinal)
                .Select(published => ShownSchedule.Of(published, timetable.NextOfScenario(published.Scenario.Name), latest.GetValueOrDefault(published.Scenario.Name)))
                .ToList();
        }).RequirePermission(Permission.ReadSchedules).WithSummary("The scenarios that a schedule starts: when next, and how far a walk over everybody has come.");

    private static string SqliteOf(NurtureOptions options)
    {
        var connection = new SqliteConnectionStringBuilder { DataSource = Path.Combine(options.DataPath, "schedules.db"), DefaultTimeout = 30 }.ConnectionString;
        using var opened = new SqliteConnection(connection);
        opened.Open();
        using var command = opened.CreateCommand();
        // Stays with the file: readers do not block the writer, and a commit is one sync.
        command.CommandText = "pragma journal_mode = wal";
        command.ExecuteNonQuery();
        return connection;
    }

    private static string PostgresOf(NurtureOptions options) => new NpgsqlConnectionStringBuilder(options.Postgres)
    {
        ApplicationName = "nurture-timetable",
        // A node that is frozen within a transaction would hold the locks of the cluster.
        Options = "-c idle_in_transaction_session_timeout=30000",
    }.ConnectionString;
}
