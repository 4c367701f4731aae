using Nurture.Engine;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Api;

/// <summary>The first page: what ran today, what waits, what needs attention. Each number is the length of a list that can be asked for.</summary>
internal static class OverviewEndpoints
{
    private static readonly TimeSpan Recent = TimeSpan.FromDays(7);

    // Mail leaves within seconds; what is due for longer does not leave.
    private static readonly TimeSpan Overdue = TimeSpan.FromMinutes(10);

    /// <param name="Day">When the company's day began, by the policy's zone.</param>
    /// <param name="Since">Since when troubles are counted.</param>
    public sealed record Overview(DateTimeOffset Now, DateTimeOffset Day, DateTimeOffset Since, string Zone, ShownToday Today, ShownWaiting Waiting, ShownAttention Attention);

    /// <param name="Sends">Planned today, by how they stand: as <c>GET /sends?standing=…&amp;since=DAY</c> lists them.</param>
    /// <param name="Entered">As <c>GET /turns?reason=entered&amp;since=DAY</c> lists them.</param>
    public sealed record ShownToday(IReadOnlyDictionary<string, long> Sends, long Entered, long GoalsReached, long Completed);

    /// <param name="IsMore">There are more than were counted.</param>
    public sealed record ShownCount(long Count, bool IsMore)
    {
        internal static ShownCount Of(Capped counted) => new(counted.Count, counted.IsMore);
    }

    /// <param name="NextMail">When the next mail is due to leave; in the past where it is overdue.</param>
    /// <param name="NextDue">The next moment at which anybody is due.</param>
    public sealed record ShownWaiting(ShownCount Enrolled, ShownCount Sends, DateTimeOffset? NextMail, DateTimeOffset? NextDue, long UnreadEvents);

    /// <param name="Parked">Subjects that stand still since a step failed.</param>
    /// <param name="Refused">Items that intake refused today.</param>
    /// <param name="OverdueSince">Mail that should have left is still here.</param>
    /// <param name="SendingStopped">Who stopped it; null while mails leave.</param>
    public sealed record ShownAttention(
        long Parked, long Unclear, long Bounced, long Failed, long Refused, DateTimeOffset? OverdueSince, StatusEndpoints.StoppedSending? SendingStopped,
        IReadOnlyList<ScenarioInShort> Paused, IReadOnlyList<StatusEndpoints.PreparingVersion> Preparing)
    {
        /// <summary>What an operator is called for, the latest first.</summary>
        public IReadOnlyList<ShownCall> Calls { get; init; } = [];
    }

    /// <param name="Kind">volume_tripped: a scenario did more than it may and is paused; source_silent.</param>
    /// <param name="About">The scenario's name, or the source's id.</param>
    /// <param name="Title">What people call it.</param>
    public sealed record ShownCall(long Id, string Kind, string About, string Title, DateTimeOffset At, IReadOnlyDictionary<string, string> Detail)
    {
        internal static ShownCall Of(OperatorCall call, Scenarios.Catalog catalog) => new(
            call.Id, ApiJson.Word(call.Kind), call.About,
            call.Kind == CallKind.VolumeTripped ? Simulation.Explanation.Title(catalog.Live.GetValueOrDefault(call.About)?.Scenario, call.About) : call.Detail.GetValueOrDefault("source", call.About), call.At, call.Detail);
    }

    public sealed record ScenarioInShort(string Name, string Title);

    /// <summary>A decision that turned a passage, and who is in it.</summary>
    public sealed record ShownTurn(long Id, DateTimeOffset At, string Subject, string? Name, string? Email, string Scenario, string ScenarioTitle, string? EnrollmentId, string Reason, string Sentence);

    public static void MapOverview(this IEndpointRouteBuilder api)
    {
        api.MapGet("/overview", async (
            OverviewStore overview, OperatorCallStore calls, StatusStore status, SendStore sends, SlotStore slots, CatalogSource catalogs, Preparation preparation, BusinessClock clock, CancellationToken cancel) =>
        {
            var published = await catalogs.CurrentAsync(cancel);
            var catalog = published.Catalog;
            var now = clock.Now;
            var (day, since) = (Reader.DayOf(now, catalog), Reader.DayOf(now - Recent, catalog));
            var today = await overview.TodayAsync(day, cancel);
            var waiting = await overview.WaitingAsync(cancel);
            var troubles = await overview.TroublesAsync(since, day, cancel);
            var stopped = await sends.StoppedAsync(cancel);
            var nextMail = await sends.NextDueAsync(DateTimeOffset.MinValue, cancel);
            return new Overview(now, day, since, catalog.Policy.Zone,
                new(today.Sends.ToDictionary(count => ApiJson.Word(count.Key), count => count.Value), today.Entered, today.GoalsReached, today.Completed),
                new(ShownCount.Of(waiting.Enrolled), ShownCount.Of(waiting.Sends), nextMail, await slots.NextDueAsync(cancel), await slots.UnreadAsync(cancel)),
                new(await status.ParkedAsync(cancel), troubles.Unclear, troubles.Bounced, troubles.Failed, troubles.Refused,
                    nextMail is { } due && now - due > Overdue ? due : null, StatusEndpoints.StoppedSending.Of(stopped),
                    [.. catalog.Live.Values.Where(live => live.IsPaused).Select(live => new ScenarioInShort(live.Scenario.Name, Simulation.Explanation.Title(live.Scenario, live.Scenario.Name))).OrderBy(paused => paused.Title, StringComparer.Ordinal)],
                    StatusEndpoints.InPreparation(published, preparation))
                {
                    Calls = [.. (await calls.OpenAsync(cancel)).Select(call => ShownCall.Of(call, catalog))],
                });
        }).RequirePermission(Permission.ReadStatus).WithSummary("What ran today, what waits and what needs attention, in numbers.");

        api.MapGet("/turns", async (
            string? reason, DateTimeOffset? since, string? locale, int? limit, string? after, JournalStore journal, ContactStore contacts, AccountStore accounts, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var asked = Reasons.TryParse(reason ?? "entered", out var found) && found is Reason.Entered or Reason.GoalReached or Reason.Completed
                ? found
                : throw RefusedException.BadRequest("bad-word", "reason is none of its words.", $"\"{reason}\" was found; reason is one of entered, goal_reached, completed.");
            var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
            DecisionPlace? place = Paging.Read(after, 2) is { } parts
                ? long.TryParse(parts[0], out var at) && long.TryParse(parts[1], out var id) ? new(Contacts.Instants.FromMilliseconds(at), id) : throw Paging.BadPlace()
                : null;
            var page = await journal.TurnsAsync(asked, since ?? Reader.DayOf(clock.Now, catalog), place, Paging.Limit(limit), cancel);
            var named = await Named.OfAsync(page.Items.Select(row => row.Entry.Subject), contacts, accounts, cancel);
            return new ApiPage<ShownTurn>([.. page.Items.Select(row =>
            {
                var shown = JournalEndpoints.Show(row, catalog, Reader.Asked(locale));
                var who = named.Of(row.Entry.Subject);
                return new ShownTurn(row.Id, shown.At, shown.Subject, who.Name, who.Email, row.Entry.Scenario,
                    Simulation.Explanation.Title(catalog.Versions.GetValueOrDefault((row.Entry.Scenario, row.Entry.Version))?.Scenario, row.Entry.Scenario), shown.EnrollmentId, shown.Reason, shown.Sentence);
            })], page.Next is { } next ? Paging.Write(Contacts.Instants.ToMilliseconds(next.At), next.Id) : null);
        }).RequirePermission(Permission.ReadJournal).WithSummary("Who entered scenarios, reached their goals or came to their ends, since a moment (today where none is said), the latest first.");
    }
}
