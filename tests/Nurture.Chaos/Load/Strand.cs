using System.Text.Json.Nodes;

namespace Nurture.Chaos.Load;

/// <summary>
/// A few persons whose events travel together, so that some arrive alone and some in batches: one request for the first
/// event of each, the next once that is acknowledged.
/// </summary>
public sealed class Strand
{
    private static readonly int[] Sizes = [1, 1, 1, 4, 10];

    private readonly IReadOnlyList<PlannedEvent[]> rounds;

    private Strand(IEnumerable<Person> persons)
    {
        var queues = persons.Select(person => person.Events().ToArray()).ToArray();
        rounds = [.. Enumerable.Range(0, queues.Max(queue => queue.Length)).Select(round => queues.Where(queue => round < queue.Length).Select(queue => queue[round]).ToArray())];
    }

    /// <summary>Enough persons for at least <paramref name="events"/> events, always the same.</summary>
    public static IReadOnlyList<Strand> Plan(int events)
    {
        var strands = new List<Strand>();
        for (var (person, planned) = (0, 0); planned < events;)
        {
            var size = Sizes[strands.Count % Sizes.Length];
            var strand = new Strand(Enumerable.Range(person, size).Select(number => new Person(number)));
            strands.Add(strand);
            person += size;
            planned += strand.rounds.Sum(round => round.Length);
        }
        return strands;
    }

    public IEnumerable<PlannedRequest> Requests() => rounds.Select(round => new PlannedRequest(round));
}

/// <summary>One call. The messages carry their ids and times from when it was first built, as SDKs do it when they retry.</summary>
public sealed class PlannedRequest
{
    private readonly JsonObject[] messages;

    public PlannedRequest(IReadOnlyList<PlannedEvent> events)
    {
        Events = events;
        var now = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        messages = [.. events.Select(planned =>
        {
            planned.Message["type"] = planned.Type;
            planned.Message["messageId"] = $"chaos-{Guid.NewGuid()}";
            planned.Message["timestamp"] = now;
            return planned.Message;
        })];
    }

    public IReadOnlyList<PlannedEvent> Events { get; }

    public string Path => messages.Length == 1 ? $"/v1/{Events[0].Type}" : "/v1/batch";

    /// <summary>Each attempt says when it was sent.</summary>
    public string Body()
    {
        var sentAt = DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ss.fffZ");
        if (messages.Length > 1)
            return new JsonObject { ["batch"] = new JsonArray([.. messages.Select(message => message.DeepClone())]), ["sentAt"] = sentAt }.ToJsonString();
        messages[0]["sentAt"] = sentAt;
        return messages[0].ToJsonString();
    }
}
