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

    [Rule(4)]
    [Fact]
    public async Task A_mail_that_asks_for_what_there_is_not_is_refused_and_says_where()
    {
        await api.PublishAsync();

        var (status, body) = await api.CallAsync(HttpMethod.Post, "scenarios", Files("""{{ if segment("gone") }}x{{ end }}"""));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Contains("segments.yaml defines no segment", body!.ToJsonString());
    }

    private const string Report = """,{"type":"track","userId":"ann","event":"report_created"}""";

    private Task<Storage.PublishedCatalog> CurrentAsync() => api.Server.Services.GetRequiredService<CatalogSource>().CurrentAsync(Cancel);

    private Task PublishMailAsync(string said) => api.DoAsync(HttpMethod.Post, "scenarios", Files(said));

    private static object Files(string said) => new { files = new[] { new { file = "hello.en.html", text = ApiServer.Mail.Replace("Welcome.", said, StringComparison.Ordinal) } } };
}
