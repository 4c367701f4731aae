using System.Net;

namespace Nurture.Server.Tests.Api;

public sealed class ImportApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Rows = """
        {
          "dry_run": false, "basis": "opt_in",
          "accounts": [ { "account_id": "imported-inc", "name": "Imported Inc", "tier": "high" } ],
          "contacts": [
            { "user_id": "i1", "email": "i1@import.example", "account_id": "imported-inc", "seats": "4" },
            { "user_id": "i2", "email": "not an address" },
            { "email": "i3@import.example" },
            { "user_id": "i4", "seats": "many" }
          ],
          "suppressions": [ "i5@import.example", { "email": "i6@import.example", "reason": "complaint" }, { "note": "nobody" } ]
        }
        """;

    [Fact]
    public async Task Sound_rows_are_taken_and_each_of_the_others_is_named()
    {
        await api.PublishAsync();

        var preview = await api.DoAsync(HttpMethod.Post, "imports", Rows.Replace("\"dry_run\": false", "\"dry_run\": true"));
        Assert.Empty((await api.GetAsync("contacts?query=i1%40import.example"))["items"]!.AsArray());
        var imported = await api.DoAsync(HttpMethod.Post, "imports", Rows);

        foreach (var answer in new[] { preview, imported })
        {
            Assert.Equal((8, 4, 4, 1, 2), (answer["rows"]!.GetValue<int>(), answer["accepted"]!.GetValue<int>(), answer["refused"]!.GetValue<int>(),
                answer["new_contacts"]!.GetValue<int>(), answer["suppressed"]!.GetValue<int>()));
            Assert.Equal(["contacts 2 bad_address", "contacts 3 missing_id", "contacts 4 attribute_wrong_type", "suppressions 3 missing_email"],
                answer["errors"]!.AsArray().Select(error => $"{error!["list"]} {error["row"]} {error["code"]}"));
        }
        var contact = Assert.Single((await api.GetAsync("contacts?query=i1%40import.example"))["items"]!.AsArray())!;
        Assert.Equal(("opt_in", 4), (contact["basis"]!.GetValue<string>(), contact["attributes"]!["seats"]!.GetValue<int>()));
        var account = await api.GetAsync($"accounts/{contact["account_id"]}");
        Assert.Equal(("Imported Inc", "high"), (account["name"]!.GetValue<string>(), account["tier"]!.GetValue<string>()));
        Assert.Equal("complaint", (await api.GetAsync("suppressions?email=i6%40import.example"))["items"]![0]!["reason"]!.GetValue<string>());

        var again = await api.DoAsync(HttpMethod.Post, "imports", Rows);
        Assert.Equal((0, 0), (again["new_contacts"]!.GetValue<int>(), again["suppressed"]!.GetValue<int>()));
    }

    [Fact]
    public async Task An_import_meets_the_people_whom_events_made_known_and_does_not_overrule_what_they_said_since()
    {
        var id = await api.PersonAsync("known", "known@import.example");

        await api.DoAsync(HttpMethod.Post, "imports", new { as_of = "2020-01-01T00:00:00Z", contacts = new[] { new { user_id = "known", email = "old@import.example", city = "Osaka" } } });

        var contact = await api.GetAsync($"contacts/{id}");
        Assert.Equal("known@import.example", contact["email"]!.GetValue<string>());
        Assert.Equal("Osaka", contact["attributes"]!["city"]!.GetValue<string>());
    }

    [Rule(20)]
    [Fact]
    public async Task Rows_start_scenarios_where_that_is_asked_for_and_a_dry_run_says_whom()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "grown.yaml", text = Grown } } });
        object Import(int first, bool starts, bool isDry) => new
        {
            dry_run = isDry, start_scenarios = starts, basis = "opt_in",
            contacts = Enumerable.Range(first, 3).Select(i => new { user_id = $"grown{i}", email = $"grown{i}@import.example", seats = i % 3 == 0 ? 5 : 50 }),
        };

        var counted = await api.DoAsync(HttpMethod.Post, "imports", Import(0, starts: true, isDry: true));
        Assert.Equal(["grown 2"], counted["starts"]!.AsArray().Select(start => $"{start!["scenario"]} {start["entering"]}"));
        Assert.Equal(0, await StandingAsync());

        await api.DoAsync(HttpMethod.Post, "imports", Import(3, starts: false, isDry: false));
        Assert.Equal(0, await StandingAsync());

        await api.DoAsync(HttpMethod.Post, "imports", Import(0, starts: true, isDry: false));
        Assert.Equal(2, await StandingAsync());
        // What has started already is not counted again.
        Assert.Empty((await api.DoAsync(HttpMethod.Post, "imports", Import(0, starts: true, isDry: true)))["starts"]!.AsArray());

        async Task<int> StandingAsync() => (await api.GetAsync("scenarios/grown/standing"))["items"]!.AsArray().Count;
    }

    private const string Grown = """
        scenario: grown
        title: Grown
        owner: m@example.com
        class: service
        trigger: { condition: contact.seats > 20 }
        goal: { when: event("setup_completed"), within: 60d }
        steps: [ wait: 30d ]
        """;

    [Rule(7)]
    [Fact]
    public async Task Accounts_where_nobody_has_the_role_are_reported_with_how_often_and_since_when()
    {
        await api.PublishAsync();
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "upgraded.yaml", text = Upgraded } } });
        await api.PersonAsync("member", "member@nobody.example", """,{"type":"group","userId":"member","groupId":"nobody-inc","traits":{"name":"Nobody Inc","tier":"tech"}}""");
        var account = (await api.GetAsync("accounts?query=nobody-inc"))["items"]![0]!["id"]!.GetValue<long>();

        foreach (var tier in new[] { "low", "tech", "low" })
            await api.PersonAsync("member", "member@nobody.example", $$$""",{"type":"group","userId":"member","groupId":"nobody-inc","traits":{"tier":"{{{tier}}}"}}""");

        var gap = Assert.Single((await api.GetAsync("coverage?scenario=upgraded"))["items"]!.AsArray())!;
        Assert.Equal((account, "Nobody Inc", 2L), (gap["account_id"]!.GetValue<long>(), gap["account_name"]!.GetValue<string>(), gap["times"]!.GetValue<long>()));
        Assert.Contains("admin", gap["asks_for"]!.GetValue<string>());
        Assert.True(gap["first_at"]!.GetValue<DateTimeOffset>() <= gap["last_at"]!.GetValue<DateTimeOffset>());
        Assert.Single((await api.GetAsync($"coverage?account={account}"))["items"]!.AsArray());
        Assert.Empty((await api.GetAsync("coverage?mine=true"))["items"]!.AsArray());
        Assert.Single((await api.GetAsync($"coverage?account={account}&days=366"))["items"]!.AsArray());
        Assert.Equal("bad-value", await api.ProblemAsync(HttpMethod.Get, "coverage?days=0", null, HttpStatusCode.BadRequest));

        // Of an account that turned out to be another one it is the other's.
        await api.PersonAsync("other", "other@somebody.example", """,{"type":"group","userId":"other","groupId":"somebody-inc","traits":{"name":"Somebody Inc"}}""");
        var into = (await api.GetAsync("accounts?query=somebody-inc"))["items"]![0]!["id"]!.GetValue<long>();
        await api.DoAsync(HttpMethod.Post, $"accounts/{account}/merge", new { into });
        Assert.Equal("Somebody Inc", Assert.Single((await api.GetAsync($"coverage?account={into}"))["items"]!.AsArray())!["account_name"]!.GetValue<string>());
    }

    private const string Upgraded = """
        scenario: upgraded
        title: Upgraded
        owner: m@example.com
        class: service
        trigger: { tier: low, for: 'role("admin", 1)' }
        reentry: every time
        goal: { when: event("setup_completed"), within: 60d }
        steps: [ wait: 30d ]
        """;

    [Fact]
    public async Task Too_many_rows_strange_namespaces_and_the_future_are_refused()
    {
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "imports", new { dry_run = true }, HttpStatusCode.BadRequest));
        Assert.Equal("too-many-rows", await api.ProblemAsync(HttpMethod.Post, "imports", new { suppressions = Enumerable.Repeat("a@b.example", 1001) }, HttpStatusCode.RequestEntityTooLarge));
        Assert.Equal("unknown-namespace", await api.ProblemAsync(HttpMethod.Post, "imports", new { @namespace = "moon", suppressions = new[] { "a@b.example" } }, HttpStatusCode.BadRequest));
        Assert.Equal("bad-as-of", await api.ProblemAsync(HttpMethod.Post, "imports", new { as_of = "2999-01-01T00:00:00Z", suppressions = new[] { "a@b.example" } }, HttpStatusCode.BadRequest));
    }
}
