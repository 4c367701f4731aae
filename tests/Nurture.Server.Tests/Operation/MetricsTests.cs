using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Nurture.Harness;
using Nurture.Server.Operation;
using Nurture.Storage;

namespace Nurture.Server.Tests.Operation;

public sealed partial class MetricsTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_came_in_and_was_decided_is_counted_in_Prometheus_text()
    {
        await using var server = await RunningServer.StartAsync();
        const string batch = """{"batch":[{"type":"track","userId":"u","event":"login","messageId":"m1"},{"type":"track","userId":"u","event":"login","messageId":"m1"},{"type":"track","event":""}]}""";
        await server.SendAsync("/v1/batch", batch, Cancel);
        await server.SendAsync("/v1/batch", batch, "unknown", Cancel);

        await Poll.UntilAsync("the event is decided and counted", Patience, async () => Value(await ScrapeAsync(server, "dev"), "nurture_slots_events_total") >= 1, Cancel);
        var text = await ScrapeAsync(server, "dev");

        Assert.All(text.TrimEnd('\n').Split('\n'), line => Assert.Matches(Form, line));
        Assert.True(Value(text, """nurture_intake_messages_total{outcome="taken"}""") >= 1);
        Assert.True(Value(text, """nurture_intake_messages_total{outcome="repeated"}""") >= 1);
        Assert.True(Value(text, """nurture_intake_messages_total{outcome="refused"}""") >= 1);
        Assert.True(Value(text, """nurture_intake_requests_total{status="401"}""") >= 1);
        Assert.True(Value(text, "nurture_slots_batch_duration_seconds_count") >= 1);
        Assert.True(Value(text, """nurture_slots_batch_duration_seconds_bucket{le="+Inf"}""") >= 1);
        Assert.Equal(1, Value(text, "nurture_database_up"));
        Assert.Equal(0, Value(text, "nurture_subjects_parked"));
        Assert.Contains("# TYPE nurture_events_lag_seconds gauge", text, StringComparison.Ordinal);
        Assert.Contains("""nurture_outbox_sends{state="planned"}""", text, StringComparison.Ordinal);
        Assert.DoesNotContain("db_client_operation", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_for_keys_that_may_read_the_status_or_for_everybody_where_the_operator_says_so()
    {
        await using var closed = await RunningServer.StartAsync();
        await using var open = await RunningServer.StartAsync("Development", "--Nurture:Metrics:Public=true");
        var (reader, other) = (SecretKeys.New(SecretKeys.ApiPrefix), SecretKeys.New(SecretKeys.ApiPrefix));
        var store = closed.Services.GetRequiredService<ApiKeyStore>();
        await store.AddAsync("prometheus", SecretKeys.Hash(reader), "", "status.read", DateTimeOffset.UtcNow, Cancel);
        await store.AddAsync("other", SecretKeys.Hash(other), "", "contacts.read", DateTimeOffset.UtcNow, Cancel);

        Assert.Equal(HttpStatusCode.Unauthorized, (await AskAsync(closed, null)).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await AskAsync(closed, other)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(closed, reader)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(open, null)).StatusCode);
    }

    [Fact]
    public async Task Measures_go_to_a_collector_where_the_standard_variable_names_one()
    {
        var arrived = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var collector = WebApplication.CreateSlimBuilder().Build();
        collector.Urls.Add("http://127.0.0.1:0");
        collector.MapPost("/v1/metrics", async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body, context.RequestAborted);
            var sent = System.Text.Encoding.Latin1.GetString(body.ToArray());
            if (sent.Contains("nurture.events.lag", StringComparison.Ordinal)) arrived.TrySetResult(sent);
        });
        await collector.StartAsync(Cancel);
        await using var server = await RunningServer.StartAsync("Development",
            $"--OTEL_EXPORTER_OTLP_ENDPOINT={collector.Urls.First()}", "--OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf", "--OTEL_METRIC_EXPORT_INTERVAL=50");

        var sent = await arrived.Task.WaitAsync(Patience, Cancel);

        Assert.Contains("nurture.lanes.held", sent, StringComparison.Ordinal);
        Assert.Contains(server.Database.Node, sent, StringComparison.Ordinal);
    }

    [Fact]
    public void A_minute_is_counted_in_whole_seconds_and_forgotten()
    {
        var machine = new SteppedTime();
        var minute = new LastMinute(machine);

        minute.Add(3);
        machine.Step(TimeSpan.FromSeconds(30));
        minute.Add(4);
        Assert.Equal(7, minute.Count);

        machine.Step(TimeSpan.FromSeconds(30));
        Assert.Equal(4, minute.Count);
        machine.Step(TimeSpan.FromHours(1));
        Assert.Equal(0, minute.Count);
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long now = 1_000_000;

        public override long TimestampFrequency => 1_000;

        public override long GetTimestamp() => now;

        public void Step(TimeSpan by) => now += (long)by.TotalMilliseconds;
    }

    private static async Task<string> ScrapeAsync(RunningServer server, string? key)
    {
        var answer = await AskAsync(server, key);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        return await answer.Content.ReadAsStringAsync(Cancel);
    }

    private static Task<HttpResponseMessage> AskAsync(RunningServer server, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (key is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        return server.Http.SendAsync(request, Cancel);
    }

    private static double Value(string text, string series) =>
        text.Split('\n').Where(line => line.StartsWith($"{series} ", StringComparison.Ordinal)).Select(line => double.Parse(line[(series.Length + 1)..], CultureInfo.InvariantCulture)).FirstOrDefault(double.NaN);

    // Prometheus' exposition format: comments, and samples "name{labels} value".
    [GeneratedRegex("""^(# (HELP|TYPE) [a-z0-9_]+ .+|[a-z0-9_]+(\{[a-z0-9_]+="([^"\\]|\\.)*"(,[a-z0-9_]+="([^"\\]|\\.)*")*\})? (-?[0-9.]+(E[+-]?[0-9]+)?|NaN))$""")]
    private static partial Regex Form { get; }
}
