using System.Data.Common;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using Nurture.Server.Delivery;
using Nurture.Server.Slots;

namespace Nurture.Server.Operation;

/// <summary>What is so at the moment of a collection: of this process, and of the database, which is asked once for all of them.</summary>
public sealed class Gauges
{
    private static readonly TimeSpan AfterFailure = TimeSpan.FromSeconds(2);

    private readonly Backlogs backlogs;
    private readonly ILogger<Gauges> logger;
    private long? failedAt;

    public Gauges(Measures measures, Backlogs backlogs, SlotWorker slots, Circuit circuit, ILogger<Gauges> logger)
    {
        (this.backlogs, this.logger) = (backlogs, logger);
        var meter = measures.Meter;
        meter.CreateObservableGauge("nurture.lanes.held", () => slots.LaneCount, "{lane}", "Lanes that this node works on.");
        meter.CreateObservableGauge("nurture.mail.circuit.open", () => circuit.Remaining > TimeSpan.Zero ? 1 : 0, null, "1 while nothing is sent since the mail server cannot be reached.");
        meter.CreateObservableGauge("nurture.database.up", () => Observe(_ => [new(1)], [new(0)]), null, "1 when the database answered this collection.");
        meter.CreateObservableGauge("nurture.events.unread", () => Observe(b => [new(b.Unread.Events.Count)]), "{event}", "Events that no slot has read, counted up to 10000.");
        meter.CreateObservableGauge("nurture.events.lag", () => Seconds(b => b.EventLag), "s", "Age of the oldest event that no slot has read.");
        meter.CreateObservableGauge("nurture.due.lag", () => Seconds(b => b.DueLag), "s", "How long the earliest due subject has been due.");
        meter.CreateObservableGauge("nurture.outbox.sends", () => Observe(b =>
        [
            new(b.Outbox.Planned.Count, new KeyValuePair<string, object?>("state", "planned")), new(b.Outbox.Claimed, new KeyValuePair<string, object?>("state", "claimed")),
            new(b.Outbox.Handed, new KeyValuePair<string, object?>("state", "handed")),
        ]), "{send}", "Mails that are not over; those planned are counted up to 10000.");
        meter.CreateObservableGauge("nurture.outbox.lag", () => Seconds(b => b.OutboxLag), "s", "How long the first due mail has been due; 0 while all sending is stopped.");
        meter.CreateObservableGauge("nurture.sending.stopped", () => Observe(b => [new(b.Stopped is null ? 0 : 1)]), null, "1 while all sending is stopped.");
        meter.CreateObservableGauge("nurture.subjects.parked", () => Observe(b => [new(b.Parked)]), "{subject}", "Subjects that stand still since a step of theirs failed.");
    }

    private IEnumerable<Measurement<double>> Seconds(Func<Backlog, TimeSpan> lag)
    {
        var backlog = Read();
        return backlog is null ? [] : [new(lag(backlog).TotalSeconds)];
    }

    private IEnumerable<Measurement<long>> Observe(Func<Backlog, IEnumerable<Measurement<long>>> of, params Measurement<long>[] otherwise)
    {
        var backlog = Read();
        return backlog is null ? otherwise : of(backlog);
    }

    // Instruments are asked synchronously, one after another: the first waits for the database, the others get what it read,
    // or hear that it did not answer.
    private Backlog? Read()
    {
        if (failedAt is { } at && Stopwatch.GetElapsedTime(at) < AfterFailure) return null;
        try
        {
            return backlogs.ReadAsync(CancellationToken.None).GetAwaiter().GetResult();
        }
        catch (DbException failure)
        {
            failedAt = Stopwatch.GetTimestamp();
            logger.LogWarning(failure, "The database does not answer: nurture_database_up is 0, and what waits is not told");
            return null;
        }
    }
}
