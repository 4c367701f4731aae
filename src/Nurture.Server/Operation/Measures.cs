using System.Diagnostics;
using System.Diagnostics.Metrics;
using Nurture.Sends;

namespace Nurture.Server.Operation;

/// <summary>
/// What this process did since it started, as instruments of the meter <c>Nurture</c>. They are told once a request, commit or
/// batch, never once an event.
/// </summary>
public sealed class Measures : IDisposable
{
    public const string MeterName = "Nurture";
    public const string NodeTag = "nurture.node";

    // Seconds. A commit takes milliseconds; what takes a second is an incident.
    private static readonly double[] Durations = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private readonly Counter<long> requests;
    private readonly Counter<long> messages;
    private readonly Histogram<double> intakeCommits;
    private readonly Counter<long> events;
    private readonly Counter<long> due;
    private readonly Counter<long> poisoned;
    private readonly Histogram<double> batches;
    private readonly Counter<long> failedTurns;
    private readonly Counter<long> sends;

    /// <param name="node">Marks the meter, since a process may hold several servers.</param>
    public Measures(TimeProvider machine, string node)
    {
        Meter = new(new MeterOptions(MeterName) { Tags = [new(NodeTag, node)] });
        Taken = new(machine);
        Sent = new(machine);
        NotSent = new(machine);
        requests = Meter.CreateCounter<long>("nurture.intake.requests", "{request}", "Requests to the intake, by the status they were answered with.");
        messages = Meter.CreateCounter<long>("nurture.intake.messages", "{message}", "Messages of accepted requests: taken, repeated (known already), refused (a dead letter).");
        intakeCommits = Duration("nurture.intake.commit.duration", "How long a commit of the intake took; it holds what many requests brought.");
        events = Meter.CreateCounter<long>("nurture.slots.events", "{event}", "Events decided.");
        due = Meter.CreateCounter<long>("nurture.slots.due", "{subject}", "Due subjects decided.");
        poisoned = Meter.CreateCounter<long>("nurture.slots.poisoned", "{subject}", "Subjects that were parked since a step of theirs failed.");
        batches = Duration("nurture.slots.batch.duration", "How long a batch took, from what was read to its commit.");
        failedTurns = Meter.CreateCounter<long>("nurture.slots.failures", "{turn}", "Turns of the slot loop that failed whole and were begun anew.");
        sends = Meter.CreateCounter<long>("nurture.sends", "{send}", "Ends of attempts to send: sent, deferred, not_tried (both are tried again), failed, skipped, expired, uncertain.");
    }

    internal Meter Meter { get; }

    /// <summary>Messages taken.</summary>
    public LastMinute Taken { get; }

    public LastMinute Sent { get; }

    /// <summary>Sends that are over and did not leave, or may not have.</summary>
    public LastMinute NotSent { get; }

    public void Answered(int status) => requests.Add(1, new KeyValuePair<string, object?>("status", status));

    public void Committed(int taken, int repeated, int refused, long startedAt)
    {
        Add(messages, taken, "outcome", "taken");
        Add(messages, repeated, "outcome", "repeated");
        Add(messages, refused, "outcome", "refused");
        intakeCommits.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
        Taken.Add(taken);
    }

    public void Decided(int eventCount, int dueCount, int poisonedCount, long startedAt)
    {
        events.Add(eventCount);
        due.Add(dueCount);
        if (poisonedCount > 0) poisoned.Add(poisonedCount);
        batches.Record(Stopwatch.GetElapsedTime(startedAt).TotalSeconds);
    }

    public void TurnFailed() => failedTurns.Add(1);

    public void Ended(IReadOnlyCollection<SendState> states)
    {
        foreach (var state in states.GroupBy(state => state)) Add(sends, state.Count(), "result", Word(state.Key));
        NotSent.Add(states.Count);
    }

    /// <param name="attempts">What became of attempts, in no order.</param>
    public void Attempted(IEnumerable<Attempt> attempts)
    {
        foreach (var result in attempts.GroupBy(ResultOf))
        {
            Add(sends, result.Count(), "result", result.Key);
            if (result.Key == "sent") Sent.Add(result.Count());
            else if (result.Key is "failed" or "uncertain") NotSent.Add(result.Count());
        }
    }

    private static string ResultOf(Attempt attempt) => attempt switch
    {
        Attempt.Accepted => "sent",
        Attempt.Deferred => "deferred",
        Attempt.NotTried => "not_tried",
        Attempt.Unanswered => "uncertain",
        _ => "failed",
    };

    private static string Word(SendState state) => state.ToString().ToLowerInvariant();

    private Histogram<double> Duration(string name, string description) =>
        Meter.CreateHistogram(name, "s", description, tags: null, new InstrumentAdvice<double> { HistogramBucketBoundaries = Durations });

    private static void Add(Counter<long> counter, int count, string tag, string value)
    {
        if (count > 0) counter.Add(count, new KeyValuePair<string, object?>(tag, value));
    }

    public void Dispose() => Meter.Dispose();
}
