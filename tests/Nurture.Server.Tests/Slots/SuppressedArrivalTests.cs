using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Slots;

/// <summary>
/// An address that may not be mailed is known in the batch in which its person arrives in a slot. The states that the server
/// leaves are made again at its end, so a replay decides the same.
/// </summary>
public abstract class SuppressedArrivalTests(ApiServer api)
{
    private const string Admins = """
        scenario: admins
        title: Admins
        owner: m@example.com
        subject: account
        class: service
        trigger: { condition: 'has_role("admin")' }
        goal: { when: 'account.event("setup_completed")', within: 14d }
        steps:
          - send: { template: hello, to: 'role("admin")', nobody: end }
        """;

    private const string Seated = """
        scenario: seated
        title: Admins with three seats
        owner: m@example.com
        class: service
        trigger: { condition: 'contact.role == "admin" && contact.seats == 3' }
        goal: { when: event("setup_completed"), within: 14d }
        steps:
          - send: hello
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_joins_a_company_is_suppressed_when_its_scenario_begins()
    {
        await PublishAsync();
        var ann = await api.PersonAsync("ann", "ann@a.example");
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "ann@a.example" });

        await TellAsync("group", """{"userId": "ann", "messageId": "a-2", "groupId": "acme", "traits": {"role": "admin"} }""");

        Assert.Empty((await api.GetAsync($"sends?contact={ann}"))["items"]!.AsArray());
        Assert.Contains("suppressed", await ReasonsAsync("admins"));
    }

    [Fact]
    public async Task Who_turns_out_to_be_somebody_brings_the_address()
    {
        await PublishAsync();
        await TellAsync("group", """{"userId": "bob", "messageId": "b-1", "groupId": "bolt", "traits": {"role": "admin"} }""");
        await TellAsync("identify", """{"userId": "robert", "messageId": "b-2", "traits": {"email": "bob@b.example", "seats": 3} }""");
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "bob@b.example" });

        await TellAsync("alias", """{"previousId": "robert", "userId": "bob", "messageId": "b-3"}""");

        Assert.Empty((await api.GetAsync("sends?scenario=seated"))["items"]!.AsArray());
        Assert.Contains("suppressed", await ReasonsAsync("seated"));
    }

    private async Task PublishAsync()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "admins.yaml", text = Admins }, new { file = "seated.yaml", text = Seated } } });
    }

    private async Task TellAsync(string kind, string message)
    {
        using var answer = await api.Server.SendAsync($"/v1/{kind}", message, Cancel);
        answer.EnsureSuccessStatusCode();
        await api.SettleAsync();
    }

    private async Task<IReadOnlyList<string>> ReasonsAsync(string scenario) =>
        [.. (await api.GetAsync($"journal?scenario={scenario}"))["items"]!.AsArray().Select(entry => entry!["reason"]!.GetValue<string>())];
}

public sealed class SuppressedArrivalOnSqlite(ApiServer api) : SuppressedArrivalTests(api), IClassFixture<ApiServer>;

public sealed class SuppressedArrivalOnPostgres(PostgresApiServer api) : SuppressedArrivalTests(api), IClassFixture<PostgresApiServer>;
