using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Authentication;
using System.Text;
using System.Text.Json;
using Nurture.Calls;
using Nurture.Server.Hosting;
using Nurture.Storage;

namespace Nurture.Server.Webhooks;

/// <summary>Makes one attempt at a call: signed, without following redirects, with an answer of bounded size.</summary>
public sealed class CallSender : IDisposable
{
    // Of Standard Webhooks; how late the next attempt is after each that failed.
    private static readonly TimeSpan[] Schedule =
    [
        TimeSpan.FromSeconds(5), TimeSpan.FromMinutes(5), TimeSpan.FromMinutes(30), TimeSpan.FromHours(2), TimeSpan.FromHours(5), TimeSpan.FromHours(10), TimeSpan.FromHours(14),
        TimeSpan.FromHours(20), TimeSpan.FromHours(24),
    ];

    private static readonly TimeSpan LongestAskedFor = TimeSpan.FromDays(1);

    private readonly HttpClient client;
    private readonly EndpointStore endpoints;
    private readonly BusinessClock clock;

    public CallSender(EndpointStore endpoints, Egress egress, WebhookOptions options, BusinessClock clock)
    {
        (this.endpoints, this.clock) = (endpoints, clock);
        client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = egress.ConnectAsync,
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            AutomaticDecompression = DecompressionMethods.None,
            ConnectTimeout = TimeSpan.FromSeconds(10),
            // A name may move; a connection does not outlive the look at its address for long.
            PooledConnectionLifetime = TimeSpan.FromMinutes(2),
            MaxConnectionsPerServer = options.Connections,
        })
        { Timeout = TimeSpan.FromSeconds(options.TimeoutSeconds) };
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("Nurture", "1.0"));
    }

    public void Dispose() => client.Dispose();

    public async Task<CallAttempt> TryAsync(ClaimedCall call, CancellationToken cancel)
    {
        if (await endpoints.FindAsync(call.Endpoint, cancel) is not { } endpoint) return Failed("no_endpoint", $"There is no endpoint \"{call.Endpoint}\".");
        if (endpoint.DisabledAt is not null) return Failed("disabled", "The endpoint is switched off.");
        var tried = await PostAsync(endpoint, call.Id, call.Body, cancel);
        if (tried.IsSuccess) return new CallAttempt(new CallEnd(true, tried.Status, "", CallResponse.Read(tried.Body, call.Wanted)), null, tried.Status, tried.Milliseconds, tried.Excerpt, "");
        var now = clock.Now;
        var end = tried switch
        {
            { Status: (int)HttpStatusCode.Gone } => "gone",
            { IsRefused: true } => "refused_address",
            _ => null,
        };
        var again = now + Delay(call, tried.RetryAfter);
        if (end is null && again >= call.ExpiresAt) end = "expired";
        return new CallAttempt(
            end is null ? null : new CallEnd(false, tried.Status, end, default), end is null ? again : null, tried.Status, tried.Milliseconds, tried.Excerpt, tried.Problem, end == "gone");
    }

    /// <summary>A test by hand: one attempt, whatever becomes of it.</summary>
    public async Task<CallAttempt> TestAsync(CalledEndpoint endpoint, Guid id, CancellationToken cancel)
    {
        var tried = await PostAsync(endpoint, id, JsonSerializer.SerializeToUtf8Bytes(new { type = "nurture.test", timestamp = clock.Now, data = new { endpoint = endpoint.Name } }), cancel);
        return new CallAttempt(new CallEnd(tried.IsSuccess, tried.Status, tried.IsSuccess ? "" : "test", default), null, tried.Status, tried.Milliseconds, tried.Excerpt, tried.Problem);
    }

    private static CallAttempt Failed(string because, string problem) => new(new CallEnd(false, 0, because, default), null, 0, 0, "", problem);

    /// <summary>Up to a tenth longer than the schedule says, the same for a call each time, so that many do not come back at one stroke.</summary>
    private static TimeSpan Delay(ClaimedCall call, TimeSpan? asked)
    {
        var delay = Schedule[Math.Min(call.Attempts, Schedule.Length - 1)];
        delay += delay * (call.Id.GetHashCode() & 0xff) / 2560;
        return asked is { } longer && longer > delay ? longer < LongestAskedFor ? longer : LongestAskedFor : delay;
    }

    private async Task<Tried> PostAsync(CalledEndpoint endpoint, Guid callId, byte[] body, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, endpoint.Url) { Content = new ByteArrayContent(body) };
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            var (id, moment) = ($"msg_{callId:N}", TimeProvider.System.GetUtcNow().ToUnixTimeSeconds());
            string[] secrets = endpoint is { FormerSecret: { } former, FormerUntil: { } until } && until > clock.Now ? [endpoint.Secret, former] : [endpoint.Secret];
            request.Headers.Add("webhook-id", id);
            request.Headers.Add("webhook-timestamp", moment.ToString(CultureInfo.InvariantCulture));
            request.Headers.TryAddWithoutValidation("webhook-signature", StandardSignature.Of(secrets, id, moment, body));
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
            timeout.CancelAfter(client.Timeout);
            using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
            var read = await ReadAsync(answer, timeout.Token);
            return new Tried((int)answer.StatusCode, read, Elapsed(started))
            {
                Problem = (int)answer.StatusCode is >= 300 and < 400 ? "It answered with a redirect, which is not followed: declare the address where it leads." : "",
                RetryAfter = answer.Headers.RetryAfter switch { { Delta: { } delta } => delta, { Date: { } date } => date - TimeProvider.System.GetUtcNow(), _ => null },
            };
        }
        catch (Exception failure) when (failure is HttpRequestException or OperationCanceledException or IOException && !cancel.IsCancellationRequested)
        {
            return new Tried(0, default, Elapsed(started))
            {
                Problem = failure switch
                {
                    { InnerException: RefusedAddressException refused } => refused.Message,
                    OperationCanceledException => $"Nobody answered within {client.Timeout.TotalSeconds:0} s.",
                    { InnerException: AuthenticationException untrusted } => $"Its certificate is not trusted: {untrusted.Message}",
                    _ => failure.InnerException?.Message ?? failure.Message,
                },
                IsRefused = failure.InnerException is RefusedAddressException,
            };
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpResponseMessage answer, CancellationToken cancel)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancel);
        var buffer = new byte[CallResponse.MostBytes];
        var length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancel);
        return buffer.AsMemory(0, length);
    }

    private static int Elapsed(long started) => (int)Stopwatch.GetElapsedTime(started).TotalMilliseconds;

    private sealed record Tried(int Status, ReadOnlyMemory<byte> Body, int Milliseconds)
    {
        public string Problem { get; init; } = "";

        public TimeSpan? RetryAfter { get; init; }

        public bool IsRefused { get; init; }

        public bool IsSuccess => Status is >= 200 and < 300;

        public string Excerpt
        {
            get
            {
                var text = Encoding.UTF8.GetString(Body.Span[..Math.Min(Body.Length, 4 * CallStore.ExcerptLength)]).Replace("\0", "", StringComparison.Ordinal);
                return text.Length <= CallStore.ExcerptLength ? text : text[..CallStore.ExcerptLength];
            }
        }
    }
}
