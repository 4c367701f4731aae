using System.CommandLine;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Nurture.Cli;

/// <summary>Which running server a command asks, and by which key.</summary>
internal sealed class ServerArguments
{
    private const string DefaultServer = "http://127.0.0.1:5080";

    private readonly Option<string?> server = new("--server") { Description = $"Its address. Without it: NURTURE_SERVER, else {DefaultServer}.", HelpName = "url" };

    private readonly Option<string?> key = new("--key") { Description = "A key of its API. Without it: NURTURE_KEY, else the key dev of a development server on this machine.", HelpName = "key" };

    public void AddTo(Command command)
    {
        command.Options.Add(server);
        command.Options.Add(key);
    }

    public ApiClient Connect(ParseResult parsed)
    {
        var address = parsed.GetValue(server) ?? Environment.GetEnvironmentVariable("NURTURE_SERVER") ?? DefaultServer;
        if (!Uri.TryCreate(address, UriKind.Absolute, out var url) || url.Scheme is not ("http" or "https"))
            throw new CommandException($"\"{address}\" is not the address of a server. Write it as {DefaultServer}.");
        var secret = parsed.GetValue(key) ?? Environment.GetEnvironmentVariable("NURTURE_KEY") ?? (url.IsLoopback ? "dev" : null);
        return new ApiClient(url, secret ?? throw new CommandException($"{url} wants a key. Give one by --key, or in NURTURE_KEY."));
    }
}

/// <summary>The API of a running server; what it refuses becomes one clear line.</summary>
internal sealed class ApiClient : IDisposable
{
    private readonly HttpClient http;

    public ApiClient(Uri server, string key)
    {
        Server = server;
        http = new HttpClient { BaseAddress = server, Timeout = TimeSpan.FromMinutes(2) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", key);
    }

    public Uri Server { get; }

    public Task<JsonElement> GetAsync(string path, CancellationToken cancel) => AskAsync(() => http.GetAsync(path, cancel), cancel);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancel) => AskAsync(() => http.PostAsJsonAsync(path, body, cancel), cancel);

    public void Dispose() => http.Dispose();

    private async Task<JsonElement> AskAsync(Func<Task<HttpResponseMessage>> ask, CancellationToken cancel)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await ask();
        }
        catch (HttpRequestException e)
        {
            throw new NoServerException($"No server answers at {Server} ({e.Message}). Start it, or name another by --server.");
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new NoServerException($"The server at {Server} did not answer in time.");
        }

        using (answer)
        {
            if (answer.IsSuccessStatusCode) return await answer.Content.ReadFromJsonAsync<JsonElement>(cancel);
            throw new CommandException(await SayAsync(answer, cancel));
        }
    }

    private async Task<string> SayAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        var said = "";
        if (answer.Content.Headers.ContentType?.MediaType == "application/problem+json")
        {
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(cancel);
            said = string.Join(' ', new[] { "title", "detail" }.Select(name => problem.TryGetProperty(name, out var value) ? value.GetString() : null).Where(text => !string.IsNullOrEmpty(text)));
        }

        return answer.StatusCode switch
        {
            HttpStatusCode.Unauthorized => $"{Server} does not know this key. Give one by --key or NURTURE_KEY; the key dev exists in development mode only.",
            HttpStatusCode.Forbidden => $"This key may not do that. {said}".TrimEnd(),
            HttpStatusCode.NotFound when said.Length == 0 => $"{Server} has no such page. Is it a Nurture server of this version?",
            _ => said.Length > 0 ? said : $"{Server} answered {(int)answer.StatusCode}.",
        };
    }
}

/// <summary>Nobody answers there.</summary>
internal sealed class NoServerException(string message) : HttpRequestException(message);
