using Nurture.Chaos.Load;
using Nurture.Harness;

namespace Nurture.Chaos;

/// <summary>What a disturbance has before it: the servers, their database, and the load.</summary>
public sealed class Stage(ChaosOptions options, ScratchFolder scratch, TestDatabase database, IReadOnlyList<ServerSettings> settings, Loader loader, Pace pace) : IAsyncDisposable
{
    public ChaosOptions Options => options;

    public ScratchFolder Scratch => scratch;

    public TestDatabase Database => database;

    public IReadOnlyList<ServerSettings> Settings => settings;

    /// <summary>In the order of the settings.</summary>
    public List<ServerProcess> Servers { get; } = [];

    public Loader Loader => loader;

    public Pace Pace => pace;

    public Random Chance { get; } = new(options.Seed);

    /// <summary>What was found that must not be, besides what the verdict counts.</summary>
    public List<string> Faults { get; } = [];

    public Task Loading { get; set; } = Task.CompletedTask;

    /// <summary>A server in the place of one that ended, not yet ready.</summary>
    public void Start(int node)
    {
        if (node < Servers.Count) Servers[node] = ServerProcess.Start(settings[node]);
        else Servers.Add(ServerProcess.Start(settings[node]));
    }

    public async Task KillAsync(int node)
    {
        await Servers[node].KillAsync();
        await Servers[node].DisposeAsync();
    }

    /// <summary>Waits until a share of the load is acknowledged, or all of it.</summary>
    public Task LoadedAsync(double share, CancellationToken cancel) => Poll.UntilAsync($"{share * options.Events:0} events are acknowledged", TimeSpan.FromMinutes(10), async () =>
    {
        if (Loading.IsFaulted) await Loading;
        return loader.AcknowledgedCount >= share * options.Events || Loading.IsCompleted;
    }, cancel);

    /// <summary>Waits until something more is acknowledged than is now.</summary>
    public Task GoesOnAsync(CancellationToken cancel)
    {
        var before = loader.AcknowledgedCount;
        return Poll.UntilAsync("events are acknowledged again", TimeSpan.FromMinutes(2), () => Task.FromResult(loader.AcknowledgedCount > before || Loading.IsCompleted), cancel);
    }

    /// <summary>Lifts the pace and lets a random moment pass, so that every sender has a request under way; does nothing when the load is over.</summary>
    public async Task MakeBusyAsync(CancellationToken cancel)
    {
        pace.IsUnbound = true;
        await Task.Delay(Chance.Next(5, 40), cancel);
        await Poll.UntilAsync("a request is unanswered", TimeSpan.FromSeconds(10), () => Task.FromResult(loader.Unanswered > 0 || Loading.IsCompleted), cancel);
    }

    /// <summary>The readiness of a server; null where it does not answer.</summary>
    public async Task<bool?> IsReadyAsync(int node, CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = settings[node].Address, Timeout = TimeSpan.FromSeconds(5) };
        try
        {
            using var answer = await client.GetAsync("/readyz", cancel);
            return answer.IsSuccessStatusCode;
        }
        catch (Exception error) when (error is HttpRequestException || (error is OperationCanceledException && !cancel.IsCancellationRequested))
        {
            return null;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in Servers)
        {
            server.Thaw();
            await server.DisposeAsync();
        }
    }
}
