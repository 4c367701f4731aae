using System.Net;
using System.Text.Json.Nodes;
using Nurture.Harness;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Bulk;

/// <summary>Starting many by hand and working on many passages: counted first, done once confirmed. Each class is checked to be what its events make.</summary>
public abstract class BulkApiTests(ApiServer api)
{
    private const string Trial = """
        scenario: {0}
        title: Trial
        owner: m@example.com
        class: service
        trigger: {{ condition: contact.seats > 2 }}
        audience: contact.seats > 1
        reentry: {1}
        goal: {{ when: event("setup_completed"), within: 14d }}
        steps:
          - send: hello
          - wait: {{ for: event("setup_completed"), up_to: 30d }}
            id: setup
            timeout: []
          - send: hello
            id: again
        """;

    [Fact]
    public async Task A_list_is_counted_by_reason_and_started_once_it_is_confirmed_with_who_and_why_in_the_journal()
    {
        var name = await PublishAsync("list");
        var (ann, bob) = (await PersonAsync(name, "ann", 2), await PersonAsync(name, "bob", 1));
        await PersonAsync(name, "cid", 2);

        var asked = await api.DoAsync(HttpMethod.Post, $"scenarios/{name}/bulk",
            new { act = "start", list = $"email,name\nann@{name}.example,Ann\nBOB@{name}.example,Bob\n{name}-cid\nnobody@x.example\n", because = "they asked" });
        var counted = await api.GetAsync($"bulk/{asked["id"]}");

        Assert.Equal((1, "nobody@x.example"), (asked["not_found_count"]!.GetValue<int>(), asked["not_found"]![0]!.GetValue<string>()));
        Assert.Equal(("counted", 3L), (counted["state"]!.GetValue<string>(), counted["chosen"]!.GetValue<long>()));
        Assert.Equal(["entered 2", "audience_false 1"], Reasons(counted["would"]));
        Assert.Empty(await EntriesAsync(name, ann));

        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });

        var done = await api.GetAsync($"bulk/{asked["id"]}");
        Assert.Equal("done", done["state"]!.GetValue<string>());
        Assert.Equal(["entered 2", "audience_false 1"], Reasons(done["came"]));
        Assert.Contains(await EntriesAsync(name, ann), row => row["reason"]!.GetValue<string>() == "entered"
            && row["detail"]!["by"]!.GetValue<string>() == done["confirmed_by"]!.GetValue<string>() && row["detail"]!["because"]!.GetValue<string>() == "they asked");
        Assert.Contains(await EntriesAsync(name, bob), row => row["reason"]!.GetValue<string>() == "audience_false");
        Assert.Equal(2, await SendsAsync(name));
        Assert.Contains(await api.AuditAsync(), row => row.EndsWith($"bulk.confirmed scenario:{name}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_backfill_starts_everybody_of_whom_the_trigger_is_true_already_and_nobody_else()
    {
        var before = Name("back");
        await PersonAsync(before, "ann", 5);
        await PersonAsync(before, "bob", 2);
        var name = await PublishAsync("back", before);
        Assert.Empty((await api.GetAsync($"journal?scenario={name}"))["items"]!.AsArray());

        var asked = await api.DoAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "backfill" });
        var counted = await api.GetAsync($"bulk/{asked["id"]}");
        Assert.Equal(("counted", 1L), (counted["state"]!.GetValue<string>(), counted["chosen"]!.GetValue<long>()));
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });

        var done = await api.GetAsync($"bulk/{asked["id"]}");
        Assert.Equal(["entered 1"], Reasons(done["came"]));
        Assert.Equal(1, await SendsAsync(name));
    }

    [Fact]
    public async Task A_start_obeys_reentry_unless_a_reason_is_given_and_never_mails_who_refused()
    {
        var name = await PublishAsync("force", reentry: "once");
        var ann = await PersonAsync(name, "ann", 2);
        await RunAsync(name, new { act = "start", list = $"contact:{ann}" });
        await RunAsync(name, new { act = "take_out" });
        await api.DoAsync(HttpMethod.Post, $"contacts/{ann}/refusals", new { topic = "*", is_refused = true });

        var plain = await RunAsync(name, new { act = "start", list = $"contact:{ann}" });
        Assert.Equal(["reentry_once 1"], Reasons(plain["came"]));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "start", list = $"contact:{ann}", force = true }, HttpStatusCode.BadRequest));

        var forced = await RunAsync(name, new { act = "start", list = $"contact:{ann}", force = true, because = "a mistake of ours" });
        Assert.Equal(["entered 1"], Reasons(forced["came"]));
        Assert.Equal(1, forced["unreachable"]!.GetValue<long>());
        Assert.Equal(1, await SendsAsync(name));
    }

    [Fact]
    public async Task Passages_are_moved_skipped_and_taken_out_by_step_and_those_of_another_step_stay()
    {
        var name = await PublishAsync("work");
        foreach (var who in new[] { "ann", "bob", "cid" }) await PersonAsync(name, who, 2);
        await RunAsync(name, new { act = "start", list = string.Join('\n', new[] { "ann", "bob", "cid" }.Select(who => $"{name}-{who}")) });

        var none = await RunAsync(name, new { act = "skip_wait", steps = new[] { "again" } });
        Assert.Equal(0, none["chosen"]!.GetValue<long>());
        var taken = await RunAsync(name, new { act = "take_out", steps = new[] { "setup" }, condition = "contact.seats > 2" });
        Assert.Equal(0, taken["chosen"]!.GetValue<long>());
        var skipped = await RunAsync(name, new { act = "skip_wait", steps = new[] { "setup" }, because = "setup is done by us" });

        Assert.Equal(["applies 3"], Reasons(skipped["would"]));
        Assert.Equal(["wait_skipped 3"], Reasons(skipped["came"]));
        Assert.Equal(6, await SendsAsync(name));
        Assert.Equal(3, (await api.GetAsync($"journal?scenario={name}&limit=500"))["items"]!.AsArray().Count(row => row!["reason"]!.GetValue<string>() == "completed"));
        Assert.Equal("unknown-step", await api.ProblemAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "move", step = "nowhere" }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task With_a_pace_it_can_be_paused_goes_on_and_be_ended()
    {
        var name = await PublishAsync("pace");
        foreach (var who in new[] { "ann", "bob", "cid", "dan" }) await PersonAsync(name, who, 2);
        var asked = await api.DoAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "start", pace = "1/h", list = string.Join('\n', new[] { "ann", "bob", "cid", "dan" }.Select(who => $"{name}-{who}")) });
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });
        Assert.Equal(1, await SendsAsync(name));

        await AdvanceAsync("61m");
        Assert.Equal(2, await SendsAsync(name));
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/pause", new { });
        await AdvanceAsync("3h");
        Assert.Equal(2, await SendsAsync(name));
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/resume", new { });
        await AdvanceAsync("61m");
        Assert.Equal(3, await SendsAsync(name));
        await api.DoAsync(HttpMethod.Delete, $"bulk/{asked["id"]}");
        await AdvanceAsync("1d");

        Assert.Equal(3, await SendsAsync(name));
        Assert.Equal("ended", (await api.GetAsync($"bulk/{asked["id"]}"))["state"]!.GetValue<string>());
        Assert.Equal("over", await api.ProblemAsync(HttpMethod.Delete, $"bulk/{asked["id"]}", null, HttpStatusCode.Conflict));
    }

    [Fact]
    public async Task A_work_whose_step_fails_keeps_no_other_back_and_is_tried_again()
    {
        var (broken, whole) = (await PublishAsync("broken"), await PublishAsync("whole"));
        await PersonAsync(broken, "ann", 2);
        await PersonAsync(whole, "ann", 2);
        var asked = await api.DoAsync(HttpMethod.Post, $"scenarios/{broken}/bulk", new { act = "start", list = $"{broken}-ann" });
        await api.DoAsync(HttpMethod.Post, $"scenarios/{broken}/pause");
        await api.DoAsync(HttpMethod.Post, $"bulk/{asked["id"]}/confirm", new { });
        await WriteAsync($"update bulk_works set began_at = null where id = {asked["id"]}");
        await api.DoAsync(HttpMethod.Post, $"scenarios/{broken}/resume");

        Assert.Equal("done", (await RunAsync(whole, new { act = "start", list = $"{whole}-ann" }))["state"]!.GetValue<string>());
        Assert.Equal("running", (await api.GetAsync($"bulk/{asked["id"]}"))["state"]!.GetValue<string>());

        await WriteAsync($"update bulk_works set began_at = moved_at where id = {asked["id"]}");
        await Poll.UntilAsync("the broken one is done", TimeSpan.FromMinutes(1), async () => (await api.GetAsync($"bulk/{asked["id"]}"))["state"]!.GetValue<string>() == "done", TestContext.Current.CancellationToken);
        await api.SettleAsync();
        Assert.Equal(1, await SendsAsync(broken));
    }

    [Fact]
    public async Task What_cannot_be_asked_is_refused_with_what_would_be_right()
    {
        await api.PublishAsync();
        var name = await PublishAsync("bad");

        Assert.Equal("no-state-trigger", await api.ProblemAsync(HttpMethod.Post, "scenarios/welcome/bulk", new { act = "backfill" }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-condition", await api.ProblemAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "start", condition = "contact.seats >" }, HttpStatusCode.UnprocessableEntity));
        Assert.Equal("bad-pace", await api.ProblemAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "start", list = "a", pace = "often" }, HttpStatusCode.BadRequest));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, $"scenarios/{name}/bulk", new { act = "start", list = "email\n" }, HttpStatusCode.BadRequest));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Post, "bulk/999999999/confirm", new { }, HttpStatusCode.NotFound));
    }

    private Task WriteAsync(string sql) => api.Server.Database.WriteAsync(async (connection, transaction, cancel) =>
    {
        await using var command = connection.CreateCommand();
        (command.Transaction, command.CommandText) = (transaction, sql);
        await command.ExecuteNonQueryAsync(cancel);
    }, TestContext.Current.CancellationToken);

    private static string Name(string part) => $"{part}-{Guid.NewGuid():n}"[..12];

    private async Task<string> PublishAsync(string part, string? name = null, string reentry = "every time")
    {
        name ??= Name(part);
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = $"{name}.yaml", text = string.Format(System.Globalization.CultureInfo.InvariantCulture, Trial, name, reentry) } } });
        return name;
    }

    private async Task<long> PersonAsync(string name, string who, int seats)
    {
        await api.Server.SendAsync("/v1/identify", $$$"""{"userId":"{{{name}}}-{{{who}}}","traits":{"email":"{{{who}}}@{{{name}}}.example","seats":{{{seats}}}}}""", TestContext.Current.CancellationToken);
        await api.SettleAsync();
        return Assert.Single((await api.GetAsync($"contacts?query={Uri.EscapeDataString($"{who}@{name}.example")}"))["items"]!.AsArray())!["id"]!.GetValue<long>();
    }

    private async Task<JsonNode> RunAsync(string name, object asked)
    {
        var id = (await api.DoAsync(HttpMethod.Post, $"scenarios/{name}/bulk", asked))["id"];
        await api.DoAsync(HttpMethod.Post, $"bulk/{id}/confirm", new { });
        return await api.GetAsync($"bulk/{id}");
    }

    private async Task AdvanceAsync(string by) => await api.DoAsync(HttpMethod.Post, $"/dev/clock/advance?by={by}");

    private async Task<IReadOnlyList<JsonNode>> EntriesAsync(string name, long contact) =>
        [.. (await api.GetAsync($"journal?scenario={name}&subject=contact:{contact}"))["items"]!.AsArray().Select(row => row!)];

    private async Task<long> SendsAsync(string name) =>
        (await api.GetAsync($"sends?scenario={name}&limit=500"))["items"]!.AsArray().Count(row => row!["state"]!.GetValue<string>() == "sent");

    private static IReadOnlyList<string> Reasons(JsonNode? reasons) => [.. reasons!.AsArray().Select(one => $"{one!["reason"]} {one["count"]}")];
}

public sealed class BulkApiTestsOnSqlite(ApiServer api) : BulkApiTests(api), IClassFixture<ApiServer>;

public sealed class BulkApiTestsOnPostgres(PostgresApiServer api) : BulkApiTests(api), IClassFixture<PostgresApiServer>;
