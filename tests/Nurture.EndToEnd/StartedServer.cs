using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>A server in development mode with a fresh database, which can be killed and started again.</summary>
internal sealed class StartedServer : IAsyncDisposable
{
    public const string Key = "dev";

    private readonly ScratchFolder scratch;
    private readonly ServerSettings settings;

    private StartedServer(ScratchFolder scratch, TestDatabase database, ServerSettings settings, ServerProcess process)
    {
        (this.scratch, Database, this.settings, Process) = (scratch, database, settings, process);
        Client = new NurtureClient(settings.Address, Key, Key);
    }

    public TestDatabase Database { get; }

    public ServerProcess Process { get; private set; }

    public NurtureClient Client { get; }

    public Uri Address => settings.Address;

    public static async Task<StartedServer> StartAsync(string databaseKind, ScratchFolder scratch, CancellationToken cancel, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var database = await TestDatabase.CreateAsync(databaseKind, scratch, cancel);
        var settings = new ServerSettings
        {
            DataDirectory = scratch["data"],
            Log = scratch["server.log"],
            Mode = "Development",
            Environment = database.Settings.Concat(environment ?? new Dictionary<string, string?>()).ToDictionary(entry => entry.Key, entry => entry.Value),
        };
        return new StartedServer(scratch, database, settings, await ServerProcess.StartReadyAsync(settings, cancel));
    }

    /// <summary><c>kill -9</c>, and a new process on the same data.</summary>
    public async Task KillAndRestartAsync(CancellationToken cancel)
    {
        await Process.KillAsync();
        await Process.DisposeAsync();
        Process = await ServerProcess.StartReadyAsync(settings, cancel);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await Process.DisposeAsync();
        await Database.DisposeAsync();
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            TestContext.Current.SendDiagnosticMessage(File.ReadAllText(scratch["server.log"]));
    }
}
