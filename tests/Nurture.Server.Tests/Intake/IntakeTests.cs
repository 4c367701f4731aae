using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Contacts;
using Nurture.Intake;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Tests.Intake;

public sealed class IntakeTests(DevelopmentServer fixture) : IClassFixture<DevelopmentServer>
{
    private const string Track = """{"type":"track","userId":"u","event":"login"}""";

    private RunningServer Server => fixture.Server;

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/v1/batch", $$"""{"batch":[{{Track}}]}""")]
    [InlineData("/v1/b", $$"""{"batch":[{{Track}}]}""")]
    [InlineData("/v1/import", $$"""{"batch":[{{Track}}]}""")]
    [InlineData("/v1/track", """{"userId":"u","event":"login"}""")]
    [InlineData("/v1/t", """{"userId":"u","event":"login"}""")]
    [InlineData("/v1/identify", """{"userId":"u"}""")]
    [InlineData("/v1/i", """{"userId":"u"}""")]
    [InlineData("/v1/page", """{"userId":"u"}""")]
    [InlineData("/v1/p", """{"userId":"u"}""")]
    [InlineData("/v1/screen", """{"userId":"u"}""")]
    [InlineData("/v1/s", """{"userId":"u"}""")]
    [InlineData("/v1/group", """{"userId":"u","groupId":"g"}""")]
    [InlineData("/v1/g", """{"userId":"u","groupId":"g"}""")]
    [InlineData("/v1/alias", """{"userId":"u","previousId":"v"}""")]
    [InlineData("/v1/a", """{"userId":"u","previousId":"v"}""")]
    public async Task Every_path_takes_its_messages(string path, string body)
    {
        var events = await Server.CountAsync("events", Cancel);
        var letters = await Server.CountAsync("dead_letters", Cancel);

        var answer = await Server.SendAsync(path, body, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("""{"success":true}""", await answer.Content.ReadAsStringAsync(Cancel));
        Assert.Equal(letters, await Server.CountAsync("dead_letters", Cancel));
        if (!path.EndsWith('a') && !path.EndsWith("alias", StringComparison.Ordinal)) Assert.True(await Server.CountAsync("events", Cancel) > events);
    }

    [Fact]
    public async Task The_browsers_own_metrics_are_taken_and_forgotten()
    {
        var answer = await Server.SendAsync("/v1/m", """{"series":[]}""", null, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_browser_of_before_2026_sends_its_key_in_the_body_and_JSON_as_plain_text()
    {
        var content = new StringContent("""{"writeKey":"dev","anonymousId":"b","userId":null,"event":"x"}""", Encoding.UTF8, "text/plain");

        var answer = await Server.Http.PostAsync("/v1/t", content, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("Basic", "ZGV2Og==")] // dev:
    [InlineData("Basic", "ZGV2")] // dev
    [InlineData("Basic", "ZGV2OnNlY3JldA==")] // dev:secret
    [InlineData("Bearer", "dev")]
    public async Task The_key_may_come_in_the_header_in_several_forms(string scheme, string parameter)
    {
        var answer = await Server.SendAsync("/v1/track", Track, null, Cancel, request => request.Headers.Authorization = new(scheme, parameter));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task A_key_that_is_unknown_or_missing_is_401()
    {
        var unknown = await Server.SendAsync("/v1/track", Track, "nobody", Cancel);
        var garbled = await Server.SendAsync("/v1/track", Track, null, Cancel, request => request.Headers.Authorization = new("Basic", "%%%"));
        var missing = await Server.SendAsync("/v1/track", Track, null, Cancel);
        var inBody = await Server.SendAsync("/v1/track", """{"writeKey":"nobody","userId":"u","event":"x"}""", null, Cancel);

        Assert.All([unknown, garbled, missing, inBody], answer => Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode));
    }

    [Theory]
    [InlineData("{", HttpStatusCode.BadRequest)]
    [InlineData("", HttpStatusCode.BadRequest)]
    [InlineData("[]", HttpStatusCode.BadRequest)]
    [InlineData("""{"batch":7}""", HttpStatusCode.BadRequest)]
    public async Task What_is_no_request_is_refused_as_a_whole(string body, HttpStatusCode expected)
    {
        var answer = await Server.SendAsync("/v1/batch", body, Cancel);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Fact]
    public async Task Limits_are_500_kB_and_2500_items()
    {
        var fits = await Server.SendAsync("/v1/batch", Padded(IntakeLimits.RequestBytes), Cancel);
        var tooLarge = await Server.SendAsync("/v1/batch", Padded(IntakeLimits.RequestBytes + 1), Cancel);
        var tooMany = await Server.SendAsync("/v1/batch", $"{{\"batch\":[{string.Join(',', Enumerable.Repeat(Track, 2501))}]}}", Cancel);

        Assert.Equal(HttpStatusCode.OK, fits.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, tooLarge.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, tooMany.StatusCode);

        static string Padded(int bytes)
        {
            var body = $$"""{"batch":[{{Track}}]}""";
            return body + new string(' ', bytes - body.Length);
        }
    }

    [Fact]
    public async Task A_packed_batch_is_unpacked_and_a_bomb_is_not()
    {
        var good = await SendPackedAsync(Pack(Encoding.UTF8.GetBytes($$"""{"batch":[{{Track}}]}""")));
        var bomb = await SendPackedAsync(Pack(new byte[200 << 20]));
        var broken = await SendPackedAsync("not gzip at all"u8.ToArray());
        var unknown = await SendPackedAsync("{}"u8.ToArray(), "br");

        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, bomb.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, unknown.StatusCode);

        Task<HttpResponseMessage> SendPackedAsync(byte[] bytes, string encoding = "gzip") => Server.SendAsync("/v1/batch", "", "dev", Cancel, request =>
        {
            request.Content = new ByteArrayContent(bytes);
            request.Content.Headers.ContentEncoding.Add(encoding);
        });

        static byte[] Pack(byte[] bytes)
        {
            var packed = new MemoryStream();
            using (var gzip = new GZipStream(packed, CompressionLevel.Fastest)) gzip.Write(bytes);
            return packed.ToArray();
        }
    }

    [Fact]
    public async Task A_body_without_a_length_is_limited_all_the_same()
    {
        var answer = await Server.SendAsync("/v1/batch", "", "dev", Cancel, request =>
        {
            request.Content = new StreamContent(new MemoryStream(new byte[IntakeLimits.RequestBytes + 1]));
            request.Headers.TransferEncodingChunked = true;
        });

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
    }

    [Fact]
    public async Task One_bad_item_is_a_dead_letter_and_the_batch_a_success()
    {
        var letters = await Server.CountAsync("dead_letters", Cancel);
        var events = await Server.CountAsync("events where name = 'beside_a_bad_one'", Cancel);

        var answer = await Server.SendAsync("/v1/batch", """
            {"batch":[{"type":"track","userId":"u","event":"x","properties":{"a":1e400}},{"type":"track","userId":"u","event":"beside_a_bad_one"}]}
            """, Cancel);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(letters + 1, await Server.CountAsync("dead_letters", Cancel));
        Assert.Equal(events + 1, await Server.CountAsync("events where name = 'beside_a_bad_one'", Cancel));
    }

    [Fact]
    public async Task Before_a_browser_sends_it_asks_and_every_endpoint_answers()
    {
        foreach (var path in new[] { "batch", "b", "import", "track", "identify", "page", "screen", "group", "alias", "t", "i", "p", "s", "g", "a", "m" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, $"/v1/{path}");
            request.Headers.Add("Origin", "https://shop.example");
            request.Headers.Add("Access-Control-Request-Method", "POST");
            request.Headers.Add("Access-Control-Request-Headers", "authorization,content-type,x-retry-count");

            var answer = await Server.Http.SendAsync(request, Cancel);

            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal("https://shop.example", Header(answer, "Access-Control-Allow-Origin"));
            Assert.Equal("POST, OPTIONS", Header(answer, "Access-Control-Allow-Methods"));
            Assert.Contains("authorization, content-type", Header(answer, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
            Assert.Contains("x-retry-count", Header(answer, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
            Assert.Equal("86400", Header(answer, "Access-Control-Max-Age"));
            Assert.Equal("Origin", Header(answer, "Vary"));
        }
    }

    [Theory]
    [InlineData("dev", HttpStatusCode.OK)]
    [InlineData("nobody", HttpStatusCode.Unauthorized)]
    public async Task A_browser_can_read_the_answer_a_refusal_too(string key, HttpStatusCode expected)
    {
        var answer = await Server.SendAsync("/v1/t", Track, key, Cancel, request => request.Headers.Add("Origin", "https://shop.example"));

        Assert.Equal(expected, answer.StatusCode);
        Assert.Equal("https://shop.example", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Equal("Retry-After", Header(answer, "Access-Control-Expose-Headers"));
    }

    [Fact]
    public async Task A_source_may_be_limited_to_origins_and_types_and_its_key_revoked()
    {
        var sources = Server.Services.GetRequiredService<SourceStore>();
        var key = SecretKeys.New(SecretKeys.WritePrefix);
        var source = await sources.AddAsync(
            new Source(0, "Shop", "shop", SecretKeys.Hint(key), ConsentBasis.None, ["https://shop.example"], ["track"], default, null),
            SecretKeys.Hash(key), DateTimeOffset.UtcNow, Cancel);
        var letters = await Server.CountAsync("dead_letters where reason = 'type_not_allowed'", Cancel);

        var allowed = await Server.SendAsync("/v1/t", Track, key, Cancel, request => request.Headers.Add("Origin", "https://shop.example"));
        var server = await Server.SendAsync("/v1/t", Track, key, Cancel);
        var stranger = await Server.SendAsync("/v1/t", Track, key, Cancel, request => request.Headers.Add("Origin", "https://else.example"));
        var identify = await Server.SendAsync("/v1/i", """{"userId":"u"}""", key, Cancel);

        Assert.Equal(HttpStatusCode.OK, allowed.StatusCode);
        Assert.Equal(HttpStatusCode.OK, server.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, stranger.StatusCode);
        Assert.Equal(HttpStatusCode.OK, identify.StatusCode);
        Assert.Equal(letters + 1, await Server.CountAsync("dead_letters where reason = 'type_not_allowed'", Cancel));
        Assert.Equal(1, await Server.CountAsync("contacts where namespace = 'shop'", Cancel));
        Assert.True(await sources.RevokeAsync(source.Id, DateTimeOffset.UtcNow, Cancel));
        var revoked = await Server.SendAsync("/v1/t", Track, key, Cancel);
        Assert.Equal(HttpStatusCode.Unauthorized, revoked.StatusCode);
    }

    [Fact]
    public async Task The_browser_SDK_finds_its_settings()
    {
        var settings = JsonDocument.Parse(await Server.Http.GetStringAsync("/v1/projects/dev/settings", Cancel)).RootElement
            .GetProperty("integrations").GetProperty("Segment.io");
        var unknown = await Server.Http.GetAsync("/v1/projects/nobody/settings", Cancel);

        Assert.Equal("dev", settings.GetProperty("apiKey").GetString());
        Assert.Equal($"{Server.Http.BaseAddress!.Authority}/v1", settings.GetProperty("apiHost").GetString());
        Assert.Equal("http", settings.GetProperty("protocol").GetString());
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Fact]
    public async Task The_requests_correlation_id_is_its_events()
    {
        var answer = await Server.SendAsync("/v1/t", Track, "dev", Cancel, request => request.Headers.Add("X-Correlation-Id", "from-the-caller"));

        Assert.Equal("from-the-caller", Header(answer, "X-Correlation-Id"));
        Assert.Equal(1, await Server.CountAsync("events where correlation = 'from-the-caller' and name = 'login'", Cancel));
    }

    private static string Header(HttpResponseMessage answer, string name) => string.Join(", ", answer.Headers.GetValues(name));
}
