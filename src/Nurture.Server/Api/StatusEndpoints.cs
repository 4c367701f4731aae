using System.Text;
using System.Text.Json;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>What operators look at: how it stands, what was refused, who did what.</summary>
internal static class StatusEndpoints
{
    /// <param name="UnreadEvents">How many no slot has read: the lag.</param>
    /// <param name="NextDue">The next moment at which anybody is due, past ones included.</param>
    /// <param name="Sends">Of the mails that are not over, how many are in each state of the ledger.</param>
    /// <param name="SendingStopped">Who stopped it; null while mails leave.</param>
    /// <param name="Preparing">Versions whose counters are being filled from history.</param>
    public sealed record Status(
        long UnreadEvents, DateTimeOffset? NextDue, IReadOnlyDictionary<string, long> Sends, long Parked, StoppedSending? SendingStopped,
        IReadOnlyList<PreparingVersion> Preparing, IReadOnlyList<ShownLane> Lanes);

    /// <param name="Restored">It was nobody: the database came from a backup, and waits for a word.</param>
    public sealed record StoppedSending(string By, DateTimeOffset At, ShownRestored? Restored)
    {
        internal static StoppedSending? Of(SendingStop? stop) => stop is null ? null : new(stop.By, stop.At, ShownRestored.Of(stop.Restored));
    }

    /// <param name="RecognizedAt">When this database was first opened after it was restored.</param>
    /// <param name="NewestEventAt">When the last event that it knows was received.</param>
    public sealed record ShownRestored(DateTimeOffset RecognizedAt, DateTimeOffset? NewestEventAt)
    {
        internal static ShownRestored? Of(RestoredDatabase? restored) => restored is null ? null : new(restored.At, restored.NewestEventAt);
    }

    /// <param name="Asked">Of how many subjects so far; null while it has not begun.</param>
    public sealed record PreparingVersion(string Scenario, int Version, long? Asked, long? Subjects);

    public sealed record ShownLane(int Lane, string? Owner, long Epoch, DateTimeOffset? ExpiresAt);

    /// <param name="Payload">As it came; what is not UTF-8 is replaced.</param>
    public sealed record ShownDeadLetter(long Id, int SourceId, DateTimeOffset ReceivedAt, string Reason, string Detail, string? MessageId, string Payload, string Correlation);

    public sealed record ShownAct(long Id, DateTimeOffset At, string Actor, string Action, string Target, JsonElement Detail);

    public static void MapStatus(this IEndpointRouteBuilder api)
    {
        api.MapGet("/status", async (
            SlotStore slots, SendStore sends, StatusStore status, CatalogSource catalogs, Preparation preparation, CancellationToken cancel) =>
        {
            var counts = await sends.CountAsync(cancel);
            var stopped = await sends.StoppedAsync(cancel);
            return new Status(
                await slots.UnreadAsync(cancel), await slots.NextDueAsync(cancel), counts.ToDictionary(count => ApiJson.Word(count.Key), count => count.Value),
                await status.ParkedAsync(cancel), StoppedSending.Of(stopped),
                InPreparation(await catalogs.CurrentAsync(cancel), preparation),
                [.. (await status.LanesAsync(cancel)).Select(lane => new ShownLane(lane.Lane, lane.Owner, lane.Epoch, lane.ExpiresAt))]);
        }).RequirePermission(Permission.ReadStatus).WithSummary("How it stands: what waits, for whom, and whether anything is stopped.");

        api.MapGet("/dead-letters", async (DateTimeOffset? since, int? limit, string? after, DeadLetterStore letters, CancellationToken cancel) =>
        {
            var page = await letters.ListAsync(Paging.After(after), Paging.Limit(limit), cancel, since);
            return new ApiPage<ShownDeadLetter>([.. page.Items.Select(letter => new ShownDeadLetter(
                letter.Id, letter.SourceId, letter.ReceivedAt, letter.Reason, letter.Detail, letter.MessageId, Encoding.UTF8.GetString(letter.Payload), letter.Correlation))], page.Next?.ToString());
        }).RequirePermission(Permission.ReadDeadLetters).WithSummary("Items that intake refused, the newest first, with the reason.");

        api.MapGet("/audit", async (int? limit, string? after, AuditStore audit, CancellationToken cancel) =>
        {
            var page = await audit.ListAsync(Paging.After(after), Paging.Limit(limit), cancel);
            return new ApiPage<ShownAct>([.. page.Items.Select(row => new ShownAct(row.Id, row.At, row.Actor, row.Action, row.Target, ApiJson.Stored(row.Detail)))], page.Next?.ToString());
        }).RequirePermission(Permission.ReadAudit).WithSummary("Who did what through the API, the newest first. A row is written before its act, or together with it.");
    }

    internal static IReadOnlyList<PreparingVersion> InPreparation(PublishedCatalog published, Preparation preparation)
    {
        var progress = preparation.Progress;
        return [.. published.Preparing.Where(document => document.Kind == "scenario").Select(document =>
            progress is { } at && at.Scenario == document.Name && at.Version == document.Version
                ? new PreparingVersion(document.Name, document.Version, at.Asked, at.Subjects)
                : new PreparingVersion(document.Name, document.Version, null, null))];
    }
}
