using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Nurture.Server.Tests.Api;

namespace Nurture.Server.Tests.Intake;

/// <summary>Other systems tell what happened there, signed.</summary>
public sealed class HookApiTests(ApiServer api) : IClassFixture<ApiServer>
{
    private const string Hooks = """
        hooks:
          billing:
            title: Billing
            signature: standard-webhooks
            events:
              - { when: body.type == "paid", event: signed_up, user: body.user, email: body.email, properties: { plan: body.plan } }
              - { when: body.type == "done", event: setup_completed, email: body.email }
          plain:
            signature: { header: X-Signature, prefix: "sha256=", timestamp: X-Timestamp, tolerance: 1m }
            id: body.id
            events:
              - { event: setup_completed, user: body.user }
        """;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_signed_request_becomes_events_once_and_a_repetition_is_taken_for_one()
    {
        var secret = await SecretAsync("billing");
        const string body = """{"type":"paid","user":"hooked","email":"hooked@example.com","plan":"trial"}""";

        Assert.Equal(HttpStatusCode.OK, (await PostAsync("billing", body, secret, "msg_1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("billing", body, secret, "msg_1")).Status);
        await api.SettleAsync();
        Assert.Equal(["signed_up"], await EventsAsync("hooked@example.com"));

        // Known by the address alone, it is the same person.
        await PostAsync("billing", """{"type":"done","email":"Hooked@example.com"}""", secret, "msg_2");
        await api.SettleAsync();
        Assert.Equal(["setup_completed", "signed_up"], (await EventsAsync("hooked@example.com")).Order());
    }

    [Fact]
    public async Task A_request_that_is_not_signed_or_of_another_secret_is_refused_with_the_reason()
    {
        var secret = await SecretAsync("billing");
        const string body = """{"type":"done","email":"a@example.com"}""";

        using var bare = await api.Server.Http.PostAsync("/hooks/billing", new StringContent(body), Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, bare.StatusCode);
        Assert.Contains("webhook-signature", await bare.Content.ReadAsStringAsync(Cancel), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, (await PostAsync("billing", body, "whsec_" + Convert.ToBase64String(new byte[32]), "m")).Status);
        var (status, said) = await PostAsync("billing", body, secret, "m", ago: TimeSpan.FromMinutes(6));
        Assert.Equal(HttpStatusCode.Unauthorized, status);
        Assert.Contains("300 s are allowed", said, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync("nobody", body, secret, "m")).Status);
        (status, said) = await PostAsync("billing", """{"type":"done"}""", secret, "m");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("body.email says nobody", said, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_hmac_of_moment_and_body_is_checked_by_header_prefix_and_encoding()
    {
        var secret = await SecretAsync("plain", "a secret of theirs, long enough");
        const string body = """{"id":7,"user":"plainly"}""";
        var moment = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var good = "sha256=" + Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{moment}.{body}")));

        Assert.Equal(HttpStatusCode.OK, await PlainAsync(good, body));
        Assert.Equal(HttpStatusCode.Unauthorized, await PlainAsync(good, body.Replace('7', '8')));
        Assert.Equal(HttpStatusCode.Unauthorized, await PlainAsync(good["sha256=".Length..], body));

        async Task<HttpStatusCode> PlainAsync(string signature, string sent)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/hooks/plain") { Content = new StringContent(sent) };
            request.Headers.Add("X-Signature", signature);
            request.Headers.Add("X-Timestamp", moment);
            using var answer = await api.Server.Http.SendAsync(request, Cancel);
            return answer.StatusCode;
        }
    }

    [Fact]
    public async Task The_former_secret_is_good_beside_a_new_one_and_a_sample_shows_what_would_come()
    {
        var former = await SecretAsync("billing");
        var secret = await SecretAsync("billing");

        Assert.NotEqual(former, secret);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("billing", """{"type":"other"}""", former, "m1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync("billing", """{"type":"other"}""", secret, "m2")).Status);

        var tried = await api.DoAsync(HttpMethod.Post, "hooks/billing/try", new { body = JsonNode.Parse("""{"type":"paid","user":"u","plan":"pro"}""") });
        var one = Assert.Single(tried["events"]!.AsArray())!;
        Assert.Equal(("signed_up", "u", "pro"), (one["event"]!.GetValue<string>(), one["user"]!.GetValue<string>(), one["properties"]!["plan"]!.GetValue<string>()));
        var shown = (await api.GetAsync("hooks"))["items"]!.AsArray().Single(hook => hook!["name"]!.GetValue<string>() == "billing")!;
        Assert.Equal("/hooks/billing", shown["path"]!.GetValue<string>());
        Assert.DoesNotContain(secret, shown.ToJsonString(), StringComparison.Ordinal);
    }

    private async Task<string> SecretAsync(string hook, string? own = null)
    {
        await api.DoAsync(HttpMethod.Post, "scenarios", new { files = new[] { new { file = "events.yaml", text = ApiServer.Plan }, new { file = "policy.yaml", text = ApiServer.Policy }, new { file = "hooks.yaml", text = Hooks } } });
        return (await api.DoAsync(HttpMethod.Post, $"hooks/{hook}/secret", new { secret = own, default_basis = "relationship" }))["secret"]!.GetValue<string>();
    }

    private async Task<(HttpStatusCode Status, string Said)> PostAsync(string hook, string body, string secret, string id, TimeSpan ago = default)
    {
        var moment = (DateTimeOffset.UtcNow - ago).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var mac = HMACSHA256.HashData(Convert.FromBase64String(secret["whsec_".Length..]), Encoding.UTF8.GetBytes($"{id}.{moment}.{body}"));
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/hooks/{hook}") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("webhook-id", id);
        request.Headers.Add("webhook-timestamp", moment);
        request.Headers.TryAddWithoutValidation("webhook-signature", $"v1,{Convert.ToBase64String(mac)}");
        using var answer = await api.Server.Http.SendAsync(request, Cancel);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancel));
    }

    private async Task<IReadOnlyList<string>> EventsAsync(string email)
    {
        var person = Assert.Single((await api.GetAsync($"contacts?query={Uri.EscapeDataString(email)}"))["items"]!.AsArray())!["id"]!.GetValue<long>();
        var lines = (await api.GetAsync($"contacts/{person}/timeline?limit=100"))["items"]!.AsArray();
        return [.. lines.Where(line => line!["kind"]!.GetValue<string>() == "event").Select(line => line!["code"]!.GetValue<string>())];
    }
}
