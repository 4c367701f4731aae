using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Rebuilding;
using Nurture.Server.Users;
using Nurture.Storage;

namespace Nurture.Server.Tests.Api;

/// <summary>A running server that tests speak to as a program would, with nothing published but what they publish.</summary>
public class ApiServer : IAsyncLifetime
{
    public const string Plan = """
        events:
          signed_up:
            description: Began.
            properties:
              plan: text
          setup_completed:
            description: Done.
        contact:
          seats: number
        account:
          tier: text
        """;

    public const string Policy = """
        zone: UTC
        locale: en
        sender:
          name: Nurture
          address: hello@nurture.example
          organization: Nurture
          postal_address: Osaka
        identities: { support: { name: Support, address: support@nurture.example } }
        """;

    public const string Mail = """
        ---
        subject: Welcome
        layout: none
        ---
        <!doctype html><html lang="en"><body><p>Welcome.</p><p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
        """;

    public const string Welcome = """
        scenario: welcome
        title: Welcome
        owner: m@example.com
        class: service
        trigger: { event: signed_up, where: trigger.plan == "trial" }
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - send: hello
          - wait: { for: event("setup_completed"), up_to: 3d }
            timeout: []
        """;

    private RunningServer? server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public RunningServer Server => server!;

    public async ValueTask InitializeAsync()
    {
        var nothing = Path.Combine(Path.GetTempPath(), "nurture-publishes-nothing-by-itself");
        server = await RunningServer.StartAsync("Development",
            ["--Nurture:SignIn:AttemptsPerMinute=1000", $"--Nurture:ScenariosDirectory={nothing}", $"--Nurture:TemplatesDirectory={nothing}", .. await SettingsAsync()]);
    }

    /// <summary>Whatever the tests of a class did, the states that they leave are those that the events make.</summary>
    public virtual async ValueTask DisposeAsync()
    {
        await using (Server)
        {
            await SettleAsync();
            await MadeAgain.AgreesAsync(Server.Database, CancellationToken.None);
        }

        GC.SuppressFinalize(this);
    }

    /// <summary>Where its database is; SQLite in its own folder where nothing is said.</summary>
    protected virtual Task<string[]> SettingsAsync() => Task.FromResult<string[]>([]);

    public async Task<(HttpStatusCode Status, JsonNode? Body)> CallAsync(HttpMethod method, string path, object? body = null, string? key = "dev", string? language = null)
    {
        using var request = new HttpRequestMessage(method, path.StartsWith('/') ? path : $"/api/v1/{path}");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (language is not null) request.Headers.AcceptLanguage.ParseAdd(language);
        if (body is not null) request.Content = new StringContent(body as string ?? System.Text.Json.JsonSerializer.Serialize(body), Encoding.UTF8, "application/json");
        using var answer = await Server.Http.SendAsync(request, Cancel);
        var text = await answer.Content.ReadAsStringAsync(Cancel);
        return (answer.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    public async Task<JsonNode> GetAsync(string path)
    {
        var (status, body) = await CallAsync(HttpMethod.Get, path);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {body}");
        return body!;
    }

    public async Task<JsonNode> DoAsync(HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await CallAsync(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        await SettleAsync();
        return answer ?? new JsonObject();
    }

    /// <summary>The stable part of a problem's type.</summary>
    public async Task<string> ProblemAsync(HttpMethod method, string path, object? body, HttpStatusCode expected)
    {
        var (status, answer) = await CallAsync(method, path, body);
        Assert.True(status == expected, $"{method} {path}: {status} {answer}");
        Assert.Equal((int)expected, answer!["status"]!.GetValue<int>());
        return answer["type"]!.GetValue<string>()["urn:nurture:problem:".Length..];
    }

    public async Task PublishAsync() => await DoAsync(HttpMethod.Post, "scenarios", new
    {
        files = new[] { new { file = "events.yaml", text = Plan }, new { file = "policy.yaml", text = Policy }, new { file = "hello.en.html", text = Mail }, new { file = "welcome.yaml", text = Welcome } },
    });

    /// <summary>Sends as a product would, and answers the contact's id.</summary>
    public async Task<long> PersonAsync(string user, string email, string more = "")
    {
        using var answer = await Server.SendAsync("/v1/batch",
            $$$"""{"batch":[{"type":"identify","userId":"{{{user}}}","traits":{"email":"{{{email}}}"}}{{{more}}}]}""", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await SettleAsync();
        var found = (await GetAsync($"contacts?query={Uri.EscapeDataString(email)}"))["items"]!.AsArray();
        return Assert.Single(found)!["id"]!.GetValue<long>();
    }

    public static string SignUp(string user) => $$$""",{"type":"track","userId":"{{{user}}}","event":"signed_up","properties":{"plan":"trial"}}""";

    /// <summary>An administrator. User 1, who set the server up, is nobody's: tests that fill every path's id with 1 remove him.</summary>
    public async Task<Browser> FirstAdminAsync()
    {
        if (admin is not null) return admin;
        var (url, _) = await Server.Services.GetRequiredService<OneTimeLinks>().MakeAsync(LinkPurpose.SetUp, null, Cancel);
        using var first = new Browser(Server);
        await first.WelcomeAsync(url, "first-admin@example.com", "First Admin");
        var invited = await first.DoAsync(HttpMethod.Post, "users", new { email = "admin@example.com", role = "admin" });
        admin = new Browser(Server);
        await admin.WelcomeAsync(invited["link"]!.GetValue<string>());
        return admin;
    }

    /// <summary>Somebody new of the role, invited by the first administrator and signed in.</summary>
    public async Task<Browser> SignedInAsync(Role role, string? email = null)
    {
        email ??= $"{role.Name}-{Guid.NewGuid():n}@example.com";
        var invited = await (await FirstAdminAsync()).DoAsync(HttpMethod.Post, "users", new { email, role = role.Name });
        var browser = new Browser(Server);
        await browser.WelcomeAsync(invited["link"]!.GetValue<string>());
        return browser;
    }

    private Browser? admin;

    /// <summary>Lets everything that waits be done.</summary>
    public Task SettleAsync() => Server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

    public async Task<IReadOnlyList<string>> AuditAsync() =>
        [.. (await GetAsync("audit?limit=500"))["items"]!.AsArray().Select(row => $"{row!["actor"]} {row["action"]} {row["target"]}")];
}

/// <summary>The same on PostgreSQL.</summary>
public class PostgresApiServer : ApiServer
{
    private readonly ScratchFolder scratch = new("api");
    private TestDatabase? database;

    protected override async Task<string[]> SettingsAsync()
    {
        database = await TestDatabase.CreateAsync(TestDatabase.Postgres, scratch, CancellationToken.None);
        return [.. database.Settings.Select(setting => $"--{setting.Key.Replace("__", ":", StringComparison.Ordinal)}={setting.Value}")];
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (database is not null) await database.DisposeAsync();
        scratch.Dispose();
    }
}
