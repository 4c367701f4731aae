using System.Net;

namespace Nurture.Server.Tests.Api;

public sealed class KeyApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task A_new_key_is_shown_once_works_at_once_and_ends_when_revoked()
    {
        var made = await api.DoAsync(HttpMethod.Post, "keys", new { name = "reader", scopes = new[] { "contacts.read" } });
        var secret = made["key"]!.GetValue<string>();

        Assert.Equal(HttpStatusCode.OK, (await api.CallAsync(HttpMethod.Get, "contacts", key: secret)).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await api.CallAsync(HttpMethod.Get, "keys", key: secret)).Status);
        Assert.DoesNotContain(secret, (await api.GetAsync("keys")).ToJsonString(), StringComparison.Ordinal);
        await api.DoAsync(HttpMethod.Delete, $"keys/{made["id"]}");
        Assert.Equal(HttpStatusCode.Unauthorized, (await api.CallAsync(HttpMethod.Get, "contacts", key: secret)).Status);
        Assert.Contains("key:dev key.added key:reader", await api.AuditAsync());
    }

    [Fact]
    public async Task A_key_gives_no_more_than_it_has()
    {
        var secret = (await api.DoAsync(HttpMethod.Post, "keys", new { name = "keysmith", scopes = new[] { "keys.write", "sends.read" } }))["key"]!.GetValue<string>();

        var (refused, problem) = await api.CallAsync(HttpMethod.Post, "keys", new { name = "greedy", scopes = new[] { "*" } }, secret);
        var (given, _) = await api.CallAsync(HttpMethod.Post, "keys", new { name = "modest", scopes = new[] { "sends.read" } }, secret);

        Assert.Equal((HttpStatusCode.Forbidden, HttpStatusCode.Created), (refused, given));
        Assert.Equal("urn:nurture:problem:beyond-own-scopes", problem!["type"]!.GetValue<string>());
        Assert.Contains("key:keysmith key.added key:modest", await api.AuditAsync());
    }

    [Fact]
    public async Task Unknown_permissions_and_names_that_are_taken_are_refused()
    {
        await api.DoAsync(HttpMethod.Post, "keys", new { name = "taken", scopes = new[] { "sends.read" } });

        Assert.Equal("bad-scope", await api.ProblemAsync(HttpMethod.Post, "keys", new { name = "x", scopes = new[] { "contacts.reed" } }, HttpStatusCode.BadRequest));
        Assert.Equal("name-taken", await api.ProblemAsync(HttpMethod.Post, "keys", new { name = "taken", scopes = new[] { "sends.read" } }, HttpStatusCode.Conflict));
        Assert.Equal("missing-field", await api.ProblemAsync(HttpMethod.Post, "keys", new { name = "x" }, HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_sources_write_key_sends_events_until_it_is_revoked()
    {
        var cancel = TestContext.Current.CancellationToken;
        var made = await api.DoAsync(HttpMethod.Post, "sources", new { name = "Web site", @namespace = "web", default_basis = "opt_in", allowed_types = new[] { "identify" } });
        var key = made["write_key"]!.GetValue<string>();

        using var taken = await api.Server.SendAsync("/v1/identify", """{"userId":"w","traits":{"email":"w@web.example"}}""", key, cancel);
        Assert.Equal(HttpStatusCode.OK, taken.StatusCode);
        await api.DoAsync(HttpMethod.Delete, $"sources/{made["id"]}");
        using var refused = await api.Server.SendAsync("/v1/identify", """{"userId":"w"}""", key, cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("opt_in", (await api.GetAsync("contacts?query=w%40web.example"))["items"]![0]!["basis"]!.GetValue<string>());
        Assert.Equal("bad-word", await api.ProblemAsync(HttpMethod.Post, "sources", new { name = "x", allowed_types = new[] { "shout" } }, HttpStatusCode.BadRequest));
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Delete, $"sources/{made["id"]}", null, HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task Refused_items_are_listed_with_their_reason()
    {
        var cancel = TestContext.Current.CancellationToken;
        using var answer = await api.Server.SendAsync("/v1/batch", """{"batch":[{"type":"track","event":"orphan"}]}""", cancel);

        var letter = (await api.GetAsync("dead-letters?limit=1"))["items"]![0]!;

        Assert.Equal("missing_id", letter["reason"]!.GetValue<string>());
        Assert.Contains("orphan", letter["payload"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
