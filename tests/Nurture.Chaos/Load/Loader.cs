using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Nurture.Harness;

namespace Nurture.Chaos.Load;

/// <summary>
/// Sends the workload like so many SDKs: several at once, each waiting for its answer, and sending the same messages again
/// when none came. What was answered with 200 was promised to be on disk.
/// </summary>
public sealed class Loader : IDisposable
{
    private const int Senders = 48;
    private static readonly TimeSpan AnswerPatience = TimeSpan.FromSeconds(10);
    // As SDKs pause before they come again; and who is held has nothing to wait for but the word.
    private static readonly TimeSpan RetryPause = TimeSpan.FromMilliseconds(100);

    private readonly IReadOnlyList<Uri> addresses;
    private readonly ConcurrentDictionary<int, int> refusals = [];
    private readonly HttpClient client;
    private readonly Pace pace;
    private readonly ConcurrentQueue<Strand> strands;
    private readonly ConcurrentBag<PlannedEvent> acknowledged = [];
    private int unanswered;
    private int onTheWire;
    private int retries;
    private int acknowledgedCount;
    private int attempts;
    private int strandsUnderWay;
    private volatile bool isHeld;

    /// <param name="addresses">Taken in turn, as a load balancer does that knows nothing of who is well.</param>
    public Loader(IReadOnlyList<Uri> addresses, string writeKey, IEnumerable<Strand> workload, Pace pace)
    {
        (this.addresses, this.pace) = (addresses, pace);
        strands = new(workload);
        client = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = Senders }) { Timeout = AnswerPatience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(writeKey + ":")));
    }

    /// <summary>Requests that were begun and have no good answer yet, those between two attempts included.</summary>
    public int Unanswered => Volatile.Read(ref unanswered);

    /// <summary>Of these, the ones that the server has, or is being sent, at this moment.</summary>
    public int OnTheWire => Volatile.Read(ref onTheWire);

    public int Retries => Volatile.Read(ref retries);

    /// <summary>How often which status refused for the moment, for the report.</summary>
    public string Refusals => string.Concat(refusals.OrderBy(entry => entry.Key).Select(entry => $", {entry.Value} answered {entry.Key}"));

    public int AcknowledgedCount => Volatile.Read(ref acknowledgedCount);

    public IReadOnlyCollection<PlannedEvent> Acknowledged => acknowledged;

    public Task RunAsync(CancellationToken cancel) =>
        Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(() => SendStrandsAsync(cancel), cancel)));

    public void Dispose() => client.Dispose();

    private async Task SendStrandsAsync(CancellationToken cancel)
    {
        while (true)
        {
            Interlocked.Increment(ref strandsUnderWay);
            if (isHeld)
            {
                Interlocked.Decrement(ref strandsUnderWay);
                await Task.Delay(RetryPause, cancel);
                continue;
            }
            if (!strands.TryDequeue(out var strand))
            {
                Interlocked.Decrement(ref strandsUnderWay);
                return;
            }
            foreach (var request in strand.Requests())
            {
                await pace.WaitForTurnAsync(request.Events.Count, cancel);
                Interlocked.Increment(ref unanswered);
                await SendUntilAnsweredAsync(request, cancel);
                Interlocked.Decrement(ref unanswered);
                foreach (var planned in request.Events)
                    acknowledged.Add(planned);
                Interlocked.Add(ref acknowledgedCount, request.Events.Count);
            }
            Interlocked.Decrement(ref strandsUnderWay);
        }
    }

    /// <summary>Does something while nobody's story is under way: those begun are told to their end, and none begins.</summary>
    public async Task BetweenStoriesAsync(Func<Task> work, CancellationToken cancel)
    {
        isHeld = true;
        await Poll.UntilAsync("no story is under way", TimeSpan.FromMinutes(2), () => Task.FromResult(Volatile.Read(ref strandsUnderWay) == 0), cancel);
        await work();
        isHeld = false;
    }

    private async Task SendUntilAnsweredAsync(PlannedRequest request, CancellationToken cancel)
    {
        while (!await TrySendAsync(request, cancel))
        {
            Interlocked.Increment(ref retries);
            await Task.Delay(RetryPause, cancel);
        }
    }

    private async Task<bool> TrySendAsync(PlannedRequest request, CancellationToken cancel)
    {
        Interlocked.Increment(ref onTheWire);
        try
        {
            using var content = new StringContent(request.Body(), Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri(addresses[(int)((uint)Interlocked.Increment(ref attempts) % addresses.Count)], request.Path), content, cancel);
            if (answer.StatusCode is HttpStatusCode.OK)
                return true;
            // What SDKs retry (reference: §6.7); anything else would drop the events, so the run must not go on.
            if (answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests or >= HttpStatusCode.InternalServerError)
            {
                refusals.AddOrUpdate((int)answer.StatusCode, 1, (_, count) => count + 1);
                return false;
            }
            throw new InvalidOperationException($"{request.Path} answered {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync(cancel)}");
        }
        catch (HttpRequestException)
        {
            return false;   // killed, or not listening yet
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return false;   // no answer in time
        }
        finally
        {
            Interlocked.Decrement(ref onTheWire);
        }
    }
}
