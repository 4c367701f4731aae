using System.Net;
using System.Text;
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
        using var site = new Site(server.Address);
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
        using var site = new Site(server.Address, """{ integrations: { "Segment.io": { deliveryStrategy: { strategy: "batching", config: { size: 3, timeout: 500 } } } } }""");
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

    /// <summary>The company's own site: each page of it is the snippet of the intake's guide.</summary>
    private sealed partial class Site : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly string origin = $"http://localhost:{Network.FreePort()}";

        public Site(Uri nurture, string options = "{}")
        {
            var guide = File.ReadAllText(Path.Combine(Repository.Root, "src", "Nurture.Server", "Intake", "README.md"));
            var snippet = Snippet.Match(guide).Value.Replace("https://nurture.example.com", nurture.ToString().TrimEnd('/'), StringComparison.Ordinal)
                .Replace("WRITE_KEY", "dev", StringComparison.Ordinal).Replace("a.page();", $"a._loadOptions = {options}; a.page();", StringComparison.Ordinal);
            listener.Prefixes.Add($"{origin}/");
            listener.Start();
            _ = ServeAsync(Encoding.UTF8.GetBytes($"<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>Acme</title>{snippet}</head><body>Acme</body></html>"));
        }

        public string At(string path) => origin + path;

        public void Dispose() => listener.Close();

        private async Task ServeAsync(byte[] page)
        {
            while (listener.IsListening)
            {
                HttpListenerContext context;
                try
                {
                    context = await listener.GetContextAsync();
                }
                catch (Exception closed) when (closed is HttpListenerException or ObjectDisposedException)
                {
                    return;
                }

                context.Response.ContentType = "text/html; charset=utf-8";
                await context.Response.OutputStream.WriteAsync(page);
                context.Response.Close();
            }
        }

        [GeneratedRegex("<script>.*?</script>", RegexOptions.Singleline)]
        private static partial Regex Snippet { get; }
    }
}
