using System.Net;

namespace Nurture.Harness;

/// <summary>How a server is started; the same for every start, so that one which was killed comes back as it was.</summary>
public sealed record ServerSettings
{
    public required string DataDirectory { get; init; }

    public required string Log { get; init; }

    /// <summary><c>Development</c> or <c>Production</c>.</summary>
    public required string Mode { get; init; }

    public int Port { get; init; } = Network.FreePort();

    /// <summary>Further environment variables: the database, the mail transport, the first keys.</summary>
    public IReadOnlyDictionary<string, string?> Environment { get; init; } = new Dictionary<string, string?>();

    public Uri Address => new($"http://127.0.0.1:{Port}");
}

/// <summary>The real server in a process of its own.</summary>
public sealed class ServerProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(60);

    private readonly ServerSettings settings;
    private readonly ChildProcess process;

    private ServerProcess(ServerSettings settings, ChildProcess process) => (this.settings, this.process) = (settings, process);

    public int Id => process.Id;

    public Uri Address => settings.Address;

    public bool HasExited => process.HasExited;

    /// <summary>Started, not yet ready.</summary>
    public static ServerProcess Start(ServerSettings settings)
    {
        var environment = new Dictionary<string, string?>(settings.Environment)
        {
            ["ASPNETCORE_ENVIRONMENT"] = settings.Mode,
            ["ASPNETCORE_URLS"] = settings.Address.ToString(),
            ["Nurture__DataDirectory"] = settings.DataDirectory,
        };
        var process = ChildProcess.Start("dotnet", [Repository.ServerAssembly], settings.Log, Repository.Root, environment);
        return new ServerProcess(settings, process);
    }

    public static async Task<ServerProcess> StartReadyAsync(ServerSettings settings, CancellationToken cancel)
    {
        var server = Start(settings);
        await server.WaitUntilReadyAsync(cancel);
        return server;
    }

    public async Task WaitUntilReadyAsync(CancellationToken cancel)
    {
        using var client = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(10) };
        await Poll.UntilAsync("the server is ready", StartPatience, async () =>
        {
            if (process.HasExited)
                throw new InvalidOperationException($"The server ended with {process.ExitCode} while it started:\n{File.ReadAllText(settings.Log)}");
            try
            {
                using var answer = await client.GetAsync("/readyz", cancel);
                return answer.StatusCode == HttpStatusCode.OK;
            }
            catch (HttpRequestException)
            {
                return false;   // nobody listens yet
            }
            catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
            {
                return false;   // busy
            }
        }, cancel);
    }

    /// <summary><c>kill -9</c>.</summary>
    public Task KillAsync() => process.KillAsync();

    /// <summary>Asks it to end, and insists after half a minute.</summary>
    /// <returns>What it ended with; 137 when it had to be killed.</returns>
    public async Task<int> StopAsync()
    {
        await process.StopAsync();
        return process.ExitCode;
    }

    /// <summary>SIGSTOP: it lives, holds what it holds, and does nothing until <see cref="Thaw"/>.</summary>
    public void Freeze() => process.Freeze();

    public void Thaw() => process.Thaw();

    public async ValueTask DisposeAsync() => await process.DisposeAsync();
}
