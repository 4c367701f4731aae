using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using Nurture.Chromium;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>
/// The mission once through, as people see it: a customer signs up, is mailed, falls silent, reaches a human and is saved.
/// The visitor's browser runs Segment's own script; the human works in the web app.
/// </summary>
public sealed class BrowserWalkTests
{
    private const string Ann = "ann@acme.example";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeZoneInfo Tokyo = TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo");

    [Theory]
    [InlineData(TestDatabase.Sqlite)]
    [InlineData(TestDatabase.Postgres)]
    public async Task A_customer_who_falls_silent_reaches_a_human_and_is_saved(string databaseKind)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var scratch = new ScratchFolder("browser-walk");
        await using var database = await TestDatabase.CreateAsync(databaseKind, scratch, cancel);
        await using var sink = databaseKind == TestDatabase.Postgres ? SmtpSink.Start(scratch) : null;
        await using var chromium = await ChromiumBrowser.LaunchAsync();
        await using var server = await WebServer.StartAsync(chromium, cancel, new Dictionary<string, string?>(database.Settings.Concat(sink is null ? [] : WalkTests.BySmtp(sink.Port))));
        IMailbox mailbox = sink is null ? new BuiltInInbox(server.Client) : sink;
        var (csmAddress, session) = await server.UserAsync("cs_manager", "en", cancel);

        // Somebody looks at the web site, and is nobody yet.
        using var site = new VisitedSite(server.Address);
        var visitor = await server.NewPageAsync(new());
        await visitor.GotoAsync(site.At("/pricing"));
        await Poll.UntilAsync("the anonymous page view is there", Patience, async () => await PagesAsync(server, "", cancel) == 1, cancel);

        // The product tells of the sign-up.
        await SegmentSdk.SendAsync(server.Address, StartedServer.Key, SignUp(csmAddress), cancel);
        var welcome = await MailAsync(mailbox, 1, cancel);
        Assert.Contains("Ann", welcome.Text);
        var contact = await ContactAsync(server, cancel);
        var account = (await server.Client.GetAsync($"/api/v1/contacts/{contact}", cancel))["account_id"]!.GetValue<long>();

        // The link in the mail says whose browser it is.
        Uri landing;
        using (var clicked = await server.Client.Public.GetAsync(welcome.FirstLink, cancel))
        {
            Assert.Equal(HttpStatusCode.Redirect, clicked.StatusCode);
            landing = clicked.Headers.Location!;
        }
        Assert.Equal("app.example.com", landing.Host);
        Assert.Equal(0, await PagesAsync(server, $"and contact_id = {contact}", cancel));
        await visitor.GotoAsync(site.At($"/start{landing.Query}"));
        await Poll.UntilAsync("the page view is Ann's", Patience, async () => await PagesAsync(server, $"and contact_id = {contact}", cancel) >= 1, cancel);

        // Help comes on a business morning of hers, at nine.
        var help = await AdvanceUntilAsync(server, "the help mail", async () => (await MailsAsync(mailbox, cancel)).ElementAtOrDefault(1), cancel);
        var local = TimeZoneInfo.ConvertTime(DateTimeOffset.Parse(help.Headers["Date"].Split('(')[0], CultureInfo.InvariantCulture), Tokyo);
        Assert.Equal((9, 0), (local.Hour, local.Minute));
        Assert.DoesNotContain(local.DayOfWeek, new[] { DayOfWeek.Saturday, DayOfWeek.Sunday });
        await server.Client.SendAsync("/v1/track", new() { ["userId"] = "ann", ["messageId"] = "back", ["event"] = "login" }, cancel);

        // Silence: the health falls through its bands, and a human is called.
        var caseId = await AdvanceUntilAsync(server, "a case", async () =>
            (await server.Client.GetAsync($"/api/v1/escalations?account={account}", cancel))["items"]!.AsArray().FirstOrDefault()?["id"]!.GetValue<string>(), cancel);
        var health = await server.Client.GetAsync($"/api/v1/accounts/{account}/health", cancel);
        Assert.Equal("at_risk", health["band"]!.GetValue<string>());
        Assert.Subset(health["history"]!.AsArray().Select(point => point!["band"]!.GetValue<string>()).ToHashSet(), new HashSet<string> { "watch", "at_risk" });
        Assert.NotNull((await server.Client.GetAsync($"/api/v1/accounts/{account}", cancel))["hold_until"]);
        var before = (await MailsAsync(mailbox, cancel)).Count;

        // The CSM works the case.
        var page = await server.NewPageAsync(new());
        await page.Context.AddCookiesAsync([session]);
        await page.GotoAsync("/escalations?whose=mine");
        await page.GetByRole(AriaRole.Link, new() { Name = "Acme" }).First.ClickAsync();
        await Assertions.Expect(page.GetByText("The health score fell to at risk").First).ToBeVisibleAsync();
        await page.ShotAsync("walk-case");
        await page.GetByRole(AriaRole.Button, new() { Name = "Take it" }).ClickAsync();
        await Assertions.Expect(page.GetByText("Taken", new() { Exact = true }).Or(page.GetByText("Overdue", new() { Exact = true })).First).ToBeVisibleAsync();
        var task = page.GetByLabel("Call the champion or the most active person");
        await task.ClickAsync();
        await Assertions.Expect(task).ToBeCheckedAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Close", Exact = true }).ClickAsync();
        var dialog = page.GetByRole(AriaRole.Dialog);
        await dialog.GetByLabel("Saved", new() { Exact = true }).CheckAsync();
        await dialog.Locator("button[type=submit]").ClickAsync();

        // The scenario heard it.
        var thanks = await Poll.ForAsync("the mail after the talk", Patience, async () => (await MailsAsync(mailbox, cancel)).ElementAtOrDefault(before), cancel);
        Assert.Equal("Thank you for talking with us", thanks.Subject);
        Assert.Null((await server.Client.GetAsync($"/api/v1/accounts/{account}", cancel))["hold_until"]);

        // Her page says why, in sentences.
        await page.GotoAsync($"/contacts/{contact}");
        foreach (var mail in new[] { "welcome", "setup-help", "good-to-see-you" })
            await Assertions.Expect(page.GetByText(mail).First).ToBeVisibleAsync();
        await page.ShotAsync("walk-contact");
        var why = (await server.Client.GetAsync($"/api/v1/explain?contact={contact}", cancel))["decisions"]!.AsArray().Select(decision => decision!["sentence"]!.GetValue<string>()).ToList();
        Assert.Contains(why, sentence => sentence.Contains("by its time-out", StringComparison.Ordinal));
        Assert.Contains(why, sentence => sentence.Contains("outcome is saved", StringComparison.Ordinal));
        var whyNot = await server.Client.GetAsync($"/api/v1/explain?contact={contact}&scenario=silence-after-onboarding", cancel);
        Assert.NotEmpty(whyNot["why_not"]!.AsArray());
    }

    private static async Task<long> PagesAsync(WebServer server, string more, CancellationToken cancel)
    {
        var contact = more.Length == 0 ? null : more[(more.LastIndexOf(' ') + 1)..];
        var path = contact is null ? "/api/v1/contacts?limit=100" : $"/api/v1/contacts/{contact}/timeline?limit=200";
        var items = (await server.Client.GetAsync(path, cancel))["items"]!.AsArray();
        return contact is null ? items.Count(item => item!["email"] is null) : items.Count(item => item!["code"]?.GetValue<string>() == "page");
    }

    private static IEnumerable<(string Call, JsonObject Message)> SignUp(string owner)
    {
        yield return ("identify", new() { ["userId"] = "ann", ["traits"] = new JsonObject { ["email"] = Ann, ["name"] = "Ann Example", ["locale"] = "en", ["zone"] = "Asia/Tokyo" } });
        yield return ("group", new() { ["userId"] = "ann", ["groupId"] = "acme", ["traits"] = new JsonObject { ["name"] = "Acme", ["plan"] = "trial", ["owner"] = owner } });
        yield return ("track", new() { ["userId"] = "ann", ["event"] = "signed_up", ["properties"] = new JsonObject { ["plan"] = "trial" } });
        for (var i = 0; i < 5; i++) yield return ("track", new() { ["userId"] = "ann", ["event"] = "login" });
    }

    private static async Task<IReadOnlyList<CaughtMail>> MailsAsync(IMailbox mailbox, CancellationToken cancel) =>
        [.. (await mailbox.ReadAsync(cancel)).Where(mail => mail.To == Ann).OrderBy(mail => DateTimeOffset.Parse(mail.Headers["Date"].Split('(')[0], CultureInfo.InvariantCulture))];

    private static Task<CaughtMail> MailAsync(IMailbox mailbox, int number, CancellationToken cancel) =>
        Poll.ForAsync($"mail {number} has come", Patience, async () => (await MailsAsync(mailbox, cancel)).ElementAtOrDefault(number - 1), cancel);

    /// <summary>Moves the clock by days, forty at most, until something is so.</summary>
    private static async Task<T> AdvanceUntilAsync<T>(WebServer server, string what, Func<Task<T?>> find, CancellationToken cancel) where T : class
    {
        for (var day = 0; day < 40; day++)
        {
            await server.Client.CallAsync(HttpMethod.Post, "/dev/clock/advance?by=1d", null, cancel);
            if (await find() is { } found) return found;
        }

        throw new TimeoutException($"{what} did not come within forty days");
    }

    private static async Task<long> ContactAsync(WebServer server, CancellationToken cancel) =>
        (await server.Client.GetAsync($"/api/v1/contacts?query={Uri.EscapeDataString(Ann)}", cancel))["items"]!.AsArray().Single()!["id"]!.GetValue<long>();
}
