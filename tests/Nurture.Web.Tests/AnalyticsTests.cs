using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Nurture.Harness;

namespace Nurture.Web.Tests;

/// <summary>Segment's SDK for browsers, as the server hands it out, on a page of another origin.</summary>
public sealed partial class AnalyticsTests(OneBrowser browser)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_visitor_signs_up_is_mailed_and_another_browser_of_theirs_is_known_by_the_mails_link()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        using var site = new VisitedSite(server.Address);
        var page = await server.NewPageAsync(new Viewer());
        var asked = Watch(page);

        await page.GotoAsync(site.At("/pricing"));
        await page.EvaluateAsync("""
            () => { analytics.identify("ada", { email: "ada@acme.example", name: "Ada", locale: "en" }); analytics.group("acme", { name: "Acme", plan: "trial" }); analytics.track("signed_up", { plan: "trial" }); }
            """);

        var contact = await ContactAsync(server, "ada@acme.example");
        await Poll.UntilAsync("the welcome mail is there", Patience, async () => (await InboxAsync(server)).Count > 0, Cancel);
        Assert.Contains("/v1/projects/dev/settings", asked);
        Assert.Contains("/v1/i", asked);
        Assert.Single(await BrowsersAsync(server, contact));

        var link = (await InboxAsync(server))[0]!["links"]!.AsArray().Select(node => node!.GetValue<string>()).First(url => url.Contains("/c/", StringComparison.Ordinal));
        using var answer = await server.Client.Public.GetAsync(link, Cancel);
        var phone = await server.NewPageAsync(new Viewer(IsPhone: true));
        await phone.GotoAsync(site.At($"/start{answer.Headers.Location!.Query}"));

        await Poll.UntilAsync("the phone is known", Patience, async () => (await BrowsersAsync(server, contact)).Count == 2, Cancel);
        Assert.Equal("mail link", (await BrowsersAsync(server, contact))[1]["how"]!.GetValue<string>());
    }

    [Fact]
    public async Task Batches_and_addresses_with_the_sdks_own_words_arrive_too()
    {
        await using var server = await WebServer.StartAsync(browser.Browser, Cancel);
        using var site = new VisitedSite(server.Address, """{ integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 3, timeout: 500 } } } } }""");
        var page = await server.NewPageAsync(new Viewer());
        var asked = Watch(page);

        await page.GotoAsync(site.At("/?ajs_uid=bob&ajs_trait_email=bob%40acme.example&ajs_event=login"));

        await ContactAsync(server, "bob@acme.example");
        Assert.Contains("/v1/b", asked);
        Assert.Contains(asked, path => QueryStringBundle.IsMatch(path));
    }

    private static List<string> Watch(IPage page)
    {
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(new Uri(request.Url).AbsolutePath);
        page.RequestFailed += (_, request) => asked.Add($"failed: {request.Url} {request.Failure}");
        return asked;
    }

    private static async Task<long> ContactAsync(WebServer server, string email)
    {
        JsonNode? found = null;
        await Poll.UntilAsync($"{email} is known", Patience,
            async () => (found = (await server.Client.GetAsync($"/api/v1/contacts?query={Uri.EscapeDataString(email)}", Cancel))["items"]!.AsArray().FirstOrDefault()) is not null, Cancel);
        return found!["id"]!.GetValue<long>();
    }

    private static async Task<IReadOnlyList<JsonNode>> BrowsersAsync(WebServer server, long contact) =>
        [.. (await server.Client.GetAsync($"/api/v1/contacts/{contact}", Cancel))["evidence"]!.AsArray().Select(node => node!).Where(node => node["kind"]!.GetValue<string>() == "anonymous")];

    private static async Task<JsonArray> InboxAsync(WebServer server) => JsonNode.Parse(await server.Client.Public.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray();

    [GeneratedRegex(@"^/analytics-next/bundles/queryString\.bundle\.[0-9a-f]+\.js$")]
    private static partial Regex QueryStringBundle { get; }
}
