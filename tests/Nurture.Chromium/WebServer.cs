using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using Nurture.Harness;

namespace Nurture.Chromium;

/// <summary>The real server in development mode, and the pages that people open of it.</summary>
public sealed partial class WebServer : IAsyncDisposable
{
    public const string Password = "correct horse battery";

    private readonly ScratchFolder scratch;
    private readonly ServerSettings settings;
    private readonly ServerProcess process;
    private readonly ChromiumBrowser browser;
    private readonly HttpClient http;

    private WebServer(ChromiumBrowser browser, ScratchFolder scratch, ServerSettings settings, ServerProcess process)
    {
        (this.browser, this.scratch, this.settings, this.process) = (browser, scratch, settings, process);
        // Without cookies of its own: each session is somebody's.
        http = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = settings.Address };
        http.DefaultRequestHeaders.Add("Origin", settings.Address.GetLeftPart(UriPartial.Authority));
        Client = new NurtureClient(settings.Address, "dev", "dev");
    }

    public Uri Address => settings.Address;

    /// <summary>The intake and the API as a program uses them.</summary>
    public NurtureClient Client { get; }

    /// <summary>On SQLite; with other settings where they are given.</summary>
    public static async Task<WebServer> StartAsync(ChromiumBrowser browser, CancellationToken cancel, IReadOnlyDictionary<string, string?>? environment = null)
    {
        var scratch = new ScratchFolder("web");
        var settings = new ServerSettings
        {
            DataDirectory = scratch["data"],
            Log = scratch["server.log"],
            Mode = "Development",
            Environment = (environment ?? new Dictionary<string, string?>()).Append(new("Nurture__SignIn__AttemptsPerMinute", "1000")).ToDictionary(entry => entry.Key, entry => entry.Value),
        };
        return new(browser, scratch, settings, await ServerProcess.StartReadyAsync(settings, cancel));
    }

    /// <summary>As the server printed it.</summary>
    public async Task<string> SetUpLinkAsync(CancellationToken cancel)
    {
        string? link = null;
        await Poll.UntilAsync("the set-up link is printed", TimeSpan.FromSeconds(30), async () =>
        {
            await using var log = new FileStream(settings.Log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(log);
            link = Link.Match(await reader.ReadToEndAsync(cancel)) is { Success: true } found ? found.Value : null;
            return link is not null;
        }, cancel);
        return link!;
    }

    public Task<IPage> NewPageAsync(Viewer viewer) => browser.NewPageAsync(viewer, Address);

    /// <summary>A page of somebody new with the role, signed in; the first of all is the administrator who sets the server up.</summary>
    public async Task<IPage> SignedInAsync(string role, Viewer viewer, CancellationToken cancel)
    {
        var page = await NewPageAsync(viewer);
        await page.Context.AddCookiesAsync([await SessionAsync(role, viewer.Language, cancel)]);
        return page;
    }

    /// <summary>Makes a user of the role, without a browser.</summary>
    public async Task<(string Email, Cookie Session)> UserAsync(string role, string language, CancellationToken cancel)
    {
        var email = $"{role}{Interlocked.Increment(ref users)}@example.com";
        var key = admin is null && role == "admin"
            ? KeyOf(await SetUpLinkAsync(cancel))
            : KeyOf(await InviteAsync(email, role, cancel));
        using var answer = await http.PostAsJsonAsync("/api/v1/session/welcome", new { key, email, name = NameOf(role, language), password = Password, locale = language }, cancel);
        if (!answer.IsSuccessStatusCode) throw new HttpRequestException(await answer.Content.ReadAsStringAsync(cancel));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single().Split(';')[0].Split('=', 2);
        var session = new Cookie { Name = cookie[0], Value = cookie[1], Url = Address.ToString() };
        admin ??= session;
        return (email, session);
    }

    private Cookie? admin;
    private int users;

    private async Task<Cookie> SessionAsync(string role, string language, CancellationToken cancel) => (await UserAsync(role, language, cancel)).Session;

    private async Task<string> InviteAsync(string email, string role, CancellationToken cancel)
    {
        if (admin is null) await UserAsync("admin", "en", cancel);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/users") { Content = JsonContent.Create(new { email, role }) };
        request.Headers.Add("Cookie", $"{admin!.Name}={admin.Value}");
        using var answer = await http.SendAsync(request, cancel);
        var text = await answer.Content.ReadAsStringAsync(cancel);
        return answer.IsSuccessStatusCode ? JsonNode.Parse(text)!["link"]!.GetValue<string>() : throw new HttpRequestException(text);
    }

    private static string NameOf(string role, string language) => (role, language) switch
    {
        ("admin", "ja") => "佐藤 葵",
        ("admin", _) => "Ada Admin",
        ("csm", "ja") => "鈴木 花子",
        ("csm", _) => "Carla Support",
        (_, "ja") => "田中 一郎",
        _ => "Max Miller",
    };

    private static string KeyOf(string link) => link[(link.IndexOf('#', StringComparison.Ordinal) + 1)..];

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        http.Dispose();
        await process.DisposeAsync();
        scratch.Dispose();
    }

    [GeneratedRegex(@"http\S+/welcome#nl_[0-9a-f]+")]
    private static partial Regex Link { get; }
}
