using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Nurture.Server.Hosting;

namespace Nurture.Server.Tests.Webhooks;

/// <summary>Another system: a web server on loopback that keeps what it is sent, and answers as it is told.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;

    private Receiver(WebApplication app) => this.app = app;

    public sealed record Got(string Path, IReadOnlyDictionary<string, string> Headers, string Body);

    public ConcurrentQueue<Got> Requests { get; } = [];

    /// <summary>By how many came before.</summary>
    public Func<int, (int Status, string Body, string? RetryAfter)> Answers { get; set; } = _ => (200, "{}", null);

    /// <summary>What an answer waits for.</summary>
    public Task Before { get; set; } = Task.CompletedTask;

    public string Url => app.ListeningAddresses().First() + "/hook";

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new Receiver(app);
        app.Run(receiver.TakeAsync);
        await app.StartAsync();
        return receiver;
    }

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (status, answer, retryAfter) = Answers(Requests.Count);
        Requests.Enqueue(new Got(http.Request.Path, http.Request.Headers.ToDictionary(header => header.Key.ToLowerInvariant(), header => header.Value.ToString()), body));
        await Before;
        http.Response.StatusCode = status;
        if (retryAfter is not null) http.Response.Headers.RetryAfter = retryAfter;
        if (status is >= 300 and < 400) http.Response.Headers.Location = "/elsewhere";
        await http.Response.WriteAsync(answer);
    }
}
