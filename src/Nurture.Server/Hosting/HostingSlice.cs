using Nurture.Storage;

namespace Nurture.Server.Hosting;

public static class HostingSlice
{
    /// <summary>Opens the database and brings its schema up before anything else is made: without it nothing can run.</summary>
    /// <exception cref="DatabaseUnavailableException">It cannot be opened; the message says why, for the operator.</exception>
    public static async Task<Database> AddDatabaseAsync(this WebApplicationBuilder builder, NurtureOptions options)
    {
        var database = await DatabaseOpening.OpenAsync(options, CancellationToken.None);
        // By a factory, so that the server disposes it.
        builder.Services.AddSingleton(_ => database);
        builder.Services.AddSingleton<EventLog>();
        builder.Services.AddSingleton<EventParts>();
        builder.Services.AddSingleton<SettingsStore>();
        builder.Services.AddSingleton<SuppressionStore>();
        builder.Services.AddSingleton(await new SettingsStore(database).AddressHashAsync(CancellationToken.None));
        builder.Services.AddSingleton(new StartupFact("database", DatabaseOpening.Describe(options)));
        builder.Services.AddHealthChecks().AddCheck<DatabaseCheck>("database");
        return database;
    }

    /// <summary>The business clock, where the database left it, and what steps it in development mode.</summary>
    public static async Task<BusinessClock> AddClocksAsync(this WebApplicationBuilder builder, Database database)
    {
        var store = new ClockStore(database);
        var clock = new BusinessClock(TimeProvider.System);
        clock.SetOffset(await store.LoadAsync(CancellationToken.None));
        builder.Services.AddSingleton(store);
        builder.Services.AddSingleton(clock);
        builder.Services.AddSingleton<DueMoments>();
        builder.Services.AddSingleton<WorkSignals>();
        builder.Services.AddSingleton<DevelopmentClock>();
        builder.Services.AddSingleton<PublicAddress>();
        if (clock.Offset != TimeSpan.Zero) builder.Services.AddSingleton(new StartupFact("business clock", $"ahead of the machine's by {clock.Offset}"));
        return clock;
    }
}
