using System.Text;
using System.Text.Json.Nodes;
using Nurture.Notices;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Notices;

/// <summary>Mail to colleagues, from its cause to the mailbox.</summary>
public abstract class NoticeApiTests(ApiServer api)
{
    private const string Types = """
        types:
          drop: { title: Health has dropped, sla: { acknowledge: 4h }, hold: none }
          pool: { title: Somebody is needed, family: pool, assign: queue, sla: { acknowledge: 4h }, hold: none }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_owner_of_a_new_case_is_mailed_once_and_led_to_it()
    {
        using var owner = await OwnerAsync("owner");

        var id = await CaseAsync("owner", "drop");

        var mail = Assert.Single(await MailsToAsync("owner@example.com", "owner,"))!;
        Assert.Equal("A case for you: owner, Health has dropped", mail["subject"]!.GetValue<string>());
        Assert.Contains($"/escalations/{id}", Assert.Single(mail["links"]!.AsArray())!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains($"/escalations/{id}", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Equal("auto-generated", mail["headers"]!["Auto-Submitted"]!.GetValue<string>());
        Assert.DoesNotContain(mail["headers"]!.AsObject(), header => header.Key.StartsWith("List-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Whom_a_case_is_handed_to_is_mailed_in_his_language()
    {
        using var owner = await OwnerAsync("giver");
        using var taker = await api.SignedInAsync(Role.Csm, "taker@example.com");
        await taker.DoAsync(HttpMethod.Patch, "me", new { locale = "ja" });
        var id = await CaseAsync("giver", "drop");

        await owner.DoAsync(HttpMethod.Post, $"escalations/{id}/assign", new { assignee = "taker@example.com" });
        await api.SettleAsync();

        var mail = Assert.Single(await MailsToAsync("taker@example.com", "giver"))!;
        Assert.Equal("【要対応】giver:Health has dropped", mail["subject"]!.GetValue<string>());
        Assert.Contains("giver@example.com からあなたに引き継がれました", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Everybody_who_may_work_a_queue_is_mailed_once_of_a_case_that_nobody_took()
    {
        using var csm = await api.SignedInAsync(Role.Csm, "pool-csm@example.com");
        using var viewer = await api.SignedInAsync(Role.Viewer, "pool-viewer@example.com");
        await PublishAsync();
        await CaseAsync("pool", "pool");

        await AdvanceAsync("8h");

        Assert.Equal("Nobody has taken a case: pool, Somebody is needed", Assert.Single(await MailsToAsync("pool-csm@example.com", "pool,"))!["subject"]!.GetValue<string>());
        Assert.Empty(await MailsToAsync("pool-viewer@example.com", "pool,"));
    }

    [Fact]
    public async Task A_case_that_was_put_aside_is_called_to_mind_as_much_later()
    {
        using var owner = await OwnerAsync("aside");
        var id = await CaseAsync("aside", "drop");
        var opened = (await api.GetAsync($"escalations/{id}"))["opened_at"]!.GetValue<DateTimeOffset>();

        await owner.DoAsync(HttpMethod.Post, $"escalations/{id}/snooze", new { until = opened.AddHours(20), because = "They are away" });
        await api.SettleAsync();

        var shown = await api.GetAsync($"escalations/{id}");
        var pause = Assert.Single(shown["pauses"]!.AsArray())!;
        var stood = pause["until"]!.GetValue<DateTimeOffset>() - pause["from"]!.GetValue<DateTimeOffset>();
        Assert.Equal(opened.AddHours(4) + stood, shown["acknowledge_by"]!.GetValue<DateTimeOffset>());
        await AdvanceAsync("22h");
        Assert.Empty(await MailsToAsync("aside@example.com", "Nobody"));
        await AdvanceAsync("4h");
        Assert.Single(await MailsToAsync("aside@example.com", "Nobody"));
    }

    [Fact]
    public async Task A_mail_that_nobody_needs_any_more_is_skipped_and_says_why()
    {
        using var taken = await OwnerAsync("taken");
        using var quiet = await OwnerAsync("quiet");
        await quiet.DoAsync(HttpMethod.Patch, "me", new { has_case_mails = false });
        await api.DoAsync(HttpMethod.Post, "sending/stop");
        var id = await CaseAsync("taken", "drop");
        await CaseAsync("quiet", "drop");
        await taken.DoAsync(HttpMethod.Post, $"escalations/{id}/acknowledge");
        await api.SettleAsync();

        await api.DoAsync(HttpMethod.Post, "sending/start");

        Assert.Equal("case_taken", await ReasonOfAsync("taken@example.com", "notice-case"));
        Assert.Equal("case_mails_off", await ReasonOfAsync("quiet@example.com", "notice-case"));
        Assert.False((await quiet.DoAsync(HttpMethod.Get, "me"))["has_case_mails"]!.GetValue<bool>());
    }

    [Rule(41)]
    [Fact]
    public async Task The_owner_is_mailed_once_of_a_reply_for_which_the_account_is_held()
    {
        using var owner = await OwnerAsync("written-to");
        await owner.DoAsync(HttpMethod.Patch, "me", new { locale = "ja" });
        await InCompanyAsync("writer", "written-to@example.com");

        await api.DoAsync(HttpMethod.Post, "replies", new { email = "writer@customer.example", kind = "automatic" });
        Assert.Empty(await MailsToAsync("written-to@example.com", "writer"));
        await api.DoAsync(HttpMethod.Post, "replies", new { email = "writer@customer.example", kind = "human", message_id = "<1@customer.example>" });
        await api.DoAsync(HttpMethod.Post, "replies", new { email = "writer@customer.example", kind = "human", message_id = "<2@customer.example>" });

        var mail = Assert.Single(await MailsToAsync("written-to@example.com", "writer"))!;
        Assert.Equal("【返信あり】writer", mail["subject"]!.GetValue<string>());
        Assert.Contains("自動配信を 20", mail["text"]!.GetValue<string>(), StringComparison.Ordinal);
        Assert.Contains("/accounts/", Assert.Single(mail["links"]!.AsArray())!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Of_a_reply_to_an_account_whose_owner_does_not_work_here_everybody_is_mailed_who_works_cases()
    {
        using var csm = await api.SignedInAsync(Role.Csm, "reply-csm@example.com");
        using var viewer = await api.SignedInAsync(Role.Viewer, "reply-viewer@example.com");
        await PublishAsync();
        await InCompanyAsync("orphan", "gone@example.com");

        await api.DoAsync(HttpMethod.Post, "replies", new { email = "orphan@customer.example", kind = "human" });

        Assert.Equal("A reply: orphan", Assert.Single(await MailsToAsync("reply-csm@example.com", "orphan"))!["subject"]!.GetValue<string>());
        Assert.Empty(await MailsToAsync("reply-viewer@example.com", "orphan"));
        Assert.Empty(await MailsToAsync("gone@example.com"));
    }

    [Fact]
    public async Task Both_owners_are_told_of_an_account_that_changes_hands_with_a_task_and_nobody_without()
    {
        using var before = await OwnerAsync("hands");
        using var after = await api.SignedInAsync(Role.Csm, "next-hands@example.com");
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "call-hands.yaml", text = Calling("hands").Replace("escalate: hands", "task: { title: Call them }", StringComparison.Ordinal) } } });
        await InCompanyAsync("idle-hands", "hands@example.com");
        await InCompanyAsync("busy-hands", "hands@example.com");
        await api.PersonAsync("busy-hands", "busy-hands@customer.example", """,{"type":"track","userId":"busy-hands","event":"signed_up","properties":{"plan":"hands"}}""");

        foreach (var name in new[] { "idle-hands", "busy-hands" }) await InCompanyAsync(name, "next-hands@example.com");
        await api.SettleAsync();

        foreach (var owner in new[] { "hands@example.com", "next-hands@example.com" })
        {
            Assert.Single(await MailsToAsync(owner, "busy-hands"));
            Assert.Empty(await MailsToAsync(owner, "idle-hands"));
        }
    }

    [Fact]
    public async Task An_invitation_is_mailed_with_a_link_of_its_own_and_the_first_one_used_ends_the_other()
    {
        await PublishAsync();
        var admin = await api.FirstAdminAsync();
        var invited = await admin.DoAsync(HttpMethod.Post, "users", new { email = "new@example.com", role = "csm", locale = "en" });
        await api.SettleAsync();
        var mailed = Assert.Single(Assert.Single(await MailsToAsync("new@example.com"))!["links"]!.AsArray())!.GetValue<string>();
        var shown = invited["link"]!.GetValue<string>();

        using var browser = new Browser(api.Server);
        await browser.WelcomeAsync(mailed, name: "New");

        Assert.True(invited["is_mailed"]!.GetValue<bool>());
        Assert.NotEqual(Browser.KeyOf(shown), Browser.KeyOf(mailed));
        Assert.True(await browser.IsInAsync());
        using var other = new Browser(api.Server);
        Assert.Equal("link-over", await other.ProblemAsync(HttpMethod.Post, "session/link", new { key = Browser.KeyOf(shown) }));
        Assert.DoesNotContain(Browser.KeyOf(mailed), await LedgerAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_invitation_that_was_used_before_its_mail_left_is_not_mailed()
    {
        await PublishAsync();
        await api.DoAsync(HttpMethod.Post, "sending/stop");
        var invited = await (await api.FirstAdminAsync()).DoAsync(HttpMethod.Post, "users", new { email = "quick@example.com", role = "csm" });
        using var browser = new Browser(api.Server);
        await browser.WelcomeAsync(invited["link"]!.GetValue<string>());

        await api.DoAsync(HttpMethod.Post, "sending/start");

        Assert.Equal("link_over", await ReasonOfAsync("quick@example.com", "notice-invitation"));
        Assert.Empty(await MailsToAsync("quick@example.com"));
    }

    private async Task<Browser> OwnerAsync(string name)
    {
        var owner = await api.SignedInAsync(Role.Csm, $"{name}@example.com");
        await PublishAsync();
        return owner;
    }

    private async Task PublishAsync()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new
        {
            files = new[]
            {
                new { file = "escalations.yaml", text = Types }, new { file = "call-drop.yaml", text = Calling("drop") }, new { file = "call-pool.yaml", text = Calling("pool") },
            },
        });
    }

    private static string Calling(string type) => $$"""
        scenario: call-{{type}}
        title: Call
        owner: m@example.com
        subject: account
        class: service
        trigger: { event: signed_up, where: trigger.plan == "{{type}}" }
        goal: { when: event("setup_completed"), within: 60d }
        steps:
          - escalate: {{type}}
        """;

    /// <summary>A case of a company of that name, whose owner has an address of that name.</summary>
    private async Task<string> CaseAsync(string name, string type)
    {
        await api.PersonAsync(name, $"{name}@customer.example",
            $$$""",{"type":"group","userId":"{{{name}}}","groupId":"g-{{{name}}}","traits":{"name":"{{{name}}}","owner":"{{{name}}}@example.com"}},{"type":"track","userId":"{{{name}}}","event":"signed_up","properties":{"plan":"{{{type}}}"}}""");
        var account = (await api.GetAsync($"accounts?query=g-{name}"))["items"]!.AsArray().Single()!["id"]!.GetValue<long>();
        return Assert.Single((await api.GetAsync($"escalations?account={account}"))["items"]!.AsArray())!["id"]!.GetValue<string>();
    }

    private Task<long> InCompanyAsync(string name, string owner) => api.PersonAsync(name, $"{name}@customer.example",
        $$$""",{"type":"group","userId":"{{{name}}}","groupId":"g-{{{name}}}","traits":{"name":"{{{name}}}","owner":"{{{owner}}}"}}""");

    private async Task<IReadOnlyList<JsonNode>> MailsToAsync(string address, string about = "")
    {
        var inbox = JsonNode.Parse(await api.Server.Http.GetStringAsync("/dev/inbox.json", Cancel))!.AsArray();
        return [.. inbox.Where(mail => mail!["to"]!.GetValue<string>() == address && mail["subject"]!.GetValue<string>().Contains(about, StringComparison.Ordinal))!];
    }

    private async Task<string?> ReasonOfAsync(string address, string template) =>
        Assert.Single((await api.GetAsync($"sends?scenario={Notice.Scenario}&template={template}&state=skipped&limit=500"))["items"]!.AsArray(), send => send!["address"]!.GetValue<string>() == address)!["reason"]!.GetValue<string>();

    /// <summary>All that the ledger keeps of notices, as text.</summary>
    private async Task<string> LedgerAsync()
    {
        await using var connection = await api.Server.Database.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select inputs, coalesce(reply, ''), coalesce(message_id, '') from sends where scenario = 'nurture.notice'";
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        var kept = new StringBuilder();
        while (await reader.ReadAsync(Cancel)) kept.Append(Encoding.UTF8.GetString(reader.GetFieldValue<byte[]>(0))).Append(reader.GetString(1)).Append(reader.GetString(2)).Append('\n');
        return kept.ToString();
    }

    private async Task AdvanceAsync(string by)
    {
        using var moved = await api.Server.Http.PostAsync($"/dev/clock/advance?by={by}", null, Cancel);
        Assert.True(moved.IsSuccessStatusCode);
    }
}

public sealed class NoticeApiOnSqlite(ApiServer api) : NoticeApiTests(api), IClassFixture<ApiServer>;

public sealed class NoticeApiOnPostgres(PostgresApiServer api) : NoticeApiTests(api), IClassFixture<PostgresApiServer>;
