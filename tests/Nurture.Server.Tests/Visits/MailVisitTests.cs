using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Sends;
using Nurture.Server.Hosting;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Visits;

/// <summary>A link in a mail says whose browser follows it, weakly.</summary>
public abstract class MailVisitTests(string kind)
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_browser_that_comes_by_a_mails_link_is_its_readers_from_then_on()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        await world.PageAsync("browser-1", "/before");

        await world.PageAsync("browser-1", await world.FollowAsync("ann"));
        await world.PageAsync("browser-1", "/pricing");

        Assert.Equal(["/start", "/pricing"], await world.PagesOfAsync(ann));
        var link = Assert.Single(await world.LinksOfAsync(ann), link => link["kind"]!.GetValue<string>() == "anonymous");
        Assert.Equal(("mail link", "browser-1"), (link["how"]!.GetValue<string>(), link["value"]!.GetValue<string>()));
        Assert.StartsWith("send:", link["message_id"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Lesson(11)]
    [Fact]
    public async Task Scanners_that_follow_the_link_a_hundred_times_identify_nobody()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        var before = (await world.Server.CountAsync("contacts", Cancel), await world.Server.CountAsync("identities", Cancel), await world.Server.CountAsync("identity_links", Cancel));

        for (var i = 0; i < 100; i++) await world.FollowAsync("ann");
        await world.SettleAsync();

        Assert.Equal(before, (await world.Server.CountAsync("contacts", Cancel), await world.Server.CountAsync("identities", Cancel), await world.Server.CountAsync("identity_links", Cancel)));
        await world.PageAsync("browser-1", await world.FollowAsync("ann"));
        Assert.Equal(["/start"], await world.PagesOfAsync(ann));
    }

    [Fact]
    public async Task A_mail_that_was_passed_on_says_nothing_of_the_second_browser()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        await world.PageAsync("anns", await world.FollowAsync("ann"));

        await world.PageAsync("colleagues", await world.FollowAsync("ann"));
        await world.PageAsync("anns", await world.FollowAsync("ann"));

        Assert.Equal(["/start", "/start"], await world.PagesOfAsync(ann));
        Assert.Single(await world.LinksOfAsync(ann), link => link["kind"]!.GetValue<string>() == "anonymous");
    }

    [Fact]
    public async Task Who_signed_in_on_a_browser_keeps_it_and_who_signs_in_later_takes_it_and_no_two_become_one()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        var bob = await world.MailAsync("bob");
        await world.IdentifyAsync("bob", "shared");

        await world.PageAsync("shared", await world.FollowAsync("ann"));
        Assert.Equal((0, 1), ((await world.PagesOfAsync(ann)).Count, (await world.PagesOfAsync(bob)).Count));

        await world.PageAsync("other", await world.FollowAsync("ann"));
        await world.IdentifyAsync("bob", "other");
        await world.PageAsync("other", "/team");

        Assert.Equal((1, 2), ((await world.PagesOfAsync(ann)).Count, (await world.PagesOfAsync(bob)).Count));
        Assert.Equal(2, (await world.GetAsync("contacts"))["items"]!.AsArray().Count(contact => contact!["email"] is not null));
    }

    [Fact]
    public async Task Undoing_the_link_parts_the_browser_for_what_comes_and_a_link_of_that_reader_does_not_bring_it_back()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        await world.PageAsync("browser-1", await world.FollowAsync("ann"));
        var link = (await world.LinksOfAsync(ann)).Single(link => link["kind"]!.GetValue<string>() == "anonymous")["id"]!.GetValue<long>();

        var undone = await world.CallAsync(HttpMethod.Delete, $"contacts/{ann}/links/{link}");
        Assert.Equal(HttpStatusCode.OK, undone.StatusCode);
        Assert.Contains("stays", await undone.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        await world.PageAsync("browser-1", "/later");
        await world.PageAsync("browser-1", await world.FollowAsync("ann"));

        Assert.Equal(["/start"], await world.PagesOfAsync(ann));
        Assert.NotNull((await world.LinksOfAsync(ann)).Single(link => link["kind"]!.GetValue<string>() == "anonymous")["undone_at"]);

        await world.IdentifyAsync("ann", "browser-1");
        await world.PageAsync("browser-1", "/signed-in");
        Assert.Equal("/signed-in", (await world.PagesOfAsync(ann))[^1]);
    }

    [Fact]
    public async Task Only_a_browser_can_be_parted_and_only_from_whose_it_is()
    {
        await using var world = await World.StartAsync(kind);
        var (ann, bob) = (await world.MailAsync("ann"), await world.MailAsync("bob"));
        var user = (await world.LinksOfAsync(ann)).Single(link => link["kind"]!.GetValue<string>() == "user")["id"]!.GetValue<long>();

        Assert.Equal(HttpStatusCode.Conflict, (await world.CallAsync(HttpMethod.Delete, $"contacts/{ann}/links/{user}")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await world.CallAsync(HttpMethod.Delete, $"contacts/{bob}/links/{user}")).StatusCode);
    }

    [Fact]
    public async Task The_click_expires_after_half_an_hour_and_the_mail_after_two_weeks()
    {
        await using var world = await World.StartAsync(kind);
        var ann = await world.MailAsync("ann");
        var stale = await world.FollowAsync("ann");
        await world.AdvanceAsync("31m");
        await world.PageAsync("browser-1", stale);
        await world.AdvanceAsync("15d");
        await world.PageAsync("browser-1", await world.FollowAsync("ann"));

        Assert.Empty(await world.PagesOfAsync(ann));
    }

    [Fact]
    public async Task A_token_goes_along_to_sites_of_our_own_by_a_click_and_nowhere_else()
    {
        await using var world = await World.StartAsync(kind);
        await world.MailAsync("ann");

        Assert.Contains($"?a=1&{MailLink.Visit.Parameter}=", await world.FollowAsync("ann"), StringComparison.Ordinal);
        Assert.EndsWith("#top", await world.FollowAsync("ann"), StringComparison.Ordinal);
        Assert.Equal("https://elsewhere.example/x", await world.FollowAsync("ann", 1));
        Assert.DoesNotContain(MailLink.Visit.Parameter, await world.FollowAsync("ann", 0, HttpMethod.Head), StringComparison.Ordinal);
    }

    private sealed class World : IAsyncDisposable
    {
        private const string Mail = """
            ---
            subject: Hello
            layout: none
            ---
            <!doctype html><html lang="en"><body><p><a href="https://app.example.com/start?a=1#top">Start</a> <a href="https://elsewhere.example/x">x</a></p>
            <p><a href="{{ unsubscribe_url }}">Unsubscribe</a></p></body></html>
            """;

        private readonly ScratchFolder scratch;
        private readonly TestDatabase database;
        private readonly HttpClient reader = new(new HttpClientHandler { AllowAutoRedirect = false });

        private World(ScratchFolder scratch, TestDatabase database, RunningServer server) => (this.scratch, this.database, Server) = (scratch, database, server);

        public RunningServer Server { get; }

        public static async Task<World> StartAsync(string kind)
        {
            var scratch = new ScratchFolder("visits");
            var database = await TestDatabase.CreateAsync(kind, scratch, Cancel);
            var server = await RunningServer.StartAsync(scratch["data"], null,
                [
                    $"--Nurture:ScenariosDirectory={scratch["nothing"]}", $"--Nurture:TemplatesDirectory={scratch["nothing"]}",
                    .. database.Settings.Where(setting => setting.Value is not null).Select(setting => $"--{setting.Key.Replace("__", ":")}={setting.Value}"),
                ]);
            var world = new World(scratch, database, server);
            var published = await world.CallAsync(HttpMethod.Post, "scenarios", new
            {
                files = new[]
                {
                    new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = $"{ApiServer.Policy}\nown_sites: [ app.example.com ]" },
                    new { file = "hello.en.html", text = Mail }, new { file = "welcome.yaml", text = ApiServer.Welcome },
                },
            });
            Assert.True(published.IsSuccessStatusCode, await published.Content.ReadAsStringAsync(Cancel));
            await world.SettleAsync();
            return world;
        }

        /// <summary>Signs somebody up, who is mailed; answers the contact's id.</summary>
        public async Task<long> MailAsync(string user)
        {
            await SendAsync("batch", $$$"""{"batch":[{"type":"identify","userId":"{{{user}}}","traits":{"email":"{{{user}}}@x.example"}},{"type":"track","userId":"{{{user}}}","event":"signed_up","properties":{"plan":"trial"}}]}""");
            return Assert.Single((await GetAsync($"contacts?query={user}@x.example"))["items"]!.AsArray())!["id"]!.GetValue<long>();
        }

        /// <summary>Follows a link of the mail to somebody, and answers where it leads.</summary>
        public async Task<string> FollowAsync(string user, int link = 0, HttpMethod? method = null)
        {
            var mails = JsonNode.Parse(await Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray();
            var url = mails.Single(mail => mail!["to"]!.GetValue<string>() == $"{user}@x.example")!["links"]!.AsArray().Select(node => node!.GetValue<string>()).Where(node => node.Contains("/c/", StringComparison.Ordinal)).ElementAt(link);
            using var answer = await reader.SendAsync(new HttpRequestMessage(method ?? HttpMethod.Get, url), Cancel);
            Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
            return answer.Headers.Location!.OriginalString;
        }

        /// <summary>As the browser SDK reports a page view.</summary>
        public Task PageAsync(string browser, string address)
        {
            var url = new Uri(new Uri("https://app.example.com"), address);
            var page = $$$"""{"path":"{{{url.AbsolutePath}}}","search":"{{{url.Query}}}","url":"{{{url.AbsoluteUri}}}"}""";
            return SendAsync("p", $$$"""{"type":"page","anonymousId":"{{{browser}}}","userId":null,"properties":{{{page}}},"context":{"page":{{{page}}}}}""");
        }

        public Task IdentifyAsync(string user, string browser) => SendAsync("i", $$$"""{"type":"identify","userId":"{{{user}}}","anonymousId":"{{{browser}}}","traits":{}}""");

        public async Task<IReadOnlyList<string>> PagesOfAsync(long contact)
        {
            await using var connection = await Server.Database.OpenAsync(Cancel);
            await using var command = connection.CreateCommand();
            command.CommandText = $"select payload from events where contact_id = {contact} and name = 'page' order by id";
            var paths = new List<string>();
            await using var rows = await command.ExecuteReaderAsync(Cancel);
            while (await rows.ReadAsync(Cancel)) paths.Add(JsonNode.Parse(((byte[])rows[0])[1..])!["path"]!.GetValue<string>());
            return paths;
        }

        public async Task<IReadOnlyList<JsonNode>> LinksOfAsync(long contact) => [.. (await GetAsync($"contacts/{contact}"))["evidence"]!.AsArray().Select(node => node!)];

        public async Task AdvanceAsync(string by) => Assert.True((await Server.Http.PostAsync($"/dev/clock/advance?by={by}", null, Cancel)).IsSuccessStatusCode);

        public Task SettleAsync() => Server.Services.GetRequiredService<DueMoments>().DrainAsync(Cancel);

        public async Task<JsonNode> GetAsync(string path)
        {
            using var answer = await CallAsync(HttpMethod.Get, path);
            var text = await answer.Content.ReadAsStringAsync(Cancel);
            Assert.True(answer.IsSuccessStatusCode, text);
            return JsonNode.Parse(text)!;
        }

        public async Task<HttpResponseMessage> CallAsync(HttpMethod method, string path, object? body = null)
        {
            using var request = new HttpRequestMessage(method, $"/api/v1/{path}") { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", "dev") } };
            if (body is not null) request.Content = JsonContent.Create(body);
            return await Server.Http.SendAsync(request, Cancel);
        }

        public async ValueTask DisposeAsync()
        {
            reader.Dispose();
            await Server.DisposeAsync();
            await database.DisposeAsync();
            scratch.Dispose();
        }

        private async Task SendAsync(string path, string message)
        {
            using var answer = await Server.SendAsync($"/v1/{path}", message, Cancel);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            await SettleAsync();
        }
    }
}

public sealed class MailVisitsOnSqlite() : MailVisitTests(TestDatabase.Sqlite);

public sealed class MailVisitsOnPostgres() : MailVisitTests(TestDatabase.Postgres);
