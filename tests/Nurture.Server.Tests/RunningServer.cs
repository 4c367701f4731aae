using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Tests;

/// <summary>The whole server in this process, on a free loopback port and a database of its own.</summary>
public sealed class RunningServer : IAsyncDisposable
{
    private readonly string folder;
    private readonly WebApplication app;
    private bool isStopped;

    private RunningServer(string folder, WebApplication app)
    {
        (this.folder, this.app) = (folder, app);
        Http = new HttpClient { BaseAddress = new Uri(app.ListeningAddresses().First()) };
    }

    public HttpClient Http { get; }

    public IServiceProvider Services => app.Services;

    public Database Database => Services.GetRequiredService<Database>();

    public string Logs => Path.Combine(folder, "logs");

    /// <param name="settings">As on the command line: <c>--Nurture:Intake:MaxPendingMessages=1</c>.</param>
    public static Task<RunningServer> StartAsync(string environment = "Development", params string[] settings) =>
        StartAsync(Directory.CreateTempSubdirectory("nurture-server-").FullName, null, ["--environment", environment, .. settings]);

    /// <summary>On a data directory that a server had before; it is removed when this one is disposed.</summary>
    public static async Task<RunningServer> StartAsync(string folder, Action<WebApplicationBuilder>? also, params string[] settings)
    {
        var app = await Program.BuildAsync(["--environment", "Development", "--urls", "http://127.0.0.1:0", $"--Nurture:DataDirectory={folder}", .. settings], also);
        await app.StartAsync();
        return new(folder, app);
    }

    /// <summary>Ends it, and leaves its data for the next.</summary>
    public async Task StopAsync()
    {
        Http.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
        isStopped = true;
    }

    /// <summary>Sends a message or batch as the write key <c>dev</c>.</summary>
    public Task<HttpResponseMessage> SendAsync(string path, string json, CancellationToken cancel) => SendAsync(path, json, "dev", cancel);

    public Task<HttpResponseMessage> SendAsync(string path, string json, string? writeKey, CancellationToken cancel, Action<HttpRequestMessage>? also = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        if (writeKey is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{writeKey}:")));
        also?.Invoke(request);
        return Http.SendAsync(request, cancel);
    }

    public async Task<long> CountAsync(string table, CancellationToken cancel)
    {
        await using var connection = await Database.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = $"select count(*) from {table}";
        return Convert.ToInt64(await command.ExecuteScalarAsync(cancel), null);
    }

    public async Task WriteAsync(string sql, CancellationToken cancel)
    {
        await using var connection = await Database.OpenAsync(cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = sql;
        await command.ExecuteNonQueryAsync(cancel);
    }

    public async ValueTask DisposeAsync()
    {
        if (!isStopped) await StopAsync();
        Directory.Delete(folder, recursive: true);
    }
}

/// <summary>One server for the tests of a class that leave it as it is.</summary>
public sealed class DevelopmentServer : IAsyncLifetime
{
    private RunningServer? server;

    public RunningServer Server => server!;

    public async ValueTask InitializeAsync() => server = await RunningServer.StartAsync();

    public ValueTask DisposeAsync() => server!.DisposeAsync();
}
