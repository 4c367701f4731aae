using System.Net;

namespace Nurture.Server.Tests.Api;

public sealed class ContactApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    [Fact]
    public async Task Contacts_come_in_pages_that_follow_each_other()
    {
        for (var i = 0; i < 3; i++) await api.PersonAsync($"page{i}", $"page{i}@pages.example");

        var first = await api.GetAsync("contacts?query=page&limit=2");
        var second = await api.GetAsync($"contacts?query=page&limit=2&after={first["next"]}");

        Assert.Equal(["page0@pages.example", "page1@pages.example", "page2@pages.example"],
            first["items"]!.AsArray().Concat(second["items"]!.AsArray()).Select(contact => contact!["email"]!.GetValue<string>()));
        Assert.Null(second["next"]);
    }

    [Fact]
    public async Task Attributes_are_typed_by_the_plan_taken_by_the_slot_and_recorded()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("typed", "typed@a.example");

        await api.DoAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"seats":"7","name":"花子","email":"typed@b.example"}}""");

        var contact = await api.GetAsync($"contacts/{id}");
        Assert.Equal(7, contact["attributes"]!["seats"]!.GetValue<int>());
        Assert.Equal(("花子", "typed@b.example"), (contact["name"]!.GetValue<string>(), contact["email"]!.GetValue<string>()));
        Assert.Equal("user", contact["identities"]![0]!["kind"]!.GetValue<string>());
        Assert.Contains($"key:dev contact.described contact:{id}", await api.AuditAsync());
        Assert.DoesNotContain("typed@b.example", (await api.GetAsync("audit"))!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task One_bad_attribute_refuses_all_and_says_which()
    {
        await api.PublishAsync();
        var id = await api.PersonAsync("bad", "bad@a.example");

        var (status, problem) = await api.CallAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"seats":"many","name":"X","email":"nowhere"}}""");
        await api.SettleAsync();

        Assert.Equal(HttpStatusCode.UnprocessableEntity, status);
        Assert.Equal(["attribute_wrong_type", "bad_address"], problem!["errors"]!.AsArray().Select(error => error!["code"]!.GetValue<string>()));
        Assert.Null((await api.GetAsync($"contacts/{id}"))["name"]);
    }

    [Theory]
    [InlineData("PATCH", "contacts/999999", """{"attributes":{"name":"X"}}""", 404, "not-found")]
    [InlineData("PATCH", "contacts/1", """{"attributs":{}}""", 400, "bad-json")]
    [InlineData("PATCH", "contacts/1", "{", 400, "bad-json")]
    [InlineData("GET", "contacts/999999", null, 404, "not-found")]
    [InlineData("DELETE", "contacts/999999", null, 404, "not-found")]
    [InlineData("GET", "contacts?limit=0", null, 400, "bad-limit")]
    [InlineData("GET", "contacts?limit=many", null, 400, "bad-request")]
    [InlineData("GET", "contacts?after=x", null, 400, "bad-after")]
    [InlineData("GET", "sends?after=x", null, 400, "bad-after")]
    [InlineData("GET", "sends?state=lost", null, 400, "bad-word")]
    [InlineData("GET", "journal?subject=17", null, 400, "bad-subject")]
    [InlineData("GET", "enrollments", null, 400, "missing-field")]
    [InlineData("GET", "explain", null, 400, "missing-field")]
    [InlineData("GET", "no-such-thing", null, 404, "no-endpoint")]
    [InlineData("PUT", "contacts", "{}", 405, "no-endpoint")]
    public async Task What_is_wrong_is_said_with_a_stable_type(string method, string path, string? body, int status, string type) =>
        Assert.Equal(type, await api.ProblemAsync(new HttpMethod(method), path, body, (HttpStatusCode)status));

    [Theory]
    [InlineData("contacts?limit=many", "limit is \"many\", where a whole number belongs.")]
    [InlineData("tasks?mine=perhaps", "mine is \"perhaps\", where true or false belongs.")]
    [InlineData("sends?since=yesterday", "since is \"yesterday\", where a moment, like 2026-03-02T09:00:00Z, belongs.")]
    public async Task A_value_that_cannot_be_read_is_named_with_what_belongs_there(string path, string detail)
    {
        var (_, problem) = await api.CallAsync(HttpMethod.Get, path, null);

        Assert.Equal(detail, problem!["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task A_misspelt_member_is_answered_with_those_that_there_are()
    {
        var (_, problem) = await api.CallAsync(HttpMethod.Patch, "contacts/1", """{"attributs":{}}""");

        Assert.Equal("\"attributs\" is no member here; there are attributes.", problem!["detail"]!.GetValue<string>());
    }

    [Fact]
    public async Task Erasing_forgets_the_person_and_keeps_the_address_suppressed()
    {
        var id = await api.PersonAsync("gone", "gone@a.example");
        var export = await api.GetAsync($"contacts/{id}/export");
        Assert.Contains("gone@a.example", export.ToJsonString(), StringComparison.Ordinal);

        await api.DoAsync(HttpMethod.Delete, $"contacts/{id}");

        Assert.Empty((await api.GetAsync("contacts?query=gone%40a.example"))["items"]!.AsArray());
        Assert.Equal("erased", (await api.GetAsync($"contacts/{id}"))["status"]!.GetValue<string>());
        var suppressed = Assert.Single((await api.GetAsync("suppressions?email=gone%40a.example"))["items"]!.AsArray());
        Assert.Equal(("erased", null), (suppressed!["reason"]!.GetValue<string>(), suppressed["email"]));
        Assert.Equal("erased", await api.ProblemAsync(HttpMethod.Delete, "suppressions?email=gone%40a.example", null, HttpStatusCode.Conflict));
        Assert.Contains($"key:dev contact.erased contact:{id}", await api.AuditAsync());
        Assert.Equal("not-found", await api.ProblemAsync(HttpMethod.Patch, $"contacts/{id}", """{"attributes":{"name":"X"}}""", HttpStatusCode.NotFound));
    }

    [Fact]
    public async Task A_suppressed_address_is_listed_and_can_be_let_go()
    {
        await api.DoAsync(HttpMethod.Post, "suppressions", new { email = "No@Mail.example", note = "asked by telephone" });
        Assert.Equal("bad-address", await api.ProblemAsync(HttpMethod.Post, "suppressions", new { email = "nobody" }, HttpStatusCode.BadRequest));

        // One address, however it is written.
        var found = Assert.Single((await api.GetAsync("suppressions?email=no%40mail.example"))["items"]!.AsArray());
        Assert.Equal(("by_hand", "api"), (found!["reason"]!.GetValue<string>(), found["source"]!.GetValue<string>()));

        await api.DoAsync(HttpMethod.Delete, $"suppressions/{found["id"]}");
        Assert.Empty((await api.GetAsync("suppressions?email=no%40mail.example"))["items"]!.AsArray());
    }
}
