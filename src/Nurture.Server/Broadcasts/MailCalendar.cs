using NodaTime;
using Nurture.Contacts;
using Nurture.Engine;
using Nurture.Scenarios;
using Nurture.Sends;
using Nurture.Server.Api;
using Nurture.Server.Hosting;
using Nurture.Server.Publishing;
using Nurture.Server.Security;
using Nurture.Storage;

namespace Nurture.Server.Broadcasts;

/// <summary>Mails that leave, or may leave, in an hour.</summary>
/// <param name="Kind"><c>planned</c>: released and waiting for its hour. <c>scheduled</c>: a schedule comes, and who enters is asked then. <c>waiting</c>: whose wait ends in this hour, if nothing happens until then.</param>
/// <param name="Count">Of <c>scheduled</c> null: nobody has been asked yet.</param>
public sealed record CalendarEntry(DateTimeOffset Hour, string Kind, string Scenario, string Title, string? Template, long? Count);

/// <summary>
/// What leaves in a week, by hour of the company's clock. Waits are followed to the next mail without asking conditions, so
/// they are a forecast: who leaves, reaches the goal or does what is waited for gets none of it. It reads all positions, so
/// an answer is kept for a minute.
/// </summary>
internal sealed class MailCalendar(BroadcastStore store, CatalogSource catalogs, BusinessClock clock)
{
    private const int MostSteps = 50;
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim reading = new(1, 1);
    private (long At, DateTimeOffset Now, long Revision, IReadOnlyList<StandingHour> Standing)? kept;

    public async Task<IReadOnlyList<CalendarEntry>> ReadAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancel)
    {
        var catalog = (await catalogs.CurrentAsync(cancel)).Catalog;
        var entries = new List<CalendarEntry>();
        foreach (var planned in await store.PlannedAsync(from, until, cancel))
            entries.Add(new(planned.Hour, "planned", planned.Scenario, TitleOf(catalog, planned.Scenario), planned.Template, planned.Count));
        foreach (var live in catalog.Live.Values.Where(live => !live.IsPaused)) entries.AddRange(Scheduled(live, from, until));
        var forecast = new Dictionary<(DateTimeOffset Hour, string Scenario, string Template), long>();
        foreach (var standing in await StandingAsync(catalog.Revision, cancel))
        {
            if (!catalog.Versions.TryGetValue((standing.Scenario, standing.Version), out var version) || version.IsPaused) continue;
            if (NextMail(version, standing.Step, standing.Since, catalog) is not var (template, at)) continue;
            var hour = HourOf(at < clock.Now ? clock.Now : at);
            if (hour < HourOf(from) || hour >= until) continue;
            var place = (hour, standing.Scenario, template);
            forecast[place] = forecast.GetValueOrDefault(place) + standing.Count;
        }

        entries.AddRange(forecast.Select(one => new CalendarEntry(one.Key.Hour, "waiting", one.Key.Scenario, TitleOf(catalog, one.Key.Scenario), one.Key.Template, one.Value)));
        return [.. entries.OrderBy(entry => entry.Hour).ThenBy(entry => entry.Kind, StringComparer.Ordinal).ThenBy(entry => entry.Scenario, StringComparer.Ordinal)];
    }

    private static IEnumerable<CalendarEntry> Scheduled(PublishedScenario live, DateTimeOffset from, DateTimeOffset until)
    {
        if (live.Scenario.Trigger is not Trigger.Schedule schedule) yield break;
        var template = Step.All(live.Scenario.Steps).OfType<Step.Send>().FirstOrDefault()?.Template;
        for (var next = schedule.Timing.NextAfter(from.AddMilliseconds(-1)); next is { } at && at < until; next = schedule.Timing.NextAfter(at))
            yield return new(HourOf(at), "scheduled", live.Scenario.Name, live.Scenario.Title, template, null);
    }

    /// <summary>The next mail of who came to a step at a moment and does nothing; null where a branch or a human decides first, or none follows.</summary>
    private static (string Template, DateTimeOffset At)? NextMail(PublishedScenario version, string step, DateTimeOffset since, Catalog catalog)
    {
        var clock = LocalClock.Of(catalog.Policy);
        string? id = step;
        var at = since;
        for (var n = 0; n < MostSteps && id is not null && version.Program.Nodes.TryGetValue(id, out var node); n++)
        {
            // Who stands on a mail already has it planned, or waits for its hours: that is in the ledger.
            if (n > 0 && node.Step is Step.Send send) return (send.Template, at);
            (id, at) = node.Step switch
            {
                Step.WaitLength wait => (node.Next, Calendar.Add(at, wait.Length, clock)),
                Step.WaitFor { UpTo: { } most } => (node.Targets[0], at + most),
                Step.WaitFor { UpToDuration: { } most } => (node.Targets[0], Calendar.Add(at, most, clock)),
                Step.WaitUntil wait => (node.Next, Calendar.Next(at, wait.Time, wait.Days, wait.Zone.Named is { } named ? clock with { Zone = DateTimeZoneProviders.Tzdb[named] } : clock)),
                Step.Set or Step.Task { WaitsForOutcome: false } or Step.Assign or Step.Unsubscribe or Step.Enlist or Step.Start => (node.Next, at),
                Step.Escalate { WaitsForOutcome: false } => (node.Next, at),
                _ => ((string?)null, at),
            };
        }

        return null;
    }

    private async Task<IReadOnlyList<StandingHour>> StandingAsync(long revision, CancellationToken cancel)
    {
        await reading.WaitAsync(cancel);
        try
        {
            // A moved clock moves people too.
            if (kept is { } known && known.Revision == revision && TimeProvider.System.GetElapsedTime(known.At) < Keep && clock.Now - known.Now < Keep) return known.Standing;
            var standing = await store.StandingAsync(cancel);
            kept = (TimeProvider.System.GetTimestamp(), clock.Now, revision, standing);
            return standing;
        }
        finally
        {
            reading.Release();
        }
    }

    private static string TitleOf(Catalog catalog, string scenario) => catalog.Live.GetValueOrDefault(scenario)?.Scenario.Title is { Length: > 0 } title ? title : scenario;

    private static DateTimeOffset HourOf(DateTimeOffset at) => at - TimeSpan.FromTicks(at.Ticks % TimeSpan.TicksPerHour);
}

internal static class CalendarEndpoints
{
    private const int MostDays = 31;

    /// <param name="From">Midnight of the first day, on the company's clock.</param>
    public sealed record ShownCalendar(string Zone, DateTimeOffset Now, DateTimeOffset From, DateTimeOffset Until, IReadOnlyList<CalendarEntry> Entries);

    public static void MapMailCalendar(this IEndpointRouteBuilder api) =>
        api.MapGet("/calendar", async (string? from, int? days, MailCalendar calendar, CatalogSource catalogs, BusinessClock clock, CancellationToken cancel) =>
        {
            var zoneId = (await catalogs.CurrentAsync(cancel)).Catalog.Policy.Zone;
            var zone = DateTimeZoneProviders.Tzdb[zoneId];
            var today = Instant.FromDateTimeOffset(clock.Now).InZone(zone).Date;
            var first = string.IsNullOrEmpty(from) ? today : NodaTime.Text.LocalDatePattern.Iso.Parse(from) is { Success: true } read
                ? read.Value
                : throw RefusedException.BadRequest("bad-day", "That is no day.", $"\"{from}\" was found; a day is written 2026-12-01.");
            var length = days ?? 7;
            if (length is < 1 or > MostDays) throw RefusedException.BadRequest("bad-days", "That is no length of a calendar.", $"days is {length}; it may be 1 to {MostDays}.");
            var (begin, end) = (Midnight(first), Midnight(first.PlusDays(length)));
            return new ShownCalendar(zoneId, clock.Now, begin, end, await calendar.ReadAsync(begin < clock.Now ? clock.Now : begin, end, cancel));

            DateTimeOffset Midnight(LocalDate day) => day.AtStartOfDayInZone(zone).ToDateTimeOffset().ToUniversalTime();
        }).RequirePermission(Permission.ReadBroadcasts).WithSummary("What leaves in a week, by hour: mails that are planned, schedules that come, and waits that end before a mail.");
}
