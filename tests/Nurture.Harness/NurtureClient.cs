using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace Nurture.Harness;

/// <summary>The HTTP interface as a program outside uses it: intake with a write key, the API with an API key.</summary>
public sealed class NurtureClient : IDisposable
{
    private readonly HttpClient intake;
    private readonly HttpClient api;

    public NurtureClient(Uri address, string writeKey, string apiKey)
    {
        intake = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address };
        intake.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":")));
        api = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    /// <summary>Without following redirects: what anybody who has a link does.</summary>
    public HttpClient Public => intake;

    public async Task SendAsync(string path, JsonObject message, CancellationToken cancel)
    {
        using var answer = await intake.PostAsJsonAsync(path, message, cancel);
        await RequireAsync(answer, cancel);
    }

    public async Task<JsonNode> GetAsync(string path, CancellationToken cancel)
    {
        using var answer = await api.GetAsync(path, cancel);
        await RequireAsync(answer, cancel);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(cancel))!;
    }

    public async Task CallAsync(HttpMethod method, string path, JsonNode? body, CancellationToken cancel)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body);
        using var answer = await api.SendAsync(request, cancel);
        await RequireAsync(answer, cancel);
    }

    public void Dispose()
    {
        intake.Dispose();
        api.Dispose();
    }

    private static async Task RequireAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        if (!answer.IsSuccessStatusCode)
        {
            throw new HttpRequestException(
                $"{answer.RequestMessage!.Method} {answer.RequestMessage.RequestUri!.PathAndQuery} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancel)}",
                inner: null, answer.StatusCode);
        }
    }
}
