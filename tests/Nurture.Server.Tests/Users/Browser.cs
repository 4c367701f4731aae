using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Nurture.Server.Tests;

/// <summary>Speaks to the server as a page of it does: with the cookie, and with the header that browsers add.</summary>
public sealed class Browser(RunningServer server) : IDisposable
{
    public const string Password = "correct horse battery";

    private readonly HttpClientHandler handler = new() { CookieContainer = new CookieContainer() };
    private HttpClient? http;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    private HttpClient Http => http ??= new HttpClient(handler) { BaseAddress = server.Http.BaseAddress };

    public IReadOnlyList<string> SetCookies { get; private set; } = [];

    /// <param name="from">The header that says where the request comes from.</param>
    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(HttpMethod method, string path, object? body = null, string from = "Sec-Fetch-Site: same-origin")
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/api/v1/{path}");
        var header = from.Split(':', 2);
        request.Headers.TryAddWithoutValidation(header[0], header[1].Trim());
        if (body is not null) request.Content = new StringContent(body as string ?? JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await Http.SendAsync(request, Cancel);
        SetCookies = answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? [.. cookies] : [];
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<JsonNode> DoAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await CallAsync(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        return answer ?? new JsonObject();
    }

    /// <summary>The stable part of a problem's type.</summary>
    public async Task<string> ProblemAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await CallAsync(method, path, body);
        Assert.True((int)status >= 400, $"{method} {path}: {status} {answer}");
        return answer!["type"]!.GetValue<string>()["urn:nurture:problem:".Length..];
    }

    public static string KeyOf(string link) => new Uri(link).Fragment.TrimStart('#');

    public Task WelcomeAsync(string link, string? email = null, string? name = null, string password = Password) =>
        DoAsync(HttpMethod.Post, "session/welcome", new { key = KeyOf(link), email, name, password });

    public async Task<string?> SignInAsync(string email, string password = Password, string? code = null)
    {
        var (status, answer) = await CallAsync(HttpMethod.Post, "session", new { email, password, code });
        return status == HttpStatusCode.NoContent ? null : answer!["type"]!.GetValue<string>()["urn:nurture:problem:".Length..];
    }

    public async Task<bool> IsInAsync() => (await CallAsync(HttpMethod.Get, "me")).Status == HttpStatusCode.OK;

    public void Dispose()
    {
        http?.Dispose();
        handler.Dispose();
    }
}
