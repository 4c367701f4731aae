using Nurture.Server.Api;
using Nurture.Server.Delivery;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Operation;

/// <summary>The machine room at this moment, for the page that operators leave open: cheap enough to be asked every few seconds.</summary>
internal static class OperationEndpoints
{
    /// <param name="Parked">Subjects that stand still since a step of theirs failed.</param>
    /// <param name="Unheld">Lanes that no node works on: what happens to their subjects waits.</param>
    public sealed record Operation(
        DateTimeOffset At, ShownIntake Intake, ShownLoop Loop, ShownOutbox Outbox, long Parked, IReadOnlyList<ShownNode> Nodes, IReadOnlyList<int> Unheld, ShownStorage Storage);

    /// <param name="TakenLastMinute">Messages, by the server that answers.</param>
    public sealed record ShownIntake(long TakenLastMinute);

    /// <param name="EventLagSeconds">Age of the oldest unread event.</param>
    /// <param name="DueLagSeconds">How long the earliest due subject has been due.</param>
    public sealed record ShownLoop(OverviewEndpoints.ShownCount Unread, double EventLagSeconds, double DueLagSeconds);

    /// <param name="SentLastMinute">By the server that answers, as is what was not sent.</param>
    /// <param name="LagSeconds">How long the first due mail has been due.</param>
    /// <param name="RestsSeconds">How long nothing is tried, after the mail server could not be reached; 0 where all is well.</param>
    public sealed record ShownOutbox(
        OverviewEndpoints.ShownCount Planned, long Claimed, long Handed, double LagSeconds, long SentLastMinute, long NotSentLastMinute, double RestsSeconds,
        StatusEndpoints.StoppedSending? Stopped);

    /// <param name="LeaseSeconds">Until the first of its leases ends; negative when it has ended, and the node is taken for gone.</param>
    public sealed record ShownNode(string Node, int Lanes, double LeaseSeconds, bool IsThis);

    /// <param name="Kind">sqlite, postgres.</param>
    /// <param name="FreeBytes">What is left of the disk; null where the database is another machine's.</param>
    public sealed record ShownStorage(string Kind, long Bytes, long? FreeBytes);

    public static void MapOperationNow(this IEndpointRouteBuilder api) =>
        api.MapGet("/operation", async (Backlogs backlogs, StatusStore status, Measures measures, Circuit circuit, Database database, CancellationToken cancel) =>
        {
            var backlog = await backlogs.ReadAsync(cancel);
            var lanes = await status.LanesAsync(cancel);
            var space = await status.SpaceAsync(cancel);
            return new Operation(
                backlog.At, new(measures.Taken.Count),
                new(OverviewEndpoints.ShownCount.Of(backlog.Unread.Events), backlog.EventLag.TotalSeconds, backlog.DueLag.TotalSeconds),
                new(OverviewEndpoints.ShownCount.Of(backlog.Outbox.Planned), backlog.Outbox.Claimed, backlog.Outbox.Handed, backlog.OutboxLag.TotalSeconds,
                    measures.Sent.Count, measures.NotSent.Count, circuit.Remaining.TotalSeconds, StatusEndpoints.StoppedSending.Of(backlog.Stopped)),
                backlog.Parked,
                [.. lanes.Where(lane => lane.Owner is not null).GroupBy(lane => lane.Owner!).OrderBy(node => node.Key, StringComparer.Ordinal)
                    .Select(node => new ShownNode(node.Key, node.Count(), node.Min(lane => lane.Left ?? TimeSpan.Zero).TotalSeconds, node.Key == database.Node))],
                [.. lanes.Where(lane => !lane.IsHeld).Select(lane => (int)lane.Lane)],
                new(database.IsPostgres ? "postgres" : "sqlite", space.Bytes, space.FreeBytes));
        }).RequirePermission(Permission.ReadStatus).WithSummary("How it runs at this moment: intake, lag, outbox, nodes with their lanes, storage.");
}
