using Nurture.Harness;
using Nurture.Storage;

namespace Nurture.Benchmarks;

/// <summary>The real server in a process of its own, on a database of its own, with what a benchmark publishes.</summary>
internal sealed class ServerStand : IAsyncDisposable
{
    private readonly ScratchFolder scratch;
    private readonly ServerSettings settings;
    private ServerProcess server;

    private ServerStand(ScratchFolder scratch, TestDatabase database, ServerSettings settings, ServerProcess server) =>
        (this.scratch, Database, this.settings, this.server) = (scratch, database, settings, server);

    public TestDatabase Database { get; }

    public Uri Address => settings.Address;

    public int ProcessId => server.Id;

    /// <param name="files">What is published, by path: <c>scenarios/a.yaml</c>, <c>templates/b.en.html</c>.</param>
    /// <param name="also">Further settings: <c>Nurture:Mail:Transport</c>.</param>
    public static async Task<ServerStand> StartAsync(string store, IReadOnlyDictionary<string, string> files, IReadOnlyDictionary<string, string> also, CancellationToken cancel)
    {
        var scratch = new ScratchFolder("server");
        await Catalogs.WriteAsync(scratch, files, cancel);
        var database = await TestDatabase.CreateAsync(store, scratch, cancel);
        var environment = new Dictionary<string, string?>(database.Settings)
        {
            ["Nurture__ScenariosDirectory"] = scratch["scenarios"], ["Nurture__TemplatesDirectory"] = scratch["templates"], ["Serilog__MinimumLevel__Default"] = "Warning",
        };
        foreach (var (name, value) in also) environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        var settings = new ServerSettings { DataDirectory = scratch["data"], Log = scratch["server.log"], Mode = "Development", Environment = environment };
        var server = await ServerProcess.StartReadyAsync(settings, cancel);
        // It answers before its scenarios are live, and what came before that is too early for them.
        var scenarios = files.Values.Count(text => text.StartsWith("scenario:", StringComparison.Ordinal));
        await Poll.UntilAsync("the scenarios are live", TimeSpan.FromMinutes(1), async () =>
        {
            if (await File.ReadAllTextAsync(settings.Log, cancel) is var log && log.Contains(" ERR ", StringComparison.Ordinal)) throw new InvalidOperationException($"The server says:\n{log}");
            return await database.CountAsync("select count(*) from scenario_switches where live_version is not null", cancel) == scenarios;
        }, cancel);
        return new ServerStand(scratch, database, settings, server);
    }

    /// <summary>Stops the server, lets people be put beside the first contact, and starts it again.</summary>
    public async Task SeedAsync(Func<Seeding, Task> seed, CancellationToken cancel)
    {
        await server.DisposeAsync();
        var database = Storage.Database.Create(new DatabaseOptions { DataDirectory = scratch["data"], Postgres = Database.Settings["Nurture__Postgres"] });
        await using (database) await seed(new Seeding(database));
        server = await ServerProcess.StartReadyAsync(settings, cancel);
    }

    /// <summary>Returns once somebody stands on a step.</summary>
    public Task UntilSomebodyWaitsAsync(CancellationToken cancel) =>
        Poll.UntilAsync("somebody waits", TimeSpan.FromMinutes(1), async () => await Database.CountAsync("select count(*) from positions", cancel) > 0, cancel);

    public async ValueTask DisposeAsync()
    {
        await server.DisposeAsync();
        await Database.DisposeAsync();
        scratch.Dispose();
    }
}
