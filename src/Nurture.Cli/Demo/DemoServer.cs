using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Nurture.Cli.Demo;

/// <summary>A development server, as the product, the readers of its mails and its operators use it: over HTTP alone.</summary>
internal sealed partial class DemoServer(ApiClient api, HttpClient http) : IDisposable
{
    private const int MessagesPerRequest = 400;

    public static DemoServer Of(ApiClient api) =>
        // Where a link leads is looked at, not gone to: those sites do not exist.
        new(api, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = api.Server, Timeout = TimeSpan.FromMinutes(10) });

    /// <exception cref="CommandException">It is not in development mode, or knows somebody already.</exception>
    public async Task<DateTimeOffset> RequireFreshAsync(CancellationToken cancel)
    {
        HttpResponseMessage clock;
        try
        {
            clock = await http.GetAsync("/dev/clock", cancel);
        }
        catch (HttpRequestException e)
        {
            throw new NoServerException($"No server answers at {api.Server} ({e.Message}). Start one: dotnet run --project src/Nurture.Server");
        }

        if (clock.StatusCode != HttpStatusCode.OK) throw new CommandException($"{api.Server} is not in development mode on this machine. The demo invents people and moves the clock, so it fills nothing else.");
        var now = (await clock.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("now").GetDateTimeOffset();
        foreach (var list in new[] { "contacts", "accounts" })
        {
            if ((await api.GetAsync($"/api/v1/{list}?limit=1", cancel)).GetProperty("items").GetArrayLength() > 0)
                throw new CommandException($"{api.Server} knows {list} already. The demo fills a fresh server: start one on a folder of its own, --Nurture:DataDirectory=data-demo");
        }

        return now;
    }

    /// <summary>Moves the clock there, every due moment on the way lived through; answers the time it is then.</summary>
    public async Task<DateTimeOffset> AdvanceToAsync(DateTimeOffset moment, DateTimeOffset now, CancellationToken cancel)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling((moment - now).TotalSeconds));
        using var answer = await http.PostAsync($"/dev/clock/advance?by={seconds.ToString(CultureInfo.InvariantCulture)}s", null, cancel);
        if (!answer.IsSuccessStatusCode) throw new CommandException($"The clock of {api.Server} could not be moved: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}");
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(cancel)).GetProperty("now").GetDateTimeOffset();
    }

    public async Task SendAsync(IReadOnlyList<JsonObject> messages, CancellationToken cancel)
    {
        foreach (var chunk in messages.Chunk(MessagesPerRequest))
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/batch") { Content = JsonContent.Create(new { batch = chunk }) };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", "dev");
            using var answer = await http.SendAsync(request, cancel);
            if (!answer.IsSuccessStatusCode) throw new CommandException($"{api.Server} did not take the events: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancel)}");
        }
    }

    /// <summary>Mails that were caught since, the oldest first.</summary>
    public async Task<IReadOnlyList<(long Id, string To)>> MailsAfterAsync(long last, CancellationToken cancel)
    {
        var found = new List<(long, string)>();
        for (var after = ""; ;)
        {
            var page = await http.GetFromJsonAsync<JsonElement>($"/dev/inbox?limit=200{after}", cancel);
            foreach (var mail in page.GetProperty("items").EnumerateArray())
            {
                var id = mail.GetProperty("id").GetInt64();
                if (id <= last)
                {
                    found.Reverse();
                    return found;
                }

                found.Add((id, mail.GetProperty("recipient").GetString()!));
            }

            if (page.GetProperty("next") is not { ValueKind: JsonValueKind.String } next)
            {
                found.Reverse();
                return found;
            }

            after = $"&after={next.GetString()}";
        }
    }

    /// <summary>The mail's picture and links: what its reader can do with it.</summary>
    public async Task<DemoMail> ReadAsync(long id, CancellationToken cancel)
    {
        var mail = await http.GetFromJsonAsync<JsonElement>($"/dev/inbox/{id}", cancel);
        var html = mail.GetProperty("html").GetString() ?? "";
        var links = mail.GetProperty("links").EnumerateArray().Select(link => link.GetString()!).ToList();
        return new(
            Picture().Match(html) is { Success: true } picture ? WebUtility.HtmlDecode(picture.Groups[1].Value) : null,
            [.. links.Where(link => link.Contains("/c/", StringComparison.Ordinal))], links.Find(link => link.Contains("/u/", StringComparison.Ordinal)),
            await SeatAsync([.. links.Where(link => link.Contains("/c/", StringComparison.Ordinal) || link.Contains("/s/", StringComparison.Ordinal))], cancel));
    }

    /// <summary>The page of a session that one of the links leads to; null where none does.</summary>
    private async Task<string?> SeatAsync(IReadOnlyList<string> links, CancellationToken cancel)
    {
        foreach (var link in links.Take(2))
        {
            var to = link.Contains("/s/", StringComparison.Ordinal) ? link : await ClickAsync(link, cancel);
            if (to is not null && to.StartsWith(api.Server.ToString(), StringComparison.Ordinal) && to.Contains("/s/", StringComparison.Ordinal)) return to;
        }

        return null;
    }

    /// <summary>Presses a button of a page.</summary>
    public async Task AnswerAsync(string page, string answer, CancellationToken cancel) =>
        (await http.PostAsync(page, new FormUrlEncodedContent([new("answer", answer)]), cancel)).Dispose();

    public async Task OpenAsync(string picture, CancellationToken cancel) => (await http.GetAsync(picture, cancel)).Dispose();

    /// <summary>Answers where the link leads.</summary>
    public async Task<string?> ClickAsync(string link, CancellationToken cancel)
    {
        using var answer = await http.GetAsync(link, cancel);
        return answer.Headers.Location?.OriginalString;
    }

    public async Task UnsubscribeAsync(string link, CancellationToken cancel) =>
        (await http.PostAsync(link, new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]), cancel)).Dispose();

    public Task<JsonElement> GetAsync(string path, CancellationToken cancel) => api.GetAsync($"/api/v1/{path}", cancel);

    public Task<JsonElement> PostAsync(string path, object body, CancellationToken cancel) => api.PostAsync($"/api/v1/{path}", body, cancel);

    public void Dispose() => http.Dispose();

    [GeneratedRegex("""src="([^"]*/o/[^"]+)["]""")]
    private static partial Regex Picture();
}

/// <param name="Picture">The pixel's address; null for an untracked mail.</param>
/// <param name="Links">Tracked ones.</param>
internal sealed record DemoMail(string? Picture, IReadOnlyList<string> Links, string? Unsubscribe, string? Seat);
