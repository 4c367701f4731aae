using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Storage;

namespace Nurture.Server.Tests.Api;

/// <summary>Two accounts of one customer become one, while everything runs.</summary>
public abstract class AccountMergeApiTests(ApiServer api)
{
    private const string Types = """
        types:
          drop: { title: Health has dropped, hold: { max: 21d, quiet: 3d }, outcomes: [ saved, lost ], playbook: [ Call them ] }
          billing: { title: An invoice is open, family: money, hold: none, outcomes: [ paid ] }
        """;

    private const string Plan = """
        events:
          signed_up:
            description: Began.
            properties:
              plan: text
          setup_completed: { description: Done. }
          stuck: { description: Cannot go on. }
          quiet: { description: Says nothing. }
          overdue: { description: Has not paid. }
          used: { description: Used it. }
        contact:
          seats: number
        account:
          tier: text
        """;

    private static string Calling(string name, string trigger, string type, string outcome) => $$"""
        scenario: {{name}}
        title: {{name}}
        owner: m@example.com
        subject: account
        class: transactional
        purpose: x
        trigger: { event: {{trigger}} }
        reentry: every time
        goal: none
        exit: [ 'account.count("used", "30d") >= 40' ]
        steps:
          - escalate: { type: {{type}}, because: They said so, up_to: 30d }
            outcome:
              {{outcome}}:
                - send: { template: hello, to: trigger.contact, nobody: end }
              otherwise: []
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Rule(11)]
    [Fact]
    public async Task Accounts_become_one_with_their_people_passages_and_cases()
    {
        await PublishAsync();
        var (old, oldPerson) = await CompanyAsync("acme", "stuck");
        var (stays, newPerson) = await CompanyAsync("acme-corp", "quiet");
        await api.PersonAsync("acme", "acme@a.example", """,{"type":"track","userId":"acme","event":"overdue"}""");
        var manager = await api.SignedInAsync(Role.CsManager);

        var preview = await manager.DoAsync(HttpMethod.Get, $"accounts/{old}/merge?into={stays}");
        Assert.Equal((1, 2, 2), (preview["from"]!["people"]!.GetValue<int>(), preview["from"]!["enrollments"]!.GetValue<int>(), preview["from"]!["open_cases"]!.AsArray().Count));
        var kept = preview["from"]!["open_cases"]!.AsArray().Single(open => open!["becomes"] is not null)!["id"]!.GetValue<string>();
        var part = preview["into"]!["open_cases"]!.AsArray().Single()!["id"]!.GetValue<string>();
        await DoAsync(manager, HttpMethod.Post, $"accounts/{old}/merge", new { into = stays });

        var gone = await api.GetAsync($"accounts/{old}");
        Assert.Equal((stays, "acme"), (gone["merged_into"]!.GetValue<long>(), gone["external_id"]!.GetValue<string>()));
        Assert.Empty(gone["people"]!.AsArray());
        var shown = await api.GetAsync($"accounts/{stays}");
        Assert.Equal(new[] { oldPerson, newPerson }.Order(), shown["people"]!.AsArray().Select(person => person!["id"]!.GetValue<long>()).Order());
        Assert.Equal([stays], (await api.GetAsync($"contacts/{oldPerson}"))["accounts"]!.AsArray().Select(account => account!["id"]!.GetValue<long>()));
        // By the id that it had, and only once.
        Assert.Equal([stays], (await api.GetAsync("accounts?query=acme"))["items"]!.AsArray().Select(account => account!["id"]!.GetValue<long>()).Distinct());

        var open = (await manager.DoAsync(HttpMethod.Get, $"escalations?account={stays}"))["items"]!.AsArray();
        Assert.Equal(["billing", "drop"], open.Select(item => item!["type"]!.GetValue<string>()).Order());
        Assert.Contains(open, item => item!["id"]!.GetValue<string>() == kept);
        var closed = await manager.DoAsync(HttpMethod.Get, $"escalations/{part}");
        Assert.Equal(("merged", kept), (closed["outcome"]!.GetValue<string>(), closed["merged_into"]!.GetValue<string>()));
        var whole = await manager.DoAsync(HttpMethod.Get, $"escalations/{kept}");
        Assert.Equal(["evidence", "evidence", "merged"], whole["story"]!.AsArray().Select(entry => entry!["kind"]!.GetValue<string>()).Order());
        Assert.Equal(["Call them"], whole["tasks"]!.AsArray().Select(task => task!["title"]!.GetValue<string>()));
        Assert.Single(whole["holds"]!.AsArray());
        Assert.Equal(["dunning", "rescue", "watch"], shown["enrollments"]!.AsArray().Select(enrollment => enrollment!["scenario"]!.GetValue<string>()).Order());

        // What was told of the one is in the other's story, and what comes later too.
        await api.PersonAsync("late", "late@a.example", """,{"type":"group","userId":"late","groupId":"acme","traits":{"tier":"high"}}""");
        var story = (await api.GetAsync($"accounts/{stays}/timeline?limit=200"))["items"]!.ToJsonString();
        Assert.Contains("account_merged", story, StringComparison.Ordinal);
        Assert.Contains("acme-first", story, StringComparison.Ordinal);
        Assert.Equal(("high", 3), ((await api.GetAsync($"accounts/{stays}"))["tier"]!.GetValue<string>(), (await api.GetAsync($"accounts/{stays}"))["people"]!.AsArray().Count));

        await DoAsync(manager, HttpMethod.Post, $"escalations/{kept}/close", new { outcome = "saved" });
        foreach (var (person, scenario) in new[] { (oldPerson, "rescue"), (newPerson, "watch") })
            Assert.Contains((await api.GetAsync($"sends?contact={person}"))["items"]!.AsArray(), send => send!["scenario"]!.GetValue<string>() == scenario);
        Assert.Contains(await api.AuditAsync(), row => row.EndsWith($"account.merged account:{old}", StringComparison.Ordinal));
    }

    [Rule(11)]
    [Fact]
    public async Task How_the_health_of_the_one_was_is_told_beside_that_of_the_other()
    {
        await PublishAsync();
        var (old, _) = await CompanyAsync("former", "signed_up");
        var (stays, _) = await CompanyAsync("current", "signed_up");
        foreach (var (account, score) in new[] { (old, 80), (stays, 20) })
            await api.Server.WriteAsync($"insert into health_history (account_id, at, score, band, cause) values ({account}, {score}, {score}, 1, 1)", Cancel);

        await api.DoAsync(HttpMethod.Post, $"accounts/{old}/merge", new { into = stays });

        var points = await api.Server.Services.GetRequiredService<HealthStore>().HistoryAsync(stays, DateTimeOffset.UnixEpoch, 10, Cancel);
        Assert.Equal([(20d, null), (80d, "former")], points.Select(point => (point.Score!.Value, point.Former)));
    }

    [Fact]
    public async Task What_cannot_be_merged_is_refused_with_the_reason()
    {
        await PublishAsync();
        var (one, _) = await CompanyAsync("one", "used");
        var (other, _) = await CompanyAsync("other", "used");
        var (third, _) = await CompanyAsync("third", "used");

        Assert.Equal("missing-field", await RefusedAsync(one, new { }, HttpStatusCode.BadRequest));
        Assert.Equal("same-account", await RefusedAsync(one, new { into = one }, HttpStatusCode.Conflict));
        Assert.Equal("not-found", await RefusedAsync(one, new { into = 999999 }, HttpStatusCode.NotFound));
        Assert.Equal("not-found", await RefusedAsync(999999, new { into = one }, HttpStatusCode.NotFound));
        await api.DoAsync(HttpMethod.Post, $"accounts/{one}/merge", new { into = other });
        Assert.Equal("already-merged", await RefusedAsync(one, new { into = third }, HttpStatusCode.Conflict));
        Assert.Equal("already-merged", await RefusedAsync(third, new { into = one }, HttpStatusCode.Conflict));

        // What the first was named by leads to where it is in the end.
        await api.DoAsync(HttpMethod.Post, $"accounts/{other}/merge", new { into = third });
        Assert.Equal(third, (await api.GetAsync($"accounts/{one}"))["merged_into"]!.GetValue<long>());
        await api.DoAsync(HttpMethod.Patch, $"accounts/{one}", new { attributes = new { tier = "low" } });
        Assert.Equal(("low", 3), ((await api.GetAsync($"accounts/{third}"))["tier"]!.GetValue<string>(), (await api.GetAsync($"accounts/{third}"))["people"]!.AsArray().Count));

        Task<string> RefusedAsync(long id, object body, HttpStatusCode status) => api.ProblemAsync(HttpMethod.Post, $"accounts/{id}/merge", body, status);
    }

    [Fact]
    public async Task Accounts_that_merge_while_events_come_lose_none_and_count_none_twice()
    {
        await PublishAsync();
        var (old, _) = await CompanyAsync("busy", "stuck");
        var (stays, _) = await CompanyAsync("calm", "signed_up");

        // Half of the forty have happened when the two become one, and all of them count.
        var senders = Enumerable.Range(0, 4).Select(async sender =>
        {
            for (var i = 0; i < 10; i++)
            {
                using var answer = await api.Server.SendAsync("/v1/batch",
                    $$$"""{"batch":[{"type":"identify","userId":"b{{{sender}}}-{{{i}}}","traits":{"email":"b{{{sender}}}-{{{i}}}@a.example"}},{"type":"group","userId":"b{{{sender}}}-{{{i}}}","groupId":"busy"},{"type":"track","userId":"b{{{sender}}}-{{{i}}}","event":"used","context":{"groupId":"{{{(i % 2 == 0 ? "busy" : "calm")}}}"}}]}""", Cancel);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                if (sender == 0 && i == 4) await api.CallAsync(HttpMethod.Post, $"accounts/{old}/merge", new { into = stays });
            }
        });
        await Task.WhenAll(senders);
        await api.SettleAsync();

        Assert.Equal(42, (await api.GetAsync($"accounts/{stays}"))["people"]!.AsArray().Count);
        Assert.Empty((await api.GetAsync($"accounts/{old}"))["people"]!.AsArray());
        // Of its passages one waited for a case until it was used forty times.
        Assert.Contains("exit_true", (await api.GetAsync($"accounts/{stays}/timeline?limit=500"))["items"]!.AsArray().Select(moment => moment!["code"]?.GetValue<string>()));
    }

    [Fact]
    public async Task Who_is_forgotten_after_the_merge_is_forgotten_in_what_both_were()
    {
        await PublishAsync();
        var (old, person) = await CompanyAsync("secret", "stuck");
        var (stays, _) = await CompanyAsync("open", "signed_up");
        await api.DoAsync(HttpMethod.Post, $"accounts/{old}/merge", new { into = stays });

        await api.DoAsync(HttpMethod.Post, $"contacts/{person}/erasure");
        await Poll.UntilAsync("the erasure is over", TimeSpan.FromSeconds(60), async () => await api.Server.CountAsync("contacts where is_erasing = 1", Cancel) == 0, Cancel);

        await using var connection = await api.Server.Database.OpenAsync(Cancel);
        await using var command = connection.CreateCommand();
        command.CommandText = "select payload from events union all select doc from states union all select doc from state_rests";
        await using var reader = await command.ExecuteReaderAsync(Cancel);
        while (await reader.ReadAsync(Cancel))
            Assert.DoesNotContain("secret-first", System.Text.Encoding.UTF8.GetString((byte[])reader[0]), StringComparison.Ordinal);
    }

    /// <summary>A company of one person, who did something that says of itself whose it was.</summary>
    private async Task<(long Account, long Contact)> CompanyAsync(string name, string happened)
    {
        var contact = await api.PersonAsync(name, $"{name}@a.example",
            $$$""",{"type":"group","userId":"{{{name}}}","groupId":"{{{name}}}","traits":{"name":"{{{name}}}"}},{"type":"track","userId":"{{{name}}}","event":"{{{happened}}}","properties":{"note":"{{{name}}}-first"}}""");
        return ((await api.GetAsync($"accounts?query={name}"))["items"]!.AsArray().Single(account => account!["external_id"]!.GetValue<string>() == name)!["id"]!.GetValue<long>(), contact);
    }

    private async Task PublishAsync()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new
        {
            files = new[]
            {
                new { file = "events.yaml", text = Plan }, new { file = "escalations.yaml", text = Types },
                new { file = "rescue.yaml", text = Calling("rescue", "stuck", "drop", "saved") }, new { file = "watch.yaml", text = Calling("watch", "quiet", "drop", "saved") }, new { file = "dunning.yaml", text = Calling("dunning", "overdue", "billing", "paid") },
            },
        });
    }

    private async Task DoAsync(Browser browser, HttpMethod method, string path, object? body = null)
    {
        var (status, answer) = await browser.CallAsync(method, path, body);
        Assert.True((int)status is >= 200 and < 300, $"{method} {path}: {status} {answer}");
        await api.SettleAsync();
    }
}

public sealed class AccountMergeApiOnSqlite(ApiServer api) : AccountMergeApiTests(api), IClassFixture<ApiServer>;

public sealed class AccountMergeApiOnPostgres(PostgresApiServer api) : AccountMergeApiTests(api), IClassFixture<PostgresApiServer>;
