using Microsoft.Data.Sqlite;
using Npgsql;
using Nurture.Server.Hosting;
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
        builder.Services.AddSingleton<Timetable>();
        builder.Services.AddHostedService(services => services.GetRequiredService<Timetable>());
    }

    /// <summary>Makes the development clock stop at what is scheduled.</summary>
    public static void UseScheduling(this WebApplication app)
    {
        var timetable = app.Services.GetRequiredService<Timetable>();
        app.Services.GetRequiredService<DueMoments>().Add("timetable", (after, _) => Task.FromResult(timetable.NextAfter(after)), timetable.DrainAsync);
    }

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
