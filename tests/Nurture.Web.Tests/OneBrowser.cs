[assembly: AssemblyFixture(typeof(Nurture.Web.Tests.OneBrowser))]

namespace Nurture.Web.Tests;

/// <summary>Chromium, started once for all tests.</summary>
public sealed class OneBrowser : IAsyncLifetime
{
    private ChromiumBrowser? browser;

    public ChromiumBrowser Browser => browser!;

    public async ValueTask InitializeAsync() => browser = await ChromiumBrowser.LaunchAsync();

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
    }
}

/// <summary>One server for the tests of a class, with an account of which something is known.</summary>
public sealed class OneServer(OneBrowser browser) : IAsyncLifetime
{
    private WebServer? server;

    private readonly Dictionary<string, Cookie> admins = [];
    private readonly Dictionary<Viewer, (IPage Page, List<string> Errors)> kept = [];

    public WebServer Server => server!;

    /// <summary>A page of the administrator who reads that language.</summary>
    public async Task<IPage> AdminPageAsync(Viewer viewer, CancellationToken cancel)
    {
        if (!admins.TryGetValue(viewer.Language, out var session))
            admins[viewer.Language] = session = (await Server.UserAsync("admin", viewer.Language, cancel)).Session;
        var page = await Server.NewPageAsync(viewer);
        await page.Context.AddCookiesAsync([session]);
        return page;
    }

    /// <summary>The one page of that viewer, for tests that only look: a browser that has the scripts opens the next page sooner. And what went wrong in it since the last call.</summary>
    public async Task<(IPage Page, IReadOnlyList<string> Errors)> PageOfAsync(Viewer viewer, CancellationToken cancel)
    {
        if (!kept.TryGetValue(viewer, out var known))
        {
            var errors = new List<string>();
            var page = await AdminPageAsync(viewer, cancel);
            page.PageError += (_, error) => errors.Add(error);
            page.Console += (_, message) =>
            {
                // What the server refuses is the page's to show; the browser notes it too.
                if (message.Type == "error" && !message.Text.StartsWith("Failed to load resource", StringComparison.Ordinal)) errors.Add(message.Text);
            };
            kept[viewer] = known = (page, errors);
        }

        known.Errors.Clear();
        return known;
    }

    public async ValueTask InitializeAsync()
    {
        var cancel = TestContext.Current.CancellationToken;
        server = await WebServer.StartAsync(browser.Browser, cancel);
        await server.Client.SendAsync("/v1/identify", new()
        {
            ["userId"] = "hanako", ["messageId"] = "1",
            ["traits"] = new System.Text.Json.Nodes.JsonObject { ["email"] = "hanako@acme.example", ["name"] = "山田 花子", ["locale"] = "ja" },
        }, cancel);
        await server.Client.SendAsync("/v1/group", new()
        {
            ["userId"] = "hanako", ["messageId"] = "2", ["groupId"] = "acme",
            ["traits"] = new System.Text.Json.Nodes.JsonObject { ["name"] = "Acme", ["plan"] = "trial" },
        }, cancel);
        await server.Client.SendAsync("/v1/track", new()
        {
            ["userId"] = "hanako", ["messageId"] = "3", ["event"] = "signed_up",
            ["properties"] = new System.Text.Json.Nodes.JsonObject { ["plan"] = "trial" },
        }, cancel);
        // Lets all of it be dealt with.
        await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1m", null, cancel);
    }

    public ValueTask DisposeAsync() => server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
