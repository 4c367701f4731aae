using System.Net;
using System.Text.Json.Nodes;
using Nurture.Harness;

namespace Nurture.EndToEnd;

/// <summary>README's walk against the started server: what the product is for, once through, with a kill in the middle.</summary>
public sealed class WalkTests
{
    private const string Scenario = "trial-onboarding";
    private const string Hanako = "hanako@acme.example";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Theory]
    [InlineData(TestDatabase.Sqlite)]
    [InlineData(TestDatabase.Postgres)]
    public async Task A_trial_is_welcomed_helped_remembered_and_forgotten(string databaseKind)
    {
        var cancel = TestContext.Current.CancellationToken;
        using var scratch = new ScratchFolder("walk");
        await using var sink = databaseKind == TestDatabase.Postgres ? SmtpSink.Start(scratch) : null;
        await using var server = await StartedServer.StartAsync(databaseKind, scratch, cancel, sink is null ? null : BySmtp(sink.Port));
        var client = server.Client;
        IMailbox mailbox = sink is null ? new BuiltInInbox(client) : sink;

        await SegmentSdk.SendAsync(server.Address, StartedServer.Key, SignUp("hanako", Hanako, "花子", "ja"), cancel);
        await SegmentSdk.SendAsync(server.Address, StartedServer.Key, SignUp("bob", "bob@beta.example", "Bob", "en"), cancel);

        var welcome = await MailAsync(mailbox, Hanako, 1, cancel);
        var english = await MailAsync(mailbox, "bob@beta.example", 1, cancel);
        Assert.Contains("花子", welcome.Text);
        Assert.Matches(@"\p{IsHiragana}", welcome.Subject);
        Assert.DoesNotMatch(@"\p{IsHiragana}", english.Subject);
        Assert.Contains("Bob", english.Text);

        var contact = await ContactAsync(client, Hanako, cancel);
        using (var clicked = await client.Public.GetAsync(welcome.FirstLink, cancel))
            Assert.Equal(HttpStatusCode.Redirect, clicked.StatusCode);
        await Poll.UntilAsync("the click shows on the send", Patience, async () =>
            Items(await client.GetAsync($"/api/v1/sends?contact={contact}&scenario={Scenario}", cancel)).Any(send => send["clicked_at"] is not null), cancel);

        await server.KillAndRestartAsync(cancel);
        Assert.Equal(contact, await ContactAsync(client, Hanako, cancel));

        await AdvanceAsync(client, "3d", cancel);
        var help = await AdvanceUntilMailAsync(client, mailbox, Hanako, 2, cancel);
        Assert.Matches(@"\p{IsHiragana}", help.Subject);
        Assert.NotEqual(welcome.Subject, help.Subject);

        var why = (await client.GetAsync($"/api/v1/explain?contact={contact}&scenario={Scenario}", cancel)).ToJsonString();
        Assert.Contains("timed_out", why);
        Assert.Contains("released", why);

        await UnsubscribeAsync(client, help, cancel);
        await AdvanceAsync(client, "14d", cancel);
        Assert.Equal(2, (await mailbox.ReadAsync(cancel)).Count(mail => mail.To == Hanako));
        Assert.True((await mailbox.ReadAsync(cancel)).Count(mail => mail.To == "bob@beta.example") >= 2);

        await server.KillAndRestartAsync(cancel);
        Assert.Equal(2, (await mailbox.ReadAsync(cancel)).Count(mail => mail.To == Hanako));

        await client.CallAsync(HttpMethod.Delete, $"/api/v1/contacts/{contact}", null, cancel);
        await Poll.UntilAsync("nothing of the person is left", Patience, async () =>
            await server.Database.CountAsync($"select count(*) from contacts where email = '{Hanako}' or name = '花子'", cancel) == 0
            && await server.Database.CountAsync($"select count(*) from sends where address = '{Hanako}'", cancel) == 0, cancel);
        Assert.Empty(Items(await client.GetAsync($"/api/v1/contacts?query={Uri.EscapeDataString(Hanako)}", cancel)));
    }

    internal static Dictionary<string, string?> BySmtp(int port) => new()
    {
        ["Nurture__Mail__Transport"] = "smtp",
        ["Nurture__Mail__Host"] = "127.0.0.1",
        ["Nurture__Mail__Port"] = $"{port}",
        ["Nurture__Mail__Security"] = "None",
    };

    private static IEnumerable<(string Call, JsonObject Message)> SignUp(string userId, string email, string name, string locale) =>
    [
        ("identify", new() { ["userId"] = userId, ["traits"] = new JsonObject { ["email"] = email, ["name"] = name, ["locale"] = locale } }),
        ("group", new() { ["userId"] = userId, ["groupId"] = $"company-of-{userId}", ["traits"] = new JsonObject { ["name"] = $"Company of {name}" } }),
        ("track", new() { ["userId"] = userId, ["event"] = "signed_up", ["properties"] = new JsonObject { ["plan"] = "trial" } }),
    ];

    /// <summary>The <paramref name="number"/>th mail to that address, counted from 1.</summary>
    private static Task<CaughtMail> MailAsync(IMailbox mailbox, string to, int number, CancellationToken cancel) =>
        Poll.ForAsync($"mail {number} to {to} has come", Patience, async () => (await mailbox.ReadAsync(cancel)).Where(mail => mail.To == to).ElementAtOrDefault(number - 1), cancel);

    /// <summary>Help goes out on a business morning, so it depends on today how far that is.</summary>
    private static async Task<CaughtMail> AdvanceUntilMailAsync(NurtureClient client, IMailbox mailbox, string to, int number, CancellationToken cancel)
    {
        for (var day = 0; day < 5; day++)
        {
            await AdvanceAsync(client, "1d", cancel);
            if ((await mailbox.ReadAsync(cancel)).Count(mail => mail.To == to) >= number)
                break;
        }
        return await MailAsync(mailbox, to, number, cancel);
    }

    private static Task AdvanceAsync(NurtureClient client, string by, CancellationToken cancel) =>
        client.CallAsync(HttpMethod.Post, $"/dev/clock/advance?by={by}", null, cancel);

    private static async Task UnsubscribeAsync(NurtureClient client, CaughtMail mail, CancellationToken cancel)
    {
        Assert.Equal("List-Unsubscribe=One-Click", mail.Headers["List-Unsubscribe-Post"]);
        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var answer = await client.Public.PostAsync(mail.OneClickUnsubscribe, form, cancel);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    private static async Task<long> ContactAsync(NurtureClient client, string email, CancellationToken cancel) =>
        Items(await client.GetAsync($"/api/v1/contacts?query={Uri.EscapeDataString(email)}", cancel)).Single()["id"]!.GetValue<long>();

    private static IEnumerable<JsonNode> Items(JsonNode page) => page["items"]!.AsArray()!;
}
