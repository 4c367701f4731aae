using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Tests.Delivery;

namespace Nurture.Server.Tests.Tracking;

public sealed partial class TrackingTests : IAsyncLifetime
{
    private DeliveryRig rig = null!;
    private HttpClient http = null!;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        rig = await DeliveryRig.StartAsync();
        http = new HttpClient(new HttpClientHandler { AllowAutoRedirect = false });
    }

    public ValueTask DisposeAsync()
    {
        http.Dispose();
        return rig.DisposeAsync();
    }

    private sealed record Links(string Pixel, string Click, string Unsubscribe, string Html, string Text);

    /// <summary>Sends one mail and takes the links out of it.</summary>
    private async Task<Links> MailAsync(long contact, SendClass sendClass = SendClass.Marketing, string? topic = null, string locale = "en", string address = "bob@example.com")
    {
        await rig.PlanAsync(address, sendClass, locale: locale, contact: contact, topic: topic);
        await rig.DrainAsync();
        var mail = (await rig.InboxAsync()).EnumerateArray().Last(mail => mail.GetProperty("to").GetString() == address);
        var html = mail.GetProperty("html").GetString()!;
        var links = mail.GetProperty("links").EnumerateArray().Select(link => link.GetString()!).ToList();
        return new(Image().Match(html).Groups[1].Value, links.FirstOrDefault(link => link.Contains("/c/", StringComparison.Ordinal)) ?? "",
            links.FirstOrDefault(link => link.Contains("/u/", StringComparison.Ordinal)) ?? "", html, mail.GetProperty("text").GetString()!);
    }

    [GeneratedRegex("<img src=\"([^\"]+)\"")]
    private static partial Regex Image();

    private async Task<HttpResponseMessage> PostAsync(string url, params (string Name, string Value)[] form) =>
        await http.PostAsync(url, new FormUrlEncodedContent(form.Select(field => KeyValuePair.Create(field.Name, field.Value))), Cancel);

    private Task<string> RefusalsAsync() => rig.DumpAsync("select contact_id, topic from refusals order by 1, 2");

    private Task<long> EventsAsync(int kind) => rig.ScalarAsync<long>("select count(*) from events where kind = @kind", ("kind", kind));

    private const int Hit = 9, Refused = 10;

    [Fact]
    public async Task A_click_leads_on_and_is_recorded()
    {
        var links = await MailAsync(await rig.ContactAsync());

        var answer = await http.GetAsync(links.Click, Cancel);

        // The shipped policy counts this site as the company's own, so the visit goes along.
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.StartsWith("https://app.example.com/start?a=1&b=2&nu_visit=", answer.Headers.GetValues("Location").Single(), StringComparison.Ordinal);
        Assert.Equal(("no-store", "no-referrer"), (answer.Headers.CacheControl!.ToString(), answer.Headers.GetValues("Referrer-Policy").Single()));
        Assert.Equal(1, await EventsAsync(Hit));
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from sends where clicked_at is not null and opened_at is null"));
    }

    [Fact]
    public async Task The_pixel_is_always_a_picture()
    {
        var links = await MailAsync(await rig.ContactAsync());

        foreach (var url in new[] { links.Pixel, links.Pixel.Replace("/o/", "/o/x", StringComparison.Ordinal), rig.Server.Http.BaseAddress + "o/nothing", rig.Server.Http.BaseAddress + "o/.gif" })
        {
            var answer = await http.GetAsync(url, Cancel);
            Assert.Equal((HttpStatusCode.OK, "image/gif", "no-store"), (answer.StatusCode, answer.Content.Headers.ContentType!.MediaType, answer.Headers.CacheControl!.ToString()));
            Assert.StartsWith("GIF89a", System.Text.Encoding.ASCII.GetString(await answer.Content.ReadAsByteArrayAsync(Cancel)), StringComparison.Ordinal);
        }

        Assert.Equal(1, await EventsAsync(Hit));
        Assert.Equal(1, await rig.ScalarAsync<long>("select count(*) from sends where opened_at is not null and clicked_at is null"));
    }

    [Lesson(11, 20)]
    [Fact]
    public async Task Scanners_that_follow_every_link_a_hundred_times_change_nothing()
    {
        var links = await MailAsync(await rig.ContactAsync(), topic: "news");
        const string state = "select id, state, reason, not_before, attempts, reply, epoch from sends";
        var before = await rig.DumpAsync(state) + await RefusalsAsync() + await rig.DumpAsync("select * from contacts") + await rig.DumpAsync("select * from suppressions");

        foreach (var url in new[] { links.Pixel, links.Click, links.Unsubscribe })
            for (var i = 0; i < 100; i++)
            {
                using var request = new HttpRequestMessage(i % 2 == 0 ? HttpMethod.Get : HttpMethod.Head, url);
                request.Headers.UserAgent.ParseAdd("Mozilla/5.0 (scanner)");
                if (i % 5 == 0) request.Headers.Add("Sec-Purpose", "prefetch;prerender");
                using var answer = await http.SendAsync(request, Cancel);
                Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Found, $"{url}: {answer.StatusCode}");
            }

        Assert.Equal(before, await rig.DumpAsync(state) + await RefusalsAsync() + await rig.DumpAsync("select * from contacts") + await rig.DumpAsync("select * from suppressions"));
        Assert.Equal(200, await EventsAsync(Hit));
        Assert.Equal(200, await rig.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task What_surely_is_no_person_shows_in_the_events_only()
    {
        var links = await MailAsync(await rig.ContactAsync());

        await http.SendAsync(new HttpRequestMessage(HttpMethod.Head, links.Click), Cancel);

        Assert.Equal(1, await EventsAsync(Hit));
        Assert.Equal(0, await rig.ScalarAsync<long>("select count(*) from sends where clicked_at is not null"));
    }

    [Fact]
    public async Task One_click_unsubscribes_at_once_and_as_often_as_it_comes()
    {
        var contact = await rig.ContactAsync();
        var links = await MailAsync(contact);

        using var first = await PostAsync(links.Unsubscribe, ("List-Unsubscribe", "One-Click"));
        using var multipart = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        using var second = await http.PostAsync(links.Unsubscribe, multipart, Cancel);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.StatusCode, second.StatusCode));
        Assert.False(first.Headers.Contains("Set-Cookie"));
        Assert.Equal($"{contact}|*|\n", await RefusalsAsync());
        Assert.Equal(1, await EventsAsync(Refused));
        var (marketing, receipt) = (await rig.PlanAsync("bob@example.com", contact: contact), await rig.PlanAsync("bob@example.com", SendClass.Transactional, contact: contact));
        await rig.DrainAsync();
        Assert.Equal((SendState.Skipped, SendState.Sent), (await rig.StateAsync(marketing), await rig.StateAsync(receipt)));
    }

    [Fact]
    public async Task One_click_by_multipart_alone_is_heard_too()
    {
        var contact = await rig.ContactAsync();
        var links = await MailAsync(contact);

        using var multipart = new MultipartFormDataContent { { new StringContent("One-Click"), "List-Unsubscribe" } };
        using var answer = await http.PostAsync(links.Unsubscribe, multipart, Cancel);

        Assert.Equal($"{contact}|*|\n", await RefusalsAsync());
    }

    [Fact]
    public async Task A_topic_is_refused_alone_and_the_page_offers_the_way_back()
    {
        var contact = await rig.ContactAsync();
        var links = await MailAsync(contact, topic: "news & more");
        var page = await http.GetStringAsync(links.Unsubscribe, Cancel);
        Assert.Contains("Unsubscribe from “news &amp; more”", page, StringComparison.Ordinal);
        Assert.Equal("", await RefusalsAsync());

        using var refused = await PostAsync(links.Unsubscribe, ("answer", "refuse"));
        Assert.Contains("That was a mistake", await refused.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal($"{contact}|news & more|\n", await RefusalsAsync());
        using var all = await PostAsync(links.Unsubscribe, ("answer", "refuse-all"));
        Assert.Equal($"{contact}|*|\n{contact}|news & more|\n", await RefusalsAsync());
        using var undoneAll = await PostAsync(links.Unsubscribe, ("answer", "undo-all"));
        using var undone = await PostAsync(links.Unsubscribe, ("answer", "undo"));
        Assert.Equal("", await RefusalsAsync());
        Assert.Equal(4, await EventsAsync(Refused));
    }

    [Fact]
    public async Task The_page_speaks_the_mails_language()
    {
        var links = await MailAsync(await rig.ContactAsync(), locale: "ja", address: "hanako@example.jp");

        var page = await http.GetStringAsync(links.Unsubscribe, Cancel);
        using var done = await PostAsync(links.Unsubscribe, ("answer", "refuse-all"));

        Assert.Contains("<html lang=\"ja\">", page, StringComparison.Ordinal);
        Assert.Contains("メールの配信を停止しますか", page, StringComparison.Ordinal);
        Assert.Contains("メールの配信を停止しました。", await done.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_says_nothing_is_asked_again()
    {
        var links = await MailAsync(await rig.ContactAsync());

        using var empty = await PostAsync(links.Unsubscribe);
        using var other = await PostAsync(links.Unsubscribe, ("List-Unsubscribe", "Maybe"));
        using var json = await http.PostAsync(links.Unsubscribe, new StringContent("{}", new MediaTypeHeaderValue("application/json")), Cancel);
        using var broken = await http.PostAsync(links.Unsubscribe, new StringContent("--x\r\nnonsense", new MediaTypeHeaderValue("multipart/form-data") { Parameters = { new("boundary", "x") } }), Cancel);
        using var large = await http.PostAsync(links.Unsubscribe, new StringContent("a=" + new string('x', 100_000), new MediaTypeHeaderValue("application/x-www-form-urlencoded")), Cancel);

        Assert.All(new[] { empty, other, json, broken }, answer => Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode));
        Assert.True((int)large.StatusCode is 400 or 413, $"{large.StatusCode}");
        Assert.Equal("", await RefusalsAsync());
    }

    [Fact]
    public async Task Tampered_tokens_lead_nowhere()
    {
        var links = await MailAsync(await rig.ContactAsync());

        foreach (var url in new[] { links.Click, links.Unsubscribe })
        {
            var at = url.LastIndexOf('/') + 1;
            foreach (var i in new[] { 0, 1, 3, 10, 30, url.Length - at - 1 })
            {
                var c = url[at + i];
                var tampered = $"{url[..(at + i)]}{(c == 'A' ? 'B' : 'A')}{url[(at + i + 1)..]}";
                using var answer = await http.GetAsync(tampered, Cancel);
                using var posted = await PostAsync(tampered, ("List-Unsubscribe", "One-Click"));
                Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
                Assert.False(answer.Headers.Contains("Location"));
                Assert.True(posted.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.MethodNotAllowed);
            }
        }

        // A click's token is no way out, and the other way round.
        using var swapped = await http.GetAsync(links.Click.Replace("/c/", "/u/", StringComparison.Ordinal), Cancel);
        using var back = await http.GetAsync(links.Unsubscribe.Replace("/u/", "/c/", StringComparison.Ordinal), Cancel);
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (swapped.StatusCode, back.StatusCode));
        Assert.Equal("", await RefusalsAsync());
        Assert.Equal(0, await EventsAsync(Hit));
    }

    [Fact]
    public async Task After_an_erasure_links_work_and_nothing_is_recorded()
    {
        var contact = await rig.ContactAsync();
        var links = await MailAsync(contact);
        await rig.ExecuteAsync("update contacts set erased_at = 1, status = 2 where id = @id", ("id", contact));
        await rig.ExecuteAsync("update sends set address = null");

        using var click = await http.GetAsync(links.Click, Cancel);
        using var pixel = await http.GetAsync(links.Pixel, Cancel);
        using var refusal = await PostAsync(links.Unsubscribe, ("List-Unsubscribe", "One-Click"));
        await rig.ExecuteAsync("delete from outbox");
        await rig.ExecuteAsync("delete from sends");
        using var later = await http.GetAsync(links.Click, Cancel);
        using var page = await http.GetAsync(links.Unsubscribe, Cancel);

        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.OK, HttpStatusCode.OK), (click.StatusCode, pixel.StatusCode, refusal.StatusCode));
        Assert.Equal((HttpStatusCode.Found, HttpStatusCode.OK), (later.StatusCode, page.StatusCode));
        Assert.Equal(0, await rig.ScalarAsync<long>("select count(*) from events"));
    }

    [Fact]
    public async Task Transactional_mail_is_not_tracked_and_has_no_way_out()
    {
        var links = await MailAsync(await rig.ContactAsync(), SendClass.Transactional);

        Assert.Equal(("", "", ""), (links.Pixel, links.Click, links.Unsubscribe));
        Assert.Contains("href=\"https://app.example.com/start?a=1&amp;b=2\"", links.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task In_html_links_are_tracked_but_those_that_ask_not_to_be_and_plain_text_shows_where_they_lead()
    {
        var links = await MailAsync(await rig.ContactAsync());

        Assert.Contains("href=\"mailto:help@example.com\"", links.Html, StringComparison.Ordinal);
        Assert.Contains("href=\"https://example.com/plain\"", links.Html, StringComparison.Ordinal);
        Assert.DoesNotContain("app.example.com", links.Html, StringComparison.Ordinal);
        Assert.Contains("https://app.example.com/start?a=1&b=2", links.Text, StringComparison.Ordinal);
        Assert.Contains(links.Unsubscribe, links.Text, StringComparison.Ordinal);
        Assert.DoesNotContain("/c/", links.Text, StringComparison.Ordinal);
        Assert.Contains("Sample Inc.", links.Text, StringComparison.Ordinal);
        Assert.Contains("1-2-3 Chiyoda, Tokyo", links.Html, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unsubscribe_at_any_moment_stops_what_is_claimed_later()
    {
        var random = new Random(11);
        var contacts = new List<long>();
        var links = new Dictionary<long, string>();
        for (var i = 0; i < 12; i++)
        {
            contacts.Add(await rig.ContactAsync());
            links[contacts[^1]] = (await MailAsync(contacts[^1], address: $"first{i}@example.com")).Unsubscribe;
        }
        foreach (var contact in contacts)
            for (var i = 0; i < 15; i++) await rig.PlanAsync($"{contact}-{i}@example.com", contact: contact);

        var answered = new Dictionary<long, long>();
        var draining = rig.DrainAsync();
        foreach (var contact in contacts.OrderBy(_ => random.Next()))
        {
            using var answer = await PostAsync(links[contact], ("List-Unsubscribe", "One-Click"));
            // What is claimed from here on was claimed after the answer: it is still planned now.
            answered[contact] = await rig.ScalarAsync<long>("select count(*) from sends s join outbox o on o.slot = s.slot and o.id = s.id where s.recipient_id = @id and o.state = 1", ("id", contact));
        }
        await draining;
        await rig.DrainAsync();

        foreach (var contact in contacts)
        {
            var skipped = await rig.ScalarAsync<long>("select count(*) from sends where recipient_id = @id and state = 7 and reason = 52", ("id", contact));
            Assert.True(skipped >= answered[contact], $"contact {contact}: {answered[contact]} were planned when the answer came, {skipped} did not leave");
        }
    }
}
