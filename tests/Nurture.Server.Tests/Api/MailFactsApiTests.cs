using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Publishing;

namespace Nurture.Server.Tests.Api;

/// <summary>Mails that ask what conditions ask, published, counted and sent.</summary>
public sealed class MailFactsApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(4, 13)]
    [Fact]
    public async Task A_mail_that_counts_anew_is_sent_once_its_counters_are_filled_from_history()
    {
        await api.PublishAsync();
        await api.PersonAsync("ann", "ann@example.com", Report + Report + Report);

        await PublishMailAsync("""{{ count("report_created", "14d") }} reports""");
        await Poll.UntilAsync("the mail is live", TimeSpan.FromSeconds(30), async () => (await CurrentAsync()).Templates.Find("hello", "en")!.Text.Contains("reports", StringComparison.Ordinal), Cancel);
        using var answer = await api.Server.SendAsync("/v1/batch", $$"""{"batch":[{{ApiServer.SignUp("ann")[1..]}}]}""", Cancel);
        await api.SettleAsync();

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var caught = (await api.GetAsync("/dev/inbox?query=ann@example.com"))["items"]!.AsArray();
        Assert.Contains("3 reports", (await api.GetAsync($"/dev/inbox/{caught[0]!["id"]}")).ToJsonString());
        Assert.Empty((await CurrentAsync()).Preparing);
    }

    [Rule(4, 13)]
    [Fact]
    public async Task A_playbook_that_counts_anew_is_in_force_once_its_counters_are_filled()
    {
        await api.PublishAsync();
        await api.PersonAsync("cleo", "cleo@example.com");

        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "escalations.yaml", text = "types:\n  stuck: { title: Stuck, playbook: [ { task: Call, if: 'account.count(\"report_created\", \"7d\") == 0' } ] }\n" } } });
        await Poll.UntilAsync("the types are in force", TimeSpan.FromSeconds(30), async () => (await CurrentAsync()).Catalog.Escalations.Find("stuck") is not null, Cancel);

        var criterion = Assert.Single((await CurrentAsync()).Catalog.Escalations.Criteria);
        Assert.True((await CurrentAsync()).Catalog.CoveredSince.ContainsKey(criterion.Key));
    }

    [Rule(4)]
    [Fact]
    public async Task A_preview_for_somebody_real_counts_what_nothing_counted_before()
    {
        await api.PublishAsync();
        var ben = await api.PersonAsync("ben", "ben@example.com", Report.Replace("ann", "ben", StringComparison.Ordinal) + Report.Replace("ann", "ben", StringComparison.Ordinal));
        var text = ApiServer.Mail.Replace("Welcome.", """{{ count("report_created", "9d") }} reports, {{ ever("left") ? "gone" : "here" }}""", StringComparison.Ordinal);

        var real = await api.DoAsync(HttpMethod.Post, "templates/hello.en/preview", new { text, contact_id = ben });
        var invented = await api.DoAsync(HttpMethod.Post, "templates/hello.en/preview", new { text });

        Assert.StartsWith("2 reports, here", real["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.StartsWith("3 reports, gone", invented["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Rule(4, 11, 23)]
    [Fact]
    public async Task A_mail_is_told_what_happened_since_entry_under_another_name_too()
    {
        await api.PublishAsync();
        await PublishMailAsync("""{{ event("report_created") ? "used" : "unused" }}""");
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "told.yaml", text = Told } } });
        foreach (var user in new[] { "dora", "eve" })
        {
            await api.PersonAsync(user, $"{user}@example.com", Report.Replace("ann", user, StringComparison.Ordinal));
            await SendAsync($$$"""{"type":"track","userId":"{{{user}}}","event":"signed_up","properties":{"plan":"paid"}}""");
        }

        // Dora goes on in a browser that nobody knows, and signs in there.
        await SendAsync("""{"type":"track","anonymousId":"of-dora","event":"report_created"},{"type":"track","anonymousId":"of-dora","event":"setup_completed"},{"type":"track","userId":"eve","event":"setup_completed"}""");
        await SendAsync("""{"type":"identify","userId":"dora","anonymousId":"of-dora"}""");

        Assert.Contains(">used<", await MailOfAsync("dora@example.com"));
        Assert.Contains(">unused<", await MailOfAsync("eve@example.com"));
    }

    [Rule(4)]
    [Fact]
    public async Task A_mail_that_asks_for_what_there_is_not_is_refused_and_says_where()
    {
        await api.PublishAsync();

        var (status, body) = await api.CallAsync(HttpMethod.Post, "scenarios", Files("""{{ if segment("gone") }}x{{ end }}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("segments.yaml defines no segment", body!.ToJsonString());
    }

    private const string Told = """
        scenario: told
        title: Told
        owner: m@example.com
        class: transactional
        purpose: x
        goal: none
        trigger: { event: signed_up, where: trigger.plan == "paid" }
        steps:
          - wait: { for: event("setup_completed"), up_to: 3d }
          - send: hello
        """;

    private async Task SendAsync(string messages)
    {
        using var answer = await api.Server.SendAsync("/v1/batch", $$"""{"batch":[{{messages}}]}""", Cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await api.SettleAsync();
    }

    private async Task<string> MailOfAsync(string address)
    {
        var caught = Assert.Single((await api.GetAsync($"/dev/inbox?query={Uri.EscapeDataString(address)}"))["items"]!.AsArray());
        return System.Text.RegularExpressions.Regex.Unescape((await api.GetAsync($"/dev/inbox/{caught!["id"]}")).ToJsonString());
    }

    private const string Report = """,{"type":"track","userId":"ann","event":"report_created"}""";

    private Task<Storage.PublishedCatalog> CurrentAsync() => api.Server.Services.GetRequiredService<CatalogSource>().CurrentAsync(Cancel);

    private Task PublishMailAsync(string said) => api.DoAsync(HttpMethod.Post, "scenarios", Files(said));

    private static object Files(string said) => new { files = new[] { new { file = "hello.en.html", text = ApiServer.Mail.Replace("Welcome.", said, StringComparison.Ordinal) } } };
}
